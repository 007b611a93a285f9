# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn what a spool holds of one host into the host's row of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_fields as take
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import (
    ERROR_KINDS,
    Benchmark,
    Control,
    Finding,
    Row,
    Sockets,
    Status,
)
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.spool import Broken, Record

# What a row of settings says when no finding says more; only these statuses mean that there is nothing to judge.
_NOTHING_TO_JUDGE = {
    "not_applicable": "does not apply here",
    "removed": "removed from this kernel",
    "too_old": "this kernel is too old for it",
    "hidden": "belongs to the host, not to this network namespace",
    "unknown": "not in this kernel",
    "refused": "refused by a guard",
}
# The value is what it should be, or a guard of the judge put it into the plan without a finding about it.
_HOLDS = frozenset({"holds", "adjusted"})
_UNSEEN = "unreadable"
# About a waiver or another program; the parameter is only one of the settings that they may be about.
_NOT_ITS_OWN = frozenset({"waiver-expired", "other-writer"})
_MAX_MESSAGE = 2000


def row_of(record: Record, host: str) -> Row:
    """Return the row of a host; raise Broken for a record that is neither an audit nor an error, or of another version."""
    if record.get("schema_version") != 1 or isinstance(record["schema_version"], bool):
        raise Broken(f"schema_version is {printable.show(record.get('schema_version'))}; this version of linuxnet.tcp reads 1")
    return _unaudited(record, host) if "error" in record else _audited(record, host)


def error_row(host: str, kind: str, message: str, time: str | None = None) -> Row:
    """Return the row of a host that has no verdict; ``time`` is when that was seen."""
    error = {"kind": kind, "message": str(printable.line(message, _MAX_MESSAGE))}
    return cast(Row, {"host": host, "status": "error", "error": error, **({"time": time} if time else {}), "controls": [], "findings": []})


def whys(record: Record) -> dict[str, str]:
    """Return why the profile wants each setting, by name; call it with records that ``row_of`` took."""
    return {row["name"]: row["why"] for row in record.get("settings", ()) if isinstance(row.get("why"), str)}


def keys(row: Row) -> set[str]:
    """Return what a comparison with another report goes by: the findings above info, by id and parameter; waived ones are there as well."""
    counted = (item for item in row["findings"] if item["severity"] != "info")
    return {f"{item['id']}:{item['parameter']}" if "parameter" in item else item["id"] for item in counted}


def _unaudited(record: Record, host: str) -> Row:
    error = take.mapping(record, "error")
    return error_row(host, take.word(error, "kind", ERROR_KINDS), take.text(error, "message"), take.time(record, "time"))


def _audited(record: Record, host: str) -> Row:
    found = [_finding(item) for item in take.rows(record, "findings")]
    row = {
        "host": host,
        "status": "compliant" if take.flag(record, "compliant") else "noncompliant",
        **take.given(record, time=take.time),
        "profile": take.text(record, "profile"),
        **take.given(record, profile_version=take.text, profile_digest=take.text),
        "kernel": take.text(take.mapping(record, "kernel"), "release"),
        **({"nat": _nat(record)} if "nat" in record else {}),
        "sockets": sockets(take.mapping(record, "sockets")),
        "controls": list(_controls(take.rows(record, "settings"), found)),
        "findings": findings.worst_first(cast(Sequence[findings.Finding], found)),
    }
    return cast(Row, row)


def _nat(record: Record) -> dict[str, str]:
    verdicts = take.mapping(take.mapping(record, "nat"), "verdicts")
    return {name: take.word(take.mapping(verdicts, name), "verdict", ("present", "possible", "declared_absent")) for name in verdicts}


def sockets(fields: Mapping[str, Any]) -> Sockets:
    """Return the counts of a host's sockets."""
    return {"total": take.count(fields, "total"), "states": take.counts(fields, "states")}


def _finding(fields: Mapping[str, Any]) -> Finding:
    item = {
        "id": take.text(fields, "id"),
        "severity": take.word(fields, "severity", findings.SEVERITIES),
        "concerns": take.word(fields, "concerns", (findings.SETTING, findings.TRAFFIC, findings.BOOT)),
        "title": take.text(fields, "title"),
        "evidence": take.mapping(fields, "evidence"),
        "remedy": take.text(fields, "remedy"),
        **take.given(fields, will_not_help=take.texts, parameter=take.text, waived=_waived),
    }
    return cast(Finding, item)


def _waived(fields: Mapping[str, Any], name: str) -> dict[str, str]:
    waived = take.mapping(fields, name)
    return {"reason": take.text(waived, "reason"), "expires": take.text(waived, "expires")}


def _controls(settings: Sequence[Mapping[str, Any]], found: Sequence[Finding]) -> Iterator[Control]:
    own = _own(found)
    for fields in settings:
        yield _control(fields, own.get(take.text(fields, "name")))


def _own(found: Sequence[Finding]) -> dict[str, Finding]:
    """Return for each sysctl the finding that its control is judged by: one that counts before one that is waived, the worst first."""
    about = [item for item in found if item["concerns"] == findings.SETTING and item["id"] not in _NOT_ITS_OWN and "parameter" in item]
    about.sort(key=lambda item: ("waived" not in item, findings.SEVERITIES.index(item["severity"])))
    return {item["parameter"]: item for item in about}


def _control(fields: Mapping[str, Any], finding: Finding | None) -> Control:
    status, reason = judged(take.text(fields, "status"), fields.get("reason"), finding)
    fails = finding is not None and status in ("fail", "error")
    severity = finding["severity"] if finding is not None and fails else fields.get("severity")
    waived = take.given(fields, waived=_waived) or ({"waived": finding["waived"]} if finding and "waived" in finding else {})
    control = {
        "id": take.text(fields, "name"),
        "status": status,
        "wanted": take.text(fields, "wanted"),
        **take.given(fields, running=take.text, boot=take.text),
        **({"reason": reason} if reason else {}),
        **({"severity": take.word({"severity": severity}, "severity", findings.SEVERITIES)} if severity is not None else {}),
        **({"benchmark": [_benchmark(row) for row in take.rows(fields, "control")]} if fields.get("control") else {}),
        **(waived if status == "waived" else {}),
        **({"finding": finding["id"]} if finding is not None else {}),
    }
    return cast(Control, control)


def judged(status: str, reason: object, finding: Finding | None) -> tuple[Status, str]:
    """Return the status of a control and its reason, from the judge's status and reason and the finding about this very setting.

    A finding that counts for compliance fails the control, whatever the status, so that the controls of a host and its compliance agree; a value
    that cannot be read is an error, since nobody knows.
    """
    said = finding["title"] if finding else ""
    if finding is not None and finding["severity"] != "info":
        if "waived" in finding:
            return "waived", said
        return ("error" if status == _UNSEEN else "fail"), said
    if status in _NOTHING_TO_JUDGE:
        return "not_applicable", reason if isinstance(reason, str) and reason else said or _NOTHING_TO_JUDGE[status]
    if status in _HOLDS:
        return "pass", ""
    return ("error" if status == _UNSEEN else "fail"), said or f"the audit says {printable.show(status)}"


def _benchmark(fields: Mapping[str, Any]) -> Benchmark:
    row = {"benchmark": take.text(fields, "benchmark"), "id": take.text(fields, "id"), **take.given(fields, title=take.text)}
    return cast(Benchmark, row)
