# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of kernel modules beside the drop-in belongs to the transaction: made, kept, taken back."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import itertools
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils import transaction
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import drop_in, errors, modules_load
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir, drop_in_file, host_files, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot

SACK, TRACK = "net.ipv4.tcp_sack", "net.netfilter.nf_conntrack_tcp_loose"
DROP_IN, LIST = "/etc/sysctl.d/90-linuxnet-tcp.conf", "/etc/modules-load.d/90-linuxnet-tcp.conf"
OURS = modules_load.HEADER + b"nf_conntrack\n"
LISTS = {"no list": None, "theirs": b"# mine\nwireguard\n", "ours": OURS, "elsewhere": None}


class Tree(sysctl_tree.SysctlTree):
    """Keys as plain files."""

    _WRITE_FLAGS = os.O_WRONLY | os.O_TRUNC

    def refusal(self, path):
        return 0


class Host(object):
    """A folder that looks like a host with systemd and nf_conntrack loaded. ``faults`` {(operation, path): errno} strike once."""

    def __init__(self, root):
        self.root, self.faults = root, {}
        for path, text in {
            "/proc/sys/net/ipv4/tcp_sack": "1\n", "/proc/sys/net/netfilter/nf_conntrack_tcp_loose": "1\n", "/proc/sys/kernel/osrelease": "6.18.44\n",
            "/proc/modules": "nf_conntrack 1 0 - Live 0x0\n", "/usr/lib/systemd/system/systemd-sysctl.service": "[Unit]\n",
            "/run/systemd/system/x": "", "/etc/sysctl.d/README": "", "/usr/lib/systemd/libsystemd-shared-252.so": "",
        }.items():
            self.put(path, text)

    def put(self, path, text):
        self.root.join(path.lstrip("/")).write(text, mode="wb" if isinstance(text, bytes) else "w", ensure=True)

    def remove(self, path):
        self.root.join(path.lstrip("/")).remove()

    def files(self):
        """Return every file below /etc, and the running values."""
        return dict((str(path), path.read_binary()) for top in ("etc", "proc/sys/net") for path in self.root.join(top).visit(lambda path: path.isfile()))

    def get(self, path):
        return self.files().get(str(self.root) + path)

    def open(self, path, like=None):
        store = drop_in_file.DropInFile(path, root=str(self.root), like=like)
        for operation in ("rehearse", "replace", "remove"):
            setattr(store, operation, self._striking(store, operation, getattr(store, operation)))
        return store

    def _striking(self, store, operation, original):
        def call(*arguments):
            number = self.faults.pop((operation, store.path), None)
            if number:
                raise OSError(number, os.strerror(number))
            return original(*arguments)
        return call

    def apply(self, settings, path=DROP_IN, **options):
        wish = dict(settings=settings, state="present", persist=True, runtime=True, path=path, unsupported="fail", check_mode=False, load_modules=True)
        wish.update(options)
        root = str(self.root)
        files = boot.BootFiles(conf_dir.ConfDir(root), self.open, open_files=lambda: host_files.HostFiles(root))
        return transaction.apply(transaction.Request(**wish), Tree(root), self.open(path), files)

    def refuse(self, *arguments, **options):
        """Apply what must fail and leave everything as it was."""
        before = self.files()
        with pytest.raises(errors.TransactionError) as caught:
            self.apply(*arguments, **options)
        assert self.files() == before
        assert (caught.value.details["changed"], caught.value.details["left"]) == (False, [])
        return caught.value


@pytest.fixture
def host(tmpdir):
    return Host(tmpdir)


@pytest.mark.parametrize("key, there, asked, check_mode", list(itertools.product([SACK, TRACK], sorted(LISTS), [True, False], [True, False])))
def test_truth_table(host, key, there, asked, check_mode):
    if LISTS[there] is not None:
        host.put(LIST, LISTS[there])
    if there == "elsewhere":
        host.put("/usr/lib/modules-load.d/firewall.conf", "nf_conntrack\n")
    before = host.files()
    options = dict(load_modules=asked, check_mode=check_mode)
    result = host.apply({key: 0}, **options)
    adds = asked and key == TRACK and there in ("no list", "theirs")
    assert result.get("modules") == ({"path": LIST, "added": ["nf_conntrack"] * adds, "removed": []} if asked else None)
    assert [part["after_header"] for part in result["diff"]] == ["running values", DROP_IN] + [LIST] * adds
    if check_mode:
        assert host.files() == before
        return
    assert host.get(LIST) == ((LISTS[there] or modules_load.HEADER) + b"nf_conntrack\n" if adds else LISTS[there])
    after = host.files()
    again = host.apply({key: 0}, **options)
    assert (again["changed"], again["diff"], host.files()) == (False, [], after)


def test_the_list_alone_is_a_change(host):
    host.apply({TRACK: 0}, load_modules=False)
    result = host.apply({TRACK: 0})
    assert (result["changed"], [row["status"] for row in result["settings"]], host.get(LIST)) == (True, ["unchanged"], OURS)


def test_keys_that_were_persisted_before_count_without_being_named(host):
    host.apply({TRACK: 0}, load_modules=False)
    assert host.apply({})["modules"]["added"] == ["nf_conntrack"]


def test_check_mode_predicts_the_real_run(host):
    predicted = host.apply({TRACK: 0, SACK: 0}, check_mode=True)
    assert host.apply({TRACK: 0, SACK: 0}) == predicted


def test_the_problem_that_the_list_solves_is_gone_after_it(host):
    def late():
        files = host_files.HostFiles(str(host.root))
        return "nf_conntrack" in files.loaded_modules() - modules_load.listed(files.module_lists())

    assert late()
    host.apply({TRACK: 0})
    assert not late()


def test_absent_takes_out_what_no_kept_key_needs(host):
    other = "net.netfilter.nf_conntrack_acct"
    host.put("/proc/sys/net/netfilter/nf_conntrack_acct", "0\n")
    host.apply({TRACK: 0, SACK: 0, other: 1})
    assert host.apply({TRACK: None}, state="absent")["modules"]["removed"] == []
    host.put(LIST, OURS + b"wireguard\n")
    assert host.apply({other: None}, state="absent", load_modules=False).get("modules") is None
    host.apply({other: 1})
    assert host.apply({other: None}, state="absent")["modules"] == {"path": LIST, "added": [], "removed": ["nf_conntrack"]}
    assert host.get(LIST) == modules_load.HEADER + b"wireguard\n"


def test_the_last_key_takes_drop_in_and_list_with_it(host):
    host.apply({TRACK: 0})
    assert host.apply({TRACK: None}, state="absent")["changed"] is True
    assert (host.get(DROP_IN), host.get(LIST)) == (None, None)
    assert host.apply({TRACK: None}, state="absent")["changed"] is False


@pytest.mark.parametrize("there", [None, b"# mine\n"])
@pytest.mark.parametrize("operation, path", [("rehearse", LIST), ("replace", LIST), ("replace", DROP_IN)])
def test_a_fault_puts_everything_back(host, operation, path, there):
    if there is not None:
        host.put(LIST, there)
    host.faults[(operation, path)] = errno.ENOSPC
    error = host.refuse({TRACK: 0})
    assert path + ": cannot be written (ENOSPC" in error.message
    assert (LIST in error.details["undone"]) == (path == DROP_IN)


def test_a_fault_while_taking_out_puts_the_list_back(host):
    host.apply({TRACK: 0})
    host.faults[("remove", DROP_IN)] = errno.EIO
    host.refuse({TRACK: None}, state="absent")
    assert host.get(LIST) == OURS


def test_what_cannot_be_is_refused_before_anything_is_written(host):
    assert "load_modules names kernel modules for the next boot" in host.refuse({TRACK: 0}, persist=False).message
    host.root.join("srv").ensure(dir=True)
    assert "beside sysctl.d" in host.refuse({TRACK: 0}, path="/srv/90.conf").message
    host.root.join(LIST.lstrip("/")).dirpath().ensure(dir=True)
    host.root.join(LIST.lstrip("/")).mksymlinkto("/dev/null")
    assert LIST + ": cannot be read: it is no plain file" in host.refuse({TRACK: 0}).message


def test_a_key_whose_module_is_not_loaded_can_be_kept_for_the_next_boot(host):
    host.remove("/proc/sys/net/netfilter/nf_conntrack_tcp_loose")
    host.put("/proc/modules", "")
    assert "it needs nf_conntrack" in host.refuse({TRACK: 0}).message
    assert "it needs nf_conntrack" in host.refuse({TRACK: 0}, runtime=False, load_modules=False).message
    row, = host.apply({TRACK: 0}, runtime=False)["settings"]
    assert (row["after"], row["status"]) == ({"persisted": "0"}, "changed")
    assert (host.get(LIST), drop_in.lookup_all(host.get(DROP_IN)).get(TRACK)) == (OURS, "0")
    assert host.apply({TRACK: 0}, runtime=False)["changed"] is False
