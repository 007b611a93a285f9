# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import socket

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, proc_net, tcp_state

KERNELS = ['3.10.105', '4.9.115', '6.18.44']


def counts_of(lines):
    table = [0] * 256
    for entry in proc_net.parse_sockets(lines, '/proc/net/tcp'):
        table[entry.state] += 1
    return tcp_state.counts_by_name(table)


@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
def test_tables_of_old_kernels(captures, kernel):
    assert counts_of(captures.lines(kernel, 'tcp')) == {
        'ESTABLISHED': 5, 'SYN_SENT': 1, 'FIN_WAIT2': 2, 'TIME_WAIT': 4, 'CLOSE_WAIT': 2, 'LISTEN': 1}
    assert counts_of(captures.lines(kernel, 'tcp6')) == {
        'ESTABLISHED': 5, 'FIN_WAIT2': 2, 'TIME_WAIT': 5, 'CLOSE_WAIT': 2, 'LISTEN': 2}


def test_table_of_a_new_kernel(captures):
    assert counts_of(captures.lines('6.18.44', 'tcp')) == {
        'ESTABLISHED': 18, 'SYN_SENT': 1, 'FIN_WAIT2': 4, 'TIME_WAIT': 20, 'CLOSE_WAIT': 4, 'LISTEN': 4}


def test_fields_of_a_socket(captures):
    entries = list(proc_net.parse_sockets(captures.lines('4.9.115', 'tcp'), 'tcp'))
    local = socket.inet_aton('127.0.0.1')
    assert entries[0] == (tcp_state.LISTEN, local, 18080, b'\0' * 4, 0, 1, 0) + entries[0][7:]
    assert entries[10] == (2, socket.inet_aton('10.77.0.1'), 37998, socket.inet_aton('10.77.0.9'), 81, 0, 1, 1, 340)


def test_ipv6_addresses_are_in_network_order(captures):
    entries = list(proc_net.parse_sockets(captures.lines('4.9.115', 'tcp6'), 'tcp6'))
    assert entries[0].local_address == socket.inet_pton(socket.AF_INET6, '::1')
    assert entries[5].remote_address == socket.inet_pton(socket.AF_INET6, '::ffff:127.0.0.1')


def test_only_the_heading_is_an_empty_table(captures):
    assert list(proc_net.parse_sockets(captures.lines('6.18.44', 'tcp')[:1], 'tcp')) == []


@pytest.mark.parametrize('kernel', KERNELS)
@pytest.mark.parametrize('name', ['tcp', 'tcp6'])
def test_a_line_torn_before_its_reference_count_is_an_error(captures, kernel, name):
    lines = captures.lines(kernel, name)
    whole = lines[-1].rstrip()
    shortest = whole.rindex(whole.split()[11])
    for length in range(1, shortest):
        with pytest.raises(errors.ParseError) as caught:
            list(proc_net.parse_sockets(lines[:-1] + [whole[:length] + b'\n'], '/proc/net/' + name))
        assert '/proc/net/%s: line %d is torn' % (name, len(lines)) in caught.value.message


@pytest.mark.parametrize('kernel', KERNELS)
def test_a_file_that_ends_in_the_middle_of_a_line_is_an_error(captures, kernel):
    lines = captures.lines(kernel, 'tcp')
    for lost in range(1, len(lines[-1])):
        with pytest.raises(errors.ParseError):
            list(proc_net.parse_sockets(lines[:-1] + [lines[-1][:-lost]], 'tcp'))


@pytest.mark.parametrize('lines', [[b'\n'], [b'Inter-|   Receive\n'], [b'   0: 0100007F:46A0 00000000:0000 0A\n']])
def test_a_foreign_heading_is_an_error(lines):
    with pytest.raises(errors.ParseError) as caught:
        list(proc_net.parse_sockets(lines, '/proc/net/tcp'))
    assert 'heading' in caught.value.message


def test_a_line_of_something_else_is_an_error(captures):
    heading = captures.lines('6.18.44', 'tcp')[0]
    with pytest.raises(errors.ParseError):
        list(proc_net.parse_sockets([heading, b'sockets: used 35\n'], 'tcp'))


def test_sockstat(captures):
    labels = ('sockets', 'TCP')
    assert proc_net.parse_sockstat(captures.text('4.9.115', 'sockstat'), labels) == {
        'sockets': {'used': 35}, 'TCP': {'inuse': 10, 'orphan': 0, 'tw': 11, 'alloc': 22, 'mem': 10}}
    assert proc_net.parse_sockstat(captures.text('4.9.115', 'sockstat6'), ('TCP6',)) == {'TCP6': {'inuse': 10}}


def test_a_counter_without_a_number_is_an_error():
    with pytest.raises(errors.ParseError):
        proc_net.parse_sockstat(b'TCP: inuse 10 orphan\n', ('TCP',))


def test_sockstat_without_a_label_has_no_such_entry():
    assert proc_net.parse_sockstat(b'sockets: used 3\nUDP: inuse 1\n', ('sockets', 'TCP')) == {'sockets': {'used': 3}}


@pytest.mark.parametrize('kernel, names, passive', [('3.10.105', 94, True), ('4.9.115', 117, True), ('6.18.44', None, False)])
def test_counters_of_every_kernel_are_found_by_name(captures, kernel, names, passive):
    counters = proc_net.parse_named_counters(captures.text(kernel, 'netstat'), 'TcpExt')
    assert names is None or len(counters) == names
    assert ('PAWSPassive' in counters) is passive
    assert counters['TCPTimeWaitOverflow'] == 0


def test_negative_counters(captures):
    assert proc_net.parse_named_counters(captures.text('4.9.115', 'snmp'), 'Tcp')['MaxConn'] == -1


def test_a_missing_label_is_none():
    assert proc_net.parse_named_counters(b'IpExt: A B\nIpExt: 1 2\n', 'TcpExt') is None


@pytest.mark.parametrize('text', [b'Tcp: A B\nTcp: 1\n', b'Tcp: A B\n', b'Tcp: A B\nTcp: 1 2\nTcp: 1 2\n', b'Tcp: A B\nTcp: 1 x\n'])
def test_torn_counters_are_an_error(text):
    with pytest.raises(errors.ParseError) as caught:
        proc_net.parse_named_counters(text, 'Tcp')
    assert caught.value.message.startswith('Tcp: ')
