# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory, page size, interfaces and networks out of what the kernel prints."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct
import sys

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import proc_machine

HEADING = b'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT   \n'
DEV = (
    b'Inter-|   Receive                                                |  Transmit\n'
    b' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n'
    b'    lo: 1086812    9741    0    0    0     0          0         0  1086812    9741    0    0    0     0       0          0\n'
    b'docker0:2150     12    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n'
    b'eth0.100: 10       1    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n')


def number(octets):
    return ('%08X' % struct.unpack('=I', struct.pack('4B', *octets))[0]).encode('ascii')


def route(name, octets, mask, gateway=(0, 0, 0, 0), flags=b'0001'):
    return b'\t'.join([name, number(octets), number(gateway), flags, b'0', b'0', b'0', number(mask), b'0', b'0', b'0']) + b' \n'


@pytest.mark.parametrize('text, kib', [
    (b'MemTotal:       24683656 kB\nMemFree:        1 kB\n', 24683656),
    (b'SMemTotal:       1 kB\n', None),
    (b'', None),
])
def test_mem_total(text, kib):
    assert proc_machine.parse_mem_total(text) == kib


@pytest.mark.parametrize('entries, size', [
    ([(33, 7), (6, 65536), (0, 0)], 65536),
    ([(33, 6), (0, 0)], None),
    ([], None),
])
def test_page_size(entries, size):
    data = b''.join(struct.pack('@LL', *entry) for entry in entries)
    assert proc_machine.parse_page_size(data) == size
    assert proc_machine.parse_page_size(data + b'x') == size


def test_interfaces():
    assert proc_machine.parse_interfaces(DEV) == ['docker0', 'eth0.100', 'lo']
    assert proc_machine.parse_interfaces(b'') == []


def test_connected_networks_only():
    text = HEADING + b''.join([
        route(b'eth0', (0, 0, 0, 0), (0, 0, 0, 0), gateway=(192, 0, 2, 1), flags=b'0003'),
        route(b'eth0', (192, 0, 2, 0), (255, 255, 255, 0)),
        route(b'eth1', (10, 0, 0, 0), (255, 0, 0, 0)),
        # reached by way of a router, a point-to-point default, unreachable, down, link-local
        route(b'eth1', (10, 9, 0, 0), (255, 255, 0, 0), gateway=(10, 0, 0, 1), flags=b'0003'),
        route(b'ppp0', (0, 0, 0, 0), (0, 0, 0, 0)),
        route(b'*', (203, 0, 113, 0), (255, 255, 255, 0), flags=b'0201'),
        route(b'eth2', (198, 51, 100, 0), (255, 255, 255, 0), flags=b'0000'),
        route(b'eth0', (169, 254, 0, 0), (255, 255, 0, 0)),
    ])
    assert proc_machine.parse_connected(text) == [('eth0', '192.0.2.0/24'), ('eth1', '10.0.0.0/8')]
    assert proc_machine.parse_connected(HEADING) == []


def test_what_this_kernel_prints_is_understood():
    if not sys.platform.startswith('linux'):
        pytest.skip('the files are those of Linux')
    with open('/proc/self/auxv', 'rb') as stream:
        assert proc_machine.parse_page_size(stream.read()) in (4096, 16384, 65536)
    with open('/proc/meminfo', 'rb') as stream:
        assert proc_machine.parse_mem_total(stream.read()) > 1024
