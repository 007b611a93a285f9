# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import lock_holder

LOCKS = """1: POSIX  ADVISORY  READ  5433 08:01:7864448 128 128
2: FLOCK  ADVISORY  WRITE 4711 00:16:77 0 EOF
2: -> FLOCK  ADVISORY  WRITE 4712 00:16:77 0 EOF
3: FLOCK  ADVISORY  WRITE 9 00:16:770 0 EOF
4: FLOCK  ADVISORY  WRITE -1 00:17:88 0 EOF
5: OFDLCK ADVISORY  WRITE -1 00:16:77 0 EOF
"""


def test_the_holder_is_found_and_who_waits_is_not():
    assert lock_holder.holders(LOCKS, 77) == [4711]


def test_a_holder_outside_of_the_pid_namespace_is_zero():
    assert lock_holder.holders(LOCKS, 88) == [0]
    assert lock_holder.holders(LOCKS, 1) == []
    assert lock_holder.holders("", 77) == []


def test_what_is_known_of_the_holder_is_said():
    assert lock_holder.describe(4711, "python3 net_sysctl.py", 12.7) == "process 4711 (python3 net_sysctl.py), running for 12 s"
    assert lock_holder.describe(4711, "", None) == "process 4711"
    assert lock_holder.describe(0, "", None) == "a process outside of this PID namespace"
