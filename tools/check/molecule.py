# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the Molecule scenarios against real containers that cannot change their host."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple

from check import collection, packages, places, selection, substrate, validators
from check.stage import Stage


class Scenario(NamedTuple):
    """One scenario: its folder, the Debian releases that its containers are made of, and what is run, each step one test."""

    name: str
    suites: tuple[str, ...]
    steps: tuple[str, ...]


# The boot scenario converges on a clean host, then again after somebody else has been there (the side effect).
SCENARIOS = (
    Scenario("boot", ("bookworm", "trixie"), ("create", "converge", "side-effect", "converge", "idempotence", "verify", "destroy")),
    # Nothing is found on an idle host before it is tuned.
    Scenario("default", ("trixie",), ("create", "prepare", "converge", "idempotence", "verify", "destroy")),
    # A compliant, a drifted, a waived and a lost host in every format of a report.
    Scenario("report", ("trixie",), ("create", "prepare", "converge", "verify", "destroy")),
    # Over real SSH: a canary whose clients suffer, a host that gets lost, a controller that dies, and then all green.
    Scenario("rollout", ("trixie",), ("create", "prepare", "converge", "side-effect", "verify", "destroy")),
    # Over real SSH: who is cut off puts itself back. The side effect kills the controller, and restarts a host.
    Scenario("watchdog", ("trixie",), ("create", "prepare", "converge", "side-effect", "verify", "destroy")),
)


def molecule(stage: Stage) -> None:
    """Run each step of each scenario as one test, on the installed collection."""
    unlisted = {path.parent.name for path in (places.ROOT / "extensions/molecule").glob("*/molecule.yml")} ^ {row.name for row in SCENARIOS}
    if unlisted:
        raise ValueError(f"extensions/molecule and SCENARIOS in {Path(__file__).name} disagree about {', '.join(sorted(unlisted))}")
    reason = substrate.lacking(stage) or containers_podman(stage)
    collection.installed()
    tree = collection.copy_tree(stage)
    # The judges of the report's formats; the scenario says which of them could not be had.
    packages.ensure(stage, packages.BROWSER)
    judges = validators.prepare(stage)
    for scenario in selection.chosen("SCENARIOS", SCENARIOS, lambda row: row.name):
        missing = reason or substrate.unusable(stage, scenario.suites)
        if missing:
            for step in scenario.steps:
                stage.skip(f"molecule {scenario.name}: {step}", missing)
        else:
            _scenario(stage, tree, scenario, judges)


def _scenario(stage: Stage, tree: Path, scenario: Scenario, judges: dict[str, str]) -> None:
    name, env = scenario.name, {**substrate.settings(), **_settings(), **judges}
    trace = places.BUILD / "reports" / f"host-before-{name}.json"
    host_trace = [places.VENV_BIN / "python", tree / "tools" / "host_trace.py"]
    _step(stage, tree, name, "destroy", env)
    stage.run([*host_trace, "save", trace])
    broken = ""
    for step in scenario.steps:
        if broken and step != "destroy":
            stage.skip(f"molecule {name}: {step}", f"{broken} failed before it")
        elif not stage.check(f"molecule {name}: {step}", _argv(step, name), cwd=tree / "extensions", env=env):
            broken = broken or step
    stage.check(f"molecule {name}: the host keeps its sysctls", [*host_trace, "compare", trace])


def _step(stage: Stage, tree: Path, scenario: str, step: str, env: dict[str, str]) -> int:
    return stage.run(_argv(step, scenario), cwd=tree / "extensions", env=env)


def _argv(step: str, scenario: str) -> list[str]:
    return [places.tool("molecule"), step, "-s", scenario]


def _settings() -> dict[str, str]:
    return {
        "ANSIBLE_COLLECTIONS_PATH": f"{places.INSTALLED}:{places.OTHER_COLLECTIONS}",
        "ANSIBLE_FORCE_COLOR": "0",
        "MOLECULE_GLOB": "molecule/*/molecule.yml",
    }


def containers_podman(stage: Stage) -> str | None:
    """Unpack the connection plugin's collection from the pinned ansible wheel; return why not, or None."""
    target = places.OTHER_COLLECTIONS
    requirement = places.ROOT / "requirements" / "molecule.txt"
    stamp = target / "stamp"
    wanted = requirement.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return None
    wheels = places.BUILD / "wheels"
    if stage.run([places.VENV_BIN / "python", "-m", "pip", "download", "-q", "--no-deps", "-d", wheels, "-r", requirement]) != 0:
        return f"containers.podman could not be downloaded; see {stage.log.name}"
    for wheel in wheels.glob("ansible-*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target, [name for name in archive.namelist() if name.startswith("ansible_collections/containers/podman/")])
        wheel.unlink()
    stamp.write_text(wanted, encoding="utf-8")
    return None
