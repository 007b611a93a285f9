# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what a profile says: settings and when they apply, compliance controls, thresholds, waivers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable

_MAX_PROBLEMS = 50
# No profile may soften or waive these: whatever the reason, clients lose their connections.
NEVER_EXCUSED = frozenset({"tw-recycle-behind-nat"})


@dataclass(frozen=True)
class When:
    """On which hosts a setting applies; what is not given is no condition, and all that is given must hold.

    ``kernel`` holds comparisons such as ``>=4.12, <5.4``. ``workload`` and ``not_workload`` are matched against what the operator
    says of the host. ``namespaced`` asks for a host that is (not) in a network namespace of its own, ``exists`` for a kernel
    that has the key.
    """

    kernel: str = ""
    workload: tuple[str, ...] = ()
    not_workload: tuple[str, ...] = ()
    namespaced: bool | None = None
    exists: bool = False


ALWAYS = When()


@dataclass(frozen=True)
class Control:
    """A control of a compliance benchmark that a setting fulfils, by its id there."""

    benchmark: str
    id: str
    title: str = ""


@dataclass(frozen=True)
class Waiver:
    """A finding that is accepted up to and including the day ``expires``, on hosts that match one of ``hosts`` (none: all)."""

    reason: str
    expires: datetime.date
    id: str = ""
    setting: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """One wanted sysctl: ``value`` is the canonical string, ``accept`` JSON Schema keywords on the typed value.

    ``soften`` maps ids of guards to the reason for which a refusal is only a warning here.
    """

    name: str
    value: str
    accept: Mapping[str, Any]
    severity: str
    why: str
    source: str
    caveat: str
    when: When = ALWAYS
    soften: Mapping[str, str] = field(default_factory=dict)
    control: tuple[Control, ...] = ()


@dataclass(frozen=True)
class Profile:
    """A named set of settings, parents first, then in the order of the document.

    ``thresholds`` override findings.THRESHOLDS by name. ``digest`` is ``sha256:`` and the hash of all that is said here, parents included.
    """

    name: str
    title: str
    settings: tuple[Setting, ...]
    version: str = ""
    thresholds: Mapping[str, int | float] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    digest: str = ""

    def names(self) -> list[str]:
        """Return the names of the sysctls that this profile speaks about."""
        return [setting.name for setting in self.settings]

    def workloads(self) -> list[str]:
        """Return the names of the workloads that conditions of this profile mention."""
        return sorted({word for setting in self.settings for word in (*setting.when.workload, *setting.when.not_workload)})


class InvalidProfile(errors.InvalidInput):
    """A profile cannot be used; ``problems`` has one line for each thing that is wrong."""

    def __init__(self, label: str, problems: list[str]) -> None:
        """Build a message with one line per problem, each starting with where the profile came from."""
        self.problems = [printable.line(f"{label}: {problem}") for problem in problems]
        super().__init__(self.problems[0], problems=self.problems)  # type: ignore[no-untyped-call]
        more = len(self.problems) - _MAX_PROBLEMS
        shown = [*self.problems[:_MAX_PROBLEMS], *([f"{label}: and {more} more problems"] if more > 0 else [])]
        self.message = "\n".join(shown)
