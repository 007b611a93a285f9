# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read network interfaces and addresses out of NETLINK_ROUTE dumps (rtnetlink(7), include/uapi/linux/if_link.h and if_addr.h)."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, netlink

_NEW_LINK, _GET_LINK = 16, 18
_NEW_ADDRESS, _GET_ADDRESS = 20, 22
# struct ifinfomsg: family, type, index, flags, change; struct ifaddrmsg: family, prefix length, flags, scope, index.
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_LINK_NAME, _LINK_INFO, _INFO_KIND = 3, 18, 1
_ADDRESS_PEER, _ADDRESS_LOCAL = 1, 2
_LOOPBACK_FLAG = 0x8
_UP_FLAG = 0x1

# kind is what the driver calls itself (bridge, veth, vxlan), "" for hardware; address is packed.
Link = namedtuple("Link", "index name kind loopback up")
Address = namedtuple("Address", "index packed prefix_length")


def links_request(sequence):
    """Build the request for the interfaces of this network namespace."""
    return netlink.dump_request(_GET_LINK, sequence, b"\0" * _LINK.size)


def addresses_request(sequence):
    """Build the request for the addresses of this network namespace, IPv4 and IPv6."""
    return netlink.dump_request(_GET_ADDRESS, sequence, b"\0" * _ADDRESS.size)


def parse_link(kind, body):
    """Return the Link of one message, None for a message about something else. Raises ParseError."""
    if kind != _NEW_LINK:
        return None
    dummy, _type, index, flags, _change = _unpacked(_LINK, body)
    found = dict(netlink.attributes(body, _LINK.size))
    info = dict(netlink.attributes(found.get(_LINK_INFO, b"")))
    name, driver = netlink.text(found.get(_LINK_NAME, b"")), netlink.text(info.get(_INFO_KIND, b""))
    return Link(index, name, driver, bool(flags & _LOOPBACK_FLAG), bool(flags & _UP_FLAG))


def parse_address(kind, body):
    """Return the Address of one message, None for a message about something else. Raises ParseError."""
    if kind != _NEW_ADDRESS:
        return None
    dummy, prefix_length, _flags, _scope, index = _unpacked(_ADDRESS, body)
    found = dict(netlink.attributes(body, _ADDRESS.size))
    # On a point-to-point link the first is the other end's; IPv6 has only the first.
    packed = found.get(_ADDRESS_LOCAL) or found.get(_ADDRESS_PEER)
    return None if packed is None else Address(index, packed, prefix_length)


def _unpacked(layout, body):
    if len(body) < layout.size:
        raise errors.ParseError("rtnetlink: a message of %d bytes is shorter than its header of %d" % (len(body), layout.size))
    return layout.unpack_from(body)
