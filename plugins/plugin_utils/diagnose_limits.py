# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find limits of the whole host that are near: orphans, memory of TCP, connection tracking."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.outlook import CONNTRACK_COUNT, CONNTRACK_MAX, MAX_ORPHANS, TCP_MEM, Outlook

_CONNTRACK = {"high": "conntrack_high", "medium": "conntrack_medium"}
_ORPHANS = {"high": "orphans_high", "medium": "orphans_medium"}


def orphans(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report that sockets which no process holds come near the limit, from where on the kernel resets them (tcp_check_oom)."""
    count, limit = outlook.sockstat("orphan"), outlook.value(MAX_ORPHANS)
    severity = outlook.graded(count * 100 / limit, _ORPHANS) if count and limit and limit > 0 else None
    if severity is None:
        return
    yield findings.finding(
        "orphans-near-limit",
        severity,
        f"{count} sockets that no process holds exist on this host, {MAX_ORPHANS} is {limit}; the kernel may count each up to four times",
        {
            "orphan": count,
            "limit": limit,
            "FIN_WAIT1": outlook.host.state("FIN_WAIT1"),
            "LAST_ACK": outlook.host.state("LAST_ACK"),
            "TCPAbortOnMemory": outlook.total("TCPAbortOnMemory"),
        },
        f"Lower net.ipv4.tcp_orphan_retries, and raise {MAX_ORPHANS} where there is memory for it (up to 64 KiB each that cannot be swapped).",
        parameter=MAX_ORPHANS,
        will_not_help=["lowering tcp_max_orphans: connections are reset sooner", "tcp_tw_*: a socket in TIME_WAIT is no orphan"],
    )


def memory(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report that TCP holds more memory than tcp_mem's middle value, from where on buffers are cut."""
    pages, limits = outlook.sockstat("mem"), outlook.value(TCP_MEM)
    severity = None
    if pages is not None and limits:
        _low, pressure, high = limits
        if pages * 100 >= outlook.limit("tcp_memory_high") * high:
            severity = "high"
        elif pages * 100 > outlook.limit("tcp_memory_medium") * pressure:
            severity = "medium"
    before = outlook.total("TCPMemoryPressures") or 0
    if severity is None and not before:
        return
    yield findings.finding(
        "tcp-memory-pressure",
        severity or "info",
        f"TCP holds {pages} pages, under pressure from {limits[1]} on"
        if severity
        else f"TCP has come under memory pressure {before} times since the network namespace started",
        {
            "pages": pages,
            "tcp_mem": limits,
            "TCPMemoryPressures": before,
            "TCPAbortOnMemory": outlook.total("TCPAbortOnMemory"),
            "sockets": outlook.sockstat("alloc"),
        },
        f"Cut the last values of net.ipv4.tcp_rmem and tcp_wmem, or raise {TCP_MEM} (three numbers of pages) where there is memory for it.",
        parameter=TCP_MEM,
        will_not_help=["tcp_tw_*: sockets in TIME_WAIT have no buffers", "tcp_max_orphans: it is another limit"],
    )


def conntrack(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report a connection tracking table that is nearly full; packets of new connections are dropped then, and TCP knows nothing of it."""
    count, limit = outlook.value(CONNTRACK_COUNT), outlook.value(CONNTRACK_MAX)
    severity = outlook.graded(count * 100 / limit, _CONNTRACK) if count is not None and limit else None
    if severity is None:
        return
    yield findings.finding(
        "conntrack-near-full",
        severity,
        f"the connection tracking table holds {count} of {limit} entries; when it is full, new connections are dropped",
        {"count": count, "limit": limit, "percent": round(count * 100 / limit, 1), "sockets": outlook.part("sockets", "total")},
        f"Raise {CONNTRACK_MAX} (and nf_conntrack_buckets with it), or leave traffic that needs no tracking out of it (notrack).",
        parameter=CONNTRACK_MAX,
        will_not_help=["every net.ipv4.tcp_* sysctl: the table is the firewall's, not TCP's"],
    )


RULES: tuple[Callable[[Outlook], Iterator[findings.Finding]], ...] = (orphans, memory, conntrack)
