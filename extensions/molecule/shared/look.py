# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print as JSON what a host holds now, read without the collection: ``DROP_IN KEY...``."""

from __future__ import annotations

import calendar
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path("/var/lib/linuxnet-tcp")
SEEN = Path("/run/seen")


def output(*argv: str) -> list[str]:
    return subprocess.run(argv, text=True, capture_output=True, check=False).stdout.splitlines()


def journal(path: Path) -> dict[str, Any]:
    """Return status, comment, and for how many seconds the journal was in its first state: a rename moves no time but ctime."""
    content = json.loads(path.read_text(encoding="ascii"))
    begun = calendar.timegm(time.strptime(content["time"], "%Y-%m-%dT%H:%M:%SZ"))
    return {"status": path.stem.partition("-")[2], "comment": content["comment"], "seconds": round(path.stat().st_ctime - begun, 1)}


def times(*paths: Path) -> dict[str, int]:
    """Return when each path changed last, in nanoseconds; what is not there is left out."""
    return {str(path): path.stat().st_mtime_ns for path in paths if path.exists()}


def seen() -> dict[str, list[str]]:
    return {path.name: path.read_text(encoding="utf-8").splitlines() for path in SEEN.glob("*")} if SEEN.exists() else {}


def main() -> None:
    drop_in, keys = Path(sys.argv[1]), sys.argv[2:]
    names = sorted(path.name for path in FOLDER.iterdir()) if FOLDER.exists() else []
    found = {
        "values": {key: " ".join(" ".join(output("sysctl", "-n", key)).split()) for key in keys},
        "drop_in": drop_in.read_text(encoding="utf-8").splitlines() if drop_in.exists() else None,
        "times": times(drop_in, drop_in.parent, FOLDER),
        "journals": [journal(FOLDER / name) for name in names if name.endswith(".json")],
        "others": [name for name in names if not name.endswith(".json")],
        "log": output("journalctl", "--no-pager", "-q", "-o", "cat", "-t", "linuxnet-tcp"),
        "units": output("systemctl", "list-units", "--plain", "--no-legend", "--all", "linuxnet-tcp-confirm-*"),
        "seen": seen(),
    }
    print(json.dumps(found))


main()
