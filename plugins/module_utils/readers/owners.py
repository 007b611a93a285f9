# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the processes that hold sockets which should be closed, in one pass over /proc/*/fd."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import collections

MOST_SECONDS = 5.0
PROCESSES_SHOWN = 10


def read_owners(inodes_by_state, processes, clock):
    """Return (facts, warnings): {complete, states: {state: {sockets, unowned, processes: [{pid, comm, count}]}}}.

    ``inodes_by_state`` maps names of states to the inodes of their sockets, 0 where no process holds one. ``processes`` is a
    ProcessFiles. Nothing is read when there is no inode to name. A socket that several processes share counts for each. ``complete`` is
    false when descriptors were closed to this user or the time ran out: then ``unowned`` may only mean that nobody was seen.
    """
    wanted = dict((inode, state) for state, inodes in inodes_by_state.items() for inode in inodes if inode)
    found, hidden, late = _pass(wanted, processes, clock) if wanted else ({}, 0, False)
    states = dict((state, _state(inodes, found, processes)) for state, inodes in inodes_by_state.items() if inodes)
    return {'complete': not hidden and not late, 'states': states}, _warnings(states, hidden, late)


def _pass(wanted, processes, clock):
    """Return ({inode: [pid]}, processes closed to us, whether time ran out)."""
    found, hidden, end = collections.defaultdict(list), 0, clock.now() + MOST_SECONDS
    for pid in processes.pids():
        if clock.now() > end:
            return found, hidden, True
        inodes = processes.socket_inodes(pid)
        if inodes is None:
            hidden += 1
            continue
        for inode in set(inodes).intersection(wanted):
            found[inode].append(pid)
    return found, hidden, False


def _state(inodes, found, processes):
    counted = collections.Counter(pid for inode in inodes for pid in found.get(inode, ()))
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:PROCESSES_SHOWN]
    return {
        'sockets': len(inodes),
        'unowned': sum(1 for inode in inodes if inode not in found),
        'processes': [_process(pid, count, processes) for pid, count in ranked],
    }


def _process(pid, count, processes):
    comm = processes.command(pid)
    row = {'pid': pid, 'count': count}
    return row if comm is None else dict(row, comm=comm)


def _warnings(states, hidden, late):
    if late:
        return ['The search for the owners of sockets stopped after %d seconds; not every owner is named.' % MOST_SECONDS]
    if hidden and any(row['unowned'] for row in states.values()):
        return ['%d processes do not show this user their descriptors, so not every owner of a socket is named; root sees them (become: true).' % hidden]
    return []
