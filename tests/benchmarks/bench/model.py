# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what was measured: samples of contestants in cases of rows, their medians, ratios, targets and growth."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA_VERSION = 1
OURS, FLOOR, PEER = "ours", "floor", "peer"
# wall and cpu: seconds of the whole process and its children; inner and inner_cpu: seconds that a process measured around the work alone;
# inner_ms: inner_cpu in milliseconds; peak_kib: largest resident memory of one process; above_kib: what the work added to it; processes: how many were started.
METRICS = ("wall", "cpu", "inner", "inner_cpu", "peak_kib", "above_kib", "processes", "bytes", "inner_ms", "controller_cpu")
# Those whose growth is told.
GROWING = ("wall", "cpu", "inner", "controller_cpu", "peak_kib")
Sample = dict[str, float]


@dataclass
class Entry:
    """One contestant in one case: its raw samples, or why it has none."""

    name: str
    role: str
    samples: list[Sample] = field(default_factory=list)
    skipped: str | None = None

    def median(self, metric: str) -> float | None:
        """Return the median of one metric, None when nothing was measured."""
        values = [sample[metric] for sample in self.samples if metric in sample]
        return statistics.median(values) if values else None

    def medians(self) -> Sample:
        """Return the median of each metric that was measured."""
        found = {metric: self.median(metric) for metric in METRICS}
        return {metric: value for metric, value in found.items() if value is not None}


@dataclass
class Case:
    """Contestants that do the same work; ``size`` counts what the work grows with."""

    name: str
    unit: str
    size: int
    entries: list[Entry] = field(default_factory=list)
    # Numbers that all contestants had to agree on, such as sockets by state.
    counts: dict[str, int] = field(default_factory=dict)

    def entry(self, name: str) -> Entry | None:
        """Find a contestant by name."""
        return next((entry for entry in self.entries if entry.name == name), None)


@dataclass
class Target:
    """What a ratio or a number shall be: ``above / below`` (names of contestants) or ``above`` alone, in one metric.

    ``below_metric`` is another one for the second, where the first measured itself and the other did not.
    """

    text: str
    metric: str
    above: str
    below: str | None = None
    at_most: float | None = None
    at_least: float | None = None
    below_metric: str | None = None

    def judge(self, case: Case) -> dict[str, Any] | None:
        """Return the ratio in one case with its verdict, None when one of the two was not measured there."""
        top = _median(case, self.above, self.metric)
        bottom = 1.0 if self.below is None else _median(case, self.below, self.below_metric or self.metric)
        if top is None or not bottom:
            return None
        value = top / bottom
        met = (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)
        return {"case": case.name, **asdict(self), "value": value, "met": met}


@dataclass
class Row:
    """One row of the table: a kind of work."""

    id: str
    title: str
    cases: list[Case] = field(default_factory=list)
    # Targets by the name of the case that they are for.
    targets: dict[str, list[Target]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    skipped: str | None = None

    def ratios(self) -> list[dict[str, Any]]:
        """Judge every target in its case."""
        judged = (target.judge(case) for case in self.cases for target in self.targets.get(case.name, []))
        return [row for row in judged if row]

    def slopes(self) -> list[dict[str, Any]]:
        """Return how each contestant's cost grows with the size, over the cases of one unit."""
        found = []
        for unit in dict.fromkeys(case.unit for case in self.cases):
            cases = [case for case in self.cases if case.unit == unit]
            for name in dict.fromkeys(entry.name for case in cases for entry in case.entries):
                found += [_slope(unit, name, metric, cases) for metric in GROWING]
        return [slope for slope in found if slope]

    def to_json(self) -> dict[str, Any]:
        """Return the row as bench.json holds it."""
        return {
            "id": self.id,
            "title": self.title,
            **({"skipped": self.skipped} if self.skipped else {}),
            "cases": [_case_json(case) for case in self.cases],
            "ratios": self.ratios(),
            "slopes": self.slopes(),
            "notes": self.notes,
        }


def _median(case: Case, name: str, metric: str) -> float | None:
    entry = case.entry(name)
    return entry.median(metric) if entry else None


def _slope(unit: str, name: str, metric: str, cases: Iterable[Case]) -> dict[str, Any] | None:
    points = [(case.size, value) for case in cases if (value := _median(case, name, metric)) is not None]
    if len({size for size, _value in points}) < 2:
        return None
    line = statistics.linear_regression(*zip(*points, strict=True))
    return {"unit": unit, "name": name, "metric": metric, "per_thousand": line.slope * 1000, "sizes": [size for size, _value in points]}


def _case_json(case: Case) -> dict[str, Any]:
    entries = [
        {
            "name": entry.name,
            "role": entry.role,
            **({"skipped": entry.skipped} if entry.skipped else {}),
            "samples": entry.samples,
            "medians": entry.medians(),
        }
        for entry in case.entries
    ]
    return {"name": case.name, "unit": case.unit, "size": case.size, "counts": case.counts, "entries": entries}
