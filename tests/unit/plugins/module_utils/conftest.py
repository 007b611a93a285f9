# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand the captures of real kernels to the tests."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import binascii
import io
import os

import pytest

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'fixtures')


class Captures(object):
    """Find what a kernel printed and answered."""

    kernels = ('3.10.105', '4.9.115', '6.18.44')

    def root(self, kernel):
        """Return the folder to hand to ProcFs."""
        return os.path.join(FIXTURES, kernel)

    def lines(self, kernel, name):
        """Return the lines of /proc/net/<name>, with their ends."""
        with io.open(os.path.join(self.root(kernel), 'proc', 'net', name), 'rb') as stream:
            return stream.readlines()

    def text(self, kernel, name):
        """Return the bytes of /proc/net/<name>."""
        return b''.join(self.lines(kernel, name))

    def datagrams(self, kernel, title, name='sock_diag_hex.txt'):
        """Return the datagrams (bytearray) of the one exchange whose heading holds ``title``."""
        with io.open(os.path.join(self.root(kernel), name), encoding='utf-8') as stream:
            exchanges = stream.read().split('## ')[1:]
        exchange, = [text for text in exchanges if title in text.partition('\n')[0]]
        found, expected = [], []
        for line in exchange.splitlines():
            if line.startswith('datagram '):
                found.append(bytearray())
                expected.append(int(line.split()[3]))
            elif line.startswith('    '):
                found[-1] += binascii.unhexlify(line.strip().encode('ascii'))
        if [len(one) for one in found] != expected:
            raise AssertionError('%s, %s: the capture is damaged' % (kernel, title))
        return found


@pytest.fixture(scope='session')
def captures():
    return Captures()
