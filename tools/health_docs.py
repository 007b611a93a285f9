# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table of docs/health-gate.md from the metrics of the code; ``--check`` only says whether it is stale."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "health-gate.md"
BEGIN, END = "<!-- metrics:begin -->\n", "<!-- metrics:end -->"


def table() -> str:
    """Return the rows, one for each metric."""
    from ansible_collections.linuxnet.tcp.plugins.plugin_utils.health_metrics import METRICS

    lines = ["| figure | unit | counters | change | factor | minimum | why |", "|---|---|---|---|---|---|---|"]
    for metric in METRICS:
        counters = " + ".join(f"`{name}`" for name in metric.counters)
        below = f" / ({' + '.join(f'`{name}`' for name in metric.per)})" if metric.per else ""
        minimum = f"{metric.minimum:g}" if metric.minimum else ""
        direction = "falls by" if metric.falls else "rises by"
        cells = (
            f"`{metric.name}`",
            metric.kind,
            counters + below,
            f"{direction} {metric.change:g}",
            f"{metric.factor:g}",
            minimum,
            metric.source,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def page(old: str) -> str:
    """Return the page with the table of now."""
    head, rest = old.split(BEGIN)
    return head + BEGIN + table() + END + rest.split(END, 1)[1]


def main() -> int:
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if "--check" in sys.argv[1:]:
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
