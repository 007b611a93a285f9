# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do what the module net_sysctl does, without Ansible and with any Python: ``TREE OPTIONS [DIE]``, JSON in, JSON out.

DIE is where the process kills itself: ``armed`` right after the watchdog was started, ``written`` after the last change.
"""

import json
import os
import signal
import sys

sys.path.insert(0, sys.argv[1])

from ansible_collections.linuxnet.tcp.plugins.module_utils import changes, keeper
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, sysctl_tree, watchdog_process
from ansible_collections.linuxnet.tcp.plugins.module_utils.programs import keeper_ports

DEFAULTS = {
    "settings": None, "state": "present", "persist": True, "runtime": True, "unsupported": "fail", "netns": None, "shadowed": "fail",
    "comment": None, "confirm_within": None, "lock_timeout": 20, "journal": None, "journal_dir": "/var/lib/linuxnet-tcp", "journal_keep": 20,
    "restore_runtime": False, "conflicts": "fail", "load_modules": False,
}  # fmt: skip


def die(*dummy):
    os.kill(os.getpid(), signal.SIGKILL)


class StartsAndDies(watchdog_process.WatchdogProcess):
    def start(self, number):
        watchdog_process.WatchdogProcess.start(self, number)
        die()


def main():
    options = dict(DEFAULTS, **json.loads(sys.argv[2]))
    wish = keeper.Wish(options["comment"], options["confirm_within"], options["lock_timeout"], options["journal_keep"], False)
    ports = keeper_ports.ports_with_watchdog(options["journal_dir"], drop_in_file.DropInFile)
    if sys.argv[3:] == ["armed"]:
        ports = ports._replace(watchdogs=StartsAndDies(options["journal_dir"]))
    keeping = keeper.Keeper(wish, ports)
    if sys.argv[3:] == ["written"]:
        keeping.finish = die
    try:
        changes.check(options)
        result = changes.carry_out(options, False, sysctl_tree.SysctlTree(), drop_in_file.DropInFile(options["path"]), None, keeping)
    except errors.LinuxnetError as error:
        result = dict(error.details, failed=True, msg=error.message)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
