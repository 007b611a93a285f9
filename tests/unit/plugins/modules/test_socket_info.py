# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.modules import socket_info


class Ended(Exception):
    """The module left, with these results."""


class FakeModule(object):
    """Record how the module translates; the real AnsibleModule reads stdin and ends the process."""

    params = {'source': 'auto'}
    warned = []

    def __init__(self, argument_spec, supports_check_mode):
        FakeModule.spec = argument_spec
        FakeModule.check_mode = supports_check_mode

    def warn(self, text):
        self.warned.append(text)

    def exit_json(self, **results):
        raise Ended(results)

    def fail_json(self, **results):
        raise Ended(dict(results, failed=True))


@pytest.fixture
def run(monkeypatch):
    def start(answer):
        monkeypatch.setattr(socket_info, 'AnsibleModule', FakeModule)
        monkeypatch.setattr(FakeModule, 'warned', [])
        monkeypatch.setattr(socket_info.counting, 'read_sockets', answer)
        with pytest.raises(Ended) as caught:
            socket_info.main()
        return caught.value.args[0]
    return start


def test_facts_are_returned_and_warnings_given(run):
    asked = []

    def answer(options, procfs, diag, more):
        asked.append(options)
        return {'sockets': {'total': 3}}, ['netlink was refused']

    assert run(answer) == {'changed': False, 'sockets': {'total': 3}}
    assert FakeModule.warned == ['netlink was refused']
    assert asked == [FakeModule.params]
    assert FakeModule.check_mode is True


def test_an_error_of_this_collection_becomes_a_failure(run):
    def answer(options, procfs, diag, more):
        raise errors.SourceUnavailable('/proc/net/tcp is missing', path='/proc/net/tcp')

    assert run(answer) == {'failed': True, 'msg': '/proc/net/tcp is missing', 'path': '/proc/net/tcp'}


def test_any_other_error_is_a_defect_and_shows(monkeypatch):
    def answer(options, procfs, diag, more):
        raise KeyError('defect')

    monkeypatch.setattr(socket_info, 'AnsibleModule', FakeModule)
    monkeypatch.setattr(socket_info.counting, 'read_sockets', answer)
    with pytest.raises(KeyError):
        socket_info.main()


def test_the_other_ports_are_there_when_they_are_asked_for(run):
    names = []

    def answer(options, procfs, diag, more):
        names.extend(type(port).__name__ for port in more())
        return {}, []

    run(answer)
    assert names == ['NetNamespaces', 'ProcessFiles', 'Clock']
