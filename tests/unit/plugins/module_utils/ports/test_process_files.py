# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import socket

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock, process_files


def test_the_own_process_holds_its_socket():
    one = socket.socket()
    try:
        files = process_files.ProcessFiles()
        assert os.getpid() in files.pids()
        assert os.fstat(one.fileno()).st_ino in files.socket_inodes(os.getpid())
    finally:
        one.close()
    assert files.command(os.getpid())


def test_other_descriptors_are_no_sockets(tmpdir):
    folder = tmpdir.ensure('proc', '7', 'fd', dir=True)
    for name, target in (('0', '/dev/null'), ('3', 'socket:[4711]'), ('4', 'pipe:[4712]'), ('5', 'anon_inode:[eventpoll]')):
        os.symlink(target, str(folder.join(name)))
    tmpdir.join('proc', '7', 'comm').write('java\n')
    tmpdir.ensure('proc', 'net', dir=True)
    files = process_files.ProcessFiles(str(tmpdir))
    assert files.pids() == [7]
    assert files.socket_inodes(7) == [4711]
    assert files.command(7) == 'java'


def test_a_process_that_ended_holds_nothing(tmpdir):
    files = process_files.ProcessFiles(str(tmpdir))
    assert (files.pids(), files.socket_inodes(7), files.command(7)) == ([], [], None)


def test_a_process_of_somebody_else_is_closed(monkeypatch):
    def refuse(path):
        raise OSError(errno.EACCES, 'Permission denied')

    monkeypatch.setattr(process_files.os, 'listdir', refuse)
    assert process_files.ProcessFiles().socket_inodes(1) is None


def test_the_clock_goes_forward():
    watch = clock.Clock()
    before = watch.now()
    watch.sleep(0.03)
    assert 0 < watch.now() - before < 30
