# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait on the host for a change to be confirmed, and put it back when nobody does: the program behind confirm_within."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils import keeper as keeping, restore
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, journal
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import (
    drop_in_file, file_lock, journal_dir, machine, sysctl_tree, system_log, watchdog_lock, watchdog_process,
)
from ansible_collections.linuxnet.tcp.plugins.module_utils.programs import keeper_ports

_POLL_SECONDS = 1.0
_RETRY_SECONDS = 5.0
_ATTEMPTS = 120
_START_ATTEMPTS = 40


def main(arguments):
    """Run ``program FOLDER NUMBER``; return the exit status, always 0 so that systemd forgets the unit."""
    folder = journal_dir.JournalDir(arguments[1])
    number = int(arguments[2])
    clock = machine.Machine()
    alive = file_lock.FileLock(folder.full(watchdog_lock.lock_name(number)))
    if not _taken(alive, clock):
        return 0
    keeper = keeping.Keeper(keeping.Wish(lock_timeout=None), keeper_ports.ports(folder.path, drop_in_file.DropInFile))
    Watchdog(number, keeper, sysctl_tree.SysctlTree(), system_log.SystemLog()).watch()
    for name in (watchdog_process.program_name(number), watchdog_lock.lock_name(number)):
        _removed(folder, name)
    return 0


def _taken(lock, clock):
    """Return whether the lock could be had; whoever asks if we are alive holds it for a moment, too."""
    for _attempt in range(_START_ATTEMPTS):
        if lock.take():
            return True
        clock.sleep(0.05)
    return False


def _removed(folder, name):
    try:
        folder.remove(name)
    except OSError:
        pass


class Watchdog(object):
    """Watch one journal."""

    def __init__(self, number, keeper, tree, log):
        self._number, self._keeper, self._tree, self._log = number, keeper, tree, log

    def watch(self):
        """Return when the journal is confirmed, gone or put back."""
        deadline = self._deadline()
        while deadline is not None and self._entry() is not None:
            left = deadline - self._keeper.machine.uptime()
            if left <= 0:
                self._put_back()
                return
            self._keeper.machine.sleep(min(left, _POLL_SECONDS))

    def _deadline(self):
        entry = self._entry()
        record = self._keeper.record(entry) if entry else None
        # The running values of another network namespace are not ours to set, whoever started us there.
        if record is None or not record.confirm or not self._keeper.belongs_here(record):
            return None
        return record.confirm["deadline"]

    def _entry(self):
        """Return the Entry as long as the journal waits for somebody."""
        waiting = [entry for entry in self._keeper.entries() if entry.number == self._number and entry.status in journal.PENDING]
        return waiting[0] if waiting else None

    def _put_back(self):
        for _attempt in range(_ATTEMPTS):
            try:
                with self._keeper.held():
                    self._restore()
                return
            except (errors.LinuxnetError, IOError, OSError) as error:
                self._log.warn("journal %d was not confirmed and cannot be put back yet: %s" % (self._number, error))
                self._keeper.machine.sleep(_RETRY_SECONDS)

    def _restore(self):
        entry = self._entry()
        if entry is None:
            return
        way = restore.way_back(self._keeper.record(entry), self._tree, self._keeper.open_store)
        restore.carry_out(entry, way, self._keeper)
        self._log.warn("journal %d was not confirmed in time; put back: %s%s" % (
            self._number, ", ".join(step.name for step in way.steps) or "nothing was left of it",
            "; left as it is: %s" % "; ".join(way.conflicts) if way.conflicts else ""))
