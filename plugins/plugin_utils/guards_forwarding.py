# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard forwarding: a router or container host keeps it, and what a change of ip_forward resets is written after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import sysctl_name
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.guard_case import Case, Objection
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import satisfies

IP_FORWARD = "net.ipv4.ip_forward"
ALL_FORWARDING = "net.ipv4.conf.all.forwarding"
# New bridges and veth pairs take over the value of ``default``.
FORWARDING = (IP_FORWARD, ALL_FORWARDING, "net.ipv4.conf.default.forwarding")
ACCEPT_REDIRECTS = "net.ipv4.conf.all.accept_redirects"
EVIDENCE = (IP_FORWARD, ACCEPT_REDIRECTS)
# Other programs that need forwarding for their guests (readers/writers.py).
_ENGINES = frozenset({"docker", "cni"})
_SEVERAL = 2


def forwarding_needed(case: Case) -> Iterator[Objection]:
    """Refuse to switch forwarding off where the host has guests or several networks: containers, guests and clients would lose the network."""
    evidence = _reasons_to_forward(case)
    if not evidence:
        return
    for name in FORWARDING:
        if case.change(name) == 0:
            yield Objection(
                findings.finding(
                    "ip-forward-needed",
                    "high",
                    f"{name} = 0 is not planned: this host forwards for {_for_whom(evidence)}",
                    {"running": case.host.running(name), **evidence},
                    "Keep forwarding and take the key out of the profile of such hosts (or waive it); if nothing is forwarded any more, stop what made "
                    "the interfaces, or say so in the profile (soften).",
                    parameter=name,
                    will_not_help=["switching it off for one interface: packets are forwarded by the one that they come in by"],
                ),
                name,
            )


def _reasons_to_forward(case: Case) -> dict[str, Any]:
    routing = case.host.facts.get("routing") or {}
    found: dict[str, Any] = {}
    if routing.get("guest_interfaces"):
        found["guest_interfaces"] = routing["guest_interfaces"]
    if len({row["interface"] for row in routing.get("networks", ())}) >= _SEVERAL:
        found["networks"] = routing["networks"]
    engines = sorted({row["writer"] for row in case.host.facts.get("writers", ()) if row.get("active") and row["writer"] in _ENGINES})
    if engines:
        found["engines"] = engines
    return found


def _for_whom(evidence: dict[str, Any]) -> str:
    if "guest_interfaces" in evidence:
        return f"what is behind {evidence['guest_interfaces'][0]}"
    if "engines" in evidence:
        return f"the containers of {evidence['engines'][0]}"
    networks = [row["network"] for row in evidence["networks"]]
    return f"{networks[0]} and {len(networks) - 1} more networks"


def forwarding_resets(case: Case) -> Iterator[Objection]:
    """Plan again what a change of ip_forward resets, and say what it resets beside that.

    The kernel sets conf/all/accept_redirects to the opposite and every conf/*/forwarding to the same value
    (net/ipv4/devinet.c, inet_forward_change); conf/all/forwarding is the same switch. net_sysctl writes ip_forward first.
    """
    switch = next((name for name in (IP_FORWARD, ALL_FORWARDING) if case.change(name) is not None), None)
    if switch is None:
        return
    on = 1 if case.change(switch) else 0
    before = case.host.running(ACCEPT_REDIRECTS)
    again = {name: _running(case, name) for name in case.verdicts if _lost(case, name, on)}
    resets = None if before is None or before == 1 - on else f"{before} -> {1 - on}"
    if not again and resets is None:
        return
    yield Objection(
        findings.finding(
            "ip-forward-resets-conf",
            "info",
            f"{switch} = {on} also resets {ACCEPT_REDIRECTS} and the forwarding of every interface"
            + (f"; the plan writes {len(again)} of the profile's keys again after it" if again else ""),
            {
                "switch": switch,
                "running": case.host.running(switch),
                "planned": on,
                "accept_redirects": resets,
                "written_again": again or None,
            },
            f"See that the profile says what {ACCEPT_REDIRECTS} is to be; net_sysctl writes it after {IP_FORWARD}.",
            parameter=switch,
            will_not_help=["a boot file that sets conf.* above ip_forward: the later line resets them"],
        ),
        adjusted=again,
    )


def _lost(case: Case, name: str, on: int) -> bool:
    """Tell whether a setting that holds now would no longer be accepted after the switch."""
    verdict = case.verdicts[name]
    if verdict.refused or case.change(name) is not None or "runtime" not in case.host.row(name):
        return False
    if name == ACCEPT_REDIRECTS:
        return not satisfies(name, verdict.setting.accept, str(1 - on))
    return _is_forwarding(name) and not satisfies(name, verdict.setting.accept, str(on))


def _is_forwarding(name: str) -> bool:
    return name not in (IP_FORWARD, ALL_FORWARDING) and sysctl_name.matches(name, "net.ipv4.conf.*.forwarding")


def _running(case: Case, name: str) -> str:
    return str(case.host.row(name)["runtime"])
