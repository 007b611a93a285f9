# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach one verdict for a wave from the stories of its hosts: may the changes stay, and may the next wave begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import regressions
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_story import FAILED, GOOD, UNCHANGED, Run, Story

_NAMED = 3
_BEGINNING = ("assess", "change")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator says of waves: how many hosts may go wrong, and what too little traffic means (pass or fail)."""

    max_fail_percentage: float = 0.0
    too_little_traffic: str = "pass"
    thresholds: Any = None


@dataclass(frozen=True, slots=True)
class HostVerdict:
    """The verdict over one host; ``status`` is what its receipt of the step judge says."""

    host: str
    status: str
    reason: str
    judgement: regressions.Judgement | None = None

    def is_bad(self, rules: Rules) -> bool:
        """Tell whether the host counts against its wave."""
        return self.status in (FAILED, "lost", regressions.REGRESSED) or (
            self.status == regressions.TOO_LITTLE and rules.too_little_traffic == "fail"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict over a wave: ``bad`` hosts go back whatever becomes of the others."""

    is_good: bool
    reason: str
    hosts: tuple[HostVerdict, ...]
    bad: Mapping[str, str]


def judge(stories: Sequence[Story], rules: Rules) -> Verdict:
    """Judge a wave before anything is confirmed. ``rules.max_fail_percentage`` of its hosts may be bad; it has to be exceeded, as Ansible's own."""
    hosts = tuple(_host(story, rules.thresholds) for story in stories)
    bad = {verdict.host: verdict.reason for verdict in hosts if verdict.is_bad(rules)}
    good = not _too_many(len(bad), len(hosts), rules)
    return Verdict(good, _reason(bad, len(hosts)), hosts, bad)


def earlier_waves(run: Run, number: int, rules: Rules) -> str:
    """Return why wave ``number`` may not begin, from what became of the waves before it; empty when it may.

    Hosts that were lost after the verdict of their wave count here: Ansible itself goes on then.
    """
    for earlier in sorted(run.opened):
        stories = run.of_wave(earlier)
        bad = {story.host: story.trouble or f"is {story.final}" for story in stories if story.final not in GOOD}
        if earlier < number and _too_many(len(bad), len(stories), rules):
            return f"wave {earlier} did not end well: {_reason(bad, len(stories))}"
    return ""


def _too_many(bad: int, total: int, rules: Rules) -> bool:
    # Ansible ends the play after a batch without a good host, whatever the percentage.
    return bad > 0 and (bad == total or bad * 100 > rules.max_fail_percentage * total)


def _host(story: Story, thresholds: Any) -> HostVerdict:
    if story.status("assess") == UNCHANGED:
        return HostVerdict(story.host, UNCHANGED, "holds the profile")
    if story.status("prove") != "ok":
        return HostVerdict(story.host, FAILED, story.trouble or f"was not heard of after the step {_last(story)}")
    windows = [
        [story.steps[step]["health"] for step in steps if "health" in story.steps.get(step, {})] for steps in (_BEGINNING, _end(story))
    ]
    if [len(window) for window in windows] != [2, 2]:
        return HostVerdict(story.host, regressions.TOO_LITTLE, "its counters could not be read")
    try:
        found = regressions.tcp_regressions(windows[0], windows[1], thresholds)
    except errors.InvalidInput as error:
        hint = "; raise rollout_soak_seconds, or use more forks" if "windows last" in error.message else ""
        return HostVerdict(story.host, FAILED, f"{error.message}{hint}")
    return HostVerdict(story.host, found["verdict"], found["reason"], found)


def _end(story: Story) -> tuple[str, str]:
    """Return the steps at the ends of the window after the change; the operator's own checks, however long they take, are not in it."""
    return ("look", "watch" if "watch" in story.steps else "prove")


def _last(story: Story) -> str:
    return list(story.steps)[-1] if story.steps else "open"


def _reason(bad: Mapping[str, str], total: int) -> str:
    if not bad:
        return f"{total} of {total} hosts are well"
    named = "; ".join(f"{host}: {reason}" for host, reason in list(bad.items())[:_NAMED])
    more = f"; and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
    return str(printable.line(f"{len(bad)} of {total} hosts {'is' if len(bad) == 1 else 'are'} not well: {named}{more}"))
