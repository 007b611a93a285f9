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
version_added: 1.0.0
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
  time_wait_from:
    description:
      - Where the number of sockets in C(TIME_WAIT) comes from.
      - V(sockets) counts them one by one, as all others.
      - V(sockstat) takes the number that the kernel keeps in C(/proc/net/sockstat) and does not list those of IPv4, which is several times faster where there
        are
        hundreds of thousands. It needs Linux 4.11 and netlink, else they are counted and a warning says why.
      - V(sockstat) does not go with the details V(ephemeral), V(groups) and V(time_wait), which look at each socket.
    type: str
    choices: [sockets, sockstat]
    default: sockets
  details:
    description:
      - What to report beside the counts.
      - V(listeners) lists the listening sockets.
      - V(ephemeral) reports the ephemeral port range and the destinations that use most of it.
      - V(counters) reports the TCP counters of C(/proc/net/sockstat), C(sockstat6), C(snmp) and C(netstat).
      - V(groups) reports what the sockets in states that pile up have in common.
      - V(owners) names the processes that hold sockets in C(CLOSE_WAIT) and C(FIN_WAIT2). It takes a pass over the descriptors of all processes, five
        seconds at most, and only when there is such a socket. Only root sees those of other users.
      - V(ages) reports how long connections have been quiet. It takes a second dump and needs netlink.
      - V(keepalive) counts the established connections whose application asked for keepalive (C(SO_KEEPALIVE)).
      - V(time_wait) counts the sockets in TIME_WAIT on ports that something listens on, and the others.
      - V(series) counts the sockets of every state in each of O(samples), with the counters that moved.
    type: list
    elements: str
    choices: [listeners, ephemeral, counters, groups, keepalive, time_wait, owners, ages, series]
    default: []
  top:
    description:
      - How many destinations to list below RV(ephemeral), and rows in each list below RV(groups).
    type: int
    default: 10
  samples:
    description:
      - How often to look at the counters and the sockets in C(CLOSE_WAIT), see RV(samples). V(1) is one look, without rates.
      - The counts and details are those of the first look. O(netns=all) takes one look.
    type: int
    default: 1
  interval:
    description:
      - Seconds between two samples.
    type: float
    default: 1.0
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

- name: Who does not close connections, and does it get worse
  linuxnet.tcp.socket_info:
    states: [CLOSE_WAIT]
    details: [owners, ages]
    samples: 4
    interval: 20
  become: true
  register: leak

- name: Watch the states for a minute
  linuxnet.tcp.socket_info:
    details: [series]
    samples: 13
    interval: 5
  register: minute

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
    sources:
      description:
        - The local addresses that hold most ephemeral ports, at most O(top).
        - Where C(connections) is not above C(ports) although there are several C(destinations), programs bind an address before they connect, and
          each connection takes a port for all destinations.
      type: list
      elements: dict
      sample:
        - {source: 192.0.2.10, destinations: 4, connections: 30100, ports: 18200}
groups:
  description: What the sockets in states that pile up have in common.
  returned: when O(details) has V(groups) and O(netns) is not V(all)
  type: dict
  sample:
    served:
      - {port: 80, family: ipv4, connections: 1070, time_wait: 25080}
    close_wait: {blocking: 0, peers: [{address: 192.0.2.30, port: 80, side: server, count: 125}]}
    fin_wait2: {held: 0, orphaned: 247}
    syn_recv: {peers: 2, networks: 2}
    syn_sent: [{address: 192.0.2.40, port: 5432, side: client, count: 12}]
  contains:
    served:
      description: Connections of each port that something listens on, and those of it in C(TIME_WAIT).
      type: list
      elements: dict
    close_wait:
      description:
        - C(peers) that closed while we did not, with our own port where we serve (C(side)), else with theirs.
        - C(blocking) counts connections that are being made from this host while the other end of the old one, here too, is still in C(CLOSE_WAIT).
      type: dict
    fin_wait2:
      description: How many a process still holds (C(held)) and how many it does not (C(orphaned)).
      type: dict
    syn_recv:
      description: How many C(peers) half-open connections come from, and how many C(networks) (/24, or /64 for IPv6).
      type: dict
    syn_sent:
      description: Destinations that do not answer.
      type: list
      elements: dict
owners:
  description: The processes that hold sockets which wait to be closed. A socket that several processes share counts for each.
  returned: when O(details) has V(owners) and O(netns) is not V(all)
  type: dict
  sample:
    complete: true
    states:
      CLOSE_WAIT: {sockets: 125, unowned: 0, processes: [{pid: 812, comm: java, count: 125}]}
  contains:
    complete:
      description: Whether every process showed its descriptors in time.
      type: bool
    states:
      description: C(unowned) sockets have no process that was seen; in C(CLOSE_WAIT) mostly those that were never accepted.
      type: dict
ages:
  description:
    - How long connections have been quiet, in seconds, as how many have been so for at least 1, 10, 60, 300, 600, 1800, 3600, 7200, 14400, 43200 and 86400.
    - C(established) leaves out those with a running keepalive timer and those between two addresses of this host. C(close_wait) counts from the peer's last
      acknowledgement, C(fin_wait2) only those that a process holds.
    - At most 20000 connections of a family are looked at.
  returned: when O(details) has V(ages), O(netns) is not V(all) and the source is V(netlink)
  type: dict
  sample:
    established: {sockets: 812, longest_seconds: 90120, at_least: {"1": 700, "10": 690, "60": 600}}
    close_wait: {sockets: 125, longest_seconds: 5400, at_least: {"1": 125, "10": 125, "60": 120}}
    fin_wait2: {sockets: 0, at_least: {}}
samples:
  description: What changed between the first and the last sample.
  returned: when O(samples) is above 1
  type: dict
  sample:
    count: 4
    seconds: 60.004
    rates: {TcpExt: {ListenOverflows: 2.5}, Tcp: {ActiveOpens: 110.2}}
    close_wait: {counts: [110, 114, 119, 125], kept: 110}
  contains:
    rates:
      description: Rise per second of the counters that rose.
      type: dict
    close_wait:
      description: Sockets in C(CLOSE_WAIT) in each sample (C(counts)), and how many of the first were there in every one (C(kept)).
      type: dict
series:
  description: The sockets and counters in each sample.
  returned: when O(details) has V(series) and O(netns) is not V(all)
  type: list
  elements: dict
  sample:
    - {seconds: 0.0, total: 26000, states: {ESTABLISHED: 1060, TIME_WAIT: 24940}, counters: {Tcp: {ActiveOpens: 41000}}}
    - {seconds: 5.002, total: 26100, states: {ESTABLISHED: 1065, TIME_WAIT: 25035}, counters: {Tcp: {ActiveOpens: 43051}}}
  contains:
    seconds:
      description: Since the first sample.
      type: float
    total:
      description: Sockets in all states.
      type: int
    states:
      description: Sockets by state, whatever O(states) says.
      type: dict
    counters:
      description: Those of C(snmp) and C(netstat) that were not the same in the first and the last sample.
      type: dict
counters:
  description: Counters as the kernel names them. A file or a counter that this kernel lacks is left out.
  returned: when O(details) has V(counters) and O(netns) is not V(all)
  type: dict
  sample:
    sockstat: {sockets: {used: 120}, TCP: {inuse: 12, orphan: 0, tw: 25115, alloc: 20, mem: 3}}
    sockstat6: {TCP6: {inuse: 3}}
    snmp: {Tcp: {ActiveOpens: 41000, CurrEstab: 1070}}
    netstat: {TcpExt: {ListenOverflows: 0, TCPTimeWaitOverflow: 0}}
keepalive:
  description: Established connections by what their timer says of C(SO_KEEPALIVE).
  returned: when O(details) has V(keepalive) and O(netns) is not V(all)
  type: dict
  sample: {established: 1070, armed: 900, hidden: 12}
  contains:
    established:
      description: All of them.
      type: int
    armed:
      description: Those with a running keepalive timer.
      type: int
    hidden:
      description: Those with another timer (data under way), which hides whether there is a keepalive timer.
      type: int
time_wait:
  description: Sockets in TIME_WAIT by the side that they are on.
  returned: when O(details) has V(time_wait) and O(netns) is not V(all)
  type: dict
  sample: {inbound: 24000, other: 1087}
  contains:
    inbound:
      description: Those on a port that something listens on, from clients; they cost no ephemeral port.
      type: int
    other:
      description: Those on other ports, from connections that this host opened.
      type: int
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
    - A row holds RV(ignore:netns) and what is asked of RV(sockets), RV(listeners), RV(ephemeral), RV(counters), RV(keepalive) and RV(time_wait).
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

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import payload

payload.lighten()

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, tcp_state
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import procfs, sock_diag
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counting


def more_ports():
    """Return the ports that a plain count does without; they are compiled only when this is called."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock, netns, process_files
    return netns.NetNamespaces(), process_files.ProcessFiles(), clock.Clock()


def main():
    module = AnsibleModule(
        argument_spec={
            'families': {'type': 'list', 'elements': 'str', 'choices': list(counting.FAMILIES), 'default': list(counting.FAMILIES)},
            'states': {'type': 'list', 'elements': 'str', 'choices': list(tcp_state.STATE_NAMES)},
            'source': {'type': 'str', 'choices': list(counting.SOURCES), 'default': 'auto'},
            'time_wait_from': {'type': 'str', 'choices': list(counting.TIME_WAIT_FROM), 'default': 'sockets'},
            'details': {'type': 'list', 'elements': 'str', 'choices': list(counting.DETAILS), 'default': []},
            'top': {'type': 'int', 'default': 10},
            'netns': {'type': 'str'},
            'samples': {'type': 'int', 'default': 1},
            'interval': {'type': 'float', 'default': 1.0},
        },
        supports_check_mode=True,
    )
    try:
        facts, warnings = counting.read_sockets(module.params, procfs.ProcFs(), sock_diag.SockDiag(), more_ports)
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, **facts)


if __name__ == '__main__':
    main()
