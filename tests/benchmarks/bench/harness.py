# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let contestants do the same work in turns, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import NamedTuple

from bench.model import Case, Entry, Sample


class Refused(Exception):
    """A contestant cannot run here; the text says why."""


class Contestant(NamedTuple):
    """One way to do the work: ``run`` does it once and returns what it took, or raises Refused."""

    name: str
    role: str
    run: Callable[[], Sample]
    # Fewer rounds for what takes long; its samples are spread over the run all the same.
    rounds: int | None = None


def take_turns(case: Case, contestants: list[Contestant], rounds: int) -> Case:
    """Run every contestant once in each round and fill the case with the samples."""
    entries = {contestant.name: Entry(contestant.name, contestant.role) for contestant in contestants}
    for number in range(rounds):
        for contestant in contestants:
            entry = entries[contestant.name]
            if entry.skipped is None and number < (contestant.rounds or rounds):
                _once(contestant, entry)
    case.entries += entries.values()
    return case


def _once(contestant: Contestant, entry: Entry) -> None:
    try:
        entry.samples.append(contestant.run())
    except (Refused, OSError, subprocess.SubprocessError) as reason:
        # The others go on, and the samples that there are still count.
        entry.skipped = str(reason)
