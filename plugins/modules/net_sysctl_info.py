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
short_description: Tell for network sysctls what runs, what is persisted, and what this kernel has
version_added: 0.1.0
description:
  - Reports for each key its running value, its value in the drop-in of M(linuxnet.tcp.net_sysctl), whether this kernel has it, whether it can be
    written from here, and whether each network namespace has its own.
  - What C(/proc/sys) shows comes first; the version of the kernel only explains why a key is missing.
author:
  - linuxnet.tcp contributors (@linuxnet)
options:
  names:
    description:
      - Names or globs of keys, as C(net.ipv4.tcp_syncookies) or C(net/ipv4/tcp_syncookies). C(*) stays within one component of a name, as
        in sysctl.d(5); C(net.ipv4.conf.*.rp_filter) means that key of every interface.
      - Keys that the collection knows are reported also when this kernel lacks them.
    type: list
    elements: str
    default: [net.ipv4.tcp_*]
  path:
    description: The drop-in to look in.
    type: path
    default: /etc/sysctl.d/90-linuxnet-tcp.conf
attributes:
  check_mode:
    support: full
    description: Never changes anything.
  diff_mode:
    support: none
    description: Nothing is changed, so there is no difference to show.
  platform:
    support: full
    description: Linux with Python 2.7 or 3.6 and later; nothing else needs to be installed.
    platforms: linux
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
'''

RETURN = r'''
parameters:
  description:
    - One entry for each key, by name. A field that is not known is absent, never empty or zero.
    - Values of keys that hold a secret (C(net.ipv4.tcp_fastopen_key), C(net.ipv6.conf.*.stable_secret)) are never reported.
  returned: success
  type: dict
  sample:
    net.ipv4.tcp_syncookies: {supported: true, runtime: "1", persisted: "1", writable: true, per_namespace: true}
    net.ipv4.tcp_tw_recycle: {supported: false, reason: removed, removed_in: "4.12", per_namespace: true}
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

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import parameters


def main():
    module = AnsibleModule(
        argument_spec={
            'names': {'type': 'list', 'elements': 'str', 'default': ['net.ipv4.tcp_*']},
            'path': {'type': 'path', 'default': '/etc/sysctl.d/90-linuxnet-tcp.conf'},
        },
        supports_check_mode=True,
    )
    tree, store = sysctl_tree.SysctlTree(), drop_in_file.DropInFile(module.params['path'])
    try:
        found = parameters.read_parameters(module.params['names'], tree, store.read(), tree.release())
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    module.exit_json(changed=False, parameters=found)


if __name__ == '__main__':
    main()
