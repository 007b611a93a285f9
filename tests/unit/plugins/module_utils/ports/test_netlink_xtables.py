# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ports make of a kernel that refuses, is silent, or is not the one that answers."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import socket

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netlink, xtables


class FakeSocket(object):
    """Give prepared answers: (bytes, sender, length) or an error."""

    def __init__(self, answers):
        self.answers, self.closed, self.made = list(answers), False, None

    def __call__(self, *arguments):
        self.made = arguments
        return self

    def settimeout(self, seconds):
        self.timeout = seconds

    def sendto(self, request, address):
        self.sent = request, address

    def recvfrom_into(self, data, size, flags):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        content, sender, length = answer
        data[:len(content)] = content
        return length, sender

    def close(self):
        self.closed = True


def refusal(number):
    return OSError(number, 'no')


def test_a_datagram_is_carried_and_an_interrupted_call_repeated():
    fake = FakeSocket([refusal(errno.EINTR), (b'answer', (0, 0), 6)])
    dump = netlink.Netlink(netlink.NETFILTER, fake).dump(b'request')
    data, length = next(dump)
    assert bytes(data[:length]) == b'answer'
    assert fake.sent == (b'request', (0, 0))
    assert fake.made[2] == 12
    dump.close()
    assert fake.closed


@pytest.mark.parametrize('answer, kind, text', [
    (refusal(errno.EPERM), errors.SourceUnavailable, 'refused here: EPERM'), (socket.timeout('late'), errors.SourceUnavailable, 'silent'),
    ((b'x', (77, 0), 1), errors.IncompleteDump, 'process 77 answered'), ((b'', (0, 0), 0), errors.IncompleteDump, 'an empty datagram'),
    ((b'x', (0, 0), 70000), errors.IncompleteDump, 'was cut to 65536')])
def test_what_cannot_be_used_is_an_error(answer, kind, text):
    fake = FakeSocket([answer])
    with pytest.raises(kind, match=text):
        next(netlink.Netlink(netlink.ROUTE, fake).dump(b'request'))
    assert fake.closed


def test_a_kernel_without_the_protocol_tells_its_number():
    def no_socket(*arguments):
        raise refusal(errno.EPROTONOSUPPORT)

    with pytest.raises(errors.SourceUnavailable) as caught:
        next(netlink.Netlink(netlink.NETFILTER, no_socket).dump(b'request'))
    assert caught.value.details == {'errno': errno.EPROTONOSUPPORT}


def test_a_table_is_asked_through_getsockopt():
    fake, calls = FakeSocket([]), []

    def getsockopt(connection, level, option, request):
        calls.append((connection, level, option, request))
        return b'answer'

    assert xtables.XTables(fake, getsockopt).ask('ip6', 64, b'nat') == b'answer'
    assert calls == [(fake, 41, 64, b'nat')]
    assert fake.closed


def test_a_refused_table_is_an_error():
    def getsockopt(*arguments):
        raise refusal(errno.EPERM)

    fake = FakeSocket([])
    with pytest.raises(errors.SourceUnavailable, match='ip_tables: the kernel answered EPERM'):
        xtables.XTables(fake, getsockopt).ask('ip', 64, b'nat')
    assert fake.closed
