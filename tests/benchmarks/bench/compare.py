# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print how a run differs from an earlier one: now / then for every contestant, ours with its floor beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

METRICS = ("inner_cpu", "cpu", "wall", "controller_cpu", "peak_kib", "bytes", "processes")
Key = tuple[str, str, str]


def lines(now: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each contestant that both runs measured; what only one has is counted at the end."""
    old, new = medians(then), medians(now)
    for row, case, name in (key for key in new if key in old):
        key = (row, case, name)
        ratios = [
            f"{metric} x{new[key][metric] / old[key][metric]:.2f}" for metric in METRICS if old[key].get(metric) and metric in new[key]
        ]
        if ratios:
            yield f"{row}, {case}, {name}: {', '.join(ratios)}"
    alone = [f"{len(set(one) - set(other))} {words}" for one, other, words in ((new, old, "new"), (old, new, "gone"))]
    yield f"not in both: {', '.join(alone)}"


def medians(result: dict[str, Any]) -> dict[Key, dict[str, float]]:
    """Return the medians by row, case and contestant."""
    return {
        (row["id"], case["name"], entry["name"]): entry["medians"]
        for row in result["rows"]
        for case in row["cases"]
        for entry in case["entries"]
        if entry["medians"]
    }
