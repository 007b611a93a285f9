# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files below /proc; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

# ip_local_reserved_ports gives itself away in the first read(2) only; its longest text is about 200 kB.
_BUFFER_BYTES = 512 * 1024
_ABSENT = (errno.ENOENT, errno.ENOTDIR)


class ProcFs(object):
    """Read files below ``<root>/proc``; paths are relative to it ("net/tcp")."""

    def __init__(self, root='/'):
        self._proc = os.path.join(root, 'proc')

    def exists(self, path):
        """Tell whether the kernel shows this file."""
        return os.path.exists(self._path(path))

    def read(self, path):
        """Return a file's bytes, None when the kernel does not have it. Raises SourceUnavailable when it refuses."""
        try:
            descriptor = os.open(self._path(path), os.O_RDONLY)
        except OSError as exc:
            return self._absent(path, exc)
        try:
            return b''.join(iter(lambda: _read_once(descriptor), b''))
        except OSError as exc:
            raise self._refused(path, exc)
        finally:
            os.close(descriptor)

    def lines(self, path):
        """Return an iterator over a file's lines (bytes with their ends), None when the kernel does not have it.

        The file is read as the iterator goes. Raises SourceUnavailable when the kernel refuses, also while reading.
        """
        try:
            stream = io.open(self._path(path), 'rb', buffering=_BUFFER_BYTES)
        except (IOError, OSError) as exc:
            return self._absent(path, exc)
        return self._stream(path, stream)

    def _stream(self, path, stream):
        try:
            line = stream.readline()
            while line:
                yield line
                line = stream.readline()
        except (IOError, OSError) as exc:
            raise self._refused(path, exc)
        finally:
            stream.close()

    def _path(self, path):
        return os.path.join(self._proc, path)

    def _absent(self, path, exc):
        if exc.errno in _ABSENT:
            return None
        raise self._refused(path, exc)

    def _refused(self, path, exc):
        return errors.SourceUnavailable('%s: %s' % (self._path(path), exc.strerror or exc))


def _read_once(descriptor):
    """Read once; Python 2.7 does not retry by itself when a signal comes in between."""
    while True:
        try:
            return os.read(descriptor, _BUFFER_BYTES)
        except OSError as exc:
            if exc.errno != errno.EINTR:
                raise
