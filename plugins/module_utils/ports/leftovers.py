# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the temporary files that killed runs left behind, and never one that somebody is still writing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import fcntl
import os
import re
import stat


def prefix(name):
    """Return what the temporary files of a file begin with. Hidden and not .conf: no loader reads one that a crash left behind."""
    return ".%s." % name


SUFFIX = ".tmp"


def claim(descriptor):
    """Mark an open temporary file as being written; the kernel takes the mark away when the process ends, however it ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (IOError, OSError):
        # A file system without locks: sweep() then cannot lock it either and leaves it.
        pass


def sweep(folder, name, before):
    """Remove the temporary files of ``name`` that are this user's own, older than ``before`` (epoch seconds) and not claimed.

    What mkstemp(3) could not have made, links, files of others, and whatever cannot be removed stay without a word.
    """
    ours = re.compile(re.escape(prefix(name)) + r"[A-Za-z0-9_]{6,8}" + re.escape(SUFFIX) + r"\Z")
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for each in names:
        if ours.match(each):
            _remove_if_left(os.path.join(folder, each), before)


def _remove_if_left(path, before):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        if _is_old(os.fstat(descriptor), before):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
    except (IOError, OSError):
        pass
    finally:
        os.close(descriptor)


def _is_old(about, before):
    return stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid() and about.st_nlink == 1 and about.st_mtime < before
