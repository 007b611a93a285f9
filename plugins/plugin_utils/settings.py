# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide for each setting of a profile whether it holds on a host, what to plan, and what to refuse.

Every function is pure: a setting, the host's facts and the operator's declarations in, a Verdict out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import conditions, findings, nat
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, Row, satisfies
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import Setting

TW_RECYCLE = "net.ipv4.tcp_tw_recycle"
NOT_APPLICABLE = "not_applicable"
# From here on timestamps begin at random offsets (per connection in 4.10, per pair of addresses in 4.11), and 4.12 dropped the key.
_RANDOM_OFFSETS = [4, 10]


@dataclass(frozen=True)
class Declarations:
    """What the operator says and asks: ``nat`` is unknown, absent or present; ``persist`` judges what lasts too, by way of the drop-in ``path``.

    ``workload`` names what the host is for, as conditions of profiles call it.
    ``accept_risk`` holds ids of findings and canonical names of sysctls whose risk the operator takes (plugin_utils/risks.py).
    """

    nat: str = "unknown"
    persist: bool = True
    path: str = "/etc/sysctl.d/90-linuxnet-tcp.conf"
    workload: tuple[str, ...] = ()
    accept_risk: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What is true of one setting: its ``status``, a finding or none, a value to set or none, a reason for refusing or none.

    ``reason`` says why a setting whose status is not_applicable does not apply.
    """

    setting: Setting
    status: str
    finding: findings.Finding | None = None
    planned: str | None = None
    refused: str | None = None
    reason: str | None = None


def judge_setting(setting: Setting, host: HostFacts, declared: Declarations) -> Verdict:
    """Judge one setting: it holds when the running value and, when persistence is judged, the boot value satisfy ``accept``.

    A setting whose ``when`` does not hold has the status not_applicable and nothing is said of its values.
    """
    row = host.row(setting.name)
    unmet = conditions.unmet(setting.name, setting.when, host, declared.workload)
    if unmet:
        return Verdict(setting, NOT_APPLICABLE, reason=unmet)
    if not row["supported"]:
        return _unsupported(setting, host)
    if setting.name == TW_RECYCLE:
        return tw_recycle(setting, host, declared)
    return _compare(setting, host, declared)


def tw_recycle(setting: Setting | None, host: HostFacts, declared: Declarations) -> Verdict:
    """Guard tcp_tw_recycle, which drops clients behind NAT: never set it, and plan 0 where it is on, unless nothing speaks against it.

    It takes a kernel before 4.10, NAT declared absent, no evidence of the clients' NAT, and the key named in ``accept_risk``. ``setting``
    is None for a profile that does not speak about the key. The key must be supported. Source: Linux commits 95a22caee396 and
    4396e46187ca, kernel net/ipv4/tcp_metrics.c.
    """
    wanted, refusal = setting or _off(), _recycle_refusal(host, declared)
    if refusal is None:
        return _compare(wanted, host, declared)
    if _switched_on(host, declared):
        return _switch_off(wanted, host, declared, refusal)
    if satisfies(TW_RECYCLE, wanted.accept, "0"):
        return _compare(wanted, host, declared)
    return _not_recycled(wanted, host, declared, refusal)


def _recycle_refusal(host: HostFacts, declared: Declarations) -> str | None:
    if list(host.facts["kernel"]["version"][:2]) >= _RANDOM_OFFSETS:
        return "timestamps_random"
    refusal = nat.clients_refuse(host, declared.nat)
    return refusal or (None if TW_RECYCLE in declared.accept_risk else "risk_not_accepted")


def _compare(setting: Setting, host: HostFacts, declared: Declarations) -> Verdict:
    row = host.row(setting.name)
    if "runtime" not in row:
        return _untouchable(setting, host, "unreadable")
    running_holds = satisfies(setting.name, setting.accept, row["runtime"])
    if not running_holds and not row.get("writable", True) and host.privileged:
        return _untouchable(setting, host, "read_only")
    lasts = not declared.persist or _accepted(setting, host.lasting(setting.name))
    shadowed = not lasts and _accepted(setting, row.get("persisted"))
    if not running_holds:
        # Shadowed, it most likely differs because the last boot did what the next one will do: name the line.
        made = (_shadowed if shadowed else _differs)(setting, host, declared)
        return Verdict(setting, "differs", made, planned=setting.value)
    if lasts:
        return Verdict(setting, "holds")
    if shadowed:
        return Verdict(setting, "shadowed", _shadowed(setting, host, declared), planned=row["runtime"])
    return Verdict(setting, "not_persisted", _not_persisted(setting, host, declared), planned=row["runtime"])


def _accepted(setting: Setting, value: str | None) -> bool:
    return value is not None and satisfies(setting.name, setting.accept, value)


def _evidence(setting: Setting, host: HostFacts) -> dict[str, Any]:
    row = host.row(setting.name)
    return {
        "running": row.get("runtime"),
        "persisted": row.get("persisted"),
        "boot": row.get("boot") if host.boot_judged else None,
        "wanted": setting.value,
        "accept": dict(setting.accept),
    }


def _differs(setting: Setting, host: HostFacts, declared: Declarations) -> findings.Finding:
    where = f" and persist it in {declared.path}" if declared.persist else ""
    return findings.finding(
        "setting-differs",
        setting.severity,
        f"{setting.name} is {host.row(setting.name)['runtime']}, wanted {setting.value}",
        _evidence(setting, host),
        f"Set {setting.name} to {setting.value}{where}; the tune role does it.",
        parameter=setting.name,
    )


def _not_persisted(setting: Setting, host: HostFacts, declared: Declarations) -> findings.Finding:
    row, lasting = host.row(setting.name), host.lasting(setting.name)
    return findings.finding(
        "setting-not-persisted",
        # A wrong value is certain to come back at the next boot; a missing one only may.
        "low" if lasting is None else setting.severity,
        f"{setting.name} runs with {row['runtime']} but {_fate(host, setting.name)}",
        {**_evidence(setting, host), "path": declared.path},
        f"Write {setting.name} = {row['runtime']} to {declared.path}; the tune role does it.",
        parameter=setting.name,
    )


def _fate(host: HostFacts, name: str) -> str:
    """Say what becomes of a setting that does not last."""
    lasting, boot = host.lasting(name), host.row(name).get("boot")
    if not host.boot_judged:
        return "the drop-in does not have it" if lasting is None else f"the drop-in says {lasting}"
    return "the next boot sets nothing" if boot is None else f"the next boot sets {boot['value']} ({boot['source']})"


def _shadowed(setting: Setting, host: HostFacts, declared: Declarations) -> findings.Finding:
    """Report a drop-in whose accepted value does not count at boot: another line wins, or nothing sets the key."""
    row = host.row(setting.name)
    source = row["boot"]["source"] if "boot" in row else None
    out = f"Take the line {source} out" if source else "Find the file that masks it or the line that excludes the key"
    return findings.finding(
        "setting-shadowed",
        setting.severity,
        f"{setting.name} runs with {row['runtime']} and is {row['persisted']} in {declared.path}, but {_fate(host, setting.name)}",
        {**_evidence(setting, host), "path": declared.path},
        f"{out}, keep the settings in a file whose name sorts after it, or tune with tune_shadowed: take_over.",
        parameter=setting.name,
        will_not_help=["sysctl -w or sysctl -p: they change what runs, not what the next boot sets"],
    )


def _unsupported(setting: Setting, host: HostFacts) -> Verdict:
    row = host.row(setting.name)
    reason = str(row.get("reason", "unknown"))
    if reason == "removed":
        return Verdict(setting, "removed", _removed(setting, row), refused=reason)
    return Verdict(setting, reason, _missing(setting, host, reason), refused=reason)


def _removed(setting: Setting, row: Row) -> findings.Finding:
    since = f" in Linux {row['removed_in']}" if "removed_in" in row else ""
    return findings.finding(
        "setting-removed",
        "info",
        f"{setting.name} was removed{since}; this kernel has nothing to set",
        {"removed_in": row.get("removed_in"), "persisted": row.get("persisted"), "wanted": setting.value},
        "Nothing to do on this host. Take the key out of the profile when no host has an older kernel.",
        parameter=setting.name,
        will_not_help=["sysctl -p with the key in a file: it prints an error and sets nothing"],
    )


_WHY_NOT = {
    "too_old": ("does not exist in this kernel yet", "Nothing to do until the kernel is upgraded."),
    "hidden": (
        "belongs to the host, not to this network namespace",
        "Audit and tune the host that carries this container; the value holds for all of its namespaces.",
    ),
    "unknown": (
        "is not in this kernel, and the catalogue does not say why",
        "See whether a module or a kernel option provides it, or take it out of the profile.",
    ),
    "read_only": (
        "is read-only here, even for root",
        "Set it from outside the container: in the host's namespace, or with the container engine's sysctl option.",
    ),
    "unreadable": ("cannot be read", "Run the audit with become: true."),
}
# Nothing on this host can be wrong about a key that it does not own or does not have yet.
_NOT_THIS_HOST = frozenset({"too_old", "hidden"})


def _missing(setting: Setting, host: HostFacts, reason: str) -> findings.Finding:
    what, remedy = _WHY_NOT.get(reason, _WHY_NOT["unknown"])
    return findings.finding(
        "setting-unsupported",
        "info" if reason in _NOT_THIS_HOST else setting.severity,
        f"{setting.name} {what}",
        {**_evidence(setting, host), "reason": reason},
        remedy,
        parameter=setting.name,
    )


def _untouchable(setting: Setting, host: HostFacts, reason: str) -> Verdict:
    return Verdict(setting, reason, _missing(setting, host, reason), refused=reason)


def _off() -> Setting:
    return Setting(TW_RECYCLE, "0", {"const": 0}, "high", "It drops clients behind NAT.", "guard of the judge", "")


def _switched_on(host: HostFacts, declared: Declarations) -> bool:
    values = [host.row(TW_RECYCLE).get("runtime")] + ([host.lasting(TW_RECYCLE)] if declared.persist else [])
    return any(value is not None and not satisfies(TW_RECYCLE, {"const": 0}, value) for value in values)


def _nat_evidence(host: HostFacts, declared: Declarations) -> dict[str, Any]:
    row = host.row(TW_RECYCLE)
    return {
        "running": row.get("runtime"),
        "persisted": row.get("persisted"),
        "boot": row.get("boot") if host.boot_judged else None,
        "nat_declared": declared.nat,
        "nat_evidence": nat.of_clients(host) or None,
        "kernel": host.facts["kernel"]["release"],
        "PAWSPassive": host.counter("TcpExt", "PAWSPassive") or None,
    }


# By reason: what a host with the key on has to fear, why it is not planned elsewhere, and the way out.
_BEHIND_NAT = (
    "clients may come through NAT: their connections are dropped silently",
    "it drops clients behind NAT, and NAT is not declared absent",
    "Leave it at 0. Only where every client is known to come without NAT, declare nat: absent and name the key in accept_risk.",
)
_RECYCLE_TEXTS = {
    "nat_unknown": _BEHIND_NAT,
    "nat_present": _BEHIND_NAT,
    "nat_evidence": (
        "there is evidence of clients behind NAT: their connections are dropped silently",
        "it drops clients behind NAT, and there is evidence of them",
        "Leave it at 0. Evidence overrules what is declared.",
    ),
    "timestamps_random": (
        "this kernel gives timestamps random offsets: it drops clients, with NAT or without",
        "this kernel gives timestamps random offsets, so it drops clients, with NAT or without",
        "Leave it at 0. No declaration makes it safe on Linux 4.10 and 4.11.",
    ),
    "risk_not_accepted": (
        "the risk is not accepted: it drops clients as soon as one comes through NAT",
        "NAT is declared absent, but accept_risk does not name the key",
        "Leave it at 0, or name net.ipv4.tcp_tw_recycle in accept_risk.",
    ),
}


def _switch_off(setting: Setting, host: HostFacts, declared: Declarations, refusal: str) -> Verdict:
    row = host.row(TW_RECYCLE)
    stuck = not row.get("writable", True) and host.privileged
    made = findings.finding(
        "tw-recycle-behind-nat",
        "high",
        f"{TW_RECYCLE} is on ({row.get('runtime', 'unreadable')}) and {_RECYCLE_TEXTS[refusal][0]}",
        _nat_evidence(host, declared),
        f"Set {TW_RECYCLE} to 0 now; the tune role does it. For outgoing connections use tcp_tw_reuse instead.",
        parameter=TW_RECYCLE,
        will_not_help=["a longer backlog", "tcp_fin_timeout", "more ephemeral ports: the SYN is refused before any of them matters"],
    )
    refused = "read_only" if stuck else (None if setting.value == "0" else refusal)
    return Verdict(setting, "refused" if refused else "differs", made, planned=None if stuck else "0", refused=refused)


def _not_recycled(setting: Setting, host: HostFacts, declared: Declarations, refusal: str) -> Verdict:
    _danger, why, remedy = _RECYCLE_TEXTS[refusal]
    made = findings.finding(
        "tw-recycle-needs-nat-declaration",
        "info",
        f"{TW_RECYCLE} = {setting.value} is not planned: {why}",
        {**_nat_evidence(host, declared), "wanted": setting.value},
        remedy,
        parameter=TW_RECYCLE,
        will_not_help=["setting it by hand: the next audit reports it as tw-recycle-behind-nat"],
    )
    return Verdict(setting, "refused", made, refused=refusal)
