# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, tcp_state


def table(**counts):
    result = [0] * 256
    for number, count in counts.items():
        result[int(number[1:])] = count
    return result


@pytest.mark.parametrize('number, name', [
    (1, 'ESTABLISHED'), (2, 'SYN_SENT'), (3, 'SYN_RECV'), (4, 'FIN_WAIT1'), (5, 'FIN_WAIT2'), (6, 'TIME_WAIT'), (7, 'CLOSE'),
    (8, 'CLOSE_WAIT'), (9, 'LAST_ACK'), (10, 'LISTEN'), (11, 'CLOSING'), (12, 'SYN_RECV'),
])
def test_numbers_have_the_names_of_netstat(number, name):
    numbers = [0] * 256
    numbers[number] = 4
    assert tcp_state.counts_by_name(numbers) == {name: 4}


def test_half_open_requests_count_as_syn_recv():
    assert tcp_state.counts_by_name(table(n3=2, n12=5)) == {'SYN_RECV': 7}


def test_states_that_do_not_occur_are_left_out():
    assert tcp_state.counts_by_name([0] * 256) == {}


def test_the_mask_keeps_the_states_asked_for():
    counts = tcp_state.counts_by_name(table(n1=2, n6=9, n10=1), tcp_state.mask_of(['TIME_WAIT', 'LISTEN']))
    assert counts == {'TIME_WAIT': 9, 'LISTEN': 1}


@pytest.mark.parametrize('number', [0, 13, 255])
def test_an_unknown_state_is_an_error_and_not_a_lost_socket(number):
    numbers = [0] * 256
    numbers[number] = 3
    with pytest.raises(errors.ParseError) as caught:
        tcp_state.counts_by_name(numbers)
    assert '3 sockets are in state %d' % number in caught.value.message


def test_masks():
    assert tcp_state.mask_of(['ESTABLISHED']) == 1 << 1
    assert tcp_state.mask_of(['SYN_RECV']) == 1 << 3 | 1 << 12
    assert tcp_state.mask_of(tcp_state.STATE_NAMES) == tcp_state.ALL_STATES == 0x1ffe


def test_bound_inactive_is_not_asked_for():
    assert not tcp_state.ALL_STATES >> 13 & 1


def test_a_wrong_name_gives_the_right_ones():
    with pytest.raises(errors.InvalidInput) as caught:
        tcp_state.mask_of(['TIME-WAIT', 'LISTEN'])
    assert caught.value.message.startswith('states: TIME-WAIT: no such state; choose from ESTABLISHED, ')
