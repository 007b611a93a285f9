# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find in /proc/locks who holds a lock of flock(2) (proc_locks(5))."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type


def holders(text, inode):
    """Return the PIDs that /proc/locks names for a file's inode number; 0 stands for a process outside of this PID namespace."""
    found = []
    for line in text.splitlines():
        fields = line.split()
        # "3: FLOCK  ADVISORY  WRITE 4711 fe:01:1234 0 EOF"; a waiting one has "->" after the number.
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == str(inode):
            found.append(max(int(fields[4]), 0))
    return found


def describe(pid, command, seconds):
    """Return the holder for people: ``process 4711 (python3 …), running for 12 s``."""
    if not pid:
        return "a process outside of this PID namespace"
    text = "process %d" % pid
    if command:
        text += " (%s)" % command
    return text if seconds is None else "%s, running for %d s" % (text, seconds)
