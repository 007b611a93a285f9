# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work out how many ephemeral ports TCP has and which destinations use them up.

A local port can be used once per (local address, remote address, remote port), so exhaustion is a matter of one destination,
never of the host (__inet_hash_connect in net/ipv4/inet_hashtables.c).
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import array
import collections
import heapq
import struct

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import address, errors

_PORT = struct.Struct('>H')

# ip_local_port_range, both ends inclusive, and the (first, last) pairs of ip_local_reserved_ports, None when hidden.
PortRange = collections.namedtuple('PortRange', 'low high reserved')


def parse_range(text):
    """Parse ip_local_port_range (bytes) into (low, high)."""
    words = text.split()
    if len(words) != 2 or not all(word.isdigit() for word in words):
        raise errors.ParseError('net.ipv4.ip_local_port_range: %r is not two port numbers' % text)
    return int(words[0]), int(words[1])


def parse_port_list(text):
    """Parse ip_local_reserved_ports (bytes such as b"8080,9148-9150\\n", b"\\n" when empty) into (first, last) pairs."""
    pairs = []
    for part in text.strip().split(b','):
        first, dash, last = part.partition(b'-')
        if not part:
            continue
        if not first.isdigit() or (dash and not last.isdigit()):
            raise errors.ParseError('net.ipv4.ip_local_reserved_ports: %r is not a port or a range of ports' % part)
        pairs.append((int(first), int(last if dash else first)))
    return pairs


def capacity(ports):
    """Count the ports: dict of size, available and, where it is known, reserved.

    ``available`` is what connect() can count on. Since Linux 4.2 it walks an even number of ports, so a range of odd size may
    miss its last one (a single port stays one).
    """
    size = max(0, ports.high - ports.low + 1)
    last = ports.high - 1 if size > 1 and size % 2 else ports.high
    counts = {'size': size, 'available': max(0, last - ports.low + 1) - _reserved_between(ports, ports.low, last)}
    if ports.reserved is not None:
        counts['reserved'] = _reserved_between(ports, ports.low, ports.high)
    return counts


class PortUse(object):
    """Collect which local ports are in use towards which destination; two bytes per socket.

    Ports that connect() did not choose are left out: reserved ones, and those of listeners as far as they are known by then.
    The kernel shows listeners first, so that a busy server's connections need no memory here.
    """

    def __init__(self, ports):
        self._low = ports.low
        self._high = ports.high
        self._not_ours = reserved_ports(ports)
        self._ports = {}

    def add_listener(self, port):
        """Leave out what comes later with this local port."""
        self._not_ours.add(port)

    def add(self, connections):
        """Take (local port, connection key) pairs; a key is remote port, local and remote address in 2 + 16 + 16 bytes."""
        low, high, not_ours, ports = self._low, self._high, self._not_ours, self._ports
        for port, key in connections:
            if low <= port <= high and port not in not_ours:
                if key not in ports:
                    ports[key] = array.array(str('H'))
                ports[key].append(port)

    def ports_by_destination(self, address_bytes):
        """Yield (local address, remote address, remote port), local ports; addresses of a mapped pair are given as IPv4."""
        for key, ports in self._ports.items():
            local, remote = key[2:2 + address_bytes], key[18:18 + address_bytes]
            yield (address.unmapped(local), address.unmapped(remote), _PORT.unpack_from(key)[0]), ports


def connection_key(local_address, remote_address, remote_port):
    """Build the key that PortUse takes from packed addresses of 4 or 16 bytes."""
    return _PORT.pack(remote_port) + local_address.ljust(16, b'\0') + remote_address.ljust(16, b'\0')


def busiest(uses, listening, available, top):
    """List the ``top`` destinations that hold most ephemeral ports.

    ``uses`` yields ((local, remote, remote port), local ports); the same destination may come more than once. Ports in
    ``listening`` were not chosen by connect() and do not count.
    """
    used = collections.defaultdict(set)
    for destination, ports in uses:
        chosen = set(ports).difference(listening)
        if chosen:
            used[destination].update(chosen)
    ranked = heapq.nsmallest(top, ((-len(ports), destination) for destination, ports in used.items()))
    return [_destination(destination, -negative, available) for negative, destination in ranked]


def pools(uses, listening, top):
    """List the ``top`` local addresses that hold most ephemeral ports: {source, destinations, connections, ports}.

    ``uses`` and ``listening`` are those of ``busiest``. connect() gives one port to many destinations, so ``connections`` is above
    ``ports`` where it chose them; bind() before connect() takes a port for all destinations at once, and the two are equal.
    """
    found = collections.defaultdict(lambda: [set(), 0, set()])
    for (source, remote, port), numbers in uses:
        chosen = set(numbers).difference(listening)
        if chosen:
            pool = found[source]
            pool[0].update(chosen)
            pool[1] += len(chosen)
            pool[2].add((remote, port))
    ranked = heapq.nsmallest(top, ((-len(ports), source, connections, len(others)) for source, (ports, connections, others) in found.items()))
    return [
        {'source': address.text_of(source), 'destinations': others, 'connections': connections, 'ports': -negative}
        for negative, source, connections, others in ranked]


def reserved_ports(ports):
    """Give the set of reserved ports inside the range."""
    return set(
        port for first, last in ports.reserved or ()
        for port in range(max(first, ports.low), min(last, ports.high) + 1))


def _reserved_between(ports, low, high):
    return sum(1 for port in reserved_ports(ports) if low <= port <= high)


def _destination(destination, used, available):
    source, remote, port = destination
    free = max(0, available - used)
    return {
        'source': address.text_of(source),
        'destination': address.text_of(remote),
        'port': port,
        'used': used,
        'headroom_percent': round(100.0 * free / available, 1) if available else 0.0,
    }
