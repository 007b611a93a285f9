# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the integration tests, which drive the installed artifact in network namespaces."""

from __future__ import annotations

from check import collection, packages, pages, places, substrate, validators
from check.stage import Argv, Stage

# Less than half of it on two idle cores.
SECONDS = 3000
FOLDER = "tests/integration"
# Those in which several hosts wait for each other, for windows of counters and for seconds to confirm.
FLEETS = (
    "test_documentation_blocks.py",
    "test_health_gate.py",
    "test_progress_callback.py",
    "test_pull_ring.py",
    "test_rollout_*.py",
    "test_runner_shards.py",
)


def integration(stage: Stage) -> None:
    """Run what one host takes to be shown, and all that fleets() does not."""
    # For the NAT between namespaces; where it cannot be had, the tests that need it skip and say so.
    packages.ensure(stage, packages.FIREWALL)
    # Without it the fault matrices skip and say so.
    packages.ensure(stage, packages.STRACE)
    env = _containers(stage)
    # What opens the HTML report; without it those tests skip and say so.
    env.update(pages.prepare(stage))
    # The judges of the report's formats; the tests say which of them could not be had.
    env.update(validators.prepare(stage))
    _run(stage, [*(f"--ignore-glob=*/{name}" for name in FLEETS), FOLDER], env)


def fleets(stage: Stage) -> None:
    """Run what needs several hosts and time: rollouts, their gate and their progress, shards, rings, and the pages that readers follow."""
    # Without them no commit is signed, and the test of hosts that pull skips and says so.
    packages.ensure(stage, packages.SIGNING)
    tree = collection.copy_tree(stage)
    _run(stage, [str(path.relative_to(tree)) for name in FLEETS for path in sorted((tree / FOLDER).glob(name))], {})


def _run(stage: Stage, tests: list[str], env: dict[str, str]) -> None:
    """Run pytest over files of the tree copy against the installed collection."""
    collection.installed()
    reports = places.REPORTS / stage.name
    reports.mkdir(parents=True, exist_ok=True)
    argv: Argv = [
        places.VENV_BIN / "python",
        "-m",
        "pytest",
        "-v",
        "-rs",
        "--durations=10",
        "--override-ini",
        f"cache_dir=build/pytest_cache_{stage.name}",
        f"--junitxml={reports}/junit.xml",
        *tests,
    ]
    settings = {"LINUXNET_TCP_COLLECTIONS": str(places.INSTALLED), "PYTHONPATH": str(places.INSTALLED), **env}
    stage.suite(stage.name, argv, reports, cwd=collection.copy_tree(stage), env=settings, seconds=SECONDS)


def _containers(stage: Stage) -> dict[str, str]:
    """Make the image that a test runs, as no other stage has done it on a fresh machine; tell the tests where, or why there is none."""
    reason = substrate.lacking(stage) or substrate.unusable(stage, [substrate.PLAIN_SUITE])
    return {"LINUXNET_TCP_NO_CONTAINERS": reason} if reason else substrate.settings()
