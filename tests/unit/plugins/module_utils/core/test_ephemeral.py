# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import socket

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import ephemeral, errors

A = socket.inet_aton('192.0.2.1')
B = socket.inet_aton('192.0.2.2')
C = socket.inet_aton('192.0.2.3')
A6 = socket.inet_pton(socket.AF_INET6, '2001:db8::1')
B6 = socket.inet_pton(socket.AF_INET6, '2001:db8::2')


def mapped(packed):
    return b'\0' * 10 + b'\xff\xff' + packed


def ports(low=40000, high=40009, reserved=()):
    return ephemeral.PortRange(low, high, reserved)


def uses(family_bytes, sockets, limits=None):
    use = ephemeral.PortUse(limits or ports())
    use.add((port, ephemeral.connection_key(local, remote, remote_port)) for port, local, remote, remote_port in sockets)
    return list(use.ports_by_destination(family_bytes))


@pytest.mark.parametrize('text, expected', [(b'32768\t60999\n', (32768, 60999)), (b'1024 65000', (1024, 65000))])
def test_range(text, expected):
    assert ephemeral.parse_range(text) == expected


@pytest.mark.parametrize('text', [b'', b'32768\n', b'a b\n', b'1 2 3\n', b'-1 5\n'])
def test_a_broken_range(text):
    with pytest.raises(errors.ParseError):
        ephemeral.parse_range(text)


@pytest.mark.parametrize('text, expected', [
    (b'\n', []), (b'', []), (b'8080\n', [(8080, 8080)]), (b'1-3,7,9148-9150\n', [(1, 3), (7, 7), (9148, 9150)])])
def test_port_list(text, expected):
    assert ephemeral.parse_port_list(text) == expected


@pytest.mark.parametrize('text', [b'x\n', b'1-\n', b'1--3\n', b'-3\n', b'1 2\n'])
def test_a_broken_port_list(text):
    with pytest.raises(errors.ParseError):
        ephemeral.parse_port_list(text)


@pytest.mark.parametrize('low, high, reserved, expected', [
    (32768, 60999, [], (28232, 0, 28232)),
    (32768, 61000, [], (28233, 0, 28232)),
    (43000, 43002, [], (3, 0, 2)),
    (43000, 43000, [], (1, 0, 1)),
    (43000, 43000, [(43000, 43000)], (1, 1, 0)),
    (40000, 40009, [(1, 100), (39990, 40001), (40009, 50000)], (10, 3, 7)),
    (40000, 40009, [(40000, 40005), (40003, 40006)], (10, 7, 3)),
    (40000, 40010, [(40010, 40010)], (11, 1, 10)),
    (40000, 40009, [(1, 65535)], (10, 10, 0)),
])
def test_capacity(low, high, reserved, expected):
    counts = ephemeral.capacity(ports(low, high, reserved))
    assert (counts['size'], counts['reserved'], counts['available']) == expected


def test_reserved_ports_that_are_hidden_are_not_zero():
    assert ephemeral.capacity(ports(reserved=None)) == {'size': 10, 'available': 10}


def test_destinations_have_a_range_each_and_the_busiest_comes_first():
    sockets = [(40000 + n, A, B, 443) for n in range(8)] + [(40000, A, B, 80)] + [(40000 + n, A, C, 443) for n in range(3)]
    assert ephemeral.busiest(uses(4, sockets), (), 10, 10) == [
        {'source': '192.0.2.1', 'destination': '192.0.2.2', 'port': 443, 'used': 8, 'headroom_percent': 20.0},
        {'source': '192.0.2.1', 'destination': '192.0.2.3', 'port': 443, 'used': 3, 'headroom_percent': 70.0},
        {'source': '192.0.2.1', 'destination': '192.0.2.2', 'port': 80, 'used': 1, 'headroom_percent': 90.0},
    ]


@pytest.mark.parametrize('top', [0, 1, 2])
def test_top_limits_the_list(top):
    sockets = [(40000, A, B, 443), (40001, A, B, 443), (40000, A, C, 443), (40000, A, B, 80)]
    assert len(ephemeral.busiest(uses(4, sockets), (), 10, top)) == top


def test_equal_use_is_listed_in_a_fixed_order():
    sockets = [(40000, A, C, 1), (40000, A, B, 2), (40000, A, B, 1)]
    listed = ephemeral.busiest(uses(4, sockets), (), 10, 10)
    assert [(row['destination'], row['port']) for row in listed] == [('192.0.2.2', 1), ('192.0.2.2', 2), ('192.0.2.3', 1)]


@pytest.mark.parametrize('port, counted', [(39999, False), (40000, True), (40009, True), (40010, False)])
def test_both_ends_of_the_range_belong_to_it(port, counted):
    assert bool(ephemeral.busiest(uses(4, [(port, A, B, 443)]), (), 10, 10)) is counted


def test_reserved_ports_were_not_chosen_by_connect():
    sockets = [(40000, A, B, 443), (40001, A, B, 443), (40002, A, B, 443)]
    limits = ports(reserved=[(39000, 40001)])
    assert ephemeral.reserved_ports(limits) == set([40000, 40001])
    assert ephemeral.busiest(uses(4, sockets, limits), (), 8, 10)[0]['used'] == 1


def test_ports_of_listeners_were_not_chosen_by_connect():
    sockets = [(40000, A, B, 443), (40002, A, B, 443)]
    assert ephemeral.busiest(uses(4, sockets), set([40002]), 8, 10)[0]['used'] == 1
    assert ephemeral.busiest(uses(4, sockets), set([40000, 40002]), 8, 10) == []


def test_connections_of_a_listener_that_is_known_need_no_memory():
    use = ephemeral.PortUse(ports())
    use.add_listener(40002)
    use.add([(40002, ephemeral.connection_key(A, B, port)) for port in range(1, 100)])
    assert list(use.ports_by_destination(4)) == []


def test_a_socket_that_a_dump_shows_twice_counts_once():
    sockets = [(40000, A, B, 443), (40000, A, B, 443)]
    assert ephemeral.busiest(uses(4, sockets), (), 10, 10)[0]['used'] == 1


def test_mapped_connections_use_the_ports_of_ipv4():
    both = uses(4, [(40000, A, B, 443)]) + uses(16, [(40001, mapped(A), mapped(B), 443), (40002, A6, B6, 443)])
    listed = ephemeral.busiest(both, (), 10, 10)
    assert [(row['source'], row['used']) for row in listed] == [('192.0.2.1', 2), ('2001:db8::1', 1)]


@pytest.mark.parametrize('available, headroom', [(2, 0.0), (1, 0.0), (0, 0.0), (3, 33.3)])
def test_headroom_at_the_edge(available, headroom):
    listed = ephemeral.busiest(uses(4, [(40000, A, B, 1), (40001, A, B, 1)]), (), available, 10)
    assert listed[0]['headroom_percent'] == headroom
