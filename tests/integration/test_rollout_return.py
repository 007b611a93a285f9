# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roll out to a fleet of namespaces and come back: what must touch nobody, a second run, drift, rollback, checks that take long."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import netns_lab
import pytest
from fleet_lab import DROP_IN, Fleet
from rollout_lab import SOAK

KEY, DEFAULT, WANTED = "net.ipv4.tcp_keepalive_time", "7200", "1200"
PROFILE = {"name": "lab", "settings": {KEY: {"value": 1200}}}
HOSTS = ["h1", "h2", "h3", "h4"]
CANARY = "h3"
SLEEP = "- name: Ask the shop\n  ansible.builtin.command: sleep {}\n  changed_when: false\n"
# On the controller, as a disk that fills up: the receipts cannot be appended to any more.
SPOIL = """
- name: Spoil the receipts
  ansible.builtin.shell: cd "{folder}"/2* && mv receipts.jsonl kept.jsonl && mkdir receipts.jsonl
  delegate_to: localhost
  vars: {{ansible_connection: local, ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"}}
  changed_when: true
"""


class Lab:
    """A fleet, and rollouts over it."""

    def __init__(self, root: Path, collections: Path) -> None:
        self.fleet = Fleet(root, collections, HOSTS)
        self.fleet.groups = {"web": HOSTS, "canaries": [CANARY]}
        self.folder = root / "rollouts"

    def roll(self, *arguments: str, target: str = "web", checks: str = "", **options: Any) -> netns_lab.PlaybookRun:
        """Take the profile to the fleet; options are variables of the role without their prefix."""
        given = {"profile": PROFILE, "waves": [1, "100%"], "soak_seconds": SOAK, "dir": str(self.folder), **options}
        if checks:
            path = self.fleet.root / "checks.yml"
            path.write_text(checks, encoding="utf-8")
            given["health_tasks"] = str(path)
        return self.fleet.play(
            "linuxnet.tcp.rollout", {"target": target, **{f"rollout_{name}": value for name, value in given.items()}}, arguments
        )

    def back(self, receipt: str, *arguments: str) -> netns_lab.PlaybookRun:
        """Put back what a rollout did."""
        variables = {"rollback_receipt": receipt, "rollback_rollout_dir": str(self.folder)}
        return self.fleet.play("linuxnet.tcp.rollback", variables, arguments)

    def receipts(self, file: str = "receipts.jsonl") -> list[dict[str, Any]]:
        """Return the receipts of the newest rollout."""
        newest = max(self.folder.iterdir())
        return [json.loads(line) for line in (newest / file).read_text(encoding="ascii").splitlines()]

    def report(self) -> dict[str, Any]:
        """Return the report of the newest rollout."""
        found: dict[str, Any] = json.loads((max(self.folder.iterdir()) / "report.json").read_text(encoding="utf-8"))
        return found

    def values(self) -> list[str]:
        """Return the running value on each host."""
        return [host.sysctl(KEY) for host in self.fleet]


@pytest.fixture
def lab(tmp_path: Path, collections: Path) -> Iterator[Lab]:
    """Yield a fleet of four hosts of its own."""
    yield from _labs(tmp_path, collections)


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Iterator[Lab]:
    """Yield a fleet that no test changes."""
    yield from _labs(tmp_path_factory.mktemp("idle"), collections)


def _labs(root: Path, collections: Path) -> Iterator[Lab]:
    try:
        made = Lab(root, collections)
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield made
    finally:
        made.fleet.close()


def _now(hours: int) -> str:
    return f"{datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def _frozen() -> dict[str, Any]:
    return {"freeze": [{"from": _now(-1), "until": _now(1), "reason": "elections"}]}


# Arguments, options, exit status, what is said.
NOBODY: list[tuple[str, tuple[str, ...], Callable[[], dict[str, Any]], bool, str]] = [
    ("dry run", (), lambda: {"dry_run": True}, True, "wave 1/2: 1 host, soak 3 s, confirm within 75 s: h3"),
    ("check mode", ("--check", "--diff"), dict, True, f"+{KEY} = {WANTED}"),
    ("freeze window", (), _frozen, False, "(elections)"),
    ("bad thresholds", (), lambda: {"thresholds": {"no_such": {}}}, False, 'there is no "no_such"'),
    ("a wave that is none", (), lambda: {"waves": ["5.5"]}, False, "5.5"),
    ("nothing to resume", (), lambda: {"resume": "last"}, False, "give the rollout_dir of the one that you mean"),
    (
        "a time to confirm that is over too early",
        (),
        lambda: {"soak_seconds": 9, "confirm_within": 9},
        False,
        "are over before wave 1 has soaked",
    ),
]


@pytest.mark.parametrize(("arguments", "options", "good", "said"), [case[1:] for case in NOBODY], ids=[case[0] for case in NOBODY])
def test_nobody_is_touched(idle: Lab, arguments: tuple[str, ...], options: Callable[[], dict[str, Any]], good: bool, said: str) -> None:
    idle.folder = idle.fleet.root / f"rollouts-{len(list(idle.fleet.root.iterdir()))}"
    idle.folder.mkdir()
    run = idle.roll(*arguments, canary="canaries", **options())
    assert (run.returncode == 0) is good, run.stdout
    assert said in " ".join(run.stdout.split()), run.stdout
    assert all(host.is_untouched() for host in idle.fleet)
    assert idle.values() == [DEFAULT] * 4


def test_a_second_run_changes_nothing_and_a_resumed_one_mends_what_drifted(lab: Lab) -> None:
    first = lab.roll(canary="canaries")
    assert first.returncode == 0, first.stdout
    assert lab.values() == [WANTED] * 4
    receipts = lab.receipts()
    rollout = receipts[0]["rollout"]
    assert next(line["host"] for line in receipts if line["step"] == "confirm") == CANARY
    assert lab.report()["outcome"] == "completed"
    assert lab.report()["counts"] == {"confirmed": 4}
    [journal] = (lab.fleet.hosts["h1"].files / "var/lib/linuxnet-tcp").glob("*-applied.json")
    assert json.loads(journal.read_text(encoding="utf-8"))["comment"] == f"rollout {rollout}, run 1, wave 2"

    written = [(host.files / DROP_IN).stat().st_mtime_ns for host in lab.fleet]
    second = lab.roll()
    assert second.returncode == 0, second.stdout
    assert lab.report()["counts"] == {"unchanged": 4}
    assert lab.report()["rollout"] != rollout
    assert [(host.files / DROP_IN).stat().st_mtime_ns for host in lab.fleet] == written
    assert [host.journals() for host in lab.fleet] == [["applied"]] * 4

    lab.fleet.hosts["h2"].netns.run(["sysctl", "-qw", f"{KEY}=600"])
    resumed = lab.roll(resume=rollout)
    assert resumed.returncode == 0, resumed.stdout
    assert lab.values() == [WANTED] * 4
    lines = map(json.loads, (lab.folder / rollout / "receipts.jsonl").read_text("ascii").splitlines())
    told = {line["host"]: line for line in lines if line["run"] == 2 and line["step"] == "assess"}
    assert {host: (line["status"], line.get("drifted")) for host, line in told.items()} == {
        "h1": ("unchanged", None), "h2": ("planned", True), "h3": ("unchanged", None), "h4": ("unchanged", None),
    }  # fmt: skip


def test_the_way_back_takes_the_hosts_of_a_rollout_and_of_a_receipt(lab: Lab) -> None:
    assert lab.roll(target="h1,h2,h3").returncode == 0
    receipts = lab.receipts()
    rollout = receipts[0]["rollout"]
    of_h2 = next(line["id"] for line in receipts if line["host"] == "h2" and line["step"] == "confirm")

    looked = lab.back(rollout, "--check", "--diff")
    assert looked.returncode == 0, looked.stdout
    assert "would be put back" in looked.stdout
    assert lab.values() == [WANTED, WANTED, WANTED, DEFAULT]

    one = lab.back(of_h2)
    assert one.returncode == 0, one.stdout
    assert lab.values() == [WANTED, DEFAULT, WANTED, DEFAULT]
    assert lab.fleet.hosts["h2"].drop_in() is None

    limited = lab.back("last", "--limit", "h1:h4")
    assert limited.returncode == 0, limited.stdout
    assert lab.values() == [DEFAULT, DEFAULT, WANTED, DEFAULT]
    skipped = [event for event in limited.events if event["host"] == "h4" and event["status"] == "skipped"]
    assert f"{rollout} confirmed no change on h4" in str(skipped)
    assert lab.fleet.hosts["h4"].is_untouched()

    # Once more changes nothing on the hosts that are back, and takes the last one.
    rest = lab.back(rollout)
    assert rest.returncode == 0, rest.stdout
    assert lab.values() == [DEFAULT] * 4
    rolled = [(line["host"], line["undone"]) for line in lab.receipts() if line["step"] == "roll_back"]
    assert [host for host, undone in rolled if undone == [KEY]] == ["h2", "h1", "h3"]

    unknown = lab.back("20200101T000000Z-000000")
    assert unknown.returncode != 0
    assert "give the rollout's id and the rollout_dir" in " ".join(unknown.stdout.split())


def test_checks_that_take_long_do_not_count_against_the_hosts(lab: Lab) -> None:
    run = lab.roll(target="h1,h2", waves=["100%"], checks=SLEEP.format(8))
    assert run.returncode == 0, run.stdout
    assert lab.report()["counts"] == {"confirmed": 2}
    windows = [line["judgement"]["windows"] for line in lab.receipts() if line["step"] == "judge"]
    assert all(window["after_seconds"] < 2 * window["before_seconds"] for window in windows)


def test_checks_that_outlast_the_time_to_confirm_end_with_the_host_as_it_was(lab: Lab) -> None:
    run = lab.roll(target="h1,h2", waves=[1], confirm_within=5, checks=SLEEP.format(8))
    assert run.returncode != 0
    assert lab.values() == [DEFAULT] * 4
    assert lab.fleet.hosts["h1"].journals() == ["restored"]
    assert lab.fleet.hosts["h2"].is_untouched()
    report = lab.report()
    assert (report["outcome"], report["counts"]) == ("stopped", {"restored": 1})
    assert "does not hold after the change" in report["hosts"][0]["trouble"]


def test_receipts_that_cannot_be_written_send_the_wave_back(lab: Lab) -> None:
    run = lab.roll(target="h1,h2", waves=[1], checks=SPOIL.format(folder=lab.folder))
    assert run.returncode != 0
    assert "nothing is changed without a receipt" in " ".join(run.stdout.split())
    assert lab.values() == [DEFAULT] * 4
    assert lab.fleet.hosts["h1"].journals() == ["restored"]
    assert lab.fleet.hosts["h2"].is_untouched()
    # What was written until then is there to be read.
    assert lab.receipts("kept.jsonl")[-1]["step"] == "watch"
