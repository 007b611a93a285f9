# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import sysctl_tree

KEY = "net/ipv4/tcp_rmem"


@pytest.fixture
def tree(tmpdir):
    for path, text in ((KEY, u"4096\t131072\t6291456\n"), ("kernel/osrelease", u"6.18.44\n"), ("net/ipv4/ip_local_reserved_ports", u"\n")):
        full = str(tmpdir.join("proc", "sys", path))
        if not os.path.isdir(os.path.dirname(full)):
            os.makedirs(os.path.dirname(full))
        with io.open(full, "w") as stream:
            stream.write(text)
    return sysctl_tree.SysctlTree(str(tmpdir))


def test_reading(tree):
    assert tree.read(KEY) == "4096\t131072\t6291456"
    assert tree.read("net/ipv4/ip_local_reserved_ports") == ""
    assert tree.read("net/ipv4/nothing") is None
    assert tree.read(KEY + "/below") is None
    assert tree.release() == "6.18.44"
    with pytest.raises(errors.SourceUnavailable):
        tree.read("net/ipv4")


def test_a_whole_port_list_is_read_at_once(tree, tmpdir):
    text = ",".join(str(port) for port in range(1, 65535, 2))
    tmpdir.join("proc", "sys", "net/ipv4/ip_local_reserved_ports").write(text + "\n")
    assert len(text) > 180000
    assert tree.read("net/ipv4/ip_local_reserved_ports") == text


def test_writing_is_one_call_with_a_newline(tree, monkeypatch):
    calls, write = [], os.write
    monkeypatch.setattr(sysctl_tree.os, "write", lambda descriptor, data: calls.append(data) or write(descriptor, data))
    tree.write(KEY, "4096 87380 6291456")
    assert calls == [b"4096 87380 6291456\n"]


def test_a_short_write_is_an_error(tree, monkeypatch):
    monkeypatch.setattr(sysctl_tree.os, "write", lambda _descriptor, _data: 3)
    with pytest.raises(OSError) as caught:
        tree.write(KEY, "12 13")
    assert (caught.value.errno, caught.value.strerror) == (errno.EIO, "the kernel took 3 of 6 bytes")


def test_a_signal_in_between_is_no_failure(tree, monkeypatch):
    answers, read = [OSError(errno.EINTR, "Interrupted")], os.read

    def interrupted(descriptor, size):
        if answers:
            raise answers.pop()
        return read(descriptor, size)

    monkeypatch.setattr(sysctl_tree.os, "read", interrupted)
    assert tree.read(KEY) == "4096\t131072\t6291456"


def test_a_key_that_vanished_is_not_made(tree, tmpdir):
    with pytest.raises(OSError) as caught:
        tree.write("net/ipv4/nothing", "1")
    assert caught.value.errno == errno.ENOENT
    assert not tmpdir.join("proc", "sys", "net/ipv4/nothing").check()


def test_asking_whether_a_key_can_be_written_writes_nothing(tree):
    assert tree.refusal(KEY) == 0
    assert tree.refusal("net/ipv4/nothing") == errno.ENOENT
    assert tree.read(KEY) == "4096\t131072\t6291456"


def test_names_and_modes(tree):
    assert tree.names("net/ipv4") == ["ip_local_reserved_ports", "tcp_rmem"]
    assert tree.names("net/ipv6") == []
    assert (tree.exists(KEY), tree.exists("net/ipv4"), tree.exists("net/x")) == (True, False, False)
    assert tree.mode("net/x") == 0
    assert tree.mode(KEY) & 0o600 == 0o600
