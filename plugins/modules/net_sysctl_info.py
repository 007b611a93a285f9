#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report network sysctls."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: net_sysctl_info
short_description: Tell for network sysctls what runs, what the next boot sets and which line says so, and what this kernel has
version_added: 1.0.0
description:
  - Reports for each key its running value, the value that the next boot will set and the file and line that say so, its value in the drop-in
    of M(linuxnet.tcp.net_sysctl), whether this kernel has it, whether it can be written from here, whether each network namespace has its own,
    and its default and sensible range.
  - The boot value is worked out by the rules of the installed version of systemd-sysctl or of procps' C(sysctl --system) from all folders of
    sysctl.d(5), with masks, patterns, exclusions and links. A warning names each key for which the two loaders would set different values.
  - What C(/proc/sys) shows comes first; the version of the kernel only explains why a key is missing.
author:
  - linuxnet.tcp contributors (@linuxnet)
extends_documentation_fragment:
  - linuxnet.tcp.reads_only
options:
  names:
    description:
      - Names or globs of keys, as C(net.ipv4.tcp_syncookies) or C(net/ipv4/tcp_syncookies). C(*) stays within one component of a name, as
        in sysctl.d(5); C(net.ipv4.conf.*.rp_filter) means that key of every interface.
      - Keys that the collection knows are reported also when this kernel lacks them.
    type: list
    elements: str
    default: [net.ipv4.tcp_*]
  loader:
    description:
      - By whose rules to work out the boot value.
      - V(auto) takes V(systemd) where systemd is PID 1 and its C(systemd-sysctl.service) is not masked, else V(procps).
    type: str
    choices: [auto, systemd, procps]
    default: auto
  path:
    description: The drop-in that RV(parameters.persisted) is taken from.
    type: path
    default: /etc/sysctl.d/90-linuxnet-tcp.conf
seealso:
  - module: linuxnet.tcp.net_sysctl
  - module: linuxnet.tcp.audit
'''

EXAMPLES = r'''
- name: Look at the keys that deal with TIME_WAIT
  linuxnet.tcp.net_sysctl_info:
    names:
      - net.ipv4.tcp_tw_*
      - net.ipv4.tcp_max_tw_buckets
  register: time_wait

- name: Warn where the kernel has no tcp_tw_reuse of its own for this namespace
  ansible.builtin.debug:
    msg: host-wide here
  when: not time_wait.parameters['net.ipv4.tcp_tw_reuse'].per_namespace

- name: Find out who sets a value at boot
  linuxnet.tcp.net_sysctl_info:
    names: [net.ipv4.tcp_keepalive_time]
  register: keepalive

- name: Name the line
  ansible.builtin.debug:
    var: keepalive.parameters['net.ipv4.tcp_keepalive_time'].boot.source
'''

RETURN = r'''
parameters:
  description:
    - One entry for each key, by name. A field that is not known is absent, never empty or zero.
    - Values of keys that hold a secret (C(net.ipv4.tcp_fastopen_key), C(net.ipv6.conf.*.stable_secret)) are never reported.
  returned: success
  type: dict
  sample:
    net.ipv4.tcp_keepalive_time:
      supported: true
      runtime: "1200"
      persisted: "1200"
      boot:
        value: "7200"
        source: /etc/sysctl.d/99-sysctl.conf:12
        shadowed: ["/etc/sysctl.d/90-linuxnet-tcp.conf:2"]
        loader: systemd
      writable: true
      per_namespace: true
      default: "7200"
      minimum: 1
      maximum: 32767
      unit: seconds
    net.ipv4.tcp_tw_recycle: {supported: false, reason: removed, removed_in: "4.12", per_namespace: true, default: "0", minimum: 0, maximum: 1}
  contains:
    supported:
      description: Whether this kernel shows the key here.
      type: bool
    runtime:
      description: The running value, fields joined by one space.
      type: str
      returned: when it can be read
    persisted:
      description: The value in the drop-in.
      type: str
      returned: when the drop-in holds the key
    boot:
      description: What the next boot sets, with the files as they are now.
      type: dict
      returned: when a file sets the key
      contains:
        value:
          description: The value, as the file has it.
          type: str
        source:
          description: File and line that set it last.
          type: str
        shadowed:
          description: Files and lines that set it too and do not count.
          type: list
          elements: str
        loader:
          description: By whose rules, V(systemd) or V(procps).
          type: str
    default:
      description: The kernel's default, where it does not depend on the machine.
      type: str
      returned: when the collection knows it
    minimum:
      description: The least sensible value, the least that M(linuxnet.tcp.net_sysctl) accepts.
      type: int
      returned: when the collection knows one
    maximum:
      description: The greatest sensible value, the greatest that M(linuxnet.tcp.net_sysctl) accepts.
      type: int
      returned: when the collection knows one
    unit:
      description: What the value counts.
      type: str
      returned: when the collection knows one
    writable:
      description: Whether the user that the module runs as can open the key for writing.
      type: bool
      returned: when the key is supported
    per_namespace:
      description: Whether this version of the kernel keeps one value for each network namespace.
      type: bool
      returned: when the collection knows the key
    reason:
      description:
        - V(removed) from this kernel, V(too_old) a kernel, V(hidden) host-wide key in a network namespace, or V(unknown).
      type: str
      returned: when the key is not supported
    removed_in:
      description: The first kernel without the key.
      type: str
      returned: when RV(parameters.reason) is V(removed)
'''

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import payload

payload.lighten()

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir, drop_in_file, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import parameters


def main():
    module = AnsibleModule(
        argument_spec={
            'names': {'type': 'list', 'elements': 'str', 'default': ['net.ipv4.tcp_*']},
            'loader': {'type': 'str', 'choices': ['auto', 'systemd', 'procps'], 'default': 'auto'},
            'path': {'type': 'path', 'default': '/etc/sysctl.d/90-linuxnet-tcp.conf'},
        },
        supports_check_mode=True,
    )
    store = drop_in_file.DropInFile(module.params['path'])
    try:
        found, warnings = parameters.read_answers(module.params, sysctl_tree.SysctlTree(), store.read(), conf_dir.ConfDir())
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=False, parameters=found)


if __name__ == '__main__':
    main()
