# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the facts of one host against a profile: one document that serves the audit and the tuning alike.

Pure: the same profile, facts and declarations give the same document (schemas/audit.schema.json).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    boot_findings,
    diagnoses,
    findings,
    namespaces,
    open_changes,
    other_writers,
    settings,
)
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profiles import Profile
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations, Verdict

SCHEMA_VERSION = 1
# Facts that the document carries as they came.
PARTS = ("kernel", "sockets", "ephemeral", "parameters", "boot_problems", "writers", "journals", "namespaces")


def needed(profile: Profile) -> list[str]:
    """Return the sysctls that the host has to report: the profile's, and those that the guards and diagnoses read."""
    return list(dict.fromkeys([*profile.names(), settings.TW_RECYCLE, *diagnoses.EVIDENCE]))


def judge(profile: Profile, facts: Mapping[str, Any], declared: Declarations, host_name: str) -> dict[str, Any]:
    """Return the audit document of one host (docs/architecture.md, 3.5).

    ``facts`` is what the audit module returned as ``tcp_facts``. Raises InvalidInput when they lack a sysctl of the profile.
    """
    host = HostFacts(facts)
    verdicts = _verdicts(profile, host, declared)
    planned = {verdict.setting.name: verdict.planned for verdict in verdicts if verdict.planned is not None}
    found = [verdict.finding for verdict in verdicts if verdict.finding]
    found += diagnoses.diagnose(diagnoses.Outlook(host, planned))
    found += namespaces.not_tuned(verdicts, host)
    found += other_writers.disagree(verdicts, host, declared)
    found += boot_findings.found(facts)
    found += open_changes.left_behind(facts)
    return {
        "schema_version": SCHEMA_VERSION,
        "host": host_name,
        "profile": profile.name,
        "declared": _declared(declared, host),
        "compliant": compliant(found),
        "findings": findings.worst_first(found),
        "plan": {"settings": planned, "refused": [_refusal(verdict) for verdict in verdicts if verdict.refused]},
        "settings": [_row(verdict, host) for verdict in verdicts],
        **{part: facts[part] for part in PARTS if part in facts},
    }


def compliant(found: Iterable[findings.Finding]) -> bool:
    """Tell whether nothing above info was found about the settings.

    What the traffic does now (exhausted ports, an overflow that the profile itself asked for) is reported and not counted:
    compliance must not come and go with the load, and only settings are in the hands of the plan.
    """
    return not any(item["concerns"] == findings.SETTING and item["severity"] != "info" for item in found)


def _declared(declared: Declarations, host: HostFacts) -> dict[str, Any]:
    """Return what the operator said, and whether the host reads the drop-in at boot when it told."""
    said = {"nat": declared.nat, "persist": declared.persist, "path": declared.path}
    read = host.path_read_at_boot
    return said if read is None else {**said, "path_read_at_boot": read}


def _verdicts(profile: Profile, host: HostFacts, declared: Declarations) -> list[Verdict]:
    verdicts = [settings.judge_setting(setting, host, declared) for setting in profile.settings]
    if settings.TW_RECYCLE not in profile.names() and host.row(settings.TW_RECYCLE)["supported"]:
        guard = settings.tw_recycle(None, host, declared)
        if guard.finding and guard.finding["id"] == "tw-recycle-behind-nat":
            verdicts.append(guard)
    return verdicts


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
        "planned": verdict.planned,
        "why": verdict.setting.why or None,
        "caveat": verdict.setting.caveat or None,
    }
    return {name: value for name, value in row.items() if value is not None}
