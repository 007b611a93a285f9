# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together what takes more than one look at the sockets: who holds them, how long they have been quiet, what rises between samples."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import close_look, errors, inet_diag, sampling, tcp_state
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counters, owners, sockets

# tcp_info is asked for these alone, and read of so many sockets of a family at most.
_AGING = ('ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT2')
_MOST_AGES = 20000
_MOST_SAMPLES = 1000
_NUMBERS = {'ipv4': inet_diag.AF_INET, 'ipv6': inet_diag.AF_INET6}


def read_watched(options, procfs, diag, processes, clock):
    """Read what sockets.read_sockets reads and, where asked, ``owners``, ``ages``, ``samples`` and ``series``: (facts, warnings).

    ``options`` has two more: samples (how many, 1 for one look) and interval (seconds between two). ``processes`` is a ProcessFiles,
    ``clock`` a Clock. Raises what sockets.read_sockets raises, InvalidInput for samples or an interval out of range.
    """
    count, interval = _sampling(options)
    details = options.get('details') or ()
    # The first sample is taken before the long looks, so that they are part of what is watched.
    samples = [_sample(options, procfs, diag, clock)] if count > 1 or 'series' in details else []
    facts, warnings = sockets.read_sockets(options, procfs, diag)
    if 'owners' in details:
        facts['owners'], more = _owners(options, procfs, diag, processes, clock)
        warnings = warnings + more
    if 'ages' in details and facts['sockets']['source'] == 'netlink':
        facts['ages'] = _ages(list(facts['sockets']['families']), diag)
    while samples and len(samples) < count:
        clock.sleep(interval)
        samples.append(_sample(options, procfs, diag, clock))
    if count > 1:
        facts['samples'] = sampling.summarise(samples)
    if 'series' in details:
        facts['series'] = sampling.series(samples)
    return facts, warnings


def _sampling(options):
    count, interval = options.get('samples') or 1, options.get('interval')
    interval = 1.0 if interval is None else interval
    if not 1 <= count <= _MOST_SAMPLES:
        raise errors.InvalidInput('samples: %d is not between 1 and %d' % (count, _MOST_SAMPLES))
    if not 0 < interval <= 3600:
        raise errors.InvalidInput('interval: %s is not above 0 and at most 3600; give seconds' % interval)
    return count, interval


def _sample(options, procfs, diag, clock):
    moment = clock.now()
    read = counters.read_counters(procfs)
    labelled = dict((label, numbers) for part in ('snmp', 'netstat') for label, numbers in read.get(part, {}).items())
    counted = None
    if 'series' in (options.get('details') or ()):
        counted, seen = sockets.count_and_look(['CLOSE_WAIT'], options, procfs, diag)
    else:
        seen = sockets.look_closely(['CLOSE_WAIT'], options, procfs, diag)
    return sampling.Sample(moment, labelled, frozenset(close_look.identity(one) for one in seen), counted)


def _owners(options, procfs, diag, processes, clock):
    seen = sockets.look_closely(['CLOSE_WAIT', 'FIN_WAIT2'], options, procfs, diag)
    inodes = {
        'CLOSE_WAIT': [one.inode for one in seen if one.state == tcp_state.CLOSE_WAIT],
        # Without an inode it is an orphan of the kernel's, and nobody's.
        'FIN_WAIT2': [one.inode for one in seen if one.state == tcp_state.FIN_WAIT2 and one.inode],
    }
    return owners.read_owners(inodes, processes, clock)


def _ages(families, diag):
    """Return how long connections have been quiet: {established, close_wait, fin_wait2}, see close_look.ages."""
    found = _Ages()
    for sequence, name in enumerate(families, 1):
        found.family, found.left = _NUMBERS[name], _MOST_AGES
        dump = inet_diag.Dump(sequence, found.visit_run)
        request = inet_diag.build_request(_NUMBERS[name], tcp_state.mask_of(_AGING), sequence, with_info=True)
        with contextlib.closing(diag.dump(request)) as datagrams:
            for data, length in datagrams:
                if dump.feed(data, length):
                    break
        dump.finish()
    return dict((name, close_look.ages(seconds)) for name, seconds in found.seconds.items())


class _Ages(object):
    """Collect ages in seconds by what they are of."""

    def __init__(self):
        self.family, self.left = None, 0
        self.seconds = {'established': [], 'close_wait': [], 'fin_wait2': []}

    def visit_run(self, data, start, stride, count):
        """Take a run of netlink messages."""
        count = min(count, self.left)
        self.left -= count
        for sighting, quiet in inet_diag.quiet_in_run(self.family, data, start, stride, count):
            self._keep(sighting, quiet)

    def _keep(self, sighting, quiet):
        # The peer's FIN came with an acknowledgement: the state is at least as old as the last one.
        if sighting.state == tcp_state.CLOSE_WAIT:
            self.seconds['close_wait'].append(quiet.ack_received)
        elif sighting.state == tcp_state.FIN_WAIT2 and sighting.inode:
            self.seconds['fin_wait2'].append(min(quiet.data_received, quiet.ack_received))
        # No middlebox forgets what stays on this host, and a running keepalive timer keeps the others alive.
        elif sighting.state == tcp_state.ESTABLISHED and sighting.inode and sighting.timer == 0 and not close_look.is_local(sighting):
            self.seconds['established'].append(min(quiet.data_sent, quiet.data_received))
