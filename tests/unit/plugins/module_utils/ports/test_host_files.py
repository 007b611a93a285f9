# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Absent, closed and there are three answers; nothing outside the root is looked at."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import host_files


@pytest.fixture
def host(tmpdir):
    return host_files.HostFiles(str(tmpdir))


def put(tmpdir, path, text=""):
    tmpdir.join(path).write(text, ensure=True)


def test_a_file_and_none(host, tmpdir):
    put(tmpdir, "etc/x", "hello")
    assert host.read("/etc/x") == b"hello"
    assert host.read("/etc/y") is None
    assert host.read("/etc/x/y") is None
    assert host.read("/etc") is None
    assert host.names("/etc") == ["x"]
    assert host.names("/nowhere") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; the next test fakes the refusal for it")
def test_what_is_closed_is_said(host, tmpdir):
    put(tmpdir, "etc/x")
    tmpdir.join("etc/x").chmod(0)
    with pytest.raises(errors.SourceUnavailable, match="/etc/x: Permission denied"):
        host.read("/etc/x")


def test_a_refusal_is_not_an_absence(host, monkeypatch):
    def refuse(path):
        raise OSError(13, "Permission denied", path)

    monkeypatch.setattr(os, "listdir", refuse)
    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(os.path, "isfile", lambda path: False)
    with pytest.raises(errors.SourceUnavailable, match="/etc/tuned: Permission denied"):
        host.names("/etc/tuned")
    with pytest.raises(errors.SourceUnavailable, match="/etc/x: Permission denied"):
        host.read("/etc/x")


def test_processes_by_name_and_those_that_just_left(host, tmpdir):
    put(tmpdir, "proc/7/comm", "tuned\n")
    put(tmpdir, "proc/8/stat", "gone")
    put(tmpdir, "proc/sys/comm", "no process\n")
    assert host.commands() == frozenset(["tuned"])


def test_units_there_wanted_and_masked(host, tmpdir):
    put(tmpdir, "usr/lib/systemd/system/tuned.service")
    assert host.unit("tuned.service") == ("/usr/lib/systemd/system/tuned.service", False)
    put(tmpdir, "etc/systemd/system/multi-user.target.wants/tuned.service")
    assert host.unit("tuned.service") == ("/usr/lib/systemd/system/tuned.service", True)
    tmpdir.join("etc/systemd/system/tuned.service").mksymlinkto("/dev/null")
    assert host.unit("tuned.service") == (None, False)
    assert host.unit("other.service") == (None, False)


def test_modules_loaded_built_in_and_listed(host, tmpdir):
    put(tmpdir, "proc/modules", "nf_conntrack 1 0 - Live 0x0\nbr_netfilter 1 0 - Live 0x0\n")
    tmpdir.join("sys/module/ipv6").ensure(dir=True)
    assert [host.module_loaded(name) for name in ("nf_conntrack", "ipv6", "sctp")] == [True, True, False]
    assert host.loaded_modules() == frozenset(["nf_conntrack", "br_netfilter"])


def test_lists_of_modules_come_by_precedence(host, tmpdir):
    put(tmpdir, "usr/lib/modules-load.d/a.conf", "sctp\n")
    put(tmpdir, "etc/modules-load.d/a.conf", "# sctp\nbr-netfilter\n")
    put(tmpdir, "etc/modules-load.d/.b.conf", "rds\n")
    put(tmpdir, "etc/modules-load.d/c.txt", "rds\n")
    assert host.module_lists() == [
        ("/etc/modules-load.d/a.conf", b"# sctp\nbr-netfilter\n"), ("/usr/lib/modules-load.d/a.conf", b"sctp\n"), ("/etc/modules", b"")]
    tmpdir.join("etc/modules-load.d/d.conf").mksymlinkto("/dev/null")
    assert ("/etc/modules-load.d/d.conf", b"") in host.module_lists()
