# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print packed IP addresses as inet_ntop(3) does, without the socket module."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct

MAPPED_PREFIX = b'\0' * 10 + b'\xff\xff'


def text_of(packed):
    """Print an address of 4 bytes as dotted decimal, one of 16 bytes as RFC 5952 and glibc print it."""
    if len(packed) == 4:
        return '.'.join(str(octet) for octet in bytearray(packed))
    words = struct.unpack('>8H', packed)
    start, length = _longest_zeros(words)
    if start == 0 and (length == 6 or (length == 5 and words[5] == 0xffff)):
        return ('::ffff:' if length == 5 else '::') + text_of(packed[12:])
    if length < 2:
        return _hex(words)
    return '%s::%s' % (_hex(words[:start]), _hex(words[start + length:]))


def unmapped(packed):
    """Give the 4 bytes of an IPv4-mapped IPv6 address (::ffff:a.b.c.d), any other address as it is."""
    return packed[12:] if packed.startswith(MAPPED_PREFIX) and len(packed) == 16 else packed


def _hex(words):
    return ':'.join('%x' % word for word in words)


def _longest_zeros(words):
    """Find the first longest run of zero words: (start, length)."""
    best, run = (0, 0), 0
    for index, word in enumerate(words):
        run = 0 if word else run + 1
        if run > best[1]:
            best = (index - run + 1, run)
    return best
