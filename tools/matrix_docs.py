# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the tables of docs/support.md from tests/matrix.yml, or say with --check whether they are stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "support.md"
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
    """Return the tables as Markdown."""
    matrix = yaml.safe_load((ROOT / "tests" / "matrix.yml").read_text(encoding="utf-8"))
    return "\n".join(_table(matrix[section], heading, columns) for section, heading, columns in TABLES)


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
    """Write the page; with --check write nothing and return 1 when it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    check = parser.parse_args(arguments).check
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    fresh = before + BEGIN + render() + END + rest.split(END, 1)[1]
    if check:
        if fresh != text:
            print(f"{PAGE.relative_to(ROOT)} is stale: run tools/matrix_docs.py with the Python of build/venv")
        return int(fresh != text)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
