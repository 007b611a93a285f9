# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill net_sysctl at every system call that changes something, and see that files are whole and that the next run ends it.

What counts as consistent: whatever comes next ends where it would have ended had the killed run never begun, or been through.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import fault_lab
import pytest
from fault_lab import JOURNALS, Lab, Point, Scenario, State

Settled = tuple[dict[str, str], dict[str, dict[str, Any]]]
RECOVERIES = ("restored", "again", "other")


class References(NamedTuple):
    """A scenario's states before and after, and {recovery: where it ends from (before, after)}."""

    before: State
    after: State
    ends: dict[str, tuple[Settled, Settled]]


def recover(lab: Lab, scenario: Scenario, recovery: str) -> State:
    """Do what an operator may do next; refusals are answers too."""
    lab.call({"restored": {"state": "restored"}, "again": scenario.options, "other": scenario.other}[recovery])
    return lab.state()


def references(lab: Lab, scenario: Scenario) -> tuple[References, list[Point]]:
    """Return how things have to look, from runs without any fault, and the points to be killed at."""
    before, after, points = fault_lab.recorded(lab, scenario)
    ends = {}
    for recovery in RECOVERIES:
        scenario.set_up(lab)
        untouched = recover(lab, scenario, recovery).settled
        scenario.set_up(lab)
        assert lab.call(scenario.options)["changed"] is True
        ends[recovery] = (untouched, recover(lab, scenario, recovery).settled)
    return References(before, after, ends), points


def killed(lab: Lab, scenario: Scenario, point: Point) -> State:
    """Run the scenario up to the point, dead on entering the call; return what is left."""
    scenario.set_up(lab)
    run = lab.run(scenario.options, f"{point.call}:signal=SIGKILL:when={point.when}")
    assert run.result is None, f"{point}: the run went on: {run.result}"
    reached = fault_lab.last_point(run.log)
    assert reached == point, f"{point}: killed elsewhere, at {reached}: the runs are not alike"
    return lab.state()


def torn(lab: Lab, left: State, known: References) -> list[str]:
    """Return what is neither old nor new, or would be read though it is neither."""
    problems = []
    for path, about in left.settled[1].items():
        if about not in (known.before.files.get(path), known.after.files.get(path)):
            problems.append(f"{path}: neither old nor new: {about}")
    for path in known.before.files:
        if path not in left.files and path in known.after.files:
            problems.append(f"{path}: gone")
    if len(left.leftovers) > 1:
        problems.append(f"more than one half-written file: {left.leftovers}")
    for name in left.journals:
        if name.endswith(".json"):
            problems += unreadable(lab.shell(f"cat {JOURNALS}/{name}"), name)
    return problems


def unreadable(text: str, name: str) -> list[str]:
    try:
        return [] if json.loads(text)["number"] == int(name.partition("-")[0]) else [f"{name}: another number"]
    except ValueError as error:
        return [f"{name}: torn: {error}"]


def recovered(lab: Lab, scenario: Scenario, recovery: str, known: References) -> list[str]:
    """Recover from what the last kill left; return what is inconsistent then."""
    lab.load()
    state = recover(lab, scenario, recovery)
    problems = [f"{recovery}: {name} stayed open" for name in state.open_journals]
    if state.settled not in known.ends[recovery]:
        problems.append(f"{recovery}: ended in {differences(state.settled, known.ends[recovery])}")
    return problems


def differences(seen: Settled, wanted: tuple[Settled, Settled]) -> list[dict[str, Any]]:
    """Return for each allowed end the keys and files that are otherwise."""
    return [
        {name: (a.get(name), b.get(name)) for a, b in zip(seen, end, strict=True) for name in {*a, *b} if a.get(name) != b.get(name)}
        for end in wanted
    ]


def chosen(number: int) -> tuple[str, ...]:
    """Return the recoveries to try at a point: all of them on request, else the way back and one of the others in turn."""
    return RECOVERIES if fault_lab.FULL else ("restored", RECOVERIES[1 + number % 2])


@pytest.mark.parametrize("scenario", fault_lab.SCENARIOS, ids=lambda scenario: scenario.name)
def test_killed_anywhere_nothing_is_torn_and_the_next_run_ends_it(lab: Lab, scenario: Scenario) -> None:
    known, points = references(lab, scenario)
    assert known.before.settled != known.after.settled
    problems, tried, back = [], 0, 0
    for number, point in enumerate(points):
        left = killed(lab, scenario, point)
        found = torn(lab, left, known)
        lab.save()
        for recovery in chosen(number):
            found += recovered(lab, scenario, recovery, known)
            tried += 1
        back += left.settled != known.after.settled
        problems += [f"{point}: {problem}" for problem in found]
    bad = {problem.partition(":")[0] for problem in problems}
    print(f"\nkill matrix, {scenario.name}: {len(points)} points, {len(points) - len(bad)} consistent ({back} before the end), {tried} recoveries")
    assert not problems, "\n".join(problems)
    assert back > len(points) // 2
