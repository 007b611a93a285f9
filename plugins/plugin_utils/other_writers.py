# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the other programs on a host that set sysctls of the profile, and say whether they would undo it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import sysctl_name
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, satisfies, typed
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations, Verdict

# Keys that a finding shows; the document has all of them under writers.
SHOWN = 10
# tuned reads these again after its own values, and no other folder (tuned/plugins/plugin_sysctl.py).
_READ_AGAIN = ("/etc/sysctl.d/", "/run/sysctl.d/", "/etc/sysctl.conf")
# What an interface may be called; these two are not interfaces.
_NO_INTERFACE = frozenset({"all", "default"})

_REMEDIES = {
    "tuned": "Choose a tuned profile without these keys, or set them there: a profile of your own in /etc/tuned that includes the active one.",
    "bpftune": "Leave these keys to bpftune, or take its tuner away: once somebody else writes a key, bpftune stops tuning it.",
    "ufw": "Take these keys out of the file, or set IPT_SYSCTL in /etc/default/ufw to nothing.",
    "systemd-networkd": "Change the option in the file that is named, or take the key out of the profile.",
    "NetworkManager": "Change the connection, or take the key out of the profile.",
    "cloud-init": "Take the file out of the user data; what it sets at boot is judged like any file of sysctl.d.",
    "docker": 'Containers need forwarding. Accept it in the profile, or set "ip-forward": false in /etc/docker/daemon.json.',
    "cni": "Containers need forwarding. Accept it in the profile, or change the network that is named.",
}


@dataclass(frozen=True)
class Claim:
    """One key of the profile that a writer sets too; ``value`` is None when it is not known beforehand."""

    verdict: Verdict
    value: str | None
    source: str
    conflicts: bool


def disagree(verdicts: Sequence[Verdict], host: HostFacts, declared: Declarations) -> Iterator[findings.Finding]:
    """Yield one finding for each active writer row that sets keys of the profile: medium when a value does not satisfy it.

    A writer whose values the drop-in overrules (tuned with reapply_sysctl), or that only leaves files for the boot, is info: there
    the order of the files decides.
    """
    for row in host.facts.get("writers", ()):
        if row.get("active") and "sets" in row:
            claims = [claim for verdict in verdicts if (claim := _claim(row, verdict, host, declared))]
            if claims:
                yield _finding(row, claims)


def _claim(row: Mapping[str, Any], verdict: Verdict, host: HostFacts, declared: Declarations) -> Claim | None:
    name = verdict.setting.name
    key = next((key for key in row["sets"] if _same(name, key)), None)
    if key is None or not host.row(name)["supported"]:
        return None
    value = row["sets"][key] if isinstance(row["sets"], Mapping) else None
    conflicts = value is not None and not _holds(verdict, value, host) and not _overruled(row, verdict, host, declared)
    return Claim(verdict, value, row.get("where", {}).get(key, row["source"]), conflicts)


def _same(name: str, key: str) -> bool:
    """Tell whether a writer's key, in which ``*`` stands for an interface, is this one."""
    if not sysctl_name.is_pattern(key):
        return name == key
    parts = zip(sysctl_name.components(name), sysctl_name.components(key), strict=False)
    return sysctl_name.matches(name, key) and not any("*" in glob and part in _NO_INTERFACE for part, glob in parts)


def _holds(verdict: Verdict, value: str, host: HostFacts) -> bool:
    """Tell whether the profile would hold after the write; ``>`` only raises and ``<`` only lowers (tuned.conf(5))."""
    setting = verdict.setting
    limit = re.fullmatch(r"([<>])(\d+)", value)
    if limit is None:
        return satisfies(setting.name, setting.accept, value)
    wanted = typed(setting.name, verdict.planned or setting.value)
    running = wanted if verdict.planned else host.running(setting.name)
    if not isinstance(running, int):
        return True
    after = max(running, int(limit[2])) if limit[1] == ">" else min(running, int(limit[2]))
    return satisfies(setting.name, setting.accept, str(after))


def _overruled(row: Mapping[str, Any], verdict: Verdict, host: HostFacts, declared: Declarations) -> bool:
    """Tell whether a drop-in, there or planned, is read after what this writer sets."""
    if row.get("boot_file"):
        return True
    name = verdict.setting.name
    if not row.get("reapplies_files") or any(fnmatch.fnmatchcase(name, pattern) for pattern in row.get("reapply_excluded", ())):
        return False
    kept = declared.persist and (verdict.planned is not None or "persisted" in host.row(name))
    return kept and declared.path.startswith(_READ_AGAIN)


def _finding(row: Mapping[str, Any], claims: Sequence[Claim]) -> findings.Finding:
    writer = row["writer"]
    undone = [claim for claim in claims if claim.conflicts]
    said = f"sets {_names(undone)} to what the profile does not accept" if undone else f"sets {_names(claims)} too"
    return findings.finding(
        "other-writer",
        "medium" if undone else "info",
        f"{writer} ({row['source']}) {said}",
        {
            "writer": writer,
            "source": row["source"],
            "writer_profile": row.get("profile"),
            "settings": [_shown(claim) for claim in [*undone, *(claim for claim in claims if not claim.conflicts)][:SHOWN]],
            "more": len(claims) - SHOWN if len(claims) > SHOWN else None,
        },
        _REMEDIES[writer] if undone or writer == "bpftune" else f"Nothing, while {writer} sets what the profile accepts.",
        parameter=(undone or claims)[0].verdict.setting.name,
        will_not_help=[f"writing the drop-in once more: {writer} sets its value after the files were read"] if undone else (),
    )


def _names(claims: Sequence[Claim]) -> str:
    first = claims[0].verdict.setting.name
    return first if len(claims) == 1 else f"{first} and {len(claims) - 1} more"


def _shown(claim: Claim) -> dict[str, Any]:
    row = {"name": claim.verdict.setting.name, "sets": claim.value, "wanted": claim.verdict.setting.value, "source": claim.source}
    return {key: value for key, value in row.items() if value is not None}
