# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators write for a namespace, and what control groups and stat tell."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, net_namespace

ID = '3f4e1c0b9a8766d5e4c3b2a190f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6'
OTHER = ID[::-1]


@pytest.mark.parametrize('text, kind', [
    ('all', net_namespace.ALL),
    ('blue', net_namespace.NAME),
    ('cni-5f1c2d3e-0b1a', net_namespace.NAME),
    ('All', net_namespace.NAME),
    ('1', net_namespace.PID),
    ('4194304', net_namespace.PID),
    # twelve digits are no PID, but may begin a container's id
    ('123456789012', net_namespace.CONTAINER),
    ('0', net_namespace.NAME),
    ('007', net_namespace.NAME),
    ('abcdef01234', net_namespace.NAME),
    ('abcdef012345', net_namespace.CONTAINER),
    (ID, net_namespace.CONTAINER),
    (ID + '0', net_namespace.NAME),
    ('ABCDEF012345', net_namespace.NAME),
    ('/run/netns/blue', net_namespace.PATH),
    ('/proc/1/ns/net', net_namespace.PATH),
])
def test_the_form_decides_what_is_meant(text, kind):
    assert net_namespace.parse_target(text) == (kind, text)


@pytest.mark.parametrize('text', ['', ' ', '.', '..', '../blue', 'a/b', 'a\nb', 'a\0b'])
def test_what_can_name_none_is_refused(text):
    with pytest.raises(errors.InvalidInput) as caught:
        net_namespace.parse_target(text)
    assert caught.value.message.startswith('netns: ')


@pytest.mark.parametrize('cgroup, container', [
    ('0::/system.slice/docker-%s.scope\n' % ID, ID),
    ('12:pids:/docker/%s\n11:cpu:/docker/%s\n' % (ID, ID), ID),
    ('1:name=systemd:/init.scope\n2:cpu:/docker/%s\n' % ID, ID),
    ('0::/machine.slice/libpod-%s.scope/container\n' % ID, ID),
    ('0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-%s.scope/container\n' % ID, ID),
    ('0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1234.slice/cri-containerd-%s.scope\n' % ID, ID),
    ('0::/kubepods.slice/kubepods-pod1234.slice/crio-%s.scope\n' % ID, ID),
    ('3:cpu:/kubepods/besteffort/pod5d2a7c1e-0b1a-4c3d-8e9f-001122334455/%s\n' % ID, ID),
    ('3:cpu:/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:%s\n' % ID, ID),
    # seen from another cgroup namespace
    ('0::/../docker-%s.scope\n' % ID, ID),
    # a container in a container
    ('0::/docker/%s/docker/%s\n' % (OTHER, ID), ID),
    ('0::/docker/%s/system.slice/nginx.service\n' % ID, ID),
    # beside the container, not in it
    ('0::/machine.slice/libpod-conmon-%s.scope\n' % ID, None),
    ('0::/system.slice/crio-conmon-%s.scope\n' % ID, None),
    ('0::/system.slice/ssh.service\n', None),
    ('0::/docker/%s\n' % ID[:63], None),
    ('0::/docker/x%s\n' % ID, None),
    ('0::/docker/%s.slice\n' % ID, None),
    ('0::/\n', None),
    ('', None),
])
def test_container_of(cgroup, container):
    assert net_namespace.container_of(cgroup.encode('ascii')) == container


def test_no_cgroup_no_container():
    assert net_namespace.container_of(None) is None


STAT = b'4711 (%s) S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 8192 1 18446744073709551615\n'


@pytest.mark.parametrize('comm', [b'nginx', b'a b', b'odd) S 1 (', b'))) 22', b''])
def test_start_time_whatever_the_command_is_called(comm):
    assert net_namespace.start_time(STAT.replace(b'%s', comm)) == 987654


@pytest.mark.parametrize('stat', [b'', b'4711 (nginx)', STAT[:60], STAT.replace(b'987654', b'x')])
def test_a_broken_stat_is_no_start_time(stat):
    with pytest.raises(errors.ParseError):
        net_namespace.start_time(stat)
