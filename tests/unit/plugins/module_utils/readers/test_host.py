# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reader for everything that an audit needs, on a captured 4.9 kernel and on no kernel at all."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os
import shutil

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir, drop_in_file, host_files, procfs, sock_diag, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import host

CAPTURED = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'fixtures', '4.9.115')
RECYCLE = 'net.ipv4.tcp_tw_recycle'


def put(root, path, text):
    full = os.path.join(root, path)
    if not os.path.isdir(os.path.dirname(full)):
        os.makedirs(os.path.dirname(full))
    with io.open(full, 'w', encoding='ascii') as stream:
        stream.write(text)


@pytest.fixture
def root(tmp_path):
    path = os.path.join(str(tmp_path), 'root')
    shutil.copytree(os.path.join(CAPTURED, 'proc'), os.path.join(path, 'proc'))
    put(path, 'proc/sys/kernel/osrelease', u'4.9.115-amd64\n')
    put(path, 'proc/sys/net/ipv4/tcp_tw_recycle', u'1\n')
    return path


def read(root, *names):
    wish = {'parameters': list(names), 'source': 'proc'}
    drop_in = drop_in_file.DropInFile(os.path.join(root, '90.conf'))
    return host.read_host(wish, procfs.ProcFs(root), sock_diag.SockDiag(), sysctl_tree.SysctlTree(root), drop_in, files=host_files.HostFiles(root))


def test_one_run_gives_every_part(root):
    put(root, '90.conf', u'net.ipv4.tcp_tw_recycle = 0\n')
    facts, warnings = read(root, RECYCLE, 'net.ipv4.tcp_ehash_entries')
    assert sorted(facts) == ['boot', 'boot_problems', 'counters', 'ephemeral', 'kernel', 'listeners', 'parameters', 'sockets', 'writers']
    assert facts['kernel'] == {'release': '4.9.115-amd64', 'version': [4, 9, 115]}
    assert facts['sockets']['source'] == 'proc'
    assert facts['sockets']['total'] > 0
    assert warnings == []
    recycle = facts['parameters'][RECYCLE]
    assert (recycle['supported'], recycle['runtime'], recycle['persisted']) == (True, '1', '0')
    assert facts['parameters']['net.ipv4.tcp_ehash_entries']['reason'] == 'too_old'


def test_boot_files_and_other_writers_are_part_of_it(root):
    put(root, 'etc/sysctl.d/10.conf', u'net.ipv4.tcp_syncokies = 1\n')
    put(root, 'proc/9/comm', u'bpftune\n')
    facts = read(root, RECYCLE)[0]
    assert [row['kind'] for row in facts['boot_problems']] == ['unknown_key']
    assert [row['writer'] for row in facts['writers']] == ['bpftune']


def test_the_folders_of_the_next_boot_are_read_once(root, monkeypatch):
    put(root, 'etc/sysctl.d/10.conf', u'net.ipv4.tcp_syncokies = 1\n')
    calls, original = [], conf_dir.ConfDir.folders
    monkeypatch.setattr(conf_dir.ConfDir, 'folders', lambda self: calls.append(self) or original(self))
    facts = read(root, RECYCLE)[0]
    assert facts['boot_problems']
    assert len(calls) == 1


def test_without_a_drop_in_nothing_is_persisted(root):
    assert 'persisted' not in read(root, RECYCLE)[0]['parameters'][RECYCLE]


def test_a_host_without_proc_says_so(tmp_path):
    with pytest.raises(errors.SourceUnavailable, match='osrelease: missing'):
        read(str(tmp_path), RECYCLE)


def test_a_bad_name_is_refused(root):
    with pytest.raises(errors.InvalidInput):
        read(root, 'net.ipv4.../../etc/passwd')


class NoOthers(object):
    """A host with one network namespace and a name for it."""

    def own(self):
        return (4, 100)

    def pids(self):
        return [1]

    def identity(self, path):
        return self.own()

    def paths(self):
        return ['/run/docker/netns/default']


def test_other_namespaces_are_read_only_when_asked(root):
    tree, drop_in = sysctl_tree.SysctlTree(root), drop_in_file.DropInFile(os.path.join(root, '90.conf'))
    wish = {'parameters': [RECYCLE], 'source': 'proc', 'namespaces': True}
    facts, warnings = host.read_host(wish, procfs.ProcFs(root), sock_diag.SockDiag(), tree, drop_in, NoOthers())
    assert facts['namespaces'] == []
    assert warnings == []
    assert 'namespaces' not in read(root, RECYCLE)[0]


@pytest.mark.parametrize('path, state', [('etc/sysctl.d/90.conf', 'read'), ('lib/sysctl.d/zz.conf', 'unread'), ('srv/90.conf', 'outside')])
def test_the_next_boot_is_told_and_whether_the_drop_in_counts(root, path, state):
    put(root, 'etc/sysctl.d/zz.conf', u'net.ipv4.tcp_tw_recycle = 0\n')
    wish = {'parameters': [RECYCLE], 'source': 'proc'}
    drop_in = drop_in_file.DropInFile('/' + path, root=root)
    facts, warnings = host.read_host(
        wish, procfs.ProcFs(root), sock_diag.SockDiag(), sysctl_tree.SysctlTree(root), drop_in,
        files=host_files.HostFiles(root))
    assert facts['boot'] == {'loader': 'procps', 'path': state}
    assert facts['parameters'][RECYCLE]['boot'] == {'value': '0', 'source': '/etc/sysctl.d/zz.conf:1', 'shadowed': [], 'loader': 'procps'}
    assert warnings == []
