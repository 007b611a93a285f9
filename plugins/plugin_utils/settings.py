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

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, Row, satisfies
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profiles import Setting

TW_RECYCLE = "net.ipv4.tcp_tw_recycle"


@dataclass(frozen=True)
class Declarations:
    """What the operator says and asks: ``nat`` is unknown, absent or present; ``persist`` judges the drop-in ``path`` too."""

    nat: str = "unknown"
    persist: bool = True
    path: str = "/etc/sysctl.d/90-linuxnet-tcp.conf"


@dataclass(frozen=True)
class Verdict:
    """What is true of one setting: its ``status``, a finding or none, a value to set or none, a reason for refusing or none."""

    setting: Setting
    status: str
    finding: findings.Finding | None = None
    planned: str | None = None
    refused: str | None = None


def judge_setting(setting: Setting, host: HostFacts, declared: Declarations) -> Verdict:
    """Judge one setting: it holds when the running value and, when persistence is judged, the drop-in satisfy ``accept``."""
    row = host.row(setting.name)
    if not row["supported"]:
        return _unsupported(setting, row)
    if setting.name == TW_RECYCLE:
        return tw_recycle(setting, host, declared)
    return _compare(setting, host, declared)


def tw_recycle(setting: Setting | None, host: HostFacts, declared: Declarations) -> Verdict:
    """Guard tcp_tw_recycle, which drops clients behind NAT: never set it, and plan 0 where it is on, unless NAT is declared absent.

    Evidence overrules the declaration: PAWSPassive counts SYNs that tcp_tw_recycle refused. ``setting`` is None for a profile that
    does not speak about the key. The key must be supported. Source: Linux commit 4396e46187ca, kernel net/ipv4/tcp_metrics.c.
    """
    wanted = setting or _off()
    dropped = host.counter("TcpExt", "PAWSPassive") or 0
    if declared.nat == "absent" and not dropped:
        return _compare(wanted, host, declared)
    if _switched_on(host.row(TW_RECYCLE), declared):
        return _switch_off(wanted, host, declared, dropped)
    if satisfies(TW_RECYCLE, wanted.accept, "0"):
        return _compare(wanted, host, declared)
    return _undeclared(wanted, host, declared, dropped)


def _compare(setting: Setting, host: HostFacts, declared: Declarations) -> Verdict:
    row = host.row(setting.name)
    if "runtime" not in row:
        return _untouchable(setting, row, "unreadable")
    running_holds = satisfies(setting.name, setting.accept, row["runtime"])
    if not running_holds and not row.get("writable", True) and host.privileged:
        return _untouchable(setting, row, "read_only")
    if not running_holds:
        return Verdict(setting, "differs", _differs(setting, row, declared), planned=setting.value)
    if declared.persist and not _persisted_holds(setting, row):
        return Verdict(setting, "not_persisted", _not_persisted(setting, row, declared), planned=row["runtime"])
    return Verdict(setting, "holds")


def _persisted_holds(setting: Setting, row: Row) -> bool:
    return "persisted" in row and satisfies(setting.name, setting.accept, row["persisted"])


def _evidence(setting: Setting, row: Row) -> dict[str, Any]:
    return {
        "running": row.get("runtime"),
        "persisted": row.get("persisted"),
        "wanted": setting.value,
        "accept": dict(setting.accept),
    }


def _differs(setting: Setting, row: Row, declared: Declarations) -> findings.Finding:
    where = f" and persist it in {declared.path}" if declared.persist else ""
    return findings.finding(
        "setting-differs",
        setting.severity,
        f"{setting.name} is {row['runtime']}, wanted {setting.value}",
        _evidence(setting, row),
        f"Set {setting.name} to {setting.value}{where}; the tune role does it.",
        parameter=setting.name,
    )


def _not_persisted(setting: Setting, row: Row, declared: Declarations) -> findings.Finding:
    stale = "persisted" in row
    said = f"the drop-in says {row['persisted']}" if stale else "the drop-in does not have it"
    return findings.finding(
        "setting-not-persisted",
        # A wrong value is certain to come back at the next boot; a missing one only may.
        setting.severity if stale else "low",
        f"{setting.name} runs with {row['runtime']} but {said}",
        {**_evidence(setting, row), "path": declared.path},
        f"Write {setting.name} = {row['runtime']} to {declared.path}; the tune role does it.",
        parameter=setting.name,
    )


def _unsupported(setting: Setting, row: Row) -> Verdict:
    reason = str(row.get("reason", "unknown"))
    if reason == "removed":
        return Verdict(setting, "removed", _removed(setting, row), refused=reason)
    return Verdict(setting, reason, _missing(setting, row, reason), refused=reason)


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


def _missing(setting: Setting, row: Row, reason: str) -> findings.Finding:
    what, remedy = _WHY_NOT.get(reason, _WHY_NOT["unknown"])
    return findings.finding(
        "setting-unsupported",
        "info" if reason in _NOT_THIS_HOST else setting.severity,
        f"{setting.name} {what}",
        {**_evidence(setting, row), "reason": reason},
        remedy,
        parameter=setting.name,
    )


def _untouchable(setting: Setting, row: Row, reason: str) -> Verdict:
    return Verdict(setting, reason, _missing(setting, row, reason), refused=reason)


def _off() -> Setting:
    return Setting(TW_RECYCLE, "0", {"const": 0}, "high", "It drops clients behind NAT.", "guard of the judge", "")


def _switched_on(row: Row, declared: Declarations) -> bool:
    values = [row.get("runtime")] + ([row.get("persisted")] if declared.persist else [])
    return any(value is not None and not satisfies(TW_RECYCLE, {"const": 0}, value) for value in values)


def _nat_evidence(row: Row, declared: Declarations, dropped: int) -> dict[str, Any]:
    return {
        "running": row.get("runtime"),
        "persisted": row.get("persisted"),
        "nat_declared": declared.nat,
        "PAWSPassive": dropped or None,
    }


def _nat_reason(declared: Declarations, dropped: int) -> str:
    return "nat_evidence" if dropped else f"nat_{declared.nat}"


def _switch_off(setting: Setting, host: HostFacts, declared: Declarations, dropped: int) -> Verdict:
    row = host.row(TW_RECYCLE)
    stuck = not row.get("writable", True) and host.privileged
    made = findings.finding(
        "tw-recycle-behind-nat",
        "high",
        f"{TW_RECYCLE} is on ({row.get('runtime', 'unreadable')}) and clients may come through NAT: their connections are dropped silently",
        _nat_evidence(row, declared, dropped),
        f"Set {TW_RECYCLE} to 0 now; the tune role does it. For outgoing connections use tcp_tw_reuse instead.",
        parameter=TW_RECYCLE,
        will_not_help=["a longer backlog", "tcp_fin_timeout", "more ephemeral ports: the SYN is refused before any of them matters"],
    )
    refused = "read_only" if stuck else (None if setting.value == "0" else _nat_reason(declared, dropped))
    return Verdict(setting, "refused" if refused else "differs", made, planned=None if stuck else "0", refused=refused)


def _undeclared(setting: Setting, host: HostFacts, declared: Declarations, dropped: int) -> Verdict:
    made = findings.finding(
        "tw-recycle-needs-nat-declaration",
        "info",
        f"{TW_RECYCLE} = {setting.value} is not planned: it drops clients behind NAT, and NAT is not declared absent",
        {**_nat_evidence(host.row(TW_RECYCLE), declared, dropped), "wanted": setting.value},
        "Leave it at 0. Only where every client is known to come without NAT, declare nat: absent.",
        parameter=TW_RECYCLE,
        will_not_help=["setting it by hand: the next audit reports it as tw-recycle-behind-nat"],
    )
    return Verdict(setting, "refused", made, refused=_nat_reason(declared, dropped))
