# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay pip where ansible-test looks for it before it downloads a script from a host of its own: often only a package index can be reached."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

from check import places
from check.stage import Argv, Stage

# Stands in for the script that ansible-test would download, and installs the wheel that lies beside it.
GET_PIP = """\
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), {wheel!r}))
from pip._internal.cli.main import main

unknown = ("--no-setuptools", "--no-wheel")
sys.exit(main(["install", "--upgrade", "--force-reinstall"] + [word for word in sys.argv[1:] if word not in unknown]))
"""


def offer(stage: Stage, commands: Path, home: Path) -> None:
    """Put the wheel of each pip that the ansible-test of these commands wants, and a script that installs it, into its cache in that home."""
    cache = home / ".ansible" / "test" / "cache"
    for version in _versions(commands):
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        if script.exists():
            continue
        cache.mkdir(parents=True, exist_ok=True)
        # Some are for Pythons older than the one that downloads.
        download: Argv = [places.VENV_BIN / "python", "-m", "pip", "download", "-q", "--no-deps", "--ignore-requires-python", "-d", cache]
        stage.run([*download, f"pip=={version}"])
        for wheel in cache.glob(f"pip-{version}-*.whl"):
            script.write_text(GET_PIP.format(wheel=wheel.name), encoding="utf-8")


def _versions(commands: Path) -> list[str]:
    """Read from ansible-test's own source which releases of pip it wants."""
    code = "import ansible_test, os; print(os.path.dirname(ansible_test.__file__))"
    folder = subprocess.run([commands / "python", "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    source = Path(folder, "_internal", "python_requirements.py").read_text(encoding="utf-8")
    named = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword) and node.arg == "pip"]
    return sorted({str(value.value) for value in named if isinstance(value, ast.Constant)})
