# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as CSV (RFC 4180) for spreadsheets: a line for each host, for each of its controls and for each finding that is no control's.

A cell that a spreadsheet would take for a formula starts with an apostrophe. The byte order mark is for Excel, which takes a file without one
for text in a legacy encoding; programs that do not expect one are better served by report.jsonl.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any, TextIO

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_results
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Head, Row, Rows
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_results import Result

COLUMNS = (
    "host", "kind", "id", "parameter", "status", "severity", "wanted", "running", "boot", "reason", "waived_until", "waived_reason",
    "benchmark", "finding", "evidence", "remedy", "drift", "profile", "profile_version", "profile_digest", "kernel", "time",
)  # fmt: skip
_BYTE_ORDER_MARK = "\ufeff"
# What spreadsheets take for the start of a formula, the wide forms of East Asian input among them, also after blanks and quotes. A comma inside
# a quoted cell splits nothing, but a semicolon does where the locale has it as the separator.
_FORMULA = re.compile("(^|;)(?=[\\s\"']*[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Csv:
    """Write report.csv."""

    name = "csv"
    file_name = "report.csv"

    def write(self, head: Head, rows: Rows, stream: TextIO) -> None:  # noqa: ARG002
        """Write the header and then lines as the rows pass; there is nothing of the head in it."""
        stream.write(_BYTE_ORDER_MARK)
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in rows():
            for line in _lines(row):
                writer.writerow([cell(text) if (text := line.get(column)) else "" for column in COLUMNS])


def cell(text: str) -> str:
    """Return text as one line that no spreadsheet runs: an apostrophe stands before what would be a formula; numbers stay."""
    shown = str(printable.line(text, report_results.MAX_TEXT))
    # Most cells are plain words, and the pattern looks at every character.
    if (shown[:1].isalnum() and ";" not in shown) or _NUMBER.fullmatch(shown):
        return shown
    return _FORMULA.sub(r"\1'", shown)


def _lines(row: Row) -> Iterator[dict[str, str]]:
    yield _host(row)
    about = {"host": row["host"], "profile": row.get("profile", "")}
    drift: dict[str, str] = {key: word for word in ("unchanged", "new") for key in row.get("drift", {}).get(word, ())}  # type: ignore[attr-defined]
    for result in report_results.of_host(row):
        yield {**about, **_result(result), "drift": drift.get(result.key, "")}


def _host(row: Row) -> dict[str, str]:
    names = ("host", "status", "profile", "profile_version", "profile_digest", "kernel", "time")
    given: dict[str, Any] = {name: row[name] for name in names if name in row}  # type: ignore[literal-required]
    reason = ": ".join(report_results.error(row)) if row["status"] == "error" else ""
    return {**given, "kind": "host", "reason": reason}


def _result(result: Result) -> dict[str, str]:
    line = {"kind": result.kind, "id": result.rule, "status": result.status, "severity": result.severity}
    if result.control:
        control: Any = result.control
        line.update({name: control[name] for name in ("wanted", "running", "boot") if name in control})
        line["parameter"] = control["id"]
        line["benchmark"] = ", ".join(f"{item['benchmark']} {item['id']}" for item in control.get("benchmark", ()))
    line["reason"] = _reason(result)
    if result.finding:
        line["finding"] = result.finding["id"]
        line["evidence"] = report_results.evidence(result.finding)
        line["remedy"] = result.finding["remedy"]
        line.setdefault("parameter", result.finding.get("parameter", ""))
    if result.waived:
        line["waived_until"], line["waived_reason"] = result.waived["expires"], result.waived["reason"]
    return line


def _reason(result: Result) -> str:
    reason = result.control.get("reason") if result.control else None
    return reason or (result.finding["title"] if result.finding else "")


EMITTER = Csv()
