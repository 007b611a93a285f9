# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard the ephemeral port range: ports of services in it are reserved, a range that the kernel refuses is not planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.guard_case import SHOWN, Case, Objection
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import Row, satisfies, typed

PORT_RANGE = "net.ipv4.ip_local_port_range"
RESERVED_PORTS = "net.ipv4.ip_local_reserved_ports"
FIRST_UNPRIVILEGED = "net.ipv4.ip_unprivileged_port_start"
EVIDENCE = (PORT_RANGE, RESERVED_PORTS, FIRST_UNPRIVILEGED)


def reserve_listeners(case: Case) -> Iterator[Objection]:
    """Reserve the ports of services that lie in a port range of the profile, beside what is reserved already.

    A port that is free while its service restarts may be given to an outgoing connection (net/ipv4/inet_connection_sock.c). Only
    ports below the kernel's default range count: above, most listeners took any free port themselves. Profiles that do not speak
    about the range get the same as a diagnosis.
    """
    inside = _services(case)
    if not inside:
        return
    wanted = _reservation(case, {int(row["port"]) for row in inside})
    if wanted is None:
        return
    low, high = case.value(PORT_RANGE)
    ports = {int(row["port"]) for row in inside}
    unsafe = ports - _ports(case.host.row(RESERVED_PORTS).get("runtime"))
    yield Objection(
        findings.finding(
            "port-range-overlaps-listeners",
            "medium" if unsafe else "info",
            f"{PORT_RANGE} = {low} {high} ({case.basis(PORT_RANGE)}) contains {len(ports)} port{'s' * (len(ports) > 1)} that services listen on; "
            + ("the plan reserves what is not reserved yet" if unsafe else "what is reserved now lasts once the plan is carried out"),
            {
                "low": low,
                "high": high,
                "basis": case.basis(PORT_RANGE),
                "listeners": [{key: row[key] for key in ("address", "port", "family") if key in row} for row in inside[:SHOWN]],
                "ports": len(ports),
                "reserved_ports": case.host.row(RESERVED_PORTS).get("runtime"),
                "suggested_reserved_ports": wanted,
            },
            f"Nothing beside the plan: it sets {RESERVED_PORTS} to the suggested list, which keeps what is reserved now.",
            parameter=RESERVED_PORTS,
            will_not_help=["restarting the service later: the port stays taken as long as the outgoing connection lives"],
        ),
        adjusted={RESERVED_PORTS: wanted},
    )


def _services(case: Case) -> list[Row]:
    """Return the listeners in a range of the profile whose ports are not reserved both now and, when that is judged, at the next boot."""
    ends = case.value(PORT_RANGE)
    if ends is None or not case.speaks(PORT_RANGE) or case.verdicts[PORT_RANGE].refused:
        return []
    reserved = _reserved_for_good(case)
    if reserved is None:
        return []
    first_free = case.limit("default_first_port")
    return [row for row in case.listeners if ends[0] <= row["port"] <= ends[1] and row["port"] < first_free and row["port"] not in reserved]


def _reserved_for_good(case: Case) -> set[int] | None:
    """Return the ports that are reserved for as long as is asked; None where the plan cannot reserve any."""
    row = case.host.row(RESERVED_PORTS)
    if not row["supported"] or "runtime" not in row or (case.host.privileged and not row.get("writable", True)):
        return None
    running = _ports(row["runtime"])
    if RESERVED_PORTS in case.verdicts and case.verdicts[RESERVED_PORTS].planned is not None:
        return running & _ports(case.verdicts[RESERVED_PORTS].planned)
    return running & _ports(case.host.lasting(RESERVED_PORTS)) if case.declared.persist else running


def _reservation(case: Case, ports: set[int]) -> str | None:
    """Return the list to reserve; None when a profile with its own list does not accept it, or the kernel takes no list of that length."""
    row, verdict = case.host.row(RESERVED_PORTS), case.verdicts.get(RESERVED_PORTS)
    everything = ports | _ports(row["runtime"]) | _ports(verdict.planned if verdict else None)
    if case.declared.persist:
        everything |= _ports(case.host.lasting(RESERVED_PORTS))
    try:
        wanted = str(sysctl_value.normalise(catalogue.get(RESERVED_PORTS), _joined(sorted(everything))))
    except errors.InvalidInput:
        return None
    return wanted if verdict is None or satisfies(RESERVED_PORTS, verdict.setting.accept, wanted) else None


def _joined(ports: Sequence[int]) -> str:
    return ",".join(map(str, ports))


def _ports(text: str | None) -> set[int]:
    found = typed(RESERVED_PORTS, text) if text else None
    return set(found or ())


def range_below_start(case: Case) -> Iterator[Objection]:
    """Refuse a port range that begins below the first unprivileged port, which the kernel refuses too (since Linux 4.11, EINVAL)."""
    ends, start = case.value(PORT_RANGE), case.value(FIRST_UNPRIVILEGED)
    if ends is None or start is None or ends[0] >= start:
        return
    name = next((name for name in (PORT_RANGE, FIRST_UNPRIVILEGED) if case.change(name) is not None), None)
    if name is None:
        return
    yield Objection(
        findings.finding(
            "port-range-below-unprivileged-start",
            "medium",
            f"{PORT_RANGE} would begin at {ends[0]}, below {FIRST_UNPRIVILEGED} = {start}: the kernel refuses that",
            {
                "low": ends[0],
                "high": ends[1],
                "first_unprivileged_port": start,
                "range": case.basis(PORT_RANGE),
                "start": case.basis(FIRST_UNPRIVILEGED),
            },
            f"Begin the range at {start} or above, or lower {FIRST_UNPRIVILEGED} in the profile, which lets any user listen on those ports.",
            parameter=name,
            will_not_help=["writing the two in another order: with these values there is none that the kernel takes"],
        ),
        name,
    )
