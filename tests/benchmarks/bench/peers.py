# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have the peers here: Python packages in a venv of their own, system packages, and collections out of the ansible wheel.

What cannot be had is told with its reason and skipped; nothing here is needed by the collection.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from bench import places

REQUIREMENTS = places.ROOT / "requirements" / "bench.txt"
# The wheel that carries community.general and ansible.posix; Molecule takes another collection from the same one.
WHEEL = places.ROOT / "requirements" / "molecule.txt"
COLLECTIONS = ("ansible/posix", "community/general")
# Command: (package, the peers that need it).
COMMANDS = {
    "gcc": ("gcc", ()),
    "ss": ("iproute2", ("ss | awk", "ss -s")),
    "netstat": ("net-tools", ("netstat | awk", "listen_ports_facts")),
    "strace": ("strace", ("processes",)),
}
PACKAGES = ("psutil", "pyroute2")
OTHERS = ("ansible.posix", "community.general")
ALL = (*PACKAGES, *OTHERS)
SECONDS = 600


def prepare() -> tuple[str | None, dict[str, str]]:
    """Install what is missing; return the Python that has the packages (or None), and why peers are lacking."""
    lacking = _commands()
    python, why = _python()
    lacking.update({name: why for name in PACKAGES if why})
    link_ours()
    why = _collections()
    lacking.update({name: why for name in OTHERS if why})
    return python, lacking


def _commands() -> dict[str, str]:
    missing = [command for command in COMMANDS if not _which(command)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [COMMANDS[command][0] for command in missing]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for argv in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]):
            _quietly(argv, quiet)
    reasons = {
        command: f"{command} is not installed (Debian: apt-get install {COMMANDS[command][0]})"
        for command in missing
        if not _which(command)
    }
    return {peer: reason for command, reason in reasons.items() for peer in COMMANDS[command][1]}


def _which(command: str) -> str | None:
    return shutil.which(command, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin")


def _python() -> tuple[str | None, str]:
    folder = places.BUILD / "venv"
    python, stamp, wanted = folder / "bin" / "python", folder / "stamp", REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return str(python), ""
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(REQUIREMENTS)]
    if not (_quietly([sys.executable, "-m", "venv", str(folder)]) and _quietly(install)):
        return None, f"pip could not install {REQUIREMENTS.name} into build/bench/venv; is a package index reachable?"
    stamp.write_text(wanted, encoding="utf-8")
    return str(python), ""


def link_ours() -> None:
    """Let Ansible find this checkout as linuxnet.tcp."""
    link = places.COLLECTIONS / "ansible_collections" / "linuxnet" / "tcp"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(places.ROOT)


def _collections() -> str:
    """Take the peers' collections out of the wheel; return why they are lacking, or nothing."""
    stamp, wanted = places.COLLECTIONS / "stamp", WHEEL.read_text(encoding="utf-8") + repr(COLLECTIONS)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return ""
    wheels = places.BUILD / "wheels"
    download = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--disable-pip-version-check",
        "--no-deps",
        "-d",
        str(wheels),
        "-r",
        str(WHEEL),
    ]
    if not _quietly(download):
        return f"the ansible wheel of requirements/{WHEEL.name}, which carries it, could not be downloaded"
    _unpack(wheels, places.COLLECTIONS)
    stamp.write_text(wanted, encoding="utf-8")
    return ""


def _unpack(wheels: Path, target: Path) -> None:
    prefixes = tuple(f"ansible_collections/{name}/" for name in COLLECTIONS)
    for wheel in wheels.glob("ansible-*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target, [name for name in archive.namelist() if name.startswith(prefixes)])
        wheel.unlink()


def _quietly(argv: list[str], env: dict[str, str] | None = None) -> bool:
    log = places.BUILD / "prepare.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as output:
        output.write(f"\n$ {' '.join(argv)}\n")
        output.flush()
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            output.write(f"{argv[0]}: {error}\n")
            return False
    return done.returncode == 0
