# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find sockets that nobody closes: CLOSE_WAIT, FIN_WAIT2, LAST_ACK, and connections that nobody would miss."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.outlook import FIN_TIMEOUT, Outlook


def close_wait_leak(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report CLOSE_WAIT that lasts or only grows, with the processes that hold it; a number alone says nothing."""
    lasting = outlook.at_least("close_wait", outlook.limit("close_wait_seconds")) or _kept(outlook)
    growing = _grows(outlook)
    if not lasting and not growing:
        return
    count = outlook.host.state("CLOSE_WAIT")
    holders = _holders(outlook, "CLOSE_WAIT")
    by = f" by {_named(holders)}" if holders else ""
    yield findings.finding(
        "close-wait-leak",
        "high" if growing and lasting else "medium" if growing else "low",
        f"{count} sockets are in CLOSE_WAIT, held{by}: the peers have closed, the program has not",
        {
            "CLOSE_WAIT": count,
            "lasting": lasting,
            "lasting_seconds": outlook.limit("close_wait_seconds"),
            "longest_seconds": outlook.part("ages", "close_wait", "longest_seconds"),
            "samples": outlook.part("samples", "close_wait", "counts"),
            "owners": holders or None,
            "owners_complete": outlook.part("owners", "complete"),
            "unowned": outlook.part("owners", "states", "CLOSE_WAIT", "unowned"),
            "peers": outlook.part("groups", "close_wait", "peers"),
        },
        "Find the code path that does not close, and restart the program until it is mended; a higher limit of open files only buys time.",
        will_not_help=[
            "every net.ipv4.tcp_* sysctl: the kernel waits for the program, for ever",
            "keepalive: it works only where the program set SO_KEEPALIVE, and hides the leak",
        ],
    )


def _kept(outlook: Outlook) -> int:
    """Return how many were in CLOSE_WAIT in every sample, where the samples cover the time that is too long."""
    if (outlook.part("samples", "seconds") or 0) < outlook.limit("close_wait_seconds"):
        return 0
    return int(outlook.part("samples", "close_wait", "kept") or 0)


def _grows(outlook: Outlook) -> bool:
    """Tell whether every sample had more than the one before, and none of the first was ever closed."""
    counts = outlook.part("samples", "close_wait", "counts") or []
    kept = outlook.part("samples", "close_wait", "kept")
    rises = all(after > before for before, after in itertools.pairwise(counts))
    return len(counts) >= outlook.limit("close_wait_samples") and rises and bool(kept == counts[0])


def close_wait_blocks(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report connections between two sockets of this host that cannot begin because the old one's end was never closed."""
    blocking = outlook.part("groups", "close_wait", "blocking")
    if not blocking:
        return
    yield findings.finding(
        "close-wait-blocks-connects",
        "medium",
        f"{blocking} connections from this host to itself hang in SYN_SENT: the same address and port is still in CLOSE_WAIT at the other end",
        {
            "blocking": blocking,
            "CLOSE_WAIT": outlook.host.state("CLOSE_WAIT"),
            "SYN_SENT": outlook.host.state("SYN_SENT"),
            "owners": _holders(outlook, "CLOSE_WAIT") or None,
            "tcp_fin_timeout": outlook.value(FIN_TIMEOUT),
        },
        "Mend or restart the program that holds the sockets in CLOSE_WAIT.",
        will_not_help=["a longer tcp_fin_timeout: the client's port comes back later, to the same socket"],
    )


def fin_wait2_orphaned(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report many FIN_WAIT2 that no process holds: the peers do not close, and the kernel waits tcp_fin_timeout for each."""
    count = outlook.part("groups", "fin_wait2", "orphaned") or 0
    if count < outlook.limit("fin_wait2_orphaned"):
        return
    yield findings.finding(
        "fin-wait2-orphaned",
        "low",
        f"{count} sockets without an owner are in FIN_WAIT2: this host has closed, the peers have not",
        {"orphaned": count, "FIN_WAIT2": outlook.host.state("FIN_WAIT2"), "tcp_fin_timeout": outlook.value(FIN_TIMEOUT)},
        f"Nothing as long as memory and tcp_max_tw_buckets suffice; else set {FIN_TIMEOUT} to 30.",
        parameter=FIN_TIMEOUT,
        will_not_help=[
            "less than 25 to 30 seconds: slow clients are reset",
            "tcp_tw_reuse: FIN_WAIT2 is not reused (since Linux 6.12)",
        ],
    )


def fin_wait2_held(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report FIN_WAIT2 that a process holds for long: it closed one direction only and waits for a peer that is silent."""
    count = outlook.at_least("fin_wait2", outlook.limit("fin_wait2_held_seconds"))
    if count < outlook.limit("fin_wait2_held"):
        return
    holders = _holders(outlook, "FIN_WAIT2")
    yield findings.finding(
        "fin-wait2-held",
        "low",
        f"{count} half-closed connections (FIN_WAIT2) have been silent for long and are still held"
        + (f" by {_named(holders)}" if holders else ""),
        {
            "held": outlook.part("groups", "fin_wait2", "held"),
            "silent": count,
            "silent_seconds": outlook.limit("fin_wait2_held_seconds"),
            "longest_seconds": outlook.part("ages", "fin_wait2", "longest_seconds"),
            "owners": holders or None,
        },
        "Give the program a timeout for half-closed connections, after which it closes them.",
        will_not_help=["tcp_fin_timeout: it concerns sockets without an owner"],
    )


def last_ack_pile(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report many LAST_ACK: both ends have closed, and the peers' last acknowledgement does not come."""
    count = outlook.host.state("LAST_ACK")
    if count < outlook.limit("last_ack_pile"):
        return
    yield findings.finding(
        "last-ack-pile",
        "low",
        f"{count} sockets are in LAST_ACK: the peers that closed first do not acknowledge any more",
        {"LAST_ACK": count, "FIN_WAIT1": outlook.host.state("FIN_WAIT1"), "orphan": outlook.sockstat("orphan")},
        "See whether a firewall or balancer forgets connections before they end, and whether packets are lost; lower net.ipv4.tcp_orphan_retries "
        "if orphans become too many.",
        will_not_help=["tcp_fin_timeout, tcp_tw_reuse, tcp_max_tw_buckets: they concern other states"],
    )


def idle_without_keepalive(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report old silent connections to other hosts without a keepalive timer: a middlebox may have forgotten them, and nobody would know."""
    seconds = outlook.limit("idle_seconds")
    count = outlook.at_least("established", seconds)
    if count < outlook.limit("idle_connections"):
        return
    yield findings.finding(
        "idle-without-keepalive",
        "info",
        f"{count} established connections have been silent for {seconds} seconds or more and have no keepalive timer",
        {
            "silent": count,
            "silent_seconds": seconds,
            "without_keepalive": outlook.part("ages", "established", "sockets"),
            "longest_seconds": outlook.part("ages", "established", "longest_seconds"),
            "ESTABLISHED": outlook.host.state("ESTABLISHED"),
        },
        "Have the program set SO_KEEPALIVE, and probe before NAT and balancers forget: keepalive time 300, interval 30, 5 probes.",
        will_not_help=["net.ipv4.tcp_keepalive_*: they mean nothing for sockets without SO_KEEPALIVE"],
    )


def _holders(outlook: Outlook, state: str) -> list[dict[str, Any]]:
    return list(outlook.part("owners", "states", state, "processes") or ())


def _named(holders: list[dict[str, Any]]) -> str:
    names = [f"{row.get('comm', 'process')} (pid {row['pid']}: {row['count']})" for row in holders[:3]]
    return ", ".join(names) + (" and others" if len(holders) > len(names) else "")


RULES: tuple[Callable[[Outlook], Iterator[findings.Finding]], ...] = (
    close_wait_leak,
    close_wait_blocks,
    fin_wait2_orphaned,
    fin_wait2_held,
    last_ack_pile,
    idle_without_keepalive,
)
