# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import procfs
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import watched

TITLES = {2: 'AF_INET tcp all states ext=0', 10: 'AF_INET6 all states ext=0'}


class Replay(object):
    """Answer as the captured 4.9 kernel did, whatever is asked."""

    def __init__(self, captures):
        self.captures, self.asked = captures, []

    def dump(self, request):
        sequence, family = struct.unpack_from('=I', request, 8)[0], bytearray(request)[16]
        if not family:
            raise errors.SourceUnavailable('netlink sock_diag: the kernel answered EINVAL')
        self.asked.append(bytearray(request)[18])
        for data in self.captures.datagrams('4.9.115', TITLES[family]):
            position = 0
            while position < len(data):
                struct.pack_into('=I', data, position + 8, sequence)
                position += (struct.unpack_from('=I', data, position)[0] + 3) & ~3
            yield data, len(data)


class Clock(object):
    def __init__(self):
        self.time, self.slept = 0.0, []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds


class Nobody(object):
    def pids(self):
        return []


@pytest.fixture
def read(captures):
    def run(**options):
        clock, diag = Clock(), Replay(captures)
        facts, warnings = watched.read_watched(options, procfs.ProcFs(captures.root('4.9.115')), diag, Nobody(), clock)
        return facts, clock, diag
    return run


def test_one_look_waits_for_nothing(read):
    facts, clock, diag = read(details=['listeners'])
    assert 'samples' not in facts
    assert clock.slept == []
    assert len(diag.asked) == 2


def test_samples_are_spread_over_the_clock(read):
    facts, clock, dummy = read(samples=3, interval=2.5)
    assert clock.slept == [2.5, 2.5]
    assert facts['samples'] == {'count': 3, 'seconds': 5.0, 'rates': {}, 'close_wait': {'counts': [4, 4, 4], 'kept': 4}}


@pytest.mark.parametrize('source', ['netlink', 'proc'])
def test_groups_and_owners_do_not_depend_on_the_source(read, source):
    facts = read(details=['groups', 'owners'], source=source)[0]
    assert facts['groups']['fin_wait2'] == {'held': 2, 'orphaned': 2}
    assert facts['groups']['syn_sent'] == [{'address': '10.77.0.9', 'port': 81, 'side': 'client', 'count': 1}]
    assert sum(row['time_wait'] for row in facts['groups']['served']) == 7
    assert facts['owners'] == {'complete': True, 'states': {
        'CLOSE_WAIT': {'sockets': 4, 'unowned': 4, 'processes': []}, 'FIN_WAIT2': {'sockets': 2, 'unowned': 2, 'processes': []}}}


def test_ages_ask_for_tcp_info_and_need_netlink(read):
    facts, dummy, diag = read(details=['ages'])
    assert diag.asked == [0, 0, 2, 2]
    # The capture was made without it.
    assert facts['ages'] == dict((name, {'sockets': 0, 'at_least': {}}) for name in ('established', 'close_wait', 'fin_wait2'))
    assert 'ages' not in read(details=['ages'], source='proc')[0]


@pytest.mark.parametrize('options, message', [
    ({'samples': -1}, 'samples: -1 is not between 1 and 1000'), ({'samples': 1001}, 'samples: 1001'),
    ({'samples': 2, 'interval': 0.0}, 'interval: 0.0 is not above 0'), ({'interval': 3601.0}, 'interval: 3601.0'),
])
def test_wrong_options_are_refused(read, options, message):
    with pytest.raises(errors.InvalidInput, match=message):
        read(**options)


@pytest.mark.parametrize('source', ['netlink', 'proc'])
def test_a_series_counts_every_state_in_each_sample(read, source):
    facts, clock, diag = read(details=['series'], samples=3, interval=2.5, source=source, states=['LISTEN'])
    assert [row['seconds'] for row in facts['series']] == [0.0, 2.5, 5.0]
    assert all(row['states']['CLOSE_WAIT'] == 4 and row['counters'] == {} for row in facts['series'])
    assert all(sum(row['states'].values()) == row['total'] for row in facts['series'])
    assert list(facts['sockets']['states']) == ['LISTEN']
    assert facts['samples']['close_wait'] == {'counts': [4, 4, 4], 'kept': 4}


def test_a_series_of_one_sample(read):
    facts, clock, diag = read(details=['series'])
    assert [row['seconds'] for row in facts['series']] == [0.0]
    assert 'samples' not in facts and clock.slept == []


def test_a_series_holds_the_counters_that_moved():
    def sample(seconds, **numbers):
        return watched.sampling.Sample(seconds, {'Tcp': numbers}, frozenset(), {'total': 0, 'states': {}})
    rows = watched.sampling.series([sample(7.0, ActiveOpens=1, InErrs=0), sample(8.0, ActiveOpens=5, InErrs=0)])
    assert [row['counters'] for row in rows] == [{'Tcp': {'ActiveOpens': 1}}, {'Tcp': {'ActiveOpens': 5}}]
