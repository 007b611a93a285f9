# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install system packages where that is possible: as root, on Debian and its children."""

from __future__ import annotations

import os
import shutil

from check.stage import Stage

SHELLCHECK = {"shellcheck": "shellcheck"}
FIREWALL = {"nft": "nftables", "iptables-legacy": "iptables"}
BROWSER = {"chromium": "chromium"}
STRACE = {"strace": "strace"}
CONTAINERS = {
    "podman": "podman",
    "runc": "runc",
    "newuidmap": "uidmap",
    "conmon": "conmon",
    "/usr/lib/podman/netavark": "netavark",
    "mmdebstrap": "mmdebstrap",
    "ssh": "openssh-client",
}

_refreshed = False


def ensure(stage: Stage, wanted: dict[str, str]) -> str | None:
    """Install the packages whose command is missing; return None, or why some command is still missing.

    wanted maps a command (a name in PATH or an absolute path) to the package that brings it.
    """
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


def _install(stage: Stage, packages: list[str]) -> None:
    global _refreshed
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if not _refreshed:
        stage.run(["apt-get", "update", "-q"], env=quiet)
        _refreshed = True
    stage.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages], env=quiet)
