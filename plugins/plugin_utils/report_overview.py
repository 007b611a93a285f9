# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gather in one pass over the rows of a report what its HTML page shows of the whole fleet; no memory grows with the number of hosts."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_cut
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import ERROR_KINDS, Finding, Row

WORST, ERRORS, STATES = 100, 100, 20
# Lower ends of the classes of socket counts, and how they are called.
CLASSES = ((0, "none"), (1, "1 to 9"), (10, "10 to 99"), (100, "100 to 999"), (1000, "1,000 to 9,999"), (10_000, "10,000 and more"))
SEVERITIES = ("high", "medium", "low")
# States that say most of the pressure on a host come first.
_STATE_ORDER = ("TIME_WAIT", "CLOSE_WAIT", "FIN_WAIT2", "FIN_WAIT1", "SYN_RECV", "SYN_SENT", "LAST_ACK", "CLOSING", "ESTABLISHED", "LISTEN")
_SAID_OF_A_HOST = 4


@dataclass(frozen=True, order=True)
class Bad:
    """A host among the worst. They are ordered by the first four fields; ``place`` is its place in the report."""

    high: int
    medium: int
    low: int
    failed: int
    place: int = field(compare=False)
    host: str = field(compare=False)
    status: str = field(compare=False)
    said: tuple[tuple[str, str, str], ...] = field(compare=False)
    more: int = field(compare=False)


@dataclass(frozen=True)
class Unjudged:
    """A host without a verdict."""

    place: int
    host: str
    kind: str
    message: str
    time: str


@dataclass
class State:
    """Sockets in one state over the fleet: ``classes`` are hosts by number of sockets, as CLASSES has them."""

    name: str
    total: int = 0
    classes: list[int] = field(default_factory=lambda: [0] * len(CLASSES))
    most: int = 0
    host: str = ""
    place: int = 0


@dataclass
class Overview:
    """What one pass over the rows found."""

    profiles: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    unjudged: list[Unjudged] = field(default_factory=list)
    concerns: dict[str, Counter[str]] = field(default_factory=dict)
    sampled: int = 0
    counted: int = 0
    bad: int = 0
    _states: dict[str, State] = field(default_factory=dict)
    _worst: list[tuple[Bad, int]] = field(default_factory=list)

    def add(self, place: int, row: Row) -> None:
        """Take a row, which is number ``place`` in the report, counted from 0."""
        if "samples" in row:
            self.sampled += 1
        if row["status"] == "error":
            self._add_error(place, row)
            return
        counts: Counter[str] = Counter(item["severity"] for item in row["findings"] if "waived" not in item)
        for item in row["findings"]:
            self.concerns.setdefault(item["concerns"], Counter())["waived" if "waived" in item else item["severity"]] += 1
        self._add_profile(row)
        self._add_sockets(place, row)
        if any(counts[severity] for severity in SEVERITIES):
            self.bad += 1
            self._add_bad(place, row, counts)

    def _add_profile(self, row: Row) -> None:
        key = (report_cut.text(row["profile"], report_cut.NAME), report_cut.text(row.get("profile_version", ""), report_cut.NAME))
        counts = self.profiles.setdefault(key, Counter())
        counts["compliant" if row["status"] == "compliant" else _worst_setting(row["findings"])] += 1

    def _add_sockets(self, place: int, row: Row) -> None:
        if "sockets" not in row:
            return
        self.counted += 1
        for name, number in row["sockets"]["states"].items():
            state = self._states.get(name)
            if state is None:
                if len(self._states) >= STATES:
                    continue
                state = self._states[name] = State(name)
            state.total += number
            state.classes[_class(number)] += 1
            if number > state.most:
                state.most, state.host, state.place = number, row["host"], place

    def _add_bad(self, place: int, row: Row, counts: Counter[str]) -> None:
        failed = sum(control["status"] == "fail" for control in row["controls"])
        ranks = (counts["high"], counts["medium"], counts["low"], failed)
        if len(self._worst) >= WORST and ranks <= _ranks(self._worst[0][0]):
            return
        open_ones = [item for item in row["findings"] if "waived" not in item and item["severity"] != "info"]
        said = tuple((item["severity"], item["title"], item["remedy"]) for item in open_ones[:_SAID_OF_A_HOST])
        bad = Bad(*ranks, place, row["host"], row["status"], said, len(open_ones) - len(said))
        # Of equals the later one leaves first.
        heapq.heappush(self._worst, (bad, -place))
        if len(self._worst) > WORST:
            heapq.heappop(self._worst)

    def _add_error(self, place: int, row: Row) -> None:
        error = row["error"]
        self.errors[error["kind"]] += 1
        if len(self.unjudged) < ERRORS:
            self.unjudged.append(Unjudged(place, row["host"], error["kind"], error["message"], row.get("time", "")))

    def worst(self) -> list[Bad]:
        """Return the worst hosts, the worst first."""
        return [bad for bad, _place in sorted(self._worst, reverse=True)]

    def states(self) -> list[State]:
        """Return the states that occur, those that say most first; hosts without a socket in a state are in its first class."""
        for state in self._states.values():
            state.classes[0] += self.counted - sum(state.classes)
        return sorted(self._states.values(), key=lambda state: (_order(state.name), state.name))

    def kinds_of_errors(self) -> Iterator[tuple[str, int]]:
        """Yield the kinds of errors that occur with their numbers."""
        return ((kind, self.errors[kind]) for kind in ERROR_KINDS if self.errors[kind])


def over(rows: Iterable[Row]) -> Overview:
    """Return the overview over all rows."""
    overview = Overview()
    for place, row in enumerate(rows):
        overview.add(place, row)
    return overview


def _worst_setting(found: Iterable[Finding]) -> str:
    """Return the highest severity of what makes a host not compliant; low when nothing above info says it."""
    severities = {item["severity"] for item in found if item["concerns"] == "setting" and "waived" not in item}
    return next((severity for severity in SEVERITIES if severity in severities), "low")


def _ranks(bad: Bad) -> tuple[int, int, int, int]:
    return (bad.high, bad.medium, bad.low, bad.failed)


def _class(number: int) -> int:
    return sum(number >= low for low, _name in CLASSES) - 1


def _order(name: str) -> int:
    return _STATE_ORDER.index(name) if name in _STATE_ORDER else len(_STATE_ORDER)
