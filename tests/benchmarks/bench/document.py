# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the figures of a run into docs/performance.md, between two marks."""

from __future__ import annotations

from typing import Any

from bench import places, table

PAGE = places.ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- begin: written by make bench-document -->", "<!-- end -->"


def rewritten(page: str, result: dict[str, Any]) -> str:
    """Return the page with the figures of this result; ValueError when it lacks the marks."""
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table.markdown(result)}\n{END}{after}"
