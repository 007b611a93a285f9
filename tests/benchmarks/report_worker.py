# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a spool (``report_worker.py make FOLDER HOSTS``), or report over one (``report_worker.py report SPOOL DEST [FORMAT...]``)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import report_fleet
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_core


def main() -> None:
    """Do the one or the other."""
    work, folder, rest = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    if work == "make":
        report_fleet.write(folder, int(rest[0]))
        return
    request = report_core.Request([folder], Path(rest[0]), "2026-11-29T07:00:00Z", formats=rest[1:], baseline=None)
    print(report_core.write(request)["summary"]["hosts"]["total"])


if __name__ == "__main__":
    main()
