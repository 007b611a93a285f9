# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell the time, the boot, the network namespace and other processes of this machine; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os
import time

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock


class Machine(clock.Clock):
    """Read what ``<root>/proc`` says of the machine."""

    def __init__(self, root="/"):
        super(Machine, self).__init__()
        self._proc = os.path.join(root, "proc")

    def uptime(self):
        """Return the seconds since the boot, time asleep included. No clock that somebody sets; Python 2.7 has no other one."""
        return float(self._text("uptime").split()[0])

    def boot_id(self):
        """Return the random id of this boot (random(4)) and the start of PID 1: a container that is restarted keeps the kernel's id."""
        return "%s/%s" % (self._text("sys/kernel/random/boot_id").strip(), (self._stat(1)[19:20] or ["?"])[0])

    def netns(self):
        """Return the inode of this process's network namespace (namespaces(7))."""
        return os.stat(os.path.join(self._proc, "self", "ns", "net")).st_ino

    def utc(self, later=0):
        """Return the time of day in so many seconds: ``2026-11-24T19:05:15Z``."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + later))

    def locks(self):
        """Return /proc/locks, empty where it cannot be read."""
        return self._maybe("locks")

    def command(self, pid):
        """Return a process's command line, shortened; empty when it cannot be read."""
        return " ".join(self._maybe("%d/cmdline" % pid).replace("\0", " ").split())[:120]

    def age(self, pid):
        """Return for how many seconds a process has been running, None when that cannot be told (proc_pid_stat(5), field 22)."""
        fields = self._stat(pid)
        if len(fields) < 20:
            return None
        return self.uptime() - int(fields[19]) / float(os.sysconf("SC_CLK_TCK"))

    def _stat(self, pid):
        """Return the fields of /proc/PID/stat from the third one on; the second one may hold spaces."""
        return self._maybe("%d/stat" % pid).rpartition(")")[2].split()

    def _text(self, name):
        with io.open(os.path.join(self._proc, name), encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def _maybe(self, name):
        try:
            return self._text(name)
        except (IOError, OSError):
            return ""
