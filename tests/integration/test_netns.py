# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look into real network namespaces, set sysctls there, and leave everything else as it was."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from check import substrate
from test_socket_info import HELPER, SS_NAMES

if TYPE_CHECKING:
    from netns_lab import Namespace

KEEPALIVE, FIN_TIMEOUT, RANGE = "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.ip_local_port_range"
CONTAINER = "3f4e1c0b9a8766d5e4c3b2a190f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6"
SECONDS = 30

# Runs a few lines with the collection's parts at hand; says at the end whether the process is where it was.
INSIDE = """
import json, os, subprocess, sys
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netns, procfs, sock_diag
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespace_facts, namespaces
world = netns.NetNamespaces()
before, files = os.stat("/proc/self/ns/net"), sorted(os.listdir("/proc/self/fd"))
said = {}
try:
    with namespaces.visited(sys.argv[1], world):
        said["inside"] = os.stat("/proc/self/ns/net").st_ino
        open("/proc/sys/net/ipv4/tcp_fin_timeout", "w").write("31\\n")
        if len(sys.argv) > 2:
            raise RuntimeError("a defect inside")
except (RuntimeError, errors.LinuxnetError) as error:
    said["failed"] = "%s: %s" % (type(error).__name__, error)
after = os.stat("/proc/self/ns/net")
said["home"] = (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)
said["files"] = files == sorted(os.listdir("/proc/self/fd"))
open("/proc/sys/net/ipv4/tcp_fin_timeout", "w").write("32\\n")
print(json.dumps(said))
"""


class Lab:
    """Namespaces with names inside the test's own: what ``ip netns add`` makes is visible there alone."""

    def __init__(self, netns: Namespace) -> None:
        self.netns = netns
        # /run/netns and the names in it would otherwise appear on the machine that runs the tests.
        netns.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", "/run"])

    def add(self, name: str) -> int:
        """Make a namespace with lo up and return its inode."""
        self.netns.run(["ip", "netns", "add", name])
        self.run(name, ["ip", "link", "set", "lo", "up"])
        return int(self.netns.run(["stat", "-L", "-c", "%i", f"/run/netns/{name}"]).stdout)

    def run(self, name: str, argv: list[str]) -> str:
        """Run a command in a namespace with iproute2, which knows nothing of this collection."""
        return self.netns.run(["ip", "netns", "exec", name, *argv]).stdout

    def populate(self, name: str, *options: str) -> int:
        """Make sockets in a namespace and return the PID of the process that holds them."""
        argv = ["ip", "netns", "exec", name, sys.executable, str(HELPER), *options]
        helper = self.netns.popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert helper.stdout is not None
        assert select.select([helper.stdout], [], [], SECONDS)[0], f"no sockets within {SECONDS} s"
        assert helper.stdout.readline() == "ready\n"
        return helper.pid

    def ss(self, name: str) -> dict[str, int]:
        """Count states with ss inside a namespace."""
        counts: dict[str, int] = {}
        for line in self.run(name, ["ss", "-Htan"]).splitlines():
            state = SS_NAMES[line.split()[0]]
            counts[state] = counts.get(state, 0) + 1
        return counts

    def sysctl(self, name: str, key: str) -> str:
        """Return a value inside a namespace as sysctl(8) prints it."""
        return " ".join(self.run(name, ["sysctl", "-n", key]).split())

    def script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run INSIDE as a process of the test's own namespace."""
        environment = {**os.environ, "PYTHONPATH": str(self.netns.collections)}
        return self.netns.run([sys.executable, "-c", INSIDE, *arguments], env=environment, check=False)


@pytest.fixture
def lab(netns: Namespace) -> Iterator[Lab]:
    """Yield the lab, and make sure that nothing that it made is visible on this machine afterwards."""
    before = names_here()
    yield Lab(netns)
    assert names_here() == before


def names_here() -> list[str]:
    folder = Path("/run/netns")
    return sorted(os.listdir(folder)) if folder.exists() else ["no /run/netns"]


def row_of(rows: list[dict[str, Any]], inode: int) -> dict[str, Any]:
    """Return the one row of a namespace."""
    (row,) = [row for row in rows if row.get("netns", row)["inode"] == inode]
    return row


def test_counts_equal_ss_inside_whatever_names_the_namespace(lab: Lab) -> None:
    inode = lab.add("blue")
    pid = lab.populate("blue", "--established", "20", "--close-wait", "7", "--listen", "3", "--ipv6", "2", "--time-wait", "300")
    expected = lab.ss("blue")
    assert expected["TIME_WAIT"] == 300
    process = {"pid": pid, "comm": Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()}
    for wanted, source in (
        ("blue", "netlink"),
        ("blue", "proc"),
        ("/run/netns/blue", "auto"),
        (str(pid), "auto"),
        (f"/proc/{pid}/ns/net", "proc"),
    ):
        result = lab.netns.module("socket_info", {"netns": wanted, "source": source})
        assert not result["failed"], result
        assert result["sockets"]["source"] == source.replace("auto", "netlink")
        assert result["sockets"]["states"] == expected, wanted
        assert result["netns"] == {"inode": inode, "names": ["blue"], "process_count": 1, "processes": [process]}
    own = lab.netns.module("socket_info", {"source": "auto"})
    assert own["sockets"]["states"] == {}
    assert "netns" not in own
    print(f"\nss and socket_info in blue: {expected}; outside: {own['sockets']['states']}")


def test_details_are_those_of_the_namespace(lab: Lab) -> None:
    lab.add("blue")
    lab.run("blue", ["sysctl", "-qw", f"{RANGE}=62000 62099"])
    lab.populate("blue", "--connected-out", "40", "--time-wait", "25")
    for source in ("netlink", "proc"):
        result = lab.netns.module("socket_info", {"netns": "blue", "source": source, "details": ["listeners", "ephemeral", "counters"]})
        assert (result["ephemeral"]["low"], result["ephemeral"]["high"]) == (62000, 62099)
        assert result["ephemeral"]["destinations"][0]["used"] == 40
        assert result["counters"]["sockstat"]["TCP"]["tw"] == 25
        listed = {(row["address"], row["port"]) for row in result["listeners"]}
        shown = {tuple(line.split()[3].rsplit(":", 1)) for line in lab.run("blue", ["ss", "-Hltn"]).splitlines()}
        assert {(address, str(port)) for address, port in listed} == shown


def test_all_has_one_row_for_each_namespace(lab: Lab) -> None:
    inodes = {name: lab.add(name) for name in ("blue", "red")}
    pids = {"blue": lab.populate("blue", "--established", "4", "--time-wait", "50"), "red": lab.populate("red", "--close-wait", "6")}
    result = lab.netns.module("socket_info", {"netns": "all", "details": ["listeners"]})
    assert not result["failed"], result
    rows = result["namespaces"]
    assert rows[0]["netns"]["inode"] == os.stat(f"/proc/{lab.netns.pid}/ns/net").st_ino
    assert rows[0]["sockets"]["states"] == {}
    assert len({row["netns"]["inode"] for row in rows}) == len(rows) >= 3
    for name, inode in inodes.items():
        row = row_of(rows, inode)
        assert row["netns"]["names"] == [name]
        assert [process["pid"] for process in row["netns"]["processes"]] == [pids[name]]
        assert row["sockets"]["states"] == lab.ss(name)
        assert len(row["listeners"]) == row["sockets"]["states"]["LISTEN"]
    assert "sockets" not in result
    print(f"\n{len(rows)} network namespaces on this machine, {sum('sockets' in row for row in rows)} of them read")


def test_a_container_is_found_by_its_control_group(lab: Lab) -> None:
    """The kernel's cgroup file of a process is covered by what Docker makes of it, in the test's mount namespace alone."""
    inode = lab.add("blue")
    pid = lab.populate("blue", "--established", "3")
    shown = lab.netns.root / "cgroup"
    shown.write_text(f"0::/system.slice/docker-{CONTAINER}.scope\n", encoding="ascii")
    lab.netns.run(["mount", "--bind", str(shown), f"/proc/{pid}/cgroup"])
    for wanted in (CONTAINER, CONTAINER[:12]):
        result = lab.netns.module("socket_info", {"netns": wanted})
        assert not result["failed"], result
        assert result["netns"]["container"] == CONTAINER
        assert result["netns"]["inode"] == inode
        assert result["sockets"]["states"] == lab.ss("blue")
    failed = lab.netns.module("socket_info", {"netns": CONTAINER[::-1]})
    assert "no process is in a container of this id" in failed["msg"]


@pytest.fixture
def container() -> Iterator[tuple[str, int]]:
    """Yield id and PID of a real container with a network namespace of its own and a few sockets in it."""
    if reason := os.environ.get("LINUXNET_TCP_NO_CONTAINERS"):
        pytest.skip(reason)
    # The integration stage made the image and says where: it runs the tests in a copy of the tree, which has no podman of its own.
    environment = {**substrate.settings(), **os.environ}
    podman, image = shutil.which("podman"), substrate.image(substrate.PLAIN_SUITE)
    if podman is None or subprocess.run([podman, "image", "exists", image], env=environment, capture_output=True, check=False).returncode:
        pytest.skip("no podman, or not the image that make integration makes")
    code = (
        "import socket, time; server = socket.create_server(('127.0.0.1', 8080)); "
        "held = socket.create_connection(('127.0.0.1', 8080)), server.accept(); time.sleep(120)"
    )
    # --network none: a bridge would make podman write the host's net.ipv4.ip_forward.
    argv = [podman, "run", "-d", "--network", "none", *substrate.uid_map(), image, "python3", "-c", code]
    started = subprocess.run(argv, env=environment, text=True, capture_output=True, check=True, timeout=60).stdout.strip()
    try:
        shown = [podman, "inspect", "-f", "{{.State.Pid}}", started]
        pid = subprocess.run(shown, env=environment, text=True, capture_output=True, check=True, timeout=60).stdout
        yield started, int(pid)
    finally:
        _remove(podman, started, environment)


def _remove(podman: str, identifier: str, environment: dict[str, str]) -> None:
    """Remove a container; its own clean-up, which begins when it ends, may hold podman's lock meanwhile."""
    subprocess.run([podman, "kill", identifier], env=environment, capture_output=True, check=True, timeout=60)
    deadline = time.monotonic() + SECONDS
    remove = [podman, "rm", "--force", "--ignore", identifier]
    while (removed := subprocess.run(remove, env=environment, text=True, capture_output=True, check=False, timeout=60)).returncode:
        assert time.monotonic() < deadline, removed.stderr
        time.sleep(0.2)


def test_a_real_container_is_read_and_tuned_by_its_id(netns: Namespace, container: tuple[str, int]) -> None:
    identifier, pid = container
    before = netns.sysctl(KEEPALIVE)
    deadline, states = time.monotonic() + SECONDS, {}
    while states != {"ESTABLISHED": 2, "LISTEN": 1}:
        assert time.monotonic() < deadline, states
        result = netns.module("socket_info", {"netns": identifier[:12]})
        states = result["sockets"]["states"]
    assert result["netns"]["container"] == identifier
    assert result["netns"]["inode"] == os.stat(f"/proc/{pid}/ns/net").st_ino
    assert pid in [process["pid"] for process in result["netns"]["processes"]]

    tuned = netns.module("net_sysctl", {"settings": {KEEPALIVE: 1234}, "netns": identifier, "persist": False})
    assert tuned["changed"], tuned
    inside = subprocess.run(["nsenter", "-t", str(pid), "-n", "sysctl", "-n", KEEPALIVE], text=True, capture_output=True, check=True)
    assert (inside.stdout.strip(), netns.sysctl(KEEPALIVE)) == ("1234", before)


def test_a_name_without_processes_is_found(lab: Lab) -> None:
    inode = lab.add("empty")
    result = lab.netns.module("socket_info", {"netns": "empty"})
    assert result["netns"] == {"inode": inode, "names": ["empty"], "process_count": 0, "processes": []}
    assert result["sockets"]["total"] == 0


def test_set_in_one_namespace_and_in_no_other(lab: Lab) -> None:
    for name in ("blue", "red"):
        lab.add(name)
    asked = {"settings": {KEEPALIVE: 1234, FIN_TIMEOUT: 33}, "netns": "blue", "persist": False}
    before = {key: lab.sysctl("red", key) for key in (KEEPALIVE, FIN_TIMEOUT)}
    assert before == {key: lab.sysctl("blue", key) for key in before} == {key: lab.netns.sysctl(key) for key in before}

    checked = lab.netns.module("net_sysctl", asked, check=True, diff=True)
    assert checked["changed"], checked
    assert {key: lab.sysctl("blue", key) for key in before} == before

    result = lab.netns.module("net_sysctl", asked)
    assert result["changed"], result
    assert result["netns"]["names"] == ["blue"]
    assert [row["after"] for row in result["settings"]] == [{"runtime": "33"}, {"runtime": "1234"}]
    assert {key: lab.sysctl("blue", key) for key in before} == {KEEPALIVE: "1234", FIN_TIMEOUT: "33"}
    assert {key: lab.sysctl("red", key) for key in before} == before
    assert {key: lab.netns.sysctl(key) for key in before} == before
    assert not lab.netns.module("net_sysctl", asked)["changed"]


def test_a_set_that_fails_is_put_back_there(lab: Lab) -> None:
    lab.add("blue")
    before = lab.sysctl("blue", KEEPALIVE), lab.netns.sysctl(KEEPALIVE)
    # Only the kernel can say no to this name.
    asked = {"settings": {KEEPALIVE: 1234, "net.ipv4.tcp_congestion_control": "nosuchthing"}, "netns": "blue", "persist": False}
    result = lab.netns.module("net_sysctl", asked)
    assert result["failed"]
    assert result["changed"] is False
    assert "nosuchthing" in result["msg"]
    assert (lab.sysctl("blue", KEEPALIVE), lab.netns.sysctl(KEEPALIVE)) == before


@pytest.mark.parametrize(
    ("module", "arguments", "said"),
    [
        ("net_sysctl", {"settings": {KEEPALIVE: 1234}, "netns": "blue"}, "set persist: false"),
        ("net_sysctl", {"settings": {KEEPALIVE: 1234}, "netns": "all", "persist": False}, "netns: all is for reading"),
        ("net_sysctl", {"settings": {KEEPALIVE: 1234}, "netns": "", "persist": False}, 'netns: "" names no network namespace'),
        ("socket_info", {"netns": "red"}, "there is no network namespace of this name in /run/netns; there are: blue"),
        ("socket_info", {"netns": "/etc/hostname"}, "is no network namespace"),
        ("socket_info", {"netns": "/proc/self/ns/uts"}, "is a namespace of another kind"),
        ("socket_info", {"netns": "4194304"}, "there is no process with this PID"),
    ],
)
def test_a_mistake_changes_nothing_and_says_the_way_out(lab: Lab, module: str, arguments: dict[str, Any], said: str) -> None:
    lab.add("blue")
    before = lab.sysctl("blue", KEEPALIVE), lab.netns.sysctl(KEEPALIVE)
    result = lab.netns.module(module, arguments)
    assert result["failed"]
    assert said in result["msg"]
    assert (lab.sysctl("blue", KEEPALIVE), lab.netns.sysctl(KEEPALIVE)) == before


@pytest.mark.parametrize("failure", [(), ("fail",)], ids=["success", "failure"])
def test_the_process_is_back_home_whatever_happens(lab: Lab, failure: tuple[str, ...]) -> None:
    inode = lab.add("blue")
    process = lab.script("blue", *failure)
    assert process.returncode == 0, process.stderr
    said = json.loads(process.stdout)
    assert said["inside"] == inode
    assert said["home"]
    assert said["files"]
    assert ("failed" in said) == bool(failure)
    # 31 was written inside, 32 after coming back.
    assert (lab.sysctl("blue", FIN_TIMEOUT), lab.netns.sysctl(FIN_TIMEOUT)) == ("31", "32")


def test_who_could_not_come_back_does_not_go(lab: Lab) -> None:
    """Root of a user namespace may enter what that owns, but not the network namespace that it came from."""
    # Nobody may hold the pipe of our output longer than the script.
    script = 'unshare -n sleep 30 >/dev/null 2>&1 & inner=$!; sleep 1; exec "$0" -c "$1" "$inner"'
    environment = {**os.environ, "PYTHONPATH": str(lab.netns.collections)}
    # The last line of the script writes to its own namespace, which such a root may not; what comes before counts.
    code = INSIDE.replace('open("/proc/sys/net/ipv4/tcp_fin_timeout", "w").write("32\\n")', "")
    process = lab.netns.run(["unshare", "-U", "-r", "sh", "-c", script, sys.executable, code], env=environment, check=False)
    if "unshare" in process.stderr:
        pytest.skip(f"no user namespace can be made here: {process.stderr.strip()}")
    assert process.returncode == 0, process.stderr
    said = json.loads(process.stdout)
    assert said["failed"].startswith("SourceUnavailable: network namespace net:[")
    assert "EPERM" in said["failed"]
    assert "inside" not in said
    assert said["home"]


def test_an_ordinary_user_is_told_what_it_takes(lab: Lab) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    inode = lab.add("blue")
    result = lab.netns.module("socket_info", {"netns": "blue"}, user=65534)
    assert result["failed"]
    assert "CAP_SYS_ADMIN" in result["msg"]
    assert "become: true" in result["msg"]
    everywhere = lab.netns.module("socket_info", {"netns": "all"}, user=65534)
    assert not everywhere["failed"], everywhere
    assert "sockets" in everywhere["namespaces"][0]
    assert "sockets" not in row_of(everywhere["namespaces"], inode)
    assert any("CAP_SYS_ADMIN" in str(warning) for warning in everywhere["warnings"])
    assert any("hidden from this user" in str(warning) for warning in everywhere["warnings"])


def test_a_namespace_that_vanishes_meanwhile_is_left_out(lab: Lab) -> None:
    lab.add("ghost")
    code = INSIDE.split("world =", maxsplit=1)[0] + (
        "class Slow(netns.NetNamespaces):\n"
        "    def entered(self, paths, identity):\n"
        "        if '/run/netns/ghost' in paths:\n"
        "            subprocess.check_call(['ip', 'netns', 'del', 'ghost'])\n"
        "        return netns.NetNamespaces.entered(self, paths, identity)\n"
        "facts, warnings = namespace_facts.read_sockets({'netns': 'all'}, Slow(), procfs.ProcFs(), sock_diag.SockDiag())\n"
        "print(json.dumps([[row['netns']['names'] for row in facts['namespaces']], warnings]))\n"
    )
    process = lab.netns.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(lab.netns.collections)})
    names, warnings = json.loads(process.stdout)
    assert ["ghost"] not in names
    assert any("is gone" in warning and "left out" in warning for warning in warnings)
    assert lab.netns.run(["ip", "netns", "list"]).stdout == ""


def test_the_audit_says_which_namespaces_the_host_does_not_reach(lab: Lab) -> None:
    inode = lab.add("blue")
    lab.populate("blue", "--established", "1")
    profile = {"name": "keepalive", "settings": {KEEPALIVE: {"value": 1200, "accept": {"maximum": 1200}}}}
    asked = {"profile": profile, "persist": False, "namespaces": True}
    lab.netns.module("net_sysctl", {"settings": {KEEPALIVE: 1200}, "persist": False})

    audit = lab.netns.module("audit", asked)["audit"]
    assert audit["compliant"]
    assert row_of(audit["namespaces"], inode)["parameters"][KEEPALIVE] == lab.sysctl("blue", KEEPALIVE) == "7200"
    assert os.stat(f"/proc/{lab.netns.pid}/ns/net").st_ino not in [row["inode"] for row in audit["namespaces"]]
    (finding,) = [item for item in audit["findings"] if item["id"] == "namespaces-not-tuned"]
    assert finding["severity"] == "info"
    behind = not_tuned(finding)
    assert inode in behind or finding["evidence"]["not_tuned"] > len(behind), finding
    print(f"\n{finding['title']}")

    lab.netns.module("net_sysctl", {"settings": {KEEPALIVE: 1200}, "persist": False, "netns": "blue"})
    again = lab.netns.module("audit", asked)["audit"]
    assert row_of(again["namespaces"], inode)["parameters"][KEEPALIVE] == "1200"
    assert inode not in [found for item in again["findings"] if item["id"] == "namespaces-not-tuned" for found in not_tuned(item)]
    assert "namespaces" not in lab.netns.module("audit", {**asked, "namespaces": False})["audit"]


def not_tuned(finding: dict[str, Any]) -> list[int]:
    return [row["inode"] for row in finding["evidence"]["namespaces"]]


def test_the_role_hands_the_option_on(lab: Lab) -> None:
    inode = lab.add("blue")
    saved = lab.netns.root / "audit.json"
    run = lab.netns.playbook(
        "linuxnet.tcp.audit", {"audit_namespaces": True, "audit_save_to": str(saved), "audit_path": str(lab.netns.root / "7.conf")}
    )
    assert run.returncode == 0, run.stdout
    assert row_of(json.loads(saved.read_text(encoding="utf-8"))["namespaces"], inode)["names"] == ["blue"]


def test_a_survey_of_many_processes_is_quick(lab: Lab) -> None:
    """A bound, not a benchmark: 400 processes in a second namespace, found and counted."""
    inode = lab.add("blue")
    lab.netns.popen(["ip", "netns", "exec", "blue", "sh", "-c", "for n in $(seq 400); do sleep 60 & done; wait"])
    deadline = time.monotonic() + SECONDS
    while len(lab.netns.run(["ip", "netns", "pids", "blue"]).stdout.split()) < 401:
        assert time.monotonic() < deadline, "the processes did not start"
        time.sleep(0.2)
    started = time.monotonic()
    about = lab.netns.module("socket_info", {"netns": "blue"})["netns"]
    print(f"\nmodule run {time.monotonic() - started:.2f} s")
    assert about["inode"] == inode
    assert about["process_count"] == 401
    assert len(about["processes"]) == 10
