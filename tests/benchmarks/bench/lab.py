# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run commands in private network namespaces and say what they took."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import netns_lab

from bench import places
from bench.harness import Refused
from bench.model import Sample

SECONDS = 3600


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    sizes: tuple[int, ...] = (25_000, 100_000, 500_000, 1_000_000)
    hosts: tuple[int, ...] = (10, 50, 200)
    audits: tuple[int, ...] = (1_000, 10_000, 100_000)
    rounds: int = 5
    tasks: int = 10
    quick: bool = False


QUICK = Plan(sizes=(200, 400), hosts=(2,), audits=(20, 40), rounds=1, tasks=1, quick=True)


def replaced(plan: Plan, wanted: dict[str, Any]) -> Plan:
    """Return the plan with some of its numbers replaced."""
    return replace(plan, **wanted)


@dataclass
class Lab:
    """The tools of a run: the plan, the compiled programs and the Pythons of managed nodes."""

    plan: Plan
    programs: dict[str, str]
    pythons: dict[str, str]
    peer_python: str | None = None
    # Why a peer is not there, by its name.
    lacking: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def space(self) -> Iterator[netns_lab.Namespace]:
        """Yield a new private network namespace; Refused where none can be made."""
        root = Path(tempfile.mkdtemp(prefix="linuxnet-bench-"))
        try:
            space = netns_lab.Namespace(root, places.COLLECTIONS)
        except netns_lab.Unavailable as reason:
            shutil.rmtree(root, ignore_errors=True)
            raise Refused(str(reason)) from reason
        try:
            yield space
        finally:
            space.close()
            shutil.rmtree(root, ignore_errors=True)

    def number(self) -> int:
        """Return a number that was not used before in this run, for names of files."""
        return next(self._numbers)

    def needs(self, name: str) -> None:
        """Raise Refused when a peer could not be had."""
        if name in self.lacking:
            raise Refused(self.lacking[name])

    def metered(self, space: netns_lab.Namespace, argv: list[str], env: dict[str, str] | None = None) -> tuple[Sample, str]:
        """Run a command inside; return what it and its children took, and its output."""
        notes = space.root / f"meter-{self.number()}.json"
        options = {"env": env} if env else {}
        done = space.run([self.programs["meter"], str(notes), *argv], check=False, timeout=SECONDS, **options)
        return self._read(notes, done, argv)

    def metered_here(self, folder: Path, argv: list[str], env: dict[str, str]) -> tuple[Sample, str]:
        """Run a command that needs no network namespace; return the same."""
        notes = folder / f"meter-{self.number()}.json"
        command = [self.programs["meter"], str(notes), *argv]
        done = subprocess.run(command, text=True, capture_output=True, env=env, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
        return self._read(notes, done, argv)

    @staticmethod
    def _read(notes: Path, done: subprocess.CompletedProcess[str], argv: list[str]) -> tuple[Sample, str]:
        if done.returncode:
            raise Refused(f"{Path(argv[0]).name} ended with {done.returncode}: {last_line(done)}")
        sample: Sample = json.loads(notes.read_text(encoding="utf-8"))
        return sample, done.stdout


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line that a failed command printed."""
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1] if lines else "it printed nothing"
