# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gather the evidence about network address translation that this network namespace shows, and say what could not be read."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import errno
import functools
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import (
    errors, inet_diag, nat, nat_evidence, nf_netlink, netlink, proc_net, rt_netlink, tcp_state, xt_table)
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import visiting

# procfs: ProcFs; diag: SockDiag; netfilter and route: Netlink; xtables: XTables; files: HostFiles; pause(seconds) waits.
Ports = namedtuple('Ports', 'procfs diag netfilter route xtables files pause')

# More conntrack entries than this are not looked at: a router has a million, and one that is translated is enough.
MOST_FLOWS = 20000
_SEQUENCE = 1
_ATTEMPTS = 3
_XTABLES = (('ip', 'net/ip_tables_names'), ('ip6', 'net/ip6_tables_names'))
_FORWARDING = ('sys/net/ipv4/ip_forward', 'sys/net/ipv6/conf/all/forwarding')
_CONNTRACK_SIGNS = ('sys/net/netfilter/nf_conntrack_count', 'net/stat/nf_conntrack', 'net/nf_conntrack')
_STATES = tcp_state.mask_of(['LISTEN', 'ESTABLISHED'])
_ESTABLISHED = 1 + tcp_state.STATE_NAMES.index('ESTABLISHED')
_FAMILIES = ((inet_diag.AF_INET, 4, 'net/tcp'), (inet_diag.AF_INET6, 16, 'net/tcp6'))
# What a kernel without nf_tables answers (nfnetlink_rcv_msg), and one without netlink for netfilter.
_NOT_THERE = (errno.EINVAL, errno.EOPNOTSUPP, errno.EPROTONOSUPPORT)


def read_verdicts(wish, open_world, ports):
    """Return {verdicts, evidence, unread} and, with ``wish['netns']``, netns about the namespace that was read.

    ``wish``: nat (what is declared of the clients' NAT), interval, netns, each may be left out. ``open_world()`` gives a NetNamespaces.
    Raises InvalidInput, or what
    namespaces.visited raises.
    """
    if (wish.get('interval') or 0) < 0:
        raise errors.InvalidInput('interval: %d is negative; give how many seconds to wait between two reads, or 0' % wish['interval'])
    with visiting.visited(wish.get('netns'), open_world) as about:
        facts = read_nat(wish, ports)
    return dict(facts, verdicts=nat.verdicts(facts['evidence'], wish.get('nat') or nat.UNKNOWN), **about)


def read_nat(wish, ports):
    """Return {evidence, unread}: rows as core.nat says, and [{source, reason}] of what refused to be read.

    ``wish``: interval (seconds between two reads of the counters; 0 or none reads once), source (auto, netlink or proc, of the sockets).
    Nothing is raised for a source that refuses: it is named in ``unread``, and never counted as absence.
    """
    reading = _Reading()
    before = reading.attempt('counters', _counters, ports) if wish.get('interval') else None
    forwarding = reading.attempt('forwarding', _forwarding, ports)
    links = reading.attempt('interfaces', _dump, ports.route, 'links', rt_netlink.links_request, rt_netlink.parse_link) or []
    addresses = reading.attempt('addresses', _dump, ports.route, 'addresses', rt_netlink.addresses_request, rt_netlink.parse_address) or []
    reading.add(nat_evidence.of_network(links, addresses, forwarding))
    _read_rules(reading, ports, forwarding)
    flows = reading.attempt('conntrack', _flows, ports, set(one.packed for one in addresses), reading.unread)
    reading.add(flows.rows() if flows else [])
    ipvs = reading.attempt('ipvs', ports.procfs.read, 'net/ip_vs')
    reading.add(nat_evidence.of_ipvs(ipvs) if ipvs else [])
    connections = reading.attempt('sockets', _connections, ports, wish.get('source'))
    reading.add(nat_evidence.of_connections(connections) if connections else [])
    if before:
        ports.pause(wish['interval'])
    after = reading.attempt('counters', _counters, ports)
    reading.add(nat_evidence.of_counters(before, after, wish.get('interval') or 0))
    return {'evidence': reading.evidence, 'unread': reading.unread}


class _Reading(object):
    """Collect the evidence, and the sources that refused."""

    def __init__(self):
        self.evidence, self.unread = [], []

    def add(self, rows):
        self.evidence.extend(rows)

    def attempt(self, source, read, *arguments):
        """Return what ``read`` gives, None when it refuses; a source is named once."""
        try:
            return read(*arguments)
        except (errors.SourceUnavailable, errors.ParseError) as exc:
            if source not in [row['source'] for row in self.unread]:
                self.unread.append({'source': source, 'reason': exc.message})
        return None


def _read_rules(reading, ports, forwarding):
    """Read what translates, by nf_tables and by legacy iptables, which may stand side by side."""
    translations, chains = [], []
    found = reading.attempt('nf_tables', _nf_tables, ports)
    tables = [found] if found else []
    for family, names in _XTABLES:
        found = reading.attempt(family + '_tables', _legacy_nat, ports, family, names)
        tables.extend([found] if found else [])
    for more_translations, more_chains in tables:
        translations.extend(more_translations)
        chains.extend(more_chains)
    reading.add(nat_evidence.of_rules(translations, forwarding))
    reading.add(nat_evidence.of_chains(chains))


def _nf_tables(ports):
    """Return (translations, chains) of nf_tables; None on a kernel that has none, or has not loaded it."""
    if _is_not_loaded('nf_tables', ports.files):
        return None
    try:
        chains = _dump(ports.netfilter, 'nf_tables', nf_netlink.chains_request, nf_netlink.parse_chain)
        rules = _dump(ports.netfilter, 'nf_tables', nf_netlink.rules_request, nf_netlink.parse_rule)
    except errors.SourceUnavailable as exc:
        if exc.details.get('errno') in _NOT_THERE:
            return None
        raise
    return (
        [nat_evidence.Translation('nf_tables', ' '.join((rule.family, rule.table, rule.chain)), rule.translation, rule.packets) for rule in rules],
        [nat_evidence.Chain('nf_tables', chain.table, chain.name) for chain in chains])


def _is_not_loaded(module, files):
    """Tell whether a module is known not to be there: to ask it a question would load it, and reading shall change nothing."""
    modules, release = _quiet(files, '/proc/modules'), _quiet(files, '/proc/sys/kernel/osrelease')
    builtin = release and _quiet(files, '/lib/modules/%s/modules.builtin' % release.decode('ascii', 'replace').strip())
    if not modules or not builtin or files.module_loaded(module):
        return False
    return ('/%s.ko' % module).encode('ascii') not in builtin


def _quiet(files, path):
    try:
        return files.read(path)
    except errors.SourceUnavailable:
        return None


def _legacy_nat(ports, family, names):
    """Return (translations, chains) of a legacy nat table; None where there is none. Asked for another table, the kernel would make it."""
    text = ports.procfs.read(names)
    if text is None or b'nat' not in text.split():
        return None
    info = xt_table.parse_info(ports.xtables.ask(family, xt_table.GET_INFO, xt_table.info_request('nat')))
    answer = ports.xtables.ask(family, xt_table.GET_ENTRIES, xt_table.entries_request('nat', info))
    entries, backend = xt_table.parse_entries(answer, info, family), family + '_tables'
    return (
        [nat_evidence.Translation(backend, 'nat ' + entry.chain, nf_netlink.TARGETS[entry.target], entry.packets)
         for entry in entries if entry.target in nf_netlink.TARGETS],
        [nat_evidence.Chain(backend, 'nat', name) for name in sorted(set(entry.chain for entry in entries))])


def _dump(port, about, request, parse):
    """Return what ``parse`` makes of each message of a dump; one that changed while it was read is read again."""
    for attempt in range(_ATTEMPTS):
        found = []
        try:
            _walk(port, about, request(_SEQUENCE), functools.partial(_keep, found, parse))
        except errors.IncompleteDump:
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            break
    return found


def _keep(found, parse, kind, body):
    one = parse(kind, body)
    if one is not None:
        found.append(one)


def _walk(port, about, request, visit):
    dump = netlink.Dump('netlink %s' % about, _SEQUENCE, visit)
    with contextlib.closing(port.dump(request)) as datagrams:
        for data, length in datagrams:
            if dump.feed(data, length):
                break
    dump.finish()


def _flows(ports, own, unread):
    """Return the Flows of conntrack, None where nothing is tracked. /proc comes first: netlink would load a module for its answer."""
    if not any(ports.procfs.exists(sign) for sign in _CONNTRACK_SIGNS):
        return None
    flows = nat_evidence.Flows(own)
    if not _flows_from_proc(ports.procfs, flows):
        try:
            _walk(ports.netfilter, 'conntrack', nf_netlink.conntrack_request(_SEQUENCE),
                  lambda kind, body: _enough(flows, nf_netlink.parse_flow(kind, body)))
        except errors.SourceUnavailable as exc:
            if exc.details.get('errno') not in _NOT_THERE:
                raise
            raise errors.SourceUnavailable('conntrack is at work, and this kernel lists its entries neither in /proc nor by netlink')
    if flows.looked_at >= MOST_FLOWS and not flows.rows():
        unread.append({'source': 'conntrack', 'reason': 'only the first %d entries were looked at' % MOST_FLOWS})
    return flows


def _flows_from_proc(procfs, flows):
    try:
        lines = procfs.lines('net/nf_conntrack')
    except errors.SourceUnavailable:
        return False
    if lines is None:
        return False
    with contextlib.closing(lines):
        for line in lines:
            if _enough(flows, nf_netlink.parse_flow_line(line)):
                break
    return True


def _enough(flows, flow):
    if flow is not None:
        flows.add(flow, *nf_netlink.translated(flow))
    return flows.looked_at >= MOST_FLOWS


def _forwarding(ports):
    """Tell whether this namespace forwards; None where no key says so."""
    values = [value.strip() for value in (ports.procfs.read(path) for path in _FORWARDING) if value is not None]
    return any(value not in (b'', b'0') for value in values) if values else None


def _counters(ports):
    text = ports.procfs.read('net/netstat')
    return None if text is None else proc_net.parse_named_counters(text, 'TcpExt')


def _connections(ports, source):
    connections = nat_evidence.Connections()
    if source != 'proc':
        try:
            _connections_from_netlink(ports, connections)
            return connections
        except errors.SourceUnavailable:
            if source == 'netlink':
                raise
            connections = nat_evidence.Connections()
    _connections_from_proc(ports.procfs, connections)
    return connections


def _connections_from_netlink(ports, connections):
    for sequence, (family, size, _path) in enumerate(_FAMILIES, 1):
        dump = inet_diag.Dump(sequence, functools.partial(_visit_run, connections, family, size))
        with contextlib.closing(ports.diag.dump(inet_diag.build_request(family, _STATES, sequence))) as datagrams:
            for data, length in datagrams:
                if dump.feed(data, length):
                    break
        dump.finish()


def _visit_run(connections, family, size, data, start, stride, count):
    connections.listening.update(one.port for one in inet_diag.listeners_in_run(family, data, start, stride, count))
    for port, key in inet_diag.connections_in_run(data, start, stride, count):
        connections.add(port, key[2:2 + size], key[18:18 + size])


def _connections_from_proc(procfs, connections):
    for _family, _size, path in _FAMILIES:
        lines = procfs.lines(path)
        for entry in proc_net.parse_sockets(lines, '/proc/' + path) if lines is not None else ():
            if entry.state == tcp_state.LISTEN:
                connections.listening.add(entry.local_port)
            elif entry.state == _ESTABLISHED:
                connections.add(entry.local_port, entry.local_address, entry.remote_address)
