# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard the settings of listening sockets and of keepalive, which do less than their names promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.guard_case import SHOWN, Case, Objection
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import Row

SYNCOOKIES = "net.ipv4.tcp_syncookies"
MAX_SYN_BACKLOG = "net.ipv4.tcp_max_syn_backlog"
SOMAXCONN = "net.core.somaxconn"
KEEPALIVE = ("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes")
EVIDENCE = (SYNCOOKIES, SOMAXCONN)
# Since then the SYN queue has the length of the accept queue (net/ipv4/inet_connection_sock.c).
QUEUE_OF_THE_LISTENER = (4, 4)


def syncookies_off(case: Case) -> Iterator[Objection]:
    """Warn that a small SYN flood locks every client out while SYN cookies are off (net/ipv4/tcp_input.c, tcp_syn_flood_action)."""
    if case.value(SYNCOOKIES) != 0:
        return
    yield Objection(
        findings.finding(
            "syncookies-off",
            "medium",
            f"{SYNCOOKIES} is 0 ({case.basis(SYNCOOKIES)}): a full SYN queue drops every new client",
            {
                "basis": case.basis(SYNCOOKIES),
                "listeners": len(case.listeners),
                "TCPReqQFullDrop": case.host.counter("TcpExt", "TCPReqQFullDrop"),
            },
            f"Set {SYNCOOKIES} to 1, its default: cookies are sent only when the queue is full.",
            parameter=SYNCOOKIES,
            will_not_help=["a longer SYN queue alone: a flood fills any length"],
        )
    )


def syn_backlog_without_effect(case: Case) -> Iterator[Objection]:
    """Say of a new tcp_max_syn_backlog that it is read only while SYN cookies are off, since Linux 4.4 (net/ipv4/tcp_input.c, tcp_conn_request)."""
    wanted, cookies = case.change(MAX_SYN_BACKLOG), case.value(SYNCOOKIES)
    if wanted is None or not cookies or case.kernel < QUEUE_OF_THE_LISTENER:
        return
    yield Objection(
        findings.finding(
            "max-syn-backlog-without-effect",
            "info",
            f"{MAX_SYN_BACKLOG} = {wanted} is planned, and is not read while {SYNCOOKIES} is {cookies}",
            {
                "max_syn_backlog": wanted,
                "running": case.host.running(MAX_SYN_BACKLOG),
                "syncookies": cookies,
                "somaxconn": case.value(SOMAXCONN),
            },
            f"To queue more half-open connections, raise the application's listen backlog and {SOMAXCONN}, and restart the application.",
            parameter=MAX_SYN_BACKLOG,
            will_not_help=["raising it further", f"switching {SYNCOOKIES} off to make it count: that is worse under any flood"],
        )
    )


def syn_queue_capped(case: Case) -> Iterator[Objection]:
    """Name the listeners whose queues stay shorter than tcp_max_syn_backlog or somaxconn promise.

    A listener's backlog is the lower of what the application gave to listen() and of somaxconn at that moment (listen(2)).
    """
    name = next((name for name in (MAX_SYN_BACKLOG, SOMAXCONN) if case.speaks(name)), None)
    wanted = None if name is None else case.value(name)
    if name is None or wanted is None:
        return
    somaxconn = case.value(SOMAXCONN)
    short = sorted((row for row in case.listeners if row.get("backlog", wanted) < wanted), key=lambda row: row["backlog"])
    low = somaxconn is not None and somaxconn < wanted
    if not short and not (low and case.listeners):
        return
    what = (
        f"{len(short)} of {len(case.listeners)} listeners have a shorter queue"
        if short
        else f"{SOMAXCONN} = {somaxconn} caps every listener"
    )
    yield Objection(
        findings.finding(
            "syn-queue-capped-by-backlog",
            "info",
            f"{name} = {wanted} ({case.basis(name)}), but {what}",
            {
                "wanted": wanted,
                "somaxconn": somaxconn,
                "shorter": len(short),
                "listeners": [_listener(row, case.host.running(SOMAXCONN)) for row in short[:SHOWN]],
            },
            f"Raise {SOMAXCONN} first where it is the cap, then the backlog in the application's configuration; restart the application, since "
            "both are read by listen() alone.",
            parameter=name,
            will_not_help=[f"{MAX_SYN_BACKLOG} or {SOMAXCONN} while the application keeps running, or asks for less"],
        )
    )


def _listener(row: Row, somaxconn: int | None) -> dict[str, Any]:
    """Return who it is and what keeps its queue short: equal to somaxconn, it most likely asked for more."""
    shown = {key: row[key] for key in ("address", "port", "family", "backlog") if key in row}
    return {**shown, "capped_by": SOMAXCONN if row["backlog"] == somaxconn else "listen()"}


def keepalive_without_users(case: Case) -> Iterator[Objection]:
    """Say that no connection would send a probe: none has a keepalive timer, which SO_KEEPALIVE arms (tcp(7), net/ipv4/tcp_timer.c).

    A connection with data under way shows another timer, so only those without one are counted.
    """
    name = next((name for name in KEEPALIVE if case.speaks(name)), None)
    counts = case.host.facts.get("keepalive") or {}
    seen = counts.get("established", 0) - counts.get("hidden", 0)
    if name is None or counts.get("armed", 0) or seen <= 0:
        return
    yield Objection(
        findings.finding(
            "keepalive-without-users",
            "info",
            f"{name} is in the profile, and none of {seen} connections has SO_KEEPALIVE: no probe is sent",
            {"wanted": case.value(name), "established": counts["established"], "armed": 0, "hidden": counts.get("hidden", 0)},
            "Switch keepalive on in the application (nginx: so_keepalive of listen, HAProxy: option tcpka); without it dead peers stay until "
            "the application gives up.",
            parameter=name,
            will_not_help=[
                "tcp_keepalive_time, tcp_keepalive_intvl and tcp_keepalive_probes: the kernel reads them for sockets with SO_KEEPALIVE alone"
            ],
        )
    )
