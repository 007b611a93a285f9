# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/rooms.md, the list of what each file holds, from the first lines of the files' docstrings."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/rooms.md"
ROOMS = (
    "module_utils/core",
    "module_utils/ports",
    "module_utils/readers",
    "module_utils",
    "module_utils/programs",
    "plugin_utils",
    "action",
    "callback",
    "doc_fragments",
)
HEAD = """# What each file holds

Made by `python3 tools/rooms_docs.py` from the docstrings; a unit test says when it is stale. [architecture.md](architecture.md) says
what each room may import.
"""


def render() -> str:
    """Return the page: a section for each room, a row for each file that says what it holds."""
    return HEAD + "".join(_section(room) for room in ROOMS)


def _section(room: str) -> str:
    files = [path for path in sorted((ROOT / "plugins" / room).glob("*.py")) if path.stat().st_size]
    rows = "".join(f"| `{path.name}` | {_first_line(path)} |\n" for path in files)
    return f"\n## plugins/{room}\n\n| file | what it does |\n|---|---|\n{rows}"


def _first_line(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not text:
        raise SystemExit(f"{path}: has no docstring; its first line goes into {PAGE.name}")
    return text.splitlines()[0].replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
