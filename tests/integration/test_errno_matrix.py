# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let system calls of net_sysctl fail one after the other, and the undoing too, and see that it tells the truth about what is left."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import fault_lab
import pytest
from fault_lab import Known, Lab, Point, Scenario, State

ERRNOS = ("ENOSPC", "EROFS", "EACCES", "EPERM", "EIO", "EINVAL", "ENOENT")
# What these two calls can answer; flock(2) says EACCES never, and EWOULDBLOCK is a lock that is held.
ERRNOS_OF = {"flock": ("EIO", "EINVAL", "ENOLCK"), "clone": ("EAGAIN", "ENOMEM")}
# Python calls these again by itself (PEP 475); the kernel interrupts none of the others.
INTERRUPTED = ("openat", "write", "fsync", "flock")
# In make test every point fails once, every second and third in further ways; LINUXNET_FAULTS=full tries all of them.
SOME = 1 if fault_lab.FULL else 3


def names_of(point: Point) -> list[str]:
    """Return what a message may call the files of a point: path, key, or what a temporary file is to become."""
    names = ["watchdog"] if point.call == "clone" or "-watchdog." in point.subject else []
    for path in point.subject.split():
        if path.startswith("/proc/sys/"):
            names.append(path.removeprefix("/proc/sys/").replace("/", "."))
        names += [path, re.sub(r"/\.([^/]*?)(\.RANDOM)?\.tmp$", r"/\1", path)]
    return names


def untruths(point: Point, errno: str, result: dict[str, Any] | None, state: State, known: Known) -> list[str]:
    """Return what is wrong after one fault."""
    if result is None or "traceback" in result:
        return [f"no result: {result}"]
    if not result["failed"]:
        return survived(point, errno, result, state, known)
    problems = told(point, errno, result)
    if state.settled not in known.allowed:
        problems.append(f"not undone: {fault_lab.differences(state.settled, known.allowed)}; {result['msg']}")
    if result["changed"] is not (state.settled != known.before.settled):
        problems.append(f"changed is {result['changed']}: {result['msg']}")
    if set(state.open_journals) - set(known.before.open_journals):
        problems.append(f"journal left open: {state.open_journals}")
    if state.leftovers:
        problems.append(f"left over: {state.leftovers}")
    return problems + bystanders(state, known)


def survived(point: Point, errno: str, result: dict[str, Any], state: State, known: Known) -> list[str]:
    """Return what is wrong with a run that a fault did not stop."""
    if state.settled != known.after.settled:
        return [f"success, but {fault_lab.differences(state.settled, [known.after.settled])}"]
    # A key that is looked at because another one depends on it need not be written.
    unasked = point.call == "openat" and "/proc/sys/" in point.subject and not any(name in scenario_keys(known) for name in names_of(point))
    # The lock on a half-written file only keeps it from being taken for one that nobody writes any more.
    marking = point.call == "flock" and point.subject.endswith(".tmp")
    # An old journal that is not there any more need not be removed: a watchdog that ends takes its own away.
    gone = errno == "ENOENT" and point.when >= known.pruned.get(point.call, point.when + 1)
    return [] if errno == "EINTR" or unasked or marking or gone else told(point, errno, {"msg": " ".join(result["warnings"])})


def scenario_keys(known: Known) -> set[str]:
    """Return the keys whose running value a scenario changes."""
    return {name for name, value in known.after.settled[0].items() if known.before.settled[0][name] != value}


def told(point: Point, errno: str, result: dict[str, Any]) -> list[str]:
    """Return what a message keeps to itself."""
    named = any(name in result["msg"] for name in names_of(point))
    # A key that can never be written here is told in words.
    because = errno in result["msg"] or (errno == "EROFS" and "read-only here" in result["msg"])
    return [] if named and because else [f"message: {result['msg']!r}"]


def bystanders(state: State, known: Known) -> list[str]:
    """Return the files of others whose time stamps changed."""
    ours = {path for path in known.after.files if known.after.files[path] != known.before.files.get(path)} | {"/etc/sysctl.d"}
    return [f"{path}: touched" for path, time in known.before.times.items() if path not in ours and state.times.get(path) != time]


def one_fault(lab: Lab, scenario: Scenario, point: Point, errno: str, known: Known) -> list[str]:
    scenario.set_up(lab)
    run = lab.run(scenario.options, f"{point.call}:error={errno}:when={point.when}")
    hit = fault_lab.injected(run.log)
    assert hit == [point], f"{point}: the fault hit {hit}: the runs are not alike"
    found = untruths(point, errno, run.result, lab.state(), known)
    if errno == "EINTR" and run.result and run.result["failed"]:
        found.append(f"not survived: {run.result['msg']}")
    return [f"{point}: {errno}: {problem}" for problem in found]


def faults(number: int, point: Point, turn: itertools.cycle[str]) -> list[str]:
    """Return the errnos to try at a point."""
    possible = ERRNOS_OF.get(point.call, ERRNOS)
    chosen = list(possible) if fault_lab.FULL else [possible[number % len(possible)]] if point.call in ERRNOS_OF else [next(turn)]
    return chosen + ["EINTR"] * (point.call in INTERRUPTED and number % SOME == 0)


@pytest.mark.parametrize("scenario", fault_lab.SCENARIOS, ids=lambda scenario: scenario.name)
def test_one_call_fails_and_all_is_undone_and_told(lab: Lab, scenario: Scenario, say: Callable[[str], None]) -> None:
    known = fault_lab.known(lab, scenario)
    # Another start in each scenario, so that each place meets other errnos.
    turn = itertools.cycle(ERRNOS[len(scenario.name) % len(ERRNOS) :] + ERRNOS[: len(scenario.name) % len(ERRNOS)])
    problems, tried = [], 0
    for number, point in enumerate(known.points):
        for errno in faults(number, point, turn):
            problems += one_fault(lab, scenario, point, errno, known)
            tried += 1
    say(f"\nerrno matrix, {scenario.name}: {len(known.points)} points, {tried} faults, {tried - len(problems)} undone and told")
    assert not problems, "\n".join(problems)
    assert tried >= len(known.points)


def what_is_left(result: dict[str, Any] | None, state: State, known: Known) -> list[str]:
    """Return what is wrong after a fault and further ones while undoing."""
    if result is None or "traceback" in result:
        return [f"no result: {result}"]
    if not result["failed"]:
        return (
            [] if state.settled == known.after.settled else [f"success, but {fault_lab.differences(state.settled, [known.after.settled])}"]
        )
    problems = []
    # What cannot even be read counts as changed.
    unknown = any("cannot be read" in item["reason"] for item in result["left"])
    if result["changed"] is not (unknown or state.settled != known.before.settled):
        problems.append(f"changed is {result['changed']}: {result['msg']}")
    if state.settled in known.allowed:
        return problems
    left = {item["name"] for item in result["left"]}
    unnamed = [name for name in fault_lab.differences(state.settled, [known.before.settled])[0] if name not in left]
    if unnamed and not known.allowed[1:]:
        problems.append(f"left without a word: {unnamed}; {result['msg']}")
    if not state.open_journals:
        problems.append(f"no journal is open: {state.journals}: {result['msg']}")
    return problems + [f"msg does not name {name}" for name in left if name not in result["msg"]]


def two_faults(lab: Lab, scenario: Scenario, point: Point, known: Known, recovery: str) -> list[str]:
    """Let a call fail, and each later one of its kind, which undoing needs; then let the next run mend it."""
    scenario.set_up(lab)
    run = lab.run(scenario.options, f"{point.call}:error=EIO:when={point.when}+", "unlink:error=EIO:when=1+")
    problems = what_is_left(run.result, lab.state(), known)
    state = fault_lab.recover(lab, scenario, recovery)
    if state.settled not in known.ends[recovery]:
        problems.append(f"{recovery}: ended in {fault_lab.differences(state.settled, known.ends[recovery])}")
    if state.open_journals:
        problems.append(f"{recovery}: stayed open: {state.open_journals}")
    return [f"{point}: {problem}" for problem in problems]


@pytest.mark.parametrize("scenario", fault_lab.SCENARIOS, ids=lambda scenario: scenario.name)
def test_undoing_fails_too_and_the_next_run_mends_it(lab: Lab, scenario: Scenario, say: Callable[[str], None]) -> None:
    known = fault_lab.known(lab, scenario)
    points = [point for point in known.points if point.call not in ("flock", "clone", "unlink")]
    problems, tried = [], 0
    for number, point in enumerate(points[len(scenario.name) % SOME :: SOME]):
        for recovery in fault_lab.RECOVERIES if fault_lab.FULL else [fault_lab.RECOVERIES[number % 3]]:
            problems += two_faults(lab, scenario, point, known, recovery)
            tried += 1
    say(f"\nerrno matrix, undoing fails, {scenario.name}: {tried} times, {tried - len(problems)} told and mended by the next run")
    assert not problems, "\n".join(problems)
    assert tried
