# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, check and compare sysctl values by type; what this refuses, the kernel often accepts and misreads."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable

# What normalise() needs to know of a key that no catalogue row describes; ``fields`` is how many integers it holds.
Shape = namedtuple("Shape", "name type unit minimum maximum choices fields")

# One write(2) to /proc/sys takes 4095 bytes (kernel/sysctl.c, proc_get_long and proc_do_large_bitmap), newline included.
MAX_BYTES = 4094

_FIELDS = {"bool": 1, "int": 1, "enum": 1, "bitmask": 1, "int_pair": 2, "int_triple": 3}
_LABELS = {2: "low high", 3: "min default max"}
_COUNTS = {1: "one integer", 2: "two integers", 3: "three integers"}

# The kernel refuses a reversed port range; it accepts a reversed memory triple and then has no sane limit. Other pairs
# may run backwards: ping_group_range "1 0" means nobody.
_ASCENDING = frozenset([
    "net.ipv4.ip_local_port_range", "net.ipv4.tcp_mem", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "net.ipv4.udp_mem",
])
# The kernel prints these words in its own order.
_WORD_SETS = frozenset(["net.ipv4.tcp_allowed_congestion_control"])

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+\Z")
_LEADING_ZERO = re.compile(r"-?0[0-9]+\Z")
_PORTS = re.compile(r"(0|[1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?\Z")
_TEXT = (type(""), type(u""))
# The kernel's own limit on the text of one integer is 22 (kernel/sysctl.c, TMPBUFLEN); longer ones cost Python quadratic time.
_MAX_DIGITS = 22


def normalise(parameter, raw):
    """Return the canonical text of what the operator gave: fields joined by one space.

    ``raw`` is an int, text, a list of them, or a YAML boolean for a bool key. Strict: decimal or 0x hex, no leading
    zeros, no surplus fields, within the sensible range. Raises InvalidInput with the key, the value and what is allowed.
    """
    if parameter.type == "port_list":
        text = _format_ports(_read_ports(parameter, raw))
    elif parameter.type == "string":
        text = _read_string(parameter, raw)
    else:
        text = _read_numbers(parameter, raw)
    if len(text) > MAX_BYTES:
        raise errors.InvalidInput(
            "%s: %d bytes long; the kernel takes %d in one write, use ranges" % (parameter.name, len(text), MAX_BYTES)
        )
    return text


def typed(parameter, text):
    """Return an int, a list of ints (vectors, ports one by one) or text, read as the kernel reads it (010 is 8).

    Raises ParseError when the text does not have the shape of the key.
    """
    if parameter.type == "string":
        return " ".join(text.split())
    if parameter.type == "port_list":
        return [port for low, high in _port_runs(text, 0) for port in range(low, high + 1)]
    numbers = [_kernel_integer(parameter, field) for field in text.split()]
    if len(numbers) != field_count(parameter):
        raise errors.ParseError('%s: "%s": not %s' % (parameter.name, text, _count_of(parameter)))
    return numbers if len(numbers) > 1 else numbers[0]


def same(parameter, left, right):
    """Say whether two texts mean the same value: tabs, hex, octal and the order of ports do not count."""
    if left is None or right is None:
        return left is right
    if parameter.name in _WORD_SETS:
        return set(left.split()) == set(right.split())
    try:
        return typed(parameter, left) == typed(parameter, right)
    except errors.ParseError:
        return left.split() == right.split()


def squeeze(text):
    """Return the kernel's text with its fields joined by one space."""
    return " ".join(text.split())


def shape_of(name, running):
    """Return the Shape of a key that the catalogue does not know, taken from its running value; no range."""
    fields = running.split()
    numeric = bool(fields) and all(_DECIMAL.match(field) for field in fields)
    return Shape(name, "int" if numeric else "string", None, None, None, None, len(fields))


def field_count(parameter):
    """Return how many integers a numeric key holds."""
    return getattr(parameter, "fields", None) or _FIELDS[parameter.type]


def show(raw):
    """Return what the operator gave as one printable line, cut when it is long."""
    return printable.show(raw)


def _refuse(parameter, raw, problem):
    return errors.InvalidInput("%s: %s: %s" % (parameter.name, show(raw), problem))


def _read_numbers(parameter, raw):
    fields = _fields(parameter, raw)
    if len(fields) != field_count(parameter):
        raise _refuse(parameter, raw, "%d fields; give %s" % (len(fields), _demand(parameter)))
    numbers = [_strict_integer(parameter, raw, field, position) for position, field in enumerate(fields, 1)]
    for position, number in enumerate(numbers, 1):
        _check_range(parameter, raw, number, position)
    if parameter.name in _ASCENDING and numbers != sorted(numbers):
        raise _refuse(parameter, raw, "not in ascending order; give %s" % _demand(parameter))
    return " ".join(str(number) for number in numbers)


def _fields(parameter, raw):
    if isinstance(raw, bool):
        return [_boolean_digit(parameter, raw)]
    if isinstance(raw, (list, tuple)):
        return [_scalar(parameter, raw, element) for element in raw]
    return _scalar(parameter, raw, raw).split()


def _boolean_digit(parameter, raw):
    if parameter.type != "bool":
        raise _refuse(
            parameter, raw, "a YAML boolean (unquoted yes, no, on, off, true or false); give %s" % _demand(parameter)
        )
    return str(int(raw))


def _scalar(parameter, raw, element):
    if isinstance(element, _TEXT):
        return _printable(parameter, raw, element)
    if isinstance(element, (bool, float)) or not _is_integer(element):
        raise _refuse(parameter, raw, "%s is not an integer; give %s" % (show(element), _demand(parameter)))
    if element.bit_length() > 64:
        # No key holds more; Python may refuse to print an integer of thousands of digits.
        raise _refuse(parameter, raw, "out of range; give %s" % _demand(parameter))
    return str(element)


def _is_integer(value):
    # Python 2 has long beside int; both know bit_length(), as bool does, which callers sort out before.
    return hasattr(value, "bit_length")


def _printable(parameter, raw, text):
    if re.search(r"[^\t -~]|#", text):
        problem = 'holds a line break, a control character, "#" or a character outside ASCII'
        raise _refuse(parameter, raw, "%s; give %s" % (problem, _demand(parameter)))
    return str(text.strip())


def _strict_integer(parameter, raw, field, position):
    if len(field) > _MAX_DIGITS:
        raise _refuse(parameter, raw, "field %d is too long for an integer; give %s" % (position, _demand(parameter)))
    if _DECIMAL.match(field):
        return int(field)
    if _HEX.match(field):
        return int(field, 16)
    where = "" if field_count(parameter) == 1 else "field %d " % position
    if _LEADING_ZERO.match(field):
        raise _refuse(parameter, raw, "%shas a leading zero: %s" % (where, _octal_advice(field)))
    raise _refuse(parameter, raw, "%sis not an integer; give %s" % (where, _demand(parameter)))


def _octal_advice(field):
    decimal = int(field, 10)
    if "8" in field or "9" in field:
        return "the kernel reads it as octal and refuses it; write %d" % decimal
    return "the kernel reads %s as octal %d; write %d or %d" % (field, int(field, 8), int(field, 8), decimal)


def _check_range(parameter, raw, number, position):
    choices = parameter.choices
    low, high = _range(parameter)
    if choices and number in choices:
        return
    if not choices and (low is None or number >= low) and (high is None or number <= high):
        return
    where = "" if field_count(parameter) == 1 else "field %d is " % position
    raise _refuse(parameter, raw, "%sout of range; allowed: %s" % (where, allowed(parameter)))


def _range(parameter):
    if parameter.type == "bool":
        return 0, 1
    return parameter.minimum, parameter.maximum


def allowed(parameter):
    """Return the sensible range or choices of a numeric key as text: ``1..2147483647 (seconds)``."""
    unit = " (%s)" % parameter.unit if parameter.unit else ""
    if parameter.choices:
        return ", ".join(str(choice) for choice in parameter.choices) + unit
    low, high = _range(parameter)
    return "%s..%s%s" % ("" if low is None else low, "" if high is None else high, unit)


def _count_of(parameter):
    count = field_count(parameter)
    return _COUNTS.get(count, "%d integers" % count)


def _demand(parameter):
    """Say what a value has to be, for the end of a message."""
    unit = " (%s)" % parameter.unit if parameter.unit else ""
    if parameter.type == "string":
        return "one line of text"
    if parameter.type == "port_list":
        return "ports and ranges like 8080,9000-9100"
    labels = _LABELS.get(field_count(parameter))
    if labels:
        return "%s: %s%s" % (_count_of(parameter), labels, unit)
    if parameter.choices or _range(parameter) != (None, None):
        return "%s, allowed: %s" % (_count_of(parameter), allowed(parameter))
    return _count_of(parameter) + unit


def _kernel_integer(parameter, field):
    try:
        if len(field) > _MAX_DIGITS:
            raise ValueError(field)
        if _LEADING_ZERO.match(field):
            return int(field, 8)
        return int(field, 16) if _HEX.match(field) else int(field, 10)
    except ValueError:
        raise errors.ParseError('%s: "%s" is not an integer' % (parameter.name, field))


def _read_string(parameter, raw):
    if isinstance(raw, bool) or raw is None:
        raise _refuse(parameter, raw, "not text; quote it")
    elements = raw if isinstance(raw, (list, tuple)) else [raw]
    text = squeeze(" ".join(_scalar(parameter, raw, element) for element in elements))
    if not text:
        raise _refuse(parameter, raw, "empty; give one line of text")
    return text


def _read_ports(parameter, raw):
    if isinstance(raw, bool) or raw is None:
        raise _refuse(parameter, raw, "no ports; give %s" % _demand(parameter))
    elements = raw if isinstance(raw, (list, tuple)) else [raw]
    text = ",".join(_scalar(parameter, raw, element) for element in elements)
    try:
        return _port_runs(re.sub(r"\s*,\s*", ",", text), 1)
    except errors.ParseError as error:
        raise _refuse(parameter, raw, "%s; give %s" % (error.message, _demand(parameter)))


def _port_runs(text, lowest):
    """Return [[first, last]] in ascending order, neighbours merged; a list of wide ranges costs no more than one of ports."""
    runs = []
    for first, last in sorted(_port_range(chunk, lowest) for chunk in (text.strip().split(",") if text.strip() else [])):
        if runs and first <= runs[-1][1] + 1:
            runs[-1][1] = max(last, runs[-1][1])
        else:
            runs.append([first, last])
    return runs


def _port_range(chunk, lowest):
    match = _PORTS.match(chunk)
    first, last = (int(match.group(1)), int(match.group(2) or match.group(1))) if match else (-1, -1)
    if not lowest <= first <= last <= 65535:
        raise errors.ParseError("%s is not a port or an ascending range within 1..65535" % printable.show(chunk))
    return first, last


def _format_ports(runs):
    """Write ports as the kernel prints its bitmap: ``1-3,9``."""
    return ",".join(str(low) if low == high else "%d-%d" % (low, high) for low, high in runs)
