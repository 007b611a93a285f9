# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of forwarding resets is written again after it, also when it holds before."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import plan

FORWARD = 'net.ipv4.ip_forward'
ALL = 'net.ipv4.conf.all.forwarding'
ETH0 = 'net.ipv4.conf.eth0.forwarding'
REDIRECTS = 'net.ipv4.conf.all.accept_redirects'
DEFAULT_REDIRECTS = 'net.ipv4.conf.default.accept_redirects'


def written(settings, running, **options):
    wish = dict(settings=settings, state='present', persist=False, runtime=True, path='/x.conf', unsupported='fail', check_mode=False)
    request = plan.Request(**dict(wish, **options))
    raws, problems = plan.names(request)
    observed = dict((name, plan.Observation(True, value, 0, 0o644)) for name, value in running.items())
    made, more = plan.build(request, raws, observed, None, '6.18.44')
    assert problems + more == []
    return [(target.name, target.wanted) for target in made.writes]


@pytest.mark.parametrize('settings, running, expected', [
    ({FORWARD: 0, REDIRECTS: 0}, {FORWARD: '1', REDIRECTS: '0'}, [FORWARD, REDIRECTS]),
    ({FORWARD: 0, ETH0: 1}, {FORWARD: '1', ETH0: '1'}, [FORWARD, ETH0]),
    ({ALL: 1, REDIRECTS: 1}, {ALL: '0', REDIRECTS: '1'}, [ALL, REDIRECTS]),
    # conf/default keeps its accept_redirects, and what does not change resets nothing.
    ({FORWARD: 0, DEFAULT_REDIRECTS: 0}, {FORWARD: '1', DEFAULT_REDIRECTS: '0'}, [FORWARD]),
    ({FORWARD: 0, REDIRECTS: 0}, {FORWARD: '0', REDIRECTS: '0'}, []),
    ({FORWARD: 0, REDIRECTS: 0}, {FORWARD: '0', REDIRECTS: '1'}, [REDIRECTS]),
])
def test_resets_are_written_after_the_switch(settings, running, expected):
    assert [name for name, dummy in written(settings, running)] == expected


def test_without_a_runtime_write_nothing_is_reset():
    assert written({FORWARD: 0, REDIRECTS: 0}, {FORWARD: '1', REDIRECTS: '0'}, runtime=False, persist=True) == []
