# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count sockets without listing those of IPv4 in TIME_WAIT: the kernel keeps their number in /proc/net/sockstat.

Its ``tw`` counts both families, and orphans in FIN_WAIT2, which the kernel keeps in the same way; both are listed and taken off.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import inet_diag, inet_diag_both, proc_net, tcp_state
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counting

_SOCKSTAT, _RELEASE = 'net/sockstat', 'sys/kernel/osrelease'
# Before, tw counted the sockets of all network namespaces.
_SINCE = (4, 11)
_TIME_WAIT_BIT, _FIN_WAIT2_BIT = 1 << tcp_state.TIME_WAIT, 1 << tcp_state.FIN_WAIT2


def read_tables(names, mask, procfs, diag, warnings):
    """Return {family name: counts indexed by state number}; None where sockstat brings nothing or, with a warning, cannot be used.

    Raises SourceUnavailable when netlink is refused.
    """
    if 'ipv4' not in names or not mask & _TIME_WAIT_BIT:
        return None
    doubt = _doubt(procfs)
    tables = None if doubt else _read(mask | _FIN_WAIT2_BIT, procfs, diag)
    if tables is None:
        warnings.append('time_wait_from: %s; the sockets in TIME_WAIT are listed instead' % (
            doubt or 'sockets come and go too fast for the number in sockstat to fit those that were listed'))
        return None
    return dict((name, tables[name]) for name in names)


def _doubt(procfs):
    """Return why the number cannot be used, None when it can."""
    found = re.match(br'(\d+)\.(\d+)', procfs.read(_RELEASE) or b'')
    if not found:
        return 'the release of the kernel cannot be told'
    if tuple(int(number) for number in found.groups()) < _SINCE:
        return 'this kernel counts all network namespaces together (until 4.10)'
    return None if _waiting(procfs) is not None else '/proc/net/sockstat has no tw here'


def _waiting(procfs):
    text = procfs.read(_SOCKSTAT)
    return None if text is None else proc_net.parse_sockstat(text, ('TCP',)).get('TCP', {}).get('tw')


def _read(mask, procfs, diag):
    """Return the tables of every family that is there, None when the numbers do not fit together."""
    # The one of IPv6 first: the two that hold most then are read right after each other.
    others, orphans = _table('ipv6', mask, diag) if procfs.exists(counting.TABLE_FILES['ipv6']) else ([0] * 256, 0)
    table, more = _table('ipv4', mask & ~_TIME_WAIT_BIT, diag)
    waiting = _waiting(procfs) - others[tcp_state.TIME_WAIT] - orphans - more
    if waiting < 0:
        return None
    table[tcp_state.TIME_WAIT] = waiting
    return {'ipv4': table, 'ipv6': others}


def _table(name, mask, diag):
    """Return (counts, orphans in FIN_WAIT2) of one family."""
    table, orphans = [0] * 256, []

    def visit(data, start, stride, count):
        inet_diag.count_run(table, data, start, stride, count)
        orphans.append(inet_diag_both.orphans_in_run(data, start, stride, count))

    number = counting.NUMBERS[name]
    counting.receive(inet_diag.Dump(number, visit), inet_diag.build_request(number, mask, number), diag)
    return table, sum(orphans)
