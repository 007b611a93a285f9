# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change keys of this kernel with net_sysctl, read them with sysctl(8), and put them back."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors, sysctl_value
from guest_catalogue import keys, path_of
from guest_module import module

DROP_IN = Path("/etc/sysctl.d/90-linuxnet-tcp.conf")
# Most of these are the host's alone, out of reach of every test in a network namespace.
HOST_WIDE = {
    "net.core.rmem_max": "4212992",
    "net.core.wmem_max": "4212992",
    "net.core.netdev_max_backlog": "2000",
    "net.core.default_qdisc": "pfifo",
    "net.ipv4.tcp_mem": "11111 22222 33333",
    "net.ipv4.tcp_max_orphans": "5000",
    "net.ipv4.ip_local_port_range": "20000 60001",
    "net.ipv4.tcp_rmem": "4096 131072 4000000",
    "net.netfilter.nf_conntrack_max": "54321",
}
# Why a key is left out of the transaction that sets all others.
LEFT_OUT = {
    "net.ipv4.route.flush": "a write is an order, there is no value",
    "net.ipv4.route.gc_min_interval": "writes gc_min_interval_ms, which is in the set as well",
    "net.netfilter.nf_conntrack_frag6_high_thresh": "5.10 takes lower values only, and so never the old one again",
    "net.netfilter.nf_conntrack_log_invalid": "loads what writes the log, and nf_log then shows it",
    "net.netfilter.nf_conntrack_buckets": "the kernel rounds it up to whole pages",
    "net.netfilter.nf_hooks_lwtunnel": "what was set once stays until the next boot",
    "net.ipv4.ip_forward": "changes forwarding of every interface, which is in the set as well",
    "net.ipv4.conf.all.forwarding": "the same",
    "net.ipv4.conf.default.forwarding": "the same",
    "net.ipv4.conf.lo.forwarding": "the same",
}
# The same value under two names, in seconds and in milliseconds, or in packets and in bytes; the second one is set.
TWICE = re.compile(r"net\.ipv4\.neigh\.\w+\.(base_reachable_time|retrans_time|unres_qlen)")
# Kept in ticks: what is no whole number of them reads back rounded. 100 is divisible by every length of a tick.
TICKS = re.compile(r".*(_ms|_ratelimit|\.icmp_ratelimit|\.(anycast_delay|locktime|proxy_delay))")
STEP_OF_TICKS = 100
# Where not every number within the range is taken.
NEXT = {
    "net.core.flow_limit_table_len": "8192",
    "net.core.max_skb_frags": "16",
}


def by_sysctl(names: list[str]) -> dict[str, str]:
    """Return the values as sysctl(8) reads them, fields joined by one space."""
    told = subprocess.run(["sysctl", *names], capture_output=True, text=True, check=True).stdout
    pairs = (line.partition(" = ") for line in told.splitlines())
    return {name: " ".join(value.split()) for name, _equals, value in pairs}


def snapshot() -> dict[str, str]:
    """Return every key below net that can be read."""
    found = {}
    for name in keys():
        try:
            found[name] = path_of(name).read_text(encoding="utf-8")
        except OSError:
            continue
    return found


def round_trip() -> dict[str, Any]:
    """Set host-wide keys, have sysctl(8) read them, boot as sysctl --system does, and put everything back."""
    before = snapshot()
    made = module("net_sysctl", settings=HOST_WIDE)
    again = module("net_sysctl", settings=HOST_WIDE)
    wrong = [] if made["changed"] and not again["changed"] else [f"changed: {made['changed']}, then {again['changed']}"]
    wrong += [f"{name} is {value}" for name, value in by_sysctl(list(HOST_WIDE)).items() if value != HOST_WIDE[name]]
    if not DROP_IN.exists():
        wrong.append(f"{DROP_IN} is not there")
    module("net_sysctl", state="restored")
    wrong += _left(before)
    if DROP_IN.exists():
        wrong.append(f"{DROP_IN} is still there")
    return {"wrong": wrong, "note": f"{len(HOST_WIDE)} keys"}


def all_at_once() -> dict[str, Any]:
    """Give every numeric key another value that its row allows, all in one transaction."""
    before = snapshot()
    wanted = {name: other for name in before if (other := _other(name, before[name]))}
    made = module("net_sysctl", settings=wanted, persist=False)
    running = by_sysctl(list(wanted))
    wrong = [f"{name} is {running.get(name)}, wanted {value}" for name, value in wanted.items() if running.get(name) != value]
    wrong += [f"{row['name']}: {row['status']}" for row in made["settings"] if row["status"] != "changed"]
    module("net_sysctl", state="restored")
    wrong += _left(before)
    return {"wrong": wrong, "note": f"{len(wanted)} keys"}


def _left(before: dict[str, str]) -> list[str]:
    after = snapshot()
    return [
        f"{name} was {before[name].split()}, is {after[name].split()} after it was put back"
        for name in before
        if after[name] != before[name]
    ]


def _other(name: str, running: str) -> str | None:
    """Return a value next to the running one, or None where the key cannot or must not be written."""
    row = catalogue.get(name)
    if row is None or name in LEFT_OUT or TWICE.fullmatch(name) or row.one_way or not path_of(name).stat().st_mode & 0o200:
        return None
    if row.type not in ("bool", "int", "enum", "bitmask"):
        return None
    return NEXT.get(name) or next((str(choice) for choice in _candidates(row, running) if _allowed(row, choice)), None)


def _candidates(row: Any, running: str) -> list[int]:
    value = sysctl_value.typed(row, running)
    if row.choices:
        return [choice for choice in row.choices if choice != value]
    step = STEP_OF_TICKS if TICKS.fullmatch(row.name) else 1
    return [1 - value] if row.type == "bool" else [value + step, value - step]


def _allowed(row: Any, value: int) -> bool:
    try:
        sysctl_value.normalise(row, value)
    except errors.InvalidInput:
        return False
    return True
