# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a lock that the kernel drops when its holder dies (flock(2)); interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import fcntl
import os


class FileLock(object):
    """Lock the file ``path``, which is made 0600 and stays. Not to be used twice at once."""

    def __init__(self, path):
        self.path = path
        self._descriptor = None

    def take(self):
        """Return whether the lock could be had at once. Raises OSError."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            # A child that is started meanwhile must not hold the lock on after us.
            fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.fcntl(descriptor, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (IOError, OSError) as exc:
            os.close(descriptor)
            if exc.errno in (errno.EAGAIN, errno.EACCES):
                return False
            raise
        self._descriptor = descriptor
        return True

    def drop(self):
        """Let the lock go."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def inode(self):
        """Return the file's inode number, which /proc/locks names. Raises OSError."""
        return os.stat(self.path).st_ino

    def held(self):
        """Tell whether anybody holds the lock now; nobody does where there is no file. Raises OSError."""
        if not os.path.exists(self.path):
            return False
        other = FileLock(self.path)
        if not other.take():
            return True
        other.drop()
        return False
