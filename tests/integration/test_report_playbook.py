# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a small fleet by the playbooks, each host a network namespace of its own, one of them out of reach, and read the reports."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netns_lab
import pytest
import yaml
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents

FIN_TIMEOUT, COOKIES = "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_syncookies"
PROFILE = {
    "name": "fleet",
    "settings": {FIN_TIMEOUT: {"value": 60, "severity": "high"}, COOKIES: {"value": 1}},
    "waivers": [{"setting": FIN_TIMEOUT, "hosts": ["waived*"], "reason": "ticket 4711", "expires": "2099-12-31"}],
}
GONE = "gone/<b>1</b>"
# Nobody listens on port 1 of the controller's own namespace.
REFUSES = {
    "ansible_connection": "ssh",
    "ansible_host": "127.0.0.1",
    "ansible_port": 1,
    "ansible_ssh_common_args": "-o BatchMode=yes -o ConnectTimeout=5",
}
BATCHES = "- hosts: fleet\n  gather_facts: false\n  serial: 1\n  roles: [linuxnet.tcp.audit]\n"


@dataclass
class Fleet:
    """Hosts of an inventory, and the namespace in which the controller runs."""

    controller: netns_lab.Namespace
    inventory: Path
    root: Path

    def play(self, playbook: str, *arguments: str, check: bool = False, **variables: Any) -> netns_lab.PlaybookRun:
        """Run a playbook over the fleet."""
        # The lab gives every host the interpreter of the tests; ours are in namespaces.
        more = {"target": "fleet", "ansible_python_interpreter": "{{ lab_python | default(ansible_playbook_python) }}", **variables}
        return self.controller.playbook(playbook, more, check=check, arguments=("-i", str(self.inventory), *arguments))

    def audit(self, *arguments: str, playbook: str = "linuxnet.tcp.audit", **variables: Any) -> netns_lab.PlaybookRun:
        """Run the audit playbook with a report in ``root/report``."""
        given = {
            "audit_profile": PROFILE,
            "audit_persist": False,
            "audit_report": str(self.root / "report"),
            "audit_report_formats": ["json"],
        }
        return self.play(playbook, *arguments, **{**given, **variables})

    def report(self, folder: str = "report") -> Any:
        """Return the report, after checking it against its schema."""
        whole = json.loads((self.root / folder / "report.json").read_text(encoding="ascii"))
        assert documents.problems(whole, "report") == []
        return whole

    def statuses(self, folder: str = "report") -> dict[str, str]:
        """Return host: status, or the kind of error."""
        return {row["host"]: row.get("error", {}).get("kind") or row["status"] for row in self.report(folder)["hosts"]}


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Iterator[dict[str, netns_lab.Namespace]]:
    """Yield namespaces by the name of the host, made once: audits change nothing."""
    if os.geteuid() != 0:
        pytest.skip("only root goes from one private namespace into another; the audit itself is tested without root elsewhere")
    made: dict[str, netns_lab.Namespace] = {}
    try:
        for name in ("controller", "compliant1", "drifted1", "waived1"):
            made[name] = netns_lab.Namespace(tmp_path_factory.mktemp(name), collections)
        for name in ("drifted1", "waived1"):
            made[name].run(["sysctl", "-qw", f"{FIN_TIMEOUT}=30"])
        yield made
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))
    finally:
        for namespace in made.values():
            namespace.close()


@pytest.fixture
def fleet(hosts: dict[str, netns_lab.Namespace], tmp_path: Path) -> Fleet:
    rows: dict[str, Any] = {GONE: REFUSES}
    for name, namespace in hosts.items():
        if name != "controller":
            python = tmp_path / f"python-{name}"
            python.write_text(f'#!/bin/sh\nexec {shlex.join(namespace.enter([sys.executable]))} "$@"\n', encoding="utf-8")
            python.chmod(0o755)
            rows[name] = {"ansible_connection": "local", "lab_python": str(python)}
    inventory = tmp_path / "fleet.yml"
    inventory.write_text(yaml.safe_dump({"fleet": {"hosts": rows}}), encoding="utf-8")
    return Fleet(hosts["controller"], inventory, tmp_path)


EVERYONE = {"compliant1": "compliant", "drifted1": "noncompliant", GONE: "unreachable", "waived1": "compliant"}


def test_all_four_are_in_the_report_and_the_lost_one_fails_the_play(fleet: Fleet) -> None:
    run = fleet.audit()
    assert run.returncode == 2
    assert f"{GONE} was not audited" in run.stdout
    assert fleet.statuses() == EVERYONE
    controls = {row["host"]: {control["id"]: control["status"] for control in row["controls"]} for row in fleet.report()["hosts"]}
    assert {host: found.get(FIN_TIMEOUT) for host, found in controls.items()} == {
        "compliant1": "pass", "drifted1": "fail", GONE: None, "waived1": "waived",
    }  # fmt: skip
    assert "Connection refused" in next(row for row in fleet.report()["hosts"] if row["host"] == GONE)["error"]["message"]
    assert sorted(path.name for path in (fleet.root / "report" / "audits").iterdir()) == [
        "compliant1.json", "drifted1.json", "gone%2f%3cb%3e1%3c%2fb%3e.json", "waived1.json",
    ]  # fmt: skip


def test_memory_of_a_run_holds_a_few_lines_of_each_host(fleet: Fleet) -> None:
    results = fleet.audit().results("Judge the host")
    assert len(results) == 4
    assert all(len(json.dumps(result)) <= 4096 and "audit" not in result for result in results)


@pytest.mark.parametrize(
    ("limit", "fail_on", "code", "said"),
    [
        ("compliant1,waived1", "low", 0, ""),
        ("compliant1,drifted1", "none", 0, ""),
        ("compliant1,drifted1", "high", 2, "fail_on high: 1 high findings"),
        ("drifted1", "low", 2, "fail_on low: 1 high"),
        (GONE, "none", 2, "was not audited"),
        (f"compliant1,{GONE}", "high", 2, "1 of 2 hosts without a verdict"),
    ],
)
def test_exit_status(fleet: Fleet, limit: str, fail_on: str, code: int, said: str) -> None:
    run = fleet.audit("--limit", limit, audit_fail_on=fail_on)
    assert run.returncode == code, run.stdout
    assert said in run.stdout
    assert set(fleet.statuses()) == set(limit.split(","))


def test_check_mode_writes_the_report_too(fleet: Fleet) -> None:
    fleet.audit("--check")
    assert fleet.statuses() == EVERYONE


@pytest.mark.parametrize("first", [GONE, "drifted1"])
def test_batches_end_in_one_report_over_all(fleet: Fleet, first: str) -> None:
    """A batch that is lost as a whole does not end the play before the report."""
    rows = yaml.safe_load(fleet.inventory.read_text(encoding="utf-8"))["fleet"]["hosts"]
    ordered = {name: rows[name] for name in sorted(rows, key=lambda name: (name != first, name))}
    fleet.inventory.write_text(yaml.safe_dump({"fleet": {"hosts": ordered}}, sort_keys=False), encoding="utf-8")
    run = fleet.audit(playbook=BATCHES)
    assert run.returncode == 2
    assert ["summary" in result for result in run.results("Write the reports")] == [False, False, False, True]
    assert fleet.statuses() == EVERYONE


def test_a_host_that_this_run_did_not_get_to_has_no_old_verdict(fleet: Fleet) -> None:
    fleet.audit("--limit", "compliant1")
    path = fleet.root / "report" / "audits" / "drifted1.json"
    path.write_text((path.parent / "compliant1.json").read_text(encoding="utf-8").replace("compliant1", "drifted1"), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(json.loads(text)["time"], "2026-01-01T00:00:00Z"), encoding="utf-8")
    # A host that fails before the role leaves the play without a word in the spool.
    stopped = "- hosts: fleet\n  gather_facts: false\n  pre_tasks:\n    - ansible.builtin.fail: {msg: no}\n      when: inventory_hostname == 'drifted1'\n"
    fleet.audit("--limit", "compliant1,drifted1", playbook=stopped + "  roles: [linuxnet.tcp.audit]\n")
    assert fleet.statuses() == {"compliant1": "compliant", "drifted1": "stale"}


def test_drift_since_the_last_report(fleet: Fleet, hosts: dict[str, netns_lab.Namespace]) -> None:
    fleet.audit()
    earlier = fleet.root / "earlier.json"
    (fleet.root / "report" / "report.json").rename(earlier)
    hosts["compliant1"].run(["sysctl", "-qw", f"{COOKIES}=0"])
    try:
        fleet.audit(audit_baseline=str(earlier))
    finally:
        hosts["compliant1"].run(["sysctl", "-qw", f"{COOKIES}=1"])
    whole = fleet.report()
    rows = {row["host"]: row for row in whole["hosts"]}
    assert f"setting-differs:{COOKIES}" in rows["compliant1"]["drift"]["new"]
    assert rows["compliant1"]["before"]["running"] == {COOKIES: "1"}
    assert f"setting-differs:{FIN_TIMEOUT}" in rows["drifted1"]["drift"]["unchanged"]
    assert whole["summary"]["drift"]["compared"] == 3


def test_two_shards_make_the_report_of_one_run(fleet: Fleet) -> None:
    for shard, limit in (("a", "compliant1,waived1"), ("b", f"drifted1,{GONE}")):
        fleet.audit("--limit", limit, audit_report="", audit_spool=str(fleet.root / shard))
    fleet.audit()
    spools = {
        "report_spool": [str(fleet.root / shard) for shard in "ab"],
        "report_dest": str(fleet.root / "merged"),
        "report_fail_on": "high",
    }
    run = fleet.play("linuxnet.tcp.report", **spools)
    assert run.returncode == 2
    assert "fail_on high: 1 high findings and 1 of 4 hosts without a verdict" in run.stdout

    def without_times(whole: Any) -> Any:
        # Sockets of the moment: a port in TIME_WAIT may have gone meanwhile.
        rows = [{name: part for name, part in row.items() if name not in ("time", "sockets")} for row in whole["hosts"]]
        return {**whole, "run": None, "hosts": rows}

    assert without_times(fleet.report("merged")) == without_times(fleet.report())


CHURN = """
import socket, time
server = socket.create_server(("127.0.0.1", 5000))
while True:
    client = socket.create_connection(("127.0.0.1", 5000))
    server.accept()[0].close()
    client.close()
    time.sleep(0.01)
"""


def test_what_observe_saw_is_in_the_report(fleet: Fleet, hosts: dict[str, netns_lab.Namespace]) -> None:
    busy = hosts["drifted1"].popen([sys.executable, "-c", CHURN])
    try:
        run = fleet.play(
            "linuxnet.tcp.observe",
            "--limit",
            "drifted1",
            observe_spool=str(fleet.root / "report/audits"),
            observe_samples=4,
            observe_interval=0.4,
        )
    finally:
        busy.kill()
    assert run.returncode == 0, run.stdout
    (seen,) = [result["observed"] for result in run.results("Watch")]
    assert seen["samples"] == 4
    fleet.audit("--limit", "drifted1,compliant1")
    rows = {row["host"]: row for row in fleet.report()["hosts"]}
    samples = rows["drifted1"]["samples"]
    assert samples["seconds"][0] == 0 < samples["seconds"][-1] == seen["seconds"]
    waiting = samples["states"]["TIME_WAIT"]
    assert waiting[0] < waiting[-1]
    assert all(rate > 1 for rate in samples["rates"]["ActiveOpens"][1:])
    assert "samples" not in rows["compliant1"]


@pytest.fixture
def refused(fleet: Fleet) -> Callable[..., str]:
    """Return a function that runs the audit with wrong variables and returns what it says."""

    def run(**variables: Any) -> str:
        run = fleet.audit("--limit", "compliant1", **variables)
        assert run.returncode == 2
        return run.stdout

    return run


def test_variables_that_do_not_go_together_are_refused(refused: Callable[..., str], fleet: Fleet) -> None:
    assert "needs audit_spool" in refused(audit_spool="")
    assert "needs audit_report" in refused(audit_report="", audit_fail_on="high")
    assert not (fleet.root / "report").exists()
