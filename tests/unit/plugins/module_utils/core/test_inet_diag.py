# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import binascii
import random
import socket
import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, inet_diag, tcp_state

V4 = 'AF_INET tcp all states ext=0'
V6 = 'AF_INET6 all states ext=0'
TITLES = {'3.10.105': V4, '4.9.115': V4, '6.18.44': 'AF_INET all states ext=0'}
KERNELS = sorted(TITLES)
SEQUENCE = 1234


def message(state=6, size=96, kind=20, flags=2, sequence=SEQUENCE, family=2):
    """Build one socket; what is over 88 bytes is one attribute."""
    body = bytearray(size - 16)
    body[0], body[1] = family, state
    if size > 88:
        body[72:76] = struct.pack('=HH', size - 88, 15)
    return bytearray(struct.pack('=IHHII', size, kind, flags, sequence, 42)) + body + bytearray(-size % 4)


def status(kind, code, sequence=SEQUENCE, flags=2, more=b''):
    return bytearray(struct.pack('=IHHIIi', 20 + len(more), kind, flags, sequence, 42, code) + more)


def done(code=0, **kw):
    return status(3, code, **kw)


def table_of(datagrams, finish=True):
    table = [0] * 256
    runs = []

    def visit(data, start, stride, count):
        inet_diag.count_run(table, data, start, stride, count)
        runs.append((stride, count))

    dump = inet_diag.Dump(SEQUENCE, visit)
    ended = False
    for datagram in datagrams:
        ended = dump.feed(datagram, len(datagram))
    if finish:
        dump.finish()
        assert ended
    return table, runs


def counts_of(datagrams):
    return tcp_state.counts_by_name(table_of(datagrams)[0])


def stated_states(captures, kernel, title):
    """Count states one by one, as a reader that knows nothing of runs would."""
    table = [0] * 256
    for data in captures.datagrams(kernel, title)[:-1]:
        position = 0
        while position < len(data):
            table[data[position + 17]] += 1
            position += (struct.unpack_from('=I', data, position)[0] + 3) & ~3
    return tcp_state.counts_by_name(table)


def test_the_request_is_the_one_that_the_kernels_were_asked_with():
    expected = binascii.unhexlify('4800000014000103d2040000000000000206000040000000' + '00' * 48)
    if struct.pack('=H', 1) == struct.pack('<H', 1):
        assert inet_diag.build_request(inet_diag.AF_INET, 1 << 6, SEQUENCE) == expected
    assert len(inet_diag.build_request(inet_diag.AF_INET6, tcp_state.ALL_STATES, 7)) == 72


@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
def test_real_dumps_of_old_kernels(captures, kernel):
    assert counts_of(captures.datagrams(kernel, V4)) == {
        'ESTABLISHED': 5, 'SYN_SENT': 1, 'FIN_WAIT2': 2, 'TIME_WAIT': 4, 'CLOSE_WAIT': 2, 'LISTEN': 1}
    assert counts_of(captures.datagrams(kernel, V6)) == {
        'ESTABLISHED': 5, 'FIN_WAIT2': 2, 'TIME_WAIT': 5, 'CLOSE_WAIT': 2, 'LISTEN': 2}


def test_a_real_dump_of_a_new_kernel(captures):
    assert counts_of(captures.datagrams('6.18.44', 'AF_INET all states ext=0')) == {
        'ESTABLISHED': 18, 'SYN_SENT': 1, 'FIN_WAIT2': 4, 'TIME_WAIT': 20, 'CLOSE_WAIT': 4, 'LISTEN': 4}


@pytest.mark.parametrize('title', [V4, V6, 'AF_INET ext=MEMINFO', 'AF_INET6 ext=0xff', 'only TIME_WAIT', 'only FIN_WAIT2', 'only LISTEN'])
@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
def test_every_real_dump_counts_as_one_by_one(captures, kernel, title):
    expected = stated_states(captures, kernel, title)
    assert expected
    assert counts_of(captures.datagrams(kernel, title)) == expected


@pytest.mark.parametrize('kernel', KERNELS)
def test_no_states_is_an_empty_dump_that_ended_well(captures, kernel):
    assert counts_of(captures.datagrams(kernel, 'AF_INET states=0')) == {}


@pytest.mark.parametrize('kernel', KERNELS)
@pytest.mark.parametrize('title', ['AF_UNSPEC(0)', 'proto 132 SCTP'])
def test_a_missing_handler_is_not_an_empty_list(captures, kernel, title):
    with pytest.raises(errors.SourceUnavailable) as caught:
        table_of(captures.datagrams(kernel, title))
    assert 'ENOENT (protocol handler missing' in caught.value.message


@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
def test_a_refused_request_names_the_errno(captures, kernel):
    with pytest.raises(errors.SourceUnavailable) as caught:
        table_of(captures.datagrams(kernel, 'short request'))
    assert 'EINVAL' in caught.value.message


def test_a_long_run_is_visited_at_once():
    run = bytearray().join([message()] * 340)
    table, runs = table_of([run, done()])
    assert table[6] == 340
    assert runs == [(96, 340)]


def test_a_run_ends_where_the_length_changes():
    data = bytearray().join([message()] * 40 + [message(1, 124)] * 30 + [message(5)] * 3 + [message(10, 132)])
    table, runs = table_of([data + done()])
    assert runs == [(96, 40), (124, 30), (96, 3), (132, 1)]
    assert (table[6], table[1], table[5], table[10]) == (40, 30, 3, 1)


@pytest.mark.parametrize('seed', range(30))
def test_what_the_last_datagram_was_like_does_not_matter(seed):
    """A run that went on to the end lets the next one be expected to; whether it does or not, all are counted."""
    chance = random.Random(seed)
    expected, datagrams = [0] * 256, []
    for dummy in range(12):
        broken = chance.choice([0, 0, 1, 3, 40])
        states = [(6, 96) if chance.randrange(340) >= broken else (chance.choice([1, 8]), 124) for dummy in range(chance.choice([5, 9, 340]))]
        for state, dummy in states:
            expected[state] += 1
        datagrams.append(bytearray().join(message(state, size) for state, size in states))
    assert table_of(datagrams + [done()])[0] == expected


def test_a_datagram_of_another_request_is_found_after_one_that_was_whole():
    whole = bytearray().join([message()] * 340)
    foreign = bytearray().join([message()] * 200 + [message(sequence=SEQUENCE + 1)] + [message()] * 139)
    with pytest.raises(errors.IncompleteDump):
        table_of([whole, foreign, done()])


@pytest.mark.parametrize('where', list(range(1, 60)) + [137, 138, 139, 340, 499])
def test_one_longer_message_anywhere_in_a_run(where):
    messages = [message()] * 500
    messages[where] = message(1, 124)
    table, dummy = table_of([bytearray().join(messages), done()])
    assert (table[6], table[1]) == (499, 1)


@pytest.mark.parametrize('tail', range(4))
@pytest.mark.parametrize('byte', range(12))
def test_a_header_that_differs_in_one_byte_ends_a_long_run(byte, tail):
    """Headers are compared by words where the buffer's length allows it, and byte by byte where it does not."""
    messages = [message() for dummy in range(300)]
    messages[200][byte] ^= 0x40
    seen, data = [], bytearray().join(messages) + bytearray(tail)
    dump = inet_diag.Dump(SEQUENCE, lambda buffer, start, stride, count: seen.append((start, stride, count)))
    dump.feed(bytearray().join([message()] * 300), 28800)
    try:
        dump.feed(data, 28800)
    except errors.IncompleteDump:
        pass
    assert seen[:2] == [(0, 96, 300), (0, 96, 200)]
    assert all(start // 96 > 200 or count == 1 for start, dummy, count in seen[2:])


def test_an_odd_length_is_padded():
    data = bytearray().join([message(6, 97), message(1, 98), message(1, 98)])
    assert counts_of([data, done()]) == {'TIME_WAIT': 1, 'ESTABLISHED': 2}


def test_states_mix_within_a_run():
    data = bytearray().join(message(state) for state in (6, 5, 3) * 50)
    assert counts_of([data, done()]) == {'TIME_WAIT': 50, 'FIN_WAIT2': 50, 'SYN_RECV': 50}


def test_only_the_given_length_of_a_reused_buffer_is_read():
    data = message() + message() + message(1)
    table = [0] * 256
    dump = inet_diag.Dump(SEQUENCE, lambda *run: inet_diag.count_run(table, *run))
    dump.feed(data, 192)
    assert (table[6], table[1]) == (2, 0)


def test_noop_and_acknowledgement_carry_nothing():
    noop = bytearray(struct.pack('=IHHII', 16, 1, 0, SEQUENCE, 42))
    assert counts_of([noop + status(2, 0) + message(), done()]) == {'TIME_WAIT': 1}


def test_a_noop_with_a_body_is_a_damaged_message():
    damaged = message()
    struct.pack_into('=H', damaged, 4, 1)
    with pytest.raises(errors.IncompleteDump):
        counts_of([damaged, done()])


def test_a_dump_without_an_end_is_incomplete():
    with pytest.raises(errors.IncompleteDump) as caught:
        table_of([message()])
    assert 'stopped before' in caught.value.message


@pytest.mark.parametrize('position', [0, 1, 5, 30, 99])
def test_an_interrupted_dump_is_incomplete(position):
    messages = [message()] * 100
    messages[position] = message(flags=2 | 0x10)
    with pytest.raises(errors.IncompleteDump) as caught:
        table_of([bytearray().join(messages), done()])
    assert 'interrupted' in caught.value.message


def test_an_interruption_told_at_the_end_is_incomplete():
    with pytest.raises(errors.IncompleteDump):
        table_of([message(), done(flags=2 | 0x10)])


@pytest.mark.parametrize('broken, why', [
    (message()[:-4], 'a message claims 96 bytes where 92 are left'),
    (message(size=88)[:84], 'a message claims 88 bytes where 84 are left'),
    (message() + bytearray(8), '8 bytes are left'),
    (bytearray(struct.pack('=IHHII', 8, 20, 2, SEQUENCE, 42)) + bytearray(80), 'claims 8 bytes'),
    (bytearray(struct.pack('=IHHII', 0, 20, 2, SEQUENCE, 42)) + bytearray(80), 'claims 0 bytes'),
    (bytearray(struct.pack('=IHHII', 60, 20, 2, SEQUENCE, 42)) + bytearray(44), 'a socket of 60 bytes is shorter than 88'),
    (message(sequence=99), 'answers request 99, not 1234'),
    (message(kind=18), 'message type 18'),
    (bytearray(struct.pack('=IHHII', 16, 3, 2, SEQUENCE, 42)), 'carries no status'),
    (done() + message(), '96 bytes follow the end'),
])
def test_what_cannot_be_trusted_is_incomplete(broken, why):
    with pytest.raises(errors.IncompleteDump) as caught:
        table_of([broken, done()])
    assert why in caught.value.message


def test_a_length_that_swallows_the_next_message_is_found():
    data = bytearray().join([message(size=88)] * 20)
    data[88 * 5:88 * 5 + 4] = struct.pack('=I', 176)
    with pytest.raises(errors.IncompleteDump) as caught:
        table_of([data, done()])
    assert 'a socket of 176 bytes has no sound attribute' in caught.value.message


@pytest.mark.parametrize('code, name', [(-2, 'ENOENT'), (-1, 'EPERM'), (-16, 'EBUSY'), (-9999, 'errno 9999'), (5, 'EIO')])
def test_a_status_is_read_at_the_end_and_in_the_middle(code, name):
    for refusal in (done(code), status(2, code, more=bytes(bytearray(16)))):
        with pytest.raises(errors.SourceUnavailable) as caught:
            table_of([message() + refusal])
        assert name in caught.value.message


def listeners_of(captures, kernel, title, family):
    found = []
    dump = inet_diag.Dump(SEQUENCE, lambda *run: found.extend(inet_diag.listeners_in_run(family, *run)))
    for datagram in captures.datagrams(kernel, title):
        dump.feed(datagram, len(datagram))
    dump.finish()
    return found


@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
def test_listeners_of_real_dumps(captures, kernel):
    assert listeners_of(captures, kernel, V4, socket.AF_INET) == [(socket.inet_aton('127.0.0.1'), 18080, 1, 5)]
    found = listeners_of(captures, kernel, V6, socket.AF_INET6)
    assert sorted(found) == [(b'\0' * 16, 18099, 0, 128), (b'\0' * 15 + b'\1', 18090, 1, 5)]


def test_a_full_accept_queue_shows_one_more_than_its_limit(captures):
    found = listeners_of(captures, '6.18.44', 'AF_INET only LISTEN', socket.AF_INET)
    assert [(listener.queued, listener.backlog) for listener in found if listener.queued] == [(2, 1)]


@pytest.mark.parametrize('kernel', ['3.10.105', '4.9.115'])
def test_connections_of_a_real_dump(captures, kernel):
    found = []
    dump = inet_diag.Dump(SEQUENCE, lambda *run: found.extend(inet_diag.connections_in_run(*run)))
    for datagram in captures.datagrams(kernel, V4):
        dump.feed(datagram, len(datagram))
    dump.finish()
    local = socket.inet_aton('127.0.0.1') + b'\0' * 12
    to_server = [port for port, key in found if key == struct.pack('>H', 18080) + local + local]
    assert len(found) == 14
    assert len(to_server) == 5


def run_of(rows):
    """Build a run of (state, timer, local port)."""
    data = bytearray()
    for state, timer, port in rows:
        one = message(state=state)
        one[18] = timer
        one[20:22] = struct.pack('>H', port)
        data += one
    return data, 0, 96, len(rows)


@pytest.mark.parametrize('rows, timers', [
    ([(1, 2, 80), (1, 0, 80), (8, 2, 80)], [(1, 2), (1, 0), (8, 2)]),
    # A run without ESTABLISHED costs nothing.
    ([(6, 3, 80), (5, 2, 80)], []),
])
def test_timers_of_a_run(rows, timers):
    assert list(inet_diag.timers_in_run(*run_of(rows))) == timers


@pytest.mark.parametrize('rows, ports', [
    ([(6, 3, 80), (6, 3, 65535)], [80, 65535]),
    ([(6, 3, 80), (1, 0, 81), (6, 3, 82)], [80, 82]),
    ([(1, 0, 81)], []),
])
def test_time_wait_ports_of_a_run(rows, ports):
    assert [high * 256 + low for high, low in inet_diag.time_wait_ports_in_run(*run_of(rows))] == ports
