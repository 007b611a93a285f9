# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot of health, on counters of real kernels; absent is not zero."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock, machine, procfs
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import health

SNMP = (
    u'Ip: Forwarding DefaultTTL\nIp: 2 64\n'
    u'Tcp: RtoAlgorithm MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs\n'
    u'Tcp: 1 -1 7 8 9 10 11 12 13 14\n')
# As Linux 3.10 has it: PAWSPassive still, PAWSTimewait not yet.
NETSTAT = (
    u'TcpExt: SyncookiesSent PAWSPassive PAWSActive PAWSEstab ListenOverflows ListenDrops TCPTimeWaitOverflow\n'
    u'TcpExt: 1 2 3 4 5 6 7\n')


class Still(object):
    def now(self):
        return 12.34567


def tree(tmp_path, snmp=SNMP, netstat=NETSTAT, boot=u'abc-def\n'):
    proc = tmp_path / 'proc'
    for name, text in (('net/snmp', snmp), ('net/netstat', netstat), ('sys/kernel/random/boot_id', boot)):
        if text is not None:
            path = os.path.join(str(proc), name)
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path))
            with io.open(path, 'w', encoding='utf-8') as stream:
                stream.write(text)
    return str(tmp_path)


def read(root):
    return health.read_health(procfs.ProcFs(root), Still(), machine.Machine(root))


def test_it_holds_what_this_kernel_counts(tmp_path):
    assert read(tree(tmp_path)) == {
        'seconds': 12.346, 'boot_id': 'abc-def/?', 'counters': {
            'Tcp.ActiveOpens': 7, 'Tcp.PassiveOpens': 8, 'Tcp.AttemptFails': 9, 'Tcp.EstabResets': 10, 'Tcp.CurrEstab': 11, 'Tcp.InSegs': 12,
            'Tcp.OutSegs': 13, 'Tcp.RetransSegs': 14, 'TcpExt.PAWSPassive': 2, 'TcpExt.PAWSActive': 3, 'TcpExt.PAWSEstab': 4,
            'TcpExt.ListenOverflows': 5, 'TcpExt.ListenDrops': 6, 'TcpExt.TCPTimeWaitOverflow': 7}}


def test_a_file_that_is_not_there_leaves_its_counters_out(tmp_path):
    names = read(tree(tmp_path, netstat=None))['counters']
    assert [name for name in names if name.startswith('TcpExt')] == []
    assert names['Tcp.OutSegs'] == 13


def test_this_kernel_has_the_counters():
    found = health.read_health(procfs.ProcFs(), clock.Clock(), machine.Machine())
    assert set(found['counters']) >= set(['Tcp.CurrEstab', 'Tcp.OutSegs', 'TcpExt.ListenOverflows', 'TcpExt.TCPTimeWaitOverflow'])


def test_a_clock_that_goes_on():
    first, second = [health.read_health(procfs.ProcFs(), clock.Clock(), machine.Machine()) for dummy in range(2)]
    assert second['seconds'] >= first['seconds']
    assert second['boot_id'] == first['boot_id']


@pytest.mark.parametrize('broken', [{'boot': None}, {'snmp': u'Tcp: A B\nTcp: 1\n'}, {'netstat': u'TcpExt: A\nTcpExt: \u0661\u20ac\n'}])
def test_what_cannot_be_read_fails_alone_and_only_warns_beside_a_change(tmp_path, broken):
    root = tree(tmp_path, **broken)
    with pytest.raises(errors.LinuxnetError):
        read(root)
    found, warnings = health.beside_a_change(True, procfs.ProcFs(root), Still(), machine.Machine(root))
    assert (found, len(warnings)) == ({}, 1)


def test_nothing_is_read_unless_it_is_wanted(tmp_path):
    assert health.beside_a_change(False, None, None, None) == ({}, [])
