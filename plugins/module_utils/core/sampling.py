# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work out from repeated samples how fast counters rise and which sockets stay."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

# seconds: when, on a clock that never goes back; counters: {label: {name: int}}; close_wait: identities of the sockets in CLOSE_WAIT;
# sockets: {total, states} where a series was asked for, else None.
Sample = namedtuple('Sample', 'seconds counters close_wait sockets')
Sample.__new__.__defaults__ = (None,)


def summarise(samples):
    """Return the ``samples`` facts of two or more Samples: count, seconds, rates per second of what rose, close_wait."""
    first, last = samples[0], samples[-1]
    seconds = last.seconds - first.seconds
    kept = frozenset(first.close_wait)
    for sample in samples[1:]:
        kept = kept.intersection(sample.close_wait)
    return {
        'count': len(samples),
        'seconds': round(seconds, 3),
        'rates': rates(first.counters, last.counters, seconds),
        'close_wait': {'counts': [len(sample.close_wait) for sample in samples], 'kept': len(kept)},
    }


def series(samples):
    """Return one row for each Sample with sockets: seconds since the first, total, states, and those counters that did not stay the same."""
    first, last = samples[0], samples[-1]
    moved = dict((label, frozenset(name for name, number in numbers.items() if last.counters.get(label, {}).get(name) != number))
                 for label, numbers in first.counters.items())
    return [{
        'seconds': round(sample.seconds - first.seconds, 3),
        'total': sample.sockets['total'],
        'states': sample.sockets['states'],
        'counters': dict((label, _only(names, sample.counters.get(label, {}))) for label, names in moved.items() if names),
    } for sample in samples]


def _only(names, numbers):
    return dict((name, number) for name, number in numbers.items() if name in names)


def rates(before, after, seconds):
    """Return {label: {name: rise per second}} of counters that rose; one that fell back, as of a namespace made anew, says nothing."""
    found = {}
    for label, numbers in after.items():
        old = before.get(label, {})
        risen = dict((name, number - old[name]) for name, number in numbers.items() if number > old.get(name, number))
        if risen and seconds > 0:
            found[label] = dict((name, round(rise / float(seconds), 3)) for name, rise in risen.items())
    return found
