# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse what the kernel prints of the machine's memory, interfaces and routes (proc(5), getauxval(3)).

Parsers take bytes; what they cannot find is None or left out.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
import struct

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import address

_MEM_TOTAL = re.compile(br'^MemTotal: +([0-9]+) kB$', re.MULTILINE)
# Interface, destination, gateway, flags, reference count, use, metric, mask (net/ipv4/fib_trie.c, fib_route_seq_show).
_ROUTE = re.compile(
    br'^(\S+)\t([0-9A-F]{8})\t00000000\t([0-9A-F]{4})\t[0-9]+\t[0-9]+\t[0-9]+\t([0-9A-F]{8})\t', re.MULTILINE)
_INTERFACE = re.compile(br'^ *(\S+):', re.MULTILINE)
_AUXV_ENTRY = struct.Struct('@LL')
_AT_PAGESZ = 6
_RTF_UP, _RTF_REJECT = 0x1, 0x200
_LINK_LOCAL = '169.254.0.0/16'


def parse_mem_total(text):
    """Return MemTotal of /proc/meminfo in KiB, None without it."""
    match = _MEM_TOTAL.search(text)
    return int(match.group(1)) if match else None


def parse_page_size(data):
    """Return the page size in bytes that /proc/self/auxv tells this process, None without it."""
    usable = len(data) - len(data) % _AUXV_ENTRY.size
    entries = (_AUXV_ENTRY.unpack_from(data, at) for at in range(0, usable, _AUXV_ENTRY.size))
    return next((value for kind, value in entries if kind == _AT_PAGESZ), None)


def parse_interfaces(text):
    """Return the names of the interfaces in /proc/net/dev, sorted."""
    return sorted(name.decode('utf-8', 'replace') for name in _INTERFACE.findall(text.split(b'\n', 2)[-1]))


def parse_connected(text):
    """Return (interface, network such as "10.0.0.0/24") for each directly connected network in /proc/net/route, in its order.

    Link-local networks (RFC 3927) are left out: nothing is routed to them.
    """
    found = []
    for name, destination, flags, mask in _ROUTE.findall(text):
        prefix = bin(int(mask, 16)).count('1')
        state = int(flags, 16) & (_RTF_UP | _RTF_REJECT)
        network = '%s/%d' % (_address(destination), prefix)
        if state == _RTF_UP and prefix and network != _LINK_LOCAL:
            found.append((name.decode('utf-8', 'replace'), network))
    return found


def _address(text):
    # Printed as a number in host byte order.
    return address.text_of(struct.pack('=I', int(text, 16)))
