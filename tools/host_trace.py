# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a run left no trace in the sysctls of the machine it ran on.

``host_trace.py save FILE`` writes what /proc/sys and the sysctl.d folders hold now;
``host_trace.py compare FILE`` prints what differs since then and exits 1 when anything does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

TREES = ("/proc/sys/net", "/proc/sys/vm", "/proc/sys/kernel", "/proc/sys/fs")
CONFIGURATION = ("/etc/sysctl.conf", "/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d")

# Keys that move while nobody writes them: counters, identifiers, and what the kernel derives from load or from interfaces that come and go.
MOVING = (
    "/proc/sys/fs/aio-nr",
    "/proc/sys/fs/binfmt_misc/*",
    "/proc/sys/fs/dentry-state",
    "/proc/sys/fs/file-nr",
    "/proc/sys/fs/inode-nr",
    "/proc/sys/fs/inode-state",
    "/proc/sys/fs/quota/*",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/kernel/perf_event_max_sample_rate",
    "/proc/sys/kernel/pty/nr",
    "/proc/sys/kernel/random/*",
    "/proc/sys/kernel/sched_domain/*",
    "/proc/sys/net/netfilter/nf_conntrack_count",
    "/proc/sys/vm/stat_refresh",
)
PERMANENT_INTERFACES = ("all", "default", "lo")

Snapshot = dict[str, str]


def is_moving(path: str) -> bool:
    """Say whether this file changes without a write, or belongs to an interface that may come and go."""
    if any(fnmatchcase(path, pattern) for pattern in MOVING):
        return True
    parts = path.split("/")
    per_interface = len(parts) > 6 and parts[3] == "net" and parts[5] in ("conf", "neigh")
    return per_interface and parts[6] not in PERMANENT_INTERFACES


def files(root: str) -> Iterator[str]:
    """Yield the files at or below root that can be read; symbolic links stand for themselves."""
    if os.path.isfile(root):
        yield root
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(folder, name)


def read(path: str) -> str | None:
    """Return the text of one file, or None when the kernel does not let it be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None


def snapshot(roots: tuple[str, ...] = TREES + CONFIGURATION) -> Snapshot:
    """Return path to content for every readable file below the roots that does not move by itself."""
    found: Snapshot = {}
    for root in roots:
        for path in files(root):
            if not is_moving(path) and (content := read(path)) is not None:
                found[path] = content
    return found


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """Return one line for each file that was changed, that appeared or that vanished."""
    lines = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            lines.append(f"{path}: {_shown(old)} before, {_shown(new)} after")
    return lines


def _shown(content: str | None) -> str:
    return "absent" if content is None else repr(content.strip())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["save", "compare"])
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    now = snapshot()
    if not now:
        print("host_trace: nothing could be read below /proc/sys; is /proc mounted?", file=sys.stderr)
        return 2
    if options.command == "save":
        options.file.parent.mkdir(parents=True, exist_ok=True)
        options.file.write_text(json.dumps(now, indent=1, sort_keys=True), encoding="utf-8")
        return 0
    left = differences(json.loads(options.file.read_text(encoding="utf-8")), now)
    print("\n".join(left) if left else f"no trace: {len(now)} files hold what they held before")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
