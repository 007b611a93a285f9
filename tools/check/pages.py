# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get what looks at the HTML report: a browser, and axe-core, which judges accessibility.

What cannot be had is told to the tests, which skip and say so.
"""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from check import packages, places
from check.stage import Stage

FOLDER = places.BUILD / "axe"
PICTURES = places.REPORTS / "html"
AXE = "axe-core@4.14.1"
NPM = {"npm": "npm"}
SCRIPT = "package/axe.min.js"


def prepare(stage: Stage) -> dict[str, str]:
    """Install the browser and fetch axe-core; return the environment for the tests."""
    packages.ensure(stage, packages.BROWSER)
    script = FOLDER / f"{AXE}.js"
    reason = None if script.is_file() else _fetch(stage, script)
    found = {"LINUXNET_TCP_NO_AXE": reason} if reason else {"LINUXNET_TCP_AXE": str(script)}
    return {"LINUXNET_TCP_PICTURES": str(PICTURES), **found}


def _fetch(stage: Stage, script: Path) -> str | None:
    """Take one file out of the package without installing it, so that none of its scripts runs; return why that failed."""
    lacking = packages.ensure(stage, NPM)
    if lacking:
        return lacking
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    if stage.run(["npm", "pack", "--silent", "--ignore-scripts", AXE], cwd=FOLDER) != 0:
        return f"npm could not download {AXE}; see {stage.log.name}"
    (archive,) = FOLDER.glob("*.tgz")
    with tarfile.open(archive) as opened:
        content = opened.extractfile(SCRIPT)
        if content is None:
            return f"{AXE} holds no {SCRIPT}"
        script.write_bytes(content.read())
    return None


if __name__ == "__main__":
    print(prepare(Stage("pages")))
