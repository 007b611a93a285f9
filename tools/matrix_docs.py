# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the tables of docs/support.md and README.md from tests/matrix.yml, or say with --check whether they are stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import marked
import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE, README = ROOT / "docs" / "support.md", ROOT / "README.md"
BEGIN, END = "<!-- matrix:begin (written by tools/matrix_docs.py) -->\n", "<!-- matrix:end -->"
# Section, heading, and columns: what they are called and what of a row they show.
TABLES = (
    (
        "cores",
        "ansible-core",
        {
            "ansible-core": "name",
            "controller's Python": "controllers",
            "managed Python": "targets",
            "required": "required",
            "reason": "reason",
        },
    ),
    ("pythons", "Python of managed nodes", {"Python": "version", "required": "required", "reason": "reason"}),
    ("containers", "Containers", {"release": "suite", "Python": "python", "reason": "reason"}),
    ("kernels", "Kernels", {"kernel": "release", "of": "suite", "in every run": "sample", "reason": "reason"}),
)


def render() -> str:
    """Return the tables of the page as Markdown."""
    matrix = _matrix()
    return "\n".join(_table(matrix[section], heading, columns) for section, heading, columns in TABLES)


def render_summary() -> str:
    """Return the table of the README: versions alone, oldest first."""
    matrix = _matrix()
    controllers = {python for row in matrix["cores"] for python in row["controllers"]}
    rows = {
        "ansible-core": [row["name"] for row in matrix["cores"]],
        "Python of the controller": sorted(controllers, key=_number),
        "Python of managed nodes": [row["version"] for row in matrix["pythons"]],
        "Linux in an emulator": [f"{row['release']} ({row['suite']})" for row in matrix["kernels"]],
        "Debian in containers": [row["suite"] for row in matrix["containers"]],
    }
    lines = [_line(["", "tested"]), "|---|---|", *(_line([name, ", ".join(values)]) for name, values in rows.items())]
    return "\n".join(["", *lines, "", ""])


def _matrix() -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load((ROOT / "tests" / "matrix.yml").read_text(encoding="utf-8"))
    return loaded


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _table(rows: list[dict[str, Any]], heading: str, columns: dict[str, str]) -> str:
    lines = [f"### {heading}", "", _line(list(columns)), "|---" * len(columns) + "|"]
    return "\n".join([*lines, *(_line([_cell(row[key]) for key in columns.values()]) for row in rows), ""])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return f"{value['from']} to {value['to']}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def main(arguments: list[str]) -> int:
    """Write the pages; with --check write nothing and return 1 when one of them is stale."""
    return marked.main(arguments, "matrix_docs.py", (BEGIN, END), {PAGE: render(), README: render_summary()}, ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
