# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare podman so that containers get writable net sysctls of their own and nothing of the host's.

Containers run in a user namespace (uid map): their root may write /proc/sys/net of their own network namespace, and
vm.*, kernel.* and fs.* stay read-only. All of podman's settings and state lie below build/podman.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

from check import packages, places
from check.stage import Stage

STATE = places.BUILD / "podman"
IMAGE = "localhost/linuxnet-tcp-systemd"
# Debian 12 (systemd 252) and Debian 13 (systemd 257), with the same packages.
SUITES = ("bookworm", "trixie")
# What a test takes that needs some container, whichever.
PLAIN_SUITE = "trixie"
# libpam-systemd brings logind: a session of sshd then has a scope of its own.
INCLUDED = ("iproute2", "libpam-systemd", "nftables", "openssh-server", "procps", "python3", "python3-minimal", "systemd", "systemd-sysv")
# A mirror may hold an old state of what moves daily, and its signature says until when it counted.
STALE = {"sid": ('--aptopt=Acquire::Check-Valid-Until "false"',)}
# The uid map, and what lets systemd be PID 1 under it; the scenario's create.yml asks for both.
ANNOTATION = "linuxnet.systemd-userns"

# Stages run beside each other; an image is made once, and podman's settings are not rewritten under its hands.
_preparing = threading.Lock()

CONTAINERS_CONF = """\
[containers]
# Podman's own defaults exceed the hard limit where CAP_SYS_RESOURCE is lacking.
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
hooks_dir = ["{state}/hooks"]
[network]
network_backend = "netavark"
network_config_dir = "{state}/networks"
"""

STORAGE_CONF = """\
[storage]
driver = "overlay"
graphroot = "{state}/storage"
runroot = "{state}/run"
"""

HOOK = """\
{{"version": "1.0.0", "hook": {{"path": "{state}/hooks/own-cgroup.sh"}},
 "when": {{"annotations": {{"^{annotation}$": "^1$"}}}}, "stages": ["createRuntime"]}}
"""

# systemd refuses to be PID 1 unless it may make control groups below its own; give them to its mapped root.
OWN_CGROUP = """\
#!/bin/sh
pid=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["pid"])')
owner=$(awk '$1 == 0 {print $2; exit}' "/proc/$pid/uid_map"):$(awk '$1 == 0 {print $2; exit}' "/proc/$pid/gid_map")
named=$(awk -F: '$2 == "name=systemd" {print $3}' "/proc/$pid/cgroup")
unified=$(awk -F: '$1 == "0" {print $3}' "/proc/$pid/cgroup")
for folder in "/sys/fs/cgroup/systemd$named" "/sys/fs/cgroup$unified" "/sys/fs/cgroup/unified$unified"; do
  case "$folder" in
    */libpod-*) test ! -d "$folder" || chown -R "$owner" "$folder" ;;
  esac
done
exit 0
"""


def settings() -> dict[str, str]:
    """Return the environment that points podman at our settings and Molecule at the images, such as LINUXNET_TCP_IMAGE_TRIXIE."""
    return {
        "CONTAINERS_CONF": str(STATE / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(STATE / "storage.conf"),
        **{f"LINUXNET_TCP_IMAGE_{suite.upper()}": image(suite) for suite in SUITES},
    }


def image(suite: str) -> str:
    """Return the name of a suite's image; another recipe has another name."""
    return f"{IMAGE}:{_recipe(suite)}"


def lacking(stage: Stage) -> str | None:
    """Install what containers need where that is missing; return why there can be none, or None."""
    if os.geteuid() != 0:
        return "a container with a uid map and systemd as PID 1 needs root"
    return packages.ensure(stage, packages.CONTAINERS)


def unusable(stage: Stage, suites: Iterable[str]) -> str | None:
    """Write podman's settings, have each suite's image there, and run something in it; return why it cannot be, or None."""
    with _preparing:
        _write_settings()
        if stage.run([_podman(), "info"], env=settings()) != 0:
            return f"podman does not run here; see {stage.log.name}"
        return next((reason for reason in (_no_image(stage, suite) for suite in suites) if reason), None)


def _no_image(stage: Stage, suite: str) -> str | None:
    podman, env, name = _podman(), settings(), image(suite)
    if stage.run([podman, "image", "exists", name], env=env) != 0:
        archive = _archive(stage, suite)
        if archive is None:
            return f"mmdebstrap could not make an image of {suite}; see {stage.log.name}"
        if stage.run([podman, "import", "-q", archive, name], env=env) != 0:
            return f"podman could not import the image of {suite}; see {stage.log.name}"
    trial = ["run", "--rm", "--network", "none", *uid_map(), name, "true"]
    return f"podman cannot run a container of {suite} here; see {stage.log.name}" if stage.run([podman, *trial], env=env) != 0 else None


def _podman() -> str:
    return shutil.which("podman") or "podman"


def uid_map() -> list[str]:
    """Return the options that keep a container's root from being the host's."""
    return ["--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"]


def _recipe(suite: str) -> str:
    return hashlib.sha256(repr((suite, INCLUDED)).encode()).hexdigest()[:12]


def _archive(stage: Stage, suite: str) -> Path | None:
    """Return the archive of a suite's image, made once for each recipe; a half-made one never gets the final name."""
    archive = places.BUILD / "images" / f"{suite}-{_recipe(suite)}.tar"
    if archive.exists():
        return archive
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_suffix(".partial.tar")
    options = ["--variant=minbase", f"--include={','.join(INCLUDED)}", *STALE.get(suite, ())]
    if stage.run(["mmdebstrap", *options, suite, partial]) != 0:
        return None
    return partial.rename(archive)


def _write_settings() -> None:
    (STATE / "hooks").mkdir(parents=True, exist_ok=True)
    (STATE / "networks").mkdir(exist_ok=True)
    _write(STATE / "containers.conf", CONTAINERS_CONF.format(state=STATE))
    _write(STATE / "storage.conf", STORAGE_CONF.format(state=STATE))
    _write(STATE / "hooks" / "own-cgroup.json", HOOK.format(state=STATE, annotation=ANNOTATION.replace(".", "\\\\.")))
    script = STATE / "hooks" / "own-cgroup.sh"
    _write(script, OWN_CGROUP)
    script.chmod(0o755)


def _write(path: Path, text: str) -> None:
    """Write a file unless it holds that already: another stage's podman may be reading it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
