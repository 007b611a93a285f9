# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether the counts of a report make the run fail."""

from __future__ import annotations

from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Severity, Summary

NEVER = "none"
_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
LEVELS = (NEVER, "low", "medium", "high")


def reason(summary: Summary, fail_on: str) -> str:
    """Return why a run fails, with its counts; empty when it does not.

    It does when a finding that is not waived has the severity ``fail_on`` or a higher one, and when a host has no verdict: nobody knows what is there.
    """
    if fail_on == NEVER:
        return ""
    counted = _SEVERITIES[: _SEVERITIES.index(_level(fail_on)) + 1]
    parts = [f"{summary['findings'][level]} {level}" for level in counted if summary["findings"][level]]
    found = [f"{', '.join(parts)} findings"] if parts else []
    hosts = summary["hosts"]
    lost = [f"{hosts['error']} of {hosts['total']} hosts without a verdict"] if hosts["error"] else []
    return f"fail_on {fail_on}: {' and '.join(found + lost)}" if found or lost else ""


def _level(fail_on: str) -> Severity:
    return next(level for level in _SEVERITIES if level == fail_on)
