# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how much of each room of plugins/ the units reach, by lines and by branches, and hold the core and the judge to a floor."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from check import places
from check.stage import Argv, Stage

FLOOR = 95.0
CORE, JUDGE = "plugins/module_utils/core", "the judge"
# Where the judge begins; what it imports of its own folder belongs to it.
JUDGE_FOLDER, JUDGE_ENTRY = Path("plugins/plugin_utils"), "judge"
DATA = places.BUILD / "coverage"
TESTS = "tests/unit/plugins"


class Share(NamedTuple):
    """How many lines and branches there are, and how many of them a test has run."""

    lines: int = 0
    run_lines: int = 0
    branches: int = 0
    run_branches: int = 0

    def plus(self, other: Share) -> Share:
        """Return both together."""
        return Share(*(mine + its for mine, its in zip(self, other, strict=True)))

    def percent(self) -> tuple[float, float]:
        """Return the shares of lines and of branches; where there is none, all of it has been run."""
        lines = self.run_lines * 100 / self.lines if self.lines else 100.0
        return lines, self.run_branches * 100 / self.branches if self.branches else 100.0


def measured(stage: Stage, tree: Path) -> dict[str, Share] | None:
    """Run the units in one process, and return the share of each file of plugins/ that was imported; None where that failed.

    ansible-test measures too, with a process and a file of data for each test, which takes four times as long.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    data, report = DATA / "data", DATA / "report.json"
    options = [f"--data-file={data}", "--rcfile=/dev/null"]
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS]
    run: Argv = [places.tool("coverage"), "run", "--branch", f"--source={tree / 'plugins'}", *options, *pytest]
    tell: Argv = [places.tool("coverage"), "json", "-q", *options, "-o", report]
    if any(stage.run(argv, cwd=tree, env={"PYTHONPATH": str(places.TREE)}) != 0 for argv in (run, tell)):
        return None
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {name: _share(row["summary"]) for name, row in found.items() if name.startswith("plugins/") and was_imported(row)}


def was_imported(row: dict[str, Any]) -> bool:
    """Say whether a file of coverage.py's report was: one that was not has lines there, and none of them run."""
    return bool(row["executed_lines"]) or row["summary"]["num_statements"] == 0


def _share(summary: dict[str, int]) -> Share:
    return Share(summary["num_statements"], summary["covered_lines"], summary["num_branches"], summary["covered_branches"])


def rooms(tree: Path, files: Iterable[str]) -> dict[str, list[str]]:
    """Return the files by room: folders, with the judge apart from what else lies in its folder."""
    judge, found = judge_files(tree), dict[str, list[str]]()
    for name in sorted(files):
        room = JUDGE if name in judge else str(Path(name).parent)
        found.setdefault(room, []).append(name)
    return found


def judge_files(tree: Path) -> set[str]:
    """Return the file that judges, and whatever it imports of its own folder, directly or not."""
    found, waiting = set[str](), [JUDGE_ENTRY]
    while waiting:
        name = waiting.pop()
        path = tree / JUDGE_FOLDER / f"{name}.py"
        if name not in found and path.is_file():
            found.add(name)
            waiting += imported(path.read_text(encoding="utf-8"))
    return {str(JUDGE_FOLDER / f"{name}.py") for name in found}


def imported(source: str) -> Iterator[str]:
    """Yield the names of modules of the judge's folder that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            _before, package, inside = node.module.partition("plugins.plugin_utils")
            if package:
                yield from [inside[1:].split(".")[0]] if inside else [alias.name for alias in node.names]


def check(stage: Stage, tree: Path) -> None:
    """Print the table of rooms, and fail where the core or the judge lies below the floor or where no unit imports a file of theirs."""
    mark, started = stage.mark(), time.monotonic()
    shares = measured(stage, tree)
    if shares is None:
        stage.verdict("coverage", False, time.monotonic() - started, mark, "the units failed under coverage.py")
        return
    there = rooms(tree, (str(path.relative_to(tree)) for path in (tree / "plugins").rglob("*.py")))
    for line in table(there, shares):
        print(f"       {line}", flush=True)
        stage.note(line)
    for room in (CORE, JUDGE):
        _hold(stage, room, there[room], shares)


def table(there: dict[str, list[str]], shares: dict[str, Share]) -> Iterator[str]:
    """Yield the lines of a table: a room, its lines and branches, and the files that no unit imports."""
    yield f"{'room':<34}{'lines':>8}{'run':>8}{'branches':>10}{'run':>8}"
    for room, names in there.items():
        share = total(names, shares)
        lines, branches = share.percent()
        absent = [Path(name).name for name in names if name not in shares]
        yield f"{room:<34}{share.lines:>8}{lines:>7.1f}%{share.branches:>10}{branches:>7.1f}%" + (
            f"  not imported: {', '.join(absent)}" if absent else ""
        )


def total(names: Iterable[str], shares: dict[str, Share]) -> Share:
    """Return the share of some files together."""
    sum_of = Share()
    for name in names:
        sum_of = sum_of.plus(shares.get(name, Share()))
    return sum_of


def _hold(stage: Stage, room: str, names: list[str], shares: dict[str, Share]) -> None:
    lines, branches = total(names, shares).percent()
    absent = [name for name in names if name not in shares]
    reason = f"{lines:.1f} % of lines, {branches:.1f} % of branches, not imported: {', '.join(absent) or 'none'}"
    good = min(lines, branches) >= FLOOR and not absent
    stage.verdict(f"units reach {FLOOR:.0f} % of lines and of branches of {room}", good, 0.0, stage.mark(), reason)
