# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, inet_diag

hypothesis = pytest.importorskip('hypothesis', reason='hypothesis is not installed for this Python')
st = hypothesis.strategies

SEQUENCE = 77
FAST = hypothesis.settings(max_examples=150, deadline=None)

ATTRIBUTES = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 30)), max_size=3)
# A run: how many sockets of one shape, and the states that they go through in turn.
RUN = st.tuples(st.integers(1, 60), ATTRIBUTES, st.lists(st.integers(1, 12), min_size=1, max_size=4))
RUNS = st.lists(RUN, min_size=1, max_size=12)


def attribute(payload, kind):
    return struct.pack('=HH', 4 + payload, kind) + b'\xee' * (payload + -payload % 4)


def messages_of(runs):
    for count, attributes, states in runs:
        tail = b''.join(attribute(payload, kind) for payload, kind in attributes)
        for index in range(count):
            state = states[index % len(states)]
            body = bytes(bytearray([2, state])) + struct.pack('>HHHH', 3, index % 65536, 443, 9) + bytes(bytearray(62)) + tail
            yield state, struct.pack('=IHHII', 16 + len(body), 20, 2, SEQUENCE, 42) + body


def datagrams_of(messages, cuts):
    """Cut whole messages into datagrams, the end in one of its own."""
    edges = sorted(set(cut % (len(messages) + 1) for cut in cuts) | set([0, len(messages)]))
    parts = [b''.join(messages[low:high]) for low, high in zip(edges, edges[1:])]
    return [bytearray(part) for part in parts if part] + [bytearray(struct.pack('=IHHIIi', 20, 3, 2, SEQUENCE, 42, 0))]


def one_by_one(datagrams):
    table = [0] * 256
    for data in datagrams:
        position = 0
        while position < len(data):
            size, kind = struct.unpack_from('=IH', data, position)
            if kind == 20:
                table[data[position + 17]] += 1
            position += (size + 3) & ~3
    return table


def count(datagrams):
    table = [0] * 256
    dump = inet_diag.Dump(SEQUENCE, lambda *run: inet_diag.count_run(table, *run))
    for data in datagrams:
        dump.feed(data, len(data))
    dump.finish()
    return table


@FAST
@hypothesis.given(RUNS, st.lists(st.integers(0, 999), max_size=5))
def test_counting_by_runs_equals_one_by_one_equals_truth(runs, cuts):
    made = list(messages_of(runs))
    truth = [0] * 256
    for state, dummy in made:
        truth[state] += 1
    datagrams = datagrams_of([message for dummy, message in made], cuts)
    assert count(datagrams) == one_by_one(datagrams) == truth


@FAST
@hypothesis.given(RUNS, st.lists(st.integers(0, 999), max_size=5), st.data())
def test_a_flipped_bit_never_loses_a_socket_silently(runs, cuts, data):
    made = [message for dummy, message in messages_of(runs)]
    datagrams = datagrams_of(made, cuts)
    victim = datagrams[data.draw(st.integers(0, len(datagrams) - 1))]
    victim[data.draw(st.integers(0, len(victim) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        table = count(datagrams)
    except errors.SourceUnavailable:
        return
    assert sum(table) == len(made)


@FAST
@hypothesis.given(RUNS, st.lists(st.integers(0, 999), max_size=5), st.data())
def test_a_wrong_header_field_never_loses_a_socket_silently(runs, cuts, data):
    made = [message for dummy, message in messages_of(runs)]
    index = data.draw(st.integers(0, len(made) - 1))
    offset, form = data.draw(st.sampled_from([(0, '=I'), (4, '=H'), (6, '=H'), (8, '=I')]))
    limit = 2000 if form == '=I' else 0xffff
    broken = bytearray(made[index])
    broken[offset:offset + struct.calcsize(form)] = struct.pack(form, data.draw(st.integers(0, limit)))
    made[index] = bytes(broken)
    try:
        table = count(datagrams_of(made, cuts))
    except errors.SourceUnavailable:
        return
    assert sum(table) == len(made)


@FAST
@hypothesis.given(RUNS, st.data())
def test_a_cut_datagram_is_incomplete(runs, data):
    datagrams = datagrams_of([message for dummy, message in messages_of(runs)], [])
    lost = data.draw(st.integers(1, len(datagrams[0]) - 1))
    kept = datagrams[0][:-lost]
    boundaries = set()
    position = 0
    while position < len(datagrams[0]):
        boundaries.add(position)
        position += (struct.unpack_from('=I', datagrams[0], position)[0] + 3) & ~3
    hypothesis.assume(len(kept) not in boundaries)
    with pytest.raises(errors.IncompleteDump):
        count([kept, datagrams[1]])
