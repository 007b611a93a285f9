# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask for the TCP sockets of both families in one dump, and count them by family and state.

The kernel walks its whole table of sockets for every dump, also for a family that has none. The request that sock_diag had before
Linux 3.3 (TCPDIAG_GETSOCK, struct inet_diag_req in include/uapi/linux/inet_diag.h) names no family and is answered with both.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import itertools
import struct

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, inet_diag

_TCPDIAG_GETSOCK = 18
_NLM_F_REQUEST_DUMP = 0x301
_REQUEST = struct.Struct('=IHHII52xII')

_FAMILY = 16
_STATE = 17
_TIMER = 18
_FIN_WAIT2, _TIMER_TIME_WAIT = 5, 3
# Counted one by one before columns pay off.
_FEW = 8

_IS_INET6 = bytes(bytearray(number == inet_diag.AF_INET6 for number in range(256)))
_INET6_BYTE = struct.pack('B', inet_diag.AF_INET6)
_INET_BYTE = struct.pack('B', inet_diag.AF_INET)


def build_request(states_mask, sequence):
    """Build the 76-byte request that dumps the TCP sockets of both families in the given states."""
    return _REQUEST.pack(_REQUEST.size, _TCPDIAG_GETSOCK, _NLM_F_REQUEST_DUMP, sequence, 0, states_mask, 0)


class Tables(object):
    """Count by family: ``tables`` maps AF_INET and AF_INET6 to a list of 256 counts indexed by state number."""

    def __init__(self):
        self.tables = {inet_diag.AF_INET: [0] * 256, inet_diag.AF_INET6: [0] * 256}

    def dump(self, sequence):
        """Return the Dump that fills the tables."""
        return inet_diag.Dump(sequence, self.count_run, kind=_TCPDIAG_GETSOCK)

    def count_run(self, data, start, stride, count):
        """Add a run's sockets, which may be of both families. Raises ParseError for a third."""
        end = start + count * stride
        if count < _FEW:
            try:
                for position in range(start, end, stride):
                    self.tables[data[position + _FAMILY]][data[position + _STATE]] += 1
            except KeyError:
                raise _stranger()
            return
        families, states = data[start + _FAMILY:end:stride], data[start + _STATE:end:stride]
        if families[0] in self.tables and families == families[:1] * count:
            inet_diag.count_column(self.tables[families[0]], states)
        else:
            self._count_both(families, states)

    def _count_both(self, families, states):
        if families.count(_INET6_BYTE) + families.count(_INET_BYTE) != len(families):
            raise _stranger()
        chosen = families.translate(_IS_INET6)
        inet_diag.count_column(self.tables[inet_diag.AF_INET6], bytearray(itertools.compress(states, chosen)))
        inet_diag.count_column(self.tables[inet_diag.AF_INET], bytearray(itertools.compress(states, (not one for one in chosen))))


def _stranger():
    return errors.ParseError('netlink sock_diag: a TCP socket is neither of IPv4 nor of IPv6; report it with the release of the kernel')


def orphans_in_run(data, start, stride, count):
    """Return how many sockets of a run are in FIN_WAIT2 and nobody's: the kernel keeps them like those in TIME_WAIT, and counts both as ``tw``."""
    end = start + count * stride
    states = data[start + _STATE:end:stride]
    if _FIN_WAIT2 not in states:
        return 0
    return sum(1 for pair in zip(states, data[start + _TIMER:end:stride]) if pair == (_FIN_WAIT2, _TIMER_TIME_WAIT))
