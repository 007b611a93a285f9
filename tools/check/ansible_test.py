# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test, sanity and units, in the tree copy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from check import collection, places
from check.stage import Stage

# ansible-test puts pip into its environments with a script that it downloads from a host of its own. Where only a
# package index can be reached, this script does the same with the wheel that lies beside it.
GET_PIP = """\
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), {wheel!r}))
from pip._internal.cli.main import main

unknown = ("--no-setuptools", "--no-wheel")
sys.exit(main(["install", "--upgrade", "--force-reinstall"] + [word for word in sys.argv[1:] if word not in unknown]))
"""


def sanity(stage: Stage) -> None:
    """Run every sanity test for every Python there is; there are no ignore files."""
    tree = collection.copy_tree(stage)
    _offer_pip(stage)
    ignored = sorted(path.name for path in (tree / "tests" / "sanity").glob("ignore*"))
    stage.verdict("there are no ignore files", not ignored, 0.0, stage.mark(), ", ".join(ignored))
    _run(stage, tree, ["sanity", "--venv", "--junit"])


def units(stage: Stage) -> None:
    """Run the units with ansible-test on the controller's Python."""
    tree = collection.copy_tree(stage)
    _offer_pip(stage)
    _run(stage, tree, ["units", "--venv", "--python", f"{sys.version_info[0]}.{sys.version_info[1]}"])


def _run(stage: Stage, tree: Path, arguments: list[str]) -> None:
    reports = tree / "tests" / "output" / "junit"
    stage.suite(f"ansible-test {arguments[0]}", [places.tool("ansible-test"), *arguments, "--color", "no"], reports, cwd=tree)


def _offer_pip(stage: Stage) -> None:
    """Put pip's wheel and a script that installs it where ansible-test looks before it downloads."""
    cache = places.HOME / ".ansible" / "test" / "cache"
    for version in _pip_versions():
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        if script.exists():
            continue
        cache.mkdir(parents=True, exist_ok=True)
        stage.run([places.VENV_BIN / "python", "-m", "pip", "download", "-q", "--no-deps", "-d", cache, f"pip=={version}"])
        for wheel in cache.glob(f"pip-{version}-*.whl"):
            script.write_text(GET_PIP.format(wheel=wheel.name), encoding="utf-8")


def _pip_versions() -> set[str]:
    """Read from ansible-test's own source which releases of pip it wants."""
    code = "import ansible_test, os; print(os.path.dirname(ansible_test.__file__))"
    folder = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    source = Path(folder, "_internal", "python_requirements.py").read_text(encoding="utf-8")
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "pip" and isinstance(node.value, ast.Constant):
            found.add(str(node.value.value))
    return found
