# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame netlink requests, walk the messages of a dump and the attributes in them (netlink(7)); integers are in host byte order."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import struct

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

_NLM_F_REQUEST = 0x1
_NLM_F_DUMP = 0x300
_NLM_F_DUMP_INTR = 0x10
_NLMSG_NOOP = 1
_NLMSG_ERROR = 2
_NLMSG_DONE = 3

_HEADER = struct.Struct("=IHHII")
_STATUS = struct.Struct("=i")
_ATTRIBUTE = struct.Struct("=HH")
# The two bits above say that an attribute is nested or in network byte order.
_ATTRIBUTE_TYPE = 0x3fff


def dump_request(kind, sequence, body):
    """Build the request that dumps everything of one kind; ``body`` is the family's own header (bytes)."""
    return _HEADER.pack(_HEADER.size + len(body), kind, _NLM_F_REQUEST | _NLM_F_DUMP, sequence, 0) + body


class Dump(object):
    """Walk the datagrams of one dump and hand each message to ``visit(kind, body)``, body as bytes without the netlink header.

    ``about`` names the source in messages. ``visit`` may return True to say that it has enough.
    """

    def __init__(self, about, sequence, visit):
        self._about, self._sequence, self._visit = about, sequence, visit
        self._done = False

    def feed(self, data, length):
        """Walk one datagram; return True when the dump has ended or ``visit`` has enough.

        Raises SourceUnavailable (details: errno) when the kernel refuses, IncompleteDump when the answer cannot be trusted.
        """
        position = 0
        while position < length and not self._done:
            size, kind = self._header(data, position, length)
            body = bytes(data[position + _HEADER.size:position + size])
            if kind in (_NLMSG_ERROR, _NLMSG_DONE):
                self._end(kind, body)
            elif kind != _NLMSG_NOOP:
                self._done = bool(self._visit(kind, body))
            position += align(size)
        return self._done

    def finish(self):
        """Raise IncompleteDump unless the dump came to its end."""
        if not self._done:
            raise self._incomplete("it stopped before the kernel said that it was complete")

    def _header(self, data, position, length):
        rest = length - position
        if rest < _HEADER.size:
            raise self._incomplete("%d bytes are left, too few for a header" % rest)
        size, kind, flags, sequence, dummy = _HEADER.unpack_from(data, position)
        if not _HEADER.size <= size <= rest:
            raise self._incomplete("a message claims %d bytes where %d are left" % (size, rest))
        if sequence != self._sequence:
            raise self._incomplete("a message answers request %d, not %d" % (sequence, self._sequence))
        if flags & _NLM_F_DUMP_INTR:
            raise self._incomplete("it changed while it was read")
        return size, kind

    def _end(self, kind, body):
        status = _STATUS.unpack_from(body)[0] if len(body) >= _STATUS.size else 0
        if status:
            name = errno.errorcode.get(-status, "errno %d" % -status)
            raise errors.SourceUnavailable("%s: the kernel answered %s" % (self._about, name), errno=-status)
        self._done = kind == _NLMSG_DONE

    def _incomplete(self, why):
        return errors.IncompleteDump("%s: the dump is not complete: %s; ask again" % (self._about, why))


def attributes(data, start=0):
    """Yield (type, value as bytes) of the attributes in ``data`` from ``start`` on. Raises ParseError for one that does not fit."""
    position = start
    while position + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, position)
        if not _ATTRIBUTE.size <= length <= len(data) - position:
            raise errors.ParseError("netlink: an attribute claims %d bytes where %d are left" % (length, len(data) - position))
        yield kind & _ATTRIBUTE_TYPE, bytes(data[position + _ATTRIBUTE.size:position + length])
        position += align(length)


def text(value):
    """Return the text of a string attribute, which ends with a NUL byte."""
    return value.split(b"\0")[0].decode("utf-8", "replace")


def align(size):
    """Round up to the four bytes that netlink aligns everything to."""
    return (size + 3) & ~3
