# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard limits that are shared by all connections: memory of TCP against that of the machine, the tracking table against its load."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.guard_case import Case, Objection

TCP_MEM = "net.ipv4.tcp_mem"
CONNTRACK_COUNT = "net.netfilter.nf_conntrack_count"
CONNTRACK_MAX = ("net.netfilter.nf_conntrack_max", "net.nf_conntrack_max")
EVIDENCE = (TCP_MEM, CONNTRACK_COUNT)
_KIB = 1024


def tcp_mem_beyond_ram(case: Case) -> Iterator[Objection]:
    """Refuse a tcp_mem whose maximum is more than the machine has: it counts pages, and is often written in bytes (ip-sysctl, tcp_mem).

    A running value of that kind is reported, too; it switches the kernel's memory pressure handling of TCP off.
    """
    limits, memory = case.value(TCP_MEM), case.host.facts.get("memory") or {}
    if limits is None or "total_kib" not in memory or "page_size" not in memory:
        return
    pages = memory["total_kib"] * _KIB // memory["page_size"]
    if limits[2] <= pages:
        return
    planned = case.change(TCP_MEM) is not None
    yield Objection(
        findings.finding(
            "tcp-mem-beyond-ram",
            "high" if planned else "medium",
            f"{TCP_MEM} = {' '.join(map(str, limits))} ({case.basis(TCP_MEM)}) allows TCP {limits[2]} pages, and this machine has {pages}",
            {
                "maximum_pages": limits[2],
                "maximum_mib": limits[2] * memory["page_size"] // (_KIB * _KIB),
                "machine_pages": pages,
                "page_size": memory["page_size"],
                "machine_mib": memory["total_kib"] // _KIB,
                "basis": case.basis(TCP_MEM),
            },
            f"Give it in pages of {memory['page_size']} bytes, well below {pages}; best take it out, since the kernel works it out from the memory at boot.",
            parameter=TCP_MEM,
            will_not_help=["tcp_rmem and tcp_wmem in its place: they are limits of one socket, in bytes"],
        ),
        TCP_MEM if planned else None,
    )


def conntrack_below_load(case: Case) -> Iterator[Objection]:
    """Refuse a connection tracking table that the present load would fill: a full one drops new connections (nf_conntrack-sysctl).

    The threshold leaves room: with ``conntrack_medium`` percent of the new size in use it would be reported as nearly full at once.
    """
    count = case.host.running(CONNTRACK_COUNT)
    if count is None:
        return
    percent = case.limit("conntrack_medium")
    for name in CONNTRACK_MAX:
        size = case.change(name)
        if size is None or count * 100 < percent * size:
            continue
        yield Objection(
            findings.finding(
                "conntrack-max-below-load",
                "medium",
                f"{name} = {size} is not planned: {count} connections are tracked now",
                {"wanted": size, "in_use": count, "running": case.host.running(name), "percent": percent},
                f"Give at least {-(-count * 200 // 100)}, twice of what is in use, or track less (notrack rules for busy local services).",
                parameter=name,
                will_not_help=["net.ipv4.tcp_* settings: a tracked connection is an entry of the firewall, not a socket"],
            ),
            name,
        )
