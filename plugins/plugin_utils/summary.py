# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write an audit document as lines of text that a person reads in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable

_VERDICTS = {
    "holds": "holds",
    "differs": "differs",
    "not_persisted": "holds now, not after a reboot",
    "shadowed": "holds now, another file wins at boot",
    "removed": "removed from this kernel",
    "too_old": "this kernel is too old for it",
    "hidden": "belongs to the host, not to this namespace",
    "unknown": "not in this kernel",
    "read_only": "read-only here",
    "unreadable": "cannot be read",
    "not_applicable": "does not apply here",
    "refused": "refused, see the findings",
    "adjusted": "planned by a guard, see the findings",
}
_STATES_SHOWN = 6
_TITLES_SHOWN = 4
_TITLE_LENGTH = 160
_FIRST_BYTES = 1700


def lines(audit: Mapping[str, Any]) -> list[str]:
    """Return the summary of an audit: verdict, sockets, a table of the settings, the findings, the plan."""
    return [*_head(audit), "", *_table(audit["settings"]), "", *_findings(audit["findings"]), "", *_plan(audit["plan"])]


def brief(audit: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdict of an audit in at most 2 KiB: ``compliant``, findings by severity, the ``worst`` titles, why it is not compliant."""
    found = audit["findings"]
    counts = Counter("waived" if "waived" in item else item["severity"] for item in found)
    counted = [item for item in found if "waived" not in item and item["severity"] != "info"]
    against = [item for item in counted if item["concerns"] == "setting"]
    return {
        "host": audit["host"],
        "profile": audit["profile"],
        "compliant": audit["compliant"],
        "findings": {name: counts[name] for name in ("high", "medium", "low", "info", "waived")},
        "worst": _titles(counted),
        "against": _titles(against),
    }


def _titles(found: Sequence[Mapping[str, Any]]) -> list[str]:
    more = [f"and {len(found) - _TITLES_SHOWN} more"] if len(found) > _TITLES_SHOWN else []
    return [str(printable.line(item["title"], _TITLE_LENGTH)) for item in found[:_TITLES_SHOWN]] + more


def first_lines(audit: Mapping[str, Any], path: str) -> list[str]:
    """Return the summary of an audit cut to 2 KiB, saying in which file the rest is."""
    shown: list[str] = []
    left = _FIRST_BYTES
    everything = lines(audit)
    for line in everything:
        left -= len(line.encode("utf-8", "backslashreplace")) + 4
        if left < 0:
            return [*shown, f"... {len(everything) - len(shown)} more lines; all of it is in {path}"]
        shown.append(line)
    return shown


def _head(audit: Mapping[str, Any]) -> Iterator[str]:
    verdict = "compliant" if audit["compliant"] else "NOT compliant"
    release = f" (Linux {audit['kernel']['release']})" if "kernel" in audit else ""
    yield f"{audit['host']}{release}: {verdict} with profile {audit['profile']}"
    if "sockets" in audit:
        states = sorted(audit["sockets"]["states"].items(), key=lambda item: -item[1])
        shown = ", ".join(f"{name} {count}" for name, count in states[:_STATES_SHOWN])
        yield f"{audit['sockets']['total']} TCP sockets" + (f": {shown}" if shown else "")


def _table(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    cells = [("setting", "running", "wanted", "verdict")]
    cells += [(row["name"], row.get("running", "-"), row["wanted"], _verdict(row)) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    for line in cells:
        yield "  ".join([*(text.ljust(width) for text, width in zip(line[:3], widths, strict=True)), line[3]])


def _verdict(row: Mapping[str, Any]) -> str:
    verdict = _VERDICTS[row["status"]]
    if "waived" in row:
        return f"{verdict}; waived until {row['waived']['expires']}: {row['waived']['reason']}"
    return f"{verdict}: {row['reason']}" if "reason" in row else verdict


def _findings(found: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"findings: {len(found) or 'none'}"
    for item in found:
        yield f"  [{item['severity']}] {item['title']}" + (" (waived)" if "waived" in item else "")
        yield f"      do: {item['remedy']}"
        for useless in item.get("will_not_help", ()):
            yield f"      does not help: {useless}"


def _plan(plan: Mapping[str, Any]) -> Iterator[str]:
    if not plan["settings"]:
        yield "plan: nothing to change"
        return
    yield "plan:"
    for name, value in plan["settings"].items():
        yield f"  {name} = {value}"
