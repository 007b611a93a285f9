# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the rules of a legacy iptables table out of what getsockopt(IPT_SO_GET_ENTRIES) gives.

Layouts follow include/uapi/linux/netfilter/x_tables.h, netfilter_ipv4/ip_tables.h and netfilter_ipv6/ip6_tables.h; native alignment,
so that a 32-bit Python is answered in its own layout.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, netlink

# The option numbers are the same for both families.
GET_INFO, GET_ENTRIES = 64, 65
_NAME_BYTES = 32
_INFO = struct.Struct("@32sI5I5III")
_ENTRIES_HEADER = struct.calcsize("@32sI0Q")
# The match on addresses, then: cache, offsets of target and of the next rule, comefrom, packets, bytes.
_RULE = {"ip": struct.Struct("@84sIHHIQQ"), "ip6": struct.Struct("@136sIHHIQQ")}
# struct xt_entry_target: size, name of 29 bytes, revision; the ERROR target that begins a chain has the chain's name after it.
_TARGET = struct.Struct("@H29sB")
_HOOKS = ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING")

Info = namedtuple("Info", "chains size")
Entry = namedtuple("Entry", "chain target packets")


def info_request(table):
    """Return the buffer that asks about a table."""
    return table.encode("ascii").ljust(_INFO.size, b"\0")


def entries_request(table, info):
    """Return the buffer that asks for the rules of a table that Info tells of."""
    return struct.pack("@32sI", table.encode("ascii"), info.size).ljust(_ENTRIES_HEADER + info.size, b"\0")


def parse_info(data):
    """Return Info: chains {offset of its first rule: name of a built-in chain}, size of all rules in bytes. Raises ParseError."""
    if len(data) < _INFO.size:
        raise errors.ParseError("iptables: the table's description has %d bytes, not %d" % (len(data), _INFO.size))
    fields = _INFO.unpack_from(data)
    valid, entry = fields[1], fields[2:7]
    return Info(dict((entry[hook], name) for hook, name in enumerate(_HOOKS) if valid & 1 << hook), fields[13])


def parse_entries(data, info, family):
    """Return [Entry] of every rule, ``family`` ip or ip6; chains of the user's own have their names. Raises ParseError."""
    rules, found, chain, position = data[_ENTRIES_HEADER:], [], "", 0
    while position < len(rules):
        if len(rules) - position < _RULE[family].size + _TARGET.size:
            raise errors.ParseError("iptables: %d bytes are left, too few for a rule" % (len(rules) - position))
        dummy, _cache, target_offset, next_offset, _from, packets, _bytes = _RULE[family].unpack_from(rules, position)
        if not _RULE[family].size <= target_offset <= next_offset - _TARGET.size or position + next_offset > len(rules):
            raise errors.ParseError("iptables: the rule at byte %d does not fit" % position)
        chain = info.chains.get(position, chain)
        target = netlink.text(_TARGET.unpack_from(rules, position + target_offset)[1])
        if target == "ERROR":
            start = position + target_offset + _TARGET.size
            chain = netlink.text(rules[start:start + _NAME_BYTES])
        else:
            found.append(Entry(chain, target, packets))
        position += next_offset
    return found
