# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a keeper the ports of this host."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils import keeper as keeping
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import file_lock, journal_dir, machine, signals, watchdog_lock


def ports(path, open_store):
    """Return the Ports of a Keeper that starts no watchdog, for the journals in the folder ``path``; ``open_store(path)`` gives a DropInFile."""
    folder = journal_dir.JournalDir(path)
    return keeping.Ports(
        folder, file_lock.FileLock(folder.full(keeping.LOCK)), machine.Machine(), watchdog_lock.WatchdogLocks(path), signals.Signals(), open_store)


def ports_with_watchdog(path, open_store):
    """Return the same where a watchdog may be started: its program is made of the modules that are loaded by then, so it has to be one of them."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.programs import watchdog
    return ports(path, open_store)._replace(watchdogs=watchdog.watchdog_process.WatchdogProcess(path))
