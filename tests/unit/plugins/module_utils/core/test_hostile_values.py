# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and values that once made the core slow, loud or crash; found by tests/integration/test_hostile_input.py."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import time

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, drop_in, errors, sysctl_name, sysctl_value

KEYS = [catalogue.get(name) for name in ("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem", "net.ipv4.ip_local_reserved_ports",
                                         "net.ipv4.tcp_congestion_control", "net.ipv4.tcp_sack")]
SHAPES = [sysctl_value.shape_of("net.test.number", "1"), sysctl_value.shape_of("net.test.text", "a")]
MIB = 2 ** 20


def kind(value):
    """Return a name for a case; pytest's own would be a million characters long."""
    return type(value).__name__


@pytest.mark.parametrize("parameter", KEYS + SHAPES, ids=lambda parameter: parameter.name)
@pytest.mark.parametrize("raw", [
    10 ** 6000, -10 ** 6000, 2 ** 65, "9" * 6000, "0" * 6000, "-" + "0" * MIB, "9" * MIB, "x" * MIB, "0x" + "f" * MIB, [10 ** 6000], u"\u202e" * MIB,
    "1\n2", "1 # 2", "1\x002", {"a": 1}, [[1]], float("nan"), float("inf"), 1e300, None,
], ids=kind)
def test_a_value_is_refused_in_a_short_printable_message(parameter, raw):
    started = time.time()
    with pytest.raises(errors.InvalidInput) as caught:
        sysctl_value.normalise(parameter, raw)
    message = caught.value.message
    assert message.startswith(parameter.name + ": ") and len(message) < 400
    assert all(31 < ord(char) < 127 for char in message)
    # Seconds would tell of work that grows with the square of the length.
    assert time.time() - started < 2


@pytest.mark.parametrize("text, typed", [("1-65535," * 50000 + "1", "1-65535"), ("5," * MIB + "5", "5"), ("1,2,3,5-6,6-9", "1-3,5-9")], ids=kind)
def test_a_list_of_ports_costs_no_more_than_its_length(text, typed):
    started = time.time()
    parameter = catalogue.get("net.ipv4.ip_local_reserved_ports")
    assert sysctl_value.normalise(parameter, text) == typed
    assert time.time() - started < 20


def test_a_running_value_of_a_million_digits_is_no_integer():
    with pytest.raises(errors.ParseError):
        sysctl_value.typed(KEYS[0], "9" * MIB)
    assert not sysctl_value.same(KEYS[0], "9" * MIB, "1")


@pytest.mark.parametrize("name", ["net.ipv4." + "x" * 247, "net." + "x" * MIB, "net.ipv4.tcp_sack" + " " * MIB, "../" * MIB, 10 ** 6000, u"net.\u202e"],
                         ids=kind)
def test_a_name_is_refused_in_a_short_printable_message(name):
    with pytest.raises(errors.InvalidInput) as caught:
        sysctl_name.canonical(name)
    assert len(caught.value.message) < 400
    assert all(31 < ord(char) < 127 for char in caught.value.message)


def test_the_longest_name_is_one_component():
    assert len(sysctl_name.canonical("net." + "x" * 251)) == 255


def test_a_diff_shows_what_a_terminal_would_obey():
    assert drop_in.display(b"# \x1b[2J\xe2\x80\xae\tx\r\na = 1\n\xff\n") == u"# \\x1b[2J\\u202e\tx\\r\na = 1\n\ufffd\n".encode("utf-8").decode("utf-8")
