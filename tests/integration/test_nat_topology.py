# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real NAT between network namespaces: two clients, a router that masquerades, a server, and a host beside it.

    alice 10.1.0.2 ┐                                   ┌ server 203.0.113.80
    bob   10.1.0.3 ┴ 10.1.0.1 router 203.0.113.1 ──────┴ beside 203.0.113.50

What each of them is told has to be what is true there. All traffic stays between these namespaces.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import netns_lab
import pytest

HELPER = Path(__file__).with_name("nat_helper.py")
SERVER = "203.0.113.80"
QUESTIONS = ("own_address", "clients", "translates")
# Few ports, so that they come again within the 60 seconds of TIME_WAIT, each time with another timestamp offset.
MASQUERADE = """
table ip t_nat {
  chain post {
    type nat hook postrouting priority 100
    ip saddr 10.1.0.0/24 oifname "outside" meta l4proto tcp counter masquerade to :40000-40099
  }
}
"""
INTERVAL = 4
BURST_SECONDS = 30

needs_nft = pytest.mark.skipif(not shutil.which("nft", path=os.defpath + ":/usr/sbin:/sbin"), reason="nft is not installed")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can join the network namespaces of several users' making")


class Topology:
    """The five hosts, each a private network namespace."""

    def __init__(self, root: Path, collections: Path) -> None:
        self.hosts: dict[str, netns_lab.Namespace] = {}
        for name in ("router", "server", "beside", "alice", "bob"):
            (root / name).mkdir()
            self.hosts[name] = netns_lab.Namespace(root / name, collections)
        self._bridge("inside", "10.1.0.1/24")
        self._bridge("outside", "203.0.113.1/24")
        for name, bridge, address in (
            ("alice", "inside", "10.1.0.2"),
            ("bob", "inside", "10.1.0.3"),
            ("server", "outside", SERVER),
            ("beside", "outside", "203.0.113.50"),
        ):
            self._join(name, bridge, address)
        for name in ("alice", "bob"):
            self.hosts[name].run(["ip", "route", "add", "default", "via", "10.1.0.1"])
        self.hosts["router"].run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
        self.hosts["router"].run(["nft", "-f", "-"], input=MASQUERADE)

    def _bridge(self, name: str, address: str) -> None:
        router = self.hosts["router"]
        router.run(["ip", "link", "add", name, "type", "bridge"])
        router.run(["ip", "address", "add", address, "dev", name])
        router.run(["ip", "link", "set", name, "up"])

    def _join(self, name: str, bridge: str, address: str) -> None:
        router, host = self.hosts["router"], self.hosts[name]
        router.run(["ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", str(host.pid)])
        router.run(["ip", "link", "set", f"to-{name}", "master", bridge, "up"])
        host.run(["ip", "address", "add", f"{address}/24", "dev", "eth0"])
        host.run(["ip", "link", "set", "eth0", "up"])

    def start(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        """Start the helper on a host and wait until it is ready."""
        helper = self.hosts[name].popen(
            [sys.executable, str(HELPER), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert helper.stdout is not None
        ready = select.select([helper.stdout], [], [], 15)[0]
        assert ready, f"{name}: {arguments} was not ready in time"
        assert helper.stdout.readline() == "ready\n", helper.communicate()[1]
        return helper

    def burst(self) -> None:
        """Let both clients make short connections for a while."""
        for name in ("alice", "bob"):
            self.start(name, "burst", SERVER, str(BURST_SECONDS))

    def counter(self, name: str) -> int | None:
        """Return a TcpExt counter of the server as its kernel prints it, None when it has none of that name."""
        text = self.hosts["server"].run(["cat", "/proc/net/netstat"]).stdout
        names, numbers = (line.split() for line in text.splitlines() if line.startswith("TcpExt:"))
        found = dict(zip(names, numbers, strict=True)).get(name)
        return None if found is None else int(found)

    def close(self) -> None:
        for host in self.hosts.values():
            host.close()


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Iterator[Topology]:
    """Yield the hosts with the server serving and one connection from each of the others held."""
    try:
        made = Topology(tmp_path_factory.mktemp("nat"), collections)
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))
    try:
        made.start("server", "serve")
        for name in ("alice", "bob", "beside"):
            made.start(name, "hold", SERVER, "2")
        yield made
    finally:
        made.close()


def verdicts(answer: dict[str, Any]) -> tuple[str, ...]:
    assert not answer.get("failed"), answer
    return tuple(answer["verdicts"][question]["verdict"] for question in QUESTIONS)


def kinds(answer: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(row["question"], row["kind"], row["strength"]) for row in answer["evidence"]}


def audited(host: netns_lab.Namespace, **options: Any) -> dict[str, Any]:
    answer = host.module("audit", {"persist": False, **options})
    assert not answer["failed"], answer
    part: dict[str, Any] = answer["audit"]["nat"]
    return part


TRUTH = {
    "router": (
        ("possible", "possible", "present"),
        {("translates", "rule", "strong"), ("translates", "conntrack_entry", "strong"), ("translates", "forwarding", "weak")},
    ),
    "alice": (("present", "possible", "possible"), {("own_address", "private_address", "strong")}),
    "bob": (("present", "possible", "possible"), {("own_address", "private_address", "strong")}),
    "beside": (("possible", "possible", "possible"), set()),
}


@needs_root
@needs_nft
@pytest.mark.parametrize("name", TRUTH)
def test_each_host_is_told_what_is_true_there(topology: Topology, name: str) -> None:
    expected, evidence = TRUTH[name]
    answer = topology.hosts[name].module("nat_info", {"interval": 0})
    assert (verdicts(answer), kinds(answer)) == (expected, evidence)
    assert answer["unread"] == []
    assert answer["changed"] is False


@needs_root
@needs_nft
@pytest.mark.parametrize("name", ["router", "alice", "beside"])
def test_the_audit_says_the_same(topology: Topology, name: str) -> None:
    expected, evidence = TRUTH[name]
    part = audited(topology.hosts[name])
    assert (verdicts(part), kinds(part)) == (expected, evidence)
    assert part["unread"] == []


@needs_root
@needs_nft
def test_the_server_learns_of_its_clients_from_those_it_refuses(topology: Topology) -> None:
    if topology.counter("PAWSTimewait") is None:
        pytest.skip("this kernel has no counter PAWSTimewait")
    server = topology.hosts["server"]
    quiet = server.module("nat_info", {"nat": "absent"})
    assert (verdicts(quiet), quiet["evidence"]) == (("possible", "declared_absent", "possible"), [])
    topology.burst()
    deadline = time.monotonic() + 10
    while not topology.counter("PAWSTimewait"):
        if time.monotonic() > deadline:
            pytest.skip(
                "the ports of the router came again and this kernel refused no connection: its timestamps have one offset for each pair of hosts"
            )
        time.sleep(0.2)
    grown = server.module("nat_info", {"nat": "absent", "interval": INTERVAL})
    assert verdicts(grown) == ("possible", "present", "possible")
    assert kinds(grown) == {("clients", "pawstimewait_grows", "strong")}
    assert grown["verdicts"]["clients"]["reasons"][0] == "declared absent, which the evidence overrules"
    # The audit reads once: what happened is a sign that the declaration has to yield to, not yet a proof.
    part = audited(server, nat="absent")
    assert (verdicts(part), kinds(part)) == (("possible", "possible", "possible"), {("clients", "pawstimewait", "weak")})


@needs_root
@needs_nft
def test_a_declaration_holds_where_nothing_contradicts(topology: Topology) -> None:
    answer = topology.hosts["beside"].module("nat_info", {"nat": "absent"})
    assert verdicts(answer) == ("possible", "declared_absent", "possible")


@needs_root
@needs_nft
def test_another_namespace_is_looked_into_from_outside(topology: Topology) -> None:
    answer = topology.hosts["server"].module("nat_info", {"netns": str(topology.hosts["router"].pid)})
    assert verdicts(answer) == TRUTH["router"][0]
    assert answer["netns"]["process_count"] >= 1


@needs_root
@needs_nft
def test_an_ordinary_user_is_told_what_is_hidden(topology: Topology) -> None:
    answer = topology.hosts["router"].module("nat_info", {"interval": 0}, user=65534)
    assert verdicts(answer) == ("possible", "possible", "possible")
    assert {"nf_tables", "conntrack"} <= {row["source"] for row in answer["unread"]}
    assert kinds(answer) == {("translates", "forwarding", "weak")}


def test_a_namespace_with_nothing_in_it_is_possible_and_never_absent(netns: netns_lab.Namespace) -> None:
    answer = netns.module("nat_info", {"interval": 0})
    assert (verdicts(answer), answer["evidence"], answer["unread"]) == (("possible", "possible", "possible"), [], [])


IPTABLES = [
    ("iptables-legacy", "ip_tables"),
    ("ip6tables-legacy", "ip6_tables"),
    ("iptables-nft", "nf_tables"),
    ("ip6tables-nft", "nf_tables"),
]


@pytest.mark.parametrize(("tool", "backend"), IPTABLES)
def test_rules_of_both_iptables_are_read_without_their_tools(netns: netns_lab.Namespace, tool: str, backend: str) -> None:
    if not shutil.which(tool, path=os.defpath + ":/usr/sbin:/sbin"):
        pytest.skip(f"{tool} is not installed")
    target = "[2001:db8::2]:80" if tool.startswith("ip6") else "10.9.0.2:80"
    added = netns.run([tool, "-t", "nat", "-A", "POSTROUTING", "-p", "tcp", "-j", "MASQUERADE"], check=False)
    if added.returncode:
        pytest.skip(f"{tool} does not work on this kernel: {added.stderr.strip()}")
    netns.run([tool, "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "81", "-j", "DNAT", "--to-destination", target])
    netns.run([tool, "-t", "nat", "-N", "KUBE-SERVICES"])
    netns.run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
    answer = netns.module("nat_info", {"interval": 0})
    details = {row["detail"].partition(": ")[0] for row in answer["evidence"] if row["kind"] == "rule"}
    assert details == {f"1 masquerade rule of {backend}", f"1 dnat rule of {backend}"}
    assert ("translates", "kube_proxy", "strong") in kinds(answer)
    # No packet met these rules yet: the chain of kube-proxy is what decides.
    assert verdicts(answer)[2] == "present"
    assert answer["unread"] == []
