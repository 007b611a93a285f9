# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the Molecule scenarios against real containers that cannot change their host."""

from __future__ import annotations

import zipfile
from pathlib import Path

from check import collection, packages, places, substrate
from check.stage import Stage

STEPS = ("create", "converge", "idempotence", "verify", "destroy")


def molecule(stage: Stage) -> None:
    """Run each step of each scenario as one test, on the installed collection."""
    scenarios = sorted(path.parent.name for path in (places.ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    reason = substrate.forbidden() or packages.ensure(stage, packages.CONTAINERS) or substrate.unusable(stage) or _containers_podman(stage)
    if reason:
        for scenario in scenarios:
            for step in STEPS:
                stage.skip(f"molecule {scenario}: {step}", reason)
        return
    collection.installed()
    tree = collection.copy_tree(stage)
    for scenario in scenarios:
        _scenario(stage, tree, scenario)


def _scenario(stage: Stage, tree: Path, scenario: str) -> None:
    env = {**substrate.settings(), **_settings()}
    trace = places.BUILD / "reports" / f"host-before-{scenario}.json"
    host_trace = [places.VENV_BIN / "python", tree / "tools" / "host_trace.py"]
    _step(stage, tree, scenario, "destroy", env)
    stage.run([*host_trace, "save", trace])
    broken = ""
    for step in STEPS:
        if broken and step != "destroy":
            stage.skip(f"molecule {scenario}: {step}", f"{broken} failed before it")
        elif not stage.check(f"molecule {scenario}: {step}", _argv(step, scenario), cwd=tree / "extensions", env=env):
            broken = broken or step
    stage.check(f"molecule {scenario}: the host keeps its sysctls", [*host_trace, "compare", trace])


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


def _containers_podman(stage: Stage) -> str | None:
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
