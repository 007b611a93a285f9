# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what is wrong, or about to be, with the ports and TIME_WAIT sockets of a host, whatever the profile says.

A value that the plan is about to set counts as if it were set: the operator hears of the trouble before it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, typed

PORT_RANGE = "net.ipv4.ip_local_port_range"
RESERVED_PORTS = "net.ipv4.ip_local_reserved_ports"
MAX_TW_BUCKETS = "net.ipv4.tcp_max_tw_buckets"
EHASH_ENTRIES = "net.ipv4.tcp_ehash_entries"
TW_REUSE = "net.ipv4.tcp_tw_reuse"
# Sysctls that the rules below read beside those of the profile.
EVIDENCE = (PORT_RANGE, RESERVED_PORTS, MAX_TW_BUCKETS, EHASH_ENTRIES, TW_REUSE)
LAST_PORT = 65535


@dataclass(frozen=True)
class Outlook:
    """A host as it will be once the plan is carried out."""

    host: HostFacts
    planned: Mapping[str, str]

    def value(self, name: str) -> Any:
        """Return the typed value that is planned, else the running one; None when the host did not say."""
        if name in self.planned:
            return typed(name, self.planned[name])
        return self.host.running(name)

    def basis(self, name: str) -> str:
        """Say whether ``value`` is planned or running."""
        return "planned" if name in self.planned else "running"


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


def ephemeral_exhaustion(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report destinations that hold most of the ephemeral ports; each (source, destination, port) has the whole range for itself."""
    ephemeral = outlook.host.facts.get("ephemeral") or {}
    available = ephemeral.get("available", 0)
    medium, high = (findings.THRESHOLDS[f"ephemeral_{level}"].value for level in ("medium", "high"))
    crowded = [row for row in ephemeral.get("destinations", ()) if row["used"] * 100 >= medium * available > 0]
    if not crowded:
        return
    worst = max(crowded, key=lambda row: row["used"])
    reuse = outlook.host.running(TW_REUSE)
    advice = (
        ""
        if reuse == 1
        else f" Set {TW_REUSE} to 1 (it is {'not shown' if reuse is None else reuse}) and keep tcp_timestamps on at both ends."
    )
    yield findings.finding(
        "ephemeral-ports-near-exhaustion",
        "high" if worst["used"] * 100 >= high * available else "medium",
        f"{worst['used']} of {available} ephemeral ports ({worst['used'] * 100 // available} %) are in use "
        f"from {worst['source']} to {worst['destination']} port {worst['port']}",
        {
            "available": available,
            "destinations": crowded,
            "time_wait": outlook.host.state("TIME_WAIT"),
            "tcp_tw_reuse": reuse,
        },
        "Keep connections open (keepalive, a pool) instead of one for each request."
        + advice
        + " Then widen the range, or add source or destination addresses.",
        parameter=PORT_RANGE,
        will_not_help=[
            "tcp_fin_timeout: TIME_WAIT lasts 60 seconds whatever it says",
            "a lower tcp_max_tw_buckets: it trades refused connections for corrupted ones",
            "net.core.somaxconn, tcp_max_syn_backlog: they concern incoming connections",
        ],
    )


def time_wait_overflow(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report that sockets were closed without TIME_WAIT because the limit was reached (TcpExt TCPTimeWaitOverflow)."""
    overflow = outlook.host.counter("TcpExt", "TCPTimeWaitOverflow")
    if not overflow:
        return
    limit = outlook.host.running(MAX_TW_BUCKETS)
    yield findings.finding(
        "time-wait-overflow",
        "medium",
        f"{overflow} connections were closed without TIME_WAIT since the network namespace started: tcp_max_tw_buckets is too low for this load",
        {"TCPTimeWaitOverflow": overflow, "time_wait": outlook.host.state("TIME_WAIT"), "limit": limit},
        f"Raise {MAX_TW_BUCKETS}, or take it out of the profile; the counter starts again at the next boot.",
        parameter=MAX_TW_BUCKETS,
        will_not_help=["lowering it further", "tcp_tw_reuse for incoming connections: it concerns outgoing ones alone"],
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
    ephemeral_exhaustion,
    time_wait_overflow,
    port_range_overlaps,
    max_tw_buckets,
    port_range_parity,
)
