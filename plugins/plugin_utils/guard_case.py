# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a guard what is wanted, planned and running on a host, and take its objections.

A guard's rule is a pure function: a Case in, Objections out. What becomes of an objection stands in the guard's row (guards.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts, Row, typed
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations, Verdict

# Rows of evidence that a finding shows; its count says how many there are.
SHOWN = 20


@dataclass(frozen=True)
class Case:
    """A host and the plan for it so far; ``thresholds`` are those that the profile sets for itself."""

    host: HostFacts
    verdicts: Mapping[str, Verdict]
    declared: Declarations
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def speaks(self, name: str) -> bool:
        """Tell whether the profile has a setting for this sysctl, and this host the sysctl."""
        return name in self.verdicts and bool(self.host.row(name)["supported"])

    def value(self, name: str) -> Any:
        """Return the typed value that is planned, else the running one; None when the host did not say."""
        planned = self._planned(name)
        return self.host.running(name) if planned is None else typed(name, planned)

    def basis(self, name: str) -> str:
        """Say whether ``value`` is planned or running."""
        return "running" if self._planned(name) is None else "planned"

    def change(self, name: str) -> Any:
        """Return the typed value that the plan is about to write over another one; None when it writes nothing new."""
        planned = self._planned(name)
        if planned is None or typed(name, planned) == self.host.running(name):
            return None
        return typed(name, planned)

    def limit(self, name: str) -> float:
        """Return a threshold of findings.THRESHOLDS, or the profile's own."""
        return self.thresholds.get(name, findings.THRESHOLDS[name].value)

    @property
    def kernel(self) -> tuple[int, ...]:
        """Return the version of the kernel as numbers; empty when the host did not say."""
        return tuple(self.host.facts.get("kernel", {}).get("version", ()))

    @property
    def listeners(self) -> list[Row]:
        """Return the rows of the listening sockets; none also when the host did not list them."""
        return list(self.host.facts.get("listeners", ()))

    def _planned(self, name: str) -> str | None:
        return self.verdicts[name].planned if name in self.verdicts else None


@dataclass(frozen=True)
class Objection:
    """What a guard found.

    ``name`` is the sysctl whose planned value the guard is against; None when the value already runs and no plan can be kept from it.
    ``adjusted`` maps sysctls to values that the plan has to have as well.
    """

    finding: findings.Finding
    name: str | None = None
    adjusted: Mapping[str, str] = field(default_factory=dict)
