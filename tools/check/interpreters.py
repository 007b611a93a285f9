# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find Pythons on this machine, and make environments of them that hold one ansible-core each."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from pathlib import Path

from check import places
from check.stage import Argv, Stage

NOWHERE = "in PATH or ~/.pyenv/versions"


def find(version: str) -> Path | None:
    """Return an interpreter such as python2.7 that runs; never that of our own environment, which holds more than a host has."""
    for folder in places.environment()["PATH"].split(os.pathsep):
        candidate = Path(folder) / f"python{version}"
        if Path(folder) != places.VENV_BIN and candidate.exists() and _runs(candidate, version):
            return candidate
    return None


def _runs(candidate: Path, version: str) -> bool:
    """Say whether it is more than a shim, which answers to its name and exits 127."""
    code = "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])"
    return subprocess.run([candidate, "-c", code], capture_output=True, check=False).stdout == version.encode()


# Stages of several lanes ask for the same ones.
_making = threading.Lock()


def environment(stage: Stage, name: str, python: Path, requirement: Path) -> Path | None:
    """Return the folder of commands of build/NAME with the pinned requirement in it, made once; None when it could not be made."""
    with _making:
        return _environment(stage, name, python, requirement)


def _environment(stage: Stage, name: str, python: Path, requirement: Path) -> Path | None:
    folder = places.BUILD / name
    wanted = f"{python}\n{requirement.read_text(encoding='utf-8')}"
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return folder / "bin"
    shutil.rmtree(folder, ignore_errors=True)
    if not any(all(stage.run(argv) == 0 for argv in way) for way in _ways(folder, python, requirement)):
        return None
    stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"


def _ways(folder: Path, python: Path, requirement: Path) -> tuple[tuple[Argv, ...], ...]:
    """Return the commands that make an environment: with uv, which needs neither venv nor pip of that Python, else with both."""
    uv, inside = places.VENV_BIN / "uv", folder / "bin" / "python"
    return (
        (
            [uv, "venv", "-q", "--clear", "-p", python, folder],
            [uv, "pip", "install", "-q", "--compile-bytecode", "--python", inside, "-r", requirement],
        ),
        ([python, "-m", "venv", "--clear", folder], [inside, "-m", "pip", "install", "-q", "-r", requirement]),
    )
