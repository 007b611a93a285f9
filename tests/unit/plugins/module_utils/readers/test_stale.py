# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian as it comes is clean; one with old habits is not. The kernel is the one that the test writes."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import host_files, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot, stale

# What Debian 12 puts into these files: every line of sysctl.conf is a comment.
DEBIAN = {
    "etc/sysctl.conf": "#\n# /etc/sysctl.conf - Configuration file for setting system variables\n#net.ipv4.ip_forward=1\n",
    "etc/sysctl.d/README.sysctl": "Kernel system variables configuration files\n",
    "usr/lib/sysctl.d/50-pid-max.conf": "kernel.pid_max = 4194304\n",
    "usr/lib/sysctl.d/99-protect-links.conf": "fs.protected_fifos = 1\nfs.protected_hardlinks = 1\n",
    "usr/lib/systemd/system/systemd-sysctl.service": "[Unit]\n",
    "usr/lib/systemd/libsystemd-shared-252.so": "",
    "run/systemd/system/x": "",
    "proc/modules": "ext4 1 0 - Live 0x0\n",
    "proc/sys/net/ipv4/tcp_sack": "1\n",
    "proc/sys/net/core/somaxconn": "4096\n",
}


@pytest.fixture
def root(tmpdir):
    for path, text in DEBIAN.items():
        tmpdir.join(path).write(text, ensure=True)
    tmpdir.join("etc/sysctl.d/99-sysctl.conf").mksymlinkto("../sysctl.conf")
    return tmpdir


def read(root):
    files = host_files.HostFiles(str(root))
    return stale.read_boot_problems(boot.observe(files.conf_dir()), files, sysctl_tree.SysctlTree(str(root)), "6.1.0-35-amd64")


def test_an_idle_debian_has_nothing_to_say(root):
    assert read(root) == []


def test_debian_13_has_no_sysctl_conf(root):
    root.join("etc/sysctl.d/99-sysctl.conf").remove()
    root.join("etc/sysctl.conf").remove()
    assert read(root) == []


def test_a_sysctl_conf_left_on_debian_13_is_ignored(root):
    root.join("etc/sysctl.d/99-sysctl.conf").remove()
    root.join("etc/sysctl.conf").write("net.ipv4.tcp_sack=1\n")
    assert [(row["kind"], row["source"]) for row in read(root)] == [("sysctl_conf_ignored", "/etc/sysctl.conf")]


def test_old_habits_are_found_with_file_and_line(root):
    root.join("etc/sysctl.conf").write("net.ipv4.tcp_tw_recycle = 1\nnet.netfilter.nf_conntrack_max = 9\nnet.core.somaxcon = 1\n")
    assert [(row["kind"], row["source"]) for row in read(root)] == [
        ("removed", "/etc/sysctl.d/99-sysctl.conf:1"), ("module_not_loaded", "/etc/sysctl.d/99-sysctl.conf:2"),
        ("unknown_key", "/etc/sysctl.d/99-sysctl.conf:3")]


def test_without_systemd_the_rules_of_procps_count(root):
    root.join("run/systemd/system/x").remove()
    root.join("run/systemd/system").remove()
    root.join("etc/sysctl.d/99-sysctl.conf").remove()
    root.join("etc/sysctl.conf").write("net.ipv4.tcp_tw_recycle = 1\n")
    assert [(row["kind"], row["source"]) for row in read(root)] == [("removed", "/etc/sysctl.conf:1")]
