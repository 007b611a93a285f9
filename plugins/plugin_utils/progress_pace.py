# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foretell how long the waves that are left will take, from those that are over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Wave(NamedTuple):
    """One wave: its hosts, the seconds it took (when it is over), and the seconds of them that it waits by plan."""

    hosts: int
    seconds: float
    wait: float


class Pace(NamedTuple):
    """A wave takes ``fixed + per_round * rounds`` seconds beside its wait, where forks hosts make one round."""

    fixed: float
    per_round: float
    waits: bool


def left(over: Sequence[Wave], coming: Sequence[Wave], spent: float, forks: int) -> float | None:
    """Return the seconds that the coming waves will take, the first of which has run for ``spent`` seconds.

    None while no wave is over and there is one to come, and when the last one takes longer than foretold: nothing tells how much longer.
    """
    if not coming:
        return 0.0
    if not over:
        return None
    pace = measured(over, forks)
    first, *rest = (_seconds(pace, wave, forks) for wave in coming)
    if spent > first and not rest:
        return None
    return max(0.0, first - spent) + sum(rest)


def measured(over: Sequence[Wave], forks: int) -> Pace:
    """Fit the pace to waves that are over: least squares where they differ in rounds, else all the time is put down to the rounds.

    Waits are left out of the fit; when no wave took as long as its wait, there was nothing to wait for, and nothing is foretold of it.
    """
    waits = any(wave.wait and wave.seconds >= wave.wait for wave in over)
    points = [(rounds(wave.hosts, forks), wave.seconds - (wave.wait if waits and wave.seconds >= wave.wait else 0.0)) for wave in over]
    fixed, slope = _line(points)
    return Pace(fixed, slope, waits)


def rounds(hosts: int, forks: int) -> int:
    """Return how many times the forks are filled: one host takes as long as as many as there are forks."""
    return max(1, math.ceil(hosts / max(1, forks)))


def _line(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Return intercept and slope, neither below zero."""
    middle_x = sum(x for x, _seconds in points) / len(points)
    middle_y = sum(y for _rounds, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _seconds in points)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else middle_y / middle_x
    if slope < 0:
        return middle_y, 0.0
    fixed = middle_y - slope * middle_x
    return (fixed, slope) if fixed >= 0 else (0.0, middle_y / middle_x)


def _seconds(pace: Pace, wave: Wave, forks: int) -> float:
    return pace.fixed + pace.per_round * rounds(wave.hosts, forks) + (wave.wait if pace.waits else 0.0)
