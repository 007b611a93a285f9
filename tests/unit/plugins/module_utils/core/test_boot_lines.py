# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that do nothing, told apart from lines that do; what is outside net is nobody's business here."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_lines, conf_rules, sysctl_conf

RELEASE = "6.18.44"
PRESENT = (
    "net/ipv4/tcp_fin_timeout", "net/ipv4/tcp_sack", "net/core/somaxconn", "net/ipv4/conf/eth0/rp_filter", "net/ipv6/conf/all/forwarding",
    "net/netfilter/nf_conntrack_max")


def world(present=PRESENT, loaded=("nf_conntrack",), late=(), version=(6, 18, 44)):
    folders = frozenset("/".join(path.split("/")[:depth]) for path in present for depth in range(1, 6))
    return boot_lines.World(present.__contains__, folders.__contains__, loaded.__contains__, late.__contains__, version, RELEASE)


def entry(name, content, kind="file", target=None):
    return sysctl_conf.Entry(name, kind, content, target)


def examine(content, host=None, loader=conf_rules.SYSTEMD, version=None, more=(), conf=None):
    entries = [entry(b"10.conf", content)] + list(more)
    tree = sysctl_conf.Tree([sysctl_conf.Directory("/etc/sysctl.d", entries)], conf, None, "")
    return boot_lines.examine(tree, conf_rules.rules(loader, version), host or world())


def kinds(*args, **kwargs):
    return [(row["kind"], row["source"].rpartition("/")[2]) for row in examine(*args, **kwargs)]


def test_good_lines_and_keys_outside_net_are_left_alone():
    content = b"# c\n\nnet.ipv4.tcp_sack = 1\nnet/core/somaxconn=5\nkernel.nonsense=1\nvm.swappiness 10\n-net.ipv4.nonsense=1\n-net.ipv4.tcp_sack\n"
    assert examine(content) == []


def test_a_removed_key_says_when():
    assert examine(b"\nnet.ipv4.tcp_tw_recycle = 1\n") == [{
        "kind": "removed", "source": "/etc/sysctl.d/10.conf:2", "name": "net.ipv4.tcp_tw_recycle",
        "text": "removed in Linux 4.12, this kernel is 6.18.44"}]


def test_an_old_kernel_still_has_it_and_is_too_old_for_another():
    host = world(PRESENT + ("net/ipv4/tcp_tw_recycle",), version=(3, 10))
    assert kinds(b"net.ipv4.tcp_tw_recycle=0\nnet.ipv4.tcp_tw_reuse_delay=1\n", host) == [("too_old", "10.conf:2")]


def test_a_misspelled_key_gets_a_suggestion():
    row, = examine(b"net.ipv4.tcp_syncokies=1\n")
    assert row["kind"] == "unknown_key"
    assert row["text"].endswith("did you mean net.ipv4.tcp_syncookies?")


def test_suggestions_are_bounded():
    rows = examine(b"".join(b"net.ipv4.tcp_syncokies%d=1\n" % number for number in range(100, 125)))
    assert len(rows) == 25
    assert "did you mean" in rows[19]["text"]
    assert "did you mean" not in rows[20]["text"]


def test_a_name_that_no_key_can_have_is_unknown():
    assert kinds(b"net.ipv4..tcp_sack=1\nnet=1\n", version=(200,)) == [("unknown_key", "10.conf:1")]


@pytest.mark.parametrize("key, module", [("net.netfilter.nf_conntrack_max", "nf_conntrack"), ("net.bridge.bridge-nf-call-iptables", "br_netfilter")])
def test_a_module_that_is_not_loaded_is_no_spelling_mistake(key, module):
    bare = world(("net/ipv4/tcp_sack",), loaded=())
    row, = examine(key.encode("ascii") + b"=1\n", bare)
    assert (row["kind"], row["name"], module in row["text"]) == ("module_not_loaded", key, True)


def test_a_loaded_module_without_the_key_is_another_kernel():
    assert kinds(b"net.netfilter.nf_conntrack_timestamp=1\n") == [("not_in_this_kernel", "10.conf:1")]


def test_a_module_that_comes_after_the_sysctls():
    assert kinds(b"net.netfilter.nf_conntrack_max=1\n", world(late=("nf_conntrack",))) == [("module_late", "10.conf:1")]
    assert kinds(b"net.netfilter.nf_conntrack_max=1\n") == []


def test_host_wide_keys_seen_from_a_container_are_not_the_fault_of_the_line():
    assert kinds(b"net.ipv4.tcp_max_orphans=1\nnet.core.netdev_max_backlog=1\n") == []


def test_interfaces_that_are_not_there_and_ipv6_that_is_off():
    content = b"net.ipv4.conf.eth9.rp_filter=1\nnet.ipv6.conf.eth9.accept_ra=0\nnet.ipv4.conf.eth0.nonsense=1\n"
    assert kinds(content) == [("unknown_key", "10.conf:3")]
    assert kinds(b"net.ipv6.conf.all.nonsense=1\n", world(("net/ipv4/tcp_sack",))) == []
    assert kinds(b"net.ipv6.conf.all.nonsense=1\n") == [("unknown_key", "10.conf:1")]


def test_duplicates_with_another_value_and_with_the_same():
    rows = examine(b"net.ipv4.tcp_sack=1\nnet/ipv4/tcp_sack=1\nnet.ipv4.tcp_fin_timeout=1\nnet.ipv4.tcp_fin_timeout=2\nkernel.x=1\nkernel.x=2\n")
    assert [(row["kind"], row["name"], row["source"][-2:]) for row in rows] == [
        ("repeated", "net.ipv4.tcp_sack", ":2"), ("duplicate", "net.ipv4.tcp_fin_timeout", ":4")]


def test_a_line_that_is_no_assignment_shows_its_first_word_only():
    row, = examine(b"net.ipv4.tcp_fastopen_key 0011-2233\nkernel.panic 10\n")
    assert row["kind"] == "unreadable_line"
    assert "tcp_fastopen_key" in row["text"]
    assert "0011" not in row["text"]
    assert kinds(b"what is this\n") == [("unreadable_line", "10.conf:1")]


@pytest.mark.parametrize("first, expected", [(b"net.ipv4.tcp_sack=1", ["bom"]), (b"# comment", []), (b"", []), (b"kernel.panic=1", [])])
def test_a_byte_order_mark_counts_when_a_line_of_ours_is_lost(first, expected):
    assert [row["kind"] for row in examine(b"\xef\xbb\xbf" + first + b"\n")] == expected


def test_hidden_files_with_and_without_keys_of_ours():
    more = [entry(b".20.conf", b"net.ipv4.tcp_sack=1\n"), entry(b".30.conf", b"kernel.panic=1\n")]
    assert kinds(b"", more=more) == [("hidden_file", ".20.conf")]


def test_a_sysctl_conf_that_the_boot_ignores():
    conf = entry(b"sysctl.conf", b"net.ipv4.tcp_sack=1\n")
    assert kinds(b"", conf=conf) == [("sysctl_conf_ignored", "sysctl.conf")]
    assert kinds(b"", conf=conf, loader=conf_rules.PROCPS) == []
    assert kinds(b"", conf=entry(b"sysctl.conf", b"kernel.panic=1\n")) == []
    assert kinds(b"", conf=conf, more=[entry(b"99-sysctl.conf", conf.content, target="/etc/sysctl.conf")]) == []


def test_files_that_cannot_be_read_are_said():
    more = [entry(b"20.conf", None, "unreadable"), entry(b"30.conf", None, "dangling"), entry(b"40.conf", None, "null", "/dev/null")]
    assert kinds(b"", more=more) == [("unreadable_file", "20.conf"), ("dangling", "30.conf")]


def test_an_old_loader_that_takes_the_dash_for_part_of_the_key():
    assert kinds(b"-net.ipv4.tcp_sack=1\n", version=(239,)) == [("ineffective", "10.conf:1")]
    assert kinds(b"-net.ipv4.tcp_sack=1\n", version=(252,)) == []
