# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: count sockets by state, beside a C program that does nothing else, and beside what people use."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial

from bench import node, places
from bench.harness import Contestant, Refused, take_turns
from bench.lab import Lab
from bench.model import FLOOR, OURS, PEER, Case, Row, Sample, Target
from bench.population import Population

AWK_SS = "ss -Htan | awk '{++S[$1]} END {for (a in S) print a, S[a]}'"
# The article's command.
AWK_NETSTAT = "netstat -ant | awk '/^tcp/ {++S[$NF]} END {for (a in S) print a, S[a]}'"
TIME_WAIT_NAMES = ("6", "TIME_WAIT", "TIME-WAIT")
# What ss -s calls the sum of TIME_WAIT and orphans in FIN_WAIT2.
KERNEL_NAME = "timewait"
UNIT = "sockets in TIME_WAIT"
MIXED_UNIT = "sockets in TIME_WAIT, 1,600 in other states"
# Seconds for each socket of a contestant that was never run before; one that takes longer is found out by what it counts.
FIRST_GUESS = 1e-5
REFERENCE_LINE = "3.11"
Counts = dict[str, int]


def run(lab: Lab) -> Row:
    """Measure every size, then the mixed population at the smallest and the largest but one."""
    row = Row("sockets", "count sockets by state")
    guesses: dict[str, float] = {}
    for size in lab.plan.sizes:
        row.cases.append(_case(lab, guesses, size, mixed=False))
    for size in dict.fromkeys((lab.plan.sizes[0], lab.plan.sizes[-2])):
        row.cases.append(_case(lab, guesses, size, mixed=True))
    for case in row.cases:
        row.targets[case.name] = _targets(case.size)
    row.notes.append(
        "inner: seconds around the dump alone, in a process that does it once; cpu: of the whole process, interpreter start included"
    )
    return row


def _targets(size: int) -> list[Target]:
    targets = [Target("peak memory above the start, KiB", "above_kib", ours(REFERENCE_LINE), at_most=2048)]
    for line, limit in (("2.7", 1.5), ("3.11", 1.1), ("3.13", 1.1)):
        targets.append(
            Target(f"in process, Python {line} / C floor", "inner_cpu", ours(line), "C floor", at_most=limit if size == 500_000 else None)
        )
    for peer, least in (("ss | awk", 4.0), ("netstat | awk", 10.0)):
        targets.append(
            Target(
                f"processor time, {peer} / our count",
                "cpu",
                peer,
                ours(REFERENCE_LINE),
                None,
                least if size == 500_000 else None,
                "inner_cpu",
            )
        )
        targets.append(Target(f"processor time, {peer} / our process with its start", "cpu", peer, ours(REFERENCE_LINE)))
        targets.append(Target(f"processor time, {peer} / C floor", "cpu", peer, "C floor"))
    return targets


def ours(line: str) -> str:
    """Return the name of our contestant on one Python."""
    return f"linuxnet.tcp, Python {line}"


def _case(lab: Lab, guesses: dict[str, float], size: int, *, mixed: bool) -> Case:
    case = Case(f"{size:,}" + (" mixed" if mixed else ""), MIXED_UNIT if mixed else UNIT, size)
    with Population(lab, size, mixed) as population:
        turn = Turn(lab, population, guesses, case)
        take_turns(case, [*floor_and_ours(turn), *_peers(turn)], lab.plan.rounds)
    return case


class Turn:
    """Run one contestant in a population that is whole for as long as it needs, and check what it counted."""

    def __init__(self, lab: Lab, population: Population, guesses: dict[str, float], case: Case) -> None:
        self.lab, self._population, self._guesses, self._case = lab, population, guesses, case

    def __call__(
        self, name: str, argv: list[str], parse: Callable[[str], tuple[Sample, Counts]], env: dict[str, str] | None = None
    ) -> Sample:
        space = self._population.space(self._guess(name))
        sample, text = self.lab.metered(space, argv, env)
        more, counts = parse(text)
        self._check(counts)
        self._guesses[name] = max(sample["wall"] / self._case.size, 1e-7)
        return {**sample, **more}

    def _guess(self, name: str) -> float:
        return 2.0 + 1.3 * self._case.size * self._guesses.get(name, FIRST_GUESS)

    def _check(self, counts: Counts) -> None:
        if KERNEL_NAME in counts and counts[KERNEL_NAME] >= self._population.waiting:
            return
        waiting = sum(counts.get(name, 0) for name in TIME_WAIT_NAMES)
        if waiting != self._population.waiting:
            raise Refused(f"counted {waiting:,} sockets in TIME_WAIT, {self._population.waiting:,} are there")
        for name, count in counts.items():
            if not name.isdigit() and "-" not in name:
                self._case.counts.setdefault(name, count)


def floor_and_ours(turn: Turn) -> list[Contestant]:
    """Return the C program and the collection on each Python that is here."""
    found = [Contestant("C floor", FLOOR, lambda: turn("C floor", [turn.lab.programs["dump"]], of_worker))]
    return found + [_ours(turn, line, python) for line, python in turn.lab.pythons.items()]


def _ours(turn: Turn, line: str, python: str) -> Contestant:
    argv = [python, str(node.WORKER), "count"]
    return Contestant(ours(line), OURS, lambda: turn(ours(line), argv, of_worker, node.environment()))


def shells(turn: Turn) -> list[Contestant]:
    """Return the two command lines that people know."""
    lines = {"ss | awk": AWK_SS, "netstat | awk": AWK_NETSTAT}
    return [Contestant(name, PEER, partial(_shell, turn, name, text)) for name, text in lines.items()]


def _peers(turn: Turn) -> list[Contestant]:
    found = shells(turn)
    for name in ("psutil", "pyroute2"):
        found.append(Contestant(name, PEER, partial(_script, turn, name), rounds=2))
    return found


def _shell(turn: Turn, name: str, text: str) -> Sample:
    turn.lab.needs(name)
    return turn(name, ["sh", "-c", text], _of_shell)


def _script(turn: Turn, name: str) -> Sample:
    turn.lab.needs(name)
    python = turn.lab.peer_python or sys.executable
    return turn(name, [python, str(places.HERE / f"peer_{name}.py")], lambda text: ({}, json.loads(text)))


def of_worker(text: str) -> tuple[Sample, Counts]:
    """Read what worker.py and the C floor print."""
    said = json.loads(text)
    return said["took"], said["counts"]


def _of_shell(text: str) -> tuple[Sample, Counts]:
    return {}, {name: int(count) for name, count in (line.split() for line in text.splitlines())}
