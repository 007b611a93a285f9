# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the kernel's counters by which the health of a host's TCP is told before and after a change."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

# RFC 4022 (snmp, net/ipv4/proc.c snmp4_tcp_list) and net/ipv4/proc.c snmp4_net_list (netstat).
NAMES = {
    'Tcp': ('ActiveOpens', 'PassiveOpens', 'AttemptFails', 'EstabResets', 'CurrEstab', 'InSegs', 'OutSegs', 'RetransSegs'),
    'TcpExt': (
        'ListenOverflows', 'ListenDrops', 'PAWSPassive', 'PAWSActive', 'PAWSEstab', 'PAWSTimewait', 'TCPTimeWaitOverflow'),
}


def snapshot(seconds, boot_id, counters):
    """Return what docs/architecture.md, 3.4 calls health: {seconds, boot_id, counters: {"Tcp.OutSegs": 1}}; what the kernel lacks is absent.

    ``seconds``: a clock that never goes back; ``counters``: as sockets.read_counters gives them, {snmp: {Tcp: {...}}, netstat: {TcpExt: {...}}}.
    """
    labelled = {}
    for part in ('snmp', 'netstat'):
        labelled.update(counters.get(part, {}))
    found = {}
    for label, names in NAMES.items():
        numbers = labelled.get(label, {})
        found.update(('%s.%s' % (label, name), numbers[name]) for name in names if name in numbers)
    return {'seconds': round(seconds, 3), 'boot_id': boot_id, 'counters': found}
