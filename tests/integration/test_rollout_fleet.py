# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout over many hosts, each a network namespace of its own, beside ansible.builtin.ping on the same hosts."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fleet_lab import Fleet
from netns_lab import PlaybookRun
from rollout_lab import Rollout, holds, variables

# make test-fleet-full takes 200.
COUNT = int(os.environ.get("LINUXNET_FLEET_HOSTS", "24"))
FORKS = ["-f", "20"]
PING = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Ping
      ansible.builtin.ping:
"""


class Cost(NamedTuple):
    """What a run took, of this machine: the hosts' own work is in it, as they are namespaces of it."""

    wall: float
    cpu: float

    def each(self) -> str:
        return f"{1000 * self.wall / COUNT:.0f} ms, {1000 * self.cpu / COUNT:.0f} ms of processor a host"


@pytest.fixture
def fleet(tmp_path: Path, collections: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path, collections, [f"host{number:03}" for number in range(COUNT)])
    yield made
    made.close()


def measured(run: Callable[[], PlaybookRun]) -> tuple[PlaybookRun, Cost]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    result = run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result, Cost(time.monotonic() - started, cpu)


def test_a_rollout_over_a_fleet_ends_well_and_does_nothing_twice(fleet: Fleet, say: Callable[[str], None]) -> None:
    pinged, ping = measured(lambda: fleet.play(PING, arguments=FORKS))
    assert pinged.returncode == 0, pinged.stdout
    given = variables(fleet, waves=[1, "10%", "100%"], soak_seconds=5)
    run, first = measured(lambda: fleet.play("linuxnet.tcp.rollout", given, FORKS))
    rolled = Rollout(run, fleet.root / "rollouts")
    assert (rolled.returncode, rolled.report["outcome"]) == (0, "completed"), rolled.stdout[-3000:]
    assert rolled.report["counts"] == {"confirmed": COUNT}
    assert [wave["hosts"] for wave in rolled.report["waves"]] == [1, COUNT // 10, COUNT - 1 - COUNT // 10]
    assert all(holds(host) for host in fleet)

    again, second = measured(lambda: fleet.play("linuxnet.tcp.rollout", {**given, "rollout_dir": str(fleet.root / "again")}, FORKS))
    assert Rollout(again, fleet.root / "again").report["counts"] == {"unchanged": COUNT}
    for name, cost in (("ping", ping), ("rollout", first), ("rollout that changes nothing", second)):
        say(f"{COUNT} namespaces, forks 20: {name}: {cost.each()}, {cost.cpu / ping.cpu:.1f} x ping")
