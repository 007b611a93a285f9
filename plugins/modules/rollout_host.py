#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the action linuxnet.tcp.rollout_host; everything is done by the action plugin of the same name."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: rollout_host
short_description: Take one host through one step of a rollout
version_added: 1.0.0
description:
  - What the role C(linuxnet.tcp.rollout) does on each host. A step is one run of M(linuxnet.tcp.audit), M(linuxnet.tcp.net_sysctl) or
    M(linuxnet.tcp.health_info), and one receipt on the controller, which is on the disk before anything builds on it.
  - A host that cannot be reached is a failed host here, with C(rollout.status) V(lost). Ansible's own stops do not count unreachable hosts.
author:
  - linuxnet.tcp contributors (@linuxnet)
options:
  step:
    description:
      - V(assess) audits the host, puts back what a dead run left there, and returns the plan.
      - V(change) writes a receipt ahead and carries the plan out; the host puts it back by itself unless it is confirmed in time.
      - V(look) and V(watch) read the counters, the latter when checks of the operator follow that take their time.
      - V(prove) audits again, reads the counters too, and fails when something does not hold.
      - V(confirm) lets the change stay, V(restore) puts it back.
      - V(roll_back) puts back what a rollout confirmed earlier, as named by O(receipt). Hosts that it did not change are skipped.
    type: str
    choices: [assess, change, look, watch, prove, confirm, restore, roll_back]
    required: true
  rollout:
    description: The RV(linuxnet.tcp.rollout_wave#module:rollout) of the wave. All steps but V(roll_back) need it.
    type: dict
  audit:
    description: Options of M(linuxnet.tcp.audit) for the steps V(assess) and V(prove).
    type: dict
    default: {}
  change:
    description: Options of M(linuxnet.tcp.net_sysctl) for the step V(change).
    type: dict
    default: {}
  planned:
    description: What the step V(assess) returned as RV(planned), for the step V(change).
    type: dict
    default: {}
  changed_before:
    description: What the step V(change) returned, for the steps V(confirm) and V(restore). Without it, or when it was skipped, there is nothing to put back.
    type: raw
  why:
    description: Why the host goes back, for the record.
    type: str
  dir:
    description: Folder on the controller with the folders of rollouts, for the step V(roll_back).
    type: str
    default: rollouts
  receipt:
    description: Id of a rollout, V(last), or the id of one of its receipts, for the step V(roll_back).
    type: str
  conflicts:
    description: See M(linuxnet.tcp.net_sysctl), for the step V(roll_back).
    type: str
    choices: [fail, keep]
    default: fail
  journal_dir:
    description: The folder on the host in which M(linuxnet.tcp.net_sysctl) keeps its journals.
    type: str
    default: /var/lib/linuxnet-tcp
attributes:
  check_mode:
    description: Can run in check mode. It says what would be changed and writes no receipts then.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change, in diff mode.
    support: full
seealso:
  - module: linuxnet.tcp.rollout_wave
  - module: linuxnet.tcp.net_sysctl
'''

EXAMPLES = r'''
- name: Put back what a rollout did
  linuxnet.tcp.rollout_host:
    step: roll_back
    receipt: 20261129T052243Z-3f9a1c
    dir: /srv/rollouts
'''

RETURN = r'''
planned:
  description: The keys to set and their values. Empty when the host holds the profile.
  returned: step V(assess)
  type: dict
compliant:
  description: Whether the host is compliant with the profile.
  returned: steps V(assess) and V(prove)
  type: bool
rollout:
  description:
    - The context of the wave with C(host), C(step), C(status), and C(final) where the host is at its end with it.
    - C(journal) and C(confirm_by) are those of the change.
  returned: not in step V(roll_back)
  type: dict
'''
