# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what a host costs the controller: ping beside the module runs of an audit and of a rollout. Prints the table of docs/scale.md.

Run it by hand, as root: ``python tests/integration/scale_cost.py [HOSTS]``, with the collection on PYTHONPATH and in LINUXNET_TCP_COLLECTIONS.
All hosts are one network namespace of this machine over the local connection, so the work of the hosts is in the figures too; no ssh is.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import netns_lab

FORKS = (5, 20, 50)
RUNS = 3
OF_HOST = "{{ root }}/{{ inventory_hostname }}"
JOURNAL = {"journal_dir": f"{OF_HOST}/journal"}
AUDIT = {"profile": "article", "path": f"{OF_HOST}/90.conf", **JOURNAL}
# The seven settings of the article, but for tcp_tw_recycle, which no kernel of today has.
CHANGE = {
    "settings": {
        "net.ipv4.tcp_syncookies": 1,
        "net.ipv4.tcp_tw_reuse": 1,
        "net.ipv4.tcp_fin_timeout": 30,
        "net.ipv4.tcp_keepalive_time": 1200,
        "net.ipv4.tcp_max_syn_backlog": 8192,
        "net.ipv4.ip_local_port_range": "1024 65000",
    },
    "path": f"{OF_HOST}/90.conf",
    **JOURNAL,
}
# In the order of a rollout: what comes later needs what went before.
STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "debug (controller alone)": ("ansible.builtin.debug", {"msg": "x"}),
    "ping": ("ansible.builtin.ping", {}),
    "health_info (look)": ("linuxnet.tcp.health_info", {}),
    "audit, spooled (assess, prove)": ("linuxnet.tcp.audit", {**AUDIT, "spool": "{{ root }}/spool"}),
    "net_sysctl with a watchdog (change)": ("linuxnet.tcp.net_sysctl", {**CHANGE, "confirm_within": 3600}),
    "net_sysctl (confirm)": ("linuxnet.tcp.net_sysctl", {"state": "confirmed", **JOURNAL}),
    "net_sysctl, nothing to do": ("linuxnet.tcp.net_sysctl", CHANGE),
}


class Cost(NamedTuple):
    """One run: seconds on the wall, seconds of CPU of all processes, MiB of the largest process."""

    wall: float
    cpu: float
    mebibytes: float


class Lab:
    """Plays of one task over hosts that are one namespace."""

    def __init__(self, root: Path, collections: Path) -> None:
        self._root = root
        self._namespace = netns_lab.Namespace(root, collections)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONDONTWRITE"))},
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": str(root / "home"),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_PIPELINING": "1",
        }

    def cost(self, step: str, hosts: int, forks: int, turn: str) -> Cost:
        """Run one step over so many hosts; files of the hosts lie in a folder of the turn."""
        module, arguments = STEPS[step]
        play = [{"hosts": "all", "gather_facts": False, "tasks": [{module: arguments}]}]
        playbook, inventory = self._root / "play.yml", self._root / "hosts.ini"
        playbook.write_text(json.dumps(play), encoding="utf-8")
        inventory.write_text("".join(f"h{number:05}\n" for number in range(hosts)), encoding="utf-8")
        variables = {"root": str(self._root / turn), "ansible_python_interpreter": sys.executable}
        argv = [
            netns_lab._tool("ansible-playbook"),
            "-i",
            str(inventory),
            "-c",
            "local",
            "-f",
            str(forks),
            "-e",
            json.dumps(variables),
            str(playbook),
        ]
        return self._run(self._namespace.enter(argv))

    def _run(self, argv: list[str]) -> Cost:
        log, began = self._root / "log", time.monotonic()
        pid = os.fork()
        if pid == 0:
            stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(stream, 1)
            os.dup2(stream, 2)
            os.execvpe(argv[0], argv, self._environment)
        _pid, status, used = os.wait4(pid, 0)
        if status:
            raise SystemExit(f"{argv}: status {status}\n{log.read_text(encoding='utf-8')[-3000:]}")
        return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def close(self) -> None:
        self._namespace.close()


def measure(lab: Lab, hosts: int, forks: int) -> dict[str, Cost]:
    """Return the medians of each step: of what a host costs beside the start of ansible-playbook, and of the largest process."""
    rows: dict[str, list[Cost]] = {step: [] for step in STEPS}
    for run in range(RUNS):
        for step in STEPS:
            one = lab.cost(step, 1, forks, f"one-{forks}-{run}")
            many = lab.cost(step, hosts, forks, f"many-{forks}-{run}")
            rows[step].append(Cost((many.wall - one.wall) / (hosts - 1), (many.cpu - one.cpu) / (hosts - 1), many.mebibytes))
    return {step: Cost(*(statistics.median(column) for column in zip(*costs, strict=True))) for step, costs in rows.items()}


def main() -> None:
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    collections = Path(os.environ["LINUXNET_TCP_COLLECTIONS"]).resolve()
    print(f"{hosts} hosts, medians of {RUNS} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), collections)
        try:
            for forks in FORKS:
                found = measure(lab, hosts, forks)
                floor = found["ping"].cpu
                for step, cost in found.items():
                    print(
                        f"| {forks} | {step} | {cost.cpu * 1000:.0f} | {cost.cpu / floor:.2f} | {cost.wall * 1000:.0f} | {cost.mebibytes:.0f} |",
                        flush=True,
                    )
            spool = [path.stat().st_size for path in (Path(folder) / "many-5-0" / "spool").iterdir()]
            print(f"spool: {len(spool)} files, {statistics.mean(spool):.0f} bytes each")
        finally:
            lab.close()


if __name__ == "__main__":
    main()
