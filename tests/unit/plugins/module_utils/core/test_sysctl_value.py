# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, sysctl_value


def key(kind, name="net.test.key", minimum=None, maximum=None, choices=None, unit=None):
    return sysctl_value.Shape(name, kind, unit, minimum, maximum, choices, None)


BOOL = key("bool")
INT = key("int", minimum=1, maximum=2147483647, unit="seconds")
ENUM = key("enum", choices=(0, 1, 2))
BITS = key("bitmask", minimum=0, maximum=1543)
RANGE = key("int_pair", "net.ipv4.ip_local_port_range", 1, 65535, unit="ports")
GROUPS = key("int_pair", "net.ipv4.ping_group_range", 0, 2147483647)
RMEM = key("int_triple", "net.ipv4.tcp_rmem", 1, 2147483647, unit="bytes")
PORTS = key("port_list", "net.ipv4.ip_local_reserved_ports")
WORD = key("string", "net.ipv4.tcp_congestion_control")
WORDS = key("string", "net.ipv4.tcp_allowed_congestion_control")
FOUR = sysctl_value.shape_of("net.test.four", "1\t2\t3\t4")


@pytest.mark.parametrize("parameter, raw, text", [
    (BOOL, True, "1"), (BOOL, False, "0"), (BOOL, 1, "1"), (BOOL, "0", "0"), (BOOL, "0x1", "1"),
    (INT, 1, "1"), (INT, "60", "60"), (INT, u"60", "60"), (INT, " 60\t", "60"), (INT, 2147483647, "2147483647"), (INT, "0x1E", "30"),
    (ENUM, 2, "2"), (BITS, "0x3", "3"), (BITS, 1543, "1543"),
    (RANGE, "1024 65000", "1024 65000"), (RANGE, "1024\t65000", "1024 65000"), (RANGE, [1024, 65000], "1024 65000"),
    (RANGE, ["1024", "0xfde8"], "1024 65000"), (RANGE, (1024, 1024), "1024 1024"),
    (GROUPS, "1 0", "1 0"),
    (RMEM, "4096 131072 6291456", "4096 131072 6291456"), (RMEM, [4096, 4096, 4096], "4096 4096 4096"),
    (PORTS, "8080,9000-9100", "8080,9000-9100"), (PORTS, "9000-9100, 8080", "8080,9000-9100"), (PORTS, [8080, "9000-9001"], "8080,9000-9001"),
    (PORTS, 8080, "8080"), (PORTS, "1,2,3", "1-3"), (PORTS, "", ""), (PORTS, [], ""), (PORTS, "65535", "65535"),
    (WORD, "cubic", "cubic"), (WORD, u" bbr ", "bbr"), (WORDS, ["reno", "cubic"], "reno cubic"),
    (FOUR, [1, 2, 3, -4], "1 2 3 -4"),
])
def test_good_values_become_canonical_text(parameter, raw, text):
    assert sysctl_value.normalise(parameter, raw) == text
    assert isinstance(sysctl_value.normalise(parameter, raw), str)


@pytest.mark.parametrize("parameter, raw, message", [
    (RMEM, "4096 x 6291456", 'net.ipv4.tcp_rmem: "4096 x 6291456": field 2 is not an integer; give three integers: min default max (bytes)'),
    (RMEM, "4096 131072", 'net.ipv4.tcp_rmem: "4096 131072": 2 fields; give three integers: min default max (bytes)'),
    (RMEM, "4096 0 6291456", 'net.ipv4.tcp_rmem: "4096 0 6291456": field 2 is out of range; allowed: 1..2147483647 (bytes)'),
    (RMEM, "3 2 1", 'net.ipv4.tcp_rmem: "3 2 1": not in ascending order; give three integers: min default max (bytes)'),
    (RANGE, "65000 1024", 'net.ipv4.ip_local_port_range: "65000 1024": not in ascending order; give two integers: low high (ports)'),
    (RANGE, [1024, 70000], "net.ipv4.ip_local_port_range: [1024, 70000]: field 2 is out of range; allowed: 1..65535 (ports)"),
    (INT, 0, "net.test.key: 0: out of range; allowed: 1..2147483647 (seconds)"),
    (INT, 2147483648, "net.test.key: 2147483648: out of range; allowed: 1..2147483647 (seconds)"),
    (INT, "12 13", 'net.test.key: "12 13": 2 fields; give one integer, allowed: 1..2147483647 (seconds)'),
    (INT, "010", 'net.test.key: "010": has a leading zero: the kernel reads 010 as octal 8; write 8 or 10'),
    (INT, "090", 'net.test.key: "090": has a leading zero: the kernel reads it as octal and refuses it; write 90'),
    (INT, 60.0, "net.test.key: 60.0: 60.0 is not an integer; give one integer, allowed: 1..2147483647 (seconds)"),
    (INT, True, "net.test.key: true: a YAML boolean (unquoted yes, no, on, off, true or false); "
                "give one integer, allowed: 1..2147483647 (seconds)"),
    (ENUM, 3, "net.test.key: 3: out of range; allowed: 0, 1, 2"),
    (BOOL, 2, "net.test.key: 2: out of range; allowed: 0..1"),
    (PORTS, "9100-9000", 'net.ipv4.ip_local_reserved_ports: "9100-9000": "9100-9000" is not a port or an ascending range within 1..65535; '
                         'give ports and ranges like 8080,9000-9100'),
    (WORD, "", 'net.ipv4.tcp_congestion_control: "": empty; give one line of text'),
    (WORD, True, "net.ipv4.tcp_congestion_control: true: not text; quote it"),
])
def test_a_refusal_says_what_where_and_the_way_out(parameter, raw, message):
    with pytest.raises(errors.InvalidInput) as caught:
        sysctl_value.normalise(parameter, raw)
    assert caught.value.message == message


@pytest.mark.parametrize("parameter, raw", [
    (INT, None), (INT, {}), (INT, {"a": 1}), (INT, []), (INT, [[1]]), (INT, ""), (INT, "+30"), (INT, "30s"), (INT, "1e3"), (INT, "30.5"),
    (INT, "-0x1"), (INT, "0x"), (INT, "-1"), (INT, "1_000"), (INT, "30\n"), (INT, "30\0"), (INT, u"\u0663"), (INT, "18446744073709551617"),
    (BOOL, "yes"), (BOOL, "true"), (BOOL, [True, True]), (BOOL, 1.0), (RANGE, [True, 5]), (RANGE, "1024,65000"), (RANGE, "1024-65000"),
    (PORTS, None), (PORTS, True), (PORTS, "0"), (PORTS, "65536"), (PORTS, "80,,81"), (PORTS, "080"), (PORTS, "a"), (PORTS, [1.5]), (PORTS, "80-"),
    (WORD, None), (WORD, "cubic\n"), (WORD, "cu\tbic\0"), (WORD, "cubic # why"), (WORD, u"c\xfcbic"), (WORD, {}), (WORD, 1.5), (FOUR, [1, 2, 3]),
])
def test_bad_values_are_refused(parameter, raw):
    with pytest.raises(errors.InvalidInput) as caught:
        sysctl_value.normalise(parameter, raw)
    assert caught.value.message.startswith(parameter.name + ": ")
    assert "\n" not in caught.value.message and "\0" not in caught.value.message


def test_a_list_too_long_for_one_write_is_refused():
    with pytest.raises(errors.InvalidInput) as caught:
        sysctl_value.normalise(PORTS, list(range(1025, 9000, 2)))
    assert "4094 in one write" in caught.value.message


@pytest.mark.parametrize("parameter, left, right, expected", [
    (RANGE, "1024\t65000", "1024 65000", True), (RANGE, "1024 65000", "1024 65001", False),
    (INT, "0x1e", "30", True), (INT, "010", "8", True), (INT, "010", "10", False), (INT, "30", None, False), (INT, None, None, True),
    (INT, "abc", "abc", True), (INT, "abc", "30", False), (INT, "12 13", "12", False),
    (PORTS, "1,2,3", "1-3", True), (PORTS, "9,8", "8,9", True), (PORTS, "", "", True), (PORTS, "8", "", False), (PORTS, "0,8", "8", False),
    (WORD, "cubic", "cubic", True), (WORD, "cubic", "reno", False), (WORDS, "reno cubic", "cubic reno", True),
    (WORD, "a b", "b a", False), (FOUR, "1 2 3 4", "1\t2\t3\t4", True),
])
def test_comparison_is_typed(parameter, left, right, expected):
    for pair in ((left, right), (right, left)):
        assert sysctl_value.same(parameter, *pair) is expected


@pytest.mark.parametrize("parameter, text, expected", [
    (BOOL, "1", 1), (INT, "-18446744071562067968", -18446744071562067968), (RANGE, "1024\t65000", [1024, 65000]), (PORTS, "1-3,9", [1, 2, 3, 9]),
    (PORTS, "", []), (WORD, "cubic\n", "cubic"), (INT, "010", 8), (BITS, "0x201", 513),
])
def test_typed_reads_as_the_kernel_does(parameter, text, expected):
    assert sysctl_value.typed(parameter, text) == expected


@pytest.mark.parametrize("parameter, text", [(INT, "x"), (INT, ""), (INT, "1 2"), (RANGE, "1"), (PORTS, "x"), (INT, "08")])
def test_typed_refuses_another_shape(parameter, text):
    with pytest.raises(errors.ParseError):
        sysctl_value.typed(parameter, text)


@pytest.mark.parametrize("running, kind, fields", [
    ("5\n", "int", 1), ("1\t2", "int", 2), ("1 2 3 4 5", "int", 5), ("fq_codel", "string", 1), ("", "string", 0),
])
def test_the_shape_of_an_unknown_key_is_that_of_its_value(running, kind, fields):
    shape = sysctl_value.shape_of("net.x.y", running)
    assert (shape.type, shape.fields, shape.minimum, shape.maximum) == (kind, fields, None, None)
