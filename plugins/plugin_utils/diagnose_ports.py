# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out whether outgoing connections run out of ports, or of a far side that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.outlook import PORT_RANGE, TW_REUSE, TW_REUSE_DELAY, Outlook

# TCP_TIMEWAIT_LEN, which no sysctl changes.
TIME_WAIT_SECONDS = 60
REUSE_MILLISECONDS = 1000
_LEVELS = {"high": "ephemeral_high", "medium": "ephemeral_medium"}
_HUNDRED = 100


def ephemeral_exhaustion(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report destinations that hold most of the ephemeral ports; each (source, destination, port) has the whole range for itself."""
    available = outlook.part("ephemeral", "available") or 0
    rows = outlook.part("ephemeral", "destinations") or ()
    crowded = [row for row in rows if available and outlook.graded(_percent(row["used"], available), _LEVELS)]
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
        outlook.graded(_percent(worst["used"], available), _LEVELS) or "medium",
        f"{worst['used']} of {available} ephemeral ports ({worst['used'] * 100 // available} %) are in use "
        f"from {worst['source']} to {worst['destination']} port {worst['port']}",
        {
            "available": available,
            "destinations": crowded,
            "time_wait": outlook.host.state("TIME_WAIT"),
            "tcp_tw_reuse": reuse,
            **sustained(outlook, available),
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


def sustained(outlook: Outlook, available: int) -> dict[str, float]:
    """Return how many new connections per second one destination can take for ever, with TIME_WAIT as it is and with tcp_tw_reuse = 1."""
    delay = outlook.value(TW_REUSE_DELAY) or REUSE_MILLISECONDS
    return {
        "sustained_per_second": round(available / TIME_WAIT_SECONDS, 1),
        "sustained_per_second_with_tw_reuse": round(available * 1000 / delay, 1),
    }


def bound_early(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report a source address whose connections share no port: programs bind before they connect, and the range is one pool.

    connect() alone gives one port to many destinations (net/ipv4/inet_hashtables.c); after bind() to port 0 it cannot.
    """
    available = outlook.part("ephemeral", "available") or 0
    for pool in outlook.part("ephemeral", "sources") or ():
        severity = outlook.graded(_percent(pool["ports"], available), _LEVELS) if available else None
        if severity and pool["destinations"] > 1 and _shared(pool) < outlook.limit("shared_ports_percent"):
            yield _bound_early(outlook, pool, severity, available)


def _shared(pool: Mapping[str, int]) -> float:
    return _percent(pool["connections"] - pool["ports"], pool["connections"])


def _bound_early(outlook: Outlook, pool: Mapping[str, Any], severity: str, available: int) -> findings.Finding:
    return findings.finding(
        "ephemeral-ports-bound-early",
        severity,
        f"{pool['connections']} connections from {pool['source']} to {pool['destinations']} destinations use {pool['ports']} of {available} "
        "ephemeral ports and share none: programs bind an address before they connect",
        {**pool, "available": available, "tcp_tw_reuse": outlook.host.running(TW_REUSE)},
        "Have the program set IP_BIND_ADDRESS_NO_PORT (nginx and HAProxy do, recent Squid too) or leave the binding out; fewer connections until then.",
        parameter=PORT_RANGE,
        will_not_help=[
            "tcp_tw_reuse = 1: bind() fails with EADDRINUSE before connect() could reuse anything",
            "more destinations: a bound port is taken for all of them",
        ],
    )


def syn_sent_pile(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report destinations that do not answer connection attempts."""
    rows = [row for row in outlook.part("groups", "syn_sent") or () if row["count"] >= outlook.limit("syn_sent_pile")]
    if not rows:
        return
    yield findings.finding(
        "syn-sent-pile",
        "low",
        f"{rows[0]['count']} connections to {rows[0]['address']} port {rows[0]['port']} wait for an answer (SYN_SENT)",
        {
            "SYN_SENT": outlook.host.state("SYN_SENT"),
            "destinations": rows,
            "AttemptFails": outlook.part("counters", "snmp", "Tcp", "AttemptFails"),
            "AttemptFails_per_second": outlook.rate("AttemptFails", "Tcp"),
        },
        "See whether the far side runs, listens with a queue that is not full, and is not behind a firewall that drops; to fail faster, "
        "give the program a connect timeout or set net.ipv4.tcp_syn_retries to 3 or 4.",
        will_not_help=["tcp_tw_reuse, tcp_fin_timeout, tcp_max_tw_buckets: these connections have not begun"],
    )


def _percent(part: float, whole: float) -> float:
    return part * _HUNDRED / whole if whole else 0.0


RULES: tuple[Callable[[Outlook], Iterator[findings.Finding]], ...] = (ephemeral_exhaustion, bound_early, syn_sent_pile)
