# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse what the kernel prints below /proc/net: tcp, tcp6, sockstat, sockstat6, snmp, netstat (proc(5)).

Parsers take bytes and name what they could not read; a counter that the kernel does not print is absent from the result.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import collections
import re
import struct

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

# One line of /proc/net/tcp: addresses packed in network order, numbers as int; inode 0 when no process holds it.
Socket = collections.namedtuple('Socket', 'state local_address local_port remote_address remote_port rx_queue tx_queue timer inode')

# sl local remote st tx:rx tr:when retransmits uid timeout inode references pointer, then five numbers for full sockets.
_ENDPOINT = br'([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})'
_LINE = re.compile(
    br' *[0-9]+: ' + _ENDPOINT + b' ' + _ENDPOINT + br' ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8}) ([0-9A-F]{2}):[0-9A-F]+ [0-9A-F]{8}'
    br' +[0-9]+ +[0-9]+ ([0-9]+) [0-9]+ \S+[^\n]*\n\Z')


def parse_sockets(lines, path):
    """Yield the Socket of every line after the heading.

    ``lines`` are bytes with their line ends, as they come from the file; ``path`` names it in messages. Raises ParseError for a
    torn or foreign line: skipping it would lose a socket.
    """
    for number, line in enumerate(lines, 1):
        if number == 1:
            _check_heading(line, path)
            continue
        match = _LINE.match(line)
        if not match:
            raise errors.ParseError('%s: line %d is torn or not a socket: %r; read it again' % (path, number, line[:160]))
        local, local_port, remote, remote_port, state, tx_queue, rx_queue, timer, inode = match.groups()
        yield Socket(
            int(state, 16), _packed(local), int(local_port, 16), _packed(remote), int(remote_port, 16),
            int(rx_queue, 16), int(tx_queue, 16), int(timer, 16), int(inode))


def parse_sockstat(text, labels):
    """Parse the lines of sockstat or sockstat6 that carry one of ``labels``: dict label -> dict name -> int."""
    result = {}
    for line in _lines(text):
        label, dummy, rest = line.partition(':')
        if label in labels:
            words = rest.split()
            result[label] = _numbers('sockstat %s' % label, words[0::2], words[1::2])
    return result


def parse_named_counters(text, label):
    """Parse the pair of lines that start with ``label`` in /proc/net/snmp or netstat: dict name -> int, None without them.

    Names and numbers are paired by column of the two lines: kernels insert columns as well as append them.
    """
    rows = [line.split()[1:] for line in _lines(text) if line.startswith(label + ':')]
    if not rows:
        return None
    if len(rows) != 2:
        raise errors.ParseError('%s: expected a line of names and a line of numbers, found %d lines' % (label, len(rows)))
    return _numbers(label, rows[0], rows[1])


def _lines(text):
    """Return the lines; what is not ASCII is no number either, and is told as such."""
    return text.decode('ascii', 'replace').splitlines()


def _check_heading(line, path):
    if not line.startswith(b'  sl  local_address'):
        raise errors.ParseError('%s: the first line is not the heading of a socket table: %r' % (path, line[:80]))


def _packed(text):
    """Turn the kernel's words, printed as numbers in host byte order, into an address in network order."""
    return b''.join(struct.pack('=I', int(text[at:at + 8], 16)) for at in range(0, len(text), 8))


def _numbers(label, names, numbers):
    if len(names) != len(numbers):
        raise errors.ParseError('%s: %d names but %d numbers' % (label, len(names), len(numbers)))
    try:
        return dict(zip(names, [int(number) for number in numbers]))
    except ValueError as exc:
        raise errors.ParseError('%s: a counter is not a number: %s' % (label, exc))
