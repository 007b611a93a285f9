# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say where things lie and what the environment of every check is; all that is written goes below build/."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LOGS = BUILD / "logs"
REPORTS = BUILD / "reports"
HOME = BUILD / "home"
VENV_BIN = Path(sys.executable).parent
COLLECTION = Path("ansible_collections/linuxnet/tcp")
TREE = BUILD / "tree"
INSTALLED = BUILD / "installed"
OTHER_COLLECTIONS = BUILD / "collections"

USER_PIP_CONFIGURATIONS = (".config/pip/pip.conf", ".pip/pip.conf")


def tool(name: str) -> str:
    """Return the path of a command of the environment that runs this program."""
    return str(VENV_BIN / name)


def interpreters() -> list[Path]:
    """Return the folders below ~/.pyenv/versions that hold real interpreters, newest last."""
    found = (Path.home() / ".pyenv" / "versions").glob("*/bin")
    return sorted(found, key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()])


def environment() -> dict[str, str]:
    """Return the environment for checks: our tools first, no pyenv shims, a home of their own, no user settings.

    Bytecode is written whatever the caller's environment says: Ansible recompiles itself at every start otherwise.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "MOLECULE_", "PYTHON", "VIRTUAL_ENV"))}
    path = [folder for folder in kept.get("PATH", os.defpath).split(os.pathsep) if not folder.endswith("/.pyenv/shims")]
    path = [str(VENV_BIN), *path, *map(str, reversed(interpreters()))]
    for name in USER_PIP_CONFIGURATIONS:
        if (Path.home() / name).exists():
            kept.setdefault("PIP_CONFIG_FILE", str(Path.home() / name))
    HOME.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        "ANSIBLE_HOME": str(HOME / ".ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "HOME": str(HOME),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PATH": os.pathsep.join(dict.fromkeys(path)),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUNBUFFERED": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }
