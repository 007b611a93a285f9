# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table of metrics into docs/health-gate.md; a unit test says when it is stale."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "health-gate.md"
BEGIN, END = "<!-- metrics:begin (made by tools/health_docs.py) -->\n", "<!-- metrics:end -->\n"
HEADING = "| figure | unit | counters | change | factor | minimum | events | why |\n|---|---|---|---|---|---|---|---|\n"


def render(metrics: Iterable[Any], page: str) -> str:
    """Return the page with the table anew; ``metrics``: health_metrics.METRICS."""
    head, _begin, rest = page.partition(BEGIN)
    _table, _end, tail = rest.partition(END)
    return f"{head}{BEGIN}{HEADING}{''.join(_row(metric) for metric in metrics)}{END}{tail}"


def _row(metric: Any) -> str:
    below = f" / ({_sum(metric.per)})" if metric.per else ""
    cells = (
        f"`{metric.name}`",
        metric.kind.value,
        _sum(metric.counters) + below,
        f"{'falls' if metric.falls else 'rises'} by {metric.change:g}",
        f"{metric.factor:g}",
        _shown(metric.minimum),
        _shown(metric.events),
        metric.source,
    )
    return f"| {' | '.join(cells)} |\n"


def _sum(names: Iterable[str]) -> str:
    return " + ".join(f"`{name}`" for name in names)


def _shown(number: float) -> str:
    return f"{number:g}" if number else ""


def main() -> None:
    """Bring the page up to date."""
    import profiles_docs

    metrics = profiles_docs.load("health_metrics").METRICS
    PAGE.write_text(render(metrics, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
