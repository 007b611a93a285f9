# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a request to the kernel's sock_diag and its datagrams back; interpret nothing (sock_diag(7))."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import socket

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

_AF_NETLINK = 16
_NETLINK_SOCK_DIAG = 4
_MSG_TRUNC = 0x20
_KERNEL = (0, 0)
# The kernel fills at most 32 KiB per datagram, whatever is offered.
_BUFFER_BYTES = 64 * 1024
_SECONDS_OF_SILENCE = 30


class SockDiag(object):
    """Ask the kernel of the network namespace that this process is in."""

    def __init__(self, socket_factory=socket.socket, timeout=_SECONDS_OF_SILENCE):
        self._socket_factory = socket_factory
        self._timeout = timeout

    def dump(self, request):
        """Send ``request`` (bytes) and yield (bytearray, length) for every datagram that comes back, until the caller closes it.

        The buffer is used again for the next datagram. Raises SourceUnavailable when netlink is refused or silent,
        IncompleteDump when a datagram was cut or did not come from the kernel.
        """
        try:
            connection = self._socket_factory(_AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG)
        except (socket.error, OSError) as exc:
            raise _unavailable(exc)
        try:
            connection.settimeout(self._timeout)
            connection.sendto(request, _KERNEL)
            data = bytearray(_BUFFER_BYTES)
            while True:
                yield data, _receive(connection, data)
        except (socket.error, OSError) as exc:
            raise _unavailable(exc)
        finally:
            connection.close()


def _receive(connection, data):
    """Receive one datagram; with MSG_TRUNC the kernel tells its true length even where it did not fit."""
    length, sender = _retry(connection, data)
    if sender[0] != 0:
        raise errors.IncompleteDump('netlink sock_diag: process %d answered in place of the kernel' % sender[0])
    if length > len(data):
        raise errors.IncompleteDump(
            'netlink sock_diag: a datagram of %d bytes was cut to %d; read /proc/net/tcp instead' % (length, len(data)))
    if not length:
        raise errors.IncompleteDump('netlink sock_diag: an empty datagram came in the middle of the dump')
    return length


def _retry(connection, data):
    """Receive again when a signal came in between, which Python does by itself since 3.5."""
    while True:
        try:
            return connection.recvfrom_into(data, len(data), _MSG_TRUNC)
        except (socket.error, OSError) as exc:
            if exc.errno != errno.EINTR:
                raise


def _unavailable(exc):
    if isinstance(exc, socket.timeout):
        return errors.SourceUnavailable('netlink sock_diag: the kernel was silent for too long; read /proc/net/tcp instead')
    number = exc.errno
    name = errno.errorcode.get(number, 'errno %s' % number)
    return errors.SourceUnavailable('netlink sock_diag is refused here: %s (%s); read /proc/net/tcp instead' % (name, exc.strerror or exc))
