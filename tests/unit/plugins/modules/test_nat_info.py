# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.modules import nat_info


class Ended(Exception):
    """The module left, with these results."""


class FakeModule(object):
    """Record how the module translates; the real AnsibleModule reads stdin and ends the process."""

    params = {'nat': 'absent', 'interval': 0, 'source': 'auto', 'netns': None}

    def __init__(self, argument_spec, supports_check_mode):
        FakeModule.spec = argument_spec

    def exit_json(self, **results):
        raise Ended(results)

    def fail_json(self, **results):
        raise Ended(dict(results, failed=True))


@pytest.fixture
def run(monkeypatch):
    def start(answer):
        monkeypatch.setattr(nat_info, 'AnsibleModule', FakeModule)
        monkeypatch.setattr(nat_info.nat, 'read_verdicts', answer)
        with pytest.raises(Ended) as caught:
            nat_info.main()
        return caught.value.args[0]
    return start


def test_what_is_read_is_returned(run):
    assert run(lambda wish, world, ports: {'evidence': [], 'asked': wish}) == {'changed': False, 'evidence': [], 'asked': FakeModule.params}
    assert FakeModule.spec['nat']['choices'] == ['unknown', 'absent', 'present']


def test_an_error_of_this_collection_becomes_a_failure(run):
    def answer(wish, world, ports):
        raise errors.InvalidInput('interval: -1 is negative')

    assert run(answer) == {'failed': True, 'msg': 'interval: -1 is negative'}
