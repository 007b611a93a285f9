# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which namespaces there are, whose they are, which one is meant, and what happens when they come and go."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netns
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespace_facts, namespaces, sockets

WEB = 'a' * 40 + 'b' * 24
DB = 'a' * 40 + 'c' * 24
SYNCOOKIES, BACKLOG, RMEM = 'net.ipv4.tcp_syncookies', 'net.ipv4.tcp_max_syn_backlog', 'net.core.rmem_max'


def identity(inode):
    return netns.Identity(4, inode)


class World(object):
    """A host: {path: inode, or the error that looking at it gives}, and what /proc tells of processes."""

    def __init__(self, files, about=None):
        self.files, self.texts = files, about or {}
        self.here, self.gone, self.barred, self.visited = 100, set(), set(), []

    def own(self):
        return identity(100)

    def identity(self, path):
        found = self.files.get(path)
        if isinstance(found, Exception):
            raise found
        return None if found is None else identity(found)

    def pids(self):
        return sorted(int(path.split('/')[2]) for path in self.files if path.startswith('/proc/'))

    def paths(self):
        return sorted(path for path in self.files if not path.startswith('/proc/'))

    def about(self, pid, name):
        text = self.texts.get((pid, name))
        return None if text is None else text.encode('ascii')

    @contextlib.contextmanager
    def entered(self, paths, target):
        if target.inode in self.gone:
            raise errors.Vanished('network namespace net:[%d] is gone' % target.inode)
        if target.inode in self.barred:
            raise errors.SourceUnavailable('net:[%d] cannot be entered (EPERM)' % target.inode)
        self.visited.append((target.inode, paths[0]))
        self.here = target.inode
        try:
            yield
        finally:
            self.here = 100


def process(pid):
    return '/proc/%d/ns/net' % pid


def docker(container):
    return '0::/system.slice/docker-%s.scope\n' % container


def stat(pid, start):
    return '%d (x) S %s %d 0 0\n' % (pid, ' '.join(['0'] * 18), start)


@pytest.fixture
def world():
    return World({
        process(1): 100, process(50): 100, process(7): 300, process(60): 200, process(61): 200,
        process(70): None, '/run/netns/blue': 300, '/run/netns/empty': 400, '/run/docker/netns/1a2b3c4d5e6f': 200,
    }, {
        (1, 'comm'): 'systemd\n', (60, 'comm'): 'nginx\n', (60, 'cgroup'): docker(WEB), (61, 'cgroup'): docker(WEB),
        (60, 'stat'): stat(60, 500), (61, 'stat'): stat(61, 600), (1, 'cgroup'): '0::/init.scope\n',
    })


@pytest.fixture
def read(monkeypatch):
    """Return a function that reads as socket_info does; the sockets of a namespace tell its number."""
    def go(world, wanted, failing=()):
        def sockets_here(options, procfs, diag):
            if world.here in failing:
                raise failing[world.here]
            return {'sockets': {'total': world.here}}, ['from /proc'] if world.here == 300 else []

        monkeypatch.setattr(sockets, 'read_sockets', sockets_here)
        return namespace_facts.read_sockets({'netns': wanted}, world, None, None)
    return go


def test_without_the_option_nothing_is_looked_for(read):
    assert read(World({}), None) == ({'sockets': {'total': 100}}, [])


def test_survey_begins_at_home_and_keeps_an_order(world):
    found, warnings = namespaces.survey(world)
    assert [namespace.identity.inode for namespace in found] == [100, 200, 300, 400]
    assert found[0].pids == [1, 50]
    assert found[1].paths == [process(60), process(61), '/run/docker/netns/1a2b3c4d5e6f']
    assert warnings == []


def test_describe(world):
    found, _warnings = namespaces.survey(world)
    home, container, blue, empty = [namespaces.describe(namespace, world) for namespace in found]
    assert home == {'inode': 100, 'names': [], 'process_count': 2, 'processes': [{'pid': 1, 'comm': 'systemd'}, {'pid': 50}]}
    assert container['container'] == WEB
    assert container['names'] == ['/run/docker/netns/1a2b3c4d5e6f']
    assert blue == {'inode': 300, 'names': ['blue'], 'process_count': 1, 'processes': [{'pid': 7}]}
    assert empty == {'inode': 400, 'names': ['empty'], 'process_count': 0, 'processes': []}


def test_many_processes_are_counted_and_ten_shown():
    world = World(dict((process(pid), 100) for pid in range(1, 40)))
    about = namespaces.describe(namespaces.survey(world)[0][0], world)
    assert about['process_count'] == 39
    assert [row['pid'] for row in about['processes']] == list(range(1, 11))


HIDDEN = errors.SourceUnavailable('hidden')


@pytest.mark.parametrize('hidden, said', [([2], '1 process is hidden'), ([2, 3], '2 processes are hidden'), ([1], '1 process is hidden')])
def test_hidden_processes_are_told(hidden, said):
    world = World(dict((process(pid), HIDDEN if pid in hidden else 100) for pid in (1, 2, 3)))
    found, warnings = namespaces.survey(world)
    assert len(found) == 1
    assert len(warnings) == 1
    assert warnings[0].startswith(said)


def test_a_proc_that_shows_own_processes_only_is_told():
    _found, warnings = namespaces.survey(World({process(5): 100}))
    assert len(warnings) == 1
    assert warnings[0].startswith("Other users' processes are hidden")


def test_a_stale_name_is_told_and_left_out(world):
    world.files['/run/netns/stale'] = errors.InvalidInput('/run/netns/stale: is no network namespace')
    found, warnings = namespaces.survey(world)
    assert len(found) == 4
    assert warnings == ['/run/netns/stale: is no network namespace; it is left out']


def test_all_gives_one_row_for_each(world, read):
    facts, warnings = read(world, 'all')
    assert [row['netns']['inode'] for row in facts['namespaces']] == [100, 200, 300, 400]
    assert [row['sockets'] for row in facts['namespaces']] == [{'total': inode} for inode in (100, 200, 300, 400)]
    assert warnings == ['net:[300]: from /proc']
    assert world.here == 100


def test_what_vanished_is_left_out_and_told(world, read):
    world.gone = set([300])
    facts, warnings = read(world, 'all')
    assert [row['netns']['inode'] for row in facts['namespaces']] == [100, 200, 400]
    assert warnings == ['network namespace net:[300] is gone; it is left out']


def test_what_cannot_be_entered_is_listed_without_sockets(world, read):
    world.barred = set([200, 300, 400])
    facts, warnings = read(world, 'all')
    assert [sorted(row) for row in facts['namespaces']] == [['netns', 'sockets'], ['netns'], ['netns'], ['netns']]
    assert warnings == ['3 of 4 network namespaces could not be read; the first: net:[200] cannot be entered (EPERM)']


def test_what_cannot_be_read_is_listed_without_sockets(world, read):
    facts, warnings = read(world, 'all', {200: errors.IncompleteDump('cut')})
    assert [row['netns']['inode'] for row in facts['namespaces'] if 'sockets' not in row] == [200]
    assert warnings[0] == '1 of 4 network namespaces could not be read; the first: cut'


@pytest.mark.parametrize('failure', [errors.ParseError('defect'), errors.Stranded('lost'), errors.InvalidInput('top')])
def test_a_defect_ends_it_all(world, read, failure):
    with pytest.raises(type(failure)):
        read(world, 'all', {200: failure})


@pytest.mark.parametrize('wanted, inode, first_path', [
    ('blue', 300, '/run/netns/blue'),
    ('/run/docker/netns/1a2b3c4d5e6f', 200, '/run/docker/netns/1a2b3c4d5e6f'),
    ('60', 200, process(60)),
    ('1', 100, process(1)),
    (WEB, 200, process(60)),
    (WEB[:60], 200, process(60)),
    ('/proc/61/ns/net', 200, process(61)),
])
def test_one_is_found_by_whatever_names_it(world, read, wanted, inode, first_path):
    facts, warnings = read(world, wanted)
    assert facts['sockets'] == {'total': inode}
    assert facts['netns']['inode'] == inode
    assert len(facts['netns']['names']) == len(set(facts['netns']['names']))
    assert world.visited == [(inode, first_path)]
    assert world.here == 100


@pytest.mark.parametrize('wanted, said', [
    ('red', 'netns: red: there is no network namespace of this name in /run/netns; there are: /run/docker/netns/1a2b3c4d5e6f, blue, empty'),
    ('/run/netns/red', 'netns: /run/netns/red: there is no such file'),
    ('99', 'netns: 99: there is no process with this PID'),
    ('70', 'netns: 70: there is no process with this PID'),
    ('dddddddddddd', 'netns: dddddddddddd: no process is in a container of this id'),
    ('', 'netns: "" names no network namespace'),
])
def test_a_namespace_that_is_not_there(world, read, wanted, said):
    with pytest.raises(errors.InvalidInput) as caught:
        read(world, wanted)
    assert caught.value.message.startswith(said)
    assert world.visited == []


def test_no_names_at_all():
    with pytest.raises(errors.InvalidInput, match='there are none with a name'):
        with namespaces.visited('red', World({process(1): 100})):
            raise AssertionError('never here')


def test_the_beginning_of_two_ids_is_refused(world, read):
    world.files[process(80)] = 500
    world.texts[(80, 'cgroup')] = docker(DB)
    with pytest.raises(errors.InvalidInput, match='2 containers have ids that begin so'):
        read(world, 'a' * 12)


def test_a_container_is_where_its_oldest_process_is(world, read):
    """A service inside with a network namespace of its own, and a smaller PID because the numbers have wrapped around."""
    world.files[process(5)] = 600
    world.texts.update({(5, 'cgroup'): docker(WEB), (5, 'stat'): stat(5, 900)})
    assert read(world, WEB[:60])[0]['netns']['inode'] == 200


def test_a_container_whose_processes_just_ended_is_not_found(world, read):
    world.texts[(60, 'stat')] = world.texts[(61, 'stat')] = None
    with pytest.raises(errors.InvalidInput, match='no process is in a container'):
        read(world, WEB)


def test_a_name_that_looks_like_an_id_goes_first(world, read):
    world.files['/run/netns/' + WEB[:12]] = 400
    assert read(world, WEB[:12])[0]['netns']['inode'] == 400


def test_a_hidden_process_is_told_as_hidden(world, read):
    world.files[process(60)] = errors.SourceUnavailable('/proc/60/ns/net: Permission denied')
    with pytest.raises(errors.SourceUnavailable, match='Permission denied'):
        read(world, '60')


def test_all_is_not_for_writing(world):
    with pytest.raises(errors.InvalidInput, match='all is for reading'):
        with namespaces.visited_to_write('all', False, world):
            raise AssertionError('never here')


def test_a_drop_in_is_not_for_a_namespace(world):
    with pytest.raises(errors.InvalidInput, match='set persist: false'):
        with namespaces.visited_to_write('blue', True, world):
            raise AssertionError('never here')
    assert world.visited == []


def test_writing_at_home_persists():
    with namespaces.visited_to_write(None, True, None) as about:
        assert about == {}


def test_home_again_after_a_failed_write(world):
    with pytest.raises(errors.TransactionError):
        with namespaces.visited_to_write('blue', False, world) as about:
            assert about['netns']['names'] == ['blue']
            assert world.here == 300
            raise errors.TransactionError('refused')
    assert world.here == 100


class Tree(object):
    """Show keys by namespace; a value may be an error."""

    def __init__(self, world, keys):
        self.world, self.keys = world, keys

    def read(self, path):
        found = self.keys.get((self.world.here, path))
        if isinstance(found, Exception):
            raise found
        return found


def test_parameters_of_the_others(world):
    tree = Tree(world, {
        (200, 'net/ipv4/tcp_syncookies'): '0', (200, 'net/ipv4/tcp_max_syn_backlog'): errors.SourceUnavailable('refused'),
        (300, 'net/ipv4/tcp_syncookies'): '1', (300, 'net/ipv4/tcp_max_syn_backlog'): '4\t5', (300, 'net/core/rmem_max'): '7',
    })
    world.barred = set([400])
    parameters = {
        SYNCOOKIES: {'runtime': '1', 'per_namespace': True},
        BACKLOG: {'runtime': '9', 'per_namespace': True},
        # the host's own, whatever a namespace shows
        RMEM: {'runtime': '1', 'per_namespace': False},
        'net.ipv4.tcp_tw_recycle': {'supported': False},
    }
    rows, warnings = namespace_facts.read_parameters(parameters, world, tree)
    assert rows == [
        {'inode': 200, 'names': ['/run/docker/netns/1a2b3c4d5e6f'], 'process_count': 2, 'container': WEB, 'parameters': {SYNCOOKIES: '0'}},
        {'inode': 300, 'names': ['blue'], 'process_count': 1, 'parameters': {SYNCOOKIES: '1', BACKLOG: '4 5'}},
        {'inode': 400, 'names': ['empty'], 'process_count': 0},
    ]
    assert len(warnings) == 1
    # one's own is in the other facts already
    assert [inode for inode, _path in world.visited] == [200, 300]
