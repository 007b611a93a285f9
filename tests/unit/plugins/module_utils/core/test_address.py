# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import random
import socket

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import address


@pytest.mark.parametrize('text', ['0.0.0.0', '127.0.0.1', '192.0.2.255', '255.255.255.255'])
def test_ipv4(text):
    assert address.text_of(socket.inet_pton(socket.AF_INET, text)) == text


@pytest.mark.parametrize('text', [
    '::', '::1', '2001:db8::', '2001:db8::1', 'fe80::1:0:0:1', '2001:db8:0:1:1:1:1:1', '1:0:0:2::3', '::ffff:127.0.0.1',
    '::ffff:0:0:1', '::1.2.3.4', '1:2:3:4:5:6:7:8', '0:1::', '1::8', '64:ff9b::c000:201',
])
def test_ipv6_is_printed_as_the_c_library_does(text):
    packed = socket.inet_pton(socket.AF_INET6, text)
    assert address.text_of(packed) == socket.inet_ntop(socket.AF_INET6, packed)


def test_every_pattern_of_zero_words_is_printed_as_the_c_library_does():
    source = random.Random(7)
    for pattern in range(256):
        packed = b''.join(
            b'\0\0' if pattern >> word & 1 else bytes(bytearray([source.randrange(256), source.randrange(1, 256)])) for word in range(8))
        assert address.text_of(packed) == socket.inet_ntop(socket.AF_INET6, packed)


def test_a_mapped_address_is_an_ipv4_address():
    mapped = socket.inet_pton(socket.AF_INET6, '::ffff:192.0.2.1')
    assert address.unmapped(mapped) == socket.inet_aton('192.0.2.1')


@pytest.mark.parametrize('text', ['::1', '2001:db8::ffff:1.2.3.4', '::fffe:1.2.3.4'])
def test_other_addresses_stay_as_they_are(text):
    packed = socket.inet_pton(socket.AF_INET6, text)
    assert address.unmapped(packed) == packed


def test_an_ipv4_address_stays_as_it_is():
    assert address.unmapped(b'\x7f\0\0\1') == b'\x7f\0\0\1'
