# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a host as it will be once the plan is carried out, with the thresholds that hold for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, typed

PORT_RANGE = "net.ipv4.ip_local_port_range"
MAX_TW_BUCKETS = "net.ipv4.tcp_max_tw_buckets"
TW_REUSE = "net.ipv4.tcp_tw_reuse"
TW_REUSE_DELAY = "net.ipv4.tcp_tw_reuse_delay"
FIN_TIMEOUT = "net.ipv4.tcp_fin_timeout"
SYNCOOKIES = "net.ipv4.tcp_syncookies"
SOMAXCONN = "net.core.somaxconn"
MAX_ORPHANS = "net.ipv4.tcp_max_orphans"
TCP_MEM = "net.ipv4.tcp_mem"
CONNTRACK_COUNT = "net.netfilter.nf_conntrack_count"
CONNTRACK_MAX = "net.netfilter.nf_conntrack_max"
# Sysctls that the diagnoses read beside those of the profile.
EVIDENCE = (
    PORT_RANGE,
    MAX_TW_BUCKETS,
    TW_REUSE,
    TW_REUSE_DELAY,
    FIN_TIMEOUT,
    SYNCOOKIES,
    SOMAXCONN,
    MAX_ORPHANS,
    TCP_MEM,
    CONNTRACK_COUNT,
    CONNTRACK_MAX,
)


@dataclass(frozen=True)
class Outlook:
    """A host as it will be once the plan is carried out."""

    host: HostFacts
    planned: Mapping[str, str]
    thresholds: Mapping[str, int | float] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return the typed value that is planned, else the running one; None when the host did not say."""
        if name in self.planned:
            return typed(name, self.planned[name])
        return self.host.running(name)

    def basis(self, name: str) -> str:
        """Say whether ``value`` is planned or running."""
        return "planned" if name in self.planned else "running"

    def limit(self, name: str) -> int | float:
        """Return a threshold: the profile's, else that of findings.THRESHOLDS; raise KeyError for one that the table does not have."""
        return self.thresholds.get(name, findings.THRESHOLDS[name].value)

    def part(self, *names: str) -> Any:
        """Return a part of the facts, such as ``("groups", "served")``; None when the host did not say."""
        found: Any = self.host.facts
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def sockstat(self, name: str) -> int | None:
        """Return a number of the TCP line of /proc/net/sockstat."""
        number: int | None = self.part("counters", "sockstat", "TCP", name)
        return number

    def total(self, name: str) -> int | None:
        """Return a TcpExt counter, events since the network namespace started."""
        return self.host.counter("TcpExt", name)

    def rate(self, name: str, group: str = "TcpExt") -> float | None:
        """Return how fast a counter rises, per second; None unless there were samples and the kernel has the counter."""
        rates = self.part("samples", "rates")
        if rates is None or (group == "TcpExt" and self.total(name) is None):
            return None
        return float(rates.get(group, {}).get(name, 0.0))

    def at_least(self, kind: str, seconds: float) -> int:
        """Count sockets of ``ages`` that old; a number between two steps of the host's histogram is taken as the next one."""
        steps = {int(step): count for step, count in (self.part("ages", kind, "at_least") or {}).items()}
        return max((count for step, count in steps.items() if step >= seconds), default=0)

    def graded(self, number: float, levels: Mapping[str, str]) -> str | None:
        """Return the first severity of ``levels`` (severity: threshold, the worst first) that a number reaches."""
        return next((severity for severity, name in levels.items() if number >= self.limit(name)), None)
