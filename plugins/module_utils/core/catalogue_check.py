# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read all rows of the catalogue's text tables and refuse tables that contradict themselves.

The units do so for every release; what looks up a key on a host takes it from catalogue_table's Index.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import itertools

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue_table

TYPES = frozenset(["bool", "int", "enum", "int_pair", "int_triple", "port_list", "string", "bitmask"])
TEXTUAL = frozenset(["port_list", "string"])


def build(*texts):
    """Return the rows of text tables as a tuple of Parameter, ``order`` computed, contradictions refused."""
    rows = []
    for text in texts:
        rows.extend(catalogue_table.parse(text))
    return check(with_order(rows))


def with_order(rows):
    """Return rows whose ``order`` is above that of every row they depend on, in steps of ten; refuse cycles."""
    by_name, known = dict((row.name, row) for row in rows), {}
    return [row._replace(order=10 * _depth(row, by_name, known, ())) if row.depends_on else row for row in rows]


def _depth(row, by_name, known, path):
    if row.name in path:
        raise catalogue_table.ContradictoryRow("%s: depends on itself by way of %s" % (row.name, ", ".join(path)))
    if row.name not in known:
        for other in row.depends_on:
            if other not in by_name:
                raise catalogue_table.ContradictoryRow("%s: depends on %s, which is no row" % (row.name, other))
        below = [_depth(by_name[other], by_name, known, path + (row.name,)) for other in row.depends_on]
        known[row.name] = 1 + max(below) if below else 0
    return known[row.name]


def check(rows):
    """Return the rows as a tuple; raise catalogue_table.ContradictoryRow at the first one that contradicts itself or another."""
    seen = set()
    for row in rows:
        if row.name in seen:
            raise catalogue_table.ContradictoryRow("%s: stands here twice" % row.name)
        seen.add(row.name)
        for problem in itertools.chain(_problems(row), _history_problems(row)):
            raise catalogue_table.ContradictoryRow("%s: %s" % (row.name, problem))
    return tuple(rows)


def _problems(row):
    low, high, least, most = row[3:7]
    if row.type not in TYPES:
        yield "unknown type %s" % row.type
    if (row.choices is not None) != (row.type == "enum"):
        yield "choices belong to an enum and to nothing else"
    if row.choices and list(row.choices) != sorted(set(row.choices)):
        yield "choices must ascend"
    if (low is None) != (row.type in TEXTUAL) or (low is None) != (high is None):
        yield "a number needs a sensible range, text has none"
    if low is not None and low > high:
        yield "sensible minimum %d above maximum %d" % (low, high)
    if row.type == "bool" and (low, high) != (0, 1):
        yield "a bool is 0..1"
    if least is not None and least > most:
        yield "enforced minimum %d above maximum %d" % (least, most)
    if least is not None and low is not None and not (least <= low and high <= most):
        yield "sensible range outside the enforced one"


def _history_problems(row):
    if row.since and row.until and row.since > row.until:
        yield "since is later than until"
    if row.since and row.per_namespace and row.per_namespace < row.since:
        yield "per namespace before it existed"
    if row.until and row.per_namespace and row.per_namespace > row.until:
        yield "per namespace after it was gone"
