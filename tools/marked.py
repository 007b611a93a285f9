# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what a tool makes between two marks of a page, or say with --check whether a page is stale."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path


def renewed(text: str, begin: str, made: str, end: str) -> str:
    """Return a page with what stands between its marks anew."""
    before, rest = text.split(begin, 1)
    return before + begin + made + end + rest.split(end, 1)[1]


def main(arguments: list[str], tool: str, marks: tuple[str, str], pages: Mapping[Path, str], root: Path) -> int:
    """Write the pages, each with what was made for it; with --check write nothing and return 1 when one of them is stale."""
    parser = argparse.ArgumentParser(prog=tool, description="Write the tables of " + ", ".join(page.name for page in pages))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    check, stale = parser.parse_args(arguments).check, False
    begin, end = marks
    for page, made in pages.items():
        text = page.read_text(encoding="utf-8")
        fresh = renewed(text, begin, made, end)
        if fresh != text and check:
            print(f"{page.relative_to(root)} is stale: run tools/{tool} with the Python of build/venv")
        elif fresh != text:
            page.write_text(fresh, encoding="utf-8")
        stale |= fresh != text
    return int(stale and check)
