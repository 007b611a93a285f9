# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say where a run was made: machine, kernel, load and versions."""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from bench import places

# Command lines that print a version.
PROGRAMS = {
    "ss": ["ss", "-V"],
    "netstat": ["netstat", "--version"],
    "awk": ["awk", "-W", "version"],
    "systemd": ["/usr/bin/systemctl", "--version"],
    "gcc": ["gcc", "--version"],
    "strace": ["strace", "--version"],
}
COLLECTIONS = ("ansible.posix", "community.general")


def describe() -> dict[str, Any]:
    """Return what a reader needs to judge the figures; load as it is now."""
    return {
        "time": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count() or 0,
        "memory_kib": _memory_kib(),
        "distribution": _distribution(),
        "load": list(os.getloadavg()),
    }


def versions(pythons: dict[str, str], peer_python: str | None) -> dict[str, str]:
    """Return the version of everything that took part, as far as it is here."""
    found = {"python of the controller": platform.python_version(), "ansible-core": metadata.version("ansible-core")}
    found.update({f"python {line}": _said([path, "-V"]) for line, path in pythons.items()})
    found.update({name: _said(argv) for name, argv in PROGRAMS.items()})
    found.update({name: _collection(name) for name in COLLECTIONS})
    if peer_python:
        script = "from importlib.metadata import version as v; print(*(f'{n}={v(n)}' for n in ('psutil', 'pyroute2')))"
        found.update(
            (name, version) for name, _equals, version in (pair.partition("=") for pair in _said([peer_python, "-c", script]).split())
        )
    return {name: version for name, version in found.items() if version}


def _said(argv: list[str]) -> str:
    try:
        done = subprocess.run(argv, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
    except OSError:
        return ""
    return next((line.strip() for line in (done.stdout + done.stderr).splitlines() if re.search(r"\d", line)), "")


def _collection(name: str) -> str:
    manifest = places.COLLECTIONS / "ansible_collections" / name.replace(".", "/") / "MANIFEST.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]) if manifest.exists() else ""


def _memory_kib() -> int:
    match = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))
    return int(match.group(1)) if match else 0


def _distribution() -> str:
    text = Path("/etc/os-release").read_text(encoding="utf-8") if Path("/etc/os-release").exists() else ""
    match = re.search(r'^PRETTY_NAME="?([^"\n]*)', text, re.M)
    return match.group(1) if match else platform.system()
