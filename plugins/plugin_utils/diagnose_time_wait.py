# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell TIME_WAIT that harms from TIME_WAIT that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.outlook import MAX_TW_BUCKETS, Outlook


def time_wait_overflow(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report that sockets were closed without TIME_WAIT because the limit was reached (TcpExt TCPTimeWaitOverflow), or are about to be."""
    overflow = outlook.total("TCPTimeWaitOverflow")
    limit = outlook.host.running(MAX_TW_BUCKETS)
    # One limit for TIME_WAIT and orphaned FIN_WAIT2, which sockstat counts together. Negative: none, since Linux 5.18.
    used = outlook.sockstat("tw")
    near = bool(used and limit and limit > 0 and used * 100 >= outlook.limit("time_wait_near_limit") * limit)
    if not overflow and not near:
        return
    yield findings.finding(
        "time-wait-overflow",
        "medium" if overflow else "low",
        f"{overflow} connections were closed without TIME_WAIT since the network namespace started: tcp_max_tw_buckets is too low for this load"
        if overflow
        else f"{used} of {limit} sockets that tcp_max_tw_buckets allows are in TIME_WAIT: the next ones are closed without it",
        {
            "TCPTimeWaitOverflow": overflow,
            "TCPTimeWaitOverflow_per_second": outlook.rate("TCPTimeWaitOverflow"),
            "time_wait": outlook.host.state("TIME_WAIT"),
            "sockstat_tw": used,
            "limit": limit,
        },
        f"Raise {MAX_TW_BUCKETS}, or take it out of the profile; the counter starts again at the next boot.",
        parameter=MAX_TW_BUCKETS,
        will_not_help=["lowering it further", "tcp_tw_reuse for incoming connections: it concerns outgoing ones alone"],
    )


def time_wait_on_listeners(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report TIME_WAIT on ports that something listens on, so that nobody treats it: it takes no port and a few hundred bytes each."""
    rows = [row for row in outlook.part("groups", "served") or () if row["time_wait"]]
    served = sum(row["time_wait"] for row in rows)
    if served < outlook.limit("time_wait_noticed"):
        return
    yield findings.finding(
        "time-wait-on-listeners",
        "info",
        f"{served} of {outlook.host.state('TIME_WAIT')} sockets in TIME_WAIT are on ports that this host listens on: harmless, they use up no ports",
        {"served": served, "time_wait": outlook.host.state("TIME_WAIT"), "ports": rows},
        "Nothing needs to be done. To have fewer, let clients close first or keep connections open (HTTP keepalive).",
        will_not_help=[
            "tcp_tw_reuse: it concerns outgoing connections alone",
            "tcp_fin_timeout: TIME_WAIT lasts 60 seconds whatever it says",
            "a lower tcp_max_tw_buckets: it ends connections without the protection that TIME_WAIT is there for",
        ],
    )


def paws_rejects(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report connection attempts dropped in TIME_WAIT for an older timestamp: clients share addresses, and reuse ports within 60 seconds.

    PAWSTimewait counts these alone. Kernels before it counted them in PAWSEstab, together with harmless old segments.
    """
    name = "PAWSTimewait" if outlook.total("PAWSTimewait") is not None else "PAWSEstab"
    total, rate = outlook.total(name) or 0, outlook.rate(name)
    exact = name == "PAWSTimewait"
    if rate is None:
        severity = "info" if exact and total >= outlook.limit("counter_noticed") else None
    elif exact:
        severity = "medium" if rate > 0 else None
    else:
        severity = "low" if rate >= outlook.limit("rate_medium") else None
    if severity is None:
        return
    yield findings.finding(
        "paws-rejects",
        severity,
        f"{total} segments were dropped for an old timestamp since the network namespace started ({name})",
        {name: total, f"{name}_per_second": rate, "ports": outlook.part("groups", "served")},
        "Where a NAT or balancer stands in front: give it more addresses or ports, and have it keep source ports (no fully random ones). "
        "On this host: keep connections open, or let clients close first.",
        will_not_help=[
            "tcp_tw_reuse: it concerns outgoing connections alone",
            "tcp_timestamps = 0 or a tiny tcp_max_tw_buckets: the drops stop, and so does the protection from old segments",
        ],
    )


RULES: tuple[Callable[[Outlook], Iterator[findings.Finding]], ...] = (time_wait_overflow, time_wait_on_listeners, paws_rejects)
