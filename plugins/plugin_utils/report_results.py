# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List what a host was judged by, each thing once: a control with the finding that says more of it, then the findings that are no control's.

JUnit, OSCAL, SARIF and CSV are made from this, so that they agree on what failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Control, Finding, Head, Row, Waived

INFO = "info"
MAX_LINE, MAX_TEXT = 500, 4000


class Result(NamedTuple):
    """One verdict on one host. ``status`` is that of a control; of a finding it is fail, waived, or info for one that is above nothing.

    ``rule`` is the id in the rules of the head, ``kind`` setting or finding as there.
    """

    kind: str
    rule: str
    status: str
    severity: str
    control: Control | None
    finding: Finding | None

    @property
    def name(self) -> str:
        """Return what it is about: the sysctl, or the kind of finding and the sysctl that it names."""
        parameter = self.finding.get("parameter") if self.finding and not self.control else None
        return self.rule if parameter is None else f"{self.rule}: {parameter}"

    @property
    def waived(self) -> Waived | None:
        """Return why the deviation is accepted, and until when."""
        for item in (self.control, self.finding):
            if item is not None and "waived" in item:
                return item["waived"]
        return None

    @property
    def key(self) -> str:
        """Return the key of the finding in ``drift``; empty for a control without one."""
        if self.finding is None:
            return ""
        return f"{self.finding['id']}:{self.finding['parameter']}" if "parameter" in self.finding else self.finding["id"]


def of_host(row: Row) -> Iterator[Result]:
    """Yield the results of a host; none for a host in error."""
    own = {(control["finding"], control["id"]): None for control in row["controls"] if "finding" in control}
    taken: dict[tuple[str, str], Finding] = {}
    rest = []
    for finding in row["findings"]:
        key = (finding["id"], finding.get("parameter", ""))
        if key in own and key not in taken:
            taken[key] = finding
        else:
            rest.append(finding)
    for control in row["controls"]:
        about = taken.get((control.get("finding", ""), control["id"]))
        severity = control.get("severity") or (about["severity"] if about else INFO)
        yield Result("setting", control["id"], control["status"], severity, control, about)
    for finding in rest:
        yield Result("finding", finding["id"], _status(finding), finding["severity"], None, finding)


def _status(finding: Finding) -> str:
    if "waived" in finding:
        return "waived"
    return INFO if finding["severity"] == INFO else "fail"


def said(result: Result) -> str:
    """Return in one line what was seen: values where it is a control, then why it is not a plain pass or fail."""
    parts = []
    if result.control:
        control = result.control
        values = (("running", control.get("running")), ("boot", control.get("boot")), ("wanted", control["wanted"]))
        parts.append(", ".join(f"{label} {text}" for label, text in values if text is not None))
    reason = result.control.get("reason", "") if result.control else ""
    parts.append(reason or (result.finding["title"] if result.finding else ""))
    return line("; ".join(part for part in parts if part))


def waiver(result: Result) -> str:
    """Return in one line why a deviation is accepted, and until when."""
    return line(f"waived until {result.waived['expires']}: {result.waived['reason']}" if result.waived else "waived")


def advice(result: Result) -> str:
    """Return what was seen in full, what helps and what does not, a line each; empty where there is no finding."""
    found = result.finding
    if found is None:
        return ""
    lines = [f"evidence: {evidence(found)}", f"remedy: {line(found['remedy'], MAX_TEXT)}"]
    lines += [f"will not help: {line(text, MAX_TEXT)}" for text in found.get("will_not_help", ())]
    return "\n".join(lines)


def evidence(finding: Finding) -> str:
    """Return the evidence of a finding as JSON in one line."""
    return line(json.dumps(finding["evidence"], ensure_ascii=False, sort_keys=True), MAX_TEXT)


def error(row: Row) -> tuple[str, str]:
    """Return the kind and in one line the message of why a host has no verdict."""
    kind, message = row["error"]["kind"], row["error"]["message"]
    return kind, line(message, MAX_TEXT)


def title(head: Head) -> str:
    """Return what the report is called."""
    return line(head["run"].get("title", "")) or "TCP audit"


def line(text: str, limit: int = MAX_LINE) -> str:
    """Return text of a stranger as one line that hides and steers nothing."""
    return str(printable.line(text, limit))
