# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the change log as a page: what the next release will hold, from the fragments, then the releases of changelogs/changelog.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

Changes = Mapping[str, Any]


def render(folder: Path) -> str:
    """Return the page in Markdown; ``folder``: changelogs, as antsibull-changelog keeps it."""
    titles = dict(_load(folder / "config.yaml")["sections"])
    releases = _load(folder / "changelog.yaml")["releases"]
    versions = sorted(releases, key=_order, reverse=True)
    coming = _merged([_load(path) for path in sorted((folder / "fragments").glob("*.y*ml"))])
    parts = ["# Change log\n", _section("Not released yet", coming, titles)]
    parts += [_section(f"{version}, {releases[version]['release_date']}", releases[version]["changes"], titles) for version in versions]
    return "\n".join(part for part in parts if part)


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _order(version: str) -> list[int]:
    """Return what releases are ordered by; what follows the numbers of a pre-release does not count."""
    return [int(part) for part in version.partition("-")[0].split(".")]


def _merged(fragments: list[Changes]) -> Changes:
    merged: dict[str, Any] = {}
    for fragment in fragments:
        for kind, said in fragment.items():
            merged[kind] = said if isinstance(said, str) else [*merged.get(kind, []), *said]
    return merged


def _section(heading: str, changes: Changes, titles: Mapping[str, str]) -> str:
    if not changes:
        return ""
    summary = f"{changes['release_summary'].strip()}\n" if "release_summary" in changes else ""
    lists = [f"### {title}\n\n" + "".join(f"* {row}\n" for row in changes[kind]) for kind, title in titles.items() if kind in changes]
    return "\n".join(part for part in (f"## {heading}\n", summary, *lists) if part)
