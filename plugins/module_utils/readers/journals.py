# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together which changes of net_sysctl on this host are neither done nor put back."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, journal


def read_journals(folder, lock, watchdogs, machine):
    """Read the open and unconfirmed journals, the latest first: (rows, warnings).

    A row is {id, status, time, attended, comment?, seconds_left?}. ``attended`` tells whether a run is at work on it or a watchdog waits, with
    seconds_left until it puts the change back. rows is None where the folder may not be read, by an ordinary user for one.
    ``folder`` is a JournalDir, ``lock`` a FileLock, ``watchdogs`` WatchdogLocks, ``machine`` a Machine.
    """
    rows, warnings = [], []
    try:
        for entry in journal.newest_first(entry for entry in map(journal.parse_name, folder.names()) if entry and entry.status in journal.PENDING):
            row, warning = _row(entry, folder, lock, watchdogs, machine)
            rows.extend(row)
            warnings.extend(warning)
    except (errors.SourceUnavailable, IOError, OSError):
        return None, []
    return rows, warnings


def _row(entry, folder, lock, watchdogs, machine):
    name = journal.file_name(entry)
    try:
        record = journal.decode(folder.read(name), folder.full(name))
    except errors.ParseError as error:
        return [], [error.message]
    except errors.SourceUnavailable:
        # Its status changed, and so its name, since the folder was listed.
        return [], []
    if not journal.belongs(record, machine.boot_id(), machine.netns(), False):
        return [], []
    watched = watchdogs.alive(entry.number)
    row = {"id": entry.number, "status": entry.status, "time": record.time, "attended": watched or lock.held()}
    if record.comment:
        row["comment"] = record.comment
    if watched and record.confirm:
        row["seconds_left"] = max(0, int(record.confirm["deadline"] - machine.uptime()))
    return [row], []
