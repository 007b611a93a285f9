# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, sysctl_name


@pytest.mark.parametrize("spelling, name, path", [
    ("net.ipv4.tcp_sack", "net.ipv4.tcp_sack", "net/ipv4/tcp_sack"),
    ("net/ipv4/tcp_sack", "net.ipv4.tcp_sack", "net/ipv4/tcp_sack"),
    (u"net.ipv4.tcp_sack", "net.ipv4.tcp_sack", "net/ipv4/tcp_sack"),
    ("net.ipv4.conf.eth0/100.rp_filter", "net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"),
    ("net/ipv4/conf/eth0.100/rp_filter", "net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"),
    ("net.ipv4.conf.a:b#c;d.rp_filter", "net.ipv4.conf.a:b#c;d.rp_filter", "net/ipv4/conf/a:b#c;d/rp_filter"),
])
def test_both_spellings_give_one_name(spelling, name, path):
    assert sysctl_name.canonical(spelling) == name
    assert isinstance(sysctl_name.canonical(spelling), str)
    assert sysctl_name.to_path(name) == path


@pytest.mark.parametrize("spelling", [
    "", "net", ".", "..", "/", "net.", ".net.ipv4.x", "net..ipv4", "net/../kernel/panic", "net/ipv4/..", "net.ipv4.//.x", "net/./ipv4",
    "net/ipv4//tcp_sack", "/proc/sys/net/ipv4/tcp_sack", "net.ipv4.tcp sack", "net.ipv4.tcp_sack\n", "net.ipv4.a\0b", "net.ipv4.\x7f",
    "net.ipv4.tcp_*", "net.ipv4.tcp_sac?", "net.ipv4.[t]cp_sack", "net.ipv4.a=b", "-net.ipv4.tcp_sack", u"net.ipv4.conf.\xe9.rp_filter",
    5, None, True, ("net", "x"),
])
def test_hostile_names_are_refused(spelling):
    with pytest.raises(errors.InvalidInput):
        sysctl_name.canonical(spelling)


@pytest.mark.parametrize("spelling", ["vm.swappiness", "kernel/panic", "netx.ipv4.y"])
def test_keys_outside_net_are_sent_elsewhere(spelling):
    with pytest.raises(errors.InvalidInput) as caught:
        sysctl_name.canonical(spelling)
    assert "ansible.posix.sysctl" in caught.value.message


@pytest.mark.parametrize("name, pattern, expected", [
    ("net.ipv4.tcp_sack", "net.ipv4.tcp_*", True),
    ("net.ipv4.tcp_sack", "net.*", False),
    ("net.ipv4.tcp_sack", "net.*.tcp_sack", True),
    ("net.ipv4.conf.eth0/1.rp_filter", "net.ipv4.conf.*.rp_filter", True),
    ("net.ipv4.conf.all.rp_filter", "net.ipv4.*", False),
    ("net.ipv4.tcp_sack", "net.ipv4.tcp_sac[a-k]", True),
])
def test_globs_stay_within_a_component(name, pattern, expected):
    assert sysctl_name.matches(name, pattern) is expected


@pytest.mark.parametrize("pattern", ["*", "kernel.*", "net/../kernel/*", "net..*", ""])
def test_globs_do_not_leave_net(pattern):
    with pytest.raises(errors.InvalidInput):
        sysctl_name.canonical_pattern(pattern)


def test_secrets_are_known():
    assert sysctl_name.is_secret("net.ipv4.tcp_fastopen_key")
    assert sysctl_name.is_secret("net.ipv6.conf.eth0/1.stable_secret")
    assert not sysctl_name.is_secret("net.ipv4.tcp_fastopen")
