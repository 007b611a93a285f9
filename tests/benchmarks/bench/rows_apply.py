# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: apply a set of keys, first and once more, beside one ping, and beside a task that loops over the keys."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from bench import keys, plays
from bench.harness import Contestant, Refused, take_turns
from bench.lab import Lab
from bench.model import FLOOR, OURS, PEER, Case, Entry, Row, Sample, Target
from bench.plays import Task

OUR_NAME = "linuxnet.tcp.net_sysctl"
LOOP = "ansible.posix.sysctl in a loop"
ROLE = "linux-system-roles.kernel_settings"
ROLE_MISSING = "the role is in no package of PyPI's ansible, and it works through tuned, which takes the whole machine's sysctls and not a network namespace's"
COUNTS = (7, 48)
LEAST = {7: 6.0, 48: 35.0}
LOOP_ROUNDS = 3
# What the kernel has already, so that nothing is written.
WARM_UPS = {
    OUR_NAME: {"settings": {"net.ipv4.tcp_sack": 1}, "persist": False},
    "ansible.posix.sysctl": {"name": "net.ipv4.tcp_sack", "value": "1", "sysctl_file": "/etc/sysctl.d/80-warm-up.conf", "reload": False},
}
STARTS = re.compile(r"\b(?:clone3?|fork|vfork)\(.*= \d+$")


def run(lab: Lab) -> Row:
    """Measure each number of keys, then count the processes on the host."""
    row = Row("apply", "apply a set of keys")
    for count in COUNTS[:1] if lab.plan.quick else COUNTS:
        wanted = keys.some(count)
        for case in _cases(lab, count, wanted):
            row.cases.append(case)
            row.targets[case.name] = _targets(case, count)
        row.cases.append(_processes(lab, count, wanted))
        row.targets[row.cases[-1].name] = [Target("processes on the host", "processes", OUR_NAME, at_most=1)]
    row.notes.append(
        "every round in a new namespace; the loop writes one file and reloads it after each key, as that module does by default"
    )
    row.notes.append("processes: of the module run as strace sees it, the interpreter that Ansible starts among them")
    return row


def _targets(case: Case, count: int) -> list[Target]:
    least = LEAST[count] if "first" in case.name else None
    return [
        Target("wall, net_sysctl / ping", "wall", OUR_NAME, plays.PING, at_most=1.5),
        Target("cpu, net_sysctl / ping", "cpu", OUR_NAME, plays.PING),
        Target("wall, loop / net_sysctl", "wall", LOOP, OUR_NAME, at_least=least),
    ]


def _cases(lab: Lab, count: int, wanted: dict[str, str]) -> list[Case]:
    first, again = (Case(f"{count} keys, {which} run", f"keys, {which} run", count) for which in ("first", "unchanged"))
    for case in (first, again):
        case.entries += [Entry(plays.PING, FLOOR), Entry(OUR_NAME, OURS), Entry(LOOP, PEER), Entry(ROLE, PEER, skipped=ROLE_MISSING)]
    loop = [{"key": name, "value": value} for name, value in wanted.items()]
    args = {"name": "{{ item.key }}", "value": "{{ item.value }}", "sysctl_file": "/etc/sysctl.d/90-loop.conf"}
    looping = Task(LOOP, "ansible.posix.sysctl", args, loop)
    for number in range(lab.plan.rounds):
        _round(lab, (first, again), Task(OUR_NAME, OUR_NAME, {"settings": wanted}))
        if number < LOOP_ROUNDS:
            _loop_round(lab, (first, again), looping)
    return [first, again]


def _loop_round(lab: Lab, cases: tuple[Case, Case], task: Task) -> None:
    entries = [entry for case in cases if (entry := case.entry(LOOP))]
    if "ansible.posix" in lab.lacking:
        for entry in entries:
            entry.skipped = lab.lacking["ansible.posix"]
        return
    try:
        _round(lab, cases, task)
    except Refused as reason:
        for entry in entries:
            entry.skipped = str(reason)


def _round(lab: Lab, cases: tuple[Case, Case], task: Task) -> None:
    """Run the task twice in a new namespace, a ping before each; the payload of both is made by warm-ups."""
    ping = Task(plays.PING, plays.PING)
    warm_ups = [ping._replace(contestant=""), Task("", task.module, WARM_UPS[task.module])]
    with lab.space() as space:
        took = plays.clocked(lab, space, [*warm_ups, ping, task, ping, task])
    for case, pair in zip(cases, (took[:2], took[2:]), strict=True):
        for one in pair:
            if entry := case.entry(one.contestant):
                entry.samples.append(one.sample)


def _processes(lab: Lab, count: int, wanted: dict[str, str]) -> Case:
    case = Case(f"{count} keys, processes", "keys, processes", count)
    ours = plays.payload(lab, OUR_NAME, {"settings": wanted})
    contestants = [Contestant(OUR_NAME, OURS, lambda: _traced(lab, ours))]
    if "ansible.posix" not in lab.lacking:
        name, value = next(iter(wanted.items()))
        peer = plays.payload(lab, "ansible.posix.sysctl", {"name": name, "value": value, "sysctl_file": "/etc/sysctl.d/90-loop.conf"})
        contestants.append(Contestant(f"{LOOP}, one of {count}", PEER, lambda: _traced(lab, peer)))
    return take_turns(case, contestants, 1)


def _traced(lab: Lab, payload: Path) -> Sample:
    """Count the processes of a module's first run in a new namespace."""
    lab.needs("processes")
    with lab.space() as space:
        trace = space.root / "trace"
        argv = ["strace", "-f", "-qq", "-e", "trace=clone,clone3,fork,vfork", "-o", str(trace), sys.executable, str(payload)]
        done = space.run(argv, check=False, timeout=120)
        if done.returncode or '"changed": true' not in done.stdout:
            raise Refused(f"the module did not change anything under strace: {done.stdout[-300:]}")
        started = [line for line in trace.read_text(encoding="utf-8").splitlines() if STARTS.search(line) and "CLONE_THREAD" not in line]
    return {"processes": 1 + len(started)}
