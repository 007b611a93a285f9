# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit one fleet by two ansible-runner workers with half of the inventory each, and by one run, and compare the reports.

Each host is a network namespace of its own; one more cannot be reached. docs/scale.md tells people to do the same.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import netns_lab
import pytest
import yaml
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents

SYNCOOKIES, FIN_TIMEOUT, TW_REUSE = "net.ipv4.tcp_syncookies", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_tw_reuse"
PROFILE = {
    "name": "shards",
    "settings": {SYNCOOKIES: {"value": 1}, FIN_TIMEOUT: {"value": 60, "severity": "high"}, TW_REUSE: {"value": 2}},
    "waivers": [{"setting": FIN_TIMEOUT, "hosts": ["db*"], "reason": "ticket 4711", "expires": "2099-12-31"}],
}
# What each host runs that the profile does not want; a host of each kind is in each half.
DEVIATIONS: dict[str, dict[str, str]] = {
    "db1": {FIN_TIMEOUT: "30"},
    "db2": {FIN_TIMEOUT: "20"},
    "proxy1": {},
    "proxy2": {SYNCOOKIES: "0", TW_REUSE: "1"},
    "web1": {FIN_TIMEOUT: "15"},
    "web2": {},
}
GONE = "gone"
HALVES = {"a": ["db1", "proxy1", "proxy2"], "b": ["db2", "web1", "web2", GONE]}
# Nobody listens on port 1 of the controller's own namespace.
REFUSES = {
    "ansible_connection": "ssh",
    "ansible_host": "127.0.0.1",
    "ansible_port": 1,
    "ansible_ssh_common_args": "-o BatchMode=yes -o ConnectTimeout=5",
}
STATUSES = {
    "db1": "compliant", "db2": "compliant", GONE: "unreachable", "proxy1": "compliant", "proxy2": "noncompliant",
    "web1": "noncompliant", "web2": "compliant",
}  # fmt: skip
# Only the artifacts of a job come back from a worker, so the audits have to lie there.
ARTIFACTS = "{{ lookup('ansible.builtin.env', 'AWX_ISOLATED_DATA_DIR') }}"
IDENT = "audit"
# What differs between two runs by itself: when, and the sockets of that moment.
OF_THE_MOMENT = ("time", "sockets")


class Fleet(NamedTuple):
    """The hosts as inventory rows, the namespace of the controller, a folder."""

    controller: netns_lab.Namespace
    rows: dict[str, dict[str, Any]]
    root: Path

    def inventory(self, name: str, hosts: list[str]) -> str:
        """Return an inventory of some of the hosts as text, and keep it in a file of that name."""
        text = yaml.safe_dump({"fleet": {"hosts": {host: self.rows[host] for host in hosts}}})
        (self.root / f"{name}.yml").write_text(text, encoding="utf-8")
        return text

    def play(self, playbook: str, **variables: Any) -> netns_lab.PlaybookRun:
        """Run a playbook over the whole fleet with ansible-playbook itself."""
        self.inventory("all", list(self.rows))
        # The lab gives every host the interpreter of the tests; ours are in namespaces.
        more = {"target": "fleet", "ansible_python_interpreter": "{{ lab_python | default(ansible_playbook_python) }}", **variables}
        return self.controller.playbook(playbook, more, arguments=("-i", str(self.root / "all.yml")))

    def report(self, folder: str) -> Any:
        """Return a report, after checking it against its schema."""
        whole = json.loads((self.root / folder / "report.json").read_text(encoding="ascii"))
        assert documents.problems(whole, "report") == []
        return whole


@pytest.fixture(scope="module")
def runner() -> str:
    """Return the command of ansible-runner; skip, saying why, where it is not installed."""
    try:
        return netns_lab._tool("ansible-runner")
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Iterator[dict[str, netns_lab.Namespace]]:
    """Yield the namespaces by the name of the host, with their deviations in place."""
    if os.geteuid() != 0:
        pytest.skip("only root goes from one private namespace into another; the audit itself is tested without root elsewhere")
    made: dict[str, netns_lab.Namespace] = {}
    try:
        for name in ("controller", *DEVIATIONS):
            made[name] = netns_lab.Namespace(tmp_path_factory.mktemp(name), collections)
        for name, values in DEVIATIONS.items():
            for key, value in {SYNCOOKIES: "1", FIN_TIMEOUT: "60", TW_REUSE: "2", **values}.items():
                made[name].run(["sysctl", "-qw", f"{key}={value}"])
        yield made
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))
    finally:
        for namespace in made.values():
            namespace.close()


@pytest.fixture
def fleet(hosts: dict[str, netns_lab.Namespace], tmp_path: Path) -> Fleet:
    rows: dict[str, dict[str, Any]] = {}
    for name in DEVIATIONS:
        python = tmp_path / f"python-{name}"
        python.write_text(f'#!/bin/sh\nexec {shlex.join(hosts[name].enter([sys.executable]))} "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        rows[name] = {"ansible_connection": "local", "lab_python": str(python)}
    return Fleet(hosts["controller"], {**rows, GONE: REFUSES}, tmp_path)


class Shard:
    """One job of ansible-runner on its way: transmit where the operator is, worker elsewhere, process where the operator is."""

    def __init__(self, fleet: Fleet, runner: str, name: str, collections: Path) -> None:
        self._fleet, self._runner, self.folder = fleet, runner, fleet.root / name
        variables = {
            "target": "fleet",
            "ansible_python_interpreter": "{{ lab_python | default(ansible_playbook_python) }}",
            "audit_profile": PROFILE,
            "audit_persist": False,
            "audit_spool": f"{ARTIFACTS}/audits",
        }
        settings = {
            "ANSIBLE_CALLBACKS_ENABLED": "linuxnet.tcp.rollout_progress",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_NOCOLOR": "1",
            # As the lab has it: what an unreachable host says depends on it.
            "ANSIBLE_PIPELINING": "1",
            "PATH": os.pathsep.join([str(Path(runner).parent), os.environ["PATH"]]),
            "TERM": "xterm",
        }
        for path, text in {
            "job/inventory/hosts.yml": fleet.inventory(name, HALVES[name]),
            "job/env/extravars": json.dumps(variables),
            "job/env/envvars": json.dumps(settings),
            "job/project/README": "the playbook is in the collection\n",
        }.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text, encoding="utf-8")

    def start(self) -> subprocess.Popen[bytes]:
        """Transmit the job and let a worker begin; its answer goes into a file."""
        job = self._run("transmit", str(self.folder / "job"), "-p", "linuxnet.tcp.audit", "-i", IDENT)
        (self.folder / "stream").write_bytes(job)
        argv = self._fleet.controller.enter([self._runner, "worker", "--private-data-dir", str(self.folder / "worker")])
        (self.folder / "worker").mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWX_", "CI"))}
        with (self.folder / "stream").open("rb") as stream, (self.folder / "answer").open("wb") as answer:
            return subprocess.Popen(argv, stdin=stream, stdout=answer, stderr=subprocess.PIPE, env=environment)

    def finish(self, worker: subprocess.Popen[bytes]) -> Path:
        """Wait for the worker, process its answer and return the folder of the job's artifacts."""
        _out, errors = worker.communicate(timeout=netns_lab.PLAYBOOK_SECONDS)
        assert worker.returncode in (0, 2, 4), errors.decode()
        self._run("process", str(self.folder / "back"), "-i", IDENT, given=(self.folder / "answer").read_bytes(), rc=worker.returncode)
        return self.folder / "back" / "artifacts" / IDENT

    def _run(self, *arguments: str, given: bytes = b"", rc: int = 0) -> bytes:
        done = subprocess.run([self._runner, *arguments], input=given, capture_output=True, check=False, timeout=60)
        assert done.returncode in (0, rc), (arguments, done.stderr.decode(), done.stdout[-2000:])
        return done.stdout


def comparable(whole: Any) -> Any:
    """Return a report without what is of the moment."""
    rows = [{name: part for name, part in row.items() if name not in OF_THE_MOMENT} for row in whole["hosts"]]
    return {**whole, "run": None, "hosts": rows}


def statuses(whole: Any) -> dict[str, str]:
    return {row["host"]: row.get("error", {}).get("kind") or row["status"] for row in whole["hosts"]}


def test_two_workers_with_half_of_the_inventory_each_make_the_report_of_one_run(
    fleet: Fleet, runner: str, collections: Path, say: Callable[[str], None]
) -> None:
    shards = [Shard(fleet, runner, name, collections) for name in HALVES]
    workers = [shard.start() for shard in shards]
    artifacts = [shard.finish(worker) for shard, worker in zip(shards, workers, strict=True)]
    for folder, names in zip(artifacts, HALVES.values(), strict=True):
        assert sorted(path.stem for path in (folder / "audits").iterdir()) == sorted(names)
    merge = {"report_spool": [str(folder / "audits") for folder in artifacts], "report_dest": str(fleet.root / "merged")}
    assert fleet.play("linuxnet.tcp.report", **merge).returncode == 0
    whole = fleet.play("linuxnet.tcp.audit", audit_profile=PROFILE, audit_persist=False, audit_report=str(fleet.root / "whole"))
    assert whole.returncode == 2
    assert statuses(fleet.report("whole")) == STATUSES
    assert comparable(fleet.report("merged")) == comparable(fleet.report("whole"))
    say(f"two ansible-runner workers: {len(STATUSES)} hosts in {len(HALVES)} shards, the merged report equals that of one run")

    # The terminal of a runner is one that nobody looks at: lines, no bar.
    for folder, names in zip(artifacts, HALVES.values(), strict=True):
        said = (folder / "stdout").read_text(encoding="utf-8")
        assert f"wave 1/1  hosts {len(names)}/{len(names)}" in said
        assert "\x1b[2K" not in said
