# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot

FIN = "net.ipv4.tcp_fin_timeout"
NAMES = [FIN, "net.ipv4.tcp_keepalive_time"]


@pytest.fixture
def root(tmpdir):
    """A Debian 12 whose sysctl.conf and zz-mine.conf say different things; systemd is PID 1."""
    tmpdir.join("etc/sysctl.conf").write_binary(b"net.ipv4.tcp_fin_timeout=11\n", ensure=True)
    tmpdir.join("etc/sysctl.d/zz-mine.conf").write_binary(b"net.ipv4.tcp_fin_timeout=22\n", ensure=True)
    tmpdir.join("etc/sysctl.d/99-sysctl.conf").mksymlinkto("../sysctl.conf")
    tmpdir.join("run/systemd/system/x").write("", ensure=True)
    tmpdir.join("usr/lib/systemd/system/systemd-sysctl.service").write("[Unit]\n", ensure=True)
    tmpdir.join("usr/lib/systemd/libsystemd-shared-252.so").write("", ensure=True)
    tmpdir.join("usr/lib/libproc2.so.0.0.1").write("", ensure=True)
    tmpdir.join("proc/sys/net/x").write("", ensure=True)
    return tmpdir


def read(root, loader="auto"):
    return boot.read_boot(conf_dir.ConfDir(str(root)), NAMES, loader)


def test_the_loader_that_this_host_uses_and_where_the_other_disagrees(root):
    effective, problems, warnings = read(root)
    assert effective == {FIN: {"value": "22", "source": "/etc/sysctl.d/zz-mine.conf:1", "shadowed": ["/etc/sysctl.d/99-sysctl.conf:1"], "loader": "systemd"}}
    assert problems == []
    assert warnings == [FIN + ': systemd sets "22" (/etc/sysctl.d/zz-mine.conf:1), procps sets "11" (/etc/sysctl.conf:1)']


def test_the_loader_can_be_given(root):
    effective, problems, warnings = read(root, "procps")
    assert (effective[FIN]["value"], effective[FIN]["loader"], problems, len(warnings)) == ("11", "procps", [], 1)
    with pytest.raises(ValueError, match="auto, systemd, procps"):
        read(root, "openrc")


def test_a_masked_unit_leaves_the_rules_of_procps(root):
    root.join("etc/systemd/system").ensure(dir=True).join("systemd-sysctl.service").mksymlinkto("/dev/null")
    effective, _problems, warnings = read(root)
    assert effective[FIN]["value"] == "11"
    assert "systemd-sysctl.service is masked" in warnings[0]


def test_a_read_only_proc_and_an_unknown_version_are_said(root):
    root.join("proc/sys/net/x").remove()
    root.join("proc/sys/net").remove()
    root.join("usr/lib/systemd/libsystemd-shared-252.so").remove()
    warnings = read(root)[2]
    assert "read-only" in warnings[0]
    assert "version of systemd cannot be told" in warnings[1]


def test_a_key_that_only_one_loader_sets_and_a_key_that_no_file_sets(root):
    root.join("etc/sysctl.d/99-sysctl.conf").remove()
    root.join("etc/sysctl.d/zz-mine.conf").remove()
    effective, problems, warnings = read(root)
    assert effective == {}
    assert [problem["kind"] for problem in problems] == ["sysctl_conf_ignored"]
    assert warnings == [FIN + ': systemd leaves it alone, procps sets "11" (/etc/sysctl.conf:1)']
