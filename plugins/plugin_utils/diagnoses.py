# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what is wrong, or about to be, with the sockets of a host, whatever the profile says: one table of rules.

A value that the plan is about to set counts as if it were set: the operator hears of the trouble before it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    diagnose_leaks,
    diagnose_limits,
    diagnose_ports,
    diagnose_queues,
    diagnose_time_wait,
    findings,
    outlook,
)

Outlook = outlook.Outlook
PORT_RANGE = outlook.PORT_RANGE
RESERVED_PORTS = "net.ipv4.ip_local_reserved_ports"
MAX_TW_BUCKETS = outlook.MAX_TW_BUCKETS
EHASH_ENTRIES = "net.ipv4.tcp_ehash_entries"
TW_REUSE = outlook.TW_REUSE
# Sysctls that the rules read beside those of the profile.
EVIDENCE = (*outlook.EVIDENCE, RESERVED_PORTS, EHASH_ENTRIES)
LAST_PORT = 65535


def diagnose(outlook: Outlook) -> list[findings.Finding]:
    """Return the findings of every rule, in the order of RULES."""
    return [made for rule in RULES for made in rule(outlook)]


def max_tw_buckets(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report a TIME_WAIT limit below the kernel's own default, which the kernel documentation warns against.

    The default is half the connection hash table (net/ipv4/tcp_ipv4.c, tcp_sk_init). Kernels before 6.1 do not tell its size;
    then the lowest value that a large vendor accepts is the measure.
    """
    limit = outlook.value(MAX_TW_BUCKETS)
    entries = outlook.host.running(EHASH_ENTRIES)
    floor = findings.THRESHOLDS["tw_buckets_floor"].value
    # Negative: the namespace shares the table of the initial one.
    default = abs(entries) // 2 if entries else None
    # From 5.18 on, -1 means no limit.
    if limit is None or limit < 0 or limit >= (floor if default is None else default):
        return
    measure = f"this kernel's default {default}" if default is not None else f"{floor}, the least that a large vendor accepts"
    yield findings.finding(
        "max-tw-buckets-below-kernel-default",
        "info",
        f"{MAX_TW_BUCKETS} = {limit} ({outlook.basis(MAX_TW_BUCKETS)}) is below {measure}",
        {
            "limit": limit,
            "basis": outlook.basis(MAX_TW_BUCKETS),
            "kernel_default": default,
            "floor": floor if default is None else None,
            "time_wait": outlook.host.state("TIME_WAIT"),
        },
        "Leave it at the kernel's default or raise it; to have fewer sockets in TIME_WAIT, reuse connections (keepalive, pools).",
        parameter=MAX_TW_BUCKETS,
        will_not_help=[
            "lowering it to free ports or memory: a socket in TIME_WAIT costs a few hundred bytes, and those already there stay"
        ],
    )


def port_range_parity(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report a port range whose ends are both even or both odd (net/ipv4/inet_hashtables.c, __inet_hash_connect)."""
    ends = outlook.value(PORT_RANGE)
    if ends is None or (ends[1] - ends[0]) % 2 or ends[0] == ends[1]:
        return
    low, high = ends
    better = f"{low} {high + 1}" if high < LAST_PORT else f"{low} {high - 1}"
    yield findings.finding(
        "port-range-parity",
        "info",
        f"{PORT_RANGE} = {low} {high} ({outlook.basis(PORT_RANGE)}): both ends are {'odd' if low % 2 else 'even'}, so TCP cannot use the last port",
        {"low": low, "high": high, "basis": outlook.basis(PORT_RANGE), "size": high - low + 1, "better": better},
        f"Use {better}: connect() searches ports of one parity first, and the two halves are then equal.",
        parameter=PORT_RANGE,
    )


def port_range_overlaps(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report listeners whose port the kernel may give to an outgoing connection while the service restarts."""
    ends, listeners = outlook.value(PORT_RANGE), outlook.host.facts.get("listeners")
    if ends is None or not listeners:
        return
    reserved = outlook.value(RESERVED_PORTS) or []
    inside = [row for row in listeners if ends[0] <= row["port"] <= ends[1] and row["port"] not in reserved]
    if not inside:
        return
    ports = sorted({row["port"] for row in inside})
    # Above the kernel's default start most listeners took any free port themselves, so no service is waiting for that one.
    services = [port for port in ports if port < findings.THRESHOLDS["default_first_port"].value]
    yield findings.finding(
        "port-range-overlaps-listeners",
        "medium" if services else "info",
        f"{PORT_RANGE} = {ends[0]} {ends[1]} ({outlook.basis(PORT_RANGE)}) contains {len(ports)} port{'s' * (len(ports) > 1)} that services listen on",
        {
            "low": ends[0],
            "high": ends[1],
            "basis": outlook.basis(PORT_RANGE),
            "listeners": [{key: row[key] for key in ("address", "port", "family") if key in row} for row in inside],
            "reserved_ports": _ranges(reserved),
            "suggested_reserved_ports": _ranges({*reserved, *(services or ports)}),
        },
        f"Reserve them: set {RESERVED_PORTS} to the suggested list, which keeps what is reserved now (a write replaces the old list).",
        parameter=RESERVED_PORTS,
        will_not_help=["restarting the service later: the port stays taken as long as the outgoing connection lives"],
    )


def _ranges(ports: Any) -> str:
    """Return ports the way the kernel prints them: ``3000-3010,8080``; empty for none."""
    spans: list[list[int]] = []
    for port in sorted(ports):
        if spans and port == spans[-1][1] + 1:
            spans[-1][1] = port
        else:
            spans.append([port, port])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)


RULES: tuple[Callable[[Outlook], Iterator[findings.Finding]], ...] = (
    *diagnose_ports.RULES,
    *diagnose_leaks.RULES,
    *diagnose_queues.RULES,
    *diagnose_limits.RULES,
    *diagnose_time_wait.RULES,
    port_range_overlaps,
    max_tw_buckets,
    port_range_parity,
)
