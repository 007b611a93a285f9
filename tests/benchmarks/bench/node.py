# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay out the managed node's code as AnsiballZ does, so that every Python can import it, and find those Pythons."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench import places

WORKER = places.HERE / "worker.py"
# The newest of each line that matters: the oldest that a managed node may have, and those of today.
LINES = ("2.7", "3.6", "3.11", "3.13")


def lay_out() -> None:
    """Copy plugins/module_utils below build/bench/node, each folder a package."""
    target = places.NODE / "ansible_collections" / "linuxnet" / "tcp" / "plugins"
    shutil.rmtree(places.NODE, ignore_errors=True)
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(places.ROOT / "plugins" / "module_utils", target / "module_utils", ignore=skipped)
    for folder in [*target.parents, target, *target.rglob("*")]:
        if folder.is_dir() and folder.is_relative_to(places.NODE) and folder != places.NODE:
            (folder / "__init__.py").touch()


def pythons() -> dict[str, str]:
    """Return the interpreters that are here by their line, such as 3.11."""
    found = {line: _newest(line) for line in LINES}
    return {line: path for line, path in found.items() if path and _runs(path)}


def environment() -> dict[str, str]:
    """Return what a worker needs; it writes no bytecode, as three Pythons share the folder."""
    return {"PYTHONPATH": str(places.NODE), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def _newest(line: str) -> str | None:
    installed = sorted(places.PYTHONS.glob(f"{line}.*/bin/python"), key=lambda path: [int(part) for part in path.parts[-3].split(".")])
    return str(installed[-1]) if installed else shutil.which(f"python{line}")


def _runs(path: str) -> bool:
    return Path(path).exists() and subprocess.run([path, "-c", "pass"], capture_output=True, check=False).returncode == 0
