# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the smoke play on every row of tests/matrix.yml: ansible-core by managed Python, and the containers."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from check import collection, interpreters, places, selection
from check.smoke_containers import smoke_containers
from check.stage import Argv, Stage

FILE = places.ROOT / "tests" / "matrix.yml"
# As tests/smoke/drive.py says it.
NO_NAMESPACE = 75


class Core(NamedTuple):
    """A row of cores, with the environment that holds it, or why there is none."""

    row: dict[str, Any]
    commands: Path | None
    missing: str


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the matrix as the file has it; tests/unit/plugins/test_matrix.py holds it to its schema."""
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def pythons() -> list[dict[str, Any]]:
    """Return the rows of managed Pythons, or those that PYTHONS names."""
    return selection.chosen("PYTHONS", rows()["pythons"], lambda row: str(row["version"]))


def number(version: str) -> tuple[int, ...]:
    """Return a version to compare: 3.9 comes before 3.13."""
    return tuple(int(part) for part in version.split("."))


def reaches(core: dict[str, Any], version: str) -> bool:
    """Say whether this core runs modules on that Python."""
    return number(core["targets"]["from"]) <= number(version) <= number(core["targets"]["to"])


def missing(stage: Stage, name: str, reason: str, required: bool) -> None:
    """Skip a row and say why; where CI is set, a row that is required has to run."""
    if required and os.environ.get("CI"):
        stage.verdict(name, False, 0.0, stage.mark(), f"{reason}, and CI has to run it")
    else:
        stage.skip(name, reason)


def matrix(stage: Stage) -> None:
    """Run every pair of core and Python within its reach, then the containers, unless PYTHONS names some."""
    collection.installed()
    table = rows()
    cores = [core_of(stage, row) for row in table["cores"]]
    wanted = pythons()
    for core in cores:
        for python in wanted:
            if reaches(core.row, python["version"]):
                _pair(stage, core, python)
    if len(wanted) == len(table["pythons"]):
        smoke_containers(stage, table["containers"])


def core_of(stage: Stage, row: dict[str, Any]) -> Core:
    """Install a row's ansible-core on the first of its Pythons that is here, or say why there is none."""
    found = [path for path in map(interpreters.find, row["controllers"]) if path]
    if not found:
        return Core(row, None, f"no Python {' or '.join(row['controllers'])} for the controller {interpreters.NOWHERE}")
    commands = interpreters.environment(stage, f"core-{row['name']}", found[0], places.ROOT / row["requirement"])
    return Core(row, commands, "" if commands else f"{row['requirement']} could not be installed; see {stage.log.name}")


def _pair(stage: Stage, core: Core, target: dict[str, Any]) -> None:
    version = target["version"]
    name = f"smoke from core {core.row['name']} on Python {version}"
    python = interpreters.find(version)
    if core.commands is None:
        missing(stage, name, core.missing, core.row["required"] and target["required"])
    elif python is None:
        missing(stage, name, f"no Python {version} {interpreters.NOWHERE}", target["required"])
    else:
        drive(stage, name, core.commands, python, version, places.INSTALLED)


def drive(stage: Stage, name: str, commands: Path, python: Path, version: str, collections: Path) -> None:
    """Run the smoke play with the collection of that folder, from a core, on a Python, as one test."""
    driver = places.ROOT / "tests" / "smoke" / "drive.py"
    mark, started = stage.mark(), time.monotonic()
    argv: Argv = [commands / "python", driver, "--python", python, "--version", version, "--collections", collections]
    code = stage.run(argv, seconds=180)
    if code == NO_NAMESPACE:
        stage.skip(name, f"no private network namespace can be made here; see {stage.log.name}")
    else:
        stage.verdict(name, code == 0, time.monotonic() - started, mark, f"exit code {code}")
