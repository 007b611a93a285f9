# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the result as one table for a terminal, and as the block of docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

UNITS = {"peak_kib": "KiB", "above_kib": "KiB", "processes": "", "bytes": "B", "inner_ms": "ms"}
SHOWN = ("inner_cpu", "cpu", "wall", "controller_cpu", "inner_ms", "above_kib", "peak_kib", "bytes", "processes")
SLOPES = ("cpu", "controller_cpu")


def text(result: dict[str, Any]) -> str:
    """Return the table for a terminal: each case's contestants with their medians, then its ratios with their verdicts."""
    lines = [heading(result), ""]
    for row in result["rows"]:
        lines += [f"== {row['title']}", *(f"   {note}" for note in row["notes"])]
        lines += [f"   skipped: {row['skipped']}"] if "skipped" in row else []
        for case in row["cases"]:
            lines += [f"\n {case['name']}", *_contestants(case), *_ratios(row, case["name"])]
        lines += ["", *_slopes(row), ""]
    return "\n".join(lines)


def heading(result: dict[str, Any]) -> str:
    """Return where and when it was measured."""
    here = result["environment"]
    return (
        f"{here['time']}, Linux {here['kernel']} {here['machine']}, {here['distribution']}, {here['processors']} processors, "
        f"load {here['load'][0]:.1f} before and {here['load_after'][0]:.1f} after, ansible-core {result['versions']['ansible-core']}"
    )


def number(metric: str, value: float) -> str:
    """Write one value with its unit; seconds where the metric says nothing else."""
    unit = UNITS.get(metric, "s")
    digits = (
        f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:.3g}" if value >= 0.0005 or not value else f"{value:.1e}"
    )
    return f"{digits} {unit}".strip()


def verdict(ratio: dict[str, Any]) -> str:
    """Say what was to be reached and whether it was."""
    wanted = [f"at most {ratio['at_most']:g}"] if ratio["at_most"] is not None else []
    wanted += [f"at least {ratio['at_least']:g}"] if ratio["at_least"] is not None else []
    return f"{' and '.join(wanted)}: {'reached' if ratio['met'] else 'not reached'}" if wanted else ""


def _contestants(case: dict[str, Any]) -> Iterator[str]:
    width = max(len(entry["name"]) for entry in case["entries"])
    for entry in case["entries"]:
        values = ", ".join(f"{metric} {number(metric, entry['medians'][metric])}" for metric in SHOWN if metric in entry["medians"])
        yield f"   {entry['role']:<6}{entry['name']:<{width}}  {values or 'skipped: ' + entry.get('skipped', 'no sample')}"


def _ratios(row: dict[str, Any], case: str) -> Iterator[str]:
    for ratio in row["ratios"]:
        if ratio["case"] == case:
            yield f"     {ratio['text']}: {ratio['value']:,.4g}  {verdict(ratio)}".rstrip()


def _slopes(row: dict[str, Any]) -> Iterator[str]:
    for slope in row["slopes"]:
        if slope["metric"] in SLOPES:
            yield f"   for each 1,000 {slope['unit']}: {slope['name']}, {slope['metric']} {number(slope['metric'], slope['per_thousand'])}"


def markdown(result: dict[str, Any]) -> str:
    """Return the generated block of docs/performance.md."""
    lines = [f"Measured {heading(result)}.", ""]
    for row in result["rows"]:
        lines += [f"### {row['title'][0].upper()}{row['title'][1:]}", ""]
        lines += [f"Skipped: {row['skipped']}.", ""] if "skipped" in row else []
        for case in row["cases"]:
            lines += [*_markdown_case(case), ""]
        lines += [*_markdown_ratios(row), *(f"* {note[0].upper()}{note[1:]}." for note in row["notes"]), ""]
    return "\n".join(lines)


def _markdown_case(case: dict[str, Any]) -> Iterator[str]:
    metrics = [metric for metric in SHOWN if any(metric in entry["medians"] for entry in case["entries"])]
    yield f"| {case['name']} | | {' | '.join(metrics)} |"
    yield f"|---|---|{'---|' * len(metrics)}"
    for entry in case["entries"]:
        values = [number(metric, entry["medians"][metric]) if metric in entry["medians"] else "" for metric in metrics]
        if not entry["medians"]:
            values[0] = f"skipped: {entry.get('skipped', 'no sample')}"
        yield f"| {_cell(entry['name'])} | {entry['role']} | {' | '.join(map(_cell, values))} |"


def _markdown_ratios(row: dict[str, Any]) -> Iterator[str]:
    judged = [ratio for ratio in row["ratios"] if verdict(ratio)]
    if judged:
        yield "| to reach | case | measured | verdict |\n|---|---|---|---|"
        for ratio in judged:
            yield f"| {_cell(ratio['text'])} | {ratio['case']} | {ratio['value']:,.4g} | {verdict(ratio)} |"
        yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
