# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import sampling


def sample(seconds, counters, *sockets):
    return sampling.Sample(seconds, counters, frozenset(sockets))


def test_rates_and_what_stays():
    found = sampling.summarise([
        sample(10.0, {'TcpExt': {'A': 5, 'B': 1, 'C': 9}}, 'x', 'y'),
        sample(11.0, {'TcpExt': {'A': 6, 'B': 1, 'C': 9}}, 'x', 'z'),
        sample(12.5, {'TcpExt': {'A': 10, 'B': 1, 'C': 3, 'D': 4}}, 'x', 'y', 'z')])
    assert found == {
        'count': 3, 'seconds': 2.5, 'rates': {'TcpExt': {'A': 2.0}}, 'close_wait': {'counts': [2, 2, 3], 'kept': 1}}


def test_no_time_no_rate():
    assert sampling.rates({'TcpExt': {'A': 1}}, {'TcpExt': {'A': 2}}, 0) == {}


def test_a_counter_that_was_not_there_before_says_nothing():
    assert sampling.rates({}, {'TcpExt': {'A': 2}}, 1.0) == {}
