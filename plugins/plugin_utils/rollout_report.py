# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report a rollout from its receipts: a document for programs, and lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_story as story
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_story import Run, Story

_SHOWN = 20


def document(rollout: str, found: Sequence[Run]) -> dict[str, Any]:
    """Return the report of the last run: outcome, waves, hosts (those of waves that did not begin are not in it), counts."""
    run = found[-1]
    said = run.opened.get(1) or (run.refused[0] if run.refused else {})
    hosts = [_host(item) for number in sorted(run.opened) for item in run.of_wave(number)]
    return {
        "schema_version": 1,
        "rollout": rollout,
        "run": run.number,
        "profile": said.get("profile", ""),
        "outcome": _outcome(run, int(said.get("waves", 0))),
        "reason": _reason(run),
        "started": said.get("time", ""),
        "planned_hosts": said.get("total_hosts", 0),
        "counts": story.counts(item for number in run.opened for item in run.of_wave(number)),
        "waves": [_wave(run, number) for number in sorted(run.opened)],
        "hosts": hosts,
    }


def _outcome(run: Run, waves: int) -> str:
    """Return completed, stopped (and no later wave begins) or running."""
    if run.refused or any(not receipt["ok"] for receipt in run.closed.values()):
        return "stopped"
    return "completed" if len(run.closed) == waves and waves else "running"


def _reason(run: Run) -> str:
    if run.refused:
        return str(run.refused[-1]["message"])
    return "; ".join(f"wave {number}: {receipt['message']}" for number, receipt in sorted(run.closed.items()) if not receipt["ok"])


def _wave(run: Run, number: int) -> dict[str, Any]:
    closed = run.closed.get(number, {})
    return {
        "wave": number,
        "hosts": len(run.opened[number]["hosts"]),
        "started": run.opened[number]["time"],
        **({"ended": closed["time"], "ok": closed["ok"], "reason": closed["message"]} if closed else {}),
    }


def _host(item: Story) -> dict[str, Any]:
    judged = item.steps.get("judge", {})
    change = item.steps.get("change", {})
    row = {
        "host": item.host,
        "wave": item.wave,
        "state": item.final,
        "planned": item.steps.get("assess", {}).get("planned"),
        "drifted": item.steps.get("assess", {}).get("drifted"),
        "journal": item.journal,
        "verdict": judged.get("status"),
        "regressions": (judged.get("judgement") or {}).get("regressions") or None,
        "trouble": item.trouble or None,
        "restored": item.steps.get("restore", {}).get("undone"),
        "confirm_by": change.get("confirm_by") if item.final in (story.LOST, story.FAILED) else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def lines(report: Mapping[str, Any], folder: str) -> Iterator[str]:
    """Yield the report for a person: outcome, what happened to hosts that did not go well, and what to do; names of hosts fit for a terminal."""
    return map(printable.line, _told(report, folder))


def _told(report: Mapping[str, Any], folder: str) -> Iterator[str]:
    counted = ", ".join(f"{number} {state}" for state, number in sorted(report["counts"].items())) or "no host was reached"
    yield f"rollout {report['rollout']} of profile {report['profile']}: {report['outcome']}; {counted}, of {report['planned_hosts']} hosts"
    if report["reason"]:
        yield f"  {report['reason']}"
    bad = [row for row in report["hosts"] if row["state"] not in story.GOOD]
    for row in bad[:_SHOWN]:
        yield from _lines_of(row)
    if len(bad) > _SHOWN:
        yield f"  and {len(bad) - _SHOWN} more hosts"
    yield f"  receipts and report: {folder}"


def _lines_of(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {row['host']} (wave {row['wave']}): {row['state']}{_fate(row)}"
    if "trouble" in row:
        yield f"      why: {row['trouble']}"
    for item in row.get("regressions", ()):
        yield f"      {item['metric']}: before {item['before']:g} {item['unit']}, after {item['after']:g}, allowed {item['allowed']:g}"


def _fate(row: Mapping[str, Any]) -> str:
    if row["state"] == story.RESTORED:
        keys = row.get("restored") or []
        return f", put back {', '.join(keys)}" if keys else ", had put itself back already"
    if "confirm_by" in row:
        return f", unless it is confirmed its watchdog puts it back by {row['confirm_by']} (journal {row.get('journal', 'unknown')})"
    return ""
