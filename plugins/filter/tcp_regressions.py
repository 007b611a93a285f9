# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare TCP counters before and after a change; plugin_utils/regressions.py is the whole logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import regressions

DOCUMENTATION = r"""
name: tcp_regressions
short_description: Judge whether clients are worse off after a change than before it
version_added: 1.0.0
description:
  - Compares rates, shares and levels of the kernel's TCP counters in a window before a change with those in a window after it. A window is a list of
    two snapshots as M(linuxnet.tcp.health_info) returns them.
  - A figure regresses when it is worse by more than an amount B(and) by more than a factor. C(docs/health-gate.md) of the collection has the table.
  - The verdict is V(regressed) when any figure did, whatever the traffic, and when there was traffic before and is none after the change;
    V(too_little_traffic) when no figure did and one of the windows held too little traffic to conclude anything; else V(ok).
  - A host that was started anew after the change is V(regressed).
positional: _input, after, thresholds
options:
  _input:
    description: The window before, C([start, end]).
    type: list
    elements: dict
    required: true
  after:
    description: The window after, C([start, end]). Neither may be shorter than one second, nor more than twice as long as the other.
    type: list
    elements: dict
    required: true
  thresholds:
    description:
      - What replaces parts of the table, by name of the figure. C(change) is the amount and C(factor) the
        factor. A share has C(minimum), how many events it needs below the line in both windows, and C(events), how many it needs above the
        line after the change.
      - C(traffic) has C(opened) and C(segments), one of which a window has to hold.
    type: dict
    default: {}
author:
  - linuxnet.tcp contributors (@linuxnet)
seealso:
  - module: linuxnet.tcp.health_info
"""

EXAMPLES = r"""
- name: Fail when clients are worse off
  ansible.builtin.assert:
    that: judged.verdict != 'regressed'
    fail_msg: "{{ judged.reason }}"
  vars:
    judged: "{{ [first.health, second.health] | linuxnet.tcp.tcp_regressions([third.health, fourth.health]) }}"

- name: Allow more retransmissions, and be content with less traffic
  ansible.builtin.debug:
    msg: "{{ [first.health, second.health] | linuxnet.tcp.tcp_regressions([third.health, fourth.health], limits) }}"
  vars:
    limits:
      retransmissions: {change: 3}
      traffic: {opened: 5}
"""

RETURN = r"""
_value:
  description: The judgement.
  type: dict
  contains:
    verdict:
      description: V(ok), V(regressed) or V(too_little_traffic).
      type: str
    reason:
      description: Why, in one line.
      type: str
    regressions:
      description: What is worse than allowed, with C(metric), C(unit), C(before), C(after), C(allowed) and C(text).
      type: list
      elements: dict
    metrics:
      description: Every figure that could be worked out in both windows, with C(before), C(after) and C(unit).
      type: dict
    windows:
      description: C(before_seconds) and C(after_seconds).
      type: dict
"""


def tcp_regressions(before: Any, after: Any, thresholds: Any = None) -> regressions.Judgement:
    """Return the judgement; raise AnsibleFilterError for bad input."""
    try:
        return regressions.tcp_regressions(before, after, thresholds)
    except errors.LinuxnetError as error:
        raise AnsibleFilterError(f"tcp_regressions: {error.message}") from error


class FilterModule:
    """Offer the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return name to function."""
        return {"tcp_regressions": tcp_regressions}
