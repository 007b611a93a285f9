# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bounds the sysctls of a machine; what /proc does not show is left out."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import machine


class Files(object):
    """A /proc of some files; None is one that refuses."""

    def __init__(self, **files):
        self.files = dict((name.replace('__', '/'), data) for name, data in files.items())

    def read(self, path):
        data = self.files.get(path, b'')
        if data is None:
            raise errors.SourceUnavailable('refused')
        return data if path in self.files else None


def dev(*names):
    return b'a\nb\n' + b''.join((name + u': 1 2\n').encode('ascii') for name in names)


def test_everything():
    facts = machine.read_machine(Files(
        meminfo=b'MemTotal:  2048 kB\n', self__auxv=struct.pack('@LL', 6, 4096), net__dev=dev('lo', 'eth0', 'docker0'), net__route=b'heading\n'))
    assert facts == {
        'memory': {'total_kib': 2048, 'page_size': 4096},
        'routing': {'guest_interfaces': ['docker0'], 'guest_interface_count': 1, 'networks': [], 'network_count': 0},
    }


def test_what_is_missing_or_refused_is_left_out():
    assert machine.read_machine(Files()) == {}
    assert machine.read_machine(Files(self__auxv=None, meminfo=b'MemTotal: 1 kB\n')) == {'memory': {'total_kib': 1}}


@pytest.mark.parametrize('name', [
    'docker0', 'docker_gwbridge', 'br-0123456789ab', 'podman1', 'cni0', 'cni-podman0', 'cbr0', 'kube-ipvs0', 'kube-bridge', 'cali0a1b2c3d4e5',
    'flannel.1', 'cilium_host', 'weave', 'virbr0', 'vmbr0', 'lxdbr0', 'incusbr0'])
def test_interfaces_of_guests(name):
    assert machine.read_machine(Files(net__dev=dev(name)))['routing']['guest_interfaces'] == [name]


@pytest.mark.parametrize('name', ['lo', 'eth0', 'enp3s0', 'wlan0', 'bond0', 'br0', 'br-lan', 'wg0', 'tun0', 'mydocker0', 'docker0x'])
def test_other_interfaces(name):
    assert machine.read_machine(Files(net__dev=dev(name)))['routing']['guest_interfaces'] == []


def test_long_lists_are_cut_and_counted():
    names = ['cali%05d' % number for number in range(30)]
    facts = machine.read_machine(Files(net__dev=dev(*names)))['routing']
    assert (len(facts['guest_interfaces']), facts['guest_interface_count']) == (machine.SHOWN, 30)
