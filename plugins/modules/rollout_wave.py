#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the action linuxnet.tcp.rollout_wave; everything is done by the action plugin of the same name."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: rollout_wave
short_description: Open, hold, judge and close a wave of a rollout
version_added: 1.0.0
description:
  - What the role C(linuxnet.tcp.rollout) does once for a wave. It works on the receipts below O(dir) and touches no host.
  - A verdict is a result, never a failure of the task; each host has to obey it by itself (C(roles/rollout/tasks/verdict.yml) shows how). A task that fails
    and runs once would send its own host alone to the rescue.
  - This is an action of the controller alone. It runs once for a batch and needs the strategy V(linear).
author:
  - linuxnet.tcp contributors (@linuxnet)
options:
  step:
    description:
      - V(open) says whether the wave may begin. In the first wave it makes the rollout and shows the plan.
      - V(wait) lets a window of C(soak_seconds) pass when any host of the wave is to be changed.
      - V(judge) reaches one verdict for the wave from what its hosts did, those that nothing was heard of included.
      - V(close) writes down what became of the wave, and C(report.json).
    type: str
    choices: [open, wait, judge, close]
    required: true
  rollout:
    description:
      - The RV(rollout) that the step V(open) returned. Waves after the first are given that of the first one.
    type: dict
  dir:
    description: Folder on the controller for the folders of rollouts. Only the owner may read what is made there.
    type: str
    default: rollouts
  profile:
    description: The profile that is rolled out, for the record. A rollout can be resumed with the same one only.
    type: raw
  waves:
    description:
      - The C(serial) of the play, numbers of hosts and percentages of all. The step V(open) fails when Ansible made other batches.
    type: list
    elements: raw
    default: [1, "5%", "25%", "100%"]
  soak_seconds:
    description: Seconds to watch before and after the change, or a list with the seconds of each wave, whose last item repeats.
    type: raw
    default: 60
  confirm_within:
    description:
      - Seconds after which a host puts an unconfirmed change back. V(0) works it out for each wave from its hosts, the forks and the soak.
    type: int
    default: 0
  canary:
    description: Hosts of which the first wave must have one.
    type: list
    elements: str
    default: []
  freeze:
    description:
      - Windows in which nothing is changed. A wave that would run into one does not begin.
      - C(from) and C(until) are dates (V(2026-12-20T18:00)), or times of day (V("18:00"), quoted) with the C(days) on which the window begins
        (V(mon) to V(sun), every day without it). C(timezone) is a name as V(Europe/Berlin), UTC without it; C(reason) is shown.
    type: list
    elements: dict
    default: []
  dry_run:
    description: Whether to show the plan and make nothing.
    type: bool
    default: false
  resume:
    description: Id of a rollout, or V(last), to go on with.
    type: str
  max_fail_percentage:
    description: Percentage of a wave's hosts that may go wrong without stopping the rollout. It must be exceeded, as Ansible's own.
    type: float
    default: 0.0
  too_little_traffic:
    description: What a host counts as whose traffic is too little to judge by.
    type: str
    choices: [pass, fail]
    default: pass
  thresholds:
    description: See P(linuxnet.tcp.tcp_regressions#filter).
    type: dict
    default: {}
attributes:
  check_mode:
    description: Can run in check mode. It makes no rollout and writes no receipts then.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change, in diff mode.
    support: none
seealso:
  - module: linuxnet.tcp.rollout_host
  - plugin: linuxnet.tcp.tcp_regressions
    plugin_type: filter
'''

EXAMPLES = r'''
- name: Reach one verdict for the wave
  linuxnet.tcp.rollout_wave:
    step: judge
    rollout: "{{ opened.rollout }}"
  register: verdict
  run_once: true
  failed_when: false

- name: Obey it on every host
  ansible.builtin.assert:
    that:
      - verdict.ok
      - inventory_hostname not in verdict.bad
    fail_msg: "{{ verdict.reason }}"
'''

RETURN = r'''
ok:
  description: Whether the wave may begin, the changes may stay, or the wave ended well.
  returned: steps V(open), V(judge) and V(close)
  type: bool
reason:
  description: Why not, or in what way.
  returned: steps V(open), V(judge) and V(close)
  type: str
bad:
  description: The hosts that have to go back whatever becomes of the others, each with the reason.
  returned: step V(judge)
  type: dict
plan:
  description: The waves with C(wave), C(hosts), C(soak_seconds) and C(confirm_within).
  returned: with O(dry_run)
  type: list
  elements: dict
outcome:
  description: V(running), V(stopped) or V(completed).
  returned: step V(close)
  type: str
rollout:
  description: The context of the wave, which the other steps are given.
  returned: not with O(dry_run)
  type: dict
  sample: {id: 20261129T052243Z-3f9a1c, run: 1, wave: 2, waves: 4, wave_hosts: 5, hosts: 100, soak_seconds: 60.0, confirm_within: 132, folder: /srv/rollouts}
'''
