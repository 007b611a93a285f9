# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible's own stops leak, as measured, and that our rollout stops, puts back and says so under the same faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible import release
from fleet_lab import Fleet
from rollout_lab import ASSESS, CHANGE, CONFIRM, HOSTS, LOOK, PROVE, comes_back, holds, is_back, rig, roll, tasks

# Batches of two and of the rest. h0 fails, or cannot be reached; "back" is the way back, "change" comes before the fault.
PLAY = """
- hosts: all
  gather_facts: false
  serial: [2, 4]
{keywords}
  tasks:
    - block:
        - name: change
          ansible.builtin.debug:
{fault}
      rescue:
        - name: back
          ansible.builtin.debug:
{again}
"""
FAILS = """
        - name: fault
          ansible.builtin.fail:
          when: inventory_hostname == 'h0'
"""
LOST = """
        - name: fault
          ansible.builtin.ping:
          vars: {ansible_connection: "{{ 'ssh' if inventory_hostname == 'h0' else 'local' }}"}
"""
ONCE = """
        - name: fault
          ansible.builtin.fail:
          run_once: true
"""
VERDICT = """
        - name: verdict
          ansible.builtin.set_fact:
            lost: "{{ inventory_hostname == 'h0' }}"
          run_once: true
        - name: fault
          ansible.builtin.assert: {that: not lost}
"""
AGAIN = """
        - name: fail
          ansible.builtin.fail:
"""
STOP, PERCENT = "  any_errors_fatal: true", "  max_fail_percentage: 0"
ALL, FIRST, BATCH = set(HOSTS), {"h0"}, {"h0", "h1"}
# What the play says, the fault, whether the rescue fails again; who was changed, who went back, the exit code.
ROWS = [
    ("nothing, a rescue that fails", "", FAILS, True, ALL, FIRST, 2),
    ("max_fail_percentage, a rescue that does not fail", PERCENT, FAILS, False, ALL, FIRST, 0),
    ("max_fail_percentage, a rescue that fails", PERCENT, FAILS, True, BATCH, FIRST, 2),
    ("any_errors_fatal, a rescue that fails", STOP, FAILS, True, BATCH, BATCH, 2),
    ("any_errors_fatal, a rescue that does not fail", STOP, FAILS, False, ALL, BATCH, 2),
    ("both keywords", f"{STOP}\n{PERCENT}", FAILS, True, BATCH, FIRST, 2),
    ("any_errors_fatal, a lost host", STOP, LOST, True, ALL, {"h1"}, 4),
    ("max_fail_percentage, a lost host", PERCENT, LOST, True, ALL, set(), 4),
    ("half of a batch is not more than half", "  max_fail_percentage: 50", FAILS, True, ALL, FIRST, 2),
    ("the free strategy", f"{PERCENT}\n  strategy: free", FAILS, True, ALL, FIRST, 2),
    ("a task that runs once and fails", "", ONCE, True, BATCH, FIRST, 2),
    ("a verdict that each host obeys", "", VERDICT, True, BATCH, BATCH, 2),
]
# Measured with ansible-core 2.16.19, under which these end otherwise.
IN_2_16 = {
    "any_errors_fatal, a rescue that fails": (BATCH, FIRST, 2),
    "any_errors_fatal, a rescue that does not fail": (ALL, FIRST, 0),
    "any_errors_fatal, a lost host": (ALL, set(), 4),
    "a task that runs once and fails": (BATCH, BATCH, 2),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Iterator[Fleet]:
    """A fleet whose hosts are all the controller: these plays change nothing."""
    made = Fleet(tmp_path_factory.mktemp("plain"), collections, [])
    yield made
    made.close()


@pytest.mark.parametrize(("name", "keywords", "fault", "again", "changed", "back", "code"), ROWS, ids=[row[0] for row in ROWS])
def test_ansibles_own_stops_are_as_measured(
    plain: Fleet, name: str, keywords: str, fault: str, again: bool, changed: set[str], back: set[str], code: int
) -> None:
    if release.__version__.startswith("2.16."):
        changed, back, code = IN_2_16.get(name, (changed, back, code))
    play = PLAY.format(keywords=keywords, fault=fault, again=AGAIN if again else "")
    path = plain.root / "play.yml"
    path.write_text(play, encoding="utf-8")
    inventory = plain.root / "hosts.ini"
    unreachable = "ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_common_args='-F /dev/null -o ConnectTimeout=2'"
    inventory.write_text("\n".join(f"{host} ansible_connection=local {unreachable}" for host in HOSTS) + "\n", encoding="utf-8")
    run = plain.play(path, {"ansible_python_interpreter": "/usr/bin/python3"}, ["-i", str(inventory)])

    def who(task: str) -> set[str]:
        return {event["host"] for event in run.events if event["task"] == task and event["status"] == "ok"}

    assert (who("change"), who("back"), run.returncode) == (changed, back, code), run.stdout


@pytest.fixture
def fleet(tmp_path: Path, collections: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path, collections, HOSTS)
    yield made
    made.close()


# The second wave is h1 and h2, and h1 breaks: at which step, how, its state, that of h2.
FAULTS = [
    ("lost before anything", ASSESS, "lose", "lost", "restored"),
    ("refuses the audit", ASSESS, "refuse", "failed", "restored"),
    ("refuses the change", CHANGE, "refuse", "failed", "restored"),
    ("answers no more after the change", CHANGE, "lose", "lost", "restored"),
    ("its answer to the change is lost", CHANGE, "swallow", "restored", "restored"),
    ("is lost while the counters are read", LOOK, "lose", "lost", "restored"),
    ("fails the last audit", PROVE, "swallow", "restored", "restored"),
]


@pytest.mark.parametrize(("point", "how", "state", "mate"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_wave_with_a_broken_host_goes_back_and_no_later_one_begins(fleet: Fleet, point: int, how: str, state: str, mate: str) -> None:
    rig(fleet, "h1", point, how)
    rolled = roll(fleet, confirm_within=30, too_little_traffic="pass")
    assert rolled.returncode != 0, rolled.stdout
    states = rolled.states()
    print(states, rolled.report["reason"])
    assert rolled.report["outcome"] == "stopped"
    assert (states["h0"], states["h1"]) == ("confirmed", state), rolled.stdout
    assert states["h2"] == mate
    assert holds(fleet.hosts["h0"])
    assert is_back(fleet.hosts["h2"])
    assert set(states) == {"h0", "h1", "h2"}
    assert all(fleet.hosts[host].is_untouched() for host in ("h3", "h4", "h5"))
    if fleet.hosts["h1"].journals():
        assert comes_back(fleet.hosts["h1"])
    assert "h1" in rolled.report["reason"]


def test_a_host_that_is_lost_after_the_verdict_stops_the_next_wave(fleet: Fleet) -> None:
    rig(fleet, "h1", CONFIRM - 1, "lose")
    rolled = roll(fleet, confirm_within=30)
    assert rolled.returncode != 0, rolled.stdout
    assert rolled.report["outcome"] == "stopped"
    assert rolled.states() == {"h0": "confirmed", "h1": "lost", "h2": "confirmed"}, rolled.stdout
    assert holds(fleet.hosts["h2"])
    assert comes_back(fleet.hosts["h1"])
    assert all(fleet.hosts[host].is_untouched() for host in ("h3", "h4", "h5"))


CHECKS = "- ansible.builtin.fail: {msg: not well}\n  when: inventory_hostname in %s\n"


@pytest.mark.parametrize(
    ("sick", "percentage", "code", "states"),
    [
        (["h1"], 0, 2, {"h0": "confirmed", "h1": "restored", "h2": "restored"}),
        (["h1", "h2"], 0, 2, {"h0": "confirmed", "h1": "restored", "h2": "restored"}),
        (["h1", "h2"], 100, 2, {"h0": "confirmed", "h1": "restored", "h2": "restored"}),
        (["h1"], 50, 2, {**dict.fromkeys(HOSTS, "confirmed"), "h1": "restored"}),
    ],
    ids=[
        "one host is not well",
        "a whole wave is not well",
        "a whole wave, although all may be not well",
        "half of a wave may be not well",
    ],
)
def test_the_operators_own_checks_count(fleet: Fleet, sick: list[str], percentage: int, code: int, states: dict[str, Any]) -> None:
    rolled = roll(fleet, health_tasks=tasks(fleet, CHECKS % sick), max_fail_percentage=percentage, confirm_within=60)
    assert (rolled.returncode, rolled.states()) == (code, states), rolled.stdout
    assert rolled.report["outcome"] == ("completed" if len(states) == len(HOSTS) else "stopped")
    for name, host in fleet.hosts.items():
        state = states.get(name)
        assert {"confirmed": holds, "restored": is_back, None: lambda one: one.is_untouched()}[state](host), name
