# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare socket_info with ss on real sockets, state by state."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from netns_lab import Namespace

HELPER = Path(__file__).with_name("sockets_helper.py")
POPULATION_SECONDS = 60
MANY_TIME_WAITS = 25_000

# ss prints its own names; the collection uses netstat's.
SS_NAMES = {
    "ESTAB": "ESTABLISHED",
    "SYN-SENT": "SYN_SENT",
    "SYN-RECV": "SYN_RECV",
    "FIN-WAIT-1": "FIN_WAIT1",
    "FIN-WAIT-2": "FIN_WAIT2",
    "TIME-WAIT": "TIME_WAIT",
    "UNCONN": "CLOSE",
    "CLOSE-WAIT": "CLOSE_WAIT",
    "LAST-ACK": "LAST_ACK",
    "LISTEN": "LISTEN",
    "CLOSING": "CLOSING",
}

# Runs a command under a seccomp filter that makes socket(AF_NETLINK, _, NETLINK_SOCK_DIAG) fail with EPROTONOSUPPORT,
# as some container runtimes do: load arch-independent argument words, allow everything else.
DENY_SOCK_DIAG = """
import ctypes, errno, os, platform, struct, sys

number = {"x86_64": 41, "aarch64": 198}[platform.machine()]
program = [
    (0x20, 0, 0, 0),  # load the system call's number
    (0x15, 0, 5, number),  # not socket(): allow
    (0x20, 0, 0, 16),  # first argument, low word (little-endian)
    (0x15, 0, 3, 16),  # not AF_NETLINK: allow
    (0x20, 0, 0, 32),  # third argument, low word
    (0x15, 0, 1, 4),  # not NETLINK_SOCK_DIAG: allow
    (0x06, 0, 0, 0x00050000 | errno.EPROTONOSUPPORT),
    (0x06, 0, 0, 0x7FFF0000),
]
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in program))
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
fprog = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.addressof(fprog), 0, 0):
    sys.exit("seccomp: " + os.strerror(ctypes.get_errno()))
os.execv(sys.executable, [sys.executable] + sys.argv[1:])
"""


def populate(netns: Namespace, **counts: int) -> None:
    """Start the helper and wait until its sockets exist; the namespace's end is theirs."""
    argv = [sys.executable, str(HELPER)]
    for kind, count in counts.items():
        argv += [f"--{kind.replace('_', '-')}", str(count)]
    helper = netns.popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert helper.stdout is not None
    ready = select.select([helper.stdout], [], [], POPULATION_SECONDS)[0]
    assert ready, f"no sockets within {POPULATION_SECONDS} s"
    assert helper.stdout.readline() == "ready\n"


def ss(netns: Namespace, *arguments: str) -> dict[str, int]:
    """Count states as the article does, with ss and awk."""
    script = "ss -Htan " + " ".join(arguments) + " | awk '{n[$1]++} END {for (s in n) print s, n[s]}'"
    lines = netns.run(["sh", "-c", script]).stdout.splitlines()
    return {SS_NAMES[state]: int(count) for state, count in (line.split() for line in lines)}


def assert_between(states: dict[str, int], before: dict[str, int], after: dict[str, int]) -> None:
    """Require each state's count to lie between the one just before and the one just after: equal, when nothing moved."""
    print(f"\nss before {before}\nmodule    {states}\nss after  {after}")
    for state in set(states) | set(before) | set(after):
        edges = sorted((before.get(state, 0), after.get(state, 0)))
        assert edges[0] <= states.get(state, 0) <= edges[1], state


def total(counts: dict[str, Any]) -> dict[str, int]:
    """Add up the families."""
    summed: Counter[str] = Counter()
    for states in counts.values():
        summed.update(states)
    return dict(summed)


def test_time_wait_from_sockstat_equals_what_is_listed(netns: Namespace) -> None:
    """IPv6, and orphans that the kernel counts with TIME_WAIT, are where the two could differ."""
    populate(netns, established=40, close_wait=30, fin_wait2=20, listen=2, ipv6=5, time_wait6=70, mapped=3, time_wait=900)
    before = ss(netns)
    taken = netns.module("socket_info", {"time_wait_from": "sockstat"})
    listed = netns.module("socket_info", {"source": "proc"})
    assert before == ss(netns), "a socket ended while the two were compared"
    assert taken["sockets"] == {**listed["sockets"], "source": "netlink"}
    assert taken["sockets"]["families"]["ipv6"]["TIME_WAIT"] >= 70
    assert taken["sockets"]["states"]["FIN_WAIT2"] >= 50
    assert "warnings" not in taken


@pytest.mark.parametrize("source", ["netlink", "proc"])
def test_25000_time_waits_beside_others_equal_ss(netns: Namespace, source: str) -> None:
    populate(
        netns,
        established=200,
        close_wait=125,
        fin_wait2=60,
        listen=5,
        connected_out=30,
        ipv6=20,
        mapped=10,
        syn_sent=3,
        time_wait=MANY_TIME_WAITS,
    )
    before, before4, before6 = ss(netns), ss(netns, "-4"), ss(netns, "-6")
    result = netns.module("socket_info", {"source": source})
    after, after4, after6 = ss(netns), ss(netns, "-4"), ss(netns, "-6")
    assert not result["failed"], result
    sockets = result["sockets"]
    assert sockets["source"] == source
    assert sockets["states"]["TIME_WAIT"] == MANY_TIME_WAITS
    assert_between(sockets["states"], before, after)
    assert_between(sockets["families"]["ipv4"], before4, after4)
    assert_between(sockets["families"]["ipv6"], before6, after6)
    assert total(sockets["families"]) == sockets["states"]
    assert sum(sockets["states"].values()) == sockets["total"]
    assert sockets["families"]["ipv6"] == {"ESTABLISHED": 50, "LISTEN": 2}


def test_auto_uses_netlink_and_changes_nothing(netns: Namespace) -> None:
    populate(netns, established=3, time_wait=10)
    for check in (False, True):
        result = netns.module("socket_info", {"source": "auto"}, check=check)
        assert result["changed"] is False, result
        assert result["sockets"]["source"] == "netlink"
        assert result["sockets"]["states"] == {"ESTABLISHED": 6, "LISTEN": 1, "TIME_WAIT": 10}
        assert not result.get("warnings")


def test_states_are_narrowed(netns: Namespace) -> None:
    populate(netns, established=3, close_wait=4, time_wait=10)
    for source in ("netlink", "proc"):
        result = netns.module("socket_info", {"source": source, "states": ["CLOSE_WAIT", "FIN_WAIT2", "CLOSING"]})
        assert result["sockets"]["states"] == {"CLOSE_WAIT": 4, "FIN_WAIT2": 4}
        assert result["sockets"]["total"] == 8


def test_an_empty_namespace_has_no_sockets(netns: Namespace) -> None:
    for source in ("netlink", "proc"):
        sockets = netns.module("socket_info", {"source": source})["sockets"]
        assert sockets == {"source": source, "total": 0, "states": {}, "families": {"ipv4": {}, "ipv6": {}}}


def test_listeners_equal_ss(netns: Namespace) -> None:
    populate(netns, listen=4, ipv6=1, mapped=1, syn_sent=1)
    listed = netns.module("socket_info", {"details": ["listeners"]})["listeners"]
    found = set()
    for line in netns.run(["ss", "-Hltn"]).stdout.splitlines():
        queued, backlog, local = line.split()[1:4]
        address, port = local.rsplit(":", 1)
        found.add(({"*": "::"}.get(address, address.strip("[]")), int(port), int(queued), int(backlog)))
    assert {(row["address"], row["port"], row["queued"], row["backlog"]) for row in listed} == found
    assert [row["port"] for row in listed] == sorted(row["port"] for row in listed)
    assert (2, 1) in {(row["queued"], row["backlog"]) for row in listed}
    from_proc = netns.module("socket_info", {"details": ["listeners"], "source": "proc"})["listeners"]
    assert [{**row, "backlog": None} for row in from_proc] == [{**row, "backlog": None} for row in listed]
    assert not any("backlog" in row for row in from_proc)


def test_ephemeral_ports_of_the_busiest_destination(netns: Namespace) -> None:
    netns.run(["sh", "-c", "echo 62000 62099 > /proc/sys/net/ipv4/ip_local_port_range"])
    netns.run(["sh", "-c", "echo 62000-62009,1 > /proc/sys/net/ipv4/ip_local_reserved_ports"])
    populate(netns, connected_out=63, ipv6=9)
    for source in ("netlink", "proc"):
        facts = netns.module("socket_info", {"details": ["ephemeral"], "top": 1, "source": source})["ephemeral"]
        busiest, sources = facts.pop("destinations"), facts.pop("sources")
        assert facts == {"low": 62000, "high": 62099, "size": 100, "reserved": 10, "available": 90}
        port = busiest[0].pop("port")
        assert busiest == [{"source": "127.0.0.1", "destination": "127.0.0.2", "used": 63, "headroom_percent": 30.0}]
        assert sources == [{"source": "127.0.0.1", "destinations": 1, "connections": 63, "ports": 63}]
        assert netns.run(["ss", "-4Htn", "state", "established", f"dport = :{port}"]).stdout.count("\n") == 63


def test_the_whole_capacity_can_really_be_used(netns: Namespace) -> None:
    """An odd range: connect() stops exactly where headroom is 0, or gets the last port that may be missing."""
    netns.run(["sh", "-c", "echo 62000 62020 > /proc/sys/net/ipv4/ip_local_port_range"])
    script = (
        "import socket\n"
        "server = socket.socket(); server.bind(('127.0.0.2', 9000)); server.listen(64)\n"
        "held = []\n"
        "try:\n"
        "    while True: held.append(socket.create_connection(('127.0.0.2', 9000)))\n"
        "except OSError: print(len(held), flush=True)\n"
        "input()\n"
    )
    helper = netns.popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert helper.stdout is not None
    made = int(helper.stdout.readline())
    facts = netns.module("socket_info", {"details": ["ephemeral"]})["ephemeral"]
    assert (facts["size"], facts["available"]) == (21, 20)
    assert facts["destinations"][0]["used"] == made
    assert made in (20, 21)
    assert facts["destinations"][0]["headroom_percent"] == 0.0


def test_counters_equal_proc(netns: Namespace) -> None:
    populate(netns, established=2, time_wait=50)
    counters = netns.module("socket_info", {"details": ["counters"]})["counters"]
    assert counters["sockstat"]["TCP"]["tw"] == 50
    assert counters["sockstat6"]["TCP6"]["inuse"] == 0
    rows = [line.split()[1:] for line in netns.run(["cat", "/proc/net/netstat"]).stdout.splitlines() if line.startswith("TcpExt:")]
    assert set(counters["netstat"]["TcpExt"]) == set(rows[0])
    assert counters["snmp"]["Tcp"]["ActiveOpens"] == 52


def test_an_ordinary_user_sees_everything(netns: Namespace) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; the other tests then run as an ordinary user already")
    populate(netns, established=7, close_wait=3, listen=2, time_wait=500)
    expected = ss(netns)
    for source in ("netlink", "proc"):
        result = netns.module("socket_info", {"source": source, "details": ["listeners", "ephemeral", "counters"]}, user=65534)
        assert not result["failed"], result
        assert result["sockets"]["states"] == expected
        assert len(result["listeners"]) == 3


def test_netlink_denied_by_seccomp_falls_back_to_proc(netns: Namespace, tmp_path: Path) -> None:
    if os.uname().machine not in ("x86_64", "aarch64"):
        pytest.skip(f"the seccomp filter is written for x86_64 and aarch64, this is {os.uname().machine}")
    populate(netns, established=4, close_wait=2, time_wait=100)
    expected = ss(netns)
    script = tmp_path / "deny.py"
    script.write_text(DENY_SOCK_DIAG, encoding="utf-8")
    probe = netns.run([sys.executable, str(script), "-c", "import socket; socket.socket(16, 3, 4)"], check=False)
    if "seccomp:" in probe.stderr:
        pytest.skip(f"this machine allows no seccomp filter: {probe.stderr.strip()}")
    assert "Protocol not supported" in probe.stderr
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {script} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    result = netns.module("socket_info", {"details": ["listeners"]}, python=str(python))
    assert result["sockets"]["source"] == "proc"
    assert result["sockets"]["states"] == expected
    assert any("EPROTONOSUPPORT" in str(warning) for warning in result["warnings"])
    failed = netns.module("socket_info", {"source": "netlink"}, python=str(python))
    assert failed["failed"]
    assert "EPROTONOSUPPORT" in failed["msg"]


def test_a_host_without_ipv6_leaves_it_out(netns: Namespace) -> None:
    """A kernel booted with ipv6.disable=1 shows no tcp6; here a folder without it covers /proc/<pid>/net of the module alone."""
    populate(netns, established=2, time_wait=5)
    cover = netns.root / "net"
    cover.mkdir()
    wrapper = netns.root / "python-without-ipv6"
    wrapper.write_text(
        f'#!/bin/sh\nset -e\ncp /proc/net/tcp {cover}/\nmount --bind {cover} /proc/$$/net\nexec {sys.executable} "$@"\n',
        encoding="utf-8",
    )
    wrapper.chmod(0o755)
    probe = netns.run([str(wrapper), "-c", "import os; print(os.listdir('/proc/net'))"], check=False)
    if probe.returncode:
        pytest.skip(f"/proc/<pid>/net cannot be covered here: {probe.stderr.strip()}")
    assert probe.stdout == "['tcp']\n"
    for source in ("netlink", "proc"):
        result = netns.module("socket_info", {"source": source}, python=str(wrapper))
        assert result["sockets"]["families"] == {"ipv4": {"ESTABLISHED": 4, "LISTEN": 1, "TIME_WAIT": 5}}
        assert "warnings" not in result


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"states": ["ESTAB"]}, "value of states must be one or more of"),
        ({"top": -1}, "top: -1 is negative"),
    ],
)
def test_wrong_options_fail_with_what_is_allowed(netns: Namespace, arguments: dict[str, Any], message: str) -> None:
    result = netns.module("socket_info", arguments)
    assert result["failed"]
    assert message in result["msg"]
