# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import shutil
import struct
import subprocess
import sys

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, inet_diag, tcp_state
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import procfs
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counting, sockets

TITLES = {0: 'legacy TCPDIAG_GETSOCK(18)', 2: 'AF_INET tcp all states ext=0', 10: 'AF_INET6 all states ext=0'}
KERNELS = ['3.10.105', '4.9.115']
ALL = tcp_state.ALL_STATES
WITHOUT_TIME_WAIT = ALL & ~(1 << tcp_state.TIME_WAIT)


class Kernel(object):
    """Answer as a captured kernel did, each request with the states that it asks for; ``refused`` are families, 0 for both."""

    def __init__(self, captures, release, refused=()):
        self.captures, self.release, self.refused, self.asked = captures, release, refused, []

    def dump(self, request):
        sequence, family = struct.unpack_from('=I', request, 8)[0], bytearray(request)[16]
        mask = struct.unpack_from('=I', request, 20 if family else 68)[0]
        self.asked.append((family, mask))
        if family in self.refused:
            raise errors.SourceUnavailable('netlink sock_diag: the kernel answered EINVAL')
        for data in self.captures.datagrams(self.release, TITLES[family]):
            kept = bytearray()
            for one in messages(data):
                if struct.unpack_from('=H', one, 4)[0] == 3 or mask >> one[17] & 1:
                    struct.pack_into('=I', one, 8, sequence)
                    kept += one
            if kept:
                yield kept, len(kept)


def messages(data):
    position = 0
    while position < len(data):
        size = (struct.unpack_from('=I', data, position)[0] + 3) & ~3
        yield data[position:position + size]
        position += size


@pytest.fixture
def root(captures, tmpdir):
    """Return a function that copies a captured root and says which release it is."""
    def make(kernel, release='4.11.0'):
        target = str(tmpdir.join('root'))
        shutil.copytree(captures.root(kernel), target)
        if release:
            tmpdir.join('root', 'proc', 'sys', 'kernel', 'osrelease').write(release + '\n', ensure=True)
        return tmpdir.join('root')
    return make


def slow(captures, kernel, **options):
    """Count from /proc/net, which shares nothing with netlink."""
    return sockets.read_sockets(dict(options, source='proc'), procfs.ProcFs(captures.root(kernel)), None)[0]['sockets']


@pytest.mark.parametrize('states', [None, ['TIME_WAIT'], ['FIN_WAIT2', 'LISTEN'], ['ESTABLISHED']])
@pytest.mark.parametrize('families', [['ipv4', 'ipv6'], ['ipv4'], ['ipv6']])
@pytest.mark.parametrize('way', ['both', 'each', 'sockstat'])
@pytest.mark.parametrize('kernel', KERNELS)
def test_every_way_counts_what_proc_shows(captures, root, kernel, way, families, states):
    options = {'families': families, 'states': states, 'time_wait_from': 'sockstat' if way == 'sockstat' else 'sockets'}
    diag = Kernel(captures, kernel, refused=(0,) if way == 'each' else ())
    facts, warnings = counting.count(options, procfs.ProcFs(str(root(kernel))), diag)
    assert facts == dict(slow(captures, kernel, families=families, states=states), source='netlink')
    assert warnings == []


def test_both_families_take_one_dump(captures):
    diag = Kernel(captures, '4.9.115')
    counting.count({}, procfs.ProcFs(captures.root('4.9.115')), diag)
    assert diag.asked == [(0, ALL)]


def test_a_kernel_without_the_old_request_is_asked_for_each(captures):
    diag = Kernel(captures, '4.9.115', refused=(0,))
    counting.count({}, procfs.ProcFs(captures.root('4.9.115')), diag)
    assert diag.asked == [(0, ALL), (2, ALL), (10, ALL)]


def test_with_sockstat_time_wait_of_ipv4_is_not_listed(captures, root):
    diag = Kernel(captures, '4.9.115')
    counting.count({'time_wait_from': 'sockstat'}, procfs.ProcFs(str(root('4.9.115'))), diag)
    assert diag.asked == [(10, ALL), (2, WITHOUT_TIME_WAIT)]


def test_with_ipv6_off_sockstat_is_that_of_ipv4(captures, root):
    folder = root('4.9.115')
    folder.join('proc', 'net', 'tcp6').remove()
    diag = Kernel(captures, '4.9.115')
    facts = counting.count({'time_wait_from': 'sockstat'}, procfs.ProcFs(str(folder)), diag)[0]
    # tw is 11; two of IPv4 are orphans in FIN_WAIT2, as far as this capture goes the rest are counted as IPv4's.
    orphans = 11 - facts['families']['ipv4']['TIME_WAIT']
    assert 0 <= orphans <= facts['families']['ipv4']['FIN_WAIT2']
    assert list(facts['families']) == ['ipv4']
    assert [family for family, dummy in diag.asked] == [2]


@pytest.mark.parametrize('release, words', [
    ('4.10.17', 'counts all network namespaces together'), ('3.10.0-1160.el7', 'counts all network namespaces together'),
    (None, 'release of the kernel cannot be told'), ('unknown', 'release of the kernel cannot be told')])
def test_an_old_kernel_lists_them_and_says_so(captures, root, release, words):
    diag = Kernel(captures, '4.9.115')
    facts, warnings = counting.count({'time_wait_from': 'sockstat'}, procfs.ProcFs(str(root('4.9.115', release))), diag)
    assert facts == dict(slow(captures, '4.9.115'), source='netlink')
    assert len(warnings) == 1
    assert words in warnings[0]
    assert diag.asked == [(0, ALL)]


@pytest.mark.parametrize('line, words', [
    ('TCP: inuse 10 orphan 0 tw 3 alloc 22 mem 10', 'too fast'), ('TCP: inuse 10', 'no tw here'), ('UDP: inuse 0', 'no tw here'), (None, 'no tw here')])
def test_a_number_that_does_not_fit_is_not_used(captures, root, line, words):
    folder = root('4.9.115')
    sockstat = folder.join('proc', 'net', 'sockstat')
    sockstat.remove()
    if line:
        sockstat.write(line + '\n')
    facts, warnings = counting.count({'time_wait_from': 'sockstat'}, procfs.ProcFs(str(folder)), Kernel(captures, '4.9.115'))
    assert facts == dict(slow(captures, '4.9.115'), source='netlink')
    assert [words in warning for warning in warnings] == [True]


@pytest.mark.parametrize('options', [{'source': 'proc'}] + [{'details': [detail]} for detail in ('listeners', 'ephemeral', 'groups', 'keepalive', 'time_wait')])
def test_what_is_cut_out_of_the_sockets_is_not_its_business(captures, options):
    diag = Kernel(captures, '4.9.115')
    assert counting.count(options, procfs.ProcFs(captures.root('4.9.115')), diag) is None
    assert diag.asked == []


def test_netlink_that_is_refused_is_left_to_others(captures):
    assert counting.count({}, procfs.ProcFs(captures.root('4.9.115')), Kernel(captures, '4.9.115', refused=(0, 2))) is None


@pytest.mark.parametrize('options, words', [
    ({'time_wait_from': 'ss'}, 'time_wait_from: ss is not known'),
    ({'time_wait_from': 'sockstat', 'source': 'proc'}, 'leave source: proc out'),
    ({'time_wait_from': 'sockstat', 'details': ['listeners', 'groups', 'ephemeral']}, 'details ephemeral, groups look at each socket'),
    ({'top': -1}, 'top: -1 is negative'),
])
def test_wrong_options_are_refused(captures, options, words):
    diag = Kernel(captures, '4.9.115')
    with pytest.raises(errors.InvalidInput) as caught:
        counting.count(options, procfs.ProcFs(captures.root('4.9.115')), diag)
    assert words in caught.value.message
    assert diag.asked == []


def test_a_plain_count_asks_for_no_more_ports(captures):
    def more():
        raise AssertionError('not needed')

    fs = procfs.ProcFs(captures.root('4.9.115'))
    facts, warnings = counting.read_sockets({'samples': 1, 'details': []}, fs, Kernel(captures, '4.9.115'), more)
    assert (facts, warnings) == ({'sockets': dict(slow(captures, '4.9.115'), source='netlink')}, [])


@pytest.mark.parametrize('options', [{'details': ['counters']}, {'details': ['listeners']}, {'source': 'proc'}, {'refused': (0, 2)}])
def test_more_goes_the_long_way(captures, options):
    asked = []

    def more():
        asked.append(True)
        return None, None, None

    options = dict({'refused': ()}, **options)
    diag = Kernel(captures, '4.9.115', refused=options.pop('refused'))
    facts = counting.read_sockets(options, procfs.ProcFs(captures.root('4.9.115')), diag, more)[0]
    assert asked == [True]
    assert dict(facts['sockets'], source='') == dict(slow(captures, '4.9.115'), source='')


def test_counting_loads_nothing_that_it_does_without():
    script = (
        'import sys; before = set(sys.modules); from %s.readers import counting; '
        'print("\\n".join(sorted(name for name in set(sys.modules) - before if "linuxnet" in name)))')
    package = counting.__name__.rpartition('.readers.')[0]
    env = {'PYTHONPATH': ':'.join(path for path in sys.path if path)}
    loaded = subprocess.check_output([sys.executable, '-c', script % package], env=env).decode('ascii').split()
    assert [name.rpartition('module_utils.')[2] for name in loaded if 'module_utils.' in name] == [
        'core', 'core.errors', 'core.inet_diag', 'core.inet_diag_both', 'core.printable', 'core.tcp_state', 'readers', 'readers.counting']


def test_families_are_numbered_as_the_kernel_does():
    assert counting.NUMBERS == {'ipv4': inet_diag.AF_INET, 'ipv6': inet_diag.AF_INET6}
