# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for changes that are neither done nor put back before a new one is begun; the way back is loaded only when there is one."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, journal


def settle(tree, keeper):
    """Put back what runs that died and changes that nobody confirmed left behind; return a row for each: {id, time, reason, undone, kept, comment?}.

    Has to hold the lock: then an open journal has no run any more. Raises TransactionError when a change still waits to be confirmed, or
    when something cannot be put back.
    """
    entries = [entry for entry in ([] if keeper.unavailable else keeper.entries()) if entry.status in journal.PENDING]
    return _settled(entries, tree, keeper) if entries else []


def _settled(entries, tree, keeper):
    from ansible_collections.linuxnet.tcp.plugins.module_utils import restore
    rows = []
    for entry in entries:
        record = keeper.record(entry)
        if keeper.belongs_here(record):
            restore.refuse_waiting(entry, record, keeper)
            rows.append(restore.settled(entry, record, tree, keeper))
    return rows


def unsettled(keeper):
    """Return a warning for each journal that a real run would put back first; for check mode."""
    try:
        entries = keeper.entries()
    except errors.SourceUnavailable:
        return []
    return ["journal %d is %s: a real run first puts it back, unless it still waits to be confirmed" % (entry.number, entry.status)
            for entry in entries if entry.status in journal.PENDING]
