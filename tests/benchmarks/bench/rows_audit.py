# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: audit a fleet of hosts, each a network namespace of this machine, beside ping on the same hosts."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fleet_lab
import netns_lab

from bench import keys, places, plays
from bench.harness import Contestant, Refused, take_turns
from bench.lab import Lab
from bench.model import FLOOR, OURS, PEER, Case, Row, Sample, Target

FORKS = 20
AUDIT = "linuxnet.tcp.audit with a spool"
START = "ansible-playbook without a task"
PEER_NAME = "facts, and ansible.posix.sysctl in check mode for 7 keys"
# A loop over keys on every host; beyond, its growth is known from fewer hosts.
PEER_HOSTS = 10
ROUNDS = 3
# More hosts are samples enough by themselves, and take minutes.
MANY_HOSTS = 100
KIB = 1024


def run(lab: Lab) -> Row:
    """Measure every number of hosts."""
    row = Row("audit", f"audit hosts, forks {FORKS}")
    for count in lab.plan.hosts:
        case = Case(f"{count} hosts", "hosts", count)
        with _fleet(lab, count) as fleet:
            turn = _Turn(lab, fleet, count)
            take_turns(case, turn.contestants(), min(1 if count > MANY_HOSTS else ROUNDS, lab.plan.rounds))
        row.cases.append(case)
        row.targets[case.name] = [
            Target("controller's processor time, audit / ping", "controller_cpu", AUDIT, plays.PING, at_most=1.5),
            Target("wall, audit / ping", "wall", AUDIT, plays.PING),
            Target("result of one host in memory, bytes", "bytes", AUDIT, at_most=4.0 * KIB),
            Target("wall, facts and a loop / audit", "wall", PEER_NAME, AUDIT),
        ]
    row.notes.append(
        "controller_cpu: of ansible-playbook and its workers, without the modules' Pythons, which here run on the same machine"
    )
    row.notes.append("bytes: mean length of a host's result as the controller holds it; the audit document itself is in the spool")
    return row


@contextmanager
def _fleet(lab: Lab, count: int) -> Iterator[fleet_lab.Fleet]:
    root = Path(tempfile.mkdtemp(prefix="linuxnet-bench-fleet-"))
    try:
        try:
            fleet = fleet_lab.Fleet(root, places.COLLECTIONS, [f"host{number:04d}" for number in range(count)])
        except netns_lab.Unavailable as reason:
            raise Refused(str(reason)) from reason
        try:
            for host in fleet:
                _account(lab, host)
            fleet.write_inventory()
            yield fleet
        finally:
            fleet.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _account(lab: Lab, host: fleet_lab.Host) -> None:
    """Let the meter stand before the host's Python, so that what modules take is told apart from what the controller takes."""
    line = host.python.read_text(encoding="utf-8")
    meter = f"-- {lab.programs['meter']} {host.netns.root}/took-$$.json "
    host.python.write_text(line.replace(" -- ", f" {meter}", 1), encoding="utf-8")


class _Turn:
    def __init__(self, lab: Lab, fleet: fleet_lab.Fleet, count: int) -> None:
        self._lab, self._fleet, self._count = lab, fleet, count

    def contestants(self) -> list[Contestant]:
        """Return what is run in turns."""
        spool = str(self._fleet.root / "spool")
        audit = {"linuxnet.tcp.audit": {"profile": "article", "spool": spool}}
        return [
            Contestant(START, FLOOR, lambda: self._play([])),
            Contestant(plays.PING, FLOOR, lambda: self._play([{plays.PING: {}}])),
            Contestant(AUDIT, OURS, lambda: self._play([audit])),
            Contestant(PEER_NAME, PEER, self._peer, rounds=1),
        ]

    def _peer(self) -> Sample:
        self._lab.needs("ansible.posix")
        if self._count > PEER_HOSTS:
            raise Refused(f"measured with {PEER_HOSTS} hosts alone: it loops over the keys on every host")
        loop = [{"key": name, "value": value} for name, value in keys.ARTICLE.items()]
        args = {"name": "{{ item.key }}", "value": "{{ item.value }}", "sysctl_file": "/etc/sysctl.d/90-loop.conf"}
        compare = {"ansible.posix.sysctl": args, "check_mode": True, "register": "compared", "loop": loop}
        judge = {"ansible.builtin.assert": {"that": ["compared is defined"]}}
        return self._play([{"ansible.builtin.setup": {}}, compare, judge])

    def _play(self, tasks: list[dict[str, Any]]) -> Sample:
        work = self._fleet.root / f"play-{self._lab.number()}"
        work.mkdir()
        play = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
        (work / "play.yml").write_text(json.dumps(play), encoding="utf-8")
        argv = [plays.tool("ansible-playbook"), "-i", str(self._fleet.inventory), "-f", str(FORKS), str(work / "play.yml")]
        before = self._on_hosts()
        sample, _text = self._lab.metered(self._fleet.controller, argv, plays.environment(work))
        sample["controller_cpu"] = sample["cpu"] - (self._on_hosts() - before)
        return {**sample, **self._results(work, len(tasks))}

    def _on_hosts(self) -> float:
        """Return the processor seconds that modules took so far."""
        notes = (path for host in self._fleet for path in host.netns.root.glob("took-*.json"))
        return sum(float(json.loads(note.read_text(encoding="utf-8"))["cpu"]) for note in notes)

    def _results(self, work: Path, tasks: int) -> Sample:
        rows = [json.loads(line) for line in (work / "clock.jsonl").read_text(encoding="utf-8").splitlines()] if tasks else []
        if sum(row["hosts"] for row in rows) != tasks * self._count:
            raise Refused(f"{tasks} tasks on {self._count} hosts gave {sum(row['hosts'] for row in rows)} results")
        return {"bytes": sum(row["bytes"] for row in rows) / self._count} if rows else {}
