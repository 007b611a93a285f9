# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules of the collection as ansible-core runs them on a host: a process of their own, arguments by standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

MODULES = "ansible_collections.linuxnet.tcp.plugins.modules."
SECONDS = 120


def module(name: str, **arguments: Any) -> dict[str, Any]:
    """Return the result of one module; raise RuntimeError with its words when it failed."""
    told = json.dumps({"ANSIBLE_MODULE_ARGS": arguments})
    argv = [sys.executable, "-m", MODULES + name]
    ended = subprocess.run(argv, input=told, capture_output=True, text=True, timeout=SECONDS, check=False)
    try:
        result: dict[str, Any] = json.loads(ended.stdout)
    except ValueError as error:
        raise RuntimeError(f"{name}: exit code {ended.returncode}: {ended.stdout}{ended.stderr}") from error
    if result.get("failed"):
        raise RuntimeError(f"{name}: {result['msg']}")
    return result
