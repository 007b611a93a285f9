# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report over generated fleets: time and memory, and that they do not grow faster than the fleet.

Ten thousand hosts always; ``LINUXNET_TCP_REPORT_HOSTS=100000`` measures another number as well. A busy machine makes the times, not the memory,
larger, so the time that counts is that of the processor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import report_fleet

HOSTS = 10_000
SECONDS, MEBIBYTES = 10, 300
# A process of its own: what pytest holds is not the report's. VmHWM is the peak of this program alone (proc_pid_status(5)); ru_maxrss of
# getrusage(2) starts with that of the process that started it.
MEASURE = """
import json, sys, time
from pathlib import Path
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_core
spool, dest, baseline = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
wall = time.monotonic()
request = report_core.Request([spool], dest, "2026-11-29T07:00:00Z", formats=[], baseline=Path(baseline[0]) if baseline else None)
head = report_core.write(request)
peak = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
print(json.dumps({"summary": head["summary"], "wall": time.monotonic() - wall, "cpu": time.process_time(), "mebibytes": peak / 1024}))
"""


@pytest.fixture
def measured(tmp_path: Path, collections: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that reports over a generated fleet in a process of its own: number of hosts -> what it took."""

    def run(hosts: int, *baseline: Path) -> dict[str, Any]:
        folder = tmp_path / f"spool-{hosts}"
        if not folder.exists():
            report_fleet.write(folder, hosts)
        argv = [sys.executable, "-c", MEASURE, str(folder), str(tmp_path / f"report-{hosts}"), *map(str, baseline)]
        done = subprocess.run(
            argv, env={**os.environ, "PYTHONPATH": str(collections)}, text=True, capture_output=True, check=True, timeout=1800
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def told(hosts: int, took: dict[str, Any]) -> str:
    return f"report over {hosts} hosts: {took['wall']:.1f} s ({took['cpu']:.1f} s of processor), {took['mebibytes']:.0f} MiB at most"


def test_ten_thousand_hosts(measured: Callable[..., dict[str, Any]], say: Callable[[str], None], tmp_path: Path) -> None:
    tenth, whole = measured(HOSTS // 10), measured(HOSTS)
    again = measured(HOSTS, tmp_path / f"report-{HOSTS // 10}" / "report.json")
    say(f"{told(HOSTS, whole)}; with a baseline {again['cpu']:.1f} s, {again['mebibytes']:.0f} MiB")
    assert whole["summary"]["hosts"]["total"] == HOSTS
    assert again["summary"]["drift"]["compared"] + again["summary"]["drift"]["added"] + HOSTS // 100 >= HOSTS
    assert whole["cpu"] <= SECONDS
    assert max(whole["mebibytes"], again["mebibytes"]) <= MEBIBYTES
    # What grows with a host: its name. A row has several kilobytes.
    assert whole["mebibytes"] - tenth["mebibytes"] < 0.001 * HOSTS
    assert whole["cpu"] < 15 * tenth["cpu"]


def test_as_many_hosts_as_are_asked_for(measured: Callable[..., dict[str, Any]], say: Callable[[str], None]) -> None:
    hosts = int(os.environ.get("LINUXNET_TCP_REPORT_HOSTS", "0"))
    if not hosts:
        pytest.skip("LINUXNET_TCP_REPORT_HOSTS is not set; 100000 takes minutes and two gigabytes of disk")
    took = measured(hosts)
    say(told(hosts, took))
    assert took["summary"]["hosts"]["total"] == hosts
    assert took["mebibytes"] <= MEBIBYTES
    assert took["cpu"] <= SECONDS * hosts / HOSTS
