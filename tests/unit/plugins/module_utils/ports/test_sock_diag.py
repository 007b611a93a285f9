# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import socket

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, inet_diag, tcp_state
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import sock_diag

KERNEL = (0, 0)


class FakeSocket(object):
    """Give prepared answers: (bytes, sender), a length that is larger than the bytes, or an error."""

    def __init__(self, answers):
        self.answers = list(answers)
        self.closed = False
        self.sent = []
        self.made = None
        self.timeout = None

    def __call__(self, *arguments):
        self.made = arguments
        return self

    def settimeout(self, seconds):
        self.timeout = seconds

    def sendto(self, request, address):
        self.sent.append((request, address))

    def recvfrom_into(self, data, size, flags):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        content, sender, length = answer
        data[:len(content)] = content
        return length, sender

    def close(self):
        self.closed = True


def datagram(content, sender=KERNEL, length=None):
    return content, sender, len(content) if length is None else length


def received(fake):
    return [bytes(data[:length]) for data, length in sock_diag.SockDiag(fake).dump(b'request')]


def refused(number):
    def factory(*arguments):
        raise socket.error(number, 'refused')
    return factory


def test_the_request_goes_to_the_kernel_and_the_answers_come_back():
    fake = FakeSocket([datagram(b'one'), datagram(b'three')])
    dump = sock_diag.SockDiag(fake).dump(b'request')
    for expected in (b'one', b'three'):
        data, length = next(dump)
        assert bytes(data[:length]) == expected
    assert fake.sent == [(b'request', KERNEL)]
    assert fake.made == (16, socket.SOCK_RAW, 4)
    assert fake.timeout and fake.timeout > 0
    assert not fake.closed
    dump.close()
    assert fake.closed


def test_one_buffer_is_used_again():
    fake = FakeSocket([datagram(b'one'), datagram(b'two')])
    dump = sock_diag.SockDiag(fake).dump(b'')
    assert next(dump)[0] is next(dump)[0]


@pytest.mark.parametrize('answer, why', [
    (datagram(b'x' * 100, length=70000), 'a datagram of 70000 bytes was cut to 65536'),
    (datagram(b'x', sender=(4711, 0)), 'process 4711 answered'),
    (datagram(b''), 'an empty datagram'),
])
def test_what_cannot_be_trusted_is_incomplete(answer, why):
    fake = FakeSocket([datagram(b'good'), answer])
    with pytest.raises(errors.IncompleteDump) as caught:
        received(fake)
    assert why in caught.value.message
    assert fake.closed


def test_a_signal_in_between_is_no_failure():
    fake = FakeSocket([socket.error(errno.EINTR, 'Interrupted'), datagram(b'one')])
    assert bytes(next(sock_diag.SockDiag(fake).dump(b''))[0][:3]) == b'one'


@pytest.mark.parametrize('number', [errno.EPERM, errno.EACCES, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT, errno.EMFILE])
def test_no_socket_names_the_errno(number):
    with pytest.raises(errors.SourceUnavailable) as caught:
        received(refused(number))
    assert 'refused here: %s' % errno.errorcode[number] in caught.value.message


@pytest.mark.parametrize('number', [errno.ENOBUFS, errno.ECONNREFUSED, errno.EPERM])
def test_an_error_while_receiving_closes_the_socket(number):
    fake = FakeSocket([datagram(b'one'), socket.error(number, 'no')])
    with pytest.raises(errors.SourceUnavailable) as caught:
        received(fake)
    assert errno.errorcode[number] in caught.value.message
    assert fake.closed


def test_silence_is_an_error():
    fake = FakeSocket([socket.timeout('timed out')])
    with pytest.raises(errors.SourceUnavailable) as caught:
        received(fake)
    assert 'silent' in caught.value.message
    assert fake.closed


def ask(diag, mask):
    table = [0] * 256
    dump = inet_diag.Dump(9, lambda *run: inet_diag.count_run(table, *run))
    answer = diag.dump(inet_diag.build_request(inet_diag.AF_INET, mask, 9))
    for data, length in answer:
        if dump.feed(data, length):
            break
    answer.close()
    dump.finish()
    return table


def test_this_kernel_shows_a_listener():
    server = socket.socket()
    server.bind(('127.0.0.1', 0))
    server.listen(1)
    try:
        table = ask(sock_diag.SockDiag(timeout=10), 1 << tcp_state.LISTEN)
    except errors.IncompleteDump:
        raise
    except errors.SourceUnavailable as exc:
        pytest.skip('netlink is refused on this machine: %s' % exc)
    finally:
        server.close()
    assert table[tcp_state.LISTEN] >= 1
    assert sum(table) == table[tcp_state.LISTEN]
