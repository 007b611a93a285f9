# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table of what is in the collection into README.md, or say with --check whether it is stale."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import marked
import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "README.md"
BEGIN, END = "<!-- content:begin (written by tools/contents_docs.py) -->\n", "<!-- content:end -->\n"
PLUGINS = (("module", "modules"), ("filter", "filter"), ("callback", "callback"))


class Row(NamedTuple):
    """One line of the table."""

    name: str
    kind: str
    text: str


def rows(root: Path) -> Iterator[Row]:
    """Yield what the collection below root ships, each with what it says of itself."""
    for kind, folder in PLUGINS:
        for path in _files(root / "plugins" / folder, "*.py"):
            action = kind == "module" and (root / "plugins" / "action" / path.name).exists()
            yield Row(f"linuxnet.tcp.{path.stem}", "module and action" if action else kind, _documented(path))
    for path in _files(root / "roles", "*/meta/argument_specs.yml"):
        yield Row(f"linuxnet.tcp.{path.parts[-3]}", "role", _load(path)["argument_specs"]["main"]["short_description"])
    for path in _files(root / "playbooks", "*.yml"):
        yield Row(f"linuxnet.tcp.{path.stem}", "playbook", _load(path)[0]["name"])
    for path in _files(root / "profiles", "*.yml"):
        yield Row(path.stem, "profile", _load(path)["title"])


def render(root: Path) -> str:
    """Return the table as Markdown."""
    lines = [f"| `{row.name}` | {row.kind} | {row.text.replace('|', chr(92) + '|')} |\n" for row in rows(root)]
    return "\n| name | kind | what it does |\n|---|---|---|\n" + "".join(lines) + "\n"


def _files(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.glob(pattern)) if path.stem != "__init__"]


def _documented(path: Path) -> str:
    """Return the short description of a plugin, without importing it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "DOCUMENTATION":
            return str(yaml.safe_load(ast.literal_eval(node.value))["short_description"])
    raise SystemExit(f"{path}: has no DOCUMENTATION")


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    """Write the page; with --check write nothing and return 1 when it is stale."""
    return marked.main(arguments, "contents_docs.py", (BEGIN, END), {PAGE: render(ROOT)}, ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
