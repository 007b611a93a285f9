# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.modules import net_sysctl, net_sysctl_info

PATH = "/etc/sysctl.d/90-linuxnet-tcp.conf"
OPTIONS = {"settings": {"net.ipv4.tcp_sack": 1}, "state": "present", "persist": True, "runtime": True, "path": PATH, "unsupported": "fail",
           "shadowed": "fail", "load_modules": False}


class Ended(Exception):
    """The module left, with these results."""


class FakeModule(object):
    """Record how the module translates; the real AnsibleModule reads stdin and ends the process."""

    check_mode = True
    labelled = []
    selinux = True

    def __init__(self, argument_spec, supports_check_mode, **_more):
        FakeModule.spec, FakeModule.supports_check_mode = argument_spec, supports_check_mode
        self.warned = []
        self.params = dict((name, option.get("default")) for name, option in argument_spec.items())
        self.params.update((name, value) for name, value in OPTIONS.items() if name in self.params)

    def warn(self, text):
        self.warned.append(text)

    def exit_json(self, **results):
        raise Ended(dict(results, warned=self.warned))

    def fail_json(self, **results):
        raise Ended(dict(results, failed=True))

    def selinux_enabled(self):
        return self.selinux

    def selinux_default_context(self, path):
        return ["system_u", "object_r", "system_conf_t", "s0"]

    def set_context_if_different(self, path, context, changed):
        self.labelled.append((path, context))


def run(module, monkeypatch):
    monkeypatch.setattr(module, "AnsibleModule", FakeModule)
    with pytest.raises(Ended) as caught:
        module.main()
    return caught.value.args[0]


def test_the_options_become_one_request(monkeypatch):
    asked = []

    def apply(request, tree, store, boot, keeper):
        asked.append((request, store.path, keeper))
        assert boot.backup("/etc/sysctl.conf").path == "/etc/sysctl.conf.linuxnet-tcp.bak~"
        return {"changed": True, "settings": [], "diff": [], "warnings": ["look"]}

    monkeypatch.setattr(net_sysctl.changes.transaction, "apply", apply)
    assert run(net_sysctl, monkeypatch) == {"changed": True, "settings": [], "diff": [], "warned": ["look"]}
    (request, path, keeper), = asked
    assert (dict(request._asdict()), path) == (dict(OPTIONS, check_mode=True, restore_runtime=False), PATH)
    assert (keeper.folder(), keeper.wish) == ("/var/lib/linuxnet-tcp", net_sysctl.keeper.Wish(None, None, 60, 20, False))
    assert FakeModule.supports_check_mode is True


def test_a_failure_keeps_its_details(monkeypatch):
    def apply(*_arguments):
        raise errors.TransactionError("why", changed=True, undone=["a"], left=[{"name": "b"}])

    monkeypatch.setattr(net_sysctl.changes.transaction, "apply", apply)
    assert run(net_sysctl, monkeypatch) == {"failed": True, "msg": "why", "changed": True, "undone": ["a"], "left": [{"name": "b"}]}


@pytest.mark.parametrize("selinux, expected", [(True, [("/t", ["system_u", "object_r", "system_conf_t", "s0"])]), (False, [])])
def test_a_new_file_gets_the_label_of_its_path(monkeypatch, selinux, expected):
    monkeypatch.setattr(FakeModule, "selinux", selinux)
    monkeypatch.setattr(FakeModule, "labelled", [])
    net_sysctl.labelled_store(FakeModule({}, True), PATH)._set_context("/t", PATH)
    assert FakeModule.labelled == expected


def test_info_returns_what_the_reader_found(monkeypatch):
    asked = []

    def read_answers(wish, _tree, data, files):
        asked.append((wish, data, files.__class__.__name__))
        return {"k": {}}, ["the loaders disagree"]

    monkeypatch.setattr(net_sysctl_info.drop_in_file.DropInFile, "read", lambda self: b"x")
    monkeypatch.setattr(net_sysctl_info.parameters, "read_answers", read_answers)
    assert run(net_sysctl_info, monkeypatch) == {"changed": False, "parameters": {"k": {}}, "warned": ["the loaders disagree"]}
    assert asked == [({"names": ["net.ipv4.tcp_*"], "loader": "auto", "path": PATH}, b"x", "ConfDir")]


def test_info_fails_with_the_message(monkeypatch):
    def read_answers(*_arguments):
        raise errors.InvalidInput("vm.swappiness: outside net.")

    monkeypatch.setattr(net_sysctl_info.parameters, "read_answers", read_answers)
    assert run(net_sysctl_info, monkeypatch) == {"failed": True, "msg": "vm.swappiness: outside net."}


def test_follow_reaches_the_drop_in_and_no_other_file(monkeypatch):
    monkeypatch.setitem(OPTIONS, "follow", True)
    asked = []

    def apply(request, tree, store, boot, keeper):
        asked.extend([store._follow, boot.store("/etc/sysctl.conf")._follow, keeper.open_store(PATH)._follow])
        return {"changed": False, "settings": [], "diff": [], "warnings": [u"a\u202eb"]}

    monkeypatch.setattr(net_sysctl.changes.transaction, "apply", apply)
    assert run(net_sysctl, monkeypatch)["warned"] == ["a\\u202eb"]
    assert asked == [True, False, False]
