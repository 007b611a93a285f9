# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import binascii
import random
import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, inet_diag, inet_diag_both, tcp_state

SEQUENCE = 1234
V4, V6, BOTH = 'AF_INET tcp all states ext=0', 'AF_INET6 all states ext=0', 'legacy TCPDIAG_GETSOCK(18)'
KERNELS = ['3.10.105', '4.9.115']


def message(family, state, timer=0, size=96, kind=18):
    """Build one socket as the kernel answers the old request; what is over 88 bytes is one attribute."""
    body = bytearray(size - 16)
    body[0], body[1], body[2] = family, state, timer
    if size > 88:
        body[72:76] = struct.pack('=HH', size - 88, 15)
    return bytearray(struct.pack('=IHHII', size, kind, 2, SEQUENCE, 42)) + body


def done():
    return bytearray(struct.pack('=IHHIIi', 20, 3, 2, SEQUENCE, 42, 0))


def tables_of(datagrams):
    both = inet_diag_both.Tables()
    dump = both.dump(SEQUENCE)
    for datagram in datagrams:
        dump.feed(datagram, len(datagram))
    dump.finish()
    return both.tables


def table_of_one(datagrams):
    table = [0] * 256
    dump = inet_diag.Dump(SEQUENCE, lambda *run: inet_diag.count_run(table, *run))
    for datagram in datagrams:
        dump.feed(datagram, len(datagram))
    return table


def test_the_request_is_the_one_that_the_kernels_were_asked_with():
    expected = binascii.unhexlify('4c00000012000103d204000000000000' + '00' * 52 + 'ffffffff00000000')
    if struct.pack('=H', 1) == struct.pack('<H', 1):
        assert inet_diag_both.build_request(0xffffffff, SEQUENCE) == expected


@pytest.mark.parametrize('kernel', KERNELS)
def test_one_dump_of_a_real_kernel_holds_what_its_two_dumps_hold(captures, kernel):
    tables = tables_of(captures.datagrams(kernel, BOTH))
    assert tables[inet_diag.AF_INET] == table_of_one(captures.datagrams(kernel, V4))
    assert tables[inet_diag.AF_INET6] == table_of_one(captures.datagrams(kernel, V6))
    assert sum(map(sum, tables.values())) == 31


@pytest.mark.parametrize('seed', range(20))
@pytest.mark.parametrize('share', [0, 1, 50, 99, 100])
def test_families_in_any_order_are_told_apart(seed, share):
    chance = random.Random(seed)
    sockets = [(10 if chance.randrange(100) < share else 2, chance.choice([1, 5, 6, 6, 6, 8])) for dummy in range(700)]
    data = bytearray().join(message(family, state, size=96 if state == 6 else 124) for family, state in sockets) + done()
    tables = tables_of([data])
    for family in (2, 10):
        expected = [0] * 256
        for socket in sockets:
            expected[socket[1]] += socket[0] == family
        assert tables[family] == expected


@pytest.mark.parametrize('family', [0, 1, 16, 255])
@pytest.mark.parametrize('where', [0, 3, 20, 339])
def test_a_third_family_is_not_counted_as_one_of_the_two(family, where):
    sockets = [message(2, 6) for dummy in range(340)]
    sockets[where] = message(family, 6)
    with pytest.raises(errors.ParseError):
        tables_of([bytearray().join(sockets) + done()])


def test_answers_to_the_other_request_are_refused():
    with pytest.raises(errors.IncompleteDump):
        tables_of([message(2, 6, kind=20) + done()])


@pytest.mark.parametrize('count', [1, 7, 8, 300])
def test_orphans_are_told_from_sockets_that_somebody_holds(count):
    rows = [(5, 3), (5, 0), (6, 3), (5, 2), (1, 3)] * count
    data = bytearray().join(message(2, state, timer) for state, timer in rows)
    assert inet_diag_both.orphans_in_run(data, 0, 96, len(rows)) == count
    assert inet_diag_both.orphans_in_run(message(2, 6, 3) * 40, 0, 96, 40) == 0


@pytest.mark.parametrize('kernel', KERNELS)
def test_the_kernels_own_number_is_time_wait_and_orphans(captures, kernel):
    found = []
    for title in (V4, V6):
        dump = inet_diag.Dump(SEQUENCE, lambda *run: found.append(inet_diag_both.orphans_in_run(*run)))
        for datagram in captures.datagrams(kernel, title):
            dump.feed(datagram, len(datagram))
    tables = tables_of(captures.datagrams(kernel, BOTH))
    waiting = sum(table[tcp_state.TIME_WAIT] for table in tables.values())
    assert (' tw %d ' % (waiting + sum(found))).encode('ascii') in captures.text(kernel, 'sockstat')
