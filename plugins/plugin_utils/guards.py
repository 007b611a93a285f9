# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard the plan: refuse values that break a host, adjust the plan where something is missing, warn of what will not do what is hoped for.

The action stands in the guard's row. A profile may soften a refusal to a warning (``soften`` of its setting) only with a reason, and
only where the row allows it. Every guard is judged before anything is written, on the plan as those before it have left it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    findings,
    guards_forwarding,
    guards_limits,
    guards_ports,
    guards_queues,
    guards_time_wait,
)
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.guard_case import Case, Objection
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, typed
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import Setting
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations, Verdict

REFUSE, ADJUST, WARN = "refuse", "adjust", "warn"
# What a refusal that the profile softened weighs.
SOFTENED = "low"


@dataclass(frozen=True)
class Guard:
    """A row of the table: a stable id (of its finding, too), what the guard does, its rule, and whether a profile may soften it."""

    id: str
    action: str
    rule: Callable[[Case], Iterator[Objection]]
    may_soften: bool = False


# Refusals first: what they take out of the plan needs no adjustment and no warning.
GUARDS: tuple[Guard, ...] = (
    Guard("max-tw-buckets-below-in-use", REFUSE, guards_time_wait.buckets_below_in_use, may_soften=True),
    # The kernel itself refuses such a range: no reason makes it work.
    Guard("port-range-below-unprivileged-start", REFUSE, guards_ports.range_below_start),
    Guard("ip-forward-needed", REFUSE, guards_forwarding.forwarding_needed, may_soften=True),
    Guard("tcp-mem-beyond-ram", REFUSE, guards_limits.tcp_mem_beyond_ram, may_soften=True),
    Guard("conntrack-max-below-load", REFUSE, guards_limits.conntrack_below_load, may_soften=True),
    Guard("port-range-overlaps-listeners", ADJUST, guards_ports.reserve_listeners),
    Guard("ip-forward-resets-conf", ADJUST, guards_forwarding.forwarding_resets),
    Guard("tw-reuse-without-timestamps", WARN, guards_time_wait.reuse_without_timestamps),
    Guard("tw-reuse-helps-outgoing-only", WARN, guards_time_wait.reuse_on_a_server),
    Guard("fin-timeout-not-time-wait", WARN, guards_time_wait.fin_timeout),
    Guard("syncookies-off", WARN, guards_queues.syncookies_off),
    Guard("max-syn-backlog-without-effect", WARN, guards_queues.syn_backlog_without_effect),
    Guard("syn-queue-capped-by-backlog", WARN, guards_queues.syn_queue_capped),
    Guard("keepalive-without-users", WARN, guards_queues.keepalive_without_users),
)

# Sysctls that the rules read beside those of the profile.
EVIDENCE: tuple[str, ...] = (
    *guards_time_wait.EVIDENCE,
    *guards_ports.EVIDENCE,
    *guards_queues.EVIDENCE,
    *guards_forwarding.EVIDENCE,
    *guards_limits.EVIDENCE,
)


def guard(
    verdicts: Iterable[Verdict], host: HostFacts, declared: Declarations, thresholds: Mapping[str, float] | None = None
) -> tuple[list[Verdict], list[findings.Finding]]:
    """Return the verdicts as the guards leave them, adjustments appended, and the findings that belong to no verdict."""
    kept = {verdict.setting.name: verdict for verdict in verdicts}
    found: list[findings.Finding] = []
    for row in GUARDS:
        for objection in list(row.rule(Case(host, kept, declared, thresholds or {}))):
            if row.action == REFUSE and objection.name is not None and objection.name in kept:
                kept[objection.name], left = _refused(row, objection, kept[objection.name])
            else:
                kept, left = _adjusted(kept, objection), [objection.finding]
            found += left
    return list(kept.values()), found


def _refused(row: Guard, objection: Objection, verdict: Verdict) -> tuple[Verdict, Sequence[findings.Finding]]:
    """Take a value out of the plan, or let it pass with a warning where the profile says why."""
    reason = verdict.setting.soften.get(row.id) if row.may_soften else None
    if reason:
        evidence = {**objection.finding["evidence"], "softened": reason}
        return verdict, [{**objection.finding, "severity": SOFTENED, "evidence": evidence}]
    return replace(verdict, status="refused", finding=objection.finding, planned=None, refused=row.id), []


def _adjusted(kept: Mapping[str, Verdict], objection: Objection) -> dict[str, Verdict]:
    changed = dict(kept)
    for name, value in objection.adjusted.items():
        changed[name] = replace(kept[name], status="adjusted", planned=value) if name in kept else _added(name, value, objection)
    return changed


def _added(name: str, value: str, objection: Objection) -> Verdict:
    why = str(objection.finding["title"])
    return Verdict(
        Setting(name, value, {"const": typed(name, value)}, "low", why, f"guard {objection.finding['id']}", ""), "adjusted", planned=value
    )
