# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as JUnit XML for Jenkins, GitLab, Azure DevOps and others: a host is a test suite, a control or finding a test case.

The schema is junit-10.xsd of the Jenkins xUnit plugin: ``testsuites`` has no ``skipped``, ``failures`` and ``errors`` are needed.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from typing import TextIO
from xml.sax import saxutils

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_results, report_spill
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Head, Row, Rows
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_results import Result

# The case that every host has: it is an error when there is no audit, and good again when there is one.
_AUDIT = "audit"
_OUTCOMES = {"fail": "failures", "error": "errors", "not_applicable": "skipped", "waived": "skipped"}


class Junit:
    """Write junit.xml."""

    name = "junit"
    file_name = "junit.xml"

    def write(self, head: Head, rows: Rows, stream: TextIO) -> None:
        """Write the suites beside, one row at a time, as the counts over all of them come first."""
        total: Counter[str] = Counter()
        with report_spill.scratch() as suites:
            for row in rows():
                suites.writelines(_suite(row, total))
            counts = _attributes(tests=total["tests"], failures=total["failures"], errors=total["errors"])
            stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={_quoted(report_results.title(head))}{counts}>\n')
            suites.seek(0)
            shutil.copyfileobj(suites, stream)
        stream.write("</testsuites>\n")


def _suite(row: Row, total: Counter[str]) -> Iterator[str]:
    """Yield the XML of a host, and add its counts."""
    host = report_results.line(row["host"])
    cases = [_case(host, _AUDIT, _unaudited(row))]
    counts = Counter(tests=1, errors=int(row["status"] == "error"))
    names: Counter[str] = Counter()
    for result in report_results.of_host(row):
        if result.status != report_results.INFO:
            names[result.name] += 1
            cases.append(_case(host, _numbered(result.name, names[result.name]), _outcome(result)))
            counts.update(("tests", _OUTCOMES.get(result.status, "passed")))
    total.update(counts)
    numbers = {name: counts[name] for name in ("tests", "failures", "errors", "skipped")}
    when = {"timestamp": row["time"].rstrip("Z")} if "time" in row else {}
    yield f" <testsuite name={_quoted(host)} hostname={_quoted(host)}{_attributes(**numbers, time=0, **when)}>\n"
    yield from _properties(row)
    yield from cases
    yield " </testsuite>\n"


def _numbered(name: str, number: int) -> str:
    """Tell cases of one name apart: a kind of finding without a sysctl may be there for each of several destinations."""
    return report_results.line(name) + (f" ({number})" if number > 1 else "")


def _properties(row: Row) -> Iterator[str]:
    names = ("status", "profile", "profile_version", "profile_digest", "kernel")
    given = [(name, report_results.line(str(row[name]))) for name in names if name in row]  # type: ignore[literal-required]
    yield "  <properties>\n"
    yield from (f"   <property name={_quoted(name)} value={_quoted(text)}/>\n" for name, text in given)
    yield "  </properties>\n"


def _case(host: str, name: str, outcome: str) -> str:
    start = f'  <testcase classname={_quoted(host)} name={_quoted(name)} time="0"'
    return f"{start}>{outcome}</testcase>\n" if outcome else f"{start}/>\n"


def _unaudited(row: Row) -> str:
    if row["status"] != "error":
        return ""
    kind, message = report_results.error(row)
    return _element("error", kind, message, "")


def _outcome(result: Result) -> str:
    """Return the element that says why a case did not pass."""
    if result.status == "fail":
        return _element("failure", result.severity, report_results.said(result), report_results.advice(result))
    if result.status == "error":
        return _element("error", "unreadable", report_results.said(result), report_results.advice(result))
    if result.status == "waived":
        return _element("skipped", "waived", report_results.waiver(result), report_results.said(result))
    if result.status == "not_applicable":
        return _element("skipped", "not_applicable", report_results.said(result), "")
    return ""


def _element(tag: str, kind: str, message: str, text: str) -> str:
    start = f"<{tag} type={_quoted(kind)} message={_quoted(message)}"
    return f"{start}>{saxutils.escape(text)}</{tag}>" if text else f"{start}/>"


def _attributes(**values: object) -> str:
    return "".join(f" {name}={_quoted(str(value))}" for name, value in values.items())


def _quoted(text: str) -> str:
    return saxutils.quoteattr(text)


EMITTER = Junit()
