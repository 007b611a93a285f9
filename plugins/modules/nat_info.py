#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the evidence about network address translation that a host shows."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: nat_info
short_description: Tell what a host shows of network address translation
version_added: 1.0.0
description:
  - Gathers evidence about network address translation (NAT), and gives a verdict on each of three questions. Is the host's own address translated, do its
    clients come through NAT, and does the host translate.
  - Evidence can prove NAT. Silence cannot prove its absence, so no verdict ever says V(absent). V(possible) has to be treated as V(present).
    Only the operator can declare that clients come without NAT, with O(nat=absent), and evidence overrules that.
  - It reads the rules of nf_tables and of legacy iptables (IPv4 and IPv6), conntrack entries, IPVS, chains of kube-proxy, interfaces of container engines,
    addresses and forwarding, established connections, and the kernel's counters C(PAWSPassive) (up to Linux 4.11) and C(PAWSTimewait) (newer).
  - Everything is read from the kernel, by netlink, C(getsockopt) and C(/proc). No command is run, so neither C(nft) nor C(iptables) has to be installed.
    Nothing is loaded into the kernel to answer.
  - Timestamps of single peers are not used, since current kernels give each connection an offset of its own.
author:
  - linuxnet.tcp contributors (@linuxnet)
extends_documentation_fragment:
  - linuxnet.tcp.netns
  - linuxnet.tcp.reads_only
options:
  nat:
    description:
      - What you declare about NAT between this host and the clients that connect to it. It answers the question C(clients) and no other.
      - With V(absent) the verdict on C(clients) is V(declared_absent), unless there is evidence. Weak evidence makes it V(possible), strong
        evidence V(present).
      - With V(present) it is V(present).
    type: str
    choices: [unknown, absent, present]
    default: unknown
  interval:
    description:
      - Seconds between two reads of the counters. One that grows meanwhile is strong evidence.
      - V(0) reads once. A counter that is not zero is then weak evidence, as it may have counted long ago.
    type: int
    default: 0
  source:
    description:
      - Where connections are read, see M(linuxnet.tcp.socket_info).
    type: str
    choices: [auto, netlink, proc]
    default: auto
notes:
  - Rules and conntrack entries are shown to root (C(CAP_NET_ADMIN)) only. What could not be read stands in RV(unread), and does not count as absence.
  - Translation by eBPF programs, by hardware, and in network namespaces other than the one that was read, is not seen.
seealso:
  - module: linuxnet.tcp.audit
  - module: linuxnet.tcp.socket_info
'''

EXAMPLES = r'''
- name: See what the host shows of NAT
  linuxnet.tcp.nat_info:
  become: true
  register: nat

- name: Stop where clients may come through NAT
  ansible.builtin.assert:
    that: nat.verdicts.clients.verdict == 'declared_absent'
    fail_msg: "{{ nat.verdicts.clients.reasons | join('; ') }}"

- name: Watch the counters of refused clients for half a minute
  linuxnet.tcp.nat_info:
    interval: 30
  become: true

- name: Declare that no client comes through NAT, and see whether anything contradicts
  linuxnet.tcp.nat_info:
    nat: absent
  become: true

- name: Look into a container
  linuxnet.tcp.nat_info:
    netns: 3f4e1c0b9a87
  become: true
'''

RETURN = r'''
verdicts:
  description: One verdict for each question.
  returned: success
  type: dict
  sample:
    own_address: {verdict: possible, reasons: ["nothing was seen, which proves nothing; it has to be treated as present"]}
    clients: {verdict: declared_absent, reasons: ["declared absent, and nothing that was read contradicts"]}
    translates:
      verdict: present
      reasons: ["1 masquerade rule of nf_tables: ip nat postrouting (17 packets)"]
  contains:
    own_address:
      description: Whether the host's own address is translated on its way to others. V(present) or V(possible).
      type: dict
    clients:
      description: Whether clients reach the host through NAT. V(present), V(possible) or V(declared_absent).
      type: dict
    translates:
      description: Whether the host itself translates. V(present) or V(possible).
      type: dict
evidence:
  description: What was seen. The list is empty when nothing was.
  returned: success
  type: list
  elements: dict
  sample:
    - question: translates
      kind: rule
      strength: strong
      detail: "1 masquerade rule of nf_tables: ip nat postrouting (17 packets)"
    - question: clients
      kind: pawstimewait
      strength: weak
      detail: "PAWSTimewait is 3 since the host started; it was read once, so it may be long ago"
  contains:
    question:
      description: V(own_address), V(clients) or V(translates).
      type: str
    kind:
      description:
        - V(private_address), V(connections_per_address), V(pawspassive), V(pawspassive_grows), V(pawstimewait), V(pawstimewait_grows), V(rule),
          V(kube_proxy), V(conntrack_entry), V(container_network), V(forwarding) or V(ipvs).
      type: str
    strength:
      description: V(strong) proves it, V(weak) has other explanations too.
      type: str
    detail:
      description: What was seen, with numbers from this host.
      type: str
unread:
  description: What refused to be read. It may hold evidence.
  returned: success
  type: list
  elements: dict
  sample:
    - {source: nf_tables, reason: "netlink nf_tables: the kernel answered EPERM"}
  contains:
    source:
      description: V(nf_tables), V(ip_tables), V(ip6_tables), V(conntrack), V(ipvs), V(interfaces), V(addresses), V(forwarding), V(sockets) or V(counters).
      type: str
    reason:
      description: Why.
      type: str
netns:
  description: The network namespace that was read, as M(linuxnet.tcp.socket_info) describes it.
  returned: when O(netns) is given
  type: dict
'''

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import payload

payload.lighten()

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, nat as verdicts
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock, host_files, netlink, procfs, sock_diag, xtables
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counting, nat


def open_world():
    """Return the port of the network namespaces, which is compiled only when one is named."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netns
    return netns.NetNamespaces()


def main():
    module = AnsibleModule(
        argument_spec={
            'nat': {'type': 'str', 'choices': list(verdicts.DECLARATIONS), 'default': verdicts.UNKNOWN},
            'interval': {'type': 'int', 'default': 0},
            'source': {'type': 'str', 'choices': list(counting.SOURCES), 'default': 'auto'},
            'netns': {'type': 'str'},
        },
        supports_check_mode=True,
    )
    ports = nat.Ports(
        procfs.ProcFs(), sock_diag.SockDiag(), netlink.Netlink(netlink.NETFILTER), netlink.Netlink(netlink.ROUTE), xtables.XTables(),
        host_files.HostFiles(), clock.Clock().sleep)
    try:
        facts = nat.read_verdicts(module.params, open_world, ports)
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    module.exit_json(changed=False, **facts)


if __name__ == '__main__':
    main()
