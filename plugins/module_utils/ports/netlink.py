# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a netlink request to the kernel and its datagrams back; interpret nothing (netlink(7))."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import socket

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

ROUTE, SOCK_DIAG, NETFILTER = 0, 4, 12
_NAMES = {ROUTE: 'netlink route', SOCK_DIAG: 'netlink sock_diag', NETFILTER: 'netlink netfilter'}
# Where the same can be read when the protocol fails.
_WAYS_OUT = {SOCK_DIAG: '; read /proc/net/tcp instead'}

_AF_NETLINK = 16
_MSG_TRUNC = 0x20
_KERNEL = (0, 0)
# The kernel fills at most 32 KiB per datagram, whatever is offered.
_BUFFER_BYTES = 64 * 1024
_SECONDS_OF_SILENCE = 30


class Netlink(object):
    """Ask the kernel of the network namespace that this process is in, by one netlink protocol: ROUTE, SOCK_DIAG or NETFILTER."""

    def __init__(self, protocol, socket_factory=socket.socket, timeout=_SECONDS_OF_SILENCE):
        self._protocol = protocol
        self._socket_factory = socket_factory
        self._timeout = timeout

    def dump(self, request):
        """Send ``request`` (bytes) and yield (bytearray, length) for every datagram that comes back, until the caller closes it.

        The buffer is used again for the next datagram. Raises SourceUnavailable (details: errno) when netlink is refused or silent,
        IncompleteDump when a datagram was cut or did not come from the kernel.
        """
        try:
            connection = self._socket_factory(_AF_NETLINK, socket.SOCK_RAW, self._protocol)
        except (socket.error, OSError) as exc:
            raise self._unavailable(exc)
        try:
            connection.settimeout(self._timeout)
            connection.sendto(request, _KERNEL)
            data = bytearray(_BUFFER_BYTES)
            while True:
                yield data, self._receive(connection, data)
        except (socket.error, OSError) as exc:
            raise self._unavailable(exc)
        finally:
            connection.close()

    def _receive(self, connection, data):
        """Receive one datagram; with MSG_TRUNC the kernel tells its true length even where it did not fit."""
        length, sender = _retry(connection, data)
        if sender[0] != 0:
            raise self._incomplete('process %d answered in place of the kernel' % sender[0])
        if length > len(data):
            raise self._incomplete('a datagram of %d bytes was cut to %d' % (length, len(data)))
        if not length:
            raise self._incomplete('an empty datagram came in the middle of the dump')
        return length

    def _incomplete(self, why):
        return errors.IncompleteDump('%s: %s%s' % (_NAMES[self._protocol], why, _WAYS_OUT.get(self._protocol, '')))

    def _unavailable(self, exc):
        about, way_out = _NAMES[self._protocol], _WAYS_OUT.get(self._protocol, '')
        if isinstance(exc, socket.timeout):
            return errors.SourceUnavailable('%s: the kernel was silent for too long%s' % (about, way_out))
        name = errno.errorcode.get(exc.errno, 'errno %s' % exc.errno)
        return errors.SourceUnavailable('%s is refused here: %s (%s)%s' % (about, name, exc.strerror or exc, way_out), errno=exc.errno)


def _retry(connection, data):
    """Receive again when a signal came in between, which Python does by itself since 3.5."""
    while True:
        try:
            return connection.recvfrom_into(data, len(data), _MSG_TRUNC)
        except (socket.error, OSError) as exc:
            if exc.errno != errno.EINTR:
                raise
