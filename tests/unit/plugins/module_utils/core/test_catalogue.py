# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, catalogue_check, errors, sysctl_value

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'fixtures', 'catalogue')
KERNELS = {'3.10.105': (3, 10, 105), '4.9.115': (4, 9, 115)}
# Stable series take fixes with new keys: 3.10.105 has what mainline got in 3.12.
BACKPORTED = {'3.10.105': ['net.ipv4.tcp_min_tso_segs'], '4.9.115': []}
# 3.10 kept a copy in each namespace and went back to one for the host later; a row has one span only.
TWICE_MOVED = {'3.10.105': ['net.ipv4.tcp_mem'], '4.9.115': []}
KEEPS = 'net.ipv4.', 'net.core.'

HEAD = '@ prefix=net.ipv4. source=somewhere\n'
GOOD = 'tcp_a | int | seconds | 1..9 | 0..20 | 4.1-4.11 | 4.2 | 3 |'


def refusal(*lines):
    with pytest.raises(catalogue.ContradictoryRow) as caught:
        catalogue_check.build(HEAD + '\n'.join(lines))
    return str(caught.value)


def captured(kernel):
    path = os.path.join(FIXTURES, 'keys-vanilla-%s.tsv' % kernel)
    with io.open(path, encoding='ascii') as handle:
        lines = [line.rstrip('\n').split('\t') for line in handle if not line.startswith('#')]
    assert len(lines) > 140
    return lines


def test_a_row_carries_what_its_line_says():
    row = catalogue_check.build(HEAD + GOOD + '\n  ! hurts')[0]
    assert row == catalogue.Parameter(
        'net.ipv4.tcp_a', 'int', 'seconds', 1, 9, 0, 20, None, (4, 1), (4, 11), (4, 2), '3', None, (), 0, 'hurts', 'somewhere')


def test_a_row_that_is_looked_up_is_the_one_that_was_checked():
    rows = catalogue.parameters()
    assert [row for row in rows if catalogue.get(row.name) != row] == []
    assert [catalogue.get(name) for name in ('', 'net.ipv4.', 'net.ipv4.no_such_key', '@ prefix', 'tcp_sack')] == [None] * 5


def test_a_row_may_be_one_way():
    assert [row.one_way for row in catalogue_check.build(HEAD + GOOD + '\n  = one way\n  ! hurts\n' + GOOD.replace('tcp_a', 'tcp_b'))] == [True, False]
    assert refusal(GOOD, '  = two ways') == 'net.ipv4.tcp_a: unknown trait "two ways"; the only one is: one way'
    assert [row.name for row in catalogue.parameters() if row.one_way] == ['net.netfilter.nf_hooks_lwtunnel']


@pytest.mark.parametrize('line, problem', [
    ('tcp_a | int | | 1..9 | 0..20 | 4.12-4.11 | host | |', 'since is later than until'),
    ('tcp_a | int | | 9..1 | 0..20 | | host | |', 'sensible minimum 9 above maximum 1'),
    ('tcp_a | int | | 1..9 | 20..0 | | host | |', 'enforced minimum 20 above maximum 0'),
    ('tcp_a | int | | 1..9 | 2..20 | | host | |', 'sensible range outside the enforced one'),
    ('tcp_a | int | | 1..9 | 0..8 | | host | |', 'sensible range outside the enforced one'),
    ('tcp_a | number | | 1..9 | 0..20 | | host | |', 'unknown type number'),
    ('tcp_a | int | | 1,2 | 0..20 | | host | |', 'choices belong to an enum'),
    ('tcp_a | enum | | 1..2 | 0..20 | | host | |', 'choices belong to an enum'),
    ('tcp_a | enum | | 2,1 | 0..20 | | host | |', 'choices must ascend'),
    ('tcp_a | bool | | 0..2 | 0..20 | | host | |', 'a bool is 0..1'),
    ('tcp_a | int | | | 0..20 | | host | |', 'a number needs a sensible range'),
    ('tcp_a | string | | 1..9 | | | host | |', 'text has none'),
    ('tcp_a | int | | 1..9 | 0..20 | 4.5- | 4.4 | |', 'per namespace before it existed'),
    ('tcp_a | int | | 1..9 | 0..20 | -4.5 | 4.6 | |', 'per namespace after it was gone'),
    ('tcp_a | int | | 1..9 | 0..20 | | host |', '8 cells; give 9'),
    ('tcp_a | int | | 1-9 | 0..20 | | host | |', 'is not a range'),
    ('tcp_a | int | | 1..9 | 0..20 | 4.5 | host | |', 'is not a span of kernels'),
    ('tcp_a | int | | 1..9 | 0..20 | | host | | tcp_b', 'depends on net.ipv4.tcp_b, which is no row'),
])
def test_a_contradictory_row_is_refused_by_name(line, problem):
    message = refusal(line)
    assert problem in message
    assert 'tcp_a' in message


def test_two_rows_of_one_name_are_refused():
    assert refusal(GOOD, GOOD) == 'net.ipv4.tcp_a: stands here twice'


def test_a_circle_of_dependences_is_refused():
    message = refusal('tcp_a | bool | | 0..1 | | | host | | tcp_b', 'tcp_b | bool | | 0..1 | | | host | | tcp_c',
                      'tcp_c | bool | | 0..1 | | | host | | tcp_a')
    assert 'net.ipv4.tcp_a: depends on itself' in message


def test_a_row_is_written_after_everything_it_depends_on():
    by_name = dict((row.name, row) for row in catalogue.parameters())
    pairs = [(row, by_name[other]) for row in catalogue.parameters() for other in row.depends_on]
    assert len(pairs) > 30
    assert [(row.name, other.name) for row, other in pairs if row.order <= other.order] == []


def test_unknown_names_are_no_rows():
    for name in ('net.ipv4.tcp_nonsense', 'net.ipv4.conf.eth0.nonsense', 'net.ipv4.conf.rp_filter', 'net.ipv4.conf..rp_filter',
                 'net.ipv4.conf.a.b.rp_filter', 'net.ipv4.conf', 'net.ipv4', '', 'vm.swappiness'):
        assert catalogue.get(name) is None, name


@pytest.mark.parametrize('member', ['all', 'default', 'lo', 'eth0/100', 'br-lan'])
def test_a_family_answers_under_the_concrete_name(member):
    row = catalogue.get('net.ipv4.conf.%s.accept_redirects' % member)
    assert row.name == 'net.ipv4.conf.%s.accept_redirects' % member
    assert row.depends_on == ('net.ipv4.conf.%s.forwarding' % member,)
    assert row.per_namespace == (2, 6, 25)


def test_all_is_written_before_default_and_default_before_an_interface():
    orders = [catalogue.get('net.ipv4.conf.%s.rp_filter' % member).order for member in ('all', 'default', 'eth0')]
    assert orders == sorted(set(orders))
    assert catalogue.get('net.ipv4.ip_forward').order < catalogue.get('net.ipv4.conf.all.forwarding').order
    assert catalogue.get('net.ipv4.conf.eth0.forwarding').order < catalogue.get('net.ipv4.conf.all.accept_redirects').order


def test_neighbour_defaults_are_the_hosts_and_those_of_an_interface_the_namespaces():
    assert catalogue.get('net.ipv4.neigh.default.gc_stale_time').per_namespace is None
    assert catalogue.get('net.ipv4.neigh.eth0.gc_stale_time').per_namespace == (2, 6, 26)
    assert catalogue.get('net.ipv4.neigh.default.gc_thresh3').type == 'int'
    assert catalogue.get('net.ipv4.neigh.eth0.gc_thresh3') is None


@pytest.mark.parametrize('name, version, supported', [
    ('tcp_tw_recycle', (4, 11), True), ('tcp_tw_recycle', (4, 11, 12), True), ('tcp_tw_recycle', (4, 12), False),
    ('tcp_tw_recycle', (2, 6, 32), True), ('tcp_tw_recycle', (6, 18, 44), False),
    ('tcp_tw_reuse_delay', (6, 13, 9), False), ('tcp_tw_reuse_delay', (6, 14), True), ('tcp_tw_reuse_delay', (7, 0), True),
    ('tcp_abc', (3, 8, 13), True), ('tcp_abc', (3, 9), False), ('tcp_syncookies', (3, 10, 0), True),
])
def test_a_version_has_a_key_from_since_to_the_last_patch_of_until(name, version, supported):
    assert catalogue.supported_by(catalogue.get('net.ipv4.' + name), version) is supported


@pytest.mark.parametrize('name, version, own', [
    ('tcp_tw_reuse', (4, 9, 115), False), ('tcp_tw_reuse', (4, 10), True),
    ('tcp_max_tw_buckets', (4, 10, 17), False), ('tcp_max_tw_buckets', (4, 11), True),
    ('tcp_mem', (6, 18), False), ('tcp_max_orphans', (6, 18), False), ('tcp_fin_timeout', (4, 6), True),
])
def test_scope_follows_the_version(name, version, own):
    assert catalogue.is_per_namespace(catalogue.get('net.ipv4.' + name), version) is own


@pytest.mark.parametrize('until, successor', [
    ((4, 11), '4.12'), ((3, 19), '4.0'), ((4, 20), '5.0'), ((5, 19), '6.0'), ((6, 19), '7.0'), ((2, 6, 39), '3.0'), ((2, 6, 12), '2.6.13'),
    ((3, 9), '3.10'), (None, None),
])
def test_the_release_without_a_key_follows_the_last_one_with_it(until, successor):
    row = catalogue.get('net.ipv4.tcp_sack')._replace(until=until)
    assert catalogue.removed_in(row) == successor


@pytest.mark.parametrize('name, value', [
    ('tcp_max_tw_buckets', -5), ('tcp_max_tw_buckets', 0), ('tcp_fin_timeout', -1), ('tcp_keepalive_time', 0), ('tcp_syncookies', 3),
    ('tcp_timestamps', 9), ('tcp_sack', 255), ('tcp_keepalive_probes', 255), ('tcp_tw_reuse', 3), ('ip_local_port_range', '0 65535'),
])
def test_what_the_kernel_accepts_without_sense_is_refused(name, value):
    with pytest.raises(errors.InvalidInput):
        sysctl_value.normalise(catalogue.get('net.ipv4.' + name), value)


@pytest.mark.parametrize('name, value', [
    ('tcp_syncookies', 1), ('tcp_tw_reuse', 1), ('tcp_tw_recycle', 1), ('tcp_max_tw_buckets', 5000), ('tcp_max_syn_backlog', 8192),
    ('tcp_keepalive_time', 1200), ('ip_local_port_range', '1024 65000'),
])
def test_the_values_of_the_article_are_within_range(name, value):
    assert sysctl_value.normalise(catalogue.get('net.ipv4.' + name), value) == str(value)


def test_every_default_is_a_value_that_we_accept():
    checked = [row for row in catalogue.parameters() if row.default is not None]
    assert len(checked) > 200
    for row in checked:
        assert sysctl_value.normalise(row, row.default) == row.default, row.name


def test_every_row_names_its_source_and_one_of_the_known_types():
    assert len(catalogue.parameters()) > 300
    for row in catalogue.parameters():
        assert row.source and row.type in catalogue_check.TYPES, row.name


@pytest.mark.parametrize('kernel', sorted(KERNELS))
def test_every_key_of_a_captured_kernel_is_known_and_dated_right(kernel):
    strangers = []
    for name, _mode, _scope in captured(kernel):
        row = catalogue.get(name)
        if row is None or not catalogue.supported_by(row, KERNELS[kernel]):
            strangers.append(name)
    assert strangers == BACKPORTED[kernel]


@pytest.mark.parametrize('kernel', sorted(KERNELS))
def test_every_row_for_a_captured_kernel_is_there_unless_it_must_be_compiled_in(kernel):
    present = set(name for name, _mode, _scope in captured(kernel))
    missing = [
        row.name for row in catalogue.parameters()
        if row.name.startswith(KEEPS) and row.name.count('.') == 2 and row.module is None
        and catalogue.supported_by(row, KERNELS[kernel]) and row.name not in present
    ]
    assert missing == []


@pytest.mark.parametrize('kernel', sorted(KERNELS))
def test_scope_is_what_a_new_namespace_of_a_captured_kernel_showed(kernel):
    measured = [line for line in captured(kernel) if line[2] != '-' and line[0] not in BACKPORTED[kernel]]
    assert len(measured) > 70
    wrong = [
        name for name, _mode, scope in measured
        if catalogue.is_per_namespace(catalogue.get(name), KERNELS[kernel]) != (scope == 'namespace')
    ]
    assert wrong == TWICE_MOVED[kernel]
