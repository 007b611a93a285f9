# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read configuration files, kernel modules and the names of processes below a root folder; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir

_ABSENT = (errno.ENOENT, errno.ENOTDIR)
# Nothing that is asked for here comes near it; /var/lib/cloud may hold anything.
_MAX_BYTES = 1024 * 1024
# systemd.unit(5); modules-load.d(5), and Debian's own list beside it.
_UNIT_FOLDERS = ("/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_MODULE_FOLDERS = ("/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d", "/lib/modules-load.d")
_MODULE_LIST = "/etc/modules"


class HostFiles(object):
    """Give what a host's files and processes say; ``root`` stands for /. Paths begin with a slash."""

    def __init__(self, root="/"):
        self._root = root.rstrip("/")
        self._commands = None

    def conf_dir(self):
        """Return the ConfDir of the same root."""
        return conf_dir.ConfDir(self._root or "/")

    def read(self, path):
        """Return a file's bytes (at most 1 MiB), None when there is no such file. Raises SourceUnavailable when it is closed to us."""
        try:
            if not os.path.isfile(self._root + path):
                return self._none_or_closed(path)
            with io.open(self._root + path, "rb") as handle:
                return handle.read(_MAX_BYTES)
        except (IOError, OSError) as exc:
            return self._absent(path, exc)

    def names(self, folder):
        """Return the sorted names in a folder; none where there is no such folder. Raises SourceUnavailable when it is closed to us."""
        try:
            return sorted(os.listdir(self._root + folder))
        except (IOError, OSError) as exc:
            return self._absent(folder, exc) or []

    def commands(self):
        """Return the command names (15 bytes at most, proc(5)) of the processes that this host shows, as a frozenset; read once."""
        if self._commands is None:
            self._commands = frozenset(name for name in (self._command(pid) for pid in self._pids()) if name)
        return self._commands

    def unit(self, name):
        """Return (path of a systemd unit file or None, whether a .wants folder starts it)."""
        path = next((folder + "/" + name for folder in _UNIT_FOLDERS if os.path.lexists(self._root + folder + "/" + name)), None)
        if path and os.path.realpath(self._root + path) == "/dev/null":
            return None, False
        wanted = any(
            os.path.lexists("/".join([self._root + folder, wants, name]))
            for folder in _UNIT_FOLDERS for wants in self._quiet_names(folder) if wants.endswith(".wants"))
        return path, wanted

    def module_loaded(self, name):
        """Tell whether a kernel module is loaded, or built in and has parameters."""
        return name in self.loaded_modules() or os.path.isdir(self._root + "/sys/module/" + name)

    def module_lists(self):
        """Return [(path, bytes)] of modules-load.d(5), the highest precedence first, and of Debian's own list; b"" of one that is closed to us."""
        paths = [
            folder + "/" + name for folder in _MODULE_FOLDERS for name in self._quiet_names(folder)
            if name.endswith(".conf") and not name.startswith(".")]
        return [(path, self._quiet(path) or b"") for path in paths + [_MODULE_LIST]]

    def loaded_modules(self):
        """Return the names in /proc/modules, which those built in are not, as a frozenset."""
        lines = (self._quiet("/proc/modules") or b"").decode("ascii", "replace").splitlines()
        return frozenset(line.partition(" ")[0] for line in lines)

    def _pids(self):
        return [name for name in self._quiet_names("/proc") if name.isdigit()]

    def _command(self, pid):
        # There may be ten thousand: a file object for each would take three times as long. One may be gone before it is read.
        try:
            descriptor = os.open(self._root + "/proc/" + pid + "/comm", os.O_RDONLY)
        except OSError:
            return ""
        try:
            return os.read(descriptor, 64).decode("utf-8", "replace").strip()
        except OSError:
            return ""
        finally:
            os.close(descriptor)

    def _quiet(self, path):
        try:
            with io.open(self._root + path, "rb") as handle:
                return handle.read(_MAX_BYTES)
        except (IOError, OSError):
            return None

    def _quiet_names(self, folder):
        try:
            return sorted(os.listdir(self._root + folder))
        except (IOError, OSError):
            return []

    def _none_or_closed(self, path):
        # isfile() cannot tell a file that is not there from one in a folder that is closed.
        os.stat(self._root + path)
        return None

    @staticmethod
    def _absent(path, exc):
        if exc.errno in _ABSENT:
            return None
        raise errors.SourceUnavailable("%s: %s" % (path, exc.strerror or exc))
