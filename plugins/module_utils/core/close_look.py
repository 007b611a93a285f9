# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what the sockets of the states that pile up have in common: ports, destinations, owners or none, how long they have been quiet.

Counting needs no socket by itself; this does, so only those of the states in CLOSELY are taken apart, and at most MOST of each.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import collections
import heapq

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import address, inet_diag, tcp_state

CLOSELY = (tcp_state.CLOSE_WAIT, tcp_state.FIN_WAIT2, tcp_state.SYN_SENT, tcp_state.SYN_RECV)
# Sockets of one state and family that are kept; a flood of SYNs must not fill the memory of the host.
MOST = 20000
# Ages are told as how many sockets are at least so many seconds old.
AGE_STEPS = (1, 10, 60, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400)

_NETWORK_BYTES = {4: 3, 16: 8}
_LOOPBACK_6 = b'\0' * 15 + b'\1'


class CloseLook(object):
    """Collect from one pass over one family's sockets."""

    def __init__(self, number, states=CLOSELY):
        self._number = number
        self._seen = dict((state, []) for state in states)
        self.waiting = collections.Counter()
        self.elsewhere = collections.Counter()

    def add_run(self, data, start, stride, count):
        """Take a run of netlink messages."""
        inet_diag.count_local_ports(self.waiting, self.elsewhere, data, start, stride, count)
        for state, seen in self._seen.items():
            for sighting in inet_diag.sightings_in_run(self._number, data, start, stride, count, state):
                if len(seen) >= MOST:
                    break
                seen.append(sighting)

    def add_socket(self, entry):
        """Take one line of /proc/net/tcp."""
        if entry.state != tcp_state.LISTEN:
            counter = self.waiting if entry.state == tcp_state.TIME_WAIT else self.elsewhere
            counter[entry.local_port] += 1
        seen = self._seen.get(entry.state)
        if seen is not None and len(seen) < MOST:
            seen.append(inet_diag.Sighting(
                entry.state, entry.local_address, entry.local_port, entry.remote_address, entry.remote_port, entry.timer, entry.inode))

    def seen(self, state):
        """Return the Sightings of one state."""
        return self._seen[state]


def groups(looks, listening, top):
    """Return the ``groups`` facts (docs/architecture.md, 3.4).

    ``looks`` maps the names of families to CloseLooks, ``listening`` holds (family, port) pairs; ``top`` bounds every list.
    """
    seen = dict((state, [one for look in looks.values() for one in look.seen(state)]) for state in CLOSELY)
    served_ports = set(port for _family, port in listening)
    closing, connecting = seen[tcp_state.CLOSE_WAIT], seen[tcp_state.SYN_SENT]
    return {
        'served': _served(looks, listening, top),
        'close_wait': {'blocking': _blocked(connecting, closing), 'peers': _peers(closing, served_ports, top)},
        'fin_wait2': _held(seen[tcp_state.FIN_WAIT2]),
        'syn_recv': {'peers': len(_remotes(seen[tcp_state.SYN_RECV])), 'networks': len(_networks(seen[tcp_state.SYN_RECV]))},
        'syn_sent': _peers(connecting, (), top),
    }


def identity(sighting):
    """Return what makes a socket the same one in two samples."""
    return sighting[1:5] + (sighting.inode,)


def is_local(sighting):
    """Tell whether both ends of a connection are on this host."""
    local, remote = address.unmapped(sighting.local_address), address.unmapped(sighting.remote_address)
    return local == remote or remote == _LOOPBACK_6 or (len(remote) == 4 and remote.startswith(b'\x7f'))


def ages(seconds):
    """Return {sockets, longest_seconds, at_least: {"60": how many}} of a list of ages; steps that none reaches are left out."""
    counts = dict((step, sum(1 for age in seconds if age >= step)) for step in AGE_STEPS)
    found = {'sockets': len(seconds), 'at_least': dict((str(step), count) for step, count in counts.items() if count)}
    if seconds:
        found['longest_seconds'] = int(max(seconds))
    return found


def _served(looks, listening, top):
    rows = [
        {'port': port, 'family': name, 'connections': looks[name].elsewhere[port], 'time_wait': looks[name].waiting[port]}
        for name, port in sorted(listening) if name in looks]
    used = [row for row in rows if row['connections'] or row['time_wait']]
    return heapq.nsmallest(top, used, key=lambda row: (-row['connections'] - row['time_wait'], row['port'], row['family']))


def _held(sightings):
    held = sum(1 for one in sightings if one.inode)
    return {'held': held, 'orphaned': len(sightings) - held}


def _blocked(connecting, closing):
    """Count connections being made from this host whose other end still is one that was never closed (RFC 9293, 3.5.1)."""
    ends = set((one.remote_address, one.remote_port, one.local_address, one.local_port) for one in map(_plain, closing))
    return sum(1 for one in map(_plain, connecting) if (one.local_address, one.local_port, one.remote_address, one.remote_port) in ends)


def _plain(sighting):
    return sighting._replace(local_address=address.unmapped(sighting.local_address), remote_address=address.unmapped(sighting.remote_address))


def _peers(sightings, served_ports, top):
    """List the remote addresses that most sockets share, with the port of whoever serves: {address, port, side, count}."""
    counted = collections.Counter()
    for one in sightings:
        serves = one.local_port in served_ports
        counted[(address.unmapped(one.remote_address), one.local_port if serves else one.remote_port, serves)] += 1
    ranked = heapq.nsmallest(top, ((-count,) + key for key, count in counted.items()))
    return [
        {'address': address.text_of(remote), 'port': port, 'side': 'server' if serves else 'client', 'count': -count}
        for count, remote, port, serves in ranked]


def _remotes(sightings):
    return set(address.unmapped(one.remote_address) for one in sightings)


def _networks(sightings):
    return set(remote[:_NETWORK_BYTES[len(remote)]] for remote in _remotes(sightings))
