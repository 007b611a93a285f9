# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import owners


class Processes(object):
    """Hold {pid: inodes or None where closed}; count how often each is read."""

    def __init__(self, inodes):
        self.inodes, self.read = inodes, []

    def pids(self):
        return sorted(self.inodes)

    def socket_inodes(self, pid):
        self.read.append(pid)
        return self.inodes[pid]

    def command(self, pid):
        return None if pid == 99 else 'worker'


class Clock(object):
    """Step by a fixed time at each look."""

    def __init__(self, step=0.0):
        self.time, self.step = 0.0, step

    def now(self):
        self.time += self.step
        return self.time


def test_owners_are_named_in_one_pass_most_first():
    world = Processes({1: [5], 2: [11, 12], 3: [12, 13], 99: [14]})
    facts, warnings = owners.read_owners({'CLOSE_WAIT': [11, 12, 13, 14, 0], 'FIN_WAIT2': []}, world, Clock())
    assert facts == {'complete': True, 'states': {'CLOSE_WAIT': {'sockets': 5, 'unowned': 1, 'processes': [
        {'pid': 2, 'comm': 'worker', 'count': 2}, {'pid': 3, 'comm': 'worker', 'count': 2}, {'pid': 99, 'count': 1}]}}}
    assert warnings == []
    assert world.read == [1, 2, 3, 99]


@pytest.mark.parametrize('inodes', [{}, {'CLOSE_WAIT': []}, {'CLOSE_WAIT': [0, 0]}])
def test_nothing_is_read_when_there_is_nothing_to_name(inodes):
    world = Processes({1: [5]})
    assert owners.read_owners(inodes, world, Clock())[0]['complete'] is True
    assert world.read == []


def test_hidden_processes_are_told_when_an_owner_is_missing():
    facts, warnings = owners.read_owners({'CLOSE_WAIT': [11]}, Processes({1: None, 2: None}), Clock())
    assert facts['complete'] is False
    assert facts['states']['CLOSE_WAIT']['unowned'] == 1
    assert '2 processes do not show this user' in warnings[0]


def test_hidden_processes_do_not_matter_when_all_owners_are_known():
    assert owners.read_owners({'CLOSE_WAIT': [11]}, Processes({1: None, 2: [11]}), Clock())[1] == []


def test_the_search_ends_in_time():
    world = Processes(dict((pid, [pid]) for pid in range(1, 50)))
    facts, warnings = owners.read_owners({'CLOSE_WAIT': [49]}, world, Clock(1.0))
    assert facts['complete'] is False
    assert len(world.read) == 5
    assert 'stopped after 5 seconds' in warnings[0]


def test_only_the_first_processes_are_shown():
    facts = owners.read_owners({'CLOSE_WAIT': [7]}, Processes(dict((pid, [7]) for pid in range(1, 30))), Clock())[0]
    assert len(facts['states']['CLOSE_WAIT']['processes']) == owners.PROCESSES_SHOWN
