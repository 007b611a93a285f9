# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and rewrite the bytes of a sysctl.d drop-in; lines that are not ours survive byte for byte."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable, sysctl_name

HEADER = b"# Made by linuxnet.tcp.net_sysctl, which rewrites the lines of its own keys and keeps every other line.\n"

# ``value`` is None for a line "-key" without "=": systemd-sysctl then leaves the key alone, whatever stands before it.
Assignment = namedtuple("Assignment", "index name value")


def assignments(data):
    """Return the Assignment rows of the explicit keys in ``data`` (bytes or None), in file order.

    Follows sysctl.d(5): first "=" splits, leading "-" ignores failures, "#" and ";" start comment lines. A key that
    carries a byte order mark or glob characters is nobody's explicit key: both loaders see it so.
    """
    rows = (_assignment(index, line) for index, line in enumerate(_lines(data)))
    return [row for row in rows if row is not None]


def lookup_all(data):
    """Return {canonical name: value} of the last assignments."""
    last = dict((row.name, row.value) for row in assignments(data))
    return dict((name, value) for name, value in last.items() if value is not None)


def with_settings(data, settings, sequence=()):
    """Return the bytes with every ``settings`` {name: value} assigned exactly once.

    New keys are appended in the order of ``settings``. Of duplicates the last line stays. ``sequence`` names keys which
    a loader must meet in that order; those which stand otherwise are moved to the end.
    """
    lines = _lines(HEADER if data is None else data)
    ending = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    rows = [row for row in assignments(data) if row.name in settings] if data is not None else []
    places = _places(rows, sequence)
    for row in rows:
        keep = places.get(row.name) == row.index
        lines[row.index] = _rewritten(lines[row.index], row, settings[row.name]) if keep else b""
    missing = [name for name in settings if name not in places]
    return _joined(lines, [_line(name, settings[name], ending) for name in missing], ending)


def without(data, names):
    """Return the bytes without any assignment of ``names``; None when only our own header would be left."""
    lines = _lines(data)
    rows = [row for row in assignments(data) if row.name in names and row.value is not None]
    if not rows:
        return data
    for row in rows:
        lines[row.index] = b""
    text = b"".join(lines)
    # A file that somebody else made stays, even empty: it masks files of the same name in lower folders.
    return None if text.strip() == HEADER.strip() else text


def display(data):
    """Return the bytes as text for people: the values of secret keys left out, what a terminal would obey made visible."""
    lines = _lines(data)
    for row in assignments(data):
        if sysctl_name.is_secret(row.name):
            lines[row.index] = ("%s = (not shown)\n" % row.name).encode("utf-8")
    return printable.visible(b"".join(lines), keep=u"\n\t")


def _lines(data):
    # bytes.splitlines() would break at a lone "\r" too, which is a part of the line here.
    pieces = (data or b"").split(b"\n")
    return [piece + b"\n" for piece in pieces[:-1]] + [piece for piece in pieces[-1:] if piece]


def _assignment(index, line):
    text = line.decode("latin-1").strip(" \t\r\n")
    if not text or text[0] in "#;":
        return None
    spelling, equals, value = text.partition("=")
    excluded = spelling.startswith("-")
    name = sysctl_name.to_dots(spelling.lstrip("-").strip().lstrip("/"))
    if sysctl_name.is_pattern(name) or not (equals or excluded):
        return None
    return Assignment(index, name, " ".join(value.split()) if equals else None)


def _places(rows, sequence):
    """Return {name: index of the line that stays}."""
    places = dict((row.name, row.index) for row in rows)
    for earlier, later in zip(sequence, sequence[1:]):
        if later in places and places.get(earlier, places[later]) >= places[later]:
            del places[later]
    return places


def _rewritten(line, row, value):
    if row.value == value:
        return line
    return _line(row.name, value, b"\r\n" if line.endswith(b"\r\n") else b"\n")


def _line(name, value, ending):
    return ("%s = %s" % (name, value)).rstrip().encode("ascii") + ending


def _joined(lines, additions, ending):
    text = b"".join(lines)
    if text and additions and not text.endswith(b"\n"):
        text += ending
    return text + b"".join(additions)
