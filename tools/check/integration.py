# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the integration tests, which drive the installed artifact in network namespaces."""

from __future__ import annotations

from check import collection, packages, pages, places, substrate, validators
from check.stage import Argv, Stage

# About ten minutes on two idle cores.
SECONDS = 3000


def integration(stage: Stage) -> None:
    """Run pytest over tests/integration of the tree copy against the installed collection."""
    tree = collection.copy_tree(stage)
    collection.installed()
    # For the NAT between namespaces; where it cannot be had, the tests that need it skip and say so.
    packages.ensure(stage, packages.FIREWALL)
    # Without it the fault matrices skip and say so.
    packages.ensure(stage, packages.STRACE)
    # Without them no commit is signed, and the test of hosts that pull skips and says so.
    packages.ensure(stage, packages.SIGNING)
    reports = places.REPORTS / "integration"
    reports.mkdir(parents=True, exist_ok=True)
    argv: Argv = [
        places.VENV_BIN / "python",
        "-m",
        "pytest",
        "-v",
        "-rs",
        "--durations=10",
        f"--junitxml={reports}/junit.xml",
        "tests/integration",
    ]
    env = {"LINUXNET_TCP_COLLECTIONS": str(places.INSTALLED), "PYTHONPATH": str(places.INSTALLED), **_containers(stage)}
    # What opens the HTML report; without it those tests skip and say so.
    env.update(pages.prepare(stage))
    # The judges of the report's formats; the tests say which of them could not be had.
    env.update(validators.prepare(stage))
    stage.suite("integration", argv, reports, cwd=tree, env=env, seconds=SECONDS)


def _containers(stage: Stage) -> dict[str, str]:
    """Make the image that a test runs, as no other stage has done it on a fresh machine; tell the tests where, or why there is none."""
    reason = substrate.lacking(stage) or substrate.unusable(stage, [substrate.PLAIN_SUITE])
    return {"LINUXNET_TCP_NO_CONTAINERS": reason} if reason else substrate.settings()
