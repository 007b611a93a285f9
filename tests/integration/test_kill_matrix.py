# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill net_sysctl at every system call that changes something, and see that files are whole and that the next run ends it.

What counts as consistent: whatever comes next ends where it would have ended had the killed run never begun, or been through.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import fault_lab
import pytest
from fault_lab import RECOVERIES, Known, Lab, Point, Scenario, State


def killed(lab: Lab, scenario: Scenario, point: Point) -> State:
    """Run the scenario up to the point, dead on entering the call; return what is left."""
    scenario.set_up(lab)
    run = lab.run(scenario.options, f"{point.call}:signal=SIGKILL:when={point.when}")
    assert run.result is None, f"{point}: the run went on: {run.result}"
    reached = fault_lab.last_point(run.log)
    assert reached == point, f"{point}: killed elsewhere, at {reached}: the runs are not alike"
    return lab.state()


def torn(left: State, known: Known) -> list[str]:
    """Return what is neither old nor new, or would be read though it is neither."""
    problems = []
    for path, about in left.settled[1].items():
        if about not in [files.get(path) for _runtime, files in [*known.allowed, known.after.settled]]:
            problems.append(f"{path}: neither old nor new: {about}")
    for path in known.before.files:
        if path not in left.files and path in known.after.files:
            problems.append(f"{path}: gone")
    if len(left.leftovers) > 1:
        problems.append(f"more than one half-written file: {left.leftovers}")
    return problems + [problem for name, text in left.texts.items() if name.endswith(".json") for problem in unreadable(text, name)]


def unreadable(text: str, name: str) -> list[str]:
    try:
        return [] if json.loads(text)["number"] == int(name.partition("-")[0]) else [f"{name}: another number"]
    except ValueError as error:
        return [f"{name}: torn: {error}"]


def recovered(lab: Lab, scenario: Scenario, recovery: str, known: Known) -> list[str]:
    """Recover from what the last kill left; return what is inconsistent then."""
    lab.load()
    state = fault_lab.recover(lab, scenario, recovery)
    problems = [f"{recovery}: {name} stayed open" for name in state.open_journals]
    if state.settled not in known.ends[recovery]:
        problems.append(f"{recovery}: ended in {fault_lab.differences(state.settled, known.ends[recovery])}")
    return problems


def chosen(number: int) -> tuple[str, ...]:
    """Return the recoveries to try at a point: all of them on request, else the way back and one of the others in turn."""
    return RECOVERIES if fault_lab.FULL else ("restored", RECOVERIES[1 + number % 2])


@pytest.mark.parametrize("scenario", fault_lab.SCENARIOS, ids=lambda scenario: scenario.name)
def test_killed_anywhere_nothing_is_torn_and_the_next_run_ends_it(lab: Lab, scenario: Scenario, say: Callable[[str], None]) -> None:
    known = fault_lab.known(lab, scenario)
    assert known.before.settled != known.after.settled
    problems, tried, back = [], 0, 0
    for number, point in enumerate(known.points):
        left = killed(lab, scenario, point)
        found = torn(left, known)
        lab.save()
        for recovery in chosen(number):
            found += recovered(lab, scenario, recovery, known)
            tried += 1
        back += left.settled != known.after.settled
        problems += [f"{point}: {problem}" for problem in found]
    syncs = sum(point.call == "fsync" for point in known.points)
    bad = {problem.partition(":")[0] for problem in problems}
    say(
        f"\nkill matrix, {scenario.name}: {len(known.points)} points, {len(known.points) - len(bad)} consistent "
        f"({back} before the end), {tried} recoveries, {syncs} fsync"
    )
    assert not problems, "\n".join(problems)
    assert back > len(known.points) // 2
