# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set real keys of a real kernel, in a private network namespace, and check with sysctl(8) what became of them."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

ARTICLE = {
    "net.ipv4.tcp_syncookies": 2,
    "net.ipv4.tcp_tw_reuse": 1,
    "net.ipv4.tcp_max_tw_buckets": 5000,
    "net.ipv4.tcp_max_syn_backlog": 8192,
    "net.ipv4.tcp_keepalive_time": 1200,
    "net.ipv4.ip_local_port_range": "1024 65000",
}
EXPECTED = {name: str(value) for name, value in ARTICLE.items()}


class Host:
    """One namespace with one drop-in."""

    def __init__(self, netns: Namespace) -> None:
        self.netns = netns
        folder = netns.root / "sysctl.d"
        folder.mkdir()
        self.path = folder / "90-linuxnet-tcp.conf"

    def apply(self, settings: dict[str, Any], check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        return self.netns.module("net_sysctl", {"settings": settings, "path": str(self.path), **options}, check=check, diff=diff)

    def running(self) -> dict[str, str]:
        """Return every net.ipv4 and net.core key as sysctl(8) reads it."""
        lines = self.netns.run(["sysctl", "-a", "--pattern", "^net\\.(ipv4|core)\\."], check=False).stdout.splitlines()
        return {name: " ".join(value.split()) for name, _equals, value in (line.partition(" = ") for line in lines)}

    def state(self) -> tuple[dict[str, str], bytes | None, list[int]]:
        """Return the running values, the drop-in and the time stamps of file and folder."""
        data = self.path.read_bytes() if self.path.exists() else None
        return self.running(), data, [path.stat().st_mtime_ns for path in (self.path.parent, self.path) if path.exists()]


@pytest.fixture
def host(netns: Namespace) -> Host:
    return Host(netns)


def rows(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in result["settings"]}


def test_the_article_is_applied_once_and_for_all(host: Host) -> None:
    before = host.state()
    predicted = host.apply(ARTICLE, check=True, diff=True)
    assert predicted["changed"] is True
    assert host.state() == before

    result = host.apply(ARTICLE, diff=True)
    assert {name: host.netns.sysctl(name) for name in ARTICLE} == EXPECTED
    kept = dict(line.split(" = ") for line in host.path.read_text().splitlines() if not line.startswith("#"))
    assert kept == EXPECTED
    assert rows(result) == rows(predicted)
    assert result["diff"] == predicted["diff"]
    assert {row["after"]["runtime"] == row["after"]["persisted"] == EXPECTED[row["name"]] for row in result["settings"]} == {True}

    after = host.state()
    again = host.apply(ARTICLE, diff=True)
    assert again["changed"] is False
    assert {row["status"] for row in again["settings"]} == {"unchanged"}
    assert host.state() == after
    assert {name for name in after[0] if after[0][name] != before[0].get(name)} == set(ARTICLE)


def test_absent_takes_the_keys_and_then_the_file(host: Host) -> None:
    host.apply(ARTICLE)
    some = dict.fromkeys(list(ARTICLE)[:2])
    assert host.apply(some, state="absent")["changed"] is True
    assert "tcp_syncookies" not in host.path.read_text()
    assert host.apply(some, state="absent")["changed"] is False
    host.apply(dict.fromkeys(ARTICLE), state="absent")
    assert not host.path.exists()
    assert {name: host.netns.sysctl(name) for name in ARTICLE} == EXPECTED


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("net.ipv4.tcp_max_tw_buckets", -5, "-5: out of range; allowed: 1..2147483647"),
        ("net.ipv4.tcp_fin_timeout", -1, "-1: out of range; allowed: 1.."),
        ("net.ipv4.tcp_syncookies", 3, "3: out of range; allowed: 0, 1, 2"),
        ("net.ipv4.tcp_keepalive_time", "12 13", '"12 13": 2 fields'),
    ],
)
def test_what_the_kernel_would_take_is_refused_with_the_whole_set(host: Host, name: str, value: Any, words: str, check: bool) -> None:
    before = host.state()
    result = host.apply({**ARTICLE, "net.ipv4.tcp_fin_timeout": 30, name: value}, check=check)
    assert result["failed"] is True
    assert result["changed"] is False
    assert f"{name}: {words}" in result["msg"]
    assert "nothing was changed" in result["msg"]
    assert host.state() == before


def test_a_refusal_by_the_kernel_halfway_puts_everything_back(host: Host) -> None:
    host.apply({"net.ipv4.tcp_sack": 0})
    before = host.state()
    # The unknown algorithm is written after tcp_abort_on_overflow and before the other keys.
    result = host.apply({**ARTICLE, "net.ipv4.tcp_abort_on_overflow": 1, "net.ipv4.tcp_congestion_control": "no_such_algorithm"})
    assert result["failed"] is True
    assert result["changed"] is False
    assert 'net.ipv4.tcp_congestion_control: "no_such_algorithm": the kernel refused it (ENOENT' in result["msg"]
    assert result["undone"] == ["net.ipv4.tcp_abort_on_overflow"]
    assert result["left"] == []
    assert host.state() == before


def test_the_last_of_many_writes_fails_and_all_come_back(host: Host) -> None:
    # icmp_ratemask depends on icmp_ratelimit, which the kernel keeps in ticks: 1 ms reads back as a whole tick.
    if (
        host.netns.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/icmp_ratelimit; cat /proc/sys/net/ipv4/icmp_ratelimit"]).stdout.strip()
        == "1"
    ):
        pytest.skip("this kernel ticks every millisecond and rounds nothing")
    host.netns.run(["sh", "-c", "echo 1000 > /proc/sys/net/ipv4/icmp_ratelimit"])
    before = host.state()
    result = host.apply({"net.ipv4.icmp_ratelimit": 1, "net.ipv4.icmp_echo_ignore_broadcasts": 0})
    assert result["failed"] is True
    assert 'net.ipv4.icmp_ratelimit: "1" was written, the kernel holds "' in result["msg"]
    assert result["undone"] == ["net.ipv4.icmp_ratelimit", "net.ipv4.icmp_echo_ignore_broadcasts"]
    assert host.state() == before


@pytest.mark.parametrize(
    ("first", "then"),
    [((80, "80 65535"), (40000, "50000 60000")), ((50000, "50000 60000"), (0, "1 65535"))],
)
def test_port_keys_find_the_order_that_the_kernel_takes(host: Host, first: tuple[int, str], then: tuple[int, str]) -> None:
    for start, ports in (first, then, first):
        result = host.apply({"net.ipv4.ip_unprivileged_port_start": start, "net.ipv4.ip_local_port_range": ports})
        assert result.get("msg") is None
        assert host.netns.sysctl("net.ipv4.ip_unprivileged_port_start") == str(start)
        assert host.netns.sysctl("net.ipv4.ip_local_port_range") == ports


def test_a_range_below_the_unprivileged_ports_is_found_in_check_mode(host: Host) -> None:
    result = host.apply({"net.ipv4.ip_local_port_range": "80 65535"}, check=True)
    assert "which the kernel refuses" in result["msg"]
    refused = host.netns.run(["sh", "-c", "echo 80 65535 > /proc/sys/net/ipv4/ip_local_port_range"], check=False)
    assert refused.returncode != 0


def test_a_removed_key_fails_or_is_skipped(host: Host) -> None:
    if Path("/proc/sys/net/ipv4/tcp_tw_recycle").exists():
        pytest.skip("this kernel still has tcp_tw_recycle")
    settings = {"net.ipv4.tcp_tw_recycle": 1, "net.ipv4.tcp_keepalive_time": 1200}
    before = host.state()
    result = host.apply(settings)
    assert "net.ipv4.tcp_tw_recycle: removed in 4.12, this kernel is " in result["msg"]
    assert host.state() == before
    result = host.apply(settings, unsupported="skip")
    assert rows(result)["net.ipv4.tcp_tw_recycle"] == {
        "name": "net.ipv4.tcp_tw_recycle", "before": {}, "after": {}, "status": "skipped", "reason": "removed",
    }  # fmt: skip
    assert host.netns.sysctl("net.ipv4.tcp_keepalive_time") == "1200"
    assert "tw_recycle" not in host.path.read_text()


def test_host_wide_keys_are_hidden_or_read_only_here(host: Host) -> None:
    assert "not visible in this network namespace" in host.apply({"net.ipv4.tcp_mem": [1000, 2000, 3000]})["msg"]
    if host.netns.run(["test", "-e", "/proc/sys/net/core/rmem_max"], check=False).returncode:
        pytest.skip("this kernel hides net.core.rmem_max from namespaces, it cannot be read-only there")
    result = host.apply({"net.core.rmem_max": 1048576, "net.ipv4.tcp_sack": 0}, unsupported="skip")
    assert rows(result)["net.core.rmem_max"]["reason"] == "read_only"
    assert host.netns.sysctl("net.ipv4.tcp_sack") == "0"


def test_port_lists_and_interface_names_with_dots(host: Host) -> None:
    # Kernels are built without dummy or veth, but never without the loopback device.
    host.netns.run(["sh", "-c", "ip link set lo down; ip link set lo name eth.7"])
    name = "net.ipv4.conf.eth/7.rp_filter"
    result = host.apply({"net.ipv4.ip_local_reserved_ports": [9001, 9000, "8080"], "net/ipv4/conf/eth.7/rp_filter": 2})
    assert host.netns.sysctl("net.ipv4.ip_local_reserved_ports") == "8080,9000-9001"
    assert host.netns.sysctl("net/ipv4/conf/eth.7/rp_filter") == "2"
    assert rows(result)[name]["after"] == {"runtime": "2", "persisted": "2"}
    # The loaders understand the drop-in: another value, then the tool that reads sysctl.d.
    host.apply({"net.ipv4.ip_local_reserved_ports": "", name: 1}, persist=False)
    host.netns.run(["sysctl", "-p", str(host.path)])
    assert host.netns.sysctl("net.ipv4.ip_local_reserved_ports") == "8080,9000-9001"
    assert host.netns.sysctl("net/ipv4/conf/eth.7/rp_filter") == "2"


def test_info_tells_what_runs_and_what_is_kept(host: Host) -> None:
    host.apply({"net.ipv4.tcp_keepalive_time": 1200})
    names = ["net.ipv4.tcp_*", "net.core.rmem_max", "net/ipv4/conf/*/rp_filter"]
    found = host.netns.module("net_sysctl_info", {"names": names, "path": str(host.path)})["parameters"]
    assert found["net.ipv4.tcp_keepalive_time"] == {
        "supported": True, "runtime": "1200", "persisted": "1200", "writable": True, "per_namespace": True,
        "default": "7200", "minimum": 1, "maximum": 32767, "unit": "seconds",
    }  # fmt: skip
    memory = found["net.ipv4.tcp_mem"]
    assert (memory["supported"], memory["reason"], memory["per_namespace"], "runtime" in memory) == (False, "hidden", False, False)
    assert found["net.ipv4.conf.lo.rp_filter"]["supported"] is True
    running = {name: value for name, value in host.running().items() if name.startswith("net.ipv4.tcp_") and "key" not in name}
    assert {name: found[name].get("runtime") for name in running} == running
    assert "runtime" not in found["net.ipv4.tcp_fastopen_key"]


def test_no_process_is_started_on_the_host(host: Host, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "trace"
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]);"
        "from ansible_collections.linuxnet.tcp.plugins.module_utils import transaction as t;"
        "from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, sysctl_tree;"
        "r = t.Request(json.loads(sys.argv[2]), 'present', True, True, sys.argv[3], 'fail', False);"
        "print(t.apply(r, sysctl_tree.SysctlTree(), drop_in_file.DropInFile(sys.argv[3]))['changed'])"
    )
    calls = "execve,execveat,fork,vfork,clone,clone3"
    program = [sys.executable, "-c", code, str(host.netns.collections), json.dumps(ARTICLE), str(host.path)]
    ran = host.netns.run(["strace", "-f", "-y", "-o", str(log), "-e", f"trace={calls},write", *program])
    assert ran.stdout == "True\n"
    lines = log.read_text().splitlines()
    # The one process is the interpreter itself, started by strace.
    assert len([line for line in lines if re.search(r"\b(execve|execveat|fork|vfork|clone3?)\(", line)]) == 1, lines
    written = re.findall(r"write\(\d+</proc/sys/([^>]+)>", log.read_text())
    assert sorted(path.replace("/", ".") for path in written) == sorted(ARTICLE)
