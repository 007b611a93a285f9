# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: counts only, with TIME_WAIT taken from the kernel's own number."""

from __future__ import annotations

from functools import partial

from bench import node
from bench.harness import Contestant, take_turns
from bench.lab import Lab
from bench.model import OURS, PEER, Case, Row, Sample, Target
from bench.population import Population
from bench.rows_sockets import MIXED_UNIT, REFERENCE_LINE, UNIT, Counts, Turn, floor_and_ours, of_worker, shells

SOCKSTAT = "linuxnet.tcp with sockstat"


def run(lab: Lab) -> Row:
    """Measure at 500,000 (or the largest size that is planned below it), plain and mixed."""
    row = Row("counts", "counts only, TIME_WAIT from sockstat")
    size = max(size for size in lab.plan.sizes if size <= 500_000)
    for mixed in (False, True):
        case = Case(f"{size:,}" + (" mixed" if mixed else ""), MIXED_UNIT if mixed else UNIT, size)
        with Population(lab, size, mixed) as population:
            turn = Turn(lab, population, {}, case)
            floor = floor_and_ours(turn)[:1]
            take_turns(case, [*floor, Contestant(SOCKSTAT, OURS, partial(_ours, turn)), _ss(turn), *shells(turn)], lab.plan.rounds)
        row.cases.append(case)
        row.targets[case.name] = [
            Target("in process, sockstat / full C dump", "inner_cpu", SOCKSTAT, "C floor", at_most=1.0),
            *(
                Target(f"processor time, {peer} / our count", "cpu", peer, SOCKSTAT, None, least, "inner_cpu")
                for peer, least in (("ss | awk", 4.0), ("netstat | awk", 10.0))
            ),
        ]
    row.notes.append("a run counts only when its number of sockets in TIME_WAIT is exact; ss -s knows fewer states")
    return row


def _ours(turn: Turn) -> Sample:
    python = turn.lab.pythons[REFERENCE_LINE]
    return turn(SOCKSTAT, [python, str(node.WORKER), "count", "time_wait_from=sockstat"], of_worker, node.environment())


def _ss(turn: Turn) -> Contestant:
    def once() -> Sample:
        turn.lab.needs("ss -s")
        return turn("ss -s", ["ss", "-s"], _summary)

    return Contestant("ss -s", PEER, once)


def _summary(text: str) -> tuple[Sample, Counts]:
    """Read the one number that both have; ss counts orphans in FIN_WAIT2 with it, as the kernel does."""
    return {}, {"timewait": int(text.partition("timewait ")[2].partition(")")[0])}
