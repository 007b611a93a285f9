#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the TCP counters by which the health of a host is told before and after a change."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: health_info
short_description: Read the kernel's TCP counters, to compare the time before and after a change
version_added: 1.0.0
description:
  - Returns a snapshot of the counters that show whether clients are served (overflows of accept queues, rejects by timestamps, failed and reset
    connections, retransmissions) with the time on a clock that never goes back.
  - Two snapshots make a window. The filter P(linuxnet.tcp.tcp_regressions#filter) compares the rates in the window before a change with those after it.
  - It reads C(/proc/net/snmp) and C(/proc/net/netstat) of one network namespace, no sockets, and returns at once.
author:
  - linuxnet.tcp contributors (@linuxnet)
extends_documentation_fragment:
  - linuxnet.tcp.reads_only
  - linuxnet.tcp.netns
seealso:
  - plugin: linuxnet.tcp.tcp_regressions
    plugin_type: filter
  - module: linuxnet.tcp.socket_info
'''

EXAMPLES = r'''
- name: Read the counters before
  linuxnet.tcp.health_info:
  register: first

- name: Let traffic come
  ansible.builtin.pause:
    seconds: 30

- name: Set the keys, and read the counters just before the first write
  linuxnet.tcp.net_sysctl:
    settings:
      net.core.somaxconn: 4096
    health: true
  register: change

- name: Read the counters after
  linuxnet.tcp.health_info:
  register: third

- name: Let traffic come
  ansible.builtin.pause:
    seconds: 30

- name: Read the counters at the end
  linuxnet.tcp.health_info:
  register: fourth

- name: Fail when clients are worse off than before
  ansible.builtin.assert:
    that: judged.verdict != 'regressed'
    fail_msg: "{{ judged.reason }}"
  vars:
    judged: "{{ [first.health, change.health] | linuxnet.tcp.tcp_regressions([third.health, fourth.health]) }}"
'''

RETURN = r'''
health:
  description: The snapshot.
  returned: success
  type: dict
  sample:
    seconds: 351.02
    boot_id: 0a6b1d2e-6c1f-4a0e-9f55-6c2f4a3b7d10/21
    counters: {Tcp.OutSegs: 48120, Tcp.CurrEstab: 12, TcpExt.ListenOverflows: 0}
  contains:
    seconds:
      description: When it was taken, on a clock of the host that never goes back. Only differences mean anything.
      type: float
    boot_id:
      description: Id of this boot, and of the container's start. Counters of another one cannot be compared.
      type: str
    counters:
      description:
        - Totals since the boot, or since the network namespace was made. A counter that this kernel lacks is absent.
        - C(Tcp.CurrEstab) is the number of connections in C(ESTABLISHED) or C(CLOSE_WAIT) now (RFC 4022).
      type: dict
netns:
  description: The network namespace that was entered, see M(linuxnet.tcp.socket_info).
  returned: with O(netns)
  type: dict
'''

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import payload

payload.lighten()

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock, machine, procfs
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import health, visiting


def open_world():
    """Return the port of the network namespaces, which is compiled only when one is named."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netns
    return netns.NetNamespaces()


def main():
    module = AnsibleModule(argument_spec={'netns': {'type': 'str'}}, supports_check_mode=True)
    try:
        with visiting.visited(module.params['netns'], open_world) as about:
            found = health.read_health(procfs.ProcFs(), clock.Clock(), machine.Machine())
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    module.exit_json(changed=False, health=found, **about)


if __name__ == '__main__':
    main()
