# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find queues of incoming connections that are full, and say which of the two it is and whose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.outlook import SOMAXCONN, SYNCOOKIES, Outlook

_BY_RATE = {"high": "rate_high", "medium": "rate_medium"}


def accept_queue_overflow(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report accept queues that are full, or that overflow: the program does not accept fast enough for its backlog."""
    rate, total = outlook.rate("ListenOverflows"), outlook.total("ListenOverflows") or 0
    # The kernel lets one more in than the limit says (sk_acceptq_is_full).
    full = [row for row in _listeners(outlook) if row["queued"] > row["backlog"]]
    severity = (outlook.graded(rate, _BY_RATE) if rate is not None else None) or _full_now(full, total)
    if severity is None and rate is None and total >= outlook.limit("counter_noticed"):
        severity = "info"
    if severity is None:
        return
    named = full or sorted((row for row in _listeners(outlook) if row["queued"]), key=lambda row: -row["queued"])[:3]
    yield findings.finding(
        "accept-queue-overflow",
        severity,
        f"the accept queue of {_name(full[0])} is full ({full[0]['queued']} wait, its limit is {full[0]['backlog']})"
        if full
        else f"accept queues have overflowed {total} times since the network namespace started",
        {
            "ListenOverflows": total,
            "ListenOverflows_per_second": rate,
            "ListenDrops": outlook.total("ListenDrops"),
            "listeners": named,
            "somaxconn": outlook.value(SOMAXCONN),
        },
        f"Let the program accept faster (more workers), or raise both its listen backlog and {SOMAXCONN}, the smaller one counts; then restart it, since "
        "the limit is taken when it calls listen().",
        parameter=SOMAXCONN,
        will_not_help=[
            "tcp_max_syn_backlog alone: it is another queue",
            "tcp_abort_on_overflow: it only turns a wait into a reset",
        ],
    )


def _full_now(full: list[dict[str, Any]], total: int) -> str | None:
    return None if not full else "medium" if total else "low"


def small_backlog(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report busy listeners whose program asked for a short queue although net.core.somaxconn allows a longer one."""
    allowed = outlook.value(SOMAXCONN)
    short = [row for row in _listeners(outlook) if row["backlog"] <= outlook.limit("listen_backlog_small") and _busy(outlook, row)]
    if allowed is None or not short or allowed <= outlook.limit("listen_backlog_small"):
        return
    yield findings.finding(
        "listen-backlog-small",
        "low",
        f"{_name(short[0])} is busy and asked for a backlog of {short[0]['backlog']}, while net.core.somaxconn allows {allowed}",
        {"listeners": short, "somaxconn": allowed, "ListenOverflows": outlook.total("ListenOverflows")},
        "Raise the backlog in the program's own configuration (nginx: listen ... backlog=, Apache: ListenBacklog) and restart it.",
        will_not_help=[f"{SOMAXCONN}: it is the upper limit, and is not reached"],
    )


def _busy(outlook: Outlook, listener: Mapping[str, Any]) -> bool:
    """Tell whether a queue is half full, or the port has many connections."""
    if listener["queued"] and listener["queued"] * 2 >= listener["backlog"]:
        return True
    served = outlook.part("groups", "served") or ()
    same = [row for row in served if (row["port"], row["family"]) == (listener["port"], listener["family"])]
    return any(row["connections"] >= outlook.limit("listener_busy") for row in same)


def syn_queue_overflow(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report SYN queues that are full: more half-open connections than a listener's backlog, by a flood or by lost ACKs."""
    names = ("TCPReqQFullDoCookies", "TCPReqQFullDrop")
    waiting = outlook.host.state("SYN_RECV")
    piled = waiting >= outlook.limit("syn_recv_pile")
    total = sum(outlook.total(name) or 0 for name in names) + (_other_drops(outlook.total) if piled else 0)
    rates = [rate for rate in map(outlook.rate, names) if rate is not None]
    # With cookies off the kernel drops without a counter of its own.
    rate = sum(rates) + (_other_drops(outlook.rate) if piled else 0)
    severity = outlook.graded(rate, _BY_RATE) if rates else None
    if severity is None and total and (piled or (not rates and total >= outlook.limit("counter_noticed"))):
        severity = "info"
    if severity is None:
        return
    yield findings.finding(
        "syn-queue-overflow",
        severity,
        f"{waiting} connections are half open (SYN_RECV), and SYN queues were full {total} times since the network namespace started",
        {
            "SYN_RECV": waiting,
            **{name: outlook.total(name) for name in names},
            "per_second": round(rate, 3) if rates else None,
            "ListenDrops": outlook.total("ListenDrops"),
            "peers": outlook.part("groups", "syn_recv", "peers"),
            "networks": outlook.part("groups", "syn_recv", "networks"),
            "tcp_syncookies": outlook.value(SYNCOOKIES),
            "somaxconn": outlook.value(SOMAXCONN),
        },
        f"Keep {SYNCOOKIES} at 1. Many networks behind few sockets each speak for a flood: filter it, set net.ipv4.tcp_synack_retries to 1 meanwhile. "
        f"Few networks speak for a path that loses ACKs. For real load raise the program's backlog and {SOMAXCONN}.",
        parameter=SYNCOOKIES,
        will_not_help=[
            "tcp_tw_*, tcp_fin_timeout, the port range: these connections have not begun",
            "tcp_max_syn_backlog while cookies are on: since Linux 4.4 the listen backlog is the limit",
        ],
    )


def _other_drops(read: Callable[[str], float | None]) -> float:
    """Return what listeners dropped for another reason than a full accept queue."""
    return max(0, (read("ListenDrops") or 0) - (read("ListenOverflows") or 0))


def syn_cookies(outlook: Outlook) -> Iterator[findings.Finding]:
    """Report that SYN cookies are in use: the fallback works, and options of the connections may be lost."""
    rate, total = outlook.rate("SyncookiesSent"), outlook.total("SyncookiesSent") or 0
    noticed = total >= outlook.limit("counter_noticed")
    severity = ("info" if noticed else None) if rate is None else "low" if rate >= outlook.limit("rate_medium") else None
    if severity is None:
        return
    yield findings.finding(
        "syn-cookies-in-use",
        severity,
        f"{total} SYN cookies were sent since the network namespace started",
        {
            "SyncookiesSent": total,
            "SyncookiesSent_per_second": rate,
            "SyncookiesRecv": outlook.total("SyncookiesRecv"),
            "SyncookiesFailed": outlook.total("SyncookiesFailed"),
            "tcp_syncookies": outlook.value(SYNCOOKIES),
        },
        f"Where {SYNCOOKIES} is 2, set it to 1. Else raise the backlog of the listener that the kernel log names if the load is real; cookies are "
        "for what cannot be served otherwise.",
        parameter=SYNCOOKIES,
        will_not_help=["switching cookies off: the same connections are dropped then"],
    )


def _listeners(outlook: Outlook) -> list[dict[str, Any]]:
    """Return the listeners whose limit is known; /proc/net/tcp does not tell it."""
    return [row for row in outlook.part("listeners") or () if "backlog" in row]


def _name(listener: Mapping[str, Any]) -> str:
    address = f"[{listener['address']}]" if ":" in listener["address"] else listener["address"]
    return f"{address}:{listener['port']}"


RULES: tuple[Callable[[Outlook], Iterator[findings.Finding]], ...] = (accept_queue_overflow, small_backlog, syn_queue_overflow, syn_cookies)
