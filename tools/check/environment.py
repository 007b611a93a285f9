# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let ansible-builder make the build context of the execution environment from what is shipped.

The image itself is not built: its base image comes from a registry of containers, which not every machine reaches.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import yaml

from check import places
from check.stage import Argv, Stage

NAME = "ansible-builder makes a build context"
INTROSPECTED = "an image gets what meta/execution-environment.yml asks for"
CONTEXT = places.BUILD / "ee"


def check(stage: Stage, installed: Path) -> None:
    """Make the context from the shipped definition and the artifact, and see what an image would get for the collection."""
    builder = places.tool("ansible-builder")
    if not Path(builder).exists():
        for name in (NAME, INTROSPECTED):
            stage.skip(name, "ansible-builder is not installed in build/venv; requirements/test.txt names it")
        return
    shutil.rmtree(CONTEXT, ignore_errors=True)
    shutil.copytree(installed / "extensions" / "ee", CONTEXT / "definition")
    (artifact,) = (places.BUILD / "artifact").glob("*.tar.gz")
    shutil.copy(artifact, CONTEXT / "definition" / "linuxnet-tcp.tar.gz")
    argv: Argv = [builder, "create", "-f", CONTEXT / "definition" / "execution-environment.yml", "-c", CONTEXT / "context"]
    if stage.check(NAME, argv):
        _introspect(stage, installed)


def _introspect(stage: Stage, installed: Path) -> None:
    """Run ansible-builder's own reader of collections, which the image build runs too, and compare what it found with the files."""
    mark, started, context = stage.mark(), time.monotonic(), CONTEXT / "context" / "_build"
    found = [CONTEXT / "python", CONTEXT / "system"]
    script = context / "scripts" / "introspect.py"
    argv: Argv = [places.VENV_BIN / "python", script, "introspect", places.INSTALLED, "--write-pip", found[0], "--write-bindep", found[1]]
    code = stage.run(argv)
    wanted = _asked_for(installed)
    got = [{line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()} for path in found if path.exists()]
    good = code == 0 and got == wanted and (context / "collections" / "linuxnet-tcp.tar.gz").is_file()
    stage.verdict(INTROSPECTED, good, time.monotonic() - started, mark, f"exit code {code}, {got} instead of {wanted}")


def _asked_for(installed: Path) -> list[set[str]]:
    meta = yaml.safe_load((installed / "meta" / "execution-environment.yml").read_text(encoding="utf-8"))
    texts = [(installed / meta["dependencies"][kind]).read_text(encoding="utf-8") for kind in ("python", "system")]
    return [{line for line in text.splitlines() if line and not line.startswith("#")} for text in texts]
