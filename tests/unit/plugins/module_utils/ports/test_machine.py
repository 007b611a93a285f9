# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A boot is told by the kernel's id and the start of PID 1; times of day are UTC."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import time

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import machine

STAT = "1 (init (a b)) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 %d 43400000 15856 18446744073709551615"


@pytest.fixture
def root(tmpdir):
    tmpdir.join("proc", "sys", "kernel", "random", "boot_id").write("5fe2f2b1-0c0e-4a39-a0b5-6a3f7c4a9d11\n", ensure=True)
    tmpdir.join("proc", "1", "stat").write(STAT % 77, ensure=True)
    return tmpdir


def test_a_restarted_container_is_another_boot_of_the_same_kernel(root):
    before = machine.Machine(str(root)).boot_id()
    assert before == "5fe2f2b1-0c0e-4a39-a0b5-6a3f7c4a9d11/77"
    root.join("proc", "1", "stat").write(STAT % 912)
    assert machine.Machine(str(root)).boot_id() == "5fe2f2b1-0c0e-4a39-a0b5-6a3f7c4a9d11/912"


def test_a_hidden_pid_1_is_no_failure(root):
    root.join("proc", "1", "stat").remove()
    assert machine.Machine(str(root)).boot_id() == "5fe2f2b1-0c0e-4a39-a0b5-6a3f7c4a9d11/?"


def test_a_later_time_of_day(root, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1795547115.0)
    assert machine.Machine(str(root)).utc() == "2026-11-24T19:05:15Z"
    assert machine.Machine(str(root)).utc(60) == "2026-11-24T19:06:15Z"
