# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the checkout into a collection tree, and build, inspect and install the artifact."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
import subprocess
import tarfile
import threading
import time
from pathlib import Path

from check import places
from check.stage import Argv, Stage

# What an operator gets and nothing else. A file that fits none of these fails the build stage.
SHIPPED = re.compile(
    r"""(FILES\.json|MANIFEST\.json|LICENSE|README\.md|CHANGELOG\.(md|rst)|CONTRIBUTING\.md|SECURITY\.md)
      | changelogs/(changelog|config)\.yaml
      | docs/[\w./-]+\.(md|rst|yml|svg|png)
      | extensions/(ee|pull|eda/rulebooks)/[\w.-]+\.(yml|env|service|timer)
      | meta/(runtime\.yml|execution-environment\.yml|ee-(requirements|bindep)\.txt)
      | playbooks/[\w/-]+\.yml
      | plugins/(action|callback|doc_fragments|filter|modules|module_utils|plugin_utils)/[\w/]+\.py
      | plugins/plugin_utils/report_page/\w+(\.css|\.js|\.html\.j2)
      | profiles/\w+\.yml
      | roles/\w+/(README\.md|(defaults|handlers|meta|tasks|vars)/\w+\.yml|templates/[\w.]+\.j2)
      | schemas/[\w.]+\.json""",
    re.VERBOSE,
)


_copying = threading.Lock()
_copied: list[Path] = []


def copy_tree(stage: Stage) -> Path:
    """Copy the checkout to build/tree, once in this run so that every stage sees the same files, and return the collection's folder."""
    with _copying:
        if not _copied:
            _copied.append(_copy_tree(stage))
        return _copied[0]


def _copy_tree(stage: Stage) -> Path:
    """Bring build/tree up to date with the files git knows or would take.

    Files that did not change keep their time, and tests/output its caches, so that later runs are quick.
    """
    target = places.TREE / places.COLLECTION
    target.mkdir(parents=True, exist_ok=True)
    wanted = _checkout_files()
    for name in wanted:
        _copy(places.ROOT / name, target / name)
    for stale in set(_tree_files(target)) - set(wanted):
        (target / stale).unlink()
    # ansible-test asks git which files there are.
    if not (target / ".git").exists():
        stage.run(["git", "init", "-q", "."], cwd=target)
    stage.run(["git", "add", "-A", "."], cwd=target)
    return target


def _checkout_files() -> list[str]:
    command = ["git", "-C", str(places.ROOT), "-c", f"safe.directory={places.ROOT}", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted(name for name in set(listed) if name and (places.ROOT / name).is_file())


def _tree_files(target: Path) -> list[str]:
    inside = (path.relative_to(target) for path in target.rglob("*") if path.is_file())
    return [str(path) for path in inside if path.parts[0] not in (".git", ".ansible") and path.parts[:2] != ("tests", "output")]


def _copy(source: Path, target: Path) -> None:
    if target.exists() and target.stat().st_mode == source.stat().st_mode and filecmp.cmp(source, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    shutil.copymode(source, target)


def build(stage: Stage) -> None:
    """Build the artifact from the tree, compare its list of files with what we ship, and install it."""
    tree = copy_tree(stage)
    artifacts = places.BUILD / "artifact"
    shutil.rmtree(artifacts, ignore_errors=True)
    if not stage.check(
        "ansible-galaxy collection build", [places.tool("ansible-galaxy"), "collection", "build", tree, "--output-path", artifacts]
    ):
        return
    (artifact,) = artifacts.glob("*.tar.gz")
    mark, started = stage.mark(), time.monotonic()
    strangers = unexpected(artifact)
    stage.note("\n".join(["files that the artifact should not hold:", *strangers]) if strangers else "only what is shipped")
    stage.verdict("artifact holds only what is shipped", not strangers, time.monotonic() - started, mark, ", ".join(strangers))
    shutil.rmtree(places.INSTALLED, ignore_errors=True)
    install: Argv = [places.tool("ansible-galaxy"), "collection", "install", "--offline", "--force", artifact, "-p", places.INSTALLED]
    stage.check("ansible-galaxy collection install", install)


def unexpected(artifact: Path) -> list[str]:
    """Return the files of the artifact that match nothing in SHIPPED."""
    with tarfile.open(artifact) as archive:
        names = [member.name for member in archive.getmembers() if not member.isdir()]
    return sorted(name for name in names if not SHIPPED.fullmatch(name))


def installed() -> Path:
    """Return the folder of the installed collection; raise FileNotFoundError when the build stage did not make it."""
    folder = places.INSTALLED / places.COLLECTION
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    if manifest["collection_info"]["name"] != "tcp":
        raise FileNotFoundError(f"{folder} is not linuxnet.tcp")
    return folder
