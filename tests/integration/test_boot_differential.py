# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the predicted boot values with what the real systemd-sysctl and ``sysctl --system`` leave in the kernel.

``LINUXNET_BOOT_TREES`` is the number of random trees (default 200); they are the same in every run. Trees that once found a
mistake are kept in boot_seeds/ and replayed first.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
TREES = int(os.environ.get("LINUXNET_BOOT_TREES", "200"))
SEEDS = sorted((HERE / "boot_seeds").glob("*.json"))
LOADERS = ("systemd", "procps")

hypothesis = pytest.importorskip("hypothesis", reason="hypothesis is not installed, so no random trees can be generated")

import boot_trees  # noqa: E402  (needs hypothesis)


class Worker:
    """The oracle in its private network and mount namespace, asked one tree at a time."""

    def __init__(self, collections: Path) -> None:
        host_netns = os.readlink("/proc/self/ns/net")
        unshare = ["unshare", *([] if os.geteuid() == 0 else ["-U", "-r"]), "-n", "-m", "--propagation", "private"]
        self.process = subprocess.Popen(
            [*unshare, sys.executable, str(HERE / "boot_oracle.py"), host_netns],
            env={**os.environ, "PYTHONPATH": str(collections)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        answer = self._answer()
        if "unavailable" in answer:
            pytest.skip("the folders cannot be covered here: " + answer["unavailable"])
        self.versions = {name: tuple(version) for name, version in answer["versions"].items()}

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        assert self.process.stderr
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the oracle stopped: " + self.process.stderr.read().strip())
        return dict(json.loads(answer))

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=20)


def lacking() -> str:
    """Return why the oracle cannot run here, or nothing."""
    import boot_oracle

    if not boot_oracle.SYSTEMD_SYSCTL:
        return "systemd-sysctl is not installed (Debian: package systemd)"
    if not boot_oracle.SYSCTL:
        return "sysctl is not installed (Debian: package procps)"
    if not os.path.isdir("/usr/lib/sysctl.d"):
        return "/usr/lib/sysctl.d does not exist, so it cannot be covered"
    probe = subprocess.run(
        [*(["unshare"] if os.geteuid() == 0 else ["unshare", "-Ur"]), "-n", "-m", "true"], capture_output=True, text=True, check=False
    )
    return "" if probe.returncode == 0 else "no private network and mount namespace: " + probe.stderr.strip()


@pytest.fixture(scope="module")
def worker(collections: Path) -> Iterator[Worker]:
    sys.path.insert(0, str(collections))
    try:
        reason = lacking()
    finally:
        sys.path.remove(str(collections))
    if reason:
        pytest.skip(reason)
    started = Worker(collections)
    yield started
    started.close()


def smaller(tree: boot_trees.Tree) -> Iterator[boot_trees.Tree]:
    """Yield the trees that have one file or one line less."""
    for key in ("sysctl_conf", "credential"):
        if tree[key] is not None:
            yield {**tree, key: None}
    for folder, entries in tree["folders"].items():
        for name, entry in entries.items():
            others = {other: found for other, found in entries.items() if other != name}
            yield {**tree, "folders": {**tree["folders"], folder: others}}
            lines = entry.get("file", "").splitlines(keepends=True)
            for index in range(len(lines)):
                fewer = {**others, name: {"file": "".join(lines[:index] + lines[index + 1 :])}}
                yield {**tree, "folders": {**tree["folders"], folder: fewer}}


def shrunk(worker: Worker, tree: boot_trees.Tree, loader: str) -> str:
    """Take files and lines away while the prediction stays wrong; return the rest as JSON for boot_seeds/."""
    again = True
    while again:
        smallest = next((less for less in smaller(tree) if worker.ask(less)["wrong"][loader]), None)
        again, tree = smallest is not None, smallest or tree
    return json.dumps({"tree": tree, "why": json.dumps(worker.ask(tree)["wrong"][loader])}, indent=1, sort_keys=True)


def test_versions_are_told_without_asking_the_tools(worker: Worker) -> None:
    """Compare the versions read from file names with what the two programs print."""
    import boot_oracle

    systemd = re.search(
        r"systemd (\d+)", subprocess.run([boot_oracle.SYSTEMD_SYSCTL, "--version"], capture_output=True, text=True, check=False).stdout
    )
    procps = re.search(
        r"(\d+)\.(\d+)\.(\d+)", subprocess.run([boot_oracle.SYSCTL, "--version"], capture_output=True, text=True, check=False).stdout
    )
    assert systemd
    assert procps
    assert worker.versions["systemd"][0] == int(systemd.group(1))
    assert worker.versions["procps"] == tuple(map(int, procps.groups()))


def test_the_patterns_only_reach_watched_keys(worker: Worker) -> None:
    assert worker.ask({"patterns": list(boot_trees.PATTERNS)})["strays"] == []


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem)
def test_a_tree_that_once_found_a_mistake(worker: Worker, seed: Path) -> None:
    assert worker.ask(json.loads(seed.read_text(encoding="utf-8"))["tree"])["wrong"] == {"systemd": {}, "procps": {}}


def test_predictions_hold_for_random_trees(worker: Worker, say: Callable[[str], None]) -> None:
    count: Counter[str] = Counter()
    mistaken: dict[str, boot_trees.Tree] = {}

    @hypothesis.settings(
        max_examples=TREES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(boot_trees.trees)
    def each(tree: boot_trees.Tree) -> None:
        answer = worker.ask(tree)
        count["trees"] += 1
        count["disagree"] += answer["disagree"]
        for loader in LOADERS:
            if answer["wrong"][loader]:
                count[loader] += 1
                mistaken.setdefault(loader, tree)
            count[loader + " changed"] += answer["changed"][loader]

    each()
    versions = {name: ".".join(map(str, version)) for name, version in worker.versions.items()}
    say(
        f"\nboot value: {count['trees']} trees, systemd-sysctl: {count['systemd']} mismatches, procps: {count['procps']} mismatches"
        f" (systemd {versions['systemd']}, procps {versions['procps']}; the real tools changed something in {count['systemd changed']} and"
        f" {count['procps changed']} trees and disagreed with each other in {count['disagree']})"
    )
    assert not mistaken, "\n".join(f"{loader}: {shrunk(worker, tree, loader)}" for loader, tree in mistaken.items())
    # Without trees that set something and trees that tell the loaders apart, agreement would prove nothing.
    assert count["trees"] >= TREES * 0.9
    assert min(count["systemd changed"], count["procps changed"]) > count["trees"] / 3
    assert count["disagree"] > count["trees"] / 20
