# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the facts of one host against a profile: one document that serves the audit and the tuning alike.

Pure: the same profile, facts and declarations give the same document (schemas/audit.schema.json).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    boot_findings,
    conditions,
    diagnoses,
    findings,
    guards,
    namespaces,
    nat,
    open_changes,
    other_writers,
    settings,
    waivers,
)
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import Control, Profile
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations, Verdict

SCHEMA_VERSION = 1
# Facts that the document carries as they came.
PARTS = ("kernel", "sockets", "ephemeral", "parameters", "boot_problems", "writers", "journals", "health", "namespaces")


def needed(profile: Profile) -> list[str]:
    """Return the sysctls that the host has to report: the profile's, and those that the guards and diagnoses read."""
    return list(
        dict.fromkeys([*profile.names(), settings.TW_RECYCLE, *diagnoses.EVIDENCE, *guards.EVIDENCE, *conditions.evidence(profile)])
    )


def judge(
    profile: Profile, facts: Mapping[str, Any], declared: Declarations, host_name: str, *, today: datetime.date | None = None
) -> dict[str, Any]:
    """Return the audit document of one host (docs/architecture.md, 3.5).

    ``facts`` is what the audit module returned as ``tcp_facts``, ``today`` the day by which waivers are judged. Raises InvalidInput when the
    facts lack a sysctl of the profile, ValueError for waivers without a day.
    """
    host = HostFacts(facts)
    excused = waivers.of_host(profile.waivers, host_name, today)
    rows = [excused.verdict(verdict) for verdict in _verdicts(profile, host, declared)]
    applicable = [verdict for verdict in rows if verdict.status != settings.NOT_APPLICABLE]
    verdicts, guarded = guards.guard(applicable, host, declared, profile.thresholds)
    planned = {verdict.setting.name: verdict.planned for verdict in verdicts if verdict.planned is not None}
    found = [verdict.finding for verdict in verdicts if verdict.finding]
    found += guarded
    found += diagnoses.diagnose(diagnoses.Outlook(host, planned, profile.thresholds))
    # Ports that a guard reserves are those of this namespace's own listeners.
    shared = [verdict for verdict in verdicts if verdict.status != "adjusted" or verdict.setting.name in profile.names()]
    found += namespaces.not_tuned(shared, host)
    found += other_writers.disagree(verdicts, host, declared)
    found += boot_findings.found(facts)
    found += open_changes.left_behind(facts)
    found = [excused.mark(item) for item in found]
    found += excused.expired(found)
    return {
        "schema_version": SCHEMA_VERSION,
        "host": host_name,
        "profile": profile.name,
        **({"profile_version": profile.version} if profile.version else {}),
        "profile_digest": profile.digest,
        "declared": _declared(declared, host),
        "compliant": compliant(found),
        "findings": findings.worst_first(found),
        "plan": {"settings": planned, "refused": [_refusal(verdict) for verdict in verdicts if verdict.refused]},
        "settings": [_row(verdict, host) for verdict in _in_order(rows, verdicts)],
        **{part: facts[part] for part in PARTS if part in facts},
        **nat.part(host, declared.nat),
    }


def compliant(found: Iterable[findings.Finding]) -> bool:
    """Tell whether nothing above info was found about the settings that no waiver covers.

    What the traffic does now (exhausted ports, an overflow that the profile itself asked for) is reported and not counted:
    compliance must not come and go with the load, and only settings are in the hands of the plan.
    """
    counted = (item for item in found if item["concerns"] == findings.SETTING and "waived" not in item)
    return not any(item["severity"] != "info" for item in counted)


def _declared(declared: Declarations, host: HostFacts) -> dict[str, Any]:
    """Return what the operator said, and whether the host reads the drop-in at boot when it told."""
    said: dict[str, Any] = {"nat": declared.nat, "persist": declared.persist, "path": declared.path}
    if declared.workload:
        said["workload"] = list(declared.workload)
    if declared.accept_risk:
        said["accept_risk"] = list(declared.accept_risk)
    read = host.path_read_at_boot
    return said if read is None else {**said, "path_read_at_boot": read}


def _verdicts(profile: Profile, host: HostFacts, declared: Declarations) -> list[Verdict]:
    verdicts = [settings.judge_setting(setting, host, declared) for setting in profile.settings]
    spoken_of = [verdict.setting.name for verdict in verdicts if verdict.status != settings.NOT_APPLICABLE]
    if settings.TW_RECYCLE not in spoken_of and host.row(settings.TW_RECYCLE)["supported"]:
        guard = settings.tw_recycle(None, host, declared)
        if guard.finding and guard.finding["id"] == "tw-recycle-behind-nat":
            # Not two rows for one key, where the profile's own does not apply.
            verdicts = [*(verdict for verdict in verdicts if verdict.setting.name != settings.TW_RECYCLE), guard]
    return verdicts


def _in_order(rows: Iterable[Verdict], guarded: Iterable[Verdict]) -> list[Verdict]:
    """Return what the guards left of each row, in the profile's order; what they added comes last."""
    left = {verdict.setting.name: verdict for verdict in guarded}
    return [*(left.pop(row.setting.name, row) for row in rows), *left.values()]


def _refusal(verdict: Verdict) -> dict[str, Any]:
    return {"name": verdict.setting.name, "value": verdict.setting.value, "reason": verdict.refused}


def _row(verdict: Verdict, host: HostFacts) -> dict[str, Any]:
    """Return one line of the settings table; what the host did not say is absent."""
    facts = host.row(verdict.setting.name)
    row = {
        "name": verdict.setting.name,
        "running": facts.get("runtime"),
        "persisted": facts.get("persisted"),
        "boot": facts.get("boot", {}).get("value") if host.boot_judged else None,
        "wanted": verdict.setting.value,
        "status": verdict.status,
        "severity": verdict.setting.severity or None,
        "planned": verdict.planned,
        "why": verdict.setting.why or None,
        "caveat": verdict.setting.caveat or None,
        "reason": verdict.reason,
        "control": [_control(control) for control in verdict.setting.control] or None,
        "waived": (verdict.finding or {}).get("waived"),
    }
    return {name: value for name, value in row.items() if value is not None}


def _control(control: Control) -> dict[str, str]:
    row = {"benchmark": control.benchmark, "id": control.id, "title": control.title}
    return {key: text for key, text in row.items() if text}
