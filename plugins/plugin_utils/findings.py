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

    value: int
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
        Kind("ephemeral-ports-near-exhaustion", TRAFFIC, ("medium", "high")),
        Kind("time-wait-overflow", TRAFFIC, ("medium",)),
    )
}

THRESHOLDS: dict[str, Threshold] = {
    "ephemeral_medium": Threshold(70, "percent of the ports to one destination", "warning level of public ephemeral port checks"),
    "ephemeral_high": Threshold(85, "percent of the ports to one destination", "critical level of public ephemeral port checks"),
    "default_first_port": Threshold(32768, "port", "kernel net/ipv4/af_inet.c: the default range starts here, services are expected below"),
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
