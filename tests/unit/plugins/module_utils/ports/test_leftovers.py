# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import time

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, leftovers

LEFT = ".a.conf.Ab3_x9Zq.tmp"


@pytest.fixture
def folder(tmpdir):
    return str(tmpdir)


def put(folder, name, age=60):
    path = os.path.join(folder, name)
    open(path, "w").close()
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_what_a_killed_run_left_is_gone_after_the_next(folder):
    put(folder, LEFT)
    put(folder, ".a.conf.abcdef.tmp")
    store = drop_in_file.DropInFile(os.path.join(folder, "a.conf"))
    store.replace(b"x")
    assert os.listdir(folder) == ["a.conf"]


@pytest.mark.parametrize("name", [".b.conf.Ab3_x9Zq.tmp", ".a.conf.Ab3.tmp", ".a.conf.Ab3_x9Zq.tmp~", "a.conf.Ab3_x9Zq.tmp", ".aXconf.Ab3_x9Zq.tmp",
                                  ".a.conf.Ab3-x9Zq.tmp", ".a.conf.Ab3_x9Zq.tmp\n"])
def test_other_names_stay(folder, name):
    put(folder, name)
    leftovers.sweep(folder, "a.conf", time.time())
    assert os.listdir(folder) == [name]


@pytest.mark.parametrize("kind", ["link", "directory", "fifo", "hard link", "young", "claimed", "theirs"])
def test_what_is_not_a_leftover_stays(folder, kind):
    path, keep = os.path.join(folder, LEFT), []
    if kind == "link":
        os.symlink(put(folder, "victim"), path)
    elif kind == "directory":
        os.mkdir(path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "hard link":
        os.link(put(folder, "victim"), path)
    elif kind == "young":
        put(folder, LEFT, age=-60)
    elif kind == "claimed":
        keep.append(open(put(folder, LEFT)))
        leftovers.claim(keep[0].fileno())
    elif os.geteuid() != 0:
        pytest.skip("only root can give files away")
    else:
        os.chown(put(folder, LEFT), 1234, -1)
    before = sorted(os.listdir(folder))
    leftovers.sweep(folder, "a.conf", time.time())
    assert sorted(os.listdir(folder)) == before


def test_a_folder_that_cannot_be_read_is_passed_over(folder):
    leftovers.sweep(os.path.join(folder, "none"), "a.conf", time.time())
