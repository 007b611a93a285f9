# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's row: what the judge says becomes pass, fail, not_applicable, waived or error, and agrees with compliance."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, finding_titles, findings, report_rows, settings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.spool import Broken

KEY = "net.ipv4.tcp_x"


def finding(severity: str, **more: Any) -> dict[str, Any]:
    return {"id": "setting-differs", "severity": severity, "concerns": "setting", "title": "it differs", "parameter": KEY, **more}


WAIVER = {"reason": "r", "expires": "2027-01-01"}
STATUSES = json.loads((documents.COLLECTION / "schemas" / "audit.schema.json").read_text(encoding="utf-8"))["properties"]["settings"][
    "items"
]["properties"]["status"]["enum"]
WITHOUT_FINDING = {
    "holds": "pass", "adjusted": "pass", "differs": "fail", "not_persisted": "fail", "shadowed": "fail", "read_only": "fail", "unreadable": "error",
    "removed": "not_applicable", "too_old": "not_applicable", "hidden": "not_applicable", "unknown": "not_applicable", "refused": "not_applicable",
    "not_applicable": "not_applicable",
}  # fmt: skip


def test_the_table_has_every_status_of_the_judge():
    assert set(STATUSES) == set(WITHOUT_FINDING)


@pytest.mark.parametrize("status", STATUSES)
def test_status_without_a_finding_and_with_one_that_is_info(status):
    said, reason = report_rows.judged(status, None, None)
    assert said == WITHOUT_FINDING[status]
    assert bool(reason) is (said != "pass")
    assert report_rows.judged(status, None, finding("info"))[0] == said


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("severity", ["low", "medium", "high"])
def test_a_finding_above_info_fails_and_a_waiver_excuses(status, severity):
    assert report_rows.judged(status, None, finding(severity)) == ("error" if status == "unreadable" else "fail", "it differs")
    assert report_rows.judged(status, None, finding(severity, waived=WAIVER)) == ("waived", "it differs")


def test_the_reason_of_a_condition_is_kept():
    assert report_rows.judged("not_applicable", "for kernels <4.4", None) == ("not_applicable", "for kernels <4.4")
    assert report_rows.judged("removed", None, finding("info", title="gone in 4.12")) == ("not_applicable", "gone in 4.12")


BACKLOG = "net.ipv4.tcp_max_syn_backlog"
WANTED = {BACKLOG: {"value": 8192, "why": "room", "severity": "high", "control": [{"benchmark": "B 1", "id": "3.3"}]}}


def control_of(row: Any, name: str = BACKLOG) -> Any:
    return next(control for control in row["controls"] if control["id"] == name)


def test_a_row_of_a_host_that_differs(facts, audit_of):
    audit = audit_of(WANTED, facts(nat={"evidence": [], "unread": []}))
    audit["time"] = "2026-11-29T05:00:00Z"
    row = report_rows.row_of(audit, "host1")
    assert {name: row[name] for name in ("host", "status", "time", "profile", "kernel", "sockets")} == {
        "host": "host1", "status": "noncompliant", "time": "2026-11-29T05:00:00Z", "profile": "test", "kernel": "6.18.44",
        "sockets": {"total": 3, "states": {"LISTEN": 2, "TIME_WAIT": 1}},
    }  # fmt: skip
    assert control_of(row) == {
        "id": BACKLOG, "status": "fail", "reason": f"{BACKLOG} is 2048, wanted 8192", "wanted": "8192", "running": "2048", "severity": "high",
        "benchmark": [{"benchmark": "B 1", "id": "3.3"}], "finding": "setting-differs",
    }  # fmt: skip
    assert row["nat"] == {"own_address": "possible", "clients": "possible", "translates": "possible"}
    assert report_rows.whys(audit) == {BACKLOG: "room"}
    assert report_rows.keys(row) == {f"setting-differs:{BACKLOG}"}


def test_what_passes_has_the_severity_of_the_profile(facts, audit_of):
    row = report_rows.row_of(audit_of(WANTED, facts({BACKLOG: "8192"}, {BACKLOG: "8192"})), "host1")
    assert row["status"] == "compliant"
    assert control_of(row) == {
        "id": BACKLOG, "status": "pass", "wanted": "8192", "running": "8192", "severity": "high", "benchmark": [{"benchmark": "B 1", "id": "3.3"}],
    }  # fmt: skip


def test_findings_about_other_programs_and_waivers_are_not_a_settings_own(facts, audit_of):
    audit = audit_of(WANTED, facts({BACKLOG: "8192"}, {BACKLOG: "8192"}))
    for kind in ("other-writer", "waiver-expired"):
        audit["findings"].append(finding("low", id=kind, parameter=BACKLOG, evidence={"x": 1}, remedy="r"))
    audit["compliant"] = False
    row = report_rows.row_of(audit, "host1")
    assert (row["status"], control_of(row)["status"]) == ("noncompliant", "pass")


def test_one_that_counts_comes_before_one_that_is_waived(facts, audit_of):
    audit = audit_of(WANTED, facts())
    audit["findings"].insert(0, finding("high", id="setting-shadowed", parameter=BACKLOG, evidence={"x": 1}, remedy="r", waived=WAIVER))
    audit["findings"][-1]["severity"] = "low"
    assert control_of(report_rows.row_of(audit, "host1"))["finding"] == "setting-differs"


def test_an_error_record_becomes_an_error_row():
    record = {"schema_version": 1, "host": "h", "error": {"kind": "unreachable", "message": "no route"}, "time": "2026-11-29T05:00:00Z"}
    assert report_rows.row_of(record, "h") == {
        "host": "h", "status": "error", "error": {"kind": "unreachable", "message": "no route"}, "time": "2026-11-29T05:00:00Z", "controls": [], "findings": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "record",
    [
        {}, {"schema_version": 2}, {"schema_version": True}, {"schema_version": 1}, {"schema_version": 1, "error": "x"},
        {"schema_version": 1, "error": {"kind": "odd", "message": "m"}, "time": "2026-11-29T05:00:00Z"},
        {"schema_version": 1, "error": {"kind": "failed", "message": "m"}}, {"schema_version": 1, "error": {"kind": "failed", "message": 1}},
    ],
)  # fmt: skip
def test_what_is_neither_is_broken(record):
    with pytest.raises(Broken):
        report_rows.row_of(record, "h")


def places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """Yield the path of everything in a document."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    document = copy.deepcopy(document)
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return document


def test_whatever_is_changed_in_a_document_the_row_fits_the_schema_or_the_document_is_broken(facts, audit_of):
    """Every place of an audit, replaced by every kind of value: nothing that the report's schema refuses comes through."""
    schema = json.loads((documents.COLLECTION / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator({**schema["$defs"]["row"], "$defs": schema["$defs"]})
    audit = audit_of(WANTED, facts(boot={BACKLOG: "4096 /etc/sysctl.conf:3"}))
    audit["time"] = "2026-11-29T05:00:00Z"
    audit["findings"][0]["waived"] = dict(WAIVER)
    audit["settings"][0]["waived"] = dict(WAIVER)
    validator.validate(report_rows.row_of(audit, "h"))
    tried, broken = 0, 0
    for path in list(places({key: value for key, value in audit.items() if key != "parameters"}))[1:]:
        for value in (None, True, -1, 1.5, "x", "", [], ["x"], {}, {"x": 1}, [{}], [["x"]]):
            tried += 1
            try:
                row = report_rows.row_of(changed(audit, path, value), "h")
            except Broken:
                broken += 1
                continue
            validator.validate(row)
    assert tried > 500
    assert 100 < broken < tried


def test_every_kind_of_finding_has_a_title():
    assert set(finding_titles.TITLES) == set(findings.KINDS)
    assert len(set(finding_titles.TITLES.values())) == len(finding_titles.TITLES)
    assert all(len(title) <= 70 for title in finding_titles.TITLES.values())
    assert finding_titles.title("of-a-later-version") == "of-a-later-version"


def test_not_applicable_is_what_the_judge_calls_it():
    assert settings.NOT_APPLICABLE == "not_applicable"
