# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speak the sock_diag netlink protocol: build the request, walk the answer, count without a loop per socket.

Layouts follow include/uapi/linux/inet_diag.h and netlink.h; integers are in host byte order, ports and addresses in network order.

A dump is hundreds of datagrams of messages that come in runs of equal length (every TIME_WAIT of a kernel has one length, full
sockets another). A run is recognised by its headers: the length in each header says where the next one starts, so as long
as the header at every step is the same, every position is exact. Columns of bytes are then cut out of the whole run at once.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import array
import collections
import errno
import itertools
import struct

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, tcp_state

AF_INET = 2
AF_INET6 = 10
_ADDRESS_BYTES = {AF_INET: 4, AF_INET6: 16}

_IPPROTO_TCP = 6
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 0x1
_NLM_F_DUMP = 0x300
_NLM_F_DUMP_INTR = 0x10

_NLMSG_NOOP = 1
_NLMSG_ERROR = 2
_NLMSG_DONE = 3

_HEADER = struct.Struct('=IHHII')
_STATUS = struct.Struct('=i')
_REQUEST = struct.Struct('=IHHIIBBBBI48x')
_ATTRIBUTE = struct.Struct('=HH')
_ATTRIBUTE_TYPE = 0x3fff
_PORT = struct.Struct('>H')
_QUEUES = struct.Struct('=II')
_NUMBER = struct.Struct('=I')
# struct tcp_info: when data was last sent, (an ACK, always 0,) data received and an ACK received, in milliseconds before now.
_LAST = struct.Struct('=44xI4xII')
_INET_DIAG_INFO = 2

# Offsets from the start of a message: nlmsghdr is 16 bytes, inet_diag_msg 72.
_STATE = 17
_TIMER = 18
_SPORT = 20
_DPORT = 22
_SRC = 24
_DST = 40
_RQUEUE = 72
_INODE = 84
_ATTRIBUTES = 88

# Length, type, flags and sequence: what must be equal all along a run. The port id after them is not needed.
_RUN_HEADER = 12
# Headers that are compared one by one before columns pay off.
_PATIENCE = 8

# Memory is compared by words of four bytes where Python can; a datagram holds fewer messages than this.
_HAS_WORDS = hasattr(memoryview, 'cast')
_MOST = 1024

_LISTEN_BYTE = struct.pack('B', tcp_state.LISTEN)
_BYTES = [struct.pack('B', number) for number in range(256)]
# Turn a column of states into a column of truths for itertools.compress.
_IN_TIME_WAIT = bytes(bytearray(number == tcp_state.TIME_WAIT for number in range(256)))
_ELSEWHERE = bytes(bytearray(number not in (tcp_state.TIME_WAIT, tcp_state.LISTEN) for number in range(256)))
_ESTABLISHED_BYTE = _BYTES[tcp_state.ESTABLISHED]
_TIME_WAIT_BYTE = _BYTES[tcp_state.TIME_WAIT]

# One listening socket: packed address, port, connections waiting and their limit (None when unknown).
Listener = collections.namedtuple('Listener', 'address port queued backlog')
# One socket looked at closely: packed addresses; the kind of its timer; inode 0 when no process holds it.
Sighting = collections.namedtuple('Sighting', 'state local_address local_port remote_address remote_port timer inode')
# Seconds since data was sent, data was received and an acknowledgement was received.
Quiet = collections.namedtuple('Quiet', 'data_sent data_received ack_received')


def build_request(family, states_mask, sequence, with_info=False):
    """Build the 72-byte request that dumps the TCP sockets of one family in the given states, with their tcp_info when asked."""
    return _REQUEST.pack(
        _REQUEST.size, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST | _NLM_F_DUMP, sequence, 0,
        family, _IPPROTO_TCP, 1 << _INET_DIAG_INFO - 1 if with_info else 0, 0, states_mask)


class Dump(object):
    """Walk the datagrams of one dump and hand every run of equal messages to ``visit(data, start, stride, count)``."""

    def __init__(self, sequence, visit, kind=_SOCK_DIAG_BY_FAMILY):
        self._sequence = sequence
        self._visit = visit
        self._kind = kind
        self._strides = {}
        self._long = set()
        self._repeated = {}
        self.done = False

    def feed(self, data, length):
        """Walk the first ``length`` bytes of ``data`` (bytearray); return True when the dump has ended as it should.

        Raises SourceUnavailable when the kernel refuses, IncompleteDump when the counts cannot be trusted.
        """
        position = 0
        while position < length:
            if self.done:
                raise _incomplete('%d bytes follow the end of the dump' % (length - position))
            size, kind = self._header(data, position, length)
            if kind == self._kind:
                position += self._run(data, position, length, size)
            else:
                self._control(kind, data, position, size)
                position += _align(size)
        return self.done

    def finish(self):
        """Raise IncompleteDump unless the kernel said that the dump is complete."""
        if not self.done:
            raise _incomplete('it stopped before the kernel said that it was complete')

    def _header(self, data, position, length):
        """Check one netlink header; return its length and type."""
        rest = length - position
        if rest < _HEADER.size:
            raise _incomplete('%d bytes are left, too few for a header' % rest)
        size, kind, flags, sequence, dummy = _HEADER.unpack_from(data, position)
        if not _HEADER.size <= size <= rest:
            raise _incomplete('a message claims %d bytes where %d are left' % (size, rest))
        if sequence != self._sequence:
            raise _incomplete('a message answers request %d, not %d' % (sequence, self._sequence))
        if flags & _NLM_F_DUMP_INTR:
            raise _incomplete('the kernel says that it was interrupted')
        return size, kind

    def _run(self, data, position, length, size):
        """Visit the run that starts here; return its bytes."""
        stride = self._strides.get(size)
        if stride is None:
            _check_attributes(data, position, size)
            stride = self._strides[size] = _align(size)
        header = data[position:position + _RUN_HEADER]
        if data[position + stride:position + stride + _RUN_HEADER] != header:
            count = 1
        else:
            count = self._run_length(data, position, stride, 1 + (length - position - size) // stride, header)
        self._visit(data, position, stride, count)
        return stride * count

    def _run_length(self, data, start, stride, limit, header):
        """Count the messages from ``start`` on whose headers equal the first one's, at most ``limit``."""
        count = 1
        # Where the last run of this length was a long one, this one is expected to be.
        if stride not in self._long:
            count = _few_equal(data, start, stride, min(limit, _PATIENCE), header)
            if count < _PATIENCE:
                return count
        count += self._equal_headers(data, start + count * stride, stride, limit - count, header)
        (self._long.add if count > _PATIENCE else self._long.discard)(stride)
        return count

    def _equal_headers(self, data, start, stride, count, header):
        """Count how many of ``count`` messages in a row have exactly this header."""
        # The length ends most runs, and the rest is nearly always the same.
        count = _equal_bytes(data, start, stride, count, header, 0)
        if self._equal_words(data, start, stride, count, bytes(header)):
            return count
        for offset in range(1, _RUN_HEADER):
            count = _equal_bytes(data, start, stride, count, header, offset)
        return count

    def _equal_words(self, data, start, stride, count, header):
        """Tell whether all have this header, by words of four bytes; False also where Python cannot compare memory by words (before 3.3)."""
        if not _HAS_WORDS or count > _MOST or len(data) & 3:
            return False
        if header not in self._repeated:
            self._repeated[header] = [memoryview(array.array('I', header[at:at + 4] * _MOST)) for at in (0, 4, 8)]
        first, second, third = self._repeated[header]
        words, at, step = memoryview(data).cast('I'), start >> 2, stride >> 2
        end = at + count * step
        return words[at:end:step] == first[:count] and words[at + 1:end:step] == second[:count] and words[at + 2:end:step] == third[:count]

    def _control(self, kind, data, position, size):
        """Act on a message that carries no socket."""
        # One with a body is a socket whose type was damaged.
        if kind == _NLMSG_NOOP and size == _HEADER.size:
            return
        if kind not in (_NLMSG_ERROR, _NLMSG_DONE):
            raise _incomplete('message type %d is not expected' % kind)
        if size < _HEADER.size + _STATUS.size:
            raise _incomplete('message type %d carries no status' % kind)
        status = _STATUS.unpack_from(data, position + _HEADER.size)[0]
        if status:
            raise _refused(status)
        self.done = kind == _NLMSG_DONE


def count_run(table, data, start, stride, count):
    """Add a run's sockets to ``table``, a list of 256 counts indexed by state number."""
    if count < _PATIENCE:
        for position in range(start + _STATE, start + count * stride, stride):
            table[data[position]] += 1
        return
    count_column(table, data[start + _STATE:start + count * stride:stride])


def count_column(table, column):
    """Add a column of states (bytearray) to ``table``, with one pass for each state that occurs."""
    while column:
        state, before = column[0], len(column)
        if column == column[:1] * before:
            table[state] += before
            return
        column = column.translate(None, _BYTES[state])
        table[state] += before - len(column)


def listeners_in_run(family, data, start, stride, count):
    """Yield the Listener of every LISTEN socket in a run.

    For LISTEN the kernel puts the accept queue into rqueue and its limit into wqueue (tcp_diag_get_info).
    """
    column = data[start + _STATE:start + count * stride:stride]
    index = column.find(_LISTEN_BYTE)
    while index >= 0:
        position = start + index * stride
        queued, backlog = _QUEUES.unpack_from(data, position + _RQUEUE)
        address = bytes(data[position + _SRC:position + _SRC + _ADDRESS_BYTES[family]])
        yield Listener(address, _PORT.unpack_from(data, position + _SPORT)[0], queued, backlog)
        index = column.find(_LISTEN_BYTE, index + 1)


def timers_in_run(data, start, stride, count):
    """Yield (state, timer) of every socket in a run that has an ESTABLISHED one; timer 2 is that of SO_KEEPALIVE, 0 is none (sock_diag(7))."""
    end = start + count * stride
    states = data[start + _STATE:end:stride]
    return zip(states, data[start + _TIMER:end:stride]) if _ESTABLISHED_BYTE in states else ()


def time_wait_ports_in_run(data, start, stride, count):
    """Yield the local port of every socket in TIME_WAIT, as (high byte, low byte)."""
    end = start + count * stride
    states = data[start + _STATE:end:stride]
    waiting = states.count(_TIME_WAIT_BYTE)
    if not waiting:
        return ()
    ports = zip(data[start + _SPORT:end:stride], data[start + _SPORT + 1:end:stride])
    return ports if waiting == count else itertools.compress(ports, states.translate(_IN_TIME_WAIT))


def connections_in_run(data, start, stride, count):
    """Yield (local port, connection key) of every socket in a run that is not in LISTEN.

    The key is 34 bytes: remote port, local address, remote address, as the kernel sent them (IPv4 in the first 4 of 16 bytes).
    """
    end = start + count * stride
    columns = zip(data[start + _STATE:end:stride], data[start + _SPORT:end:stride], data[start + _SPORT + 1:end:stride])
    position = start + _DPORT
    for state, high, low in columns:
        if state != tcp_state.LISTEN:
            yield high << 8 | low, bytes(data[position:position + 34])
        position += stride


def sightings_in_run(family, data, start, stride, count, state):
    """Yield the Sighting of every socket of one state in a run; the others cost nothing."""
    column = data[start + _STATE:start + count * stride:stride]
    index = column.find(_BYTES[state])
    while index >= 0:
        yield _sighting(family, data, start + index * stride)
        index = column.find(_BYTES[state], index + 1)


def count_local_ports(waiting, elsewhere, data, start, stride, count):
    """Add a run's local ports to two Counters: of sockets in TIME_WAIT, and of those in any other state but LISTEN."""
    end = start + count * stride
    both = bytearray(2 * count)
    both[0::2] = data[start + _SPORT:end:stride]
    both[1::2] = data[start + _SPORT + 1:end:stride]
    ports = struct.unpack('>%dH' % count, bytes(both))
    states = data[start + _STATE:end:stride]
    for counter, chosen in ((waiting, _IN_TIME_WAIT), (elsewhere, _ELSEWHERE)):
        selected = states.translate(chosen)
        if any(selected):
            counter.update(itertools.compress(ports, selected))


def quiet_in_run(family, data, start, stride, count):
    """Yield (Sighting, Quiet) of every socket in a run that carries a tcp_info (asked for with ``with_info``)."""
    for position in range(start, start + count * stride, stride):
        info = _attribute(data, position + _ATTRIBUTES, position + stride, _INET_DIAG_INFO)
        if info is not None:
            yield _sighting(family, data, position), Quiet(*[number / 1000.0 for number in _LAST.unpack_from(data, info)])


def _attribute(data, position, end, wanted):
    """Return where the content of an attribute starts, None when the message has none that is long enough."""
    while end - position >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data, position)
        if length < _ATTRIBUTE.size:
            break
        if kind & _ATTRIBUTE_TYPE == wanted:
            return position + _ATTRIBUTE.size if length >= _ATTRIBUTE.size + _LAST.size else None
        position += _align(length)
    return None


def _sighting(family, data, position):
    size = _ADDRESS_BYTES[family]
    return Sighting(
        data[position + _STATE],
        bytes(data[position + _SRC:position + _SRC + size]), _PORT.unpack_from(data, position + _SPORT)[0],
        bytes(data[position + _DST:position + _DST + size]), _PORT.unpack_from(data, position + _DPORT)[0],
        data[position + _TIMER], _NUMBER.unpack_from(data, position + _INODE)[0])


def _few_equal(data, start, stride, limit, header):
    """Count the messages from ``start`` on that have this header, one by one, at most ``limit``."""
    count = 1
    while count < limit and data[start + count * stride:start + count * stride + _RUN_HEADER] == header:
        count += 1
    return count


def _equal_bytes(data, start, stride, count, header, offset):
    """Count how many of ``count`` messages in a row have the byte at ``offset`` of this header."""
    column, byte = data[start + offset:start + count * stride:stride], header[offset:offset + 1]
    # Nearly always all are equal, which memcmp() says ten times faster than a search for the first that is not.
    return count if column == byte * count else count - len(column.lstrip(byte))


def _check_attributes(data, position, size):
    """Refuse a message whose attributes do not tile it exactly, as when a wrong length swallows its neighbour."""
    offset = position + _ATTRIBUTES
    end = position + size
    if offset > end:
        raise _incomplete('a socket of %d bytes is shorter than %d' % (size, _ATTRIBUTES))
    while offset < end:
        length, kind = _ATTRIBUTE.unpack_from(data, offset) if end - offset >= _ATTRIBUTE.size else (0, 0)
        if length < _ATTRIBUTE.size or not kind & _ATTRIBUTE_TYPE or offset + length > end:
            raise _incomplete('a socket of %d bytes has no sound attribute at byte %d' % (size, offset - position))
        offset += _align(length)


def _align(size):
    return (size + 3) & ~3


def _incomplete(why):
    return errors.IncompleteDump('netlink sock_diag: the dump is not complete: %s; read /proc/net/tcp instead or ask again' % why)


def _refused(status):
    number = abs(status)
    name = errno.errorcode.get(number, 'errno %d' % number)
    hint = ' (protocol handler missing: this kernel has no inet_diag or tcp_diag)' if number == errno.ENOENT else ''
    return errors.SourceUnavailable('netlink sock_diag: the kernel answered %s%s; read /proc/net/tcp instead' % (name, hint))
