# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name every kind of finding that an audit can contain, and the thresholds behind them.

Ids are stable: reports and waivers refer to them. docs/findings/<id>.md explains each one; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Finding = dict[str, Any]
SEVERITIES = ("info", "low", "medium", "high")
SETTING = "setting"
TRAFFIC = "traffic"
BOOT = "boot"


@dataclass(frozen=True)
class Kind:
    """A kind of finding: what it ``concerns`` and the severities that it may have.

    ``setting`` findings decide whether a host is compliant; ``traffic`` findings describe what happens on the host now, come and
    go with its load, and do not. ``boot`` findings are about files that the next boot reads and that are not ours to change: no plan
    can clear them, so they do not count either.
    """

    id: str
    concerns: str
    severities: tuple[str, ...]


@dataclass(frozen=True)
class Threshold:
    """A number that a diagnosis compares with, and who says so."""

    value: int | float
    unit: str
    source: str


_BY_PROFILE = ("low", "medium", "high")
KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind("setting-differs", SETTING, _BY_PROFILE),
        Kind("setting-not-persisted", SETTING, _BY_PROFILE),
        Kind("setting-shadowed", SETTING, _BY_PROFILE),
        Kind("setting-removed", SETTING, ("info",)),
        Kind("setting-unsupported", SETTING, ("info", *_BY_PROFILE)),
        Kind("tw-recycle-needs-nat-declaration", SETTING, ("info",)),
        Kind("tw-recycle-behind-nat", SETTING, ("high",)),
        Kind("namespaces-not-tuned", SETTING, ("info",)),
        Kind("other-writer", SETTING, ("info", "medium")),
        Kind("waiver-expired", SETTING, ("info", "low")),
        Kind("boot-line-stale", BOOT, ("info",)),
        Kind("boot-line-unknown-key", BOOT, ("info", "low")),
        Kind("boot-line-duplicate", BOOT, ("info", "low")),
        Kind("boot-line-unreadable", BOOT, ("info", "low")),
        Kind("boot-file-hidden", BOOT, ("low",)),
        Kind("boot-file-ignored", BOOT, ("low",)),
        Kind("boot-module-not-loaded", BOOT, ("info", "low")),
        Kind("change-unconfirmed", BOOT, ("medium",)),
        Kind("change-half-done", BOOT, ("medium",)),
        Kind("max-tw-buckets-below-kernel-default", TRAFFIC, ("info",)),
        Kind("port-range-overlaps-listeners", TRAFFIC, ("info", "medium")),
        Kind("port-range-parity", TRAFFIC, ("info",)),
        Kind("max-tw-buckets-below-in-use", SETTING, ("low", "medium")),
        Kind("port-range-below-unprivileged-start", SETTING, ("medium",)),
        Kind("ip-forward-needed", SETTING, ("low", "high")),
        Kind("tcp-mem-beyond-ram", SETTING, ("low", "medium", "high")),
        Kind("conntrack-max-below-load", SETTING, ("low", "medium")),
        Kind("ip-forward-resets-conf", TRAFFIC, ("info",)),
        Kind("tw-reuse-without-timestamps", TRAFFIC, ("low",)),
        Kind("tw-reuse-helps-outgoing-only", TRAFFIC, ("info",)),
        Kind("fin-timeout-not-time-wait", TRAFFIC, ("info", "low")),
        Kind("syncookies-off", TRAFFIC, ("medium",)),
        Kind("max-syn-backlog-without-effect", TRAFFIC, ("info",)),
        Kind("syn-queue-capped-by-backlog", TRAFFIC, ("info",)),
        Kind("keepalive-without-users", TRAFFIC, ("info",)),
        Kind("ephemeral-ports-near-exhaustion", TRAFFIC, ("medium", "high")),
        Kind("time-wait-overflow", TRAFFIC, ("low", "medium")),
        Kind("ephemeral-ports-bound-early", TRAFFIC, ("medium", "high")),
        Kind("syn-sent-pile", TRAFFIC, ("low",)),
        Kind("time-wait-on-listeners", TRAFFIC, ("info",)),
        Kind("paws-rejects", TRAFFIC, ("info", "low", "medium")),
        Kind("close-wait-leak", TRAFFIC, ("low", "medium", "high")),
        Kind("close-wait-blocks-connects", TRAFFIC, ("medium",)),
        Kind("fin-wait2-orphaned", TRAFFIC, ("low",)),
        Kind("fin-wait2-held", TRAFFIC, ("low",)),
        Kind("last-ack-pile", TRAFFIC, ("low",)),
        Kind("idle-without-keepalive", TRAFFIC, ("info",)),
        Kind("accept-queue-overflow", TRAFFIC, ("info", "low", "medium", "high")),
        Kind("listen-backlog-small", TRAFFIC, ("low",)),
        Kind("syn-queue-overflow", TRAFFIC, ("info", "medium", "high")),
        Kind("syn-cookies-in-use", TRAFFIC, ("info", "low")),
        Kind("orphans-near-limit", TRAFFIC, ("medium", "high")),
        Kind("tcp-memory-pressure", TRAFFIC, ("info", "medium", "high")),
        Kind("conntrack-near-full", TRAFFIC, ("medium", "high")),
    )
}

THRESHOLDS: dict[str, Threshold] = {
    "ephemeral_medium": Threshold(70, "percent of the ports to one destination", "warning level of public ephemeral port checks"),
    "ephemeral_high": Threshold(85, "percent of the ports to one destination", "critical level of public ephemeral port checks"),
    "default_first_port": Threshold(32768, "port", "kernel net/ipv4/af_inet.c: the default range starts here, services are expected below"),
    "rate_medium": Threshold(1, "events per second", "netdata's warning level for ListenOverflows, ListenDrops and TCPReqQFull*"),
    "rate_high": Threshold(5, "events per second", "netdata's critical level for the same counters"),
    "counter_noticed": Threshold(
        100, "events since the namespace started", "judgement: a total says nothing of now, fewer are not worth a line"
    ),
    "shared_ports_percent": Threshold(1, "percent", "judgement: chance alone makes destinations that share a range of ports share many"),
    "syn_sent_pile": Threshold(100, "sockets to one destination", "judgement: a destination that answers has a few at most"),
    "time_wait_noticed": Threshold(
        1000, "sockets on listening ports", "Bernat, Coping with the TCP TIME-WAIT state: thousands are harmless"
    ),
    "time_wait_near_limit": Threshold(90, "percent of tcp_max_tw_buckets", "judgement"),
    "close_wait_seconds": Threshold(60, "seconds in CLOSE_WAIT", "judgement: a program that closes does so within seconds"),
    "close_wait_samples": Threshold(3, "samples that grow", "judgement: two may differ by chance"),
    "fin_wait2_orphaned": Threshold(1000, "sockets without an owner", "judgement: each lasts tcp_fin_timeout, 60 seconds"),
    "fin_wait2_held": Threshold(10, "sockets with an owner", "judgement"),
    "fin_wait2_held_seconds": Threshold(
        3600, "seconds without traffic", "the half-closed connections of kube-proxy, kubernetes issue 17641"
    ),
    "last_ack_pile": Threshold(500, "sockets", "judgement: each lasts tcp_orphan_retries at most"),
    "idle_connections": Threshold(50, "connections", "judgement"),
    "idle_seconds": Threshold(
        7200, "seconds without traffic", "tcp(7): the default of tcp_keepalive_time, would a probe have been asked for"
    ),
    "listen_backlog_small": Threshold(128, "connections", "the default of somaxconn up to Linux 5.3, and of many programs since"),
    "listener_busy": Threshold(100, "connections on the port", "judgement"),
    "syn_recv_pile": Threshold(100, "sockets", "judgement: a half-open connection lasts one round trip"),
    "orphans_medium": Threshold(
        25, "percent of tcp_max_orphans", "netdata; the kernel may count a socket up to four times (tcp_check_oom)"
    ),
    "orphans_high": Threshold(50, "percent of tcp_max_orphans", "netdata"),
    "tcp_memory_medium": Threshold(100, "percent of the middle value of tcp_mem", "netdata: memory pressure"),
    "tcp_memory_high": Threshold(90, "percent of the last value of tcp_mem", "netdata"),
    "conntrack_medium": Threshold(90, "percent of nf_conntrack_max", "kubernetes monitoring mixins"),
    "conntrack_high": Threshold(95, "percent of nf_conntrack_max", "kubernetes monitoring mixins"),
    "fin_timeout_floor": Threshold(25, "seconds", "HAProxy's sample sysctls: trouble with slow clients starts below 25 to 30 seconds"),
    "tw_buckets_floor": Threshold(8000, "sockets", "lowest value that Azure AKS accepts for tcp_max_tw_buckets"),
}


def finding(
    kind_id: str,
    severity: str,
    title: str,
    evidence: Mapping[str, Any],
    remedy: str,
    *,
    parameter: str | None = None,
    will_not_help: Sequence[str] = (),
) -> Finding:
    """Build a finding; raise ValueError for an id or a severity that the table of kinds does not have."""
    kind = KINDS.get(kind_id)
    if kind is None or severity not in kind.severities:
        raise ValueError(f"{kind_id} with severity {severity} is not in the table of kinds")
    made: Finding = {
        "id": kind_id,
        "severity": severity,
        "concerns": kind.concerns,
        "title": title,
        "evidence": {name: value for name, value in evidence.items() if value is not None},
        "remedy": remedy,
    }
    if parameter is not None:
        made["parameter"] = parameter
    if will_not_help:
        made["will_not_help"] = list(will_not_help)
    return made


def worst_first(found: Sequence[Finding]) -> list[Finding]:
    """Sort by severity, the worst first; findings of one severity keep their order."""
    return sorted(found, key=lambda item: -SEVERITIES.index(item["severity"]))
