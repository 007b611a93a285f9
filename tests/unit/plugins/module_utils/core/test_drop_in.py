# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import OrderedDict

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import drop_in

SACK, REUSE = "net.ipv4.tcp_sack", "net.ipv4.tcp_tw_reuse"
START, RANGE = "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_port_range"


@pytest.mark.parametrize("line, value", [
    (b"net.ipv4.tcp_sack = 1", "1"), (b"net/ipv4/tcp_sack=1\n", "1"), (b"  -net.ipv4.tcp_sack\t=\t1 \r\n", "1"), (b"- net.ipv4.tcp_sack = 1", "1"),
    (b"/net/ipv4/tcp_sack = 1", "1"), (b"net.ipv4.tcp_sack = a = b", "a = b"), (b"net.ipv4.tcp_sack = 4096\t1  2", "4096 1 2"), (b"net.ipv4.tcp_sack =", ""),
    (b"#net.ipv4.tcp_sack = 1", None), (b" ; net.ipv4.tcp_sack = 1", None), (b"net.ipv4.tcp_sack 1", None), (b"net.ipv4.tcp_* = 1", None),
    (b"\xef\xbb\xbfnet.ipv4.tcp_sack = 1", None), (b"-net.ipv4.tcp_sack", None), (b"", None), (b"=\n", None), (b"\x00\xff\n", None),
])
def test_lines_are_read_as_sysctl_d_has_them(line, value):
    assert drop_in.lookup_all(line).get(SACK) == value


def test_the_last_assignment_in_any_spelling_counts():
    data = b"net.ipv4.tcp_sack = 0\nnet/ipv4/tcp_sack = 1\n"
    assert drop_in.lookup_all(data).get(SACK) == "1"
    assert drop_in.lookup_all(data + b"-net.ipv4.tcp_sack\n").get(SACK) is None
    assert drop_in.lookup_all(data + b"-net.ipv4.tcp_sack\nnet.ipv4.tcp_sack = 2").get(SACK) == "2"
    assert drop_in.lookup_all(None).get(SACK) is None


def test_a_new_file_has_a_header_and_the_order_given():
    data = drop_in.with_settings(None, OrderedDict([(REUSE, "1"), (SACK, "1")]))
    assert data == drop_in.HEADER + b"net.ipv4.tcp_tw_reuse = 1\nnet.ipv4.tcp_sack = 1\n"


FOREIGN = b"\xef\xbb\xbf# caf\xe9\r\n\r\nnonsense\n[x]\n\x00\xff = 1\n  net.core.somaxconn=1\n"


def test_foreign_lines_survive_byte_for_byte():
    data = drop_in.with_settings(FOREIGN, {SACK: "1"})
    assert data == FOREIGN + b"net.ipv4.tcp_sack = 1\r\n"
    assert drop_in.without(data, [SACK]) == FOREIGN


@pytest.mark.parametrize("before, after", [
    (b"net.ipv4.tcp_sack = 0\n", b"net.ipv4.tcp_sack = 1\n"),
    (b"net.ipv4.tcp_sack=1\n", b"net.ipv4.tcp_sack=1\n"),
    (b"net.ipv4.tcp_sack = 0", b"net.ipv4.tcp_sack = 1\n"),
    (b"# a", b"# a\nnet.ipv4.tcp_sack = 1\n"),
    (b"", b"net.ipv4.tcp_sack = 1\n"),
    (b"a = 1\r\nnet.ipv4.tcp_sack = 0\r\nb = 2\r\n", b"a = 1\r\nnet.ipv4.tcp_sack = 1\r\nb = 2\r\n"),
    (b"net.ipv4.tcp_sack = 1\n# x\nnet/ipv4/tcp_sack = 0\n# y\n", b"# x\nnet.ipv4.tcp_sack = 1\n# y\n"),
    (b"net.ipv4.tcp_sack = 0\n-net.ipv4.tcp_sack\n", b"net.ipv4.tcp_sack = 1\n"),
    (b"-net.ipv4.tcp_sack = 0\n", b"net.ipv4.tcp_sack = 1\n"),
])
def test_a_key_is_assigned_exactly_once(before, after):
    assert drop_in.with_settings(before, {SACK: "1"}) == after
    assert drop_in.with_settings(after, {SACK: "1"}) == after


def test_an_empty_list_is_written_without_a_blank_at_the_end():
    data = drop_in.with_settings(b"", {"net.ipv4.ip_local_reserved_ports": ""})
    assert data == b"net.ipv4.ip_local_reserved_ports =\n"
    assert drop_in.lookup_all(data).get("net.ipv4.ip_local_reserved_ports") == ""


@pytest.mark.parametrize("before, sequence, after", [
    (b"R = 80 90\n", (START, RANGE), b"S = 80\nR = 80 90\n"),
    (b"R = 80 90\nS = 80\n", (START, RANGE), b"S = 80\nR = 80 90\n"),
    (b"S = 80\n# x\nR = 80 90\n", (START, RANGE), b"S = 80\n# x\nR = 80 90\n"),
    (b"R = 80 90\n", (), b"R = 80 90\nS = 80\n"),
])
def test_keys_that_the_kernel_compares_stand_in_the_order_that_it_takes(before, sequence, after):
    def full(text):
        return text.replace(b"S", START.encode("ascii")).replace(b"R", RANGE.encode("ascii"))

    settings = OrderedDict([(START, "80"), (RANGE, "80 90")])
    assert drop_in.with_settings(full(before), settings, sequence) == full(after)


@pytest.mark.parametrize("before, after", [
    (None, None),
    (b"", b""),
    (b"net.ipv4.tcp_sack = 1\n", b""),
    (drop_in.HEADER + b"net.ipv4.tcp_sack = 1\n", None),
    (drop_in.HEADER + b"\nnet/ipv4/tcp_sack = 1\n-net.ipv4.tcp_sack=2\n\n", None),
    (drop_in.HEADER + b"# mine\nnet.ipv4.tcp_sack = 1\n", drop_in.HEADER + b"# mine\n"),
    (drop_in.HEADER + b"net.ipv4.tcp_tw_reuse = 1\n", drop_in.HEADER + b"net.ipv4.tcp_tw_reuse = 1\n"),
    (drop_in.HEADER, drop_in.HEADER),
    (b"-net.ipv4.tcp_sack\n", b"-net.ipv4.tcp_sack\n"),
])
def test_without_takes_the_lines_and_then_our_own_file(before, after):
    assert drop_in.without(before, [SACK]) == after


def test_secrets_are_not_displayed():
    shown = drop_in.display(b"# caf\xc3\xa9\nnet.ipv4.tcp_fastopen_key = 1-2-3-4\nnet.ipv4.tcp_sack = 1\n")
    assert shown == u"# caf\xe9\nnet.ipv4.tcp_fastopen_key = (not shown)\nnet.ipv4.tcp_sack = 1\n"
    assert drop_in.display(None) == u""
