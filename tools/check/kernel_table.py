# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what differs between kernels, key by key, and keep the whole table."""

from __future__ import annotations

from check import places
from check.stage import Stage

WIDTH = 22


def write(stage: Stage, answers: dict[str, dict[str, str]]) -> None:
    """Keep key by kernel in build/reports/kernels.md, and print the rows in which kernels differ."""
    releases = list(answers)
    rows = {name: [answers[release].get(name, "") for release in releases] for name in sorted(answers[releases[0]])}
    places.REPORTS.mkdir(parents=True, exist_ok=True)
    page = places.REPORTS / "kernels.md"
    lines = [f"| key | {' | '.join(releases)} |", f"|---{'|---' * len(releases)}|"]
    lines += [f"| `{name}` | {' | '.join(cells)} |" for name, cells in rows.items()]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    differing = {name: cells for name, cells in rows.items() if len(set(cells)) > 1}
    shown = differing if len(releases) > 1 else {}
    for name, cells in {"key": releases, **shown}.items():
        print(f"       {name:<44}{''.join(cell[:WIDTH].ljust(WIDTH + 2) for cell in cells)}".rstrip())
    print(
        f"       {len(rows)} keys, {len(differing)} differ between these kernels; all of them: {page.relative_to(places.ROOT)}", flush=True
    )
    stage.note("\n".join(lines))
