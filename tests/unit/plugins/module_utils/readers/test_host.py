# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reader for everything that an audit needs."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import host


@pytest.mark.parametrize(('release', 'numbers'), [
    ('6.18.44', [6, 18, 44]),
    ('3.10.0-1160.119.1.el7.x86_64', [3, 10, 0]),
    ('4.9-amd64', [4, 9]),
    ('6.19.0-rc3+', [6, 19, 0]),
    ('2.6.32.71-el6', [2, 6, 32]),
])
def test_version(release, numbers):
    assert host.version(release) == numbers


@pytest.mark.parametrize('release', ['', 'el7', '6', 'v6.1'])
def test_version_of_something_else(release):
    with pytest.raises(errors.ParseError, match='does not start with two numbers'):
        host.version(release)


class _NoProc(object):
    def read(self, path):
        return None


def test_a_host_without_proc_is_told_so():
    with pytest.raises(errors.SourceUnavailable, match='no Linux host'):
        host.read_host({'source': 'auto', 'parameters': []}, _NoProc(), None, None, None)
