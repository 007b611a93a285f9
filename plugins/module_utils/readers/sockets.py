# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the facts about TCP sockets together, from netlink where it answers and from /proc/net where it does not."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import collections

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import (
    address, close_look, ephemeral, errors, inet_diag, proc_net, tcp_state)
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counters, counting

FAMILIES, SOURCES, DETAILS = counting.FAMILIES, counting.SOURCES, counting.DETAILS

# States that a detail is made of, whatever was asked to be counted.
_STATES_OF_DETAIL = {
    'listeners': (tcp_state.LISTEN,),
    'keepalive': (tcp_state.ESTABLISHED,),
    'time_wait': (tcp_state.LISTEN, tcp_state.TIME_WAIT),
}
# Timers of an ESTABLISHED socket, as sock_diag and /proc/net/tcp number them; any other hides whether SO_KEEPALIVE is set.
_NO_TIMER, _KEEPALIVE_TIMER = 0, 2
_ADDRESS_BYTES = {'ipv4': 4, 'ipv6': 16}
_RANGE_FILE = 'sys/net/ipv4/ip_local_port_range'
_RESERVED_FILE = 'sys/net/ipv4/ip_local_reserved_ports'


def read_sockets(options, procfs, diag):
    """Read the TCP sockets of this network namespace: (facts, warnings).

    ``options``: families, states (None or empty: all), source, details, top, time_wait_from; every one may be left out. ``facts`` holds ``sockets``
    and those of DETAILS that were asked for (docs/architecture.md, 3.4). One pass over each family's
    sockets gives everything. Raises InvalidInput, SourceUnavailable or ParseError.
    """
    found = counting.count(options, procfs, diag)
    if found:
        return _with_counters({'sockets': found[0]}, options, procfs), found[1]
    wish = _Wish(options)
    warnings = []
    ports = _port_range(procfs, warnings) if 'ephemeral' in wish.details else None
    source, gathered = _gather(wish, ports, procfs, diag, warnings)
    facts = {'sockets': _count(source, gathered, wish.states_mask)}
    if 'listeners' in wish.details:
        facts['listeners'] = _listeners(gathered)
    if ports:
        facts['ephemeral'] = _ephemeral(ports, gathered, wish.top)
    if 'groups' in wish.details:
        listening = set((family.name, listener.port) for family in gathered for listener in family.listeners)
        facts['groups'] = close_look.groups(dict((family.name, family.look) for family in gathered), listening, wish.top)
    if 'keepalive' in wish.details:
        facts['keepalive'] = _keepalive(gathered)
    if 'time_wait' in wish.details:
        facts['time_wait'] = _time_wait(gathered)
    return _with_counters(facts, options, procfs), warnings


def _with_counters(facts, options, procfs):
    if 'counters' in (options.get('details') or ()):
        facts['counters'] = counters.read_counters(procfs)
    return facts


def look_closely(states, options, procfs, diag):
    """Return the Sightings of the sockets in some of close_look.CLOSELY (names), of the families and from the source that ``options`` say."""
    return _closely(_Wish(dict(options, states=states, details=[])), states, procfs, diag)[1]


def count_and_look(states, options, procfs, diag):
    """Return the ``sockets`` facts over all states and what look_closely returns, both from one pass."""
    return _closely(_Wish(dict(options, states=None, details=[])), states, procfs, diag)


def _closely(wish, states, procfs, diag):
    wish.closely = True
    source, gathered = _gather(wish, None, procfs, diag, [])
    numbers = [number for number in close_look.CLOSELY if tcp_state.mask_of(states) >> number & 1]
    seen = [sighting for family in gathered for number in numbers for sighting in family.look.seen(number)]
    return _count(source, gathered, wish.states_mask), seen


class _Wish(object):
    """What was asked for, checked."""

    def __init__(self, options):
        self.families = counting.known('families', options.get('families') or FAMILIES, FAMILIES)
        self.source = counting.known('source', [options.get('source') or 'auto'], SOURCES)[0]
        self.details = counting.known('details', options.get('details') or (), DETAILS)
        self.states_mask = tcp_state.mask_of(options.get('states') or tcp_state.STATE_NAMES)
        self.closely = 'groups' in self.details
        self.top = options['top'] if options.get('top') is not None else 10

    @property
    def dump_mask(self):
        """Give the states to ask the kernel for: the listeners and the ports in use need more than was asked to be counted."""
        if 'ephemeral' in self.details or 'groups' in self.details:
            return tcp_state.ALL_STATES
        return self.states_mask | sum(1 << state for state in set(
            state for detail in self.details for state in _STATES_OF_DETAIL.get(detail, ())))


class _Family(object):
    """What one pass over one family's sockets gave."""

    def __init__(self, name, wish, ports):
        self.name = name
        self.table = [0] * 256
        self.listeners = []
        self.port_use = ephemeral.PortUse(ports) if ports else None
        self.look = close_look.CloseLook(counting.NUMBERS[name]) if wish.closely else None
        self.timers = collections.Counter() if 'keepalive' in wish.details else None
        self.waiting = collections.Counter() if 'time_wait' in wish.details else None
        self._keep_listeners = bool(ports) or bool(set(['groups', 'listeners', 'time_wait']).intersection(wish.details))

    def visit_run(self, data, start, stride, count):
        """Take a run of netlink messages."""
        inet_diag.count_run(self.table, data, start, stride, count)
        if self._keep_listeners:
            for listener in inet_diag.listeners_in_run(counting.NUMBERS[self.name], data, start, stride, count):
                self._keep(listener)
        if self.port_use:
            self.port_use.add(inet_diag.connections_in_run(data, start, stride, count))
        if self.look:
            self.look.add_run(data, start, stride, count)
        if self.timers is not None:
            self.timers.update(inet_diag.timers_in_run(data, start, stride, count))
        if self.waiting is not None:
            self.waiting.update(inet_diag.time_wait_ports_in_run(data, start, stride, count))

    def visit_socket(self, entry):
        """Take one line of /proc/net/tcp, which does not say how long an accept queue may become."""
        self.table[entry.state] += 1
        if self.look:
            self.look.add_socket(entry)
        if self.timers is not None:
            self.timers[entry.state, entry.timer] += 1
        if self.waiting is not None and entry.state == tcp_state.TIME_WAIT:
            self.waiting[divmod(entry.local_port, 256)] += 1
        if entry.state == tcp_state.LISTEN:
            if self._keep_listeners:
                self._keep(inet_diag.Listener(entry.local_address, entry.local_port, entry.rx_queue, None))
        elif self.port_use:
            key = ephemeral.connection_key(entry.local_address, entry.remote_address, entry.remote_port)
            self.port_use.add([(entry.local_port, key)])

    def _keep(self, listener):
        self.listeners.append(listener)
        if self.port_use:
            self.port_use.add_listener(listener.port)


def _gather(wish, ports, procfs, diag, warnings):
    """Read every family from one source, so that the counts belong together."""
    names = counting.present_families(wish.families, procfs, warnings)
    if wish.source == 'proc':
        return 'proc', _from_proc(names, wish, ports, procfs)
    try:
        return 'netlink', _from_netlink(names, wish, ports, diag)
    except errors.SourceUnavailable as exc:
        if wish.source == 'netlink':
            raise
        warnings.append('All sockets were read from /proc/net/tcp, which is slower: %s' % exc.message)
    return 'proc', _from_proc(names, wish, ports, procfs)


def _from_netlink(names, wish, ports, diag):
    gathered = []
    for sequence, name in enumerate(names, 1):
        family = _Family(name, wish, ports)
        dump = inet_diag.Dump(sequence, family.visit_run)
        request = inet_diag.build_request(counting.NUMBERS[name], wish.dump_mask, sequence)
        counting.receive(dump, request, diag)
        gathered.append(family)
    return gathered


def _from_proc(names, wish, ports, procfs):
    gathered = []
    for name in names:
        family = _Family(name, wish, ports)
        lines = procfs.lines(counting.TABLE_FILES[name])
        if lines is None:
            raise errors.SourceUnavailable('/proc/%s is missing: /proc is not mounted here, or not wholly' % counting.TABLE_FILES[name])
        for entry in proc_net.parse_sockets(lines, '/proc/' + counting.TABLE_FILES[name]):
            family.visit_socket(entry)
        gathered.append(family)
    return gathered


def _count(source, gathered, mask):
    return counting.facts_of(source, dict((family.name, family.table) for family in gathered), mask)


def _listeners(gathered):
    rows = []
    for family in gathered:
        for listener in family.listeners:
            row = {
                'address': address.text_of(listener.address), 'port': listener.port,
                'family': family.name, 'queued': listener.queued,
            }
            if listener.backlog is not None:
                row['backlog'] = listener.backlog
            rows.append(row)
    return sorted(rows, key=lambda row: (row['port'], row['family'], row['address']))


def _port_range(procfs, warnings):
    text = procfs.read(_RANGE_FILE)
    if text is None:
        warnings.append('net.ipv4.ip_local_port_range is not shown in this network namespace: nothing is said about ephemeral ports.')
        return None
    reserved = procfs.read(_RESERVED_FILE)
    if reserved is None:
        warnings.append('net.ipv4.ip_local_reserved_ports is not shown in this network namespace: "available" counts reserved ports too.')
    low, high = ephemeral.parse_range(text)
    return ephemeral.PortRange(low, high, None if reserved is None else ephemeral.parse_port_list(reserved))


def _ephemeral(ports, gathered, top):
    facts = dict(ephemeral.capacity(ports), low=ports.low, high=ports.high)
    listening = set(listener.port for family in gathered for listener in family.listeners)
    uses = [use for family in gathered for use in family.port_use.ports_by_destination(_ADDRESS_BYTES[family.name])]
    facts['destinations'] = ephemeral.busiest(uses, listening, facts['available'], top)
    facts['sources'] = ephemeral.pools(uses, listening, top)
    return facts


def _keepalive(gathered):
    """Count the ESTABLISHED sockets: all, with a keepalive timer, and with another timer that hides whether there is one."""
    pairs = [(timer, count) for family in gathered for (state, timer), count in family.timers.items() if state == tcp_state.ESTABLISHED]
    return {
        'established': sum(count for timer, count in pairs),
        'armed': sum(count for timer, count in pairs if timer == _KEEPALIVE_TIMER),
        'hidden': sum(count for timer, count in pairs if timer not in (_NO_TIMER, _KEEPALIVE_TIMER)),
    }


def _time_wait(gathered):
    """Count the sockets in TIME_WAIT on ports that something listens on, and the others; a listener on [::] takes IPv4 clients too."""
    listening = set(divmod(listener.port, 256) for family in gathered for listener in family.listeners)
    counts = [(port, count) for family in gathered for port, count in family.waiting.items()]
    inbound = sum(count for port, count in counts if port in listening)
    return {'inbound': inbound, 'other': sum(count for port, count in counts) - inbound}
