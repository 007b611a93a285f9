# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import shutil
import socket
import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, tcp_state
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import procfs, sock_diag
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import sockets

TITLES = {2: 'AF_INET tcp all states ext=0', 10: 'AF_INET6 all states ext=0'}
NEW_TITLES = {2: 'AF_INET all states ext=0', 10: 'AF_INET6 all states ext=0'}
OLD_V4 = {'ESTABLISHED': 5, 'SYN_SENT': 1, 'FIN_WAIT2': 2, 'TIME_WAIT': 4, 'CLOSE_WAIT': 2, 'LISTEN': 1}
OLD_V6 = {'ESTABLISHED': 5, 'FIN_WAIT2': 2, 'TIME_WAIT': 5, 'CLOSE_WAIT': 2, 'LISTEN': 2}
OLD = {'ESTABLISHED': 10, 'SYN_SENT': 1, 'FIN_WAIT2': 4, 'TIME_WAIT': 9, 'CLOSE_WAIT': 4, 'LISTEN': 3}


class Replay(object):
    """Answer as the captured kernel did, but not to the request for both families; the states asked for do not narrow the answer."""

    def __init__(self, captures, kernel):
        self.captures = captures
        self.kernel = kernel
        self.asked = []

    def dump(self, request):
        sequence = struct.unpack_from('=I', request, 8)[0]
        family = bytearray(request)[16]
        if not family:
            raise errors.SourceUnavailable('netlink sock_diag: the kernel answered EINVAL')
        self.asked.append((family, struct.unpack_from('=I', request, 20)[0]))
        titles = NEW_TITLES if self.kernel == '6.18.44' else TITLES
        for data in self.captures.datagrams(self.kernel, titles[family]):
            position = 0
            while position < len(data):
                struct.pack_into('=I', data, position + 8, sequence)
                position += (struct.unpack_from('=I', data, position)[0] + 3) & ~3
            yield data, len(data)


class Broken(Replay):
    """Refuse, or stop early, for one family."""

    def __init__(self, captures, kernel, family, error):
        super(Broken, self).__init__(captures, kernel)
        self.family, self.error = family, error

    def dump(self, request):
        for answer in super(Broken, self).dump(request):
            if self.asked[-1][0] == self.family and self.error is None:
                return
            if self.asked[-1][0] == self.family:
                raise self.error
            yield answer


def refused():
    def factory(*arguments):
        raise socket.error(errno.EPROTONOSUPPORT, 'Protocol not supported')
    return sock_diag.SockDiag(factory)


class NotAsked(object):
    def dump(self, request):
        raise AssertionError('netlink must not be asked')


@pytest.fixture
def read(captures):
    def run(kernel='4.9.115', diag=None, root=None, **options):
        fs = procfs.ProcFs(root or captures.root(kernel))
        return sockets.read_sockets(options, fs, diag or Replay(captures, kernel))
    return run


@pytest.fixture
def copy(captures, tmpdir):
    """Copy a captured root, to take things away from it."""
    target = str(tmpdir.join('root'))
    shutil.copytree(captures.root('4.9.115'), target)
    return tmpdir.join('root', 'proc')


@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
@pytest.mark.parametrize('source, used', [('auto', 'netlink'), ('netlink', 'netlink'), ('proc', 'proc')])
def test_both_sources_count_the_same(read, kernel, source, used):
    facts, warnings = read(kernel, source=source)
    assert facts == {'sockets': {'source': used, 'total': 31, 'states': OLD, 'families': {'ipv4': OLD_V4, 'ipv6': OLD_V6}}}
    assert warnings == []


def test_details_do_not_depend_on_the_source(read):
    details = ['listeners', 'ephemeral', 'counters']
    for kernel in ('3.10.105', '4.9.115', '6.18.44'):
        netlink = read(kernel, source='netlink', details=details)[0]
        proc = read(kernel, source='proc', details=details)[0]
        assert netlink['ephemeral'] == proc['ephemeral']
        assert netlink['counters'] == proc['counters']
        assert proc['listeners'] == [
            dict((name, field) for name, field in row.items() if name != 'backlog') for row in netlink['listeners']]
        assert proc['sockets'] == dict(netlink['sockets'], source='proc')


def test_everything_comes_from_one_dump_of_each_family(read, captures):
    diag = Replay(captures, '4.9.115')
    read(diag=diag, details=['listeners', 'ephemeral', 'counters'])
    assert diag.asked == [(2, tcp_state.ALL_STATES), (10, tcp_state.ALL_STATES)]


@pytest.mark.parametrize('options, mask', [
    ({}, tcp_state.ALL_STATES),
    ({'states': None}, tcp_state.ALL_STATES),
    ({'states': []}, tcp_state.ALL_STATES),
    ({'states': ['TIME_WAIT']}, 1 << 6),
    ({'states': ['TIME_WAIT'], 'details': ['counters']}, 1 << 6),
    ({'states': ['TIME_WAIT'], 'details': ['listeners']}, 1 << 6 | 1 << 10),
    ({'states': ['TIME_WAIT'], 'details': ['ephemeral']}, tcp_state.ALL_STATES),
    ({'states': ['CLOSING'], 'details': ['keepalive']}, 1 << 11 | 1 << 1),
    ({'states': ['CLOSING'], 'details': ['time_wait', 'listeners']}, 1 << 11 | 1 << 6 | 1 << 10),
])
def test_the_kernel_is_asked_for_what_is_needed(read, captures, options, mask):
    diag = Replay(captures, '4.9.115')
    read(diag=diag, families=['ipv4'], **options)
    assert diag.asked == [(2, mask)]


@pytest.mark.parametrize('source', ['netlink', 'proc'])
def test_states_narrow_the_counts_but_not_the_details(read, source):
    facts = read(source=source, states=['TIME_WAIT', 'CLOSING'], details=['listeners', 'ephemeral'])[0]
    assert facts['sockets']['states'] == {'TIME_WAIT': 9}
    assert facts['sockets']['total'] == 9
    assert facts['sockets']['families'] == {'ipv4': {'TIME_WAIT': 4}, 'ipv6': {'TIME_WAIT': 5}}
    assert len(facts['listeners']) == 3
    assert facts['ephemeral']['destinations'][0]['used'] == 5


def test_listeners_are_sorted_and_printed_as_netstat_does(read):
    assert read(details=['listeners'])[0]['listeners'] == [
        {'address': '127.0.0.1', 'port': 18080, 'family': 'ipv4', 'queued': 1, 'backlog': 5},
        {'address': '::1', 'port': 18090, 'family': 'ipv6', 'queued': 1, 'backlog': 5},
        {'address': '::', 'port': 18099, 'family': 'ipv6', 'queued': 0, 'backlog': 128},
    ]


def test_ephemeral_ports_of_a_capture(read):
    facts = read('3.10.105', details=['ephemeral'])[0]['ephemeral']
    destinations, sources = facts.pop('destinations'), facts.pop('sources')
    assert facts == {'low': 32768, 'high': 61000, 'size': 28233, 'reserved': 0, 'available': 28232}
    listed = [(row['destination'], row['port'], row['used']) for row in destinations]
    assert listed[:2] == [('::1', 18090, 5), ('127.0.0.1', 18080, 5)]
    assert [(row['source'], row['destinations'], row['connections']) for row in sources][:1] == [('127.0.0.1', 2, 6)]


def test_reserved_ports_are_taken_off(read):
    facts = read('6.18.44', details=['ephemeral'])[0]['ephemeral']
    assert (facts['size'], facts['reserved'], facts['available']) == (28232, 12, 28220)


@pytest.mark.parametrize('top', [0, 1, 2])
def test_top_limits_the_destinations(read, top):
    assert len(read(details=['ephemeral'], top=top)[0]['ephemeral']['destinations']) == top


def test_counters(read):
    counters = read(details=['counters'])[0]['counters']
    assert counters['sockstat']['TCP']['tw'] == 11
    assert counters['sockstat6'] == {'TCP6': {'inuse': 10}}
    assert counters['snmp']['Tcp']['MaxConn'] == -1
    assert counters['netstat']['TcpExt']['ListenOverflows'] == 0


def test_files_and_lines_that_a_kernel_lacks_are_left_out(read, copy):
    copy.join('net', 'sockstat6').remove()
    copy.join('net', 'netstat').write_binary(b'IpExt: A\nIpExt: 1\n')
    counters = read(root=str(copy.join('..')), details=['counters'])[0]['counters']
    assert sorted(counters) == ['snmp', 'sockstat']


@pytest.mark.parametrize('source', ['auto', 'netlink', 'proc'])
def test_ipv6_that_is_off_is_absent_and_not_empty(read, copy, source):
    copy.join('net', 'tcp6').remove()
    facts, warnings = read(root=str(copy.join('..')), source=source)
    assert facts['sockets']['families'] == {'ipv4': OLD_V4}
    assert warnings == []


def test_ipv6_that_is_off_and_alone_asked_for_is_told(read, copy):
    copy.join('net', 'tcp6').remove()
    facts, warnings = read(root=str(copy.join('..')), families=['ipv6'])
    assert facts['sockets']['families'] == {}
    assert 'IPv6 is off' in warnings[0]


def test_netlink_does_without_proc(read, copy):
    copy.join('net').remove(rec=1)
    facts = read(root=str(copy.join('..')))[0]
    assert facts['sockets']['families'] == {'ipv4': OLD_V4, 'ipv6': OLD_V6}


def test_one_family_is_asked_alone(read, captures):
    diag = Replay(captures, '4.9.115')
    assert read(diag=diag, families=['ipv6'])[0]['sockets']['families'] == {'ipv6': OLD_V6}
    assert [family for family, dummy in diag.asked] == [10]


def test_refused_netlink_falls_back_and_says_why(read):
    facts, warnings = read(diag=refused())
    assert facts['sockets'] == {'source': 'proc', 'total': 31, 'states': OLD, 'families': {'ipv4': OLD_V4, 'ipv6': OLD_V6}}
    assert len(warnings) == 1
    assert '/proc/net/tcp' in warnings[0]
    assert 'EPROTONOSUPPORT' in warnings[0]


@pytest.mark.parametrize('family', [2, 10])
@pytest.mark.parametrize('error', [None, errors.IncompleteDump('cut'), errors.SourceUnavailable('silent')])
def test_one_family_that_fails_sends_everything_to_proc(read, captures, family, error):
    facts, warnings = read(diag=Broken(captures, '4.9.115', family, error), details=['listeners'])
    assert facts['sockets']['source'] == 'proc'
    assert facts['sockets']['states'] == OLD
    assert len(facts['listeners']) == 3
    assert len(warnings) == 1


@pytest.mark.parametrize('family', [2, 10])
def test_netlink_alone_fails_rather_than_falls_back(read, captures, family):
    with pytest.raises(errors.IncompleteDump):
        read(diag=Broken(captures, '4.9.115', family, None), source='netlink')
    with pytest.raises(errors.SourceUnavailable):
        read(diag=refused(), source='netlink')


def test_proc_alone_does_not_ask_netlink(read):
    assert read(diag=NotAsked(), source='proc')[0]['sockets']['source'] == 'proc'


def test_no_source_at_all_is_an_error(read, copy):
    copy.join('net').remove(rec=1)
    with pytest.raises(errors.SourceUnavailable) as caught:
        read(root=str(copy.join('..')), diag=refused())
    assert '/proc/net/tcp is missing' in caught.value.message


def test_a_torn_table_is_an_error(read, copy):
    table = copy.join('net', 'tcp')
    table.write_binary(table.read_binary()[:-60])
    with pytest.raises(errors.ParseError):
        read(root=str(copy.join('..')), source='proc')


def test_a_hidden_port_range_is_told_and_left_out(read, copy):
    copy.join('sys').remove(rec=1)
    facts, warnings = read(root=str(copy.join('..')), details=['ephemeral'])
    assert 'ephemeral' not in facts
    assert 'ip_local_port_range is not shown' in warnings[0]


def test_hidden_reserved_ports_are_not_zero(read, copy):
    copy.join('sys', 'net', 'ipv4', 'ip_local_reserved_ports').remove()
    facts, warnings = read(root=str(copy.join('..')), details=['ephemeral'])
    assert 'reserved' not in facts['ephemeral']
    assert facts['ephemeral']['available'] == 28232
    assert 'ip_local_reserved_ports is not shown' in warnings[0]


@pytest.mark.parametrize('options, message', [
    ({'families': ['ipx']}, 'families: ipx is not known; choose from ipv4, ipv6'),
    ({'source': 'magic'}, 'source: magic is not known; choose from auto, netlink, proc'),
    ({'details': ['owner']}, 'details: owner is not known; choose from listeners, ephemeral, counters'),
    ({'states': ['ESTAB']}, 'states: ESTAB: no such state'),
    ({'top': -1}, 'top: -1 is negative'),
])
def test_wrong_options_are_refused(read, options, message):
    with pytest.raises(errors.InvalidInput) as caught:
        read(diag=NotAsked(), **options)
    assert message in caught.value.message


@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
def test_keepalive_and_time_wait_by_side_are_the_same_from_both_sources(read, kernel):
    details = ['keepalive', 'time_wait']
    netlink, proc = [read(kernel, source=source, details=details)[0] for source in ('netlink', 'proc')]
    assert netlink['keepalive'] == proc['keepalive']
    assert netlink['time_wait'] == proc['time_wait']
    assert netlink['keepalive']['established'] == netlink['sockets']['states']['ESTABLISHED']
    assert sum(netlink['time_wait'].values()) == netlink['sockets']['states']['TIME_WAIT']
    assert netlink['time_wait']['inbound'] > 0
    assert 'listeners' not in netlink


def test_without_being_asked_nothing_is_said_of_keepalive(read):
    assert not set(['keepalive', 'time_wait']).intersection(read(details=['counters'])[0])
