# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the tcp_facts of the network namespace that this runs in, as the audit module gathers them: SAMPLES INTERVAL [NAME...]."""

from __future__ import annotations

import json
import sys

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock, drop_in_file, process_files, procfs, sock_diag, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import host


def main() -> None:
    """Read and print."""
    wish = {"source": "auto", "samples": int(sys.argv[1]), "interval": float(sys.argv[2]), "parameters": sys.argv[3:]}
    facts, warnings = host.read_host(
        wish,
        procfs.ProcFs(),
        sock_diag.SockDiag(),
        sysctl_tree.SysctlTree(),
        drop_in_file.DropInFile("/nonexistent.conf"),
        processes=process_files.ProcessFiles(),
        clock=clock.Clock(),
    )
    print(json.dumps({**facts, "warnings": warnings}))


if __name__ == "__main__":
    main()
