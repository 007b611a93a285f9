# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go there and come back: every step may fail, and none may leave the process where it does not belong."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netns

BLUE = '/run/netns/blue'


class Kernel(object):
    """Play setns(2) on plain files: /proc/self/ns/net becomes whatever file the descriptor is of."""

    def __init__(self, root):
        self.root, self.calls, self.failures = root, [], {}
        for path in ('/proc/1/ns/net', '/proc/7/ns/net', BLUE):
            self.put(path, u'')
        self.put('/proc/version', u'')
        os.makedirs(root + '/proc/self/ns')
        os.link(root + '/proc/1/ns/net', root + '/proc/self/ns/net')

    def put(self, path, text):
        if not os.path.isdir(os.path.dirname(self.root + path)):
            os.makedirs(os.path.dirname(self.root + path))
        with open(self.root + path, 'w') as stream:
            stream.write(text)

    def inode(self, path):
        return os.stat(self.root + path).st_ino

    def setns(self, descriptor):
        self.calls.append(os.fstat(descriptor).st_ino)
        failure = self.failures.get(len(self.calls))
        if failure == 'nothing happens':
            return
        if failure:
            raise OSError(failure, os.strerror(failure))
        for path in ('/proc/1/ns/net', '/proc/7/ns/net', BLUE):
            if os.path.exists(self.root + path) and self.inode(path) == os.fstat(descriptor).st_ino:
                os.remove(self.root + '/proc/self/ns/net')
                os.link(self.root + path, self.root + '/proc/self/ns/net')


@pytest.fixture
def kernel(tmpdir):
    return Kernel(str(tmpdir))


@pytest.fixture
def world(kernel):
    return netns.NetNamespaces(kernel.root, kernel.setns)


def open_files():
    return sorted(os.listdir('/proc/self/fd'))


def test_inside_and_back(kernel, world):
    own, blue, before = world.own(), world.identity(BLUE), open_files()
    with world.entered([BLUE], blue):
        assert world.own() == blue != own
    assert world.own() == own
    assert kernel.calls == [own.inode, blue.inode, own.inode]
    assert open_files() == before


@pytest.mark.parametrize('failure', [ValueError, KeyboardInterrupt, SystemExit, errors.ParseError('x')])
def test_back_after_any_failure_inside(kernel, world, failure):
    own, before = world.own(), open_files()
    with pytest.raises(failure if isinstance(failure, type) else type(failure)):
        with world.entered([BLUE], world.identity(BLUE)):
            raise failure
    assert world.own() == own
    assert open_files() == before


def test_the_own_namespace_needs_no_right(kernel, world):
    with world.entered(['/proc/1/ns/net'], world.own()):
        assert kernel.calls == []


def test_without_the_right_to_come_back_it_never_goes(kernel, world):
    own, kernel.failures = world.own(), {1: errno.EPERM}
    with pytest.raises(errors.SourceUnavailable) as caught:
        with world.entered([BLUE], world.identity(BLUE)):
            raise AssertionError('never here')
    assert 'EPERM' in caught.value.message
    assert 'CAP_SYS_ADMIN' in caught.value.message
    assert 'net:[%d]' % kernel.inode(BLUE) in caught.value.message
    assert kernel.calls == [own.inode]


@pytest.mark.parametrize('failure, said', [(errno.EPERM, 'EPERM'), (errno.EINVAL, 'EINVAL'), ('nothing happens', 'main thread')])
def test_refused_at_the_door(kernel, world, failure, said):
    own, kernel.failures = world.own(), {2: failure}
    with pytest.raises(errors.SourceUnavailable) as caught:
        with world.entered([BLUE], world.identity(BLUE)):
            raise AssertionError('never here')
    assert said in caught.value.message
    assert not isinstance(caught.value, errors.Vanished)
    assert world.own() == own


@pytest.mark.parametrize('failure, said', [(errno.EPERM, 'EPERM'), ('nothing happens', 'no effect')])
@pytest.mark.parametrize('inside', [None, errors.SourceUnavailable('netlink is refused')])
def test_a_barred_way_back_is_told_before_all_else(kernel, world, failure, said, inside):
    kernel.failures = {3: failure}
    with pytest.raises(errors.Stranded) as caught:
        with world.entered([BLUE], world.identity(BLUE)):
            if inside:
                raise inside
    assert said in caught.value.message
    # Nobody who tries another source after SourceUnavailable may go on.
    assert not isinstance(caught.value, errors.SourceUnavailable)


def test_a_python_without_setns_is_told_before_anything_moves(kernel):
    def setns(descriptor):
        raise errors.SourceUnavailable('this Python cannot call setns(2): no ctypes')

    world = netns.NetNamespaces(kernel.root, setns)
    with pytest.raises(errors.SourceUnavailable, match='cannot call setns'):
        with world.entered([BLUE], world.identity(BLUE)):
            raise AssertionError('never here')


def test_a_path_that_leads_elsewhere_by_now_is_passed_over(kernel, world):
    blue = world.identity(BLUE)
    os.link(kernel.root + BLUE, kernel.root + '/run/netns/alias')
    with world.entered(['/proc/99/ns/net', '/proc/7/ns/net', '/run/netns/alias'], blue):
        assert world.own() == blue


def test_nothing_leads_there_any_more(kernel, world):
    blue, before = world.identity(BLUE), open_files()
    os.remove(kernel.root + BLUE)
    with pytest.raises(errors.Vanished, match='is gone'):
        with world.entered([BLUE, '/proc/7/ns/net'], blue):
            raise AssertionError('never here')
    assert kernel.calls == []
    assert open_files() == before


def test_identity(kernel, world):
    assert world.identity(BLUE).inode == kernel.inode(BLUE)
    assert world.identity('/run/netns/red') is None
    assert world.identity('/proc/99/ns/net') is None
    assert world.identity('/proc/version/ns/net') is None


def test_a_file_elsewhere_is_no_namespace(world, monkeypatch):
    world = netns.NetNamespaces('/', None)
    with pytest.raises(errors.InvalidInput, match='/dev/null: is no network namespace'):
        world.identity('/dev/null')


def test_hidden_is_not_absent(kernel, world, monkeypatch):
    world.identity(BLUE)

    def refuse(path):
        raise OSError(errno.EACCES, 'Permission denied')

    monkeypatch.setattr(os, 'stat', refuse)
    with pytest.raises(errors.SourceUnavailable, match='/proc/7/ns/net: Permission denied; root'):
        world.identity('/proc/7/ns/net')


def test_a_process_that_is_just_ending_is_absent(kernel, world, monkeypatch):
    def refuse(path):
        raise OSError(errno.ESRCH, 'No such process')

    monkeypatch.setattr(os, 'stat', refuse)
    assert world.identity('/proc/7/ns/net') is None


def test_a_namespace_of_another_kind_is_refused(kernel, world, monkeypatch):
    before = open_files()
    monkeypatch.setattr(netns.fcntl, 'ioctl', lambda descriptor, request: 0x04000000)
    with pytest.raises(errors.InvalidInput, match='another kind'):
        with world.entered([BLUE], world.identity(BLUE)):
            raise AssertionError('never here')
    assert kernel.calls == []
    assert open_files() == before


def test_the_kernel_knows_a_network_namespace_from_another():
    """Ask this machine's kernel, so that the numbers are the right ones; up to Linux 4.10 it does not know the question."""
    answers = []
    for kind in ('net', 'uts'):
        descriptor = os.open('/proc/self/ns/' + kind, os.O_RDONLY)
        try:
            answers.append(netns.fcntl.ioctl(descriptor, 0xb703))
        except (IOError, OSError) as exc:
            pytest.skip('this kernel has no NS_GET_NSTYPE: %s' % exc)
        finally:
            os.close(descriptor)
    assert answers == [0x40000000, 0x04000000]


def test_paths_come_once_however_run_is_reached(kernel, world):
    os.makedirs(kernel.root + '/var')
    os.symlink('../run', kernel.root + '/var/run')
    kernel.put('/run/docker/netns/default', u'')
    assert world.paths() == [BLUE, '/run/docker/netns/default']


def test_var_run_of_an_old_system_is_looked_at_too(kernel, world):
    kernel.put('/var/run/netns/old', u'')
    assert world.paths() == [BLUE, '/var/run/netns/old']


def test_processes(kernel, world):
    kernel.put('/proc/7/comm', u'nginx\n')
    assert world.pids() == [1, 7]
    assert world.about(7, 'comm') == b'nginx\n'
    assert world.about(7, 'cgroup') is None
    assert world.about(8, 'comm') is None


def test_without_proc_there_is_no_answer(tmpdir):
    world = netns.NetNamespaces(str(tmpdir))
    assert world.pids() == []
    with pytest.raises(errors.SourceUnavailable, match='is /proc mounted'):
        world.own()


def test_libc_refuses_what_is_no_namespace():
    """The real setns(2), on a descriptor that it must refuse whoever asks."""
    descriptor = os.open('/dev/null', os.O_RDONLY)
    try:
        with pytest.raises(OSError) as caught:
            netns._libc_setns(descriptor)
    finally:
        os.close(descriptor)
    assert caught.value.errno in (errno.EINVAL, errno.EPERM)
