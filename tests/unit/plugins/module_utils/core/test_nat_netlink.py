# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a 6.18 kernel answered about NAT rules, connections, interfaces and legacy tables; and broken twins of it."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, netlink, nf_netlink, rt_netlink, xt_table

KERNEL, CAPTURE, SEQUENCE = '6.18.44', 'nat_netlink_hex.txt', 7


def walk(datagrams, parse, sequence=SEQUENCE):
    found = []
    dump = netlink.Dump('netlink test', sequence, lambda kind, body: found.append(parse(kind, body)))
    for one in datagrams:
        if dump.feed(one, len(one)):
            break
    dump.finish()
    return [one for one in found if one is not None]


@pytest.fixture
def answer(captures):
    return lambda title: captures.datagrams(KERNEL, title, CAPTURE)


def test_chains(answer):
    found = walk(answer('nf_tables chains'), nf_netlink.parse_chain)
    assert [tuple(one) for one in found] == [
        ('ip', 't_nat', 'pre'), ('ip', 't_nat', 'out'), ('ip', 't_nat', 'post'), ('ip6', 'six', 'post'), ('inet', 'plain', 'KUBE-SERVICES')]


def test_rules_that_translate_and_no_others(answer):
    found = walk(answer('nf_tables rules'), nf_netlink.parse_rule)
    assert [(one.family, one.chain, one.translation, one.packets) for one in found] == [
        ('ip', 'pre', 'dnat', 0), ('ip', 'pre', 'redirect', None), ('ip', 'out', 'dnat', 1), ('ip', 'post', 'masquerade', 0),
        ('ip', 'post', 'snat', None), ('ip', 'post', 'masquerade', None), ('ip6', 'post', 'masquerade', None)]


def attribute(kind, value):
    return struct.pack('=HH', 4 + len(value), kind) + value + b'\0' * (-len(value) % 4)


def rule(name, data):
    expression = attribute(1, name + b'\0') + attribute(0x8000 | 2, data)
    return b'\2\0\0\0' + attribute(1, b'nat\0') + attribute(2, b'POSTROUTING\0') + attribute(4, attribute(1, expression))


@pytest.mark.parametrize('target, word', [(b'MASQUERADE', 'masquerade'), (b'NETMAP', 'netmap'), (b'LOG', None)])
def test_targets_of_iptables_nft(target, word):
    found = nf_netlink.parse_rule(10 << 8 | 6, rule(b'target', attribute(1, target + b'\0')))
    assert (found and found.translation) == word


def test_data_that_is_no_list_of_attributes_is_left_alone():
    assert nf_netlink.parse_rule(10 << 8 | 6, rule(b'strange', b'\xff' * 9)) is None


def test_a_connection_whose_destination_is_translated(answer):
    found, = walk(answer('conntrack'), nf_netlink.parse_flow)
    assert found.original == (b'\x7f\0\0\1', found.original.source_port, b'\x7f\0\0\x09', 7000)
    assert found.reply == (b'\x7f\0\0\1', 7001, b'\x7f\0\0\1', found.original.source_port)
    assert nf_netlink.translated(found) == (False, True)


LINE = ('ipv4     2 tcp      6 119 TIME_WAIT src=%s dst=203.0.113.9 sport=40000 dport=80 src=203.0.113.9 dst=%s sport=80 dport=%s '
        '[ASSURED] mark=0 zone=0 use=2\n')


@pytest.mark.parametrize('own, answered, port, source', [
    ('10.0.0.2', '10.0.0.2', '40000', False), ('10.0.0.2', '198.51.100.1', '40000', True), ('10.0.0.2', '10.0.0.2', '40001', True)])
def test_lines_of_proc_say_the_same(own, answered, port, source):
    flow = nf_netlink.parse_flow_line((LINE % (own, answered, port)).encode('ascii'))
    assert flow.original.source == b'\x0a\0\0\2'
    assert nf_netlink.translated(flow) == (source, False)


def test_ipv6_and_protocols_without_ports():
    six = b'ipv6 10 icmpv6 58 29 src=2001:0db8:0000:0000:0000:0000:0000:0001 dst=2001:0db8:0000:0000:0000:0000:0000:0002 type=128 code=0 id=7 '
    flow = nf_netlink.parse_flow_line(
        six + b'src=2001:0db8:0000:0000:0000:0000:0000:0002 dst=2001:0db8:0000:0000:0000:0000:0000:0003 type=129 code=0 id=7 use=1\n')
    assert flow.original == (b'\x20\x01\x0d\xb8' + b'\0' * 11 + b'\1', None, b'\x20\x01\x0d\xb8' + b'\0' * 11 + b'\2', None)
    assert nf_netlink.translated(flow) == (True, False)


def test_a_torn_line_is_no_connection():
    with pytest.raises(errors.ParseError, match='1 tuples, not 2'):
        nf_netlink.parse_flow_line(b'ipv4 2 tcp 6 119 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2\n')


def test_links_and_addresses(answer):
    links = walk(answer('links'), rt_netlink.parse_link)
    assert [(one.name, one.kind, one.loopback) for one in links] == [
        ('lo', '', True), ('veth1', 'veth', False), ('veth0', 'veth', False), ('br-0123456789ab', 'bridge', False)]
    addresses = walk(answer('addresses'), rt_netlink.parse_address)
    assert (3, b'\x0a\5\0\1', 24) in addresses
    assert (1, b'\0' * 15 + b'\1', 128) in addresses


def legacy(captures, family):
    info, entries = captures.datagrams(KERNEL, family + '_tables nat', CAPTURE)
    return xt_table.parse_info(bytes(info)), bytes(entries)


def test_legacy_tables(captures):
    info, entries = legacy(captures, 'ip')
    found = xt_table.parse_entries(entries, info, 'ip')
    assert [tuple(one) for one in found if one.target] == [('PREROUTING', 'DNAT', 0), ('POSTROUTING', 'MASQUERADE', 0)]
    assert 'KUBE-SVC-ABCDEF' in [one.chain for one in found]
    info, entries = legacy(captures, 'ip6')
    assert [tuple(one) for one in xt_table.parse_entries(entries, info, 'ip6') if one.target] == [('POSTROUTING', 'MASQUERADE', 0)]


def test_what_the_kernel_is_asked_for_fits_the_answer(captures):
    info, entries = legacy(captures, 'ip')
    assert len(xt_table.entries_request('nat', info)) == len(entries)
    assert xt_table.info_request('nat').startswith(b'nat\0')


@pytest.mark.parametrize('cut', [1, 40, 200, 1000])
def test_a_cut_table_is_seen(captures, cut):
    info, entries = legacy(captures, 'ip')
    with pytest.raises(errors.ParseError):
        xt_table.parse_entries(entries[:-cut], info, 'ip')


@pytest.mark.parametrize('size', [0, 83])
def test_a_cut_description_is_seen(size):
    with pytest.raises(errors.ParseError):
        xt_table.parse_info(b'\0' * size)


def test_a_dump_that_stops_early_is_not_used(answer):
    with pytest.raises(errors.IncompleteDump, match='stopped before'):
        walk(answer('nf_tables rules')[:-1], nf_netlink.parse_rule)


@pytest.mark.parametrize('at, value, text', [(0, 9999, 'claims 9999 bytes'), (8, 8, 'answers request 8, not 7')])
def test_broken_headers_are_seen(answer, at, value, text):
    data = answer('nf_tables chains')
    struct.pack_into('=I', data[0], at, value)
    with pytest.raises(errors.IncompleteDump, match=text):
        walk(data, nf_netlink.parse_chain)


def test_a_dump_that_changed_meanwhile_is_seen(answer):
    data = answer('nf_tables chains')
    struct.pack_into('=H', data[0], 6, 0x12)
    with pytest.raises(errors.IncompleteDump, match='changed while'):
        walk(data, nf_netlink.parse_chain)


def test_a_refusal_carries_its_number():
    refusal = bytearray(struct.pack('=IHHIIi', 36, 2, 0, SEQUENCE, 0, -1) + b'\0' * 16)
    with pytest.raises(errors.SourceUnavailable, match='EPERM') as caught:
        walk([refusal], nf_netlink.parse_chain)
    assert caught.value.details == {'errno': 1}


def test_an_attribute_that_does_not_fit_is_seen():
    with pytest.raises(errors.ParseError, match='claims 9 bytes where 8'):
        list(netlink.attributes(struct.pack('=HHI', 9, 1, 0)))
