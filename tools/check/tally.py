# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count tests: what passed, what failed, and why the rest was skipped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass
class Tally:
    """Hold the counts of a stage; only what really ran is in passed and failed."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skips: Counter[str] = field(default_factory=Counter)
    # What tests counted themselves, such as the points of a matrix (fixture say of the integration tests).
    counts: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.failures)

    @property
    def skipped(self) -> int:
        return self.skips.total()

    def add(self, other: Tally) -> None:
        """Take in the counts of another tally."""
        self.passed += other.passed
        self.failures += other.failures
        self.skips += other.skips

    def line(self) -> str:
        """Return the counts as the last line of a run prints them."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def from_junit(paths: list[Path]) -> Tally:
    """Count the test cases of JUnit XML files, as pytest and ansible-test write them."""
    tally = Tally()
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            _count(case, tally)
    return tally


def _count(case: ElementTree.Element, tally: Tally) -> None:
    tally.counts += [text for text in (_text(entry) for entry in case.iter("property")) if text]
    name = ".".join(part for part in (case.get("classname"), case.get("name")) if part)
    skipped = case.find("skipped")
    if case.find("failure") is not None or case.find("error") is not None:
        tally.failures.append(name)
    elif skipped is not None:
        tally.skips[f"{name}: {_reason(skipped)}"] += 1
    else:
        tally.passed += 1


def _text(entry: ElementTree.Element) -> str:
    return (entry.get("value") or "") if entry.get("name") == "count" else ""


def _reason(skipped: ElementTree.Element) -> str:
    """Return why a case was skipped; for a file skipped as a whole pytest hides it in the text."""
    message, text = skipped.get("message") or "", " ".join((skipped.text or "").split())
    return (text if message in ("", "collection skipped") else message) or "no reason given"
