# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the network namespaces of a host with what the profile makes hold on the host itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, satisfies
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import Setting
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Verdict

Row = Mapping[str, Any]
# A node may run a thousand pods that all differ alike; the facts of the audit hold every one.
ROWS_SHOWN = 20
NAMES_SHOWN = 3
_ID_DIGITS = 12


def not_tuned(verdicts: Sequence[Verdict], host: HostFacts) -> Iterator[findings.Finding]:
    """Report namespaces in which settings do not hold that hold on the host, or will when the plan is carried out.

    A network namespace starts with the kernel's defaults for most keys, whatever its parent has (network_namespaces(7)). Nothing is
    said of keys that a namespace does not have, or that the host itself cannot have, nor of namespaces that could not be entered.
    """
    settings = [verdict.setting for verdict in verdicts if verdict.status == "holds" or verdict.planned is not None]
    looked_at = [row for row in host.facts.get("namespaces", ()) if "parameters" in row]
    behind = [(row, differing) for row in looked_at if (differing := _differing(row["parameters"], settings))]
    if not behind:
        return
    shown = ", ".join(_called(row) for row, _differing in behind[:NAMES_SHOWN])
    more = ", ..." if len(behind) > NAMES_SHOWN else ""
    yield findings.finding(
        "namespaces-not-tuned",
        "info",
        f"The settings of the host do not reach {len(behind)} of {len(looked_at)} other network namespaces: {shown}{more}",
        {
            "not_tuned": len(behind),
            "looked_at": len(looked_at),
            "namespaces": [_evidence(row, differing) for row, differing in behind[:ROWS_SHOWN]],
        },
        "Give the values where the namespace is made (docker run --sysctl, podman run --sysctl, securityContext.sysctls of a Kubernetes pod); "
        "until then set them in the running one with net_sysctl, netns and persist: false.",
        will_not_help=[
            "setting them on the host again, or in the host's sysctl.d: most keys of a new namespace start with the kernel's defaults",
            "a drop-in inside the container's image: no container reads it unless it boots an init system that does",
        ],
    )


def _differing(running: Mapping[str, str], settings: Sequence[Setting]) -> dict[str, dict[str, str]]:
    return {
        setting.name: {"running": running[setting.name], "wanted": setting.value}
        for setting in settings
        if setting.name in running and not satisfies(setting.name, setting.accept, running[setting.name])
    }


def _evidence(row: Row, differing: dict[str, dict[str, str]]) -> dict[str, Any]:
    about = {field: row[field] for field in ("inode", "names", "process_count", "container") if field in row}
    return {**about, "differs": differing}


def _called(row: Row) -> str:
    """Return the shortest name that can be given to ``netns``, else the identity."""
    if row["names"]:
        return str(row["names"][0])
    return f"container {row['container'][:_ID_DIGITS]}" if "container" in row else f"net:[{row['inode']}]"
