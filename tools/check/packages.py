# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install system packages where that is possible: as root, on Debian and its children."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from check.stage import Stage

SHELLCHECK = {"shellcheck": "shellcheck"}
FIREWALL = {"nft": "nftables", "iptables-legacy": "iptables"}
BROWSER = {"chromium": "chromium"}
STRACE = {"strace": "strace"}
SIGNING = {"git": "git", "gpg": "gnupg"}
CONTAINERS = {
    "podman": "podman",
    "runc": "runc",
    "newuidmap": "uidmap",
    "conmon": "conmon",
    "/usr/lib/podman/netavark": "netavark",
    "mmdebstrap": "mmdebstrap",
    "ssh": "openssh-client",
}

QUIET = {"DEBIAN_FRONTEND": "noninteractive"}
_refreshed = False
# Stages run beside each other, and apt-get has a lock that it does not wait for.
_installing = threading.Lock()


def ensure(stage: Stage, wanted: dict[str, str]) -> str | None:
    """Install the packages whose command is missing; return None, or why some command is still missing.

    wanted maps a command (a name in PATH or an absolute path) to the package that brings it.
    """
    with _installing:
        missing = _missing(wanted)
        if not missing:
            return None
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            return f"{', '.join(missing)} not installed, and only root on Debian or Ubuntu can install them here"
        _install(stage, [wanted[command] for command in missing])
        missing = _missing(wanted)
        return f"apt-get could not install {', '.join(missing)}; see {stage.log.name}" if missing else None


def _missing(wanted: dict[str, str]) -> list[str]:
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    return [command for command in wanted if not shutil.which(command, path=path)]


def unpack(stage: Stage, package: str, folder: Path) -> str | None:
    """Download a package and unpack it below a folder, so that it changes nothing else and starts no service; return why that failed."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return f"package {package}: only Debian and Ubuntu have it where we know"
    if os.geteuid() == 0:
        with _installing:
            _refresh(stage)
    if stage.run(["apt-get", "download", "-q", package], cwd=folder) != 0:
        return f"apt-get could not download {package}; see {stage.log.name}"
    done = [stage.run(["dpkg-deb", "-x", archive, folder]) for archive in folder.glob("*.deb")]
    return None if done == [0] else f"dpkg-deb could not unpack {package}; see {stage.log.name}"


def _install(stage: Stage, packages: list[str]) -> None:
    _refresh(stage)
    stage.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages], env=QUIET)


def _refresh(stage: Stage) -> None:
    global _refreshed
    if not _refreshed:
        stage.run(["apt-get", "update", "-q"], env=QUIET)
        _refreshed = True
