# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run plays with the progress callback as people run them: into a log, on a terminal, into what breaks.

No task of these plays changes anything: what is tested is what the controller says.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import fleet_lab
import netns_lab
import progress_lab
import pytest
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents

HOSTS = 500
WAVES = [1, 25, 125, 349]
ENDS = [1, 26, 151, 500]
# Ticks come every half second, so that a line can be that late but never early; the clock is read a moment before the line is told.
EARLY_SECONDS = 0.01

NO_OP = """\
- name: Do nothing in waves
  hosts: all
  gather_facts: false
  serial: {serial}
  tasks:
    - name: First nothing
      ansible.builtin.debug: {{msg: nothing}}
    - name: Second nothing
      ansible.builtin.assert: {{that: true, quiet: true}}
"""
ALL_KINDS = """\
- name: Fail in every way
  hosts: all
  gather_facts: false
  serial: 4
  tasks:
    - name: Only some get through
      block:
        - name: Fail
          told: {failed: true}
          when: inventory_hostname in ["h001", "h002"]
        - name: Reach out
          ansible.builtin.raw: "true"
          vars: {ansible_connection: gone}
          when: inventory_hostname == "h003"
      rescue:
        - name: Catch it
          ansible.builtin.debug: {msg: caught}
        - name: Fail again
          told: {failed: true}
          when: inventory_hostname == "h002"
      always:
        - name: Tidy up
          ansible.builtin.debug: {msg: tidy}
    - name: Go on
      ansible.builtin.debug: {msg: on}
"""
ROLLOUT = """\
- name: Roll out
  hosts: all
  gather_facts: false
  serial: [1, 3]
  tasks:
    - name: Change
      told:
        rollout: {id: r-7, wave: "{{ n | int }}", waves: 2, hosts: 4, wave_hosts: 3, host: "{{ inventory_hostname }}", step: change, status: changed}
      vars: {n: "{{ 1 if inventory_hostname == 'h001' else 2 }}"}
    - name: Close
      told:
        rollout: {id: r-7, waves: 2, hosts: 4, step: close, status: closed, finals: "{{ finals[inventory_hostname] }}"}
      run_once: true
      vars:
        finals:
          h001: {h001: confirmed}
          h002: {h002: restored, h003: lost, h004: failed}
"""
SLOW = """\
- name: Wait for one host
  hosts: all
  gather_facts: false
  tasks:
    - name: Take a while
      ansible.builtin.command: sleep {{ 5 if inventory_hostname == 'h002' else 0 }}
      changed_when: false
"""


@pytest.fixture
def lab(tmp_path: Path, collections: Path) -> progress_lab.Lab:
    return progress_lab.Lab(tmp_path, collections)


def test_a_log_of_500_hosts_has_a_line_per_wave_and_few_between(lab: progress_lab.Lab, say: Callable[[str], None]) -> None:
    run = lab.run(NO_OP.format(serial='[1, "5%", "25%", "100%"]'), HOSTS, LINUXNET_TCP_PROGRESS_INTERVAL="1")
    assert run.rc == 0, run.err
    wrong = [line for event in run.events for line in documents.problems(event, "progress")]
    assert wrong == []
    begun = [(event["wave"], event["waves"], event["wave_hosts"]) for event in run.events if event["event"] == "wave_begun"]
    assert begun == [(number, 4, hosts) for number, hosts in enumerate(WAVES, 1)]
    ended = [(event["wave"], event["done"], event["ok"], event["hosts"]) for event in run.events if event["event"] == "wave_ended"]
    assert ended == [(number, done, done, HOSTS) for number, done in enumerate(ENDS, 1)]
    told = [event for event in run.events if event["event"] != "wave_begun"]
    between = [
        later["elapsed_seconds"] - before["elapsed_seconds"] for before, later in itertools.pairwise(told) if later["event"] == "progress"
    ]
    assert between
    assert min(between) >= 1 - EARLY_SECONDS
    assert len(run.lines()) == len(told)
    for number, done in enumerate(ENDS, 1):
        assert any(line.startswith(f"wave {number}/4  hosts {done}/{HOSTS}  ok {done}  failed 0  lost 0  elapsed ") for line in run.lines())
    assert run.lines()[-1].endswith("all waves are over")
    assert "\x1b" not in run.out
    assert "\r" not in run.out
    assert run.out.count("ok=2 ") == HOSTS
    say(f"progress of {HOSTS} hosts into a log: {len(run.lines())} lines, {len(between)} of them between waves, in {run.seconds:.0f} s")


def test_a_default_log_is_quieter_still(lab: progress_lab.Lab) -> None:
    run = lab.run(NO_OP.format(serial=20), 60)
    assert [event["event"] for event in run.events if event["event"] == "progress"][int(run.seconds // 10) :] == []
    assert len([line for line in run.lines() if "left" in line]) >= 3


def test_a_terminal_gets_a_bar_that_leaves_nothing_behind(lab: progress_lab.Lab) -> None:
    play = NO_OP.format(serial=[1, 19, 40])
    bare = lab.terminal(play, 60, ANSIBLE_CALLBACKS_ENABLED="")
    run = lab.terminal(play, 60)
    assert (bare.rc, run.rc) == (0, 0)
    assert bare.events == []
    drawn = [part for part in run.out.split(progress_lab.ERASE) if part.startswith("[")]
    assert any("wave 3/3  hosts 20/60  ok 20" in part for part in drawn)
    assert max(len(part.splitlines()[0]) for part in drawn) < progress_lab.COLUMNS
    rows = progress_lab.screen(run.out)
    ours = [row for row in rows if progress_lab.LINE.match(row)]
    assert [row.split("  ")[1] for row in ours] == ["hosts 1/60", "hosts 20/60", "hosts 60/60", "hosts 60/60"]
    # Results come in the order in which the workers end, which is another one each time.
    assert Counter(row for row in rows if row not in ours) == Counter(progress_lab.screen(bare.out))


@pytest.mark.parametrize("setting", ["AWX_ISOLATED_DATA_DIR", "CI"])
def test_a_terminal_that_nobody_watches_gets_lines(lab: progress_lab.Lab, setting: str) -> None:
    run = lab.terminal(NO_OP.format(serial=2), 4, **{setting: "/runner"})
    assert run.rc == 0
    assert progress_lab.ERASE not in run.out
    assert len(run.lines()) == 3


def test_silence_names_the_slowest_hosts(lab: progress_lab.Lab) -> None:
    run = lab.run(SLOW, 3, LINUXNET_TCP_PROGRESS_INTERVAL="0.5", LINUXNET_TCP_PROGRESS_HEARTBEAT="1")
    beats = [event for event in run.events if event["event"] == "heartbeat"]
    assert 2 <= len(beats) <= 5
    assert [row["host"] for row in beats[-1]["waiting"]] == ["h002"]
    assert any('waiting for h002 3s "Take a while"' in line for line in run.lines()), run.lines()


def test_failed_rescued_and_lost_hosts_are_told_apart(lab: progress_lab.Lab) -> None:
    run = lab.run(ALL_KINDS, 8)
    assert run.rc != 0
    last = run.last()
    assert (last["event"], last["done"], last["ok"], last["failed"], last["lost"]) == ("ended", 8, 6, 1, 1), run.out
    first = next(event for event in run.events if event["event"] == "wave_ended")
    assert (first["ok"], first["failed"], first["lost"]) == (2, 1, 1)


def test_a_rollout_is_counted_by_its_receipts(lab: progress_lab.Lab) -> None:
    run = lab.run(ROLLOUT, 4)
    assert run.rc == 0, run.out
    last = run.last()
    assert (last["rollout"], last["ok"], last["restored"], last["failed"], last["lost"]) == ("r-7", 1, 1, 1, 1)
    assert any(line.startswith("wave 2/2  hosts 4/4  ok 1  restored 1  failed 1  lost 1  elapsed ") for line in run.lines())


@pytest.fixture
def fleet(tmp_path: Path, collections: Path) -> Iterator[fleet_lab.Fleet]:
    if os.geteuid() != 0:
        pytest.skip("only root goes from one private namespace into another, and a rollout tunes")
    try:
        made = fleet_lab.Fleet(tmp_path, collections, ["canary", "web1", "web2"])
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))
    yield made
    made.close()


def roll_out(fleet: fleet_lab.Fleet, **variables: object) -> progress_lab.Run:
    """Roll out one key in two waves, with the callback beside."""
    file = fleet.root / "progress.jsonl"
    profile = {"name": "one", "settings": {"net.ipv4.tcp_fin_timeout": {"value": 30}}}
    given = {
        "rollout_profile": profile,
        "rollout_waves": [1, "100%"],
        # Long beside what a busy machine adds: the windows before and after have to be about as long as each other.
        "rollout_soak_seconds": 8,
        "rollout_dir": str(fleet.root / "rollouts"),
    }
    settings = {"ANSIBLE_CALLBACKS_ENABLED": "linuxnet.tcp.rollout_progress", "LINUXNET_TCP_PROGRESS_FILE": str(file)}
    run = fleet.controller.run(
        fleet.argv("linuxnet.tcp.rollout", {**given, **variables}),
        env={**fleet.environment(), **settings},
        check=False,
        timeout=progress_lab.SECONDS,
    )
    return progress_lab.Run(run.returncode, run.stdout, run.stderr, progress_lab.read(file), 0.0)


def test_a_real_rollout_is_followed_wave_by_wave(fleet: fleet_lab.Fleet) -> None:
    run = roll_out(fleet)
    assert run.rc == 0, run.out
    ended = [(event["wave"], event["waves"], event["done"], event["ok"]) for event in run.events if event["event"] == "wave_ended"]
    assert ended == [(1, 2, 1, 1), (2, 2, 3, 3)]
    (rollout,) = {event["rollout"] for event in run.events if event["event"] != "wave_begun" or event["wave"] > 1}
    assert (fleet.root / "rollouts" / rollout / "receipts.jsonl").exists()
    assert run.lines()[-1].startswith("wave 2/2  hosts 3/3  ok 3  restored 0  lost 0  elapsed ")
    # What the second wave will take is told from the first one, which has waited for its soak.
    first = next(event for event in run.events if event["event"] == "wave_ended")
    assert first["left_seconds"] > 5


def test_a_rollout_that_stops_says_what_was_restored_and_what_was_not_done(fleet: fleet_lab.Fleet) -> None:
    run = roll_out(fleet, rollout_health_url="http://127.0.0.1:9/")
    assert run.rc != 0
    assert (run.last()["event"], run.last()["restored"], run.last()["done"], run.last()["hosts"]) == ("ended", 1, 1, 3), run.out
    assert run.lines()[-1].endswith("ended with 2 hosts not done")
    assert [host.is_untouched() for host in fleet] == [False, True, True]


@pytest.fixture
def full() -> Iterator[int]:
    """Yield a descriptor whose disk is full."""
    fd = os.open("/dev/full", os.O_WRONLY)
    yield fd
    os.close(fd)


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """Yield the writing end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def test_a_full_disk_below_the_file_costs_the_file_alone(lab: progress_lab.Lab) -> None:
    run = lab.run(NO_OP.format(serial=2), 6, LINUXNET_TCP_PROGRESS_FILE="/dev/full")
    assert run.rc == 0
    assert len(run.lines()) == 4
    assert run.err.count("No space left on device") == 1
    assert "the play goes on" in " ".join(run.err.split())


def test_a_file_that_cannot_be_made_costs_the_file_alone(lab: progress_lab.Lab, tmp_path: Path) -> None:
    run = lab.run(NO_OP.format(serial=2), 6, LINUXNET_TCP_PROGRESS_FILE=str(tmp_path))
    assert run.rc == 0
    assert len(run.lines()) == 4
    assert run.err.count("Is a directory") == 1


@pytest.mark.parametrize("broken", ["full", "closed_pipe"])
@pytest.mark.parametrize("style", ["lines", "bar"])
def test_a_stream_that_breaks_changes_neither_the_play_nor_its_exit_status(
    lab: progress_lab.Lab, request: pytest.FixtureRequest, broken: str, style: str
) -> None:
    fd = request.getfixturevalue(broken)
    play = NO_OP.format(serial=2)
    bare = lab.run(play, 6, stdout=fd, ANSIBLE_CALLBACKS_ENABLED="")
    run = lab.run(play, 6, stdout=fd, LINUXNET_TCP_PROGRESS_STYLE=style)
    assert run.rc == bare.rc
    assert (run.last()["event"], run.last()["done"]) == ("ended", 6)


@pytest.mark.parametrize("broken", ["full", "closed_pipe"])
def test_a_broken_stderr_that_carries_progress_fails_nothing(lab: progress_lab.Lab, request: pytest.FixtureRequest, broken: str) -> None:
    fd = request.getfixturevalue(broken)
    play = NO_OP.format(serial=2)
    bare = lab.run(play, 6, stderr=fd, ANSIBLE_CALLBACKS_ENABLED="")
    run = lab.run(play, 6, stderr=fd, LINUXNET_TCP_PROGRESS_STREAM="stderr")
    assert run.rc == bare.rc == 0
    assert run.lines() == []
    assert run.last()["done"] == 6


def test_it_says_nothing_unless_it_is_enabled(lab: progress_lab.Lab) -> None:
    run = lab.run(NO_OP.format(serial=2), 4, ANSIBLE_CALLBACKS_ENABLED="")
    assert (run.rc, run.lines(), run.events) == (0, [], [])
