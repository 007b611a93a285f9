#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the TCP sockets of a host."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: socket_info
short_description: Count TCP sockets by state
version_added: 0.1.0
description:
  - Counts every TCP socket of the network namespace that it runs in by state, IPv4 and IPv6, with the state names of C(netstat).
  - On request it also reports listeners with their accept queues, the ephemeral ports that are left for each destination,
    and the kernel's counters.
  - Sockets are read from the kernel through netlink C(sock_diag), or from C(/proc/net/tcp) and C(/proc/net/tcp6) where netlink is refused.
  - Nothing needs to be installed on the host and no privilege is needed, except to look into other network namespaces with O(netns).
author:
  - linuxnet.tcp contributors (@linuxnet)
extends_documentation_fragment:
  - linuxnet.tcp.netns
  - linuxnet.tcp.reads_only
options:
  families:
    description:
      - Address families to count.
      - A family that the kernel runs without (IPv6 switched off) is left out of the result.
      - IPv4 connections of a socket that was made for IPv6 (V(::ffff:192.0.2.1)) count as V(ipv6), as C(ss) and C(netstat) do.
    type: list
    elements: str
    choices: [ipv4, ipv6]
    default: [ipv4, ipv6]
  states:
    description:
      - States to count. Without it all states are counted.
      - It does not narrow the details.
    type: list
    elements: str
    choices:
      - ESTABLISHED
      - SYN_SENT
      - SYN_RECV
      - FIN_WAIT1
      - FIN_WAIT2
      - TIME_WAIT
      - CLOSE
      - CLOSE_WAIT
      - LAST_ACK
      - LISTEN
      - CLOSING
  source:
    description:
      - Where to read the sockets.
      - V(auto) asks netlink and reads C(/proc/net) when netlink is refused or its answer is not complete; a warning then says why.
      - V(netlink) fails in that case.
      - V(proc) reads C(/proc/net) only. It is slower and does not know how long an accept queue may become.
    type: str
    choices: [auto, netlink, proc]
    default: auto
  details:
    description:
      - What to report beside the counts.
      - V(listeners) lists the listening sockets.
      - V(ephemeral) reports the ephemeral port range and the destinations that use most of it.
      - V(counters) reports the TCP counters of C(/proc/net/sockstat), C(sockstat6), C(snmp) and C(netstat).
    type: list
    elements: str
    choices: [listeners, ephemeral, counters]
    default: []
  top:
    description:
      - How many destinations to list below RV(ephemeral).
    type: int
    default: 10
notes:
  - O(netns=all) returns one row for each network namespace that a process is in or that has a name, see RV(namespaces). One that only an open
    file keeps alive is not found.
  - A dump is not one instant. On a busy host sockets come and go while it runs, so counts may differ a little from a tool that runs beside it.
  - Sockets in containers with a network namespace of their own are not part of the host's counts; use O(netns) to see them.
seealso:
  - module: linuxnet.tcp.net_sysctl_info
  - name: sock_diag(7)
    description: The netlink interface that is asked first.
    link: https://man7.org/linux/man-pages/man7/sock_diag.7.html
'''

EXAMPLES = r'''
- name: Count the sockets of every state
  linuxnet.tcp.socket_info:
  register: tcp

- name: Show the number of sockets in TIME_WAIT
  ansible.builtin.debug:
    msg: "{{ tcp.sockets.states.TIME_WAIT | default(0) }} sockets in TIME_WAIT, read from {{ tcp.sockets.source }}"

- name: Look for leaked connections and full accept queues
  linuxnet.tcp.socket_info:
    states: [CLOSE_WAIT]
    details: [listeners]
  register: leaks

- name: Which destinations are about to run out of ephemeral ports
  linuxnet.tcp.socket_info:
    details: [ephemeral]
    top: 3
  register: ports

- name: Count the sockets of a container
  linuxnet.tcp.socket_info:
    netns: 3f4e1c0b9a87
  become: true
  register: container

- name: Count the sockets of every network namespace
  linuxnet.tcp.socket_info:
    netns: all
  become: true
  register: everywhere

- name: Show where sockets in CLOSE_WAIT are
  ansible.builtin.debug:
    msg: "{{ item.netns.names }} {{ item.netns.processes }}: {{ item.sockets.states.CLOSE_WAIT }}"
  loop: "{{ everywhere.namespaces }}"
  loop_control:
    label: "{{ item.netns.inode }}"
  when: item.sockets.states.CLOSE_WAIT | default(0) > 0
'''

RETURN = r'''
sockets:
  description: How many sockets there are.
  returned: success and O(netns) is not V(all)
  type: dict
  sample:
    source: netlink
    total: 26568
    states: {CLOSE_WAIT: 125, ESTABLISHED: 1070, FIN_WAIT2: 247, LISTEN: 9, SYN_RECV: 2, TIME_WAIT: 25115}
    families:
      ipv4: {CLOSE_WAIT: 125, ESTABLISHED: 1070, FIN_WAIT2: 247, LISTEN: 6, SYN_RECV: 2, TIME_WAIT: 25115}
      ipv6: {LISTEN: 3}
  contains:
    source:
      description: V(netlink) or V(proc).
      type: str
    total:
      description: Sockets in all counted states and families.
      type: int
    states:
      description: Sockets by state, of all families together. A state that does not occur is left out.
      type: dict
    families:
      description: Sockets by state for each family. A family that the kernel runs without is left out.
      type: dict
listeners:
  description: Listening sockets, sorted by port.
  returned: when O(details) has V(listeners) and O(netns) is not V(all)
  type: list
  elements: dict
  sample:
    - {address: 0.0.0.0, port: 22, family: ipv4, queued: 0, backlog: 128}
  contains:
    address:
      description: Local address; V(0.0.0.0) and V(::) stand for any.
      type: str
    port:
      description: Local port.
      type: int
    family:
      description: V(ipv4) or V(ipv6).
      type: str
    queued:
      description: Connections that wait to be accepted.
      type: int
    backlog:
      description:
        - Limit of the accept queue, the smaller of what the program asked for and C(net.core.somaxconn) at that time.
        - The queue is full when RV(listeners[].queued) is one above it.
      type: int
      returned: when the source is V(netlink)
ephemeral:
  description: Ephemeral ports of this network namespace.
  returned: when O(details) has V(ephemeral), O(netns) is not V(all) and the kernel shows C(net.ipv4.ip_local_port_range) here
  type: dict
  sample:
    low: 32768
    high: 60999
    size: 28232
    reserved: 0
    available: 28232
    destinations:
      - {source: 192.0.2.10, destination: 192.0.2.20, port: 5432, used: 27800, headroom_percent: 1.5}
  contains:
    low:
      description: First port of the range.
      type: int
    high:
      description: Last port of the range.
      type: int
    size:
      description: Ports in the range.
      type: int
    reserved:
      description: Ports of the range that C(net.ipv4.ip_local_reserved_ports) takes out of it.
      type: int
      returned: when the kernel shows that key here
    available:
      description:
        - Ports that connections to one destination can count on.
        - From a range of odd size TCP may leave out the last port.
      type: int
    destinations:
      description:
        - The busiest destinations, at most O(top).
        - A destination is a local address, a remote address and a remote port; each has the whole range for itself.
        - Local ports that something listens on, or that are reserved, do not count.
      type: list
      elements: dict
      contains:
        source:
          description: Local address.
          type: str
        destination:
          description: Remote address.
          type: str
        port:
          description: Remote port.
          type: int
        used:
          description: Ephemeral ports in use, those in TIME_WAIT included.
          type: int
        headroom_percent:
          description: Share of the available ports that is free.
          type: float
counters:
  description: Counters as the kernel names them. A file or a counter that this kernel lacks is left out.
  returned: when O(details) has V(counters) and O(netns) is not V(all)
  type: dict
  sample:
    sockstat: {sockets: {used: 120}, TCP: {inuse: 12, orphan: 0, tw: 25115, alloc: 20, mem: 3}}
    sockstat6: {TCP6: {inuse: 3}}
    snmp: {Tcp: {ActiveOpens: 41000, CurrEstab: 1070}}
    netstat: {TcpExt: {ListenOverflows: 0, TCPTimeWaitOverflow: 0}}
netns:
  description: The network namespace that was read.
  returned: when O(netns) is given and is not V(all)
  type: dict
  sample:
    inode: 4026532281
    names: [blue]
    process_count: 2
    processes:
      - {pid: 4711, comm: nginx}
      - {pid: 4712, comm: nginx}
    container: 3f4e1c0b9a8766d5e4c3b2a190f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6
  contains:
    inode:
      description: Its number, as C(readlink /proc/PID/ns/net) prints it.
      type: int
    names:
      description: Its names in C(/run/netns), and its paths in Docker's folder. Each can be given to O(netns).
      type: list
      elements: str
    process_count:
      description: How many processes that this user may see are in it.
      type: int
    processes:
      description: The first ten of them. A process that ended meanwhile has no C(comm).
      type: list
      elements: dict
    container:
      description: Id of the container that its first process is in.
      type: str
      returned: when its control group shows one
namespaces:
  description:
    - One row for each network namespace, the module's own one first, the others by inode.
    - A row holds RV(ignore:netns) and what is asked of RV(sockets), RV(listeners), RV(ephemeral) and RV(counters).
    - A namespace that could not be entered has a row with RV(ignore:netns) alone, and a warning says why. One that vanished meanwhile is left
      out with a warning.
  returned: when O(netns=all)
  type: list
  elements: dict
  sample:
    - netns: {inode: 4026531840, names: [], process_count: 212, processes: [{pid: 1, comm: systemd}]}
      sockets: {source: netlink, total: 2, states: {LISTEN: 2}, families: {ipv4: {LISTEN: 1}, ipv6: {LISTEN: 1}}}
    - netns: {inode: 4026532281, names: [blue], process_count: 1, processes: [{pid: 4711, comm: nginx}]}
      sockets: {source: netlink, total: 1, states: {CLOSE_WAIT: 1}, families: {ipv4: {CLOSE_WAIT: 1}, ipv6: {}}}
'''

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, tcp_state
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netns, procfs, sock_diag
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespaces, sockets


def main():
    module = AnsibleModule(
        argument_spec={
            'families': {'type': 'list', 'elements': 'str', 'choices': list(sockets.FAMILIES), 'default': list(sockets.FAMILIES)},
            'states': {'type': 'list', 'elements': 'str', 'choices': list(tcp_state.STATE_NAMES)},
            'source': {'type': 'str', 'choices': list(sockets.SOURCES), 'default': 'auto'},
            'details': {'type': 'list', 'elements': 'str', 'choices': list(sockets.DETAILS), 'default': []},
            'top': {'type': 'int', 'default': 10},
            'netns': {'type': 'str'},
        },
        supports_check_mode=True,
    )
    try:
        facts, warnings = namespaces.read_sockets(module.params, netns.NetNamespaces(), procfs.ProcFs(), sock_diag.SockDiag())
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, **facts)


if __name__ == '__main__':
    main()
