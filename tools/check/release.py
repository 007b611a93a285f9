# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what would be released: one version, built twice to the same bytes, taken by ansible-galaxy and Galaxy's importer, and working."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from check import artifact, collection, interpreters, matrix, places, versions
from check.stage import Argv, Stage

FOLDER = places.BUILD / "release"
# Until there is a public address, the importer gets one that nobody owns (RFC 2606).
STAND_IN = "https://example.org/linuxnet/tcp"
IMPORTER_PYTHONS = ("3.12", "3.13", "3.11")
# As Galaxy has it, less what needs a network or a container engine.
IMPORTER = """\
[galaxy-importer]
CHECK_CHANGELOG = True
CHECK_REQUIRED_TAGS = True
OFFLINE_ANSIBLE_LINT = True
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = True
RUN_ANSIBLE_TEST = False
RUN_FLAKE8 = False
"""


def release(stage: Stage) -> None:
    """Build, compare, install, verify, run and import the artifact, which stays in build/release."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    tree = collection.copy_tree(stage)
    built = [_build(stage, tree, name, stamp) for name, stamp in (("one", 1_000_000_000), ("two", -1_500_000_000))]
    if None in built:
        return
    made = FOLDER / str(built[0].name if built[0] else "")
    _compare(stage, [path for path in built if path], made)
    stage.check("antsibull-changelog lint", [places.tool("antsibull-changelog"), "lint"], cwd=tree)
    versions.check(stage, tree)
    for row in matrix.rows()["cores"]:
        _install(stage, row, made)
    _import(stage, made)


def _build(stage: Stage, tree: Path, name: str, stamp: int) -> Path | None:
    """Build from a copy whose files were made backwards where stamp is negative, at that time, and normalise what comes out."""
    copy, raw = FOLDER / name / "tree", FOLDER / name / "raw"
    files = sorted((path for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts), reverse=stamp < 0)
    for number, path in enumerate(files):
        target = copy / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        os.utime(target, (abs(stamp) + number, abs(stamp) + number))
    argv: Argv = [places.tool("ansible-galaxy"), "collection", "build", copy, "--output-path", raw]
    if not stage.check(f"ansible-galaxy collection build, copy {name}", argv):
        return None
    (out,) = raw.glob("*.tar.gz")
    target = FOLDER / name / out.name
    artifact.normalise(out, target, _epoch())
    return target


def _epoch() -> int:
    """Return the time that all files get: SOURCE_DATE_EPOCH (reproducible-builds.org), else that of the last commit, else none."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(places.ROOT), "-c", f"safe.directory={places.ROOT}", "log", "-1", "--format=%ct"]
    told = subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
    return int(told or 0)


def _compare(stage: Stage, built: list[Path], made: Path) -> None:
    mark, started = stage.mark(), time.monotonic()
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in built]
    stage.note("\n".join(f"{digest}  {path}" for digest, path in zip(sums, built, strict=True)))
    strangers = collection.unexpected(built[0])
    shutil.copy(built[0], made)
    stage.verdict(f"two builds are byte-identical: sha256 {sums[0]}", sums[0] == sums[1], time.monotonic() - started, mark, " ".join(sums))
    stage.verdict("artifact holds only what is shipped", not strangers, 0.0, mark, ", ".join(strangers))


def _install(stage: Stage, row: dict[str, str], made: Path) -> None:
    """Install with one core in a clean home, have ansible-galaxy verify every checksum, and run the smoke play from there."""
    name = f"core {row['name']}"
    core = matrix.core_of(stage, row)
    commands = core.commands
    if commands is None:
        stage.skip(f"install from {name}", core.missing)
        return
    home = FOLDER / f"home-{row['name']}"
    home.mkdir(parents=True)
    env = {"HOME": str(home), "ANSIBLE_HOME": str(home / ".ansible")}
    galaxy, target = commands / "ansible-galaxy", home / "collections"
    if stage.check(f"install from {name}", [galaxy, "collection", "install", "--offline", made, "-p", target], env=env):
        stage.check(f"verify from {name}", [galaxy, "collection", "verify", "--offline", "linuxnet.tcp", "-p", target], env=env)
        matrix.drive(stage, f"smoke from the installed artifact, {name}", commands, Path(sys.executable), _own_version(), target)


def _own_version() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def _import(stage: Stage, made: Path) -> None:
    """Run Galaxy's importer, which refuses an artifact without a repository: with a stand-in until galaxy.yml names one."""
    named = bool(artifact.metadata(made).get("repository"))
    subject = made if named else FOLDER / "stand-in" / made.name
    if not named:
        artifact.with_repository(made, subject, STAND_IN)
        stage.skip("galaxy.yml names a repository", "there is no public address yet; Galaxy refuses the artifact until there is")
    found = [path for path in map(interpreters.find, IMPORTER_PYTHONS) if path]
    requirement = places.ROOT / "requirements" / "release.txt"
    commands = interpreters.environment(stage, "release-tools", found[0], requirement) if found else None
    if commands is None:
        stage.skip("galaxy-importer", f"no Python {' or '.join(IMPORTER_PYTHONS)} {interpreters.NOWHERE}, or its packages could not be had")
        return
    settings = FOLDER / "importer.cfg"
    settings.write_text(IMPORTER, encoding="utf-8")
    path = os.pathsep.join([str(commands), places.environment()["PATH"]])
    env = {"GALAXY_IMPORTER_CONFIG": str(settings), "PATH": path, "HOME": str(FOLDER)}
    mark, started = stage.mark(), time.monotonic()
    code = stage.run([commands / "python", "-m", "galaxy_importer.main", subject], cwd=FOLDER, env=env)
    stage.verdict(*_importer_verdict(stage, code, mark, started))


def _importer_verdict(stage: Stage, code: int, mark: int, started: float) -> tuple[str, bool, float, int, str]:
    """Return a verdict that takes the importer's warnings for what they are: it exits 0 with them."""
    text = stage.since(mark)
    said = [line for line in text.splitlines() if line.startswith(("ERROR", "WARNING"))]
    return "galaxy-importer", code == 0 and not said, time.monotonic() - started, mark, f"exit code {code}; {'; '.join(said)[:300]}"
