# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import close_look, inet_diag, tcp_state

V4 = b'\x7f\0\0\1'
OTHER = b'\xc0\0\2\1'


def message(state, local_port=80, remote_port=40000, local=V4, remote=OTHER, timer=0, inode=7, info=None):
    """Build one socket as the kernel sends it."""
    body = struct.pack('=BBBB', 2, state, timer, 0) + struct.pack('>HH', local_port, remote_port)
    body += local.ljust(16, b'\0') + remote.ljust(16, b'\0') + struct.pack('=I8s', 0, b'\0' * 8)
    body += struct.pack('=IIIII', 0, 0, 0, 0, inode)
    if info is not None:
        content = struct.pack('=44xIIII', *info).ljust(104, b'\0')
        body += struct.pack('=HH', 5, 8) + b'\0\0\0\0' + struct.pack('=HH', 4 + len(content), 2) + content
    return struct.pack('=IHHII', 16 + len(body), 20, 2, 1, 0) + body


def look_at(messages):
    look = close_look.CloseLook(inet_diag.AF_INET)
    data = bytearray(b''.join(messages))
    look.add_run(data, 0, len(messages[0]), len(messages))
    return look


def groups(messages, listening=(('ipv4', 80),), top=10):
    return close_look.groups({'ipv4': look_at(messages)}, set(listening), top)


@pytest.mark.parametrize('count', [1, 7, 8, 9, 100])
def test_local_ports_are_counted_whatever_the_length_of_a_run(count):
    messages = [message(tcp_state.TIME_WAIT, 80 + n % 2) for n in range(count)] + [message(tcp_state.ESTABLISHED), message(tcp_state.LISTEN)]
    look = look_at(messages)
    assert look.waiting[80] + look.waiting[81] == count
    assert look.elsewhere == {80: 1}


def test_only_served_ports_are_listed_the_busiest_first():
    rows = groups([message(tcp_state.TIME_WAIT, 80)] * 3 + [message(tcp_state.ESTABLISHED, 90)] * 5, [('ipv4', 80), ('ipv4', 90), ('ipv4', 91)])['served']
    assert rows == [
        {'port': 90, 'family': 'ipv4', 'connections': 5, 'time_wait': 0}, {'port': 80, 'family': 'ipv4', 'connections': 0, 'time_wait': 3}]


def test_fin_wait2_with_and_without_an_owner():
    found = groups([message(tcp_state.FIN_WAIT2, inode=0)] * 2 + [message(tcp_state.FIN_WAIT2, inode=9)])
    assert found['fin_wait2'] == {'held': 1, 'orphaned': 2}


def test_half_open_connections_by_peer_and_network():
    found = groups([message(tcp_state.SYN_RECV, remote=b'\xc0\0' + struct.pack('BB', n // 2, n)) for n in range(4)])
    assert found['syn_recv'] == {'peers': 4, 'networks': 2}


def test_peers_are_told_with_the_port_of_whoever_serves():
    found = groups([message(tcp_state.CLOSE_WAIT, 80, 40000), message(tcp_state.CLOSE_WAIT, 80, 40001), message(tcp_state.CLOSE_WAIT, 50000, 443)])
    assert found['close_wait']['peers'] == [
        {'address': '192.0.2.1', 'port': 80, 'side': 'server', 'count': 2}, {'address': '192.0.2.1', 'port': 443, 'side': 'client', 'count': 1}]


@pytest.mark.parametrize('port, blocking', [(40000, 1), (40001, 0)])
def test_a_connection_that_meets_its_own_old_end(port, blocking):
    old = message(tcp_state.CLOSE_WAIT, 80, 40000, V4, V4)
    new = message(tcp_state.SYN_SENT, port, 80, V4, V4)
    assert groups([old, new])['close_wait']['blocking'] == blocking


def test_a_flood_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(close_look, 'MOST', 5)
    assert len(look_at([message(tcp_state.SYN_RECV)] * 9).seen(tcp_state.SYN_RECV)) == 5


@pytest.mark.parametrize('local, remote, expected', [
    (V4, OTHER, False), (OTHER, OTHER, True), (OTHER, b'\x7f\1\2\3', True), (b'\0' * 15 + b'\1', b'\0' * 15 + b'\1', True),
    (b'\0' * 10 + b'\xff\xff' + OTHER, b'\0' * 10 + b'\xff\xff' + V4, True),
])
def test_what_stays_on_this_host(local, remote, expected):
    assert close_look.is_local(inet_diag.Sighting(1, local, 1, remote, 2, 0, 3)) is expected


@pytest.mark.parametrize('seconds, expected', [
    ([], {'sockets': 0, 'at_least': {}}),
    ([0.9], {'sockets': 1, 'at_least': {}, 'longest_seconds': 0}),
    ([59.9, 60.0, 7200.5], {'sockets': 3, 'longest_seconds': 7200, 'at_least': {
        '1': 3, '10': 3, '60': 2, '300': 1, '600': 1, '1800': 1, '3600': 1, '7200': 1}}),
])
def test_ages(seconds, expected):
    assert close_look.ages(seconds) == expected


def test_tcp_info_tells_how_quiet_a_socket_is():
    data = bytearray(message(tcp_state.ESTABLISHED, info=(1500, 0, 2500, 3500)))
    (sighting, quiet), = inet_diag.quiet_in_run(inet_diag.AF_INET, data, 0, len(data), 1)
    assert quiet == (1.5, 2.5, 3.5)
    assert (sighting.local_port, sighting.inode, sighting.timer) == (80, 7, 0)


def test_a_socket_without_tcp_info_is_left_out():
    data = bytearray(message(tcp_state.ESTABLISHED))
    assert list(inet_diag.quiet_in_run(inet_diag.AF_INET, data, 0, len(data), 1)) == []


def test_the_request_for_tcp_info_sets_its_bit():
    assert bytearray(inet_diag.build_request(2, 1, 1))[18] == 0
    assert bytearray(inet_diag.build_request(2, 1, 1, with_info=True))[18] == 2
