# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a question about a legacy iptables table to the kernel and its answer back; interpret nothing.

This is what iptables-save does, so neither the tool nor a child process is needed.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import socket

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

FAMILIES = {'ip': (socket.AF_INET, socket.IPPROTO_IP), 'ip6': (socket.AF_INET6, 41)}


def _libc_getsockopt(connection, level, option, request):
    """Call getsockopt(2) with a buffer that is read and filled, which Python's own cannot."""
    try:
        # Only here, as in ports.netns: some hardened hosts cannot import it.
        import ctypes
        call = ctypes.CDLL(None, use_errno=True).getsockopt
    except (ImportError, AttributeError, MemoryError, OSError) as exc:
        raise errors.SourceUnavailable('this Python cannot call getsockopt(2): %s; use one that has ctypes' % exc)
    buffer, length = ctypes.create_string_buffer(request, len(request)), ctypes.c_uint(len(request))
    if call(connection.fileno(), level, option, buffer, ctypes.byref(length)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return buffer.raw[:length.value]


class XTables(object):
    """Ask the kernel of the network namespace that this process is in."""

    def __init__(self, socket_factory=socket.socket, getsockopt=_libc_getsockopt):
        self._socket_factory = socket_factory
        self._getsockopt = getsockopt

    def ask(self, family, option, request):
        """Return the kernel's answer (bytes) to a buffer for one option; ``family`` is ip or ip6. Raises SourceUnavailable."""
        number, level = FAMILIES[family]
        try:
            connection = self._socket_factory(number, socket.SOCK_DGRAM)
            try:
                return self._getsockopt(connection, level, option, request)
            finally:
                connection.close()
        except (socket.error, OSError) as exc:
            name = errno.errorcode.get(exc.errno, 'errno %s' % exc.errno)
            raise errors.SourceUnavailable('%s_tables: the kernel answered %s (%s)' % (family, name, exc.strerror or exc), errno=exc.errno)
