# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what the results of a documented command say about hosts to what the kernels of these hosts say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Event = dict[str, Any]
Claims = dict[tuple[str, str], str]


def claims(events: Iterable[Event]) -> Claims:
    """Return host and sysctl: the running value that the last word about it says, read or written."""
    said: Claims = {}
    planned: dict[str, dict[str, str]] = {}
    for event in events:
        host, result = event["host"], event["result"]
        if event["status"] in ("failed", "unreachable") or (result.get("changed") and not event["check"]):
            _forget(said, host)
        if event["status"] != "ok":
            continue
        if "audit" in result and "settings" in (result["audit"] or {}):
            said.update({(host, row["name"]): row["running"] for row in result["audit"]["settings"] if "running" in row})
        if (_is_ours(event, "net_sysctl") or _is_ours(event, "rollout_host")) and not event["check"]:
            rows = [row for row in result.get("settings", ()) if "runtime" in row.get("after", {})]
            said.update({(host, row["name"]): row["after"]["runtime"] for row in rows})
        if _is_ours(event, "rollout_host"):
            planned.setdefault(host, {}).update(result.get("planned", {}))
            if result.get("rollout", {}).get("status") == "confirmed":
                said.update({(host, name): value for name, value in planned[host].items()})
    return said


def _forget(said: Claims, host: str) -> None:
    """Take back what was said of a host that was changed since, or on which something failed half-way."""
    for key in [key for key in said if key[0] == host]:
        del said[key]


def _is_ours(event: Event, name: str) -> bool:
    return str(event["action"]) == f"linuxnet.tcp.{name}"


def lies(events: Iterable[Event], sysctl: Callable[[str, str], str]) -> list[str]:
    """Return what is said of hosts and is not so; ``sysctl`` reads the value of a host by another way."""
    wrong = []
    for (host, name), value in sorted(claims(events).items()):
        real = sysctl(host, name)
        if real.split() != str(value).split():
            wrong.append(f"{host}: {name} is said to be {value!r} and is {real!r}")
    return wrong


def audits(events: Iterable[Event]) -> dict[str, dict[str, Any]]:
    """Return the first audit of each host."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        document = event["result"].get("audit")
        if isinstance(document, dict) and "findings" in document:
            found.setdefault(event["host"], document)
    return found


def wrote(events: Iterable[Event]) -> set[str]:
    """Return the hosts whose sysctls were changed."""
    changes = [event for event in events if event["result"].get("changed") and not event["check"] and event["status"] == "ok"]
    return {event["host"] for event in changes if _is_ours(event, "net_sysctl") or _is_ours(event, "rollout_host")}
