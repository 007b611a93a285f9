#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the action linuxnet.tcp.observe; the action plugin of the same name runs socket_info and keeps what it saw."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: observe
short_description: Watch the TCP sockets of a host for a while and keep the series on the controller
version_added: 1.0.0
description:
  - Runs M(linuxnet.tcp.socket_info) once, which looks O(samples) times, and appends what it saw to a file of the host in O(spool), one JSON object a
    line, in one write. M(linuxnet.tcp.report) shows the last run of each host as a chart.
  - A line holds C(schema_version), C(host), C(started) (UTC, by the clock of the controller), C(seconds) since the first sample, C(sockets) with C(total)
    and C(states), and the C(counters) that moved.
  - Nothing on the host is changed.
author:
  - linuxnet.tcp contributors (@linuxnet)
options:
  spool:
    description:
      - Folder on the controller that gets one file of JSON Lines for each host. Give the folder that M(linuxnet.tcp.audit) was given.
      - A relative path starts at the current folder. It is written in check mode too, since the host is not touched.
    type: str
    required: true
  samples:
    description: How often to look.
    type: int
    default: 13
  interval:
    description: Seconds between two looks. The task takes (O(samples) - 1) times as long.
    type: float
    default: 5.0
  source:
    description: Where sockets are read, see M(linuxnet.tcp.socket_info).
    type: str
    choices: [auto, netlink, proc]
    default: auto
  netns:
    description: The network namespace to watch, see M(linuxnet.tcp.socket_info); one alone.
    type: str
attributes:
  check_mode:
    description: Whether it works in check mode.
    support: full
  diff_mode:
    description: Whether it returns a diff.
    support: none
  platform:
    description: Where it runs.
    platforms: posix
    support: full
seealso:
  - module: linuxnet.tcp.socket_info
  - module: linuxnet.tcp.report
'''

EXAMPLES = r'''
- name: Watch the hosts for a minute
  linuxnet.tcp.observe:
    spool: reports/audits

- name: Watch them for an hour
  linuxnet.tcp.observe:
    spool: reports/audits
    samples: 121
    interval: 30
'''

RETURN = r'''
observed:
  description: What was kept.
  returned: success
  type: dict
  sample: {file: reports/audits/web1.jsonl, samples: 13, seconds: 60.012, states: {ESTABLISHED: 1065, LISTEN: 9, TIME_WAIT: 25035}}
  contains:
    file:
      description: The file of the host.
      type: str
    samples:
      description: How many lines were added to it.
      type: int
    seconds:
      description: From the first to the last sample.
      type: float
    states:
      description: Sockets by state in the last sample.
      type: dict
'''
