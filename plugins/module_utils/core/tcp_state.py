# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the states of TCP sockets as netstat(8) does, from the kernel's numbers.

The numbers are those of include/net/tcp_states.h. A half-open request is NEW_SYN_RECV (12) inside the kernel and
SYN_RECV to everybody else. BOUND_INACTIVE (13, Linux 6.8) is never asked for: netstat and ss do not show it unasked.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

ESTABLISHED = 1
SYN_SENT = 2
SYN_RECV = 3
FIN_WAIT2 = 5
TIME_WAIT = 6
CLOSE_WAIT = 8
LISTEN = 10
NEW_SYN_RECV = 12

STATE_NAMES = (
    'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT',
    'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING',
)

_NAME_BY_NUMBER = dict(enumerate(STATE_NAMES, 1))
_NAME_BY_NUMBER[NEW_SYN_RECV] = 'SYN_RECV'

ALL_STATES = sum(1 << number for number in _NAME_BY_NUMBER)


def mask_of(names):
    """Build the bit mask (1 << number) of the named states.

    SYN_RECV sets the bits of both its numbers. Raises InvalidInput for a name that netstat does not use.
    """
    wanted = set(names)
    unknown = sorted(wanted.difference(STATE_NAMES))
    if unknown:
        raise errors.InvalidInput('states: %s: no such state; choose from %s' % (', '.join(unknown), ', '.join(STATE_NAMES)))
    return sum(1 << number for number, name in _NAME_BY_NUMBER.items() if name in wanted)


def counts_by_name(table, mask=ALL_STATES):
    """Turn counts indexed by state number into a dict name -> count, of the states in ``mask`` that occur.

    Raises ParseError when a socket is in a state that the kernel does not document.
    """
    counts = {}
    for number, count in enumerate(table):
        if not count:
            continue
        if number not in _NAME_BY_NUMBER:
            raise errors.ParseError(
                '%d sockets are in state %d, which is no TCP state; known are 1 to %d' % (count, number, NEW_SYN_RECV))
        if mask >> number & 1:
            name = _NAME_BY_NUMBER[number]
            counts[name] = counts.get(name, 0) + count
    return counts
