# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell from the receipts of a rollout what became of each host: the last word of every step, and the state that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_receipts import WAVE, Receipt

UNCHANGED, CONFIRMED, RESTORED, LOST, FAILED, UNTOUCHED = "unchanged", "confirmed", "restored", "lost", "failed", "untouched"
# The states of a host that holds the profile.
GOOD = (UNCHANGED, CONFIRMED)
STEPS = ("assess", "change", "look", "watch", "prove", "judge", "confirm", "restore")
_BAD = ("failed", "lost", "regressed")


@dataclass(slots=True)
class Story:
    """What one host went through in one run of a rollout: the last receipt of each step."""

    host: str
    wave: int
    steps: dict[str, Receipt] = field(default_factory=dict)

    def status(self, step: str) -> str:
        """Return the last status of a step, empty when it was not reached."""
        return str(self.steps.get(step, {}).get("status", ""))

    @property
    def was_changed(self) -> bool:
        """Tell whether anything may have been changed on the host: a change that was begun counts."""
        return self.status("change") in ("begun", "changed", "lost")

    @property
    def is_open(self) -> bool:
        """Tell whether a change was begun of which it is not on record yet that it stays or went back."""
        return self.was_changed and not self.status("restore") and self.status("confirm") != CONFIRMED

    @property
    def final(self) -> str:
        """Return the state that the host is in as far as the controller knows."""
        if self.status("roll_back") == RESTORED:
            return RESTORED
        if self.status("restore") in (RESTORED, LOST, FAILED):
            return self.status("restore")
        if self.status("confirm") == CONFIRMED:
            return CONFIRMED
        if self.was_changed:
            return LOST
        for step in ("assess", "change"):
            if self.status(step) in (UNCHANGED, LOST, FAILED):
                return self.status(step)
        return UNTOUCHED

    @property
    def trouble(self) -> str:
        """Return what went wrong first, in the words of its receipt; empty when nothing did."""
        for step in STEPS[:-1]:
            if self.status(step) in _BAD:
                told = str(self.steps[step].get("message") or f"{step} {self.status(step)}")
                # What failed between our steps, as the operator's own checks, is known when the host goes back.
                return self._why or told if step == "judge" and self.status("prove") != "ok" else told
        return "" if self.status("judge") else self._why

    @property
    def _why(self) -> str:
        return str(self.steps.get("restore", {}).get("why", ""))

    @property
    def journal(self) -> int | None:
        """Return the number of the host's journal of the change."""
        found: int | None = self.steps.get("change", {}).get("journal")
        return found


@dataclass(slots=True)
class Run:
    """One run of a rollout: its number, what was said when it began, its waves and its hosts."""

    number: int
    opened: dict[int, Receipt] = field(default_factory=dict)
    judged: dict[int, Receipt] = field(default_factory=dict)
    closed: dict[int, Receipt] = field(default_factory=dict)
    refused: list[Receipt] = field(default_factory=list)
    stories: dict[str, Story] = field(default_factory=dict)

    def of_wave(self, number: int) -> list[Story]:
        """Return the stories of a wave's hosts, those that nothing was heard of included."""
        hosts: Sequence[str] = self.opened.get(number, {}).get("hosts", ())
        return [self.stories.get(host) or Story(host, number) for host in hosts]


def runs(receipts: Iterable[Receipt]) -> list[Run]:
    """Return the runs of one rollout in order; a second one is a resumed one."""
    found: dict[int, Run] = {}
    for receipt in receipts:
        run = found.setdefault(int(receipt["run"]), Run(int(receipt["run"])))
        if receipt["host"] == WAVE:
            _note(run, receipt)
        else:
            story = run.stories.setdefault(receipt["host"], Story(receipt["host"], receipt["wave"]))
            # A change keeps its journal when a later word about it has none.
            story.steps[receipt["step"]] = {**_kept(story.steps.get(receipt["step"], {})), **receipt}
    return [found[number] for number in sorted(found)]


def profile(run: Run) -> str:
    """Return the profile of a run, of one too whose first wave was refused."""
    return next((str(receipt["profile"]) for receipt in (*run.opened.values(), *run.refused)), "")


def _note(run: Run, receipt: Receipt) -> None:
    kept: Mapping[str, dict[int, Receipt]] = {"opened": run.opened, "judged": run.judged, "closed": run.closed}
    if receipt["status"] in kept:
        kept[receipt["status"]][receipt["wave"]] = receipt
    else:
        run.refused.append(receipt)


def _kept(earlier: Receipt) -> Receipt:
    return {name: earlier[name] for name in ("planned", "journal", "confirm_by", "health") if name in earlier}


def counts(stories: Iterable[Story]) -> dict[str, int]:
    """Count hosts by state."""
    found: dict[str, Any] = {}
    for story in stories:
        found[story.final] = found.get(story.final, 0) + 1
    return found


def confirmed_change(receipts: Iterable[Receipt], name: str) -> Receipt | None:
    """Return the last of a host's receipts by which a change was confirmed, with its journal; None when there is none.

    ``name`` is the id of the rollout, or of one receipt: then it has to be among them, and only that run of the rollout counts.
    """
    found, wanted_run = None, None
    kept = list(receipts)
    if "." in name:
        wanted_run = next((receipt["run"] for receipt in kept if receipt["id"] == name), 0)
    for receipt in kept:
        is_ours = receipt["step"] == "confirm" and receipt["status"] == CONFIRMED and receipt.get("journal") is not None
        if is_ours and wanted_run in (None, receipt["run"]):
            found = receipt
    return found


def last_states(found: Sequence[Run]) -> dict[str, str]:
    """Return the state in which the last run that came to a decision left each host; one that died before says nothing new."""
    return {story.host: story.final for run in found for story in run.stories.values() if story.final != UNTOUCHED}
