# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether a setting of a profile applies to a host, and say why not."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue_table
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import Profile, When

# Every kernel has this one, and shows it to its first network namespace alone (net/ipv4/sysctl_net_ipv4.c, ipv4_table).
HOST_ONLY = "net.ipv4.tcp_max_orphans"
_COMPARE: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], Any]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, ">": operator.gt, "<": operator.lt,
}  # fmt: skip


def evidence(profile: Profile) -> list[str]:
    """Return the sysctls that the host has to report for the conditions of this profile."""
    return [HOST_ONLY] if any(setting.when.namespaced is not None for setting in profile.settings) else []


def unmet(name: str, when: When, host: HostFacts, workloads: Collection[str]) -> str | None:
    """Return why a setting does not apply to a host whose operator names these workloads; None when it applies."""
    return next(_reasons(name, when, host, workloads), None)


def strangers(profile: Profile, workloads: Collection[str]) -> list[str]:
    """Return the given workloads that no condition of the profile mentions though it has some: they may be misspelt."""
    known = profile.workloads()
    return sorted(set(workloads) - set(known)) if known else []


def _reasons(name: str, when: When, host: HostFacts, workloads: Collection[str]) -> Iterator[str]:
    release, version = host.facts["kernel"]["release"], host.facts["kernel"]["version"]
    if when.kernel and not _kernel_holds(when.kernel, version):
        yield f"for kernels {when.kernel}, this one is {release}"
    if when.workload and not set(when.workload) & set(workloads):
        yield f"for hosts with workload {' or '.join(when.workload)}, this one has {', '.join(workloads) or 'none given'}"
    if shared := sorted(set(when.not_workload) & set(workloads)):
        yield f"not for hosts with workload {' or '.join(shared)}"
    if when.namespaced is not None and when.namespaced is not _namespaced(host):
        yield f"for hosts that are {'' if when.namespaced else 'not '}in a network namespace of their own, as containers are"
    if when.exists and not host.row(name)["supported"]:
        yield "for kernels that show the key; this one does not"


def _kernel_holds(comparisons: str, version: Sequence[int]) -> bool:
    """Compare as many numbers as are given: 4.11.12 is ``<=4.11`` and not ``>4.11``."""
    for sign, text in re.findall(r"(>=|<=|==|>|<) *([0-9.]+)", comparisons):
        limit = catalogue_table.version_of(text)
        if not _COMPARE[sign](tuple(version)[: len(limit)], limit):
            return False
    return True


def _namespaced(host: HostFacts) -> bool:
    return not host.row(HOST_ONLY)["supported"]
