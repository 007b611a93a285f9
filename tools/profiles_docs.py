# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table of shipped profiles into docs/profiles.md; a unit test says when it is stale."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/profiles.md"
BEGIN, END = "<!-- shipped:begin (made by tools/profiles_docs.py) -->\n", "<!-- shipped:end -->\n"


def render(profiles: Any, page: str) -> str:
    """Return the page with the table anew; ``profiles`` is the collection's loader."""
    head, _begin, rest = page.partition(BEGIN)
    _table, _end, tail = rest.partition(END)
    rows = "".join(_row(profiles, name) for name in profiles.shipped())
    return f"{head}{BEGIN}\n| name | for | settings | extends | workloads |\n|---|---|---|---|---|\n{rows}\n{END}{tail}"


def _row(profiles: Any, name: str) -> str:
    profile = profiles.load(name, [])
    extends = profiles.read_yaml(profiles.SHIPPED / f"{name}.yml", name).get("extends", "")
    parent = f"`{extends}`" if extends else ""
    words = ", ".join(f"`{word}`" for word in profile.workloads())
    return f"| `{name}` | {profile.title} | {len(profile.settings)} | {parent} | {words} |\n"


def load(name: str) -> Any:
    """Return a module of plugin_utils of this checkout, wherever the checkout stands."""
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "ansible_collections", "linuxnet", "tcp")
        link.parent.mkdir(parents=True)
        link.symlink_to(ROOT)
        sys.path.insert(0, folder)
        return importlib.import_module(f"ansible_collections.linuxnet.tcp.plugins.plugin_utils.{name}")


if __name__ == "__main__":
    PAGE.write_text(render(load("profiles"), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
