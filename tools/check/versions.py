# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what says which version this is: galaxy.yml, change log, tags, the version_added of what is documented, and the pages."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version

from check import places
from check.stage import Stage

VERSION = re.compile(r"\d+\.\d+\.\d+")
ADDED = re.compile(r"^\s*version_added:\s*[\"']?([\w.]+)", re.MULTILINE)
# How a page would name a release of this collection: linuxnet.tcp 1.0.0, linuxnet-tcp-1.0.0.tar.gz, linuxnet.tcp:==1.0.0.
NAMED = re.compile(r"linuxnet[.-]tcp[ :=v-]{1,4}(\d+\.\d+\.\d+)")
DOCUMENTED = ("plugins/**/*.py", "roles/*/meta/argument_specs.yml")
PAGES = ("*.md", "docs/**/*.md", "roles/*/README.md", "extensions/**/*.md", "tools/site/*.md")


def check(stage: Stage, tree: Path) -> None:
    """Compare them all, and the tags of the checkout where it has any."""
    version = str(yaml.safe_load((tree / "galaxy.yml").read_text(encoding="utf-8"))["version"])
    log = yaml.safe_load((tree / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]
    text = (tree / "CHANGELOG.md").read_text(encoding="utf-8")
    _verdict(stage, f"galaxy.yml and the change log agree on {version}", list(unlike_log(version, log, text)))
    _verdict(stage, f"version_added and the pages agree with {version}", list(unlike_tree(version, tree)))
    tags = _git("tag", "--list", "v*")
    if not tags:
        stage.skip("tags agree with galaxy.yml", "this checkout has no tags")
        return
    waiting = sorted(path.name for path in (tree / "changelogs" / "fragments").glob("*.y*ml"))
    _verdict(stage, f"tags agree with {version}", list(unlike_tags(version, tags, _git("tag", "--points-at", "HEAD"), waiting)))


def unlike_log(version: str, log: dict[str, Any], text: str) -> Iterator[str]:
    """Yield where the change log contradicts galaxy.yml: its newest release is this one, or an older one while work goes on.

    log: releases of changelogs/changelog.yaml; text: CHANGELOG.md.
    """
    if not VERSION.fullmatch(version):
        yield f"galaxy.yml: {version} is not MAJOR.MINOR.PATCH"
        return
    if not log:
        yield "changelogs/changelog.yaml: there is no release"
    newest = max(log, key=Version, default=version)
    if Version(newest) > Version(version):
        yield f"galaxy.yml: {version} is older than {newest} of the change log"
    # Markdown lets a dot be escaped, and antsibull-changelog does that.
    headings = [line.replace("\\", "") for line in text.splitlines() if line.startswith("## ")]
    for release in log:
        if not any(release in line for line in headings):
            yield f"CHANGELOG.md: no heading for {release}; antsibull-changelog generate renews it"
        if not log[release].get("changes", {}).get("release_summary"):
            yield f"changelogs/changelog.yaml: {release} has no release_summary"


def unlike_tree(version: str, tree: Path) -> Iterator[str]:
    """Yield what is said to come with a later version than this one, and pages that name another version."""
    for path, found in _found(tree, DOCUMENTED, ADDED):
        if not VERSION.fullmatch(found) or Version(found) > Version(version):
            yield f"{path}: version_added {found}"
    for path, found in _found(tree, PAGES, NAMED):
        if found != version and path != "CHANGELOG.md":
            yield f"{path}: names {found}"


def unlike_tags(version: str, tags: list[str], here: list[str], waiting: list[str]) -> Iterator[str]:
    """Yield what is wrong with the tags; here: those of this commit; waiting: fragments that are in no release yet."""
    wanted = f"v{version}"
    if wanted in tags and wanted not in here:
        yield f"{wanted} is another commit: raise the version in galaxy.yml"
    for tag in here:
        if tag != wanted:
            yield f"this commit is {tag}, and galaxy.yml says {version}"
        if waiting:
            yield f"{tag} leaves fragments out of the change log: {', '.join(waiting)}"


def _found(tree: Path, patterns: tuple[str, ...], expression: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        for path in sorted(tree.glob(pattern)):
            for found in expression.findall(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(tree)), found


def _verdict(stage: Stage, name: str, wrong: list[str]) -> None:
    mark, started = stage.mark(), time.monotonic()
    stage.note("\n".join(wrong) or name)
    stage.verdict(name, not wrong, time.monotonic() - started, mark, "; ".join(wrong))


def _git(*words: str) -> list[str]:
    command = ["git", "-C", str(places.ROOT), "-c", f"safe.directory={places.ROOT}", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.split()
