# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the TCP counters of a network namespace."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import proc_net


def read_counters(procfs):
    """Read the counters that this kernel has; a file or a line that it lacks is left out."""
    found = {
        'sockstat': _parsed(procfs, 'net/sockstat', lambda text: proc_net.parse_sockstat(text, ('sockets', 'TCP'))),
        'sockstat6': _parsed(procfs, 'net/sockstat6', lambda text: proc_net.parse_sockstat(text, ('TCP6',))),
        'snmp': _parsed(procfs, 'net/snmp', lambda text: _labelled(text, 'Tcp')),
        'netstat': _parsed(procfs, 'net/netstat', lambda text: _labelled(text, 'TcpExt')),
    }
    return dict((name, counters) for name, counters in found.items() if counters)


def _parsed(procfs, path, parse):
    text = procfs.read(path)
    return None if text is None else parse(text)


def _labelled(text, label):
    counters = proc_net.parse_named_counters(text, label)
    return None if counters is None else {label: counters}
