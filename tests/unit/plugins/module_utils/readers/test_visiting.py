# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespaces, visiting


def never():
    raise AssertionError('no namespace was named')


def test_without_a_name_nothing_is_opened():
    with visiting.visited(None, never) as about:
        assert about == {}
    with visiting.visited_to_write(None, True, never) as about:
        assert about == {}


@pytest.mark.parametrize('to_write', [False, True])
def test_a_name_goes_to_the_namespaces(monkeypatch, to_write):
    seen = []

    @contextlib.contextmanager
    def entered(*arguments):
        seen.append(arguments)
        yield {'netns': {'inode': 5}}
        seen.append('left')

    monkeypatch.setattr(namespaces, 'visited_to_write' if to_write else 'visited', entered)
    visit = visiting.visited_to_write('blue', False, lambda: 'world') if to_write else visiting.visited('blue', lambda: 'world')
    with visit as about:
        assert about == {'netns': {'inode': 5}}
        assert seen == [('blue', False, 'world') if to_write else ('blue', 'world')]
    assert seen[-1] == 'left'


def test_an_error_inside_reaches_the_namespace(monkeypatch):
    @contextlib.contextmanager
    def entered(wanted, world):
        with pytest.raises(errors.ParseError):
            yield {}
        raise errors.Stranded('stayed there')

    monkeypatch.setattr(namespaces, 'visited', entered)
    with pytest.raises(errors.Stranded):
        with visiting.visited('blue', lambda: None):
            raise errors.ParseError('inside')


def test_a_drop_in_of_a_namespace_is_refused():
    with pytest.raises(errors.InvalidInput):
        with visiting.visited_to_write('blue', True, lambda: None):
            raise AssertionError('entered')
