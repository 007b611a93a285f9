# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn lines of the catalogue's text tables into rows; catalogue_check.py refuses tables that contradict themselves.

The tables are text because they are compiled on every host at every run: one constant costs nothing there, five hundred
expressions cost more than the work they describe.

A row: ``name | type | unit | sensible | enforced | kernels | namespace | default | depends on``

* sensible: ``1..3600``, or the choices of an enum: ``0,1,2``. enforced: ``0..255``, a word of ENFORCED, or ``-`` where no limit
  is known, or only one that depends on the machine or wraps around.
* kernels: ``4.10-`` since, ``-4.11`` until, ``2.6.15-3.8`` both; no since: 2.6.32, the oldest kernel managed, has it already.
* namespace: the version since which the key is per network namespace, or ``host``.
* depends on: names, with the prefix of the table unless they begin with ``net.``.

``  ! text`` below a row is its risk; ``  = one way`` says that what was set once stays until the next boot. ``@ prefix=... module=...
source=...`` holds for the rows after it; module names what must be loaded (``nf_conntrack``) and what must be compiled in (``CONFIG_XFRM``).
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

Parameter = namedtuple(
    "Parameter",
    "name type unit minimum maximum enforced_minimum enforced_maximum choices since until per_namespace default module"
    " depends_on order risk source one_way",
)
Parameter.__new__.__defaults__ = (False,)

INT_MAX = 2 ** 31 - 1
# Seconds kept in jiffies end at INT_MAX/HZ; 1000 is the highest HZ, so every kernel takes at least this much.
JIFFIES = (-(INT_MAX // 1000), INT_MAX // 1000)
# The same for the one unsigned key.
UNSIGNED_JIFFIES = (0, (2 ** 32 - 1) // 1000)

ENFORCED = {
    "": (None, None),
    "-": (None, None),
    "u8": (0, 255),
    "int": (-INT_MAX - 1, INT_MAX),
    "pos": (0, INT_MAX),
    "pos1": (1, INT_MAX),
    "uint": (0, 2 ** 32 - 1),
    "ulong": (0, 2 ** 64 - 1),
    "u64": (0, 2 ** 64 - 1),
    "sec": JIFFIES,
    "usec": UNSIGNED_JIFFIES,
}


class ContradictoryRow(ValueError):
    """A row of the catalogue contradicts itself or another row; the collection must not be released so."""


# Hundreds of rows name a few dozen releases.
_VERSIONS = {}


def parse(text):
    """Return the rows of one text table as a list of Parameter; raise ContradictoryRow where a line cannot be read."""
    rows, header = [], {}
    for line in text.splitlines():
        if line.startswith("@ "):
            header = _header(line)
        elif line.startswith("  ! "):
            rows[-1] = rows[-1]._replace(risk=line[4:])
        elif line.startswith("  = "):
            rows[-1] = _with_trait(rows[-1], line[4:])
        elif line.strip():
            rows.append(_row(line, header))
    return rows


def _with_trait(row, text):
    if text != "one way":
        raise ContradictoryRow('%s: unknown trait "%s"; the only one is: one way' % (row.name, text))
    return row._replace(one_way=True)


def _header(line):
    header = {"prefix": "", "module": None, "source": None}
    key = None
    for word in line[2:].split(" "):
        head, equals, tail = word.partition("=")
        if equals and head in header:
            key, header[head] = head, tail
        else:
            header[key] += " " + word
    return header


def _row(line, header):
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != 9:
        raise ContradictoryRow("%s: %d cells; give 9" % (line, len(cells)))
    name, kind, unit, sensible, enforced, kernels, namespace, default, depends = cells
    choices = _choices(sensible) if "," in sensible else None
    low, high = (choices[0], choices[-1]) if choices else _bounds(name, sensible)
    least, most = ENFORCED[enforced] if enforced in ENFORCED else _bounds(name, enforced)
    since, until = _kernels(name, kernels) if kernels else (None, None)
    return Parameter(
        header["prefix"] + name, kind, unit or None, low, high, least, most, choices, since, until,
        None if namespace == "host" else version_of(namespace), default or None, header["module"],
        _absolute(depends, header["prefix"]) if depends else (), 0, None, header["source"],
    )


def _choices(sensible):
    return tuple(int(choice) for choice in sensible.split(","))


def _bounds(name, text):
    if not text:
        return None, None
    low, dots, high = text.partition("..")
    if not dots:
        raise ContradictoryRow("%s: %s is not a range; write low..high" % (name, text))
    return int(low), int(high)


def _kernels(name, text):
    since, dash, until = text.partition("-")
    if not dash:
        raise ContradictoryRow("%s: %s is not a span of kernels; write since-until" % (name, text))
    return version_of(since), version_of(until)


def version_of(text):
    """Return ``4.12`` as ``(4, 12)`` and nothing as None."""
    if text not in _VERSIONS:
        _VERSIONS[text] = tuple(int(number) for number in text.split(".")) if text else None
    return _VERSIONS[text]


def _absolute(names, prefix):
    return tuple(name if name.startswith("net.") else prefix + name for name in names.split())


class Index(object):
    """Find rows of text tables by name and read only those that are asked for: a run of a module needs a few of hundreds."""

    def __init__(self, *texts):
        self._lines, self._rows = {}, {}
        for text in texts:
            self._take(text)

    def _take(self, text):
        header = prefix = lines = None
        for line in text.splitlines():
            if line.startswith("@ "):
                header, prefix = line, _header(line)["prefix"]
            elif line.startswith("  "):
                lines.append(line)
            elif line:
                lines = self._lines[prefix + line.partition("|")[0].rstrip()] = [header, line]

    def names(self):
        """Return the names of the rows."""
        return list(self._lines)

    def get(self, name):
        """Return the Parameter of the row with this name, None when there is none; ``order`` is ten above that of what it depends on."""
        if name not in self._rows and name in self._lines:
            row = parse("\n".join(self._lines[name]))[0]
            below = [self.get(other).order for other in row.depends_on]
            self._rows[name] = row._replace(order=10 + max(below)) if below else row
        return self._rows.get(name)
