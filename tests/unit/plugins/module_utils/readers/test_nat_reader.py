# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence of a host put together: captured answers, sources that refuse, and an old kernel's files."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os
import shutil

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import host_files, procfs
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import nat

CAPTURE = 'nat_netlink_hex.txt'
GET_CHAIN, GET_RULE, GET_CONNTRACK, GET_LINK, GET_ADDRESS = b'\x04\x0a', b'\x07\x0a', b'\x01\x01', b'\x12\x00', b'\x16\x00'


class Answers(object):
    """Answer each netlink request by its type: with datagrams, whose sequence becomes that of the request, or with an error."""

    def __init__(self, by_type):
        self.by_type = by_type
        self.asked = []

    def dump(self, request):
        self.asked.append(request[4:6])
        answer = self.by_type.get(request[4:6], [])
        if isinstance(answer, Exception):
            raise answer
        for one in answer:
            data = bytearray(one)
            position = 0
            while position < len(data):
                data[position + 8:position + 12] = request[8:12]
                position += (data[position] | data[position + 1] << 8) + 3 & ~3
            yield data, len(data)


class NoSockDiag(object):
    def dump(self, request):
        raise errors.SourceUnavailable('netlink sock_diag is refused here')


class Tables(object):
    """Stand for XTables with captured answers."""

    def __init__(self, captures=None):
        self.captures = captures

    def ask(self, family, option, request):
        if self.captures is None:
            raise errors.SourceUnavailable('%s_tables: the kernel answered EPERM' % family)
        return bytes(self.captures.datagrams('6.18.44', family + '_tables nat', CAPTURE)[option - 64])


def put(root, path, text):
    full = os.path.join(root, path)
    if not os.path.isdir(os.path.dirname(full)):
        os.makedirs(os.path.dirname(full))
    with io.open(full, 'w', encoding='ascii') as stream:
        stream.write(text)


@pytest.fixture
def root(tmp_path, captures):
    path = os.path.join(str(tmp_path), 'root')
    shutil.copytree(os.path.join(captures.root('4.9.115'), 'proc'), os.path.join(path, 'proc'))
    return path


@pytest.fixture
def captured(captures):
    titles = {GET_CHAIN: 'nf_tables chains', GET_RULE: 'nf_tables rules', GET_CONNTRACK: 'conntrack', GET_LINK: 'links', GET_ADDRESS: 'addresses'}
    return dict((kind, captures.datagrams('6.18.44', title, CAPTURE)) for kind, title in titles.items())


DONE = [bytearray(b'\x14\0\0\0\3\0\2\0' + b'\0' * 12)]
EMPTY = dict((kind, DONE) for kind in (GET_CHAIN, GET_RULE, GET_CONNTRACK, GET_LINK, GET_ADDRESS))


def ports(root, answers, tables=None, pause=None):
    port = Answers(answers)
    return nat.Ports(procfs.ProcFs(root), NoSockDiag(), port, port, tables or Tables(), host_files.HostFiles(root), pause)


def kinds(facts):
    return sorted(set((row['question'], row['kind']) for row in facts['evidence']))


def test_everything_that_a_router_shows(root, captured, captures):
    put(root, 'proc/net/ip_tables_names', u'nat\nfilter\n')
    put(root, 'proc/net/ip6_tables_names', u'nat\n')
    put(root, 'proc/sys/net/netfilter/nf_conntrack_count', u'1\n')
    put(root, 'proc/sys/net/ipv4/ip_forward', u'1\n')
    facts = nat.read_nat({}, ports(root, captured, Tables(captures)))
    assert kinds(facts) == [
        ('clients', 'kube_proxy'), ('translates', 'conntrack_entry'), ('translates', 'container_network'), ('translates', 'forwarding'),
        ('translates', 'kube_proxy'), ('translates', 'rule')]
    assert facts['unread'] == []
    backends = set(row['detail'].partition(' of ')[2].partition(':')[0] for row in facts['evidence'] if row['kind'] == 'rule')
    assert backends == set(['nf_tables', 'ip_tables', 'ip6_tables'])


def test_a_host_that_shows_nothing_has_no_evidence(root):
    assert nat.read_nat({}, ports(root, EMPTY)) == {'evidence': [], 'unread': []}


def test_what_refuses_is_named_and_is_no_absence(root):
    put(root, 'proc/net/ip_tables_names', u'nat\n')
    put(root, 'proc/sys/net/netfilter/nf_conntrack_count', u'1\n')
    closed = errors.SourceUnavailable('netlink: the kernel answered EPERM', errno=errno.EPERM)
    found = nat.read_verdicts({}, None, ports(root, dict((kind, closed) for kind in EMPTY)))
    assert [row['source'] for row in found['unread']] == ['interfaces', 'addresses', 'nf_tables', 'ip_tables', 'conntrack']
    assert set(one['verdict'] for one in found['verdicts'].values()) == set(['possible'])


@pytest.mark.parametrize('number', [errno.EINVAL, errno.EOPNOTSUPP, errno.EPROTONOSUPPORT])
def test_a_kernel_without_nf_tables_has_no_rules_to_hide(root, number):
    answers = dict(EMPTY)
    answers[GET_CHAIN] = errors.SourceUnavailable('the kernel answered', errno=number)
    assert nat.read_nat({}, ports(root, answers)) == {'evidence': [], 'unread': []}


@pytest.mark.parametrize('modules, builtin, asked', [
    (u'nf_tables 1 0 - Live 0x0\n', u'kernel/net/ipv4/tunnel4.ko\n', True), (u'ext4 1 0 - Live 0x0\n', u'kernel/net/ipv4/tunnel4.ko\n', False),
    (u'ext4 1 0 - Live 0x0\n', u'kernel/net/netfilter/nf_tables.ko\n', True), (u'ext4 1 0 - Live 0x0\n', None, True),
    (None, u'kernel/net/ipv4/tunnel4.ko\n', True)])
def test_a_module_that_is_not_loaded_stays_so(root, modules, builtin, asked):
    put(root, 'proc/sys/kernel/osrelease', u'4.9.115\n')
    for path, text in (('proc/modules', modules), ('lib/modules/4.9.115/modules.builtin', builtin)):
        if text is not None:
            put(root, path, text)
    host = ports(root, EMPTY)
    nat.read_nat({}, host)
    assert (GET_CHAIN in host.netfilter.asked) is asked


def test_a_table_that_is_not_there_is_not_asked_for(root):
    put(root, 'proc/net/ip_tables_names', u'filter\n')
    assert nat.read_nat({}, ports(root, EMPTY))['unread'] == []


def test_connections_are_asked_for_only_where_some_are_tracked(root, captured):
    host = ports(root, captured)
    nat.read_nat({}, host)
    assert GET_CONNTRACK not in host.netfilter.asked


def test_proc_comes_before_netlink(root, captured):
    put(root, 'proc/net/nf_conntrack', u'ipv4     2 tcp      6 119 TIME_WAIT src=10.0.0.2 dst=203.0.113.9 sport=4 dport=80 '
        u'src=203.0.113.9 dst=198.51.100.1 sport=80 dport=4 [ASSURED] use=2\n')
    host = ports(root, captured)
    assert ('translates', 'conntrack_entry') in kinds(nat.read_nat({}, host))
    assert GET_CONNTRACK not in host.netfilter.asked


def test_a_long_list_of_connections_is_cut_and_says_so(root, monkeypatch):
    monkeypatch.setattr(nat, 'MOST_FLOWS', 2)
    line = u'ipv4 2 tcp 6 9 ESTABLISHED src=10.0.0.2 dst=10.0.0.3 sport=4 dport=80 src=10.0.0.3 dst=10.0.0.2 sport=80 dport=4 use=2\n'
    put(root, 'proc/net/nf_conntrack', line * 3)
    assert nat.read_nat({}, ports(root, EMPTY))['unread'] == [{'source': 'conntrack', 'reason': 'only the first 2 entries were looked at'}]


def netstat(dropped):
    return u'TcpExt: SyncookiesSent PAWSPassive\nTcpExt: 0 %d\n' % dropped


@pytest.mark.parametrize('interval, later, kind', [(0, 9, 'pawspassive'), (5, 9, 'pawspassive_grows'), (5, 2, 'pawspassive')])
def test_counters_are_read_twice_when_asked(root, interval, later, kind):
    put(root, 'proc/net/netstat', netstat(2))
    waited = []

    def pause(seconds):
        waited.append(seconds)
        put(root, 'proc/net/netstat', netstat(later))

    facts = nat.read_nat({'interval': interval}, ports(root, EMPTY, pause=pause))
    assert kinds(facts) == [('clients', kind)]
    assert waited == [interval] * bool(interval)


def test_sockets_come_from_proc_where_netlink_refuses(root, captured):
    lines = [u'  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n']
    lines.append(u'   0: 0500000A:0016 097171CB:9C40 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 20 4 1 10 -1\n')
    put(root, 'proc/net/tcp', u''.join(lines))
    assert kinds(nat.read_nat({}, ports(root, EMPTY))) == [('own_address', 'private_address')]
    assert [row['source'] for row in nat.read_nat({'source': 'netlink'}, ports(root, EMPTY))['unread']] == ['sockets']


def test_a_negative_interval_is_refused(root):
    with pytest.raises(errors.InvalidInput, match='interval: -1'):
        nat.read_verdicts({'interval': -1}, None, ports(root, EMPTY))
