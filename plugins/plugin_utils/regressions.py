# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the TCP counters of a window before a change with those of one after it, and say whether clients are worse off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.health_metrics import METRICS, TRAFFIC, Kind, Metric

OK, REGRESSED, TOO_LITTLE = "ok", "regressed", "too_little_traffic"
_LEAST_SECONDS = 1.0
# Rates over windows of very different length do not compare: a burst weighs more in the shorter one.
_MOST_UNEQUAL = 2.0
_LIMITS, _LIMITS_OF_SHARES = ("change", "factor"), ("minimum", "events")
# The kernel's counters have 64 bits at most.
_BEYOND = 2**64


class Regression(TypedDict):
    """One figure that is worse than allowed."""

    metric: str
    unit: str
    before: float
    after: float
    allowed: float
    text: str


class Judgement(TypedDict):
    """What tcp_regressions returns."""

    verdict: str
    reason: str
    regressions: list[Regression]
    metrics: dict[str, dict[str, float | str]]
    windows: dict[str, float]


@dataclass(frozen=True, slots=True)
class Window:
    """Two snapshots of core.health; ``after`` tells the window after the change from the one before it."""

    seconds: float
    start: Mapping[str, float]
    end: Mapping[str, float]
    boots: tuple[str, str]
    after: bool

    def rise(self, names: Sequence[str]) -> float | None:
        """Return by how much these counters rose together; None when there is none of them, or when one fell, as after a wrap."""
        rises = [self.end[name] - self.start[name] for name in names if name in self.start and name in self.end]
        return sum(rises) if rises and min(rises) >= 0 else None

    def level(self, name: str) -> float | None:
        """Return the level of a gauge: what was there at both ends before, so that no burst counts, and what is left in the end after."""
        if name not in self.start or name not in self.end:
            return None
        return self.end[name] if self.after else min(self.start[name], self.end[name])

    def figure(self, metric: Metric) -> float | None:
        """Return a metric's figure in this window; None when the kernel does not count it, or when there is too little to make a share of."""
        if metric.kind is Kind.LEVEL:
            return self.level(metric.counters[0])
        above = self.rise(metric.counters)
        if above is None or metric.kind is Kind.RATE:
            return None if above is None else above / self.seconds
        below = self.rise(metric.per)
        return None if not below or below < metric.minimum else 100 * above / below

    def busy(self, traffic: Mapping[str, float]) -> set[str]:
        """Return the kinds of traffic of which enough happened to conclude something from silence."""
        known = {metric.name: metric.counters for metric in METRICS}
        return {name for name, least in traffic.items() if (self.rise(known[name]) or 0) >= least}


def tcp_regressions(before: Any, after: Any, thresholds: Any = None) -> Judgement:
    """Judge two windows, each a list of two snapshots [start, end] of core.health; ``thresholds``: {metric: {change, factor, minimum, events}}.

    Clear harm after the change is ``regressed`` whatever the traffic before, and so is traffic that was there before and is gone after it; without
    harm and with too little traffic in either window the verdict is ``too_little_traffic``. Raises InvalidInput for what is no window, windows below
    one second or of very different length, and unknown thresholds.
    """
    metrics, traffic = _limits({} if thresholds is None else thresholds)
    left, right = _window("before", before), _window("after", after)
    if len({*left.boots, *right.boots}) > 1:
        return _restarted(left, right)
    if not 1 / _MOST_UNEQUAL <= left.seconds / right.seconds <= _MOST_UNEQUAL:
        raise errors.InvalidInput(
            f"after: the windows last {left.seconds:.1f} s and {right.seconds:.1f} s; let neither last more than twice as long as the other"
        )
    figures = {metric.name: (left.figure(metric), right.figure(metric)) for metric in metrics}
    busy = {"before": left.busy(traffic), "after": right.busy(traffic)}
    found = list(_worse(metrics, figures, right, set() if busy["after"] else busy["before"]))
    quiet = [name for name, kinds in busy.items() if not kinds]
    return _judgement(left, right, found, quiet, metrics, figures)


def check_thresholds(given: Any) -> None:
    """Raise InvalidInput for thresholds that tcp_regressions would refuse: who changes hosts wants to know before."""
    _limits({} if given is None else given)


def _worse(
    metrics: Sequence[Metric], figures: Mapping[str, tuple[float | None, float | None]], right: Window, quieted: set[str]
) -> Iterator[Regression]:
    """Yield what is worse; ``quieted``: the traffic that was enough before, when after the change none is."""
    for metric in metrics:
        old, new = figures[metric.name]
        # A share of nothing before is unknown, not bad: without a comparison there is no regression.
        if old is None or new is None:
            continue
        limit = _limit(metric, old, metric.name in quieted)
        if (new < limit if metric.falls else new > limit) and (right.rise(metric.counters) or 0) >= metric.events:
            yield _regression(metric, old, new, limit)


def _limit(metric: Metric, old: float, quieted: bool) -> float:
    if not metric.falls:
        return max(old * metric.factor, old + metric.change)
    # Enough traffic to count on needs no amount besides: a slow host that goes dead is dead.
    return old * metric.factor if quieted else min(old * metric.factor, old - metric.change)


def _regression(metric: Metric, old: float, new: float, limit: float) -> Regression:
    bound = "at least" if metric.falls else "at most"
    return {
        "metric": metric.name,
        "unit": metric.kind.value,
        "before": _round(old),
        "after": _round(new),
        "allowed": _round(limit),
        "text": f"{metric.name}: {_round(old):g} {metric.kind.value} before, {_round(new):g} after, {bound} {_round(limit):g} allowed",
    }


def _judgement(
    left: Window,
    right: Window,
    found: list[Regression],
    quiet: list[str],
    metrics: Sequence[Metric],
    figures: Mapping[str, tuple[float | None, float | None]],
) -> Judgement:
    if found:
        verdict, reason = REGRESSED, "; ".join(item["text"] for item in found)
    elif quiet:
        verdict, reason = TOO_LITTLE, f"too little traffic {' and '.join(quiet)} the change to judge by"
    else:
        verdict, reason = OK, "nothing is worse than before"
    shown = {
        metric.name: {"before": _round(old), "after": _round(new), "unit": metric.kind.value}
        for metric in metrics
        if (pair := figures[metric.name]) and (old := pair[0]) is not None and (new := pair[1]) is not None
    }
    return {"verdict": verdict, "reason": reason, "regressions": found, "metrics": shown, "windows": _lengths(left, right)}


def _restarted(left: Window, right: Window) -> Judgement:
    """Judge counters that began anew: before the change that leaves nothing to compare with, after it it is harm."""
    nothing: Judgement = {"verdict": TOO_LITTLE, "reason": "", "regressions": [], "metrics": {}, "windows": _lengths(left, right)}
    if left.boots[0] != left.boots[1]:
        return {**nothing, "reason": "the host was started anew before the change, so there is nothing to compare with"}
    text = "restarted: the host was started anew after the change"
    row: Regression = {"metric": "restarted", "unit": "starts", "before": 0.0, "after": 1.0, "allowed": 0.0, "text": text}
    return {**nothing, "verdict": REGRESSED, "reason": text, "regressions": [row]}


def _lengths(left: Window, right: Window) -> dict[str, float]:
    return {"before_seconds": _round(left.seconds), "after_seconds": _round(right.seconds)}


def _round(number: float) -> float:
    return round(float(number), 3)


def _window(name: str, given: Any) -> Window:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
        raise errors.InvalidInput(f"{name}: not a window; give a list of two snapshots of linuxnet.tcp.health_info, [start, end]")
    start, end = (_snapshot(f"{name}[{index}]", item) for index, item in enumerate(given))
    seconds = end[0] - start[0]
    if start[1] == end[1] and seconds < _LEAST_SECONDS:
        raise errors.InvalidInput(f"{name}: the snapshots are {seconds:.2f} s apart; let at least one second pass between them")
    return Window(max(seconds, _LEAST_SECONDS), start[2], end[2], (start[1], end[1]), name == "after")


def _snapshot(where: str, given: Any) -> tuple[float, str, dict[str, float]]:
    if not isinstance(given, Mapping) or not {"seconds", "boot_id", "counters"} <= set(given) or not isinstance(given["counters"], Mapping):
        raise errors.InvalidInput(f"{where}: not a snapshot; give what linuxnet.tcp.health_info returns as health")
    counters = {
        str(name): _number(printable.line(f"{where}.counters.{name}", limit=200), value) for name, value in given["counters"].items()
    }
    return _number(f"{where}.seconds", given["seconds"]), str(given["boot_id"]), counters


def _number(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _BEYOND:
        raise errors.InvalidInput(f"{where}: {printable.show(value)} is not a number of 0 or more, below 2^64")
    return value


def _limits(given: Any) -> tuple[list[Metric], dict[str, float]]:
    """Return the metrics and the least traffic as the operator wants them."""
    if not isinstance(given, Mapping):
        raise errors.InvalidInput("thresholds: not a mapping; give {metric: {change, factor, minimum, events}}")
    names = [metric.name for metric in METRICS]
    for name in given:
        if name not in [*names, "traffic"]:
            raise errors.InvalidInput(f"thresholds: there is no {printable.show(name)}; there are {', '.join([*names, 'traffic'])}")
    metrics = [_limited(metric, given.get(metric.name, {})) for metric in METRICS]
    for old, new in zip(METRICS, metrics, strict=True):
        if old.falls != new.falls:
            raise errors.InvalidInput(f"thresholds.{old.name}.factor: {new.factor:g} must be {'below 1' if old.falls else '1 or more'}")
    return metrics, {**TRAFFIC, **_numbers("traffic", given.get("traffic", {}), tuple(TRAFFIC))}


def _limited(metric: Metric, given: Any) -> Metric:
    limits: dict[str, Any] = {**_numbers(metric.name, given, _LIMITS + (_LIMITS_OF_SHARES if metric.per else ()))}
    return replace(metric, **limits)


def _numbers(name: str, given: Any, allowed: Sequence[str]) -> dict[str, float]:
    if not isinstance(given, Mapping) or not set(given) <= set(allowed):
        raise errors.InvalidInput(f"thresholds.{name}: give a mapping with some of {', '.join(allowed)}")
    return {str(key): _number(f"thresholds.{name}.{key}", value) for key, value in given.items()}
