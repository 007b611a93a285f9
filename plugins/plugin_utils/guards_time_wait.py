# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard the settings that are meant against TIME_WAIT: its limit, its reuse, and tcp_fin_timeout, which has nothing to do with it."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.guard_case import Case, Objection

MAX_TW_BUCKETS = "net.ipv4.tcp_max_tw_buckets"
TW_REUSE = "net.ipv4.tcp_tw_reuse"
TIMESTAMPS = "net.ipv4.tcp_timestamps"
FIN_TIMEOUT = "net.ipv4.tcp_fin_timeout"
EVIDENCE = (MAX_TW_BUCKETS, TW_REUSE, TIMESTAMPS, FIN_TIMEOUT)
TIME_WAIT_SECONDS = 60


def buckets_below_in_use(case: Case) -> Iterator[Objection]:
    """Refuse a new TIME_WAIT limit below what is in use: from then on every connection ends without TIME_WAIT (net/ipv4/inet_timewait_sock.c).

    The limit counts TIME_WAIT and orphaned FIN_WAIT2 together, as ``tw`` of /proc/net/sockstat does; without that, the sockets in
    TIME_WAIT are counted.
    """
    limit, in_use = case.change(MAX_TW_BUCKETS), _buckets_in_use(case)
    # From 5.18 on, -1 means no limit.
    if limit is None or not 0 <= limit < in_use:
        return
    running = case.host.running(MAX_TW_BUCKETS)
    yield Objection(
        findings.finding(
            "max-tw-buckets-below-in-use",
            "medium",
            f"{MAX_TW_BUCKETS} = {limit} is below the {in_use} sockets that are in TIME_WAIT now",
            {"wanted": limit, "in_use": in_use, "running": running, "time_wait": case.host.state("TIME_WAIT")},
            "Leave the limit above what is in use. To have fewer sockets in TIME_WAIT, reuse connections (keepalive, pools); a profile that "
            "wants the limit all the same says why (soften).",
            parameter=MAX_TW_BUCKETS,
            will_not_help=[
                "lowering it to clear what is there: those sockets stay until their 60 seconds are over",
                "lowering it for ports or memory: a socket in TIME_WAIT costs a few hundred bytes, and a port towards one destination only",
            ],
        ),
        MAX_TW_BUCKETS,
    )


def _buckets_in_use(case: Case) -> int:
    tcp = case.host.facts.get("counters", {}).get("sockstat", {}).get("TCP", {})
    return int(tcp["tw"]) if "tw" in tcp else case.host.state("TIME_WAIT")


def reuse_without_timestamps(case: Case) -> Iterator[Objection]:
    """Warn that tcp_tw_reuse does nothing while timestamps are off (net/ipv4/tcp_ipv4.c, tcp_twsk_unique: no tw_ts_recent_stamp)."""
    if case.value(TW_REUSE) != 1 or case.value(TIMESTAMPS) != 0:
        return
    yield Objection(
        findings.finding(
            "tw-reuse-without-timestamps",
            "low",
            f"{TW_REUSE} = 1 ({case.basis(TW_REUSE)}) has no effect while {TIMESTAMPS} is 0 ({case.basis(TIMESTAMPS)})",
            {
                "tcp_tw_reuse": 1,
                "tcp_timestamps": 0,
                "basis": case.basis(TW_REUSE),
                "TWRecycled": case.host.counter("TcpExt", "TWRecycled"),
            },
            f"Set {TIMESTAMPS} to 1, its default, on both ends: only connections that had timestamps leave a TIME_WAIT that can be reused.",
            parameter=TIMESTAMPS,
            will_not_help=["tcp_tw_reuse_delay", "a lower tcp_fin_timeout"],
        )
    )


def reuse_on_a_server(case: Case) -> Iterator[Objection]:
    """Say that tcp_tw_reuse will not lower the count where most of TIME_WAIT is on ports that something listens on.

    Only connect() asks whether it may take a socket over from TIME_WAIT (net/ipv4/inet_hashtables.c, __inet_check_established).
    """
    waiting = case.host.facts.get("time_wait") or {}
    inbound, other = waiting.get("inbound", 0), waiting.get("other", 0)
    if case.change(TW_REUSE) != 1 or inbound <= other:
        return
    yield Objection(
        findings.finding(
            "tw-reuse-helps-outgoing-only",
            "info",
            f"{TW_REUSE} = 1 is planned, and {inbound} of {inbound + other} sockets in TIME_WAIT are on listening ports: it reuses none of those",
            {"inbound": inbound, "other": other, "running": case.host.running(TW_REUSE)},
            "Nothing is wrong with TIME_WAIT on a listener: it costs no ephemeral port. Let the clients close first or keep connections open "
            "to have less of it.",
            parameter=TW_REUSE,
            will_not_help=["any sysctl: a listener accepts a new connection out of TIME_WAIT by itself when its sequence number is newer"],
        )
    )


def fin_timeout(case: Case) -> Iterator[Objection]:
    """Say that a short tcp_fin_timeout does not shorten TIME_WAIT; low where it is so short that slow clients are reset.

    It is the life of orphaned sockets in FIN_WAIT2; TIME_WAIT is the constant TCP_TIMEWAIT_LEN (include/net/tcp.h).
    """
    seconds = case.value(FIN_TIMEOUT)
    if seconds is None or seconds >= TIME_WAIT_SECONDS:
        return
    floor = case.limit("fin_timeout_floor")
    yield Objection(
        findings.finding(
            "fin-timeout-not-time-wait",
            "low" if seconds < floor else "info",
            f"{FIN_TIMEOUT} = {seconds} ({case.basis(FIN_TIMEOUT)}) does not shorten TIME_WAIT, which lasts {TIME_WAIT_SECONDS} seconds",
            {
                "seconds": seconds,
                "basis": case.basis(FIN_TIMEOUT),
                "floor": floor,
                "fin_wait2": case.host.state("FIN_WAIT2"),
                "time_wait": case.host.state("TIME_WAIT"),
            },
            f"Leave it at 60 unless orphaned sockets pile up in FIN_WAIT2, and then at {floor} or more: below, slow clients are reset.",
            parameter=FIN_TIMEOUT,
            will_not_help=["lowering it against TIME_WAIT: no sysctl changes those 60 seconds"],
        )
    )
