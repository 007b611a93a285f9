# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the files that have to last."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import durable


def failing(descriptor):
    raise OSError(errno.EIO, "Input/output error")


def test_a_new_file_is_whole_and_nothing_else_stays(tmpdir):
    durable.write_new(str(tmpdir.join("a")), b"new\n", 0o600)
    assert tmpdir.join("a").read_binary() == b"new\n"
    assert os.stat(str(tmpdir.join("a"))).st_mode & 0o777 == 0o600
    assert os.listdir(str(tmpdir)) == ["a"]


def test_the_remains_of_a_killed_run_are_overwritten(tmpdir):
    tmpdir.join(".a.tmp").write_binary(b"half of something that was longer")
    durable.write_new(str(tmpdir.join("a")), b"new\n", 0o600)
    assert tmpdir.join("a").read_binary() == b"new\n"
    assert os.listdir(str(tmpdir)) == ["a"]


def test_a_rename_that_does_not_last_is_none(tmpdir, monkeypatch):
    tmpdir.join("open").write_binary(b"1")
    monkeypatch.setattr(durable.os, "fsync", failing)
    with pytest.raises(OSError) as caught:
        durable.rename(str(tmpdir.join("open")), str(tmpdir.join("applied")))
    assert caught.value.errno == errno.EIO
    # On a file's descriptor the kernel names nothing.
    assert caught.value.filename == str(tmpdir)
    assert os.listdir(str(tmpdir)) == ["open"]


def test_a_file_that_cannot_be_synced_is_not_made(tmpdir, monkeypatch):
    monkeypatch.setattr(durable.os, "fsync", failing)
    with pytest.raises(OSError):
        durable.write_new(str(tmpdir.join("a")), b"new\n", 0o600)
    assert os.listdir(str(tmpdir)) == []
