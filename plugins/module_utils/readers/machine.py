# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together what of the machine bounds its sysctls: memory, and the networks between which it may forward."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, proc_machine

# Bridges and tunnels of container engines, of Kubernetes networks and of hypervisors: without forwarding they lead nowhere.
_GUESTS = re.compile(
    r'(docker[0-9]+|docker_gwbridge|br-[0-9a-f]{12}|podman[0-9]+|cni-?[a-z]*[0-9]+|cbr[0-9]+|kube-(ipvs|bridge).*|cali.+|vxlan\.calico|'
    r'flannel.+|cilium_.+|weave|ovn-k8s-.+|antrea-gw[0-9]+|lxcbr[0-9]+|lxdbr[0-9]+|incusbr[0-9]+|virbr[0-9]+|vmbr[0-9]+|nerdctl[0-9]+)$')
# A node may have a bridge for each of hundreds of networks.
SHOWN = 20


def read_machine(procfs):
    """Return {memory: {total_kib, page_size}, routing: {guest_interfaces, guest_interface_count, networks, network_count}}.

    Lists hold the first SHOWN rows, counts say how many there are; a part that /proc does not show is left out.
    """
    found = {'memory': _memory(procfs), 'routing': _routing(procfs)}
    return dict((name, part) for name, part in found.items() if part)


def _memory(procfs):
    found = {
        'total_kib': _parsed(procfs, 'meminfo', proc_machine.parse_mem_total),
        'page_size': _parsed(procfs, 'self/auxv', proc_machine.parse_page_size),
    }
    return dict((name, number) for name, number in found.items() if number)


def _routing(procfs):
    facts = {}
    names = _parsed(procfs, 'net/dev', proc_machine.parse_interfaces)
    if names is not None:
        guests = [name for name in names if _GUESTS.match(name)]
        facts.update(guest_interfaces=guests[:SHOWN], guest_interface_count=len(guests))
    connected = _parsed(procfs, 'net/route', proc_machine.parse_connected)
    if connected is not None:
        rows = [{'interface': name, 'network': network} for name, network in connected]
        facts.update(networks=rows[:SHOWN], network_count=len(set(network for dummy, network in connected)))
    return facts


def _parsed(procfs, path, parse):
    """Parse a file; None where it is missing or refused, as /proc/self/auxv is to a process that changed its user."""
    try:
        text = procfs.read(path)
    except errors.SourceUnavailable:
        return None
    return None if text is None else parse(text)
