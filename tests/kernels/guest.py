# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the collection to the kernel that this virtual machine runs, and write what was found as one line of JSON.

Nothing here belongs to anybody: every key may be written, host-wide ones too. Runs as root in a guest of tools/check/kernels.py,
never on a machine that somebody uses.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import guest_catalogue
import guest_change
import guest_sockets

CHECKS: dict[str, Callable[[], dict[str, Any]]] = {
    "every key of the kernel is in the catalogue": guest_catalogue.unknown_keys,
    "every row for this kernel is there": guest_catalogue.absent_rows,
    "no row that the kernel dropped is there": guest_catalogue.dropped_rows,
    "scope is what a network namespace shows": guest_catalogue.scopes,
    "every value has the form and the range of its row": guest_catalogue.values,
    "socket_info counts what ss counts, from /proc": guest_sockets.from_proc,
    "socket_info counts what ss counts, from netlink": guest_sockets.from_netlink,
    "host-wide keys are set, kept and put back": guest_change.round_trip,
    "every key that can be written is set in one transaction and put back": guest_change.all_at_once,
}


def run(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what a check found: ``wrong``, a list that is empty when all is well, and ``note``."""
    try:
        return check()
    except Exception:
        return {"wrong": [traceback.format_exc()], "note": ""}


def main() -> None:
    if not Path("/job/guest.py").exists() or Path("/etc/machine-id").exists():
        sys.exit("this is no guest of tools/check/kernels.py: nothing is done")
    answer = {"release": Path("/proc/sys/kernel/osrelease").read_text().strip(), "python": sys.version.split()[0]}
    checks = {name: run(check) for name, check in CHECKS.items()}
    json.dump({**answer, "checks": checks, "table": guest_catalogue.table()}, sys.stdout)
    print(flush=True)


if __name__ == "__main__":
    main()
