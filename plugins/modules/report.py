#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the action linuxnet.tcp.report; everything is done by the action plugin of the same name."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: report
short_description: Write one report over the audits of many hosts
version_added: 1.0.0
description:
  - Reads the files that M(linuxnet.tcp.audit) and M(linuxnet.tcp.observe) left in O(spool), one at a time, and writes reports for people and for programs.
  - C(report.json) (C(schemas/report.schema.json) describes it) and C(report.jsonl) are always written; the other formats are made from them.
  - Every host is in every format, also when it could not be reached. A file that cannot be used makes its host an error and stops nothing.
  - This is an action of the controller alone. It runs once in a play, whatever the number of hosts, and needs a strategy that takes the hosts
    through the tasks together, as V(linear) does. Nothing runs on the hosts.
  - Files are replaced in one step and only their owner may read them; those that are there keep their mode.
author:
  - linuxnet.tcp contributors (@linuxnet)
options:
  spool:
    description:
      - Folders on the controller with the files of the hosts. Of a host that is in several, the newest audit counts.
    type: list
    elements: str
    required: true
  dest:
    description: Folder on the controller that gets the reports. It is made when it is missing.
    type: str
    required: true
  formats:
    description:
      - What to write beside C(report.json) and C(report.jsonl). Without it, every format.
      - V(junit) writes C(junit.xml), V(oscal) C(oscal.json) (assessment results), V(prometheus) C(report.prom) (for the textfile collector), V(sarif)
        C(report.sarif), V(csv) C(report.csv), V(html) C(report.html).
    type: list
    elements: str
    choices: [json, jsonl, junit, oscal, prometheus, sarif, csv, html]
  hosts:
    description:
      - The hosts that have to be in the report, and the only ones. One without a file is an error.
      - Without it, the report is about every host that has a file.
    type: list
    elements: str
  newer_than:
    description:
      - An audit before this moment (UTC, as in V(2026-11-29T05:22:43Z)) is no longer true, and its host an error.
    type: str
  baseline:
    description:
      - An earlier C(report.json) or C(report.jsonl). Findings above V(info) are then new, fixed or unchanged, for each host and in all.
    type: str
  title:
    description: What the report is called.
    type: str
  fail_on:
    description:
      - Fail, after everything is written, when a finding that is not waived has this severity or a higher one, or when a host is an error.
      - All findings count, those about traffic too. V(none) never fails.
    type: str
    choices: [none, low, medium, high]
    default: none
attributes:
  check_mode:
    description: Whether it works in check mode.
    support: full
    details:
      - The reports are written in check mode too, since no host is touched.
  diff_mode:
    description: Whether it returns a diff.
    support: none
  platform:
    description: Where it runs.
    platforms: posix
    support: full
    details:
      - On the controller.
notes:
  - Audits are checked against their schema when M(linuxnet.tcp.audit) writes them. The report checks what it takes over of them, and no more.
seealso:
  - module: linuxnet.tcp.audit
  - module: linuxnet.tcp.observe
'''

EXAMPLES = r'''
- name: Audit all hosts and report
  hosts: all
  gather_facts: false
  tasks:
    - name: Judge the host
      linuxnet.tcp.audit:
        spool: audits
      ignore_unreachable: true

    - name: Write the reports, and fail when something is high
      linuxnet.tcp.report:
        spool: [audits]
        dest: reports
        hosts: "{{ ansible_play_hosts_all }}"
        fail_on: high

- name: Report what the shards of an audit left, compared with last week
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Write the reports
      linuxnet.tcp.report:
        spool: [shard1/audits, shard2/audits]
        dest: reports/2026-48
        hosts: "{{ groups.all }}"
        newer_than: "2026-11-29T00:00:00Z"
        baseline: reports/2026-47/report.json
'''

RETURN = r'''
summary:
  description: Counts over all hosts, as C(summary) of C(report.json).
  returned: success, and when O(fail_on) makes it fail
  type: dict
  sample:
    hosts: {total: 4, compliant: 1, noncompliant: 2, error: 1}
    controls: {pass: 20, fail: 3, not_applicable: 4, waived: 1, error: 0}
    findings: {high: 1, medium: 2, low: 0, info: 5, waived: 1}
files:
  description: The files that were written.
  returned: success, and when O(fail_on) makes it fail
  type: list
  elements: str
  sample: [reports/report.json, reports/report.jsonl, reports/report.html]
left_out:
  description: How many hosts have a file in O(spool) and are not among O(hosts).
  returned: when O(hosts) is given
  type: int
  sample: 0
'''
