# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on a real kernel: audit, tune, tune again, with every claim checked by another reader."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

RECYCLE = "net.ipv4.tcp_tw_recycle"
PORTS = "net.ipv4.ip_local_port_range"
ARTICLE = {
    "net.ipv4.tcp_syncookies": "1",
    "net.ipv4.tcp_tw_reuse": "1",
    "net.ipv4.tcp_max_tw_buckets": "5000",
    "net.ipv4.tcp_max_syn_backlog": "8192",
    "net.ipv4.tcp_keepalive_time": "1200",
    PORTS: "1024 65000",
}
LISTEN = """
import socket, sys, time
kept = [socket.create_server(("127.0.0.1", int(port))) for port in sys.argv[1:]]
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def drop_in(netns: Namespace) -> Path:
    """Return the path of a drop-in in the test's own folder."""
    return netns.root / "90-linuxnet-tcp.conf"


def running(netns: Namespace) -> dict[str, str]:
    return {name: netns.sysctl(name) for name in ARTICLE}


def tune(netns: Namespace, drop_in: Path, check: bool = False, **variables: Any) -> Any:
    return netns.playbook("linuxnet.tcp.tune", {"tune_path": str(drop_in), **variables}, check=check)


def fact_of(run: Any) -> dict[str, Any]:
    result: dict[str, Any] = run.results("Sum up")[-1]["ansible_facts"]["tune_result"]
    return result


def changed(run: Any) -> list[str]:
    return [event["task"] for event in run.events if event["result"].get("changed")]


def test_audit_then_tune_then_tune_again(netns: Namespace, drop_in: Path) -> None:
    before = running(netns)
    saved = netns.root / "audits" / "localhost.json"

    audited = netns.playbook("linuxnet.tcp.audit", {"audit_path": str(drop_in), "audit_save_to": str(saved)})
    assert audited.returncode == 0, audited.stdout
    audit = json.loads(saved.read_text(encoding="utf-8"))
    assert not audit["compliant"]
    assert changed(audited) == []
    assert running(netns) == before
    assert not drop_in.exists()
    assert {row["name"]: row["running"] for row in audit["settings"] if "running" in row} == before
    removed = [item for item in audit["findings"] if item.get("parameter") == RECYCLE]
    assert [item["id"] for item in removed] == ["setting-removed"]
    assert removed[0]["evidence"]["removed_in"] == "4.12"
    assert audit["plan"]["refused"] == [{"name": RECYCLE, "value": "1", "reason": "removed"}]

    first = tune(netns, drop_in)
    assert first.returncode == 0, first.stdout
    applied = first.results("Apply the plan as one transaction")[-1]
    touched = {row["name"] for row in applied["settings"] if row["status"] == "changed"}
    assert touched == set(audit["plan"]["settings"])
    assert running(netns) == ARTICLE == audit["plan"]["settings"]
    netns.run(["sysctl", "-w", "net.ipv4.tcp_keepalive_time=7200"])
    netns.run(["sysctl", "-p", str(drop_in)])
    assert running(netns) == ARTICLE
    assert fact_of(first)["changed"]
    assert fact_of(first)["compliant"]

    stamp = (drop_in.stat().st_mtime_ns, drop_in.stat().st_ino)
    second = tune(netns, drop_in)
    assert second.returncode == 0, second.stdout
    assert changed(second) == []
    assert not fact_of(second)["changed"]
    assert (drop_in.stat().st_mtime_ns, drop_in.stat().st_ino) == stamp
    # Nothing to do costs one module run: neither the transaction nor the second audit ran.
    modules = [event["task"].rpartition(" : ")[2] for event in second.events if event["status"] == "ok"]
    assert "Judge the host before" in modules
    assert "Apply the plan as one transaction" not in modules
    assert "Judge the host after" not in modules


def test_check_mode_tells_and_touches_nothing(netns: Namespace, drop_in: Path) -> None:
    before = running(netns)
    run = tune(netns, drop_in, check=True)
    assert run.returncode == 0, run.stdout
    assert changed(run)
    assert running(netns) == before
    assert not drop_in.exists()
    assert fact_of(run)["planned"] == ARTICLE
    assert not fact_of(run)["compliant"]


def test_what_an_operator_raised_is_kept_and_persisted(netns: Namespace, drop_in: Path) -> None:
    netns.run(["sysctl", "-w", "net.ipv4.tcp_max_syn_backlog=16384", "net.ipv4.tcp_syncookies=2", "net.ipv4.tcp_keepalive_time=300"])
    run = tune(netns, drop_in)
    assert run.returncode == 0, run.stdout
    kept = {"net.ipv4.tcp_max_syn_backlog": "16384", "net.ipv4.tcp_syncookies": "2", "net.ipv4.tcp_keepalive_time": "300"}
    assert running(netns) == {**ARTICLE, **kept}
    lines = drop_in.read_text(encoding="utf-8").splitlines()
    persisted = dict(map(str.strip, line.split("=", 1)) for line in lines if "=" in line and not line.startswith("#"))
    assert persisted == {**ARTICLE, **kept}


def test_without_persistence_no_file_is_made(netns: Namespace, drop_in: Path) -> None:
    run = tune(netns, drop_in, tune_persist=False)
    assert run.returncode == 0, run.stdout
    assert running(netns) == ARTICLE
    assert not drop_in.exists()
    assert changed(tune(netns, drop_in, tune_persist=False)) == []


def test_a_reverted_key_is_found_and_tuned_again(netns: Namespace, drop_in: Path) -> None:
    assert tune(netns, drop_in).returncode == 0
    netns.run(["sysctl", "-w", "net.ipv4.tcp_keepalive_time=7200"])
    audit = netns.module("audit", {"path": str(drop_in)})["audit"]
    assert audit["plan"]["settings"] == {"net.ipv4.tcp_keepalive_time": "1200"}
    drop_in.write_text(drop_in.read_text(encoding="utf-8").replace("= 1200", "= 7200"), encoding="utf-8")
    netns.run(["sysctl", "-w", "net.ipv4.tcp_keepalive_time=1200"])
    (found,) = [row for row in netns.module("audit", {"path": str(drop_in)})["audit"]["findings"] if row["severity"] != "info"]
    assert (found["id"], found["evidence"]["persisted"]) == ("setting-not-persisted", "7200")


def test_a_read_only_key_is_reported_and_the_others_are_set(netns: Namespace, drop_in: Path) -> None:
    key = "net.ipv4.tcp_max_syn_backlog"
    path = "/proc/sys/net/ipv4/tcp_max_syn_backlog"
    netns.run(["sh", "-c", f"mount --bind {path} {path} && mount -o remount,bind,ro {path}"])
    refused = tune(netns, drop_in, tune_unsupported="fail")
    assert refused.returncode != 0
    assert key in refused.stdout
    assert not drop_in.exists()

    run = tune(netns, drop_in)
    assert run.returncode == 0, run.stdout
    assert {name: value for name, value in running(netns).items() if name != key} == {n: v for n, v in ARTICLE.items() if n != key}
    assert {"name": key, "value": "8192", "reason": "read_only"} in fact_of(run)["refused"]
    assert not fact_of(run)["compliant"]
    assert key not in drop_in.read_text(encoding="utf-8")


def test_tuning_that_does_not_hold_fails_and_names_the_finding(netns: Namespace, drop_in: Path) -> None:
    """Something else on the host, here a loop, puts the old value back while the transaction is done."""
    meddler = "import time\nwhile True:\n    open('/proc/sys/net/ipv4/tcp_keepalive_time', 'w').write('7200')\n    time.sleep(0.2)\n"
    netns.popen([sys.executable, "-c", meddler])
    run = tune(netns, drop_in)
    assert run.returncode != 0
    assert "net.ipv4.tcp_keepalive_time" in run.stdout
    assert "7200" in run.stdout


def test_listeners_in_the_planned_range_are_named(netns: Namespace, drop_in: Path) -> None:
    helper = netns.popen([sys.executable, "-c", LISTEN, "8080", "3306", "443"], stdout=-1)
    assert helper.stdout is not None
    assert helper.stdout.readline() == "ready\n"
    found = {item["id"]: item for item in netns.module("audit", {"path": str(drop_in)})["audit"]["findings"]}
    overlap = found["port-range-overlaps-listeners"]
    assert [row["port"] for row in overlap["evidence"]["listeners"]] == [3306, 8080]
    assert overlap["severity"] == "medium"
    netns.run(["sysctl", "-w", f"net.ipv4.ip_local_reserved_ports={overlap['evidence']['suggested_reserved_ports']}"])
    found = {item["id"]: item for item in netns.module("audit", {"path": str(drop_in), "persist": False})["audit"]["findings"]}
    assert "port-range-overlaps-listeners" not in found
    # Reserved now, and gone at the next boot: nothing to fear before it.
    found = {item["id"]: item for item in netns.module("audit", {"path": str(drop_in)})["audit"]["findings"]}
    assert found["port-range-overlaps-listeners"]["severity"] == "info"


def test_exhaustion_and_overflow_are_seen_in_real_traffic(netns: Namespace, drop_in: Path) -> None:
    """Eight of ten ports to one destination in TIME_WAIT, then a limit of nine: both are measured, not made up."""
    netns.run(["sysctl", "-w", f"{PORTS}=40000 40009", "net.ipv4.tcp_tw_reuse=0"])
    netns.run([sys.executable, "-c", CHURN, "8"])
    audit = netns.module("audit", {"path": str(drop_in), "profile": NEUTRAL, "persist": False})["audit"]
    (crowded,) = [item for item in audit["findings"] if item["id"] == "ephemeral-ports-near-exhaustion"]
    assert crowded["severity"] == "medium"
    assert crowded["evidence"]["destinations"][0]["used"] == 8
    assert audit["compliant"]
    assert "time-wait-overflow" not in {item["id"] for item in audit["findings"]}

    netns.run(["sysctl", "-w", "net.ipv4.tcp_max_tw_buckets=9"])
    netns.run([sys.executable, "-c", CHURN, "2"])
    audit = netns.module("audit", {"path": str(drop_in), "profile": NEUTRAL, "persist": False})["audit"]
    found = {item["id"]: item for item in audit["findings"]}
    assert found["ephemeral-ports-near-exhaustion"]["severity"] == "high"
    assert found["time-wait-overflow"]["evidence"]["TCPTimeWaitOverflow"] == 1
    assert found["time-wait-overflow"]["evidence"]["limit"] == 9


def test_lines_of_a_boot_file_that_do_nothing_are_named(netns: Namespace, drop_in: Path) -> None:
    """/etc/sysctl.d of the namespace is a private tmpfs, so that real files of a real boot folder can be wrong there."""
    lines = "net.ipv4.tcp_tw_recycle = 1\nnet.ipv4.tcp_syncokies = 1\nnet.ipv4.tcp_sack = 0\nnet.ipv4.tcp_sack = 1\nkernel.nonsense = 1\nnet.core.somaxconn 5\n"
    netns.run(["sh", "-c", f"printf '{lines}' > /etc/sysctl.d/10-old.conf"])
    audit = netns.module("audit", {"path": str(drop_in), "profile": NEUTRAL, "persist": False})["audit"]
    where = {item["id"]: item["evidence"]["lines"][0]["source"] for item in audit["findings"] if item["concerns"] == "boot"}
    assert where == {
        "boot-line-stale": "/etc/sysctl.d/10-old.conf:1",
        "boot-line-unknown-key": "/etc/sysctl.d/10-old.conf:2",
        "boot-line-duplicate": "/etc/sysctl.d/10-old.conf:4",
        "boot-line-unreadable": "/etc/sysctl.d/10-old.conf:6",
    }
    assert audit["compliant"]


# A profile that every kernel satisfies: what remains are the diagnoses.
NEUTRAL = {"name": "neutral", "settings": {"net.ipv4.tcp_sack": {"value": 1, "accept": {"enum": [0, 1]}}}}
# The client closes first, so that TIME_WAIT and its port are on the connecting side.
CHURN = """
import socket, sys
server = socket.create_server(("127.0.0.1", 5000))
for _ in range(int(sys.argv[1])):
    client = socket.create_connection(("127.0.0.1", 5000))
    peer, _address = server.accept()
    client.close()
    peer.recv(1)
    peer.close()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run the module as another user; the other tests here are that case then")
def test_audit_works_as_an_ordinary_user(netns: Namespace) -> None:
    result = netns.module("audit", {"path": "/etc/sysctl.d/90-linuxnet-tcp.conf"}, user="nobody")
    assert not result["failed"], result
    statuses = {row["name"]: row["status"] for row in result["audit"]["settings"]}
    # That nobody may not write says nothing about root: the plan is the same.
    assert "read_only" not in statuses.values()
    assert result["audit"]["plan"]["settings"] == ARTICLE


def test_a_bad_profile_fails_before_the_host_is_asked(netns: Namespace) -> None:
    profile = {"name": "edge", "settings": {"net.ipv4.tcp_tw_reuse": {"value": 1, "severity": "urgent"}}}
    result = netns.module("audit", {"profile": profile})
    assert result["failed"]
    assert 'settings.net.ipv4.tcp_tw_reuse.severity: "urgent" is not allowed; allowed: low, medium, high' in result["msg"]


def test_require_compliant_fails_the_host(netns: Namespace, drop_in: Path) -> None:
    run = netns.playbook("linuxnet.tcp.audit", {"audit_path": str(drop_in), "audit_require_compliant": True})
    assert run.returncode != 0
    assert "net.ipv4.tcp_tw_reuse is 2, wanted 1" in run.stdout
