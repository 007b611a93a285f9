# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work out the shares of a bar in percent, so that the template only prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A share that is there is never too thin to be seen, in percent of the bar; nor does a full bar hide that something is missing.
_THINNEST = 0.7


@dataclass(frozen=True)
class Share:
    """A part of a bar: ``kind`` is its look, ``x`` and ``width`` are percent of the bar, ``words`` say what it is."""

    kind: str
    count: int
    x: str
    width: str
    words: str


def shares(parts: Iterable[tuple[str, int, str]]) -> list[Share]:
    """Return the shares of ``(kind, count, words)`` that are not empty, from left to right."""
    there = [part for part in parts if part[1]]
    widths = _widths([count for _kind, count, _words in there])
    found, left = [], 0.0
    for (kind, count, words), width in zip(there, widths, strict=True):
        found.append(Share(kind, count, f"{left:.3f}%", f"{width:.3f}%", f"{words}: {count:,}"))
        left += width
    return found


def percent(part: int, whole: int) -> str:
    """Return a share in words: 100 % and 0 % only when it is all or nothing."""
    if not whole:
        return "none"
    exact = 100 * part / whole
    if 0 < part < whole:
        exact = min(99.9, max(0.1, exact))
    return f"{exact:.1f} %".replace(".0 %", " %")


def _widths(counts: list[int]) -> list[float]:
    total = sum(counts)
    raw = [max(_THINNEST, 100 * count / total) for count in counts]
    return [100 * width / sum(raw) for width in raw]
