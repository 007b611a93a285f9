# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the kernel's TCP/IP keys: type, unit, range, lifetime, scope, dependence and risk of each.

Ranges and defaults are those of the newest kernel probed (6.18). Distributions backport keys and bounds: what /proc shows
comes first, the version second. That judgement belongs to the readers; this table only knows versions.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import (
    catalogue_rows_core,
    catalogue_rows_families,
    catalogue_rows_ipv4,
    catalogue_rows_ipv6,
    catalogue_rows_netfilter,
    catalogue_rows_tcp,
    catalogue_table,
)

Parameter = catalogue_table.Parameter
ContradictoryRow = catalogue_table.ContradictoryRow
JIFFIES = catalogue_table.JIFFIES
UNSIGNED_JIFFIES = catalogue_table.UNSIGNED_JIFFIES

_TEXTS = (
    catalogue_rows_tcp.TEXT,
    catalogue_rows_ipv4.TEXT,
    catalogue_rows_families.TEXT,
    catalogue_rows_ipv6.TEXT,
    catalogue_rows_core.TEXT,
    catalogue_rows_netfilter.TEXT,
)
_INDEX = catalogue_table.Index(*_TEXTS)

# The last minor release of each major one; everywhere else the next minor follows.
_LAST_OF_MAJOR = {(2, 6): (3, 0), (3, 19): (4, 0), (4, 20): (5, 0), (5, 19): (6, 0), (6, 19): (7, 0)}
# 2.6 counted its releases in the third number.
_LAST_2_6 = (2, 6, 39)

# A key of conf/all or conf/default also writes to interfaces, so those come after it.
_RANK = {"all": 0, "default": 1}

# A namespace has neigh/<interface>, but only the host has neigh/default.
_HOST_WIDE_PREFIX = "net.ipv4.neigh.default."

_FAMILIES = tuple(name.partition("*") for name in sorted(_INDEX.names()) if "*" in name)
_ALL = []


def parameters():
    """Return all rows as a tuple of Parameter, families under their names with a star."""
    if not _ALL:
        from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue_check
        _ALL.extend(catalogue_check.build(*_TEXTS))
    return tuple(_ALL)


def get(name):
    """Return the Parameter of a canonical dotted name, a family's row under the concrete name; None when unknown."""
    row = _INDEX.get(name)
    if row is not None:
        return row
    for head, star, tail in _FAMILIES:
        member = name[len(head):len(name) - len(tail)]
        if member and "." not in member and name == head + member + tail:
            return _concrete(_INDEX.get(head + star + tail), name, member)
    return None


def _concrete(family, name, member):
    scope = None if name.startswith(_HOST_WIDE_PREFIX) else family.per_namespace
    depends_on = tuple(other.replace("*", member) for other in family.depends_on)
    return family._replace(name=name, order=family.order + _RANK.get(member, 2), per_namespace=scope, depends_on=depends_on)


def supported_by(parameter, version):
    """Say whether mainline kernel ``version`` (a tuple) has the key; backports may still differ, so ask /proc first."""
    release = tuple(version)
    since, until = parameter.since, parameter.until
    return (since is None or release >= since) and (until is None or release[:len(until)] <= until)


def is_per_namespace(parameter, version):
    """Say whether mainline kernel ``version`` keeps one value of the key for each network namespace."""
    return parameter.per_namespace is not None and tuple(version) >= parameter.per_namespace


def removed_in(parameter):
    """Return the first release without the key, as text (``4.12``), or None when the newest kernel has it."""
    if parameter.until is None:
        return None
    return ".".join(str(number) for number in _successor(parameter.until))


def _successor(release):
    if release >= _LAST_2_6 and release < (3,):
        return (3, 0)
    return _LAST_OF_MAJOR.get(release) or release[:-1] + (release[-1] + 1,)
