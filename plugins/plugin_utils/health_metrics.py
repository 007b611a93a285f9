# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which figures of a host's TCP tell that clients are worse off than before, and how much worse is too much."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a figure is made from the counters of a window."""

    RATE = "per second"
    SHARE = "percent"
    LEVEL = "connections"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: the sum of some counters per second, per hundred of others, or a gauge.

    It regresses when it moves by more than ``change`` and to more than ``factor`` times of what it was; a factor below 1 means that a fall is
    what hurts. A share is judged only when the counters below the line rose by ``minimum`` in both windows, and is harm only when those above it
    rose by ``events`` after the change: two failures in fifty are chance.
    """

    name: str
    kind: Kind
    counters: tuple[str, ...]
    change: float
    factor: float
    source: str
    per: tuple[str, ...] = ()
    minimum: float = 0
    events: float = 0

    @property
    def falls(self) -> bool:
        """Tell whether a fall is what hurts."""
        return self.factor < 1


_OPENED = ("Tcp.ActiveOpens", "Tcp.PassiveOpens")

METRICS = (
    Metric(
        "listen_overflows",
        Kind.RATE,
        ("TcpExt.ListenOverflows",),
        0.1,
        1.5,
        "a finished handshake found the accept queue full (tcp_v4_syn_recv_sock); netdata warns above 1 over a minute, a change may cost a tenth of it",
    ),
    Metric(
        "listen_drops",
        Kind.RATE,
        ("TcpExt.ListenDrops",),
        0.1,
        1.5,
        "SYNs and handshakes that a listener dropped, overflows included; as above",
    ),
    Metric(
        "paws_rejects",
        Kind.RATE,
        ("TcpExt.PAWSPassive", "TcpExt.PAWSActive", "TcpExt.PAWSEstab", "TcpExt.PAWSTimewait"),
        0.1,
        2.0,
        "segments dropped for their timestamp (RFC 7323): each may cost a client behind NAT a second; the limits are a judgement",
    ),
    Metric(
        "time_wait_overflows",
        Kind.RATE,
        ("TcpExt.TCPTimeWaitOverflow",),
        1.0,
        2.0,
        "connections closed without TIME_WAIT, tcp_max_tw_buckets is too low (ip-sysctl.rst); the limits are a judgement",
    ),
    Metric(
        "attempt_fails",
        Kind.SHARE,
        ("Tcp.AttemptFails",),
        2.0,
        2.0,
        "handshakes that failed, per hundred connections opened (RFC 4022), over 100 where incoming ones fail; the limits are a judgement",
        _OPENED,
        20,
        5,
    ),
    Metric(
        "estab_resets",
        Kind.SHARE,
        ("Tcp.EstabResets",),
        5.0,
        2.0,
        "connections reset, per hundred connections opened (RFC 4022); the limits are a judgement",
        _OPENED,
        20,
        5,
    ),
    Metric(
        "retransmissions",
        Kind.SHARE,
        ("Tcp.RetransSegs",),
        1.0,
        2.0,
        "segments sent again, per hundred segments sent (RFC 4022); the limits are a judgement",
        ("Tcp.OutSegs",),
        100,
        20,
    ),
    Metric(
        "established",
        Kind.LEVEL,
        ("Tcp.CurrEstab",),
        20,
        0.5,
        "connections in ESTABLISHED or CLOSE_WAIT (RFC 4022), fewest at both ends of the window before, at the end of the one after; "
        "half of them gone; a judgement",
    ),
    Metric(
        "opened", Kind.RATE, _OPENED, 2.0, 0.1, "connections opened; nine in ten gone means that clients do not get through; a judgement"
    ),
    Metric("segments", Kind.RATE, ("Tcp.InSegs", "Tcp.OutSegs"), 100, 0.1, "segments received and sent; nine in ten gone; a judgement"),
)
# What a window must hold before its silence counts for anything: either is enough. Our own connection opens one and sends hundreds.
TRAFFIC = {"opened": 20.0, "segments": 5000.0}
