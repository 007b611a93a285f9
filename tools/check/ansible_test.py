# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test, sanity and units, in the tree copy."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from check import collection, lent_virtualenv, matrix, offered_pip, places, reached
from check.stage import Stage


class Core(NamedTuple):
    """An ansible-core whose ansible-test runs, and the home that keeps its environments apart from those of other cores."""

    name: str
    commands: Path
    home: Path

    def environment(self) -> dict[str, str]:
        """Return what makes its commands and its home come first."""
        path = os.pathsep.join([str(lent_virtualenv.lend(self.commands, self.home)), str(self.commands), places.environment()["PATH"]])
        return {"HOME": str(self.home), "ANSIBLE_HOME": str(self.home / ".ansible"), "PATH": path}


OWN = Core("of build/venv", places.VENV_BIN, places.HOME)
# They judge style and texts, which are the same whatever the core, and take most of the time.
ONCE = ("changelog", "pep8", "pylint", "yamllint")


def sanity(stage: Stage) -> None:
    """Run every sanity test of the newest core, and of the oldest those that a core can change, for every Python there is."""
    _no_ignore_files(stage)
    oldest, *_between, newest = _rows()
    _sanity(stage, newest)
    _sanity(stage, oldest, ONCE)


def all_sanity(stage: Stage) -> None:
    """Run every sanity test of every core."""
    _no_ignore_files(stage)
    for row in reversed(_rows()):
        _sanity(stage, row)


def units(stage: Stage) -> None:
    """Run the units with ansible-test on the controller's Python, and see what of the collection they reach."""
    tree = collection.copy_tree(stage)
    _run(stage, OWN, ["units", "--venv", "--python", f"{sys.version_info[0]}.{sys.version_info[1]}"])
    reached.check(stage, tree)


def _rows() -> list[dict[str, Any]]:
    return sorted(matrix.rows()["cores"], key=lambda row: matrix.number(row["name"]))


def _no_ignore_files(stage: Stage) -> None:
    ignored = sorted(path.name for path in (collection.copy_tree(stage) / "tests" / "sanity").glob("ignore*"))
    stage.verdict("there are no ignore files", not ignored, 0.0, stage.mark(), ", ".join(ignored))


def _sanity(stage: Stage, row: dict[str, Any], without: tuple[str, ...] = ()) -> None:
    """Run the sanity tests of a core; where it cannot be had, say so, and run those of the core of build/venv instead."""
    found = matrix.core_of(stage, row)
    core = Core(row["name"], found.commands, places.BUILD / f"home-{row['name']}") if found.commands else OWN
    if found.commands is None:
        matrix.missing(stage, f"ansible-test sanity, core {row['name']}", found.missing, row["required"])
    for test in without:
        stage.skip(
            f"sanity.{test}, core {core.name}", "the run from the newest core has judged that; make test-sanity-full runs it here too"
        )
    _run(stage, core, ["sanity", "--venv", "--junit", *(word for test in without for word in ("--skip-test", test))])


def _run(stage: Stage, core: Core, arguments: list[str]) -> None:
    tree = collection.copy_tree(stage)
    offered_pip.offer(stage, core.commands, core.home)
    reports, name = tree / "tests" / "output" / "junit", f"ansible-test {arguments[0]}, core {core.name}"
    stage.suite(name, [core.commands / "ansible-test", *arguments, "--color", "no"], reports, cwd=tree, env=core.environment())
