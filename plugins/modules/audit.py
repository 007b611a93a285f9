#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what an audit needs to know of a host; the action plugin of the same name judges it."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: audit
short_description: Judge the TCP settings and sockets of a host against a profile
version_added: 1.0.0
description:
  - Gathers in one run the sockets by state, the listeners, the ephemeral ports, the kernel's TCP counters and the sysctls of a profile,
    and judges them on the controller. It returns findings with evidence and remedies, and a plan for M(linuxnet.tcp.net_sysctl).
  - A setting holds when the running value satisfies what the profile accepts and, with O(persist), the value that the next boot sets satisfies
    it too, whichever file sets it. Where no loader reads O(path) at boot, its content is judged instead, and C(declared) says so.
  - A host is compliant when no finding about a setting is above V(info). Findings about traffic (ports that run out, a listener in the ephemeral
    port range) are reported, but come and go with the load and do not count. Nor do findings about the files that the next boot reads (dead lines,
    misspelled keys, files that are skipped), which the plan does not touch.
  - Other programs that set the same sysctls (tuned, bpftune, ufw, systemd-networkd, NetworkManager, cloud-init, Docker, CNI) are looked for, and named
    when they disagree with the profile.
  - C(net.ipv4.tcp_tw_recycle) drops clients behind NAT. It is never planned with a value other than V(0) unless the kernel is older than 4.10, O(nat=absent),
    no evidence of NAT contradicts, and O(accept_risk) names it. Where it is on without all of that, the plan switches it off.
  - Evidence of NAT is gathered as M(linuxnet.tcp.nat_info) does, with one read of the counters.
  - The action plugin loads and checks the profile before it touches the host, runs the module once, judges, and checks the document
    against C(schemas/audit.schema.json). The module only reads.
author:
  - linuxnet.tcp contributors (@linuxnet)
extends_documentation_fragment:
  - linuxnet.tcp.reads_only
requirements:
  - jsonschema for the Python that runs ansible on the controller; nothing on the host
options:
  profile:
    description:
      - Name of a profile of this collection, path of a profile on the controller (text with a C(/) or that ends in C(.yml) or C(.yaml)),
        or the profile itself as a mapping.
      - A relative path is looked for beside the playbook, then in the current folder.
    type: raw
    default: article
  nat:
    description:
      - What you declare about NAT between this host and the clients that connect to it.
      - V(unknown) counts as V(present). V(absent) counts as long as no evidence contradicts, be it weak or strong, see M(linuxnet.tcp.nat_info).
      - It does not speak of the host's own address, nor of what the host translates.
    type: str
    choices: [unknown, absent, present]
    default: unknown
  workload:
    description:
      - What this host is for, in the words that conditions of the profile (C(when), with C(workload) or C(not_workload)) use.
      - A word that none of them uses is warned about, unless the profile has no such conditions.
    type: list
    elements: str
    default: []
  accept_risk:
    description:
      - Ids of findings, or names of sysctls, whose risk you accept. A profile cannot accept them for you.
      - V(net.ipv4.tcp_tw_recycle) is needed, beside O(nat=absent), before the plan sets that sysctl or leaves it on.
    type: list
    elements: str
    default: []
  persist:
    description:
      - Whether the settings have to last after a reboot too.
    type: bool
    default: true
  path:
    description:
      - The drop-in on the host that M(linuxnet.tcp.net_sysctl) keeps.
    type: str
    default: /etc/sysctl.d/90-linuxnet-tcp.conf
  source:
    description:
      - Where sockets are read, see M(linuxnet.tcp.socket_info).
    type: str
    choices: [auto, netlink, proc]
    default: auto
  parameters:
    description:
      - Names or globs of sysctls to report beside those of the profile.
    type: list
    elements: str
    default: []
  namespaces:
    description:
      - Whether to read the same sysctls in the other network namespaces of the host, those of containers for example, and to report where the profile
        does not hold.
      - It needs root on the host and takes a pass over all of its processes.
    type: bool
    default: false
  samples:
    description:
      - How often to look at the kernel's counters and the sockets in C(CLOSE_WAIT).
      - With V(1) only totals since boot are known, and findings that are about a rate are V(info) or left out. Three samples tell whether
        C(CLOSE_WAIT) grows.
    type: int
    default: 1
  interval:
    description:
      - Seconds between two samples. The module runs (O(samples) - 1) times as long.
    type: float
    default: 1.0
  journal_dir:
    description:
      - The folder on the host in which M(linuxnet.tcp.net_sysctl) keeps its journals. Only root may read it.
    type: path
    default: /var/lib/linuxnet-tcp
  save_to:
    description:
      - File on the controller that gets the audit document as JSON, replaced in one step. Missing folders are made.
      - A relative path starts at the current folder. It is written in check mode too, since the host is not touched.
    type: str
  spool:
    description:
      - Folder on the controller that gets one file for each host, for M(linuxnet.tcp.report). It is made when it is missing, with files that only
        their owner may read.
      - The file is the audit document, or says why there is none where the host could not be reached or the module failed there.
      - The result then has RV(brief) instead of RV(audit) and a short RV(summary), so that memory does not fill with the documents of a fleet.
      - A relative path starts at the current folder. It is written in check mode too, since the host is not touched.
    type: str
notes:
  - Reading works as any user. Run as the user that will tune the host, usually root, to learn whether keys are read-only there.
seealso:
  - module: linuxnet.tcp.net_sysctl
  - module: linuxnet.tcp.socket_info
'''

EXAMPLES = r'''
- name: Judge against the article's profile
  linuxnet.tcp.audit:
  register: tcp

- name: Show it to a person
  ansible.builtin.debug:
    msg: "{{ tcp.summary }}"

- name: Carry the plan out
  linuxnet.tcp.net_sysctl:
    settings: "{{ tcp.audit.plan.settings }}"
  when: tcp.audit.plan.settings | length > 0
  become: true

- name: Judge against a profile of your own and keep the document
  linuxnet.tcp.audit:
    profile: profiles/edge.yml
    save_to: "audits/{{ inventory_hostname }}.json"

- name: Judge two settings that stand in the playbook
  linuxnet.tcp.audit:
    profile:
      name: keepalive
      settings:
        net.ipv4.tcp_keepalive_time:
          value: 300
          accept: {maximum: 300}
          why: The load balancer forgets idle connections after 350 seconds.
        net.ipv4.tcp_keepalive_intvl: {value: 30}
    persist: false

- name: Judge a router against a benchmark, without the controls that are not for routers
  linuxnet.tcp.audit:
    profile: cis_debian_12
    workload: [router]

- name: Watch for ten seconds what happens on a host
  linuxnet.tcp.audit:
    samples: 3
    interval: 5
  become: true

- name: See which containers the settings of the host do not reach
  linuxnet.tcp.audit:
    namespaces: true
  become: true
'''

RETURN = r'''
brief:
  description: The verdict in a few lines.
  returned: success
  type: dict
  sample:
    host: web1
    profile: article
    compliant: false
    findings: {high: 0, medium: 1, low: 0, info: 1, waived: 0}
    worst: ["net.ipv4.tcp_tw_reuse is 2, wanted 1"]
    against: ["net.ipv4.tcp_tw_reuse is 2, wanted 1"]
  contains:
    host:
      description: Name in the inventory.
      type: str
    profile:
      description: Name of the profile.
      type: str
    compliant:
      description: Whether no finding that concerns a setting is above V(info).
      type: bool
    findings:
      description: How many there are of each severity; those that are waived count as C(waived) alone.
      type: dict
    worst:
      description: The titles of the first four that are above V(info) and not waived.
      type: list
      elements: str
    against:
      description: The same for those that concern a setting, and so speak against compliance.
      type: list
      elements: str
audit:
  description:
    - The audit document, as C(schemas/audit.schema.json) describes it. Facts that the kernel lacks are absent.
  returned: success, without O(spool)
  type: dict
  sample:
    schema_version: 1
    host: web1
    profile: article
    declared: {nat: unknown, persist: true, path: /etc/sysctl.d/90-linuxnet-tcp.conf, path_read_at_boot: true}
    compliant: false
    findings:
      - id: setting-differs
        severity: medium
        concerns: setting
        title: net.ipv4.tcp_tw_reuse is 2, wanted 1
        evidence: {running: "2", wanted: "1", accept: {const: 1}}
        remedy: Set net.ipv4.tcp_tw_reuse to 1 and persist it in /etc/sysctl.d/90-linuxnet-tcp.conf; the tune role does it.
        parameter: net.ipv4.tcp_tw_reuse
    plan:
      settings: {net.ipv4.tcp_tw_reuse: "1"}
      refused:
        - {name: net.ipv4.tcp_tw_recycle, value: "1", reason: removed}
    settings:
      - {name: net.ipv4.tcp_tw_reuse, running: "2", wanted: "1", planned: "1", status: differs}
      - {name: net.ipv4.tcp_tw_recycle, wanted: "1", status: removed}
  contains:
    time:
      description: When the audit was made, UTC, by the clock of the controller.
      type: str
      sample: "2026-11-29T05:22:43Z"
    compliant:
      description: Whether no finding that concerns a setting is above V(info).
      type: bool
    findings:
      description: What was found, the worst first. Each RV(audit.findings[].id) has a page in C(docs/findings) of the collection.
      type: list
      elements: dict
      contains:
        id:
          description: Stable name of the kind of finding.
          type: str
        severity:
          description: V(info), V(low), V(medium) or V(high).
          type: str
        concerns:
          description: V(setting) counts for compliance, V(traffic) and V(boot) do not.
          type: str
        title:
          description: What is the case, in one line.
          type: str
        evidence:
          description: Numbers from this host.
          type: dict
        remedy:
          description: What to do.
          type: str
        will_not_help:
          description: What is often tried and does not help.
          type: list
          elements: str
          returned: when there is something to warn of
        waived:
          description: The C(reason) and the last day (C(expires)) of the waiver that covers it. It does not count, and is not planned away.
          type: dict
          returned: when a waiver of the profile covers it
        parameter:
          description: The sysctl that it is about.
          type: str
          returned: when it is about one
    plan:
      description: What to change.
      type: dict
      contains:
        settings:
          description: Name and value of exactly the sysctls that M(linuxnet.tcp.net_sysctl) has to touch.
          type: dict
        refused:
          description: What the profile wants and the plan leaves out, each with the reason.
          type: list
          elements: dict
    profile_version:
      description: What the profile says of its version.
      type: str
      returned: when the profile says so
    profile_digest:
      description: Hash of the whole profile, of those that it extends too.
      type: str
      sample: sha256:1f0c6c4f2bd1d1fd2a0d9d4a2e5b2a3d1c8e7f60718293a4b5c6d7e8f9a0b1c2
    settings:
      description: One row for each setting of the profile with its RV(audit.settings[].status).
      type: list
      elements: dict
      contains:
        reason:
          description: Why the setting does not apply to this host.
          type: str
          returned: when the status is V(not_applicable)
        control:
          description: The controls of compliance benchmarks that the setting fulfils, with C(benchmark), C(id) and C(title).
          type: list
          elements: dict
          returned: when the profile names some
        waived:
          description: The C(reason) and the last day (C(expires)) of the waiver that covers the finding of this setting.
          type: dict
          returned: when one does
        status:
          description:
            - V(holds), V(differs), V(not_persisted), V(shadowed), V(removed), V(too_old), V(hidden), V(unknown), V(read_only), V(unreadable), V(refused) or
              V(not_applicable).
          type: str
    sockets:
      description: As M(linuxnet.tcp.socket_info) returns it.
      type: dict
    parameters:
      description: As M(linuxnet.tcp.net_sysctl_info) returns it for the keys that were looked at, without what the catalogue says of them.
      type: dict
    namespaces:
      description:
        - One row for each network namespace but the one that was audited, with C(inode), C(names), C(process_count), C(container) and the running values of
          those keys in C(parameters), which is absent where it could not be entered.
      type: list
      elements: dict
      returned: when O(namespaces=true)
    nat:
      description:
        - C(verdicts), C(evidence) and C(unread) as M(linuxnet.tcp.nat_info) returns them.
      type: dict
    boot_problems:
      description: Lines and files of C(sysctl.d) that do not do what they seem to, for keys below C(net).
      type: list
      elements: dict
      sample:
        - {kind: removed, source: "/etc/sysctl.d/10-old.conf:3", name: net.ipv4.tcp_tw_recycle, text: "removed in Linux 4.12, this kernel is 6.18.44"}
    journals:
      description:
        - Changes by M(linuxnet.tcp.net_sysctl) that are neither done nor put back, the latest first. C(status) is V(open) or V(unconfirmed); C(attended) tells
          whether a run is at work on it, or a watchdog waits that puts it back in C(seconds_left).
      type: list
      elements: dict
      returned: when O(journal_dir) may be read
      sample:
        - {id: 4, status: unconfirmed, time: "2026-11-24T19:05:15Z", attended: false, comment: "role linuxnet.tcp.tune, profile article"}
    health:
      description:
        - The kernel's TCP counters at the end of the run, as M(linuxnet.tcp.health_info) returns them.
      type: dict
      returned: when they can be read
    writers:
      description:
        - Other programs that set sysctls. C(sets) is a mapping of names to values, with C(where) each stands, or a list of names where the values are not known
          beforehand. C(unreadable) says why a configuration could not be read.
      type: list
      elements: dict
      sample:
        - writer: ufw
          active: true
          source: /etc/ufw/sysctl.conf
          sets: {net.ipv4.tcp_syncookies: "0"}
          where: {net.ipv4.tcp_syncookies: "/etc/ufw/sysctl.conf:12"}
summary:
  description: The same for people, as lines of text.
  returned: success
  type: list
  elements: str
  sample:
    - "web1 (Linux 6.18.44): NOT compliant with profile article"
'''

import os

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import payload

payload.lighten()

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils import audit_options
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, journal
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import (
    clock, drop_in_file, file_lock, host_files, journal_dir, machine, netlink, netns, process_files, procfs, sock_diag, sysctl_tree,
    watchdog_lock, xtables,
)
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import health, host, journals, nat


def open_journals(path):
    """Return (rows, warnings) of the changes that are neither done nor put back."""
    folder = journal_dir.JournalDir(path)
    lock = file_lock.FileLock(folder.full(journal.LOCK))
    return journals.read_journals(folder, lock, watchdog_lock.WatchdogLocks(path), machine.Machine())


def main():
    module = AnsibleModule(argument_spec=audit_options.ARGUMENT_SPEC, supports_check_mode=True)
    proc, diag, files = procfs.ProcFs(), sock_diag.SockDiag(), host_files.HostFiles()
    nat_ports = nat.Ports(
        proc, diag, netlink.Netlink(netlink.NETFILTER), netlink.Netlink(netlink.ROUTE), xtables.XTables(), files, clock.Clock().sleep)
    try:
        facts, warnings = host.read_host(
            module.params, proc, diag, sysctl_tree.SysctlTree(), drop_in_file.DropInFile(module.params['path']),
            world=netns.NetNamespaces(), files=files, processes=process_files.ProcessFiles(), clock=clock.Clock(), nat_ports=nat_ports)
        rows, doubts = open_journals(module.params['journal_dir'])
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    found, more = health.beside_a_change(True, proc, clock.Clock(), machine.Machine())
    facts.update(found, privileged=os.geteuid() == 0)
    if rows is not None:
        facts['journals'] = rows
    for warning in warnings + doubts + more:
        module.warn(warning)
    module.exit_json(changed=False, tcp_facts=facts)


if __name__ == '__main__':
    main()
