# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read which sockets the processes of this host hold open; interpret nothing (proc_pid_fd(5))."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os

# fs.nr_open allows a process many more; the time that is left for the others matters more than its last ones.
_MOST_DESCRIPTORS = 200000
_CLOSED = (errno.EACCES, errno.EPERM)
_PREFIX = 'socket:['


class ProcessFiles(object):
    """Read below ``<root>/proc``."""

    def __init__(self, root='/'):
        self._proc = os.path.join(root, 'proc')

    def pids(self):
        """Return the PIDs that this user may see, in order."""
        try:
            return sorted(int(name) for name in os.listdir(self._proc) if name.isdigit())
        except OSError:
            return []

    def socket_inodes(self, pid):
        """Return the inodes of a process's sockets (list of int), None when its descriptors are closed to us, [] when it ended."""
        folder = os.path.join(self._proc, str(pid), 'fd')
        try:
            names = os.listdir(folder)[:_MOST_DESCRIPTORS]
        except OSError as exc:
            return None if exc.errno in _CLOSED else []
        links = (_link(folder + '/' + name) for name in names)
        return [int(link[len(_PREFIX):-1]) for link in links if link.startswith(_PREFIX)]

    def command(self, pid):
        """Return the name of a process (15 bytes at most, proc_pid_comm(5)), None when it ended."""
        try:
            descriptor = os.open(os.path.join(self._proc, str(pid), 'comm'), os.O_RDONLY)
        except OSError:
            return None
        try:
            return os.read(descriptor, 64).decode('utf-8', 'replace').rstrip(u'\n')
        except OSError:
            return None
        finally:
            os.close(descriptor)


def _link(path):
    """A descriptor may be closed before it is read, and one of a process that ended is gone."""
    try:
        return os.readlink(path)
    except OSError:
        return ''
