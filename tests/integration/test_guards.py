# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards judge real sockets and real values; what they plan is carried out, and another reader sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

HELPER = str(Path(__file__).with_name("sockets_helper.py"))
PORTS = "net.ipv4.ip_local_port_range"
RESERVED = "net.ipv4.ip_local_reserved_ports"
BUCKETS = "net.ipv4.tcp_max_tw_buckets"
BACKLOG = "net.ipv4.tcp_max_syn_backlog"
FORWARD = "net.ipv4.ip_forward"
REDIRECTS = "net.ipv4.conf.all.accept_redirects"
KEEPALIVE = {"name": "keepalive", "settings": {"net.ipv4.tcp_keepalive_time": {"value": 1200}}}
LISTEN = """
import socket, sys, time
kept = []
for pair in sys.argv[1:]:
    port, backlog = map(int, pair.split(":"))
    kept.append(socket.create_server(("127.0.0.1", port), backlog=backlog))
print("ready", flush=True)
time.sleep(600)
"""
# One connection, idle; the client may ask for keepalive.
CONNECT = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
served = server.accept()[0]
client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, int(sys.argv[1]))
print("ready", flush=True)
time.sleep(600)
"""
# Connect until every port of the range is taken; print the ports that the kernel chose, and the errno at the end.
TAKE_ALL = """
import socket
server = socket.create_server(("127.0.0.9", 900), backlog=64)
kept, ports = [], []
try:
    while len(kept) < 64:
        kept.append(socket.create_connection(("127.0.0.9", 900)))
        ports.append(kept[-1].getsockname()[1])
except OSError as error:
    ports.append(error.errno)
print(*ports)
"""


@pytest.fixture
def drop_in(netns: Namespace) -> Path:
    """Return the path of a drop-in in the test's own folder."""
    return netns.root / "90-linuxnet-tcp.conf"


def start(netns: Namespace, *argv: str) -> None:
    """Start a helper and wait until its sockets are there."""
    helper = netns.popen([sys.executable, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert helper.stdout is not None
    assert helper.stdout.readline() == "ready\n"


def audit_of(netns: Namespace, profile: Any, drop_in: Path, **options: Any) -> dict[str, Any]:
    result = netns.module("audit", {"profile": profile, "path": str(drop_in), **options})
    assert not result["failed"], result
    audit: dict[str, Any] = result["audit"]
    return audit


def found(audit: dict[str, Any], kind_id: str) -> list[dict[str, Any]]:
    return [item for item in audit["findings"] if item["id"] == kind_id]


def tune(netns: Namespace, drop_in: Path, **variables: Any) -> Any:
    run = netns.playbook("linuxnet.tcp.tune", {"tune_path": str(drop_in), **variables})
    assert run.returncode == 0, run.stdout
    return run


def changed(run: Any) -> list[str]:
    return [event["task"] for event in run.events if event["result"].get("changed")]


def test_ports_of_listeners_are_reserved_once_and_never_given_away(netns: Namespace, drop_in: Path) -> None:
    start(netns, "-c", LISTEN, "8080:10", "3306:10", "443:10")
    netns.run(["sysctl", "-w", f"{RESERVED}=9100"])
    (said,) = [item for item in found(audit_of(netns, "article", drop_in), "port-range-overlaps-listeners") if item["severity"] == "medium"]
    assert {row["port"] for row in said["evidence"]["listeners"]} == {3306, 8080}
    assert "the plan reserves" in said["title"]

    assert changed(tune(netns, drop_in))
    assert netns.sysctl(RESERVED) == "3306,8080,9100"
    assert f"{RESERVED} = 3306,8080,9100" in drop_in.read_text(encoding="utf-8")
    assert changed(tune(netns, drop_in)) == []
    assert found(audit_of(netns, "article", drop_in), "port-range-overlaps-listeners") == []

    # In effect: of eight ports, connect() takes every one but the reserved.
    netns.run(["sysctl", "-w", f"{PORTS}=8077 8084"])
    taken = list(map(int, netns.run([sys.executable, "-c", TAKE_ALL]).stdout.split()))
    assert sorted(taken[:-1]) == [8077, 8078, 8079, 8081, 8082, 8083, 8084]


def test_a_service_that_comes_later_is_reserved_by_the_next_run(netns: Namespace, drop_in: Path) -> None:
    tune(netns, drop_in)
    start(netns, "-c", LISTEN, "5432:10")
    audit = audit_of(netns, "article", drop_in)
    assert audit["plan"]["settings"] == {RESERVED: "5432"}
    assert audit["compliant"]
    assert changed(tune(netns, drop_in))
    assert netns.sysctl(RESERVED) == "5432"
    assert changed(tune(netns, drop_in)) == []


def test_buckets_below_what_is_in_use_are_refused_and_the_article_softens_that(netns: Namespace, drop_in: Path) -> None:
    start(netns, HELPER, "--time-wait", "40")
    before = netns.sysctl(BUCKETS)
    strict = {
        "name": "strict",
        "settings": {BUCKETS: {"value": 39, "accept": {"maximum": 39}}, "net.ipv4.tcp_keepalive_time": {"value": 1200}},
    }
    run = tune(netns, drop_in, tune_profile=strict)
    (refused,) = found(run_audit(run), "max-tw-buckets-below-in-use")
    assert refused["evidence"]["in_use"] == 40
    assert netns.sysctl(BUCKETS) == before
    assert BUCKETS not in drop_in.read_text(encoding="utf-8")
    # The rest of the profile is set all the same.
    assert netns.sysctl("net.ipv4.tcp_keepalive_time") == "1200"
    assert changed(tune(netns, drop_in, tune_profile=strict)) == []

    at_the_edge = {"name": "edge", "settings": {BUCKETS: {"value": 40}}}
    assert audit_of(netns, at_the_edge, drop_in)["plan"]["settings"] == {BUCKETS: "40"}
    soft = {"name": "soft", "settings": {BUCKETS: {"value": 39, "soften": {"max-tw-buckets-below-in-use": "a test of it"}}}}
    (warned,) = found(audit_of(netns, soft, drop_in), "max-tw-buckets-below-in-use")
    assert (warned["severity"], warned["evidence"]["softened"]) == ("low", "a test of it")
    tune(netns, drop_in, tune_profile=soft)
    assert netns.sysctl(BUCKETS) == "39"
    assert changed(tune(netns, drop_in, tune_profile=soft)) == []


def run_audit(run: Any) -> dict[str, Any]:
    result: dict[str, Any] = run.results("Judge the host before")[-1]["audit"]
    return result


@pytest.mark.parametrize("source", ["netlink", "proc"])
def test_keepalive_is_worth_setting_only_for_those_who_ask_for_it(netns: Namespace, drop_in: Path, source: str) -> None:
    options = {"source": source, "persist": False}
    assert found(audit_of(netns, KEEPALIVE, drop_in, **options), "keepalive-without-users") == []
    start(netns, "-c", CONNECT, "0")
    (said,) = found(audit_of(netns, KEEPALIVE, drop_in, **options), "keepalive-without-users")
    assert (said["evidence"]["established"], said["evidence"]["armed"]) == (2, 0)
    start(netns, "-c", CONNECT, "1")
    assert found(audit_of(netns, KEEPALIVE, drop_in, **options), "keepalive-without-users") == []


def test_listeners_that_cap_the_syn_queue_are_named(netns: Namespace, drop_in: Path) -> None:
    start(netns, "-c", LISTEN, "8080:100", "8081:8192", "8082:9999")
    limit = int(netns.sysctl("net.core.somaxconn"))
    assert limit < 8192, "this kernel's default somaxconn caps nothing here"
    (said,) = found(audit_of(netns, "article", drop_in), "syn-queue-capped-by-backlog")
    rows = [(row["port"], row["backlog"], row["capped_by"]) for row in said["evidence"]["listeners"]]
    assert rows[0] == (8080, 100, "listen()")
    assert set(rows[1:]) == {(8081, limit, "net.core.somaxconn"), (8082, limit, "net.core.somaxconn")}
    # somaxconn counts at listen(): those that listen already keep what they have.
    netns.run(["sysctl", "-w", "net.core.somaxconn=16384"])
    start(netns, "-c", LISTEN, "8083:8192")
    (said,) = found(audit_of(netns, "article", drop_in), "syn-queue-capped-by-backlog")
    assert {row["port"] for row in said["evidence"]["listeners"]} == {8080, 8081, 8082}


def test_reuse_is_said_to_be_no_help_where_time_wait_is_on_the_listener(netns: Namespace, drop_in: Path) -> None:
    start(netns, HELPER, "--time-wait", "30")
    (said,) = found(audit_of(netns, "article", drop_in), "tw-reuse-helps-outgoing-only")
    assert (said["evidence"]["inbound"], said["evidence"]["other"]) == (30, 0)


def test_a_host_with_guests_keeps_forwarding(netns: Namespace, drop_in: Path) -> None:
    netns.run(["sysctl", "-w", f"{FORWARD}=1"])
    hardened = {"name": "hardened", "settings": {FORWARD: {"value": 0}}}
    # Container engines that this machine itself has count, too: namespaces share its files.
    before = found(audit_of(netns, hardened, drop_in), "ip-forward-needed")
    assert all("engines" in item["evidence"] and "guest_interfaces" not in item["evidence"] for item in before)
    made = netns.run(["ip", "link", "add", "docker0", "type", "bridge"], check=False)
    if made.returncode != 0:
        pytest.skip(f"no bridge can be made here: {made.stderr.strip()}")
    run = tune(netns, drop_in, tune_profile=hardened)
    (refused,) = found(run_audit(run), "ip-forward-needed")
    assert refused["evidence"]["guest_interfaces"] == ["docker0"]
    assert netns.sysctl(FORWARD) == "1"
    assert changed(run) == []


def test_what_forwarding_resets_holds_after_one_run(netns: Namespace, drop_in: Path) -> None:
    """The kernel turns accept_redirects on when a router becomes a host; the profile that wants it off is not undone by its own ip_forward."""
    netns.run(["sysctl", "-w", f"{FORWARD}=1"])
    assert netns.sysctl(REDIRECTS) == "0"
    alone = {"ip-forward-needed": "nothing is behind this namespace"}
    hardened = {"name": "hardened", "settings": {FORWARD: {"value": 0, "soften": alone}, REDIRECTS: {"value": 0}}}
    run = tune(netns, drop_in, tune_profile=hardened)
    (said,) = found(run_audit(run), "ip-forward-resets-conf")
    assert said["evidence"]["accept_redirects"] == "0 -> 1"
    assert (netns.sysctl(FORWARD), netns.sysctl(REDIRECTS)) == ("0", "0")
    assert changed(tune(netns, drop_in, tune_profile=hardened)) == []


def test_a_range_that_the_kernel_refuses_does_not_stop_the_rest(netns: Namespace, drop_in: Path) -> None:
    low = {"name": "low", "settings": {PORTS: {"value": [80, 60001]}, "net.ipv4.tcp_keepalive_time": {"value": 1200}}}
    run = tune(netns, drop_in, tune_profile=low)
    assert [row["reason"] for row in run_audit(run)["plan"]["refused"]] == ["port-range-below-unprivileged-start"]
    assert netns.sysctl(PORTS) == "32768 60999"
    assert netns.sysctl("net.ipv4.tcp_keepalive_time") == "1200"
    refused = netns.run(["sysctl", "-w", f"{PORTS}=80 60001"], check=False)
    assert netns.sysctl(PORTS) == "32768 60999", f"the kernel took it after all: {refused.stdout}"


def test_a_quiet_namespace_hears_nothing_above_info(netns: Namespace, drop_in: Path) -> None:
    neutral = {"name": "neutral", "settings": {"net.ipv4.tcp_sack": {"value": 1, "accept": {"enum": [0, 1]}}}}
    audit = audit_of(netns, neutral, drop_in, persist=False)
    assert audit["findings"] == []
    above = [item for item in audit_of(netns, "article", drop_in)["findings"] if item["severity"] != "info"]
    assert {item["id"] for item in above} <= {"setting-differs", "setting-not-persisted"}
