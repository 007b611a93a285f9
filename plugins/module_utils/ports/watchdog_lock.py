# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether the watchdogs of journals live, by the files that they keep locked; starting one is the port watchdog_process."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import file_lock, journal_dir


def lock_name(number):
    """Return the name of the file that a journal's watchdog keeps locked while it lives."""
    return "%08d-watchdog.lock" % number


class WatchdogLocks(object):
    """Look at the watchdogs of journals in the folder ``path``."""

    def __init__(self, path):
        self._folder = journal_dir.JournalDir(path)

    def alive(self, number):
        """Tell whether the watchdog of a journal runs. Raises OSError."""
        return file_lock.FileLock(self._folder.full(lock_name(number))).held()
