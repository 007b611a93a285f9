# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the TCP sockets by state where nothing else is asked for, and load nothing else for it.

A module is compiled at every run, so what a plain count does not need is imported where it is needed (docs/performance.md).
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, inet_diag, inet_diag_both, tcp_state

FAMILIES = ('ipv4', 'ipv6')
SOURCES = ('auto', 'netlink', 'proc')
# owners, ages and series are readers.watched's.
DETAILS = ('listeners', 'ephemeral', 'counters', 'groups', 'keepalive', 'time_wait', 'owners', 'ages', 'series')
TIME_WAIT_FROM = ('sockets', 'sockstat')
NUMBERS = {'ipv4': inet_diag.AF_INET, 'ipv6': inet_diag.AF_INET6}
TABLE_FILES = {'ipv4': 'net/tcp', 'ipv6': 'net/tcp6'}

# Details that are cut out of the sockets while they are counted, and those of them that need every socket in TIME_WAIT.
_CUT = frozenset(('listeners', 'ephemeral', 'groups', 'keepalive', 'time_wait'))
_WAITING = ('ephemeral', 'groups', 'time_wait')


def read_sockets(options, procfs, diag, more):
    """Read the sockets that socket_info was asked for: (facts, warnings).

    ``more()`` gives (NetNamespaces, ProcessFiles, Clock) and is called only for another namespace, details or samples. Raises
    InvalidInput, SourceUnavailable, ParseError or Stranded.
    """
    if options.get('netns') is None and not options.get('details') and (options.get('samples') or 1) == 1:
        found = count(options, procfs, diag)
        if found:
            return {'sockets': found[0]}, found[1]
    from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespace_facts
    world, processes, clock = more()
    return namespace_facts.read_sockets(options, world, procfs, diag, processes, clock)


def count(options, procfs, diag):
    """Return (the ``sockets`` facts, warnings); None when the details are cut out of the sockets, or when netlink cannot be used.

    ``options``: families, states, source, details, time_wait_from; every one may be left out. Raises InvalidInput or ParseError.
    """
    details = known('details', options.get('details') or (), DETAILS)
    families = known('families', options.get('families') or FAMILIES, FAMILIES)
    source = known('source', [options.get('source') or 'auto'], SOURCES)[0]
    mask = tcp_state.mask_of(options.get('states') or tcp_state.STATE_NAMES)
    from_sockstat = _from_sockstat(options, details, source)
    if (options.get('top') or 0) < 0:
        raise errors.InvalidInput('top: %d is negative; give how many destinations to list, 0 or more' % options['top'])
    if source == 'proc' or _CUT.intersection(details):
        return None
    warnings = []
    names = present_families(families, procfs, warnings)
    try:
        tables = _tables(names, mask, procfs if from_sockstat else None, diag, warnings)
    except errors.SourceUnavailable:
        return None
    return facts_of('netlink', tables, mask), warnings


def known(option, given, allowed):
    """Return what was given as a list. Raises InvalidInput for what is not allowed."""
    unknown = [str(one) for one in given if one not in allowed]
    if unknown:
        raise errors.InvalidInput('%s: %s is not known; choose from %s' % (option, ', '.join(unknown), ', '.join(allowed)))
    return list(given)


def present_families(asked, procfs, warnings):
    """Leave IPv6 out where the kernel runs without it: sock_diag would answer with an empty list, which is not the same."""
    ipv6_off = procfs.exists(TABLE_FILES['ipv4']) and not procfs.exists(TABLE_FILES['ipv6'])
    names = [name for name in FAMILIES if name in asked and not (name == 'ipv6' and ipv6_off)]
    if not names:
        warnings.append('IPv6 is off on this host and no other family was asked for: there is nothing to count.')
    return names


def facts_of(source, tables, mask):
    """Return the ``sockets`` facts of ``tables``, {family name: counts indexed by state number}."""
    families = dict((name, tcp_state.counts_by_name(table, mask)) for name, table in tables.items())
    states = {}
    for counts in families.values():
        for name, number in counts.items():
            states[name] = states.get(name, 0) + number
    return {'source': source, 'total': sum(states.values()), 'states': states, 'families': families}


def receive(dump, request, diag):
    """Feed a core Dump with the answer to a request until it has ended. Raises SourceUnavailable."""
    with contextlib.closing(diag.dump(request)) as datagrams:
        for data, length in datagrams:
            if dump.feed(data, length):
                break
    dump.finish()


def _from_sockstat(options, details, source):
    """Tell whether TIME_WAIT comes from sockstat; refuse what cannot go with it."""
    if known('time_wait_from', [options.get('time_wait_from') or 'sockets'], TIME_WAIT_FROM)[0] == 'sockets':
        return False
    clashing = [detail for detail in _WAITING if detail in details]
    if clashing:
        raise errors.InvalidInput('time_wait_from: sockstat knows a number alone, and details %s look at each socket; leave one of them out' % (
            ', '.join(clashing)))
    if source == 'proc':
        raise errors.InvalidInput('time_wait_from: sockstat goes with netlink, as /proc/net/tcp lists every socket anyway; leave source: proc out')
    return True


def _tables(names, mask, procfs, diag, warnings):
    """Return {family name: counts}; with ``procfs`` TIME_WAIT is taken from sockstat where that can be."""
    if procfs is not None:
        from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import sockstat
        tables = sockstat.read_tables(names, mask, procfs, diag, warnings)
        if tables is not None:
            return tables
    if len(names) == len(FAMILIES):
        try:
            return _both(mask, diag)
        except errors.SourceUnavailable:
            # A kernel that no longer takes the old request; netlink that is refused altogether is asked once more below.
            pass
    return dict((name, _one(name, mask, diag, sequence)) for sequence, name in enumerate(names, 1))


def _both(mask, diag):
    both = inet_diag_both.Tables()
    receive(both.dump(1), inet_diag_both.build_request(mask, 1), diag)
    return dict((name, both.tables[number]) for name, number in NUMBERS.items())


def _one(name, mask, diag, sequence):
    table = [0] * 256
    dump = inet_diag.Dump(sequence, lambda *run: inet_diag.count_run(table, *run))
    receive(dump, inet_diag.build_request(NUMBERS[name], mask, sequence), diag)
    return table
