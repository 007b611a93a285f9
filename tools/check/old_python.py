# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the units of managed-node code on every Python that tests/matrix.yml names for managed nodes."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from check import collection, interpreters, matrix, places
from check.stage import Argv, Stage

# Only these hold code that runs on managed nodes.
MANAGED = ("plugins/module_utils", "plugins/modules")
OLD_ANSIBLE = places.ROOT / "requirements" / "old-ansible.txt"


def old_python(stage: Stage) -> None:
    """Compile managed-node code and run its units under each Python; skip, saying why, where there is none."""
    tree = collection.copy_tree(stage)
    for row in matrix.pythons():
        version = row["version"]
        python = interpreters.find(version)
        if python is None:
            matrix.missing(stage, f"units on Python {version}", f"no Python {version} {interpreters.NOWHERE}", row["required"])
            continue
        packages = _packages(stage, version, python, places.ROOT / row["requirement"])
        if packages is None:
            stage.skip(f"units on Python {version}", f"pip of Python {version} could not install pytest; see {stage.log.name}")
            continue
        _units(stage, tree, version, python, packages)


def _packages(stage: Stage, version: str, python: Path, requirement: Path) -> Path | None:
    """Install pytest and unpack module_utils of an ansible-core that still runs there; keep both for the next run."""
    target = places.BUILD / "old-python" / version
    wanted = "".join(file.read_text(encoding="utf-8") for file in (requirement, OLD_ANSIBLE))
    stamp = target / "stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return target
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    install: Argv = [python, "-m", "pip", "install", "-q", "--target", target, "-r", requirement]
    if stage.run(install) != 0 or not _module_utils(stage, target):
        return None
    stamp.write_text(wanted, encoding="utf-8")
    return target


def _module_utils(stage: Stage, target: Path) -> bool:
    wheels = target / "wheels"
    download: Argv = [
        places.VENV_BIN / "python",
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--ignore-requires-python",
        "-d",
        wheels,
        "-r",
        OLD_ANSIBLE,
    ]
    if stage.run(download) != 0:
        return False
    for wheel in wheels.glob("ansible_core-*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            parts = ("ansible/module_utils/", "ansible/__init__.py", "ansible/release.py")
            archive.extractall(target, [name for name in archive.namelist() if name.startswith(parts)])
        (target / "ansible" / "__init__.py").write_text("", encoding="utf-8")
    return (target / "ansible" / "module_utils").is_dir()


def _units(stage: Stage, tree: Path, version: str, python: Path, packages: Path) -> None:
    """Run in a copy with __init__.py at every level: Python 2.7 knows no namespace packages."""
    copy = places.BUILD / "old-python" / f"tree-{version}"
    shutil.rmtree(copy, ignore_errors=True)
    folder = copy / places.COLLECTION
    for part in (*MANAGED, "tests/unit"):
        if (tree / part).is_dir():
            shutil.copytree(tree / part, folder / part)
    for package in [
        copy / "ansible_collections",
        folder.parent,
        folder,
        *(path for path in (folder / "plugins").rglob("*") if path.is_dir()),
    ]:
        (package / "__init__.py").touch()
    (folder / "plugins" / "__init__.py").touch()
    stage.check(f"managed-node code compiles on Python {version}", [python, "-m", "compileall", "-q", *(folder / part for part in MANAGED)])
    tests = [path for part in MANAGED if any((path := folder / "tests" / "unit" / part).rglob("test_*.py"))]
    if not tests:
        stage.skip(f"units on Python {version}", "there are no units of managed-node code")
        return
    reports = places.REPORTS / f"units-{version}"
    reports.mkdir(parents=True, exist_ok=True)
    # The property tests need hypothesis, which has no release for these Pythons that we would want to pin.
    pytest: Argv = [
        python,
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        "--ignore-glob=*_properties.py",
        f"--junitxml={reports}/junit.xml",
        *tests,
    ]
    stage.suite(f"units on Python {version}", pytest, reports, cwd=folder, env={"PYTHONPATH": f"{copy}:{packages}"})
