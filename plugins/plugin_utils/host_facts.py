# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the facts of one host: running values typed, counters by name, what is missing told apart from zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents

Row = Mapping[str, Any]


class HostFacts:
    """Answer questions about ``tcp_facts`` (docs/architecture.md, 3.4); ``None`` always means that the host did not say."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        """Keep plain facts as the audit module returned them."""
        self.facts = facts

    @property
    def privileged(self) -> bool:
        """Tell whether the module ran as uid 0; only then does an unwritable key mean that it is read-only."""
        return bool(self.facts.get("privileged", True))

    @property
    def path_read_at_boot(self) -> bool | None:
        """Tell whether the loader of this host reads the drop-in at boot; None when the host did not say."""
        boot = self.facts.get("boot")
        return None if boot is None else bool(boot["path"] == "read")

    @property
    def boot_judged(self) -> bool:
        """Tell whether boot values count: not where the drop-in lies outside of every folder that a loader reads."""
        return bool(self.facts.get("boot", {}).get("path", "outside") != "outside")

    def lasting(self, name: str) -> str | None:
        """Return the value that the next boot sets, or what the drop-in holds where that is judged instead; None for none."""
        row = self.row(name)
        value = row.get("boot", {}).get("value") if self.boot_judged else row.get("persisted")
        return None if value is None else str(value)

    def row(self, name: str) -> Row:
        """Return the row of a sysctl; raise InvalidInput when the host did not report it at all."""
        row = self.facts.get("parameters", {}).get(name)
        if row is None:
            raise errors.InvalidInput(
                f"{name}: the host reported nothing about it; the audit module must be asked for every key of the profile"
            )
        return cast(Row, row)

    def running(self, name: str) -> Any:
        """Return the typed running value, or None when the key is missing, unreadable or has an unknown shape."""
        text = self.facts.get("parameters", {}).get(name, {}).get("runtime")
        return None if text is None else typed(name, text)

    def counter(self, group: str, name: str) -> int | None:
        """Return a counter of /proc/net/netstat, such as ``("TcpExt", "PAWSPassive")``."""
        value = self.facts.get("counters", {}).get("netstat", {}).get(group, {}).get(name)
        return None if value is None else int(value)

    def state(self, name: str) -> int:
        """Return how many sockets are in a state; the facts list only states that occur."""
        return int(self.facts.get("sockets", {}).get("states", {}).get(name, 0))


def typed(name: str, text: str) -> Any:
    """Return the int, list of int or text behind a kernel value; None when it does not have the documented shape."""
    try:
        return sysctl_value.typed(catalogue.get(name), text)
    except errors.LinuxnetError:
        return None


def satisfies(name: str, accept: Mapping[str, Any], text: str) -> bool:
    """Tell whether a kernel value satisfies a profile's ``accept``; a value of unknown shape never does."""
    value = typed(name, text)
    return value is not None and documents.accepts(accept, value)
