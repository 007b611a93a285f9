# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: one module run through Ansible beside ping, which does nothing."""

from __future__ import annotations

import subprocess

from bench import plays
from bench.lab import Lab
from bench.model import FLOOR, OURS, PEER, Case, Entry, Row, Target
from bench.plays import Task
from bench.population import Population

INFO = "linuxnet.tcp.socket_info"
SOCKSTAT = "linuxnet.tcp.socket_info with sockstat"
LISTEN = "community.general.listen_ports_facts"
# It asks ps(1) twice about every connection.
PEER_SECONDS = 120


def run(lab: Lab) -> Row:
    """Run the tasks in turns in one play, with the smallest population."""
    row = Row("module", "one module run through Ansible")
    size = lab.plan.sizes[0]
    case = Case(f"{size:,} sockets", "sockets in TIME_WAIT", size)
    turn = [Task(plays.PING, plays.PING), Task(INFO, INFO), Task(SOCKSTAT, INFO, {"time_wait_from": "sockstat"})]
    warm_up = [task._replace(contestant="") for task in turn]
    entries = {name: Entry(name, role) for name, role in ((plays.PING, FLOOR), (INFO, OURS), (SOCKSTAT, OURS), (LISTEN, PEER))}
    with Population(lab, size) as population:
        # Each play in sockets that are there to its end; a run of all of them would outlive TIME_WAIT.
        for _round in range(lab.plan.rounds):
            for took in plays.clocked(lab, population.space(25), [*warm_up, *turn * lab.plan.tasks]):
                entries[took.contestant].samples.append(took.sample)
        _peer(lab, population, entries[LISTEN])
    case.entries += entries.values()
    row.cases.append(case)
    row.targets[case.name] = [
        *(Target(f"{metric}, socket_info / ping", metric, INFO, plays.PING, at_most=1.2) for metric in ("wall", "cpu")),
        Target("cpu, socket_info with sockstat / ping", "cpu", SOCKSTAT, plays.PING, at_most=1.2),
        Target("wall, listen_ports_facts / socket_info", "wall", LISTEN, INFO),
    ]
    row.notes.append("pipelining on, connection local; the first task of each kind, which builds the payload, is not counted")
    row.notes.append("listen_ports_facts lists connections only with include_non_listening, as it is run here, and has no counts by state")
    return row


def _peer(lab: Lab, population: Population, entry: Entry) -> None:
    if "community.general" in lab.lacking:
        entry.skipped = lab.lacking["community.general"]
        return
    task = Task(LISTEN, LISTEN, {"command": "netstat", "include_non_listening": True})
    try:
        entry.samples += [took.sample for took in plays.clocked(lab, population.space(40), [task], PEER_SECONDS)]
    except subprocess.TimeoutExpired:
        entry.skipped = f"no result within {PEER_SECONDS} s: it starts ps twice for every connection"
