# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill the controller of a rollout, or lose a host in a task that is not ours: hosts put themselves back, and the rollout can go on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fleet_lab import Fleet
from netns_lab import Unavailable
from rollout_lab import LOOK, Rollout, comes_back, holds, is_back, rig, roll, tasks, variables

HOSTS = ["h0", "h1", "h2", "h3"]
CHANGE_SECONDS = 120
# The operator's checks run a module on the host, over Ansible's own way.
CHECKS = "- name: Ask the shop\n  ansible.builtin.command: 'true'\n  changed_when: false\n"
WATCH = LOOK + 1


@pytest.fixture
def fleet(tmp_path: Path, collections: Path) -> Iterator[Fleet]:
    """Yield four hosts, in waves of one, two and one."""
    try:
        made = Fleet(tmp_path, collections, HOSTS)
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield made
    finally:
        made.close()


def _receipts(fleet: Fleet) -> list[dict[str, Any]]:
    [folder] = (fleet.root / "rollouts").iterdir()
    # Each line is whole, also the last one.
    return [json.loads(line) for line in (folder / "receipts.jsonl").read_text(encoding="ascii").splitlines()]


def _descendants(pid: int) -> list[int]:
    """Return the processes below one: workers are in sessions of their own."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(word) for word in path.read_text(encoding="ascii").split()] if path.exists() else []
    return [pid, *(found for child in children for found in _descendants(child))]


def _killed(fleet: Fleet, confirm_within: int) -> None:
    """Run a rollout and kill everything of its controller when both hosts of the second wave are changed and wait."""
    argv = fleet.argv("linuxnet.tcp.rollout", variables(fleet, confirm_within=confirm_within))
    with (fleet.root / "killed.log").open("w", encoding="utf-8") as log:
        controller = fleet.controller.popen(argv, env=fleet.environment(), stdout=log, stderr=subprocess.STDOUT)
    waiting, end = [fleet.hosts["h1"], fleet.hosts["h2"]], time.monotonic() + CHANGE_SECONDS
    while not all(host.journals() == ["unconfirmed"] for host in waiting):
        assert controller.poll() is None, (fleet.root / "killed.log").read_text(encoding="utf-8")
        assert time.monotonic() < end, "no change in time"
        time.sleep(0.05)
    for pid in _descendants(controller.pid):
        # What runs on the hosts lives on, as it does at the other end of a connection that is gone.
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat(f"/proc/{fleet.controller.pid}/ns/net").st_ino:
                os.kill(pid, signal.SIGKILL)
    controller.wait(10)


def test_a_killed_controller_leaves_no_change_that_nobody_confirmed(fleet: Fleet) -> None:
    _killed(fleet, confirm_within=15)
    assert holds(fleet.hosts["h0"])
    told = {(line["host"], line["step"], line["status"]) for line in _receipts(fleet)}
    assert {("h0", "confirm", "confirmed"), ("h1", "change", "begun"), ("h2", "change", "begun")} <= told
    assert not {host for host, step, _status in told if step == "confirm"} - {"h0"}

    assert comes_back(fleet.hosts["h1"])
    assert comes_back(fleet.hosts["h2"])
    assert fleet.hosts["h3"].is_untouched()

    resumed = roll(fleet, resume="last", confirm_within=60)
    assert resumed.returncode == 0, resumed.stdout
    assert resumed.report["run"] == 2
    assert resumed.states() == {"h0": "unchanged", "h1": "confirmed", "h2": "confirmed", "h3": "confirmed"}
    assert fleet.hosts["h1"].journals() == ["restored", "applied"]
    assert not [line for line in resumed.receipts if line.get("drifted")]


def test_a_resumed_rollout_waits_for_no_watchdog_of_a_dead_run_and_says_so(fleet: Fleet) -> None:
    _killed(fleet, confirm_within=60)
    resumed = roll(fleet, resume="last", confirm_within=60)
    assert resumed.returncode != 0, resumed.stdout
    assert "is under way" in resumed.row("h1")["trouble"]
    assert resumed.states() == {"h0": "unchanged", "h1": "failed", "h2": "failed"}
    assert fleet.hosts["h3"].is_untouched()
    # The change of the dead run is its watchdog's business alone.
    assert [host.journals() for host in (fleet.hosts["h1"], fleet.hosts["h2"])] == [["unconfirmed"]] * 2


def test_a_host_that_is_lost_in_the_operators_own_checks_counts(fleet: Fleet) -> None:
    rig(fleet, "h1", WATCH, "lose")
    rolled: Rollout = roll(fleet, health_tasks=tasks(fleet, CHECKS), confirm_within=20)
    # Ansible's own unreachable: no rescue of that host runs, and no stop of Ansible's counts it.
    assert [event["host"] for event in rolled.events if event["status"] == "unreachable" and event["task"].endswith("Ask the shop")] == [
        "h1"
    ]
    assert rolled.returncode != 0
    assert rolled.report["outcome"] == "stopped"
    assert rolled.states() == {"h0": "confirmed", "h1": "lost", "h2": "restored"}, rolled.stdout
    assert "was not heard of after the step watch" in rolled.report["reason"]
    assert is_back(fleet.hosts["h2"])
    assert fleet.hosts["h3"].is_untouched()
    assert "its watchdog puts it back by" in rolled.stdout
    assert comes_back(fleet.hosts["h1"])
