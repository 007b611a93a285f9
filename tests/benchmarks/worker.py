# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do one piece of the collection's work on a managed node's Python (2.7 included) and print as JSON what it took.

worker.py count [OPTION=VALUE...] reads the sockets as socket_info does; worker.py boot FILE computes the boot values of the keys that FILE lists.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import json
import resource
import sys
import time

# A clock that never goes back is not there before Python 3.3.
now = getattr(time, "monotonic", time.time)


def count(arguments):
    """Prepare to count sockets by state."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import procfs, sock_diag
    from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counting

    options = dict(argument.split("=", 1) for argument in arguments)
    return lambda: counting.read_sockets(options, procfs.ProcFs(), sock_diag.SockDiag(), None)[0]["sockets"]["states"]


def boot_values(arguments):
    """Prepare to compute what the next boot sets for each key."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir
    from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot

    with io.open(arguments[0], encoding="ascii") as listing:
        names = listing.read().split()
    return lambda: {"keys": len(boot.read_boot(conf_dir.ConfDir(), names)[0])}


def peak_kib():
    """Return the largest resident size of this program; what it inherited before exec does not count (proc_pid_status(5), VmHWM)."""
    with io.open("/proc/self/status", encoding="ascii", errors="replace") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def cpu():
    """Return the processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    """Do it once and tell."""
    work = {"count": count, "boot": boot_values}[sys.argv[1]](sys.argv[2:])
    peak, used, began = peak_kib(), cpu(), now()
    counts = work()
    took = {"inner": now() - began, "inner_cpu": cpu() - used, "above_kib": peak_kib() - peak}
    print(json.dumps({"took": took, "counts": counts}))


if __name__ == "__main__":
    main()
