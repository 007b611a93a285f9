# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read nf_tables chains and rules, and conntrack entries, out of NETLINK_NETFILTER dumps.

Layouts follow include/uapi/linux/netfilter/nfnetlink.h, nf_tables.h, nf_tables_compat.h and nfnetlink_conntrack.h. Numbers in attributes
are in network byte order.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
import struct
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, netlink

_CTNETLINK, _NFTABLES = 1, 10
_GET_CONNTRACK, _NEW_CONNTRACK = _CTNETLINK << 8 | 1, _CTNETLINK << 8
_NEW_CHAIN, _GET_CHAIN = _NFTABLES << 8 | 3, _NFTABLES << 8 | 4
_NEW_RULE, _GET_RULE = _NFTABLES << 8 | 6, _NFTABLES << 8 | 7
# struct nfgenmsg: family (0 is all), version, resource.
_EVERY_FAMILY = b"\0\0\0\0"
_GENERIC_BYTES = 4
_FAMILIES = {1: "inet", 2: "ip", 5: "netdev", 7: "bridge", 10: "ip6"}

_CHAIN_TABLE, _CHAIN_NAME = 1, 3
_RULE_TABLE, _RULE_CHAIN, _RULE_EXPRESSIONS = 1, 2, 4
_EXPRESSION_NAME, _EXPRESSION_DATA = 1, 2
_NAT_TYPE, _COUNTER_PACKETS, _TARGET_NAME = 1, 2, 1
_TUPLE_ORIGINAL, _TUPLE_REPLY = 1, 2
_TUPLE_IP, _TUPLE_PROTOCOL = 1, 2
_SOURCES, _DESTINATIONS = (1, 3), (2, 4)
_SOURCE_PORT, _DESTINATION_PORT = 2, 3

# The words that name a translation, from nf_tables' own expressions and from iptables' targets.
_EXPRESSIONS = {"masq": "masquerade", "redir": "redirect"}
TARGETS = {"MASQUERADE": "masquerade", "SNAT": "snat", "DNAT": "dnat", "REDIRECT": "redirect", "NETMAP": "netmap"}

Chain = namedtuple("Chain", "family table name")
# translation: masquerade, snat, dnat, redirect or netmap; packets is None where the rule does not count them.
Rule = namedtuple("Rule", "family table chain translation packets")
# Addresses and ports of the first packet of a flow, and of the answer that is expected; ports are None where the protocol has none.
Flow = namedtuple("Flow", "original reply")
Tuple = namedtuple("Tuple", "source source_port destination destination_port")


def chains_request(sequence):
    """Build the request for the chains of every table of nf_tables."""
    return netlink.dump_request(_GET_CHAIN, sequence, _EVERY_FAMILY)


def rules_request(sequence):
    """Build the request for the rules of every table of nf_tables."""
    return netlink.dump_request(_GET_RULE, sequence, _EVERY_FAMILY)


def conntrack_request(sequence):
    """Build the request for every conntrack entry."""
    return netlink.dump_request(_GET_CONNTRACK, sequence, _EVERY_FAMILY)


def parse_chain(kind, body):
    """Return the Chain of one message, None for a message about something else. Raises ParseError."""
    if kind != _NEW_CHAIN:
        return None
    found = dict(netlink.attributes(body, _GENERIC_BYTES))
    return Chain(_family(body), netlink.text(found.get(_CHAIN_TABLE, b"")), netlink.text(found.get(_CHAIN_NAME, b"")))


def parse_rule(kind, body):
    """Return the Rule of one message when it translates addresses, else None. Raises ParseError."""
    if kind != _NEW_RULE:
        return None
    found = dict(netlink.attributes(body, _GENERIC_BYTES))
    translation, packets = None, None
    for _kind, element in netlink.attributes(found.get(_RULE_EXPRESSIONS, b"")):
        expression = dict(netlink.attributes(element))
        name, data = netlink.text(expression.get(_EXPRESSION_NAME, b"")), expression.get(_EXPRESSION_DATA, b"")
        translation = _translation(name, data) or translation
        packets = _number(dict(netlink.attributes(data)).get(_COUNTER_PACKETS)) if name == "counter" else packets
    if translation is None:
        return None
    # iptables-nft keeps its counters in a counter expression too, so both spellings are told alike.
    return Rule(_family(body), netlink.text(found.get(_RULE_TABLE, b"")), netlink.text(found.get(_RULE_CHAIN, b"")), translation, packets)


def _translation(name, data):
    if name == "nat":
        return "dnat" if _number(dict(netlink.attributes(data)).get(_NAT_TYPE)) else "snat"
    if name == "target":
        return TARGETS.get(netlink.text(dict(netlink.attributes(data)).get(_TARGET_NAME, b"")))
    return _EXPRESSIONS.get(name)


def parse_flow(kind, body):
    """Return the Flow of one message with packed addresses, None for a message about something else. Raises ParseError."""
    if kind != _NEW_CONNTRACK:
        return None
    found = dict(netlink.attributes(body, _GENERIC_BYTES))
    if _TUPLE_ORIGINAL not in found or _TUPLE_REPLY not in found:
        raise errors.ParseError("conntrack: an entry has no pair of tuples")
    return Flow(_tuple(found[_TUPLE_ORIGINAL]), _tuple(found[_TUPLE_REPLY]))


def _tuple(data):
    found = dict(netlink.attributes(data))
    addresses = dict(netlink.attributes(found.get(_TUPLE_IP, b"")))
    ports = dict(netlink.attributes(found.get(_TUPLE_PROTOCOL, b"")))
    source = next((addresses[one] for one in _SOURCES if one in addresses), b"")
    destination = next((addresses[one] for one in _DESTINATIONS if one in addresses), b"")
    return Tuple(source, _number(ports.get(_SOURCE_PORT)), destination, _number(ports.get(_DESTINATION_PORT)))


_TEXT_TUPLE = re.compile(br"src=([0-9a-f.:]+) dst=([0-9a-f.:]+)(?: sport=([0-9]+) dport=([0-9]+))?")


def parse_flow_line(line):
    """Return the Flow of one line of /proc/net/nf_conntrack (bytes). Raises ParseError for a line without two tuples."""
    tuples = [
        Tuple(_packed(source), _optional(source_port), _packed(destination), _optional(destination_port))
        for source, destination, source_port, destination_port in _TEXT_TUPLE.findall(line)
    ]
    if len(tuples) != 2:
        raise errors.ParseError("/proc/net/nf_conntrack: a line has %d tuples, not 2: %r" % (len(tuples), line[:160]))
    return Flow(*tuples)


def _packed(text):
    """Pack an address as the kernel prints it here: four numbers, or eight groups of four digits."""
    if b":" in text:
        return b"".join(struct.pack(">H", int(group, 16)) for group in text.split(b":"))
    return b"".join(struct.pack("B", int(octet)) for octet in text.split(b"."))


def _optional(text):
    return int(text) if text else None


def translated(flow):
    """Return (whether the source is translated, whether the destination is): the answer then goes to, or comes from, somebody else."""
    first, answer = flow
    source = (first.source, first.source_port) != (answer.destination, answer.destination_port)
    destination = (first.destination, first.destination_port) != (answer.source, answer.source_port)
    return source, destination


def _family(body):
    number = bytearray(body[:1])
    return _FAMILIES.get(number[0], "family %d" % number[0]) if number else "family ?"


def _number(value):
    """Return an attribute of 2, 4 or 8 bytes as a number, None when it is not there."""
    if value is None:
        return None
    return sum(octet << 8 * place for place, octet in enumerate(reversed(bytearray(value))))
