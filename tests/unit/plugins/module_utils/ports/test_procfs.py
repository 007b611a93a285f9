# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import procfs


@pytest.fixture
def root(tmpdir):
    tmpdir.mkdir('proc').mkdir('net')
    return tmpdir


def test_read_gives_bytes(root):
    root.join('proc', 'net', 'snmp').write_binary(b'Tcp: A\nTcp: 1\n')
    assert procfs.ProcFs(str(root)).read('net/snmp') == b'Tcp: A\nTcp: 1\n'


def test_a_long_list_comes_whole(root):
    text = b','.join(str(port).encode('ascii') for port in range(1, 65536, 2)) + b'\n'
    root.join('proc', 'net', 'ports').write_binary(text)
    assert procfs.ProcFs(str(root)).read('net/ports') == text


def test_the_first_read_can_take_the_longest_port_list(root, monkeypatch):
    # The kernel gives ip_local_reserved_ports to the first read(2) only.
    text = b','.join(str(port).encode('ascii') for port in range(1, 65536, 2)) + b'\n'
    answers = [text]

    def read(descriptor, size):
        return answers.pop()[:size] if answers else b''

    root.join('proc', 'net', 'ports').write_binary(b'')
    monkeypatch.setattr(os, 'read', read)
    assert procfs.ProcFs(str(root)).read('net/ports') == text


@pytest.mark.parametrize('path', ['net/tcp6', 'nothing/here', 'net/snmp/below'])
def test_a_missing_file_is_none(root, path):
    root.join('proc', 'net', 'snmp').write_binary(b'')
    fs = procfs.ProcFs(str(root))
    assert fs.read(path) is None
    assert fs.lines(path) is None
    assert not fs.exists(path)


def test_lines_keep_their_ends(root):
    root.join('proc', 'net', 'tcp').write_binary(b'one\ntwo\nto')
    fs = procfs.ProcFs(str(root))
    assert list(fs.lines('net/tcp')) == [b'one\n', b'two\n', b'to']
    assert fs.exists('net/tcp')


def test_a_refusal_names_the_file(root):
    fs = procfs.ProcFs(str(root))
    for attempt in (fs.read, lambda path: list(fs.lines(path))):
        with pytest.raises(errors.SourceUnavailable) as caught:
            attempt('net')
        assert caught.value.message.startswith('%s/proc/net: ' % root)


def refuse(*args, **kwargs):
    raise OSError(errno.EACCES, 'Permission denied')


def test_no_permission_is_not_absence(root, monkeypatch):
    monkeypatch.setattr(os, 'open', refuse)
    with pytest.raises(errors.SourceUnavailable) as caught:
        procfs.ProcFs(str(root)).read('net/tcp')
    assert caught.value.message.endswith('Permission denied')


def test_no_permission_to_stream_is_not_absence(root, monkeypatch):
    monkeypatch.setattr(io, 'open', refuse)
    with pytest.raises(errors.SourceUnavailable):
        procfs.ProcFs(str(root)).lines('net/tcp')


def test_a_signal_in_between_is_no_failure(root, monkeypatch):
    answers = [b'', OSError(errno.EINTR, 'Interrupted'), b'tail', OSError(errno.EINTR, 'Interrupted'), b'head ']

    def read(descriptor, size):
        answer = answers.pop()
        if isinstance(answer, OSError):
            raise answer
        return answer

    root.join('proc', 'net', 'snmp').write_binary(b'')
    monkeypatch.setattr(os, 'read', read)
    assert procfs.ProcFs(str(root)).read('net/snmp') == b'head tail'


def test_this_kernel():
    fs = procfs.ProcFs()
    assert next(iter(fs.lines('net/tcp'))).startswith(b'  sl  local_address')
    assert fs.read('net/sockstat').startswith(b'sockets: used ')
