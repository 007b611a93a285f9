# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run rollouts over a fleet whose hosts fail, or get lost, at a chosen point, and read what became of each host."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents
from fleet_lab import Fleet, Host
from netns_lab import PlaybookRun

KEY, DEFAULT, WANTED = "net.ipv4.tcp_fin_timeout", "60", "45"
PROFILE = {"name": "lab", "settings": {KEY: {"value": 45, "accept": {"const": 45}}}}
WAVES = [1, 2, "100%"]
# On a busy machine, where a module run takes seconds, shorter windows do not last about the same.
SOAK = 3
HOSTS = [f"h{number}" for number in range(6)]
# The module runs of a host, in their order.
ASSESS, CHANGE, LOOK, PROVE, CONFIRM = range(1, 6)
# A change that nobody confirms is put back so long after it; enough for a wave of two hosts on a busy machine, and no more.
CONFIRM_SECONDS = 12
BACK_SECONDS = CONFIRM_SECONDS + 20


class Rollout:
    """One rollout that has ended: how Ansible ended, receipts, report."""

    def __init__(self, run: PlaybookRun, folder: Path) -> None:
        self.returncode, self.stdout, self.events = run.returncode, run.stdout, run.events
        [self.folder] = folder.iterdir()
        text = (self.folder / "receipts.jsonl").read_text(encoding="ascii") if (self.folder / "receipts.jsonl").is_file() else ""
        self.receipts: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
        wrong = {problem for receipt in self.receipts for problem in documents.problems(receipt, "receipt")}
        assert not wrong, wrong
        report = self.folder / "report.json"
        self.report: dict[str, Any] = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}

    def states(self) -> dict[str, str]:
        """Return the state of each host of the waves that began."""
        return {row["host"]: row["state"] for row in self.report["hosts"]}

    def row(self, host: str) -> dict[str, Any]:
        """Return what the report says of a host."""
        return next(row for row in self.report["hosts"] if row["host"] == host)

    def steps(self, host: str, run: int = 1) -> list[str]:
        """Return the receipts of a host as step/status."""
        return [f"{line['step']}/{line['status']}" for line in self.receipts if line["host"] == host and line["run"] == run]


def roll(fleet: Fleet, folder: str = "rollouts", arguments: Sequence[str] = (), **options: Any) -> Rollout:
    """Take the profile to the fleet; options are variables of the role without their prefix."""
    run = fleet.play("linuxnet.tcp.rollout", variables(fleet, folder, **options), arguments)
    return Rollout(run, fleet.root / folder)


def variables(fleet: Fleet, folder: str = "rollouts", **options: Any) -> dict[str, Any]:
    """Return the variables of a rollout in which nobody waits long."""
    given = {"profile": PROFILE, "waves": WAVES, "soak_seconds": SOAK, "dir": str(fleet.root / folder), **options}
    return {f"rollout_{name}": value for name, value in given.items()}


def tasks(fleet: Fleet, text: str) -> str:
    """Write the operator's own checks and return their path."""
    path = fleet.root / "checks.yml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def rig(fleet: Fleet, name: str, point: int, how: str) -> None:
    """Let a host break: ``lose`` it over SSH after a module run, ``refuse`` that run and all later ones, or ``swallow`` its answer alone."""
    host, root = fleet.hosts[name], fleet.root / name
    real = f'nsenter -t {host.netns.pid} -n -m -- {sys.executable} "$@"'
    counted = f"echo >> {root}/runs\nruns=$(wc -l < {root}/runs)\n"
    bodies = {
        "lose": f"{counted}{real}; code=$?\ntest $runs -lt {point} || echo ssh > {root}/connection\nexit $code\n",
        "refuse": f"{counted}test $runs -lt {point} || exit 255\nexec {real}\n",
        "swallow": f"{counted}test $runs -eq {point} || exec {real}\n{real} > {root}/swallowed\nexit 255\n",
    }
    (root / "connection").write_text("local\n", encoding="utf-8")
    host.python.write_text(f"#!/bin/sh\n{bodies[how]}", encoding="utf-8")
    fleet.variables[name] = {
        "ansible_connection": f"{{{{ lookup('ansible.builtin.file', '{root}/connection') }}}}",
        # Nothing listens in the controller's namespace.
        "ansible_host": "127.0.0.1",
        "ansible_port": 1,
        "ansible_ssh_common_args": "-F /dev/null -o ConnectTimeout=2",
    }


def mend(fleet: Fleet, name: str) -> None:
    """Let a host work again."""
    host = fleet.hosts[name]
    host.python.write_text(f'#!/bin/sh\nexec nsenter -t {host.netns.pid} -n -m -- {sys.executable} "$@"\n', encoding="utf-8")
    fleet.variables[name] = {}


def holds(host: Host) -> bool:
    """Tell whether the host has the profile, running and for the next boot, by a journal that is done."""
    return host.sysctl(KEY) == WANTED and f"{KEY} = {WANTED}" in (host.drop_in() or "") and host.journals() == ["applied"]


def is_back(host: Host) -> bool:
    """Tell whether the host was changed and has nothing of it left but its journal."""
    return host.sysctl(KEY) == DEFAULT and host.drop_in() is None and host.journals() == ["restored"]


def comes_back(host: Host) -> bool:
    """Tell whether the host puts itself back in time."""
    end = time.monotonic() + BACK_SECONDS
    while not is_back(host) and time.monotonic() < end:
        time.sleep(0.2)
    return is_back(host)
