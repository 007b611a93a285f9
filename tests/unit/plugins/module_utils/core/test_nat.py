# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which evidence gives which verdict: a truth table, and what each kind of fact says."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import nat, nat_evidence, nf_netlink, rt_netlink

PRIVATE, CARRIER, PUBLIC = b'\x0a\0\0\5', b'\x64\x40\0\1', b'\xcb\0\x71\x09'


def row(strength, question=nat.CLIENTS):
    return nat.evidence(question, 'kind', strength, strength + ' thing')


@pytest.mark.parametrize('strengths', [(), (nat.WEAK,), (nat.STRONG,), (nat.WEAK, nat.STRONG)])
@pytest.mark.parametrize('declared', nat.DECLARATIONS)
def test_evidence_proves_and_only_the_operator_denies(strengths, declared):
    found = nat.verdicts([row(one) for one in strengths], declared)['clients']
    if nat.STRONG in strengths or declared == 'present':
        assert found['verdict'] == 'present'
    elif strengths or declared == 'unknown':
        assert found['verdict'] == 'possible'
    else:
        assert found['verdict'] == 'declared_absent'
    assert nat.has_to_be_assumed(found) is (found['verdict'] != 'declared_absent')
    assert found['reasons']
    assert ('which the evidence overrules' in found['reasons'][0]) is (declared == 'absent' and bool(strengths))


@pytest.mark.parametrize('declared', nat.DECLARATIONS)
def test_the_declaration_speaks_of_clients_alone(declared):
    found = nat.verdicts([], declared)
    assert (found['own_address'], found['translates']) == (found['translates'], found['own_address'])
    assert found['own_address']['verdict'] == 'possible'
    assert found['own_address']['reasons'] == ['nothing was seen, which proves nothing; it has to be treated as present']


def test_evidence_on_one_question_does_not_answer_another():
    found = nat.verdicts([row(nat.STRONG, nat.TRANSLATES)], 'absent')
    assert [found[question]['verdict'] for question in nat.QUESTIONS] == ['possible', 'declared_absent', 'present']


@pytest.mark.parametrize('question, strength', [('server', 'weak'), ('clients', 'medium')])
def test_unknown_words_are_refused(question, strength):
    with pytest.raises(ValueError):
        nat.evidence(question, 'kind', strength, 'x')


def told(rows):
    return [(one['question'], one['kind'], one['strength']) for one in rows]


@pytest.mark.parametrize('text, private, public', [
    ('10.0.0.0', True, False), ('9.255.255.255', False, True), ('11.0.0.0', False, True), ('172.15.255.255', False, True), ('172.16.0.0', True, False),
    ('172.31.255.255', True, False), ('172.32.0.0', False, True), ('192.168.255.255', True, False), ('192.169.0.0', False, True),
    ('100.63.255.255', False, True), ('100.64.0.0', True, False), ('100.127.255.255', True, False), ('100.128.0.0', False, True), ('127.0.0.1', False, False),
    ('0.0.0.0', False, False), ('169.254.1.1', False, False), ('223.255.255.255', False, True), ('224.0.0.1', False, False),
    ('255.255.255.255', False, False)])
def test_which_addresses_are_private(text, private, public):
    packed = bytes(bytearray(int(part) for part in text.split('.')))
    assert (nat_evidence.is_private(packed), nat_evidence.is_public(packed)) == (private, public)


def connections(pairs, port=80, listening=(80,)):
    made = nat_evidence.Connections()
    made.listening.update(listening)
    for local, remote, count in pairs:
        for _number in range(count):
            made.add(port, local, remote)
    return made


@pytest.mark.parametrize('local', [PRIVATE, CARRIER, b'\0' * 10 + b'\xff\xff' + PRIVATE])
def test_a_private_address_with_public_peers_is_translated(local):
    rows = nat_evidence.of_connections(connections([(local, PUBLIC, 2)]))
    assert told(rows) == [('own_address', 'private_address', 'strong')]
    assert '203.0.113.9' in rows[0]['detail']


@pytest.mark.parametrize('local, remote', [
    (PRIVATE, PRIVATE), (PUBLIC, PUBLIC), (PUBLIC, PRIVATE), (PRIVATE, b'\x7f\0\0\1'), (b'\xfd' + b'\0' * 15, b'\x20' + b'\1' * 15)])
def test_other_pairs_say_nothing(local, remote):
    assert nat_evidence.of_connections(connections([(local, remote, 2)])) == []


@pytest.mark.parametrize('count, listening, found', [(100, (80,), 0), (101, (80,), 1), (101, (443,), 0)])
def test_many_connections_from_one_address_to_a_listener(count, listening, found):
    rows = nat_evidence.of_connections(connections([(PUBLIC, b'\xc6\x33\x64\1', count)], listening=listening))
    assert told(rows) == [('clients', 'connections_per_address', 'weak')] * found


def test_the_host_itself_is_no_client():
    assert nat_evidence.of_connections(connections([(PUBLIC, PUBLIC, 500)])) == []


@pytest.mark.parametrize('before, after, found', [
    (None, {'PAWSPassive': 3}, [('clients', 'pawspassive', 'weak')]),
    (None, {'PAWSTimewait': 3, 'PAWSEstab': 9}, [('clients', 'pawstimewait', 'weak')]),
    (None, {'PAWSPassive': 0, 'PAWSTimewait': 0}, []),
    (None, {'PAWSEstab': 9}, []),
    (None, None, []),
    ({'PAWSTimewait': 3}, {'PAWSTimewait': 4}, [('clients', 'pawstimewait_grows', 'strong')]),
    ({'PAWSTimewait': 0}, {'PAWSTimewait': 4}, [('clients', 'pawstimewait_grows', 'strong')]),
    ({'PAWSTimewait': 3}, {'PAWSTimewait': 3}, [('clients', 'pawstimewait', 'weak')]),
    ({'PAWSTimewait': 0}, {'PAWSTimewait': 0}, []),
    # a counter that was not there before did not grow
    ({'TW': 1}, {'PAWSTimewait': 4}, [('clients', 'pawstimewait', 'weak')]),
])
def test_counters(before, after, found):
    assert told(nat_evidence.of_counters(before, after, 5)) == found


def translation(kind='masquerade', packets=None, backend='nf_tables'):
    return nat_evidence.Translation(backend, 'ip nat post', kind, packets)


@pytest.mark.parametrize('kind, packets, forwarding, strength', [
    ('masquerade', None, True, 'strong'), ('masquerade', 5, True, 'strong'), ('masquerade', 0, True, 'weak'), ('masquerade', None, False, 'weak'),
    ('masquerade', None, None, 'strong'), ('snat', 7, False, 'weak'), ('dnat', 7, False, 'strong'),
    ('dnat', 0, True, 'weak'), ('redirect', None, False, 'strong')])
def test_rules(kind, packets, forwarding, strength):
    assert told(nat_evidence.of_rules([translation(kind, packets)], forwarding)) == [('translates', 'rule', strength)]


def test_rules_of_one_kind_are_one_row_and_the_used_one_decides():
    rows = nat_evidence.of_rules([translation(packets=0), translation(packets=0), translation(packets=9), translation(packets=0), translation('dnat', 0)], True)
    assert [one['strength'] for one in rows] == ['strong', 'weak']
    assert rows[0]['detail'] == (
        '4 masquerade rules of nf_tables: ip nat post (9 packets), ip nat post (0 packets), ip nat post (0 packets), and 1 more')


@pytest.mark.parametrize('table, name, found', [
    ('nat', 'KUBE-SVC-ABC', True), ('kube-proxy', 'nat-prerouting', True), ('filter', 'KUBE-FIREWALL', False), ('nat', 'KUBE-KUBELET-CANARY', False),
    ('nat', 'DOCKER', False)])
def test_chains_of_kube_proxy(table, name, found):
    rows = nat_evidence.of_chains([nat_evidence.Chain('nf_tables', table, name)])
    assert told(rows) == [('translates', 'kube_proxy', 'strong'), ('clients', 'kube_proxy', 'weak')] * found


def flow(source, answered):
    return nf_netlink.Flow(nf_netlink.Tuple(source, 1, PUBLIC, 80), nf_netlink.Tuple(PUBLIC, 80, answered, 1))


def test_connections_that_are_translated():
    flows = nat_evidence.Flows(set([PRIVATE]))
    for one in (flow(b'\x0a\0\0\6', b'\x0a\0\0\6'), flow(b'\x0a\0\0\6', CARRIER), flow(PRIVATE, CARRIER)):
        flows.add(one, *nf_netlink.translated(one))
    assert told(flows.rows()) == [('translates', 'conntrack_entry', 'strong'), ('own_address', 'conntrack_entry', 'strong')]
    assert flows.rows()[0]['detail'].startswith('2 of 3 conntrack entries with a translated source')


LINKS = [rt_netlink.Link(1, 'lo', '', True, True), rt_netlink.Link(2, 'eth0', '', False, True), rt_netlink.Link(3, 'eth1', '', False, True)]
NETWORKS = [rt_netlink.Address(1, b'\x7f\0\0\1', 8), rt_netlink.Address(2, PUBLIC, 24), rt_netlink.Address(3, PRIVATE, 24)]


@pytest.mark.parametrize('addresses, forwarding, found', [
    (NETWORKS, True, True), (NETWORKS, False, False), (NETWORKS, None, False), (NETWORKS[:2], True, False),
    # a second address in the same network, a service's own /32, and link-local addresses make no second network
    (NETWORKS[:2] + [rt_netlink.Address(2, b'\xcb\0\x71\x0a', 24)], True, False), (NETWORKS[:2] + [rt_netlink.Address(3, PRIVATE, 32)], True, False),
    (NETWORKS[:2] + [rt_netlink.Address(3, b'\xfe\x80' + b'\0' * 13 + b'\1', 64)], True, False)])
def test_forwarding_between_networks(addresses, forwarding, found):
    assert told(nat_evidence.of_network(LINKS, addresses, forwarding)) == [('translates', 'forwarding', 'weak')] * found


@pytest.mark.parametrize('name, found', [
    ('docker0', True), ('br-0123456789ab', True), ('cni0', True), ('cali0123456789a', True), ('flannel.1', True), ('kube-ipvs0', True), ('eth0', False),
    ('br-lan', False), ('docker01', False), ('veth12', False)])
def test_interfaces_of_container_engines(name, found):
    rows = nat_evidence.of_network([rt_netlink.Link(4, name, '', False, True)], [], False)
    assert told(rows) == [('translates', 'container_network', 'weak')] * found


IPVS = b'''IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  CB007109:0050 rr
  -> 0A000001:0050      %s    1      0          0
'''


@pytest.mark.parametrize('way, strengths', [('Masq', ['strong']), ('Route', ['weak']), ('Tunnel', ['weak']), (None, [])])
def test_ipvs(way, strengths):
    text = IPVS.replace(b'%s', way.encode('ascii')) if way else b''.join(IPVS.splitlines(True)[:3])
    assert [one['strength'] for one in nat_evidence.of_ipvs(text)] == strengths
