# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write the files below /proc/sys; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import stat

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

# ip_local_reserved_ports gives itself away in the first read(2) only; its longest text is about 200 kB.
_BUFFER_BYTES = 512 * 1024
_ABSENT = (errno.ENOENT, errno.ENOTDIR)


class SysctlTree(object):
    """Read and write keys below ``<root>/proc/sys``; ``path`` is relative to it ("net/ipv4/tcp_sack")."""

    # No O_CREAT, so that a key that vanished is not made; no O_TRUNC, so that nothing happens before the one write.
    _WRITE_FLAGS = os.O_WRONLY

    def __init__(self, root="/"):
        self._root = os.path.join(root, "proc", "sys")

    def read(self, path):
        """Return a key's text without its final newline, None when the kernel does not have it.

        Raises SourceUnavailable when the kernel refuses.
        """
        try:
            descriptor = os.open(self._full(path), os.O_RDONLY)
            try:
                return _uninterrupted(os.read, descriptor, _BUFFER_BYTES).decode("latin-1").rstrip("\n")
            finally:
                os.close(descriptor)
        except OSError as exc:
            if exc.errno in _ABSENT:
                return None
            raise errors.SourceUnavailable("%s: cannot be read: %s" % (self._full(path), exc.strerror))

    def write(self, path, value):
        """Write ``value`` and a newline in one write(2), and nothing more: the kernel ignores or appends what follows.

        Raises OSError, EIO when the kernel took only a part.
        """
        data = (value + "\n").encode("ascii")
        descriptor = os.open(self._full(path), self._WRITE_FLAGS)
        try:
            taken = _uninterrupted(os.write, descriptor, data)
        finally:
            os.close(descriptor)
        if taken != len(data):
            raise OSError(errno.EIO, "the kernel took %d of %d bytes" % (taken, len(data)))

    def exists(self, path):
        """Tell whether the kernel shows this key."""
        return os.path.isfile(self._full(path))

    def refusal(self, path):
        """Return 0 when the key can be opened for writing, else the errno; nothing is written.

        Neither the mode nor access(2) tells: /proc/sys may be mounted read-only, and namespaces have rules of their own.
        """
        try:
            os.close(os.open(self._full(path), os.O_WRONLY))
        except OSError as exc:
            return exc.errno
        return 0

    def mode(self, path):
        """Return a key's permission bits, 0 when it is not there."""
        try:
            return stat.S_IMODE(os.stat(self._full(path)).st_mode)
        except OSError:
            return 0

    def names(self, folder):
        """Return the names in a folder; none where there is no such folder. Interfaces come and go meanwhile."""
        try:
            return sorted(os.listdir(self._full(folder)))
        except OSError:
            return []

    def release(self):
        """Return the kernel's release: ``6.18.44``. Raises SourceUnavailable."""
        text = self.read("kernel/osrelease")
        if text is None:
            raise errors.SourceUnavailable("%s: missing; is /proc mounted?" % self._full("kernel/osrelease"))
        return text

    def _full(self, path):
        return os.path.join(self._root, path)


def _uninterrupted(call, *arguments):
    """Call again after EINTR; Python 2.7 does not by itself."""
    while True:
        try:
            return call(*arguments)
        except OSError as exc:
            if exc.errno != errno.EINTR:
                raise
