# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the smoke play in containers of the Debian releases that tests/matrix.yml names, with the Python of each."""

from __future__ import annotations

import json
import time
from typing import Any

from check import molecule, places, substrate
from check.stage import Argv, Stage

PYTHON = "/usr/bin/python3"


def smoke_containers(stage: Stage, rows: list[dict[str, Any]]) -> None:
    """Run one container after the other; skip, saying why, where they cannot be had."""
    reason = substrate.lacking(stage) or molecule.containers_podman(stage)
    for row in rows:
        name = f"smoke in a container of {row['suite']} on its Python {row['python']}"
        missing = reason or substrate.unusable(stage, [row["suite"]])
        if missing:
            stage.skip(name, missing)
        else:
            _smoke(stage, name, row)


def _smoke(stage: Stage, name: str, row: dict[str, Any]) -> None:
    container = f"linuxnet-smoke-{row['suite']}"
    remove: Argv = ["podman", "rm", "--force", "--ignore", "-t", "0", container]
    mark, started = stage.mark(), time.monotonic()
    stage.run(remove, env=substrate.settings())
    code = stage.run(_start(container, row["suite"]), env=substrate.settings())
    try:
        code = code or stage.run(_play(container, row["python"]), env=_environment(), seconds=300)
    finally:
        stage.run(remove, env=substrate.settings())
    stage.verdict(name, code == 0, time.monotonic() - started, mark, f"exit code {code}")


def _start(container: str, suite: str) -> Argv:
    """Return the command of a container whose root is nobody on the host and whose net sysctls are its own."""
    rights = [*substrate.uid_map(), "--cap-add", "NET_ADMIN", "--security-opt", "unmask=/proc/sys", "--network", "none"]
    return ["podman", "run", "-d", "--init=false", "--name", container, *rights, substrate.image(suite), "sleep", "600"]


def _play(container: str, version: str) -> Argv:
    variables = {
        "ansible_connection": "containers.podman.podman",
        "ansible_podman_mount_detection": False,
        "ansible_python_interpreter": PYTHON,
        "ansible_user": "root",
        "smoke_python": version,
    }
    playbook = places.ROOT / "tests" / "smoke" / "smoke.yml"
    return [places.tool("ansible-playbook"), "-i", f"{container},", "-e", json.dumps(variables), playbook]


def _environment() -> dict[str, str]:
    collections = f"{places.INSTALLED}:{places.OTHER_COLLECTIONS}"
    return {**substrate.settings(), "ANSIBLE_COLLECTIONS_PATH": collections}
