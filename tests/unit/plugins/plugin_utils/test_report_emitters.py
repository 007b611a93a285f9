# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats of a report: the same verdicts in each, hosts in error never missing, and nothing of a stranger that acts."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    report_csv,
    report_formats,
    report_oscal_parts,
    report_prometheus,
    report_results,
    report_sarif,
)

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "report" / "report.jsonl"
LINES = FIXTURE.read_text(encoding="utf-8").splitlines()
HEAD, ROWS = json.loads(LINES[0]), [json.loads(line) for line in LINES[1:]]
FORMATS = ("junit", "oscal", "prometheus", "sarif", "csv")


def emitted(name, rows=ROWS, head=HEAD):
    stream = io.StringIO(newline="")
    report_formats.emitter(name).write(head, lambda: iter(rows), stream)
    return stream.getvalue()


def control(name, status="fail", **more):
    return {"id": name, "status": status, "wanted": "1", **more}


def finding(kind, severity="medium", **more):
    return {"id": kind, "severity": severity, "concerns": "setting", "title": kind, "evidence": {}, "remedy": "do it", **more}


def row(host="h", controls=(), findings=(), **more):
    return {"host": host, "status": "noncompliant", "profile": "p", "controls": list(controls), "findings": list(findings), **more}


def rule(name, kind="setting", **more):
    counts = dict.fromkeys(("pass", "fail", "info", "not_applicable", "waived", "error"), 0)
    return {"id": name, "kind": kind, "title": name, "severity": "high", "counts": counts, **more}


def head_of(*rules, errors=0, drift=False):
    summary = {**HEAD["summary"], "hosts": {"total": 9, "compliant": 0, "noncompliant": 9 - errors, "error": errors}}
    if not drift:
        summary.pop("drift")
    return {**HEAD, "summary": summary, "rules": list(rules)}


# --- what counts, once


@pytest.mark.parametrize(
    ("controls", "findings", "wanted"),
    [
        ([control("a", "pass")], [], [("setting", "a", "pass", "")]),
        ([control("a", finding="x")], [finding("x", parameter="a")], [("setting", "a", "fail", "x:a")]),
        # Another finding about the same sysctl, and one that names none, stand alone.
        ([control("a", finding="x")], [finding("x", parameter="a"), finding("y", parameter="a")],
         [("setting", "a", "fail", "x:a"), ("finding", "y", "fail", "y:a")]),
        ([control("a", finding="x")], [finding("x")], [("setting", "a", "fail", ""), ("finding", "x", "fail", "x")]),
        # The same twice: the control has the first.
        ([control("a", finding="x")], [finding("x", parameter="a")] * 2, [("setting", "a", "fail", "x:a"), ("finding", "x", "fail", "x:a")]),
        ([], [finding("x", "info")], [("finding", "x", "info", "x")]),
        ([], [finding("x", waived={"reason": "r", "expires": "2027-01-01"})], [("finding", "x", "waived", "x")]),
        ([], [], []),
    ],
)  # fmt: skip
def test_each_verdict_is_there_once(controls, findings, wanted):
    results = report_results.of_host(row(controls=controls, findings=findings))
    assert [(result.kind, result.rule, result.status, result.key) for result in results] == wanted


# --- the same verdicts everywhere


@pytest.mark.parametrize("host", ["db1", "web1", "gone1"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_host_is_in_every_format(name, host):
    # A rule that holds is nobody's result in SARIF, where results are alerts.
    assert (host in emitted(name)) is not (name == "sarif" and host == "web1")


def test_counts_of_junit_are_those_of_the_summary():
    root = ElementTree.fromstring(emitted("junit"))
    controls, hosts = HEAD["summary"]["controls"], HEAD["summary"]["hosts"]
    assert len(root.findall("testsuite")) == hosts["total"]
    assert len(root.findall(".//error")) == controls["error"] + hosts["error"]
    assert len(root.findall(".//skipped")) == controls["waived"] + controls["not_applicable"]
    # One finding is about traffic and no control's.
    assert len(root.findall(".//failure")) == controls["fail"] + 1
    for attribute, path in (("tests", ".//testcase"), ("failures", ".//failure"), ("errors", ".//error")):
        assert int(root.get(attribute)) == len(root.findall(path)) == sum(int(suite.get(attribute)) for suite in root)
    assert "skipped" not in root.attrib


@pytest.mark.parametrize(
    ("host", "case", "tag", "kind", "said"),
    [
        ("db1", "net.ipv4.tcp_tw_reuse", "failure", "medium", "running 2, boot 2, wanted 1"),
        ("db1", "net.ipv4.tcp_tw_recycle", "skipped", "not_applicable", "removed from this kernel"),
        ("db1", "net.ipv4.tcp_keepalive_time", "skipped", "waived", "waived until 2027-03-31: the pool sends probes"),
        ("db1", "ephemeral-ports-near-exhaustion", "failure", "high", "89 % of the ephemeral ports"),
        ("gone1", "audit", "error", "unreachable", "Connection refused"),
    ],
)
def test_junit_says_why(host, case, tag, kind, said):
    root = ElementTree.fromstring(emitted("junit"))
    (found,) = [item for suite in root for item in suite.findall("testcase") if (suite.get("name"), item.get("name")) == (host, case)]
    (outcome,) = found
    assert (outcome.tag, outcome.get("type")) == (tag, kind)
    assert said in outcome.get("message")


def test_junit_tells_findings_of_one_kind_apart():
    root = ElementTree.fromstring(emitted("junit", [row(findings=[finding("x"), finding("x"), finding("y", "info")])]))
    assert [case.get("name") for case in root.iter("testcase")] == ["audit", "x", "x (2)"]


def test_csv_has_a_line_for_each_host_and_result():
    lines = list(csv.DictReader(io.StringIO(emitted("csv").removeprefix("\ufeff"), newline="")))
    by_kind = {kind: [line for line in lines if line["kind"] == kind] for kind in ("host", "setting", "finding")}
    assert [line["status"] for line in by_kind["host"]] == [host["status"] for host in ROWS]
    assert len(by_kind["setting"]) == sum(HEAD["summary"]["controls"].values())
    assert [line["id"] for line in by_kind["finding"]] == ["ephemeral-ports-near-exhaustion"]
    (gone,) = [line for line in lines if line["host"] == "gone1"]
    assert gone["reason"].startswith("unreachable: Failed to connect")
    drift = {line["id"]: line["drift"] for line in lines if line["host"] == "db1"}
    assert (drift["ephemeral-ports-near-exhaustion"], drift["net.ipv4.tcp_tw_reuse"]) == ("new", "unchanged")


@pytest.mark.parametrize(
    "line",
    [
        'linuxnet_tcp_report_hosts{status="error"} 1',
        'linuxnet_tcp_report_controls{status="waived"} 2',
        'linuxnet_tcp_report_drift_findings{change="new"} 1',
        'linuxnet_tcp_host_audited{host="gone1"} 0',
        'linuxnet_tcp_host_compliant{host="web1"} 1',
        'linuxnet_tcp_host_compliant{host="db1"} 0',
        'linuxnet_tcp_host_findings{host="db1",severity="medium"} 1',
        'linuxnet_tcp_sockets{host="db1",state="TIME_WAIT"} 25115',
        'linuxnet_tcp_sockets{host="db1",state="CLOSING"} 0',
    ],
)
def test_prometheus_has_the_numbers(line):
    assert line in emitted("prometheus").splitlines()


def test_prometheus_does_not_judge_a_host_in_error():
    lines = [line for line in emitted("prometheus").splitlines() if 'host="gone1"' in line]
    assert lines == ['linuxnet_tcp_host_audited{host="gone1"} 0']


def test_prometheus_keeps_the_lines_of_a_metric_together():
    names = [line.partition("{")[0].partition(" ")[0] for line in emitted("prometheus").splitlines() if not line.startswith("#")]
    runs = [name for number, name in enumerate(names) if not number or names[number - 1] != name]
    assert len(runs) == len(set(runs))


# --- OSCAL


def oscal(rows=ROWS, head=HEAD):
    return json.loads(emitted("oscal", rows, head))["assessment-results"]["results"][0]


@pytest.mark.parametrize(
    ("statuses", "errors", "state", "reason"),
    [
        (["pass"], 0, "satisfied", "pass"),
        (["pass", "fail"], 0, "not-satisfied", "fail"),
        (["pass", "error"], 0, "not-satisfied", "fail"),
        # Of a host that nobody reached nothing is known, and so the rule is not shown to be met.
        (["pass"], 1, "not-satisfied", "other"),
        (["pass", "waived"], 0, "satisfied", "pass"),
        (["not_applicable"], 0, "satisfied", "pass"),
    ],
)
def test_oscal_is_satisfied_only_when_all_is_known(statuses, errors, state, reason):
    waived = {"reason": "r", "expires": "2027-01-01"}
    rows = [row(f"h{number}", [control("a", status, waived=waived)]) for number, status in enumerate(statuses)]
    (found,) = oscal(rows, head_of(rule("a"), errors=errors))["findings"]
    assert {key: found["target"]["status"][key] for key in ("state", "reason")} == {"state": state, "reason": reason}


def test_what_oscal_refers_to_is_there():
    result = oscal()
    observations = {item["uuid"] for item in result["observations"]}
    risks = {item["uuid"] for item in result["risks"]}
    hosts = {item["uuid"] for item in result["local-definitions"]["inventory-items"]}
    assert len(observations) == len(hosts) == len(ROWS)
    assert {subject["subject-uuid"] for item in result["observations"] for subject in item["subjects"]} == hosts
    for item in result["findings"]:
        assert {found["observation-uuid"] for found in item.get("related-observations", [])} <= observations
        assert {found["risk-uuid"] for found in item.get("related-risks", [])} <= risks


def test_oscal_refers_to_the_hosts_that_fail():
    rows = [row("good", [control("a", "pass")]), row("bad", [control("a")]), row("worse", [control("a", "error")])]
    result = oscal(rows, head_of(rule("a")))
    titles = {item["uuid"]: item["title"] for item in result["observations"]}
    assert [titles[found["observation-uuid"]] for found in result["findings"][0]["related-observations"]] == ["bad", "worse"]


def test_oscal_says_why_a_host_is_in_error_and_approves_waivers():
    result = oscal()
    (gone,) = [item for item in result["observations"] if item["title"] == "gone1"]
    assert gone["methods"] == ["TEST"]
    assert "unreachable: Failed to connect" in gone["remarks"]
    approved = [risk for risk in result["risks"] if risk["status"] == "deviation-approved"]
    assert [risk["deadline"] for risk in approved] == ["2027-03-31T23:59:59Z"] * 2


def test_uuids_stay_when_the_report_is_made_again():
    later = {**HEAD, "run": {**HEAD["run"], "generated": "2026-12-24T00:00:00Z"}}
    parts = ("observations", "risks", "findings")
    one, two = oscal(), oscal(head=later)
    assert [[item["uuid"] for item in one[part]] for part in parts] == [[item["uuid"] for item in two[part]] for part in parts]
    assert one["uuid"] != two["uuid"]


@pytest.mark.parametrize("day", ["never", "", "2027-13-01", "2027-01-01T00:00:00"])
def test_a_waiver_without_a_day_has_no_deadline(day):
    rows = [row(controls=[control("a", "waived", waived={"reason": "r", "expires": day})])]
    assert "deadline" not in oscal(rows, head_of(rule("a")))["risks"][0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("net.ipv4.tcp_syncookies", "net.ipv4.tcp_syncookies"),
        ("net.ipv4.conf.eth0/100.rp_filter", "net.ipv4.conf.eth0_2f_100.rp_filter"),
        ("1x", "_1x"),
        ("", "_"),
        ("\u00e9", "_e9_"),
    ],
)
def test_tokens_of_oscal(text, wanted):
    assert report_oscal_parts.token(text) == wanted
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9._\-]*", wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("net.ipv4.tcp_tw_reuse = 1", "net.ipv4.tcp_tw_reuse = 1"),
        ("<script>", "&lt;script&gt;"),
        ("&lt;", "&amp;lt;"),
        ("[a](b)", "\\[a\\](b)"),
        ("*a* _b_ `c`", "\\*a\\* \\_b\\_ \\`c\\`"),
        ("{{ insert: param, x }}", "\\{\\{ insert: param, x \\}\\}"),
        (" ", "-"),
    ],
)
def test_markup_of_oscal_is_shown_as_it_is(text, wanted):
    assert report_oscal_parts.markup(text) == wanted


# --- SARIF


def sarif(rows, head):
    return json.loads(emitted("sarif", rows, head))["runs"][0]


def test_sarif_has_a_result_for_each_rule_and_hosts_as_locations():
    rows = [row(f"h{number}", [control("a"), control("b", "pass")]) for number in range(3)]
    run = sarif(rows, head_of(rule("a"), rule("b")))
    (result,) = run["results"]
    assert [place["physicalLocation"]["artifactLocation"]["uri"] for place in result["locations"]] == [f"hosts/h{n}.json" for n in range(3)]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "a"
    assert "baselineState" not in result


def test_sarif_lists_no_more_hosts_than_github_takes_and_says_how_many_there_are(monkeypatch):
    monkeypatch.setattr(report_sarif, "MAX_LOCATIONS", 5)
    (result,) = sarif([row(f"h{number}", [control("a")]) for number in range(9)], head_of(rule("a")))["results"]
    assert len(result["locations"]) == 5
    assert result["message"]["text"] == "a: 9 of 9 hosts fail; the first 5 are listed"
    assert result["properties"]["hosts"] == 9


def test_every_result_keeps_a_location_when_there_are_too_many_in_all(monkeypatch):
    monkeypatch.setattr(report_sarif, "MAX_LOCATIONS_IN_ALL", 4)
    names = [f"r{number}" for number in range(6)]
    results = sarif([row(f"h{number}", map(control, names)) for number in range(3)], head_of(*map(rule, names)))["results"]
    assert [len(result["locations"]) for result in results] == [1] * 6
    assert {result["properties"]["hosts"] for result in results} == {3}


def test_sarif_has_no_more_results_than_github_takes(monkeypatch):
    monkeypatch.setattr(report_sarif, "MAX_RESULTS", 3)
    names = [f"r{number}" for number in range(6)]
    run = sarif([row(controls=map(control, names))], head_of(*map(rule, names)))
    assert len(run["results"]) == len(run["tool"]["driver"]["rules"]) == 3


@pytest.mark.parametrize(
    ("drifts", "wanted"),
    [
        ([["x:a"], ["x:a"]], "new"),
        ([[], []], "unchanged"),
        ([["x:a"], []], "updated"),
        ([["other"], []], "unchanged"),
        # Not in the baseline at all.
        ([None, None], "new"),
    ],
)
def test_the_state_of_a_result_comes_from_the_drift(drifts, wanted):
    rows = []
    for number, new in enumerate(drifts):
        drift = {} if new is None else {"drift": {"new": new, "fixed": [], "unchanged": []}}
        rows.append(row(f"h{number}", [control("a", finding="x")], [finding("x", parameter="a")], **drift))
    (result,) = sarif(rows, head_of(rule("a"), drift=True))["results"]
    assert result["baselineState"] == wanted


def test_waived_hosts_are_a_suppressed_result_and_hosts_in_error_one_of_their_own():
    results = {(result["ruleId"], result["properties"]["status"]): result for result in sarif(ROWS, HEAD)["results"]}
    waived = results["net.ipv4.tcp_keepalive_time", "waived"]
    assert waived["suppressions"][0]["justification"].startswith("waived until 2027-03-31: the pool sends")
    gone = results["host-not-audited", "error"]
    assert [place["logicalLocations"][0]["fullyQualifiedName"] for place in gone["locations"]] == ["gone1"]


def test_the_fingerprint_does_not_depend_on_the_hosts():
    prints = [sarif([row(host, [control("a")])], head_of(rule("a")))["results"][0]["partialFingerprints"] for host in ("x", "y")]
    assert prints[0] == prints[1]


@pytest.mark.parametrize("host", ["..", ".", "../../etc/passwd", "a/b", "A", "http://x", "%2e%2e"])
def test_the_file_of_a_host_stays_below_hosts(host):
    (result,) = sarif([row(host, [control("a")])], head_of(rule("a")))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"hosts/[A-Za-z0-9._~%-]+\.json", uri)
    assert uri.split("/")[1] not in (".", "..")


def test_messages_of_sarif_hold_no_links_or_placeholders():
    assert report_sarif.message("[x](http://y) {0} \\") == "\\[x\\](http://y) {{0}} \\\\"


# --- what strangers wrote


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("=1+1", "'=1+1"), ("+1+1", "'+1+1"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), ("+2", "'+2"),
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"), (" =1", "' =1"), ("\"=1", "'\"=1"), ("\uff1d1", "'\uff1d1"),
        ("x;=1", "x;'=1"), ("x; \"=1", "x;' \"=1"),
        ("\t=1", "\\t=1"), ("\r=1", "\\r=1"), ("a\nb", "a\\nb"), ("\x00", "\\x00"),
        ("-1", "-1"), ("-1.5", "-1.5"), ("4096 131072", "4096 131072"), ("a=b", "a=b"), ("a-b@c", "a-b@c"), ("x;y", "x;y"), ("", ""),
    ],
)  # fmt: skip
def test_cells_of_csv_are_no_formulas(text, wanted):
    assert report_csv.cell(text) == wanted


def test_no_cell_of_a_hostile_report_starts_a_formula_or_a_line():
    text = emitted("csv")
    assert text.startswith("\ufeffhost,")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert text.count("\n") == text.count("\r\n") == len(lines)
    for line in lines[1:]:
        for cell in line:
            assert not re.match(r"[=+\-@\t\r]", cell) or re.fullmatch(r"-?[0-9.]+", cell)


def test_labels_of_prometheus_stay_apart():
    names = ["a\n", "a\\n", "a\\\\n", "a\u202e", "a\\u202e", 'a"', "a\\", 'a\\"', "a\r", "a\x00", "a\\x00", "a"]
    escaped = [report_prometheus.escaped(name) for name in names]
    assert len(set(escaped)) == len(names)
    assert all(re.fullmatch(r'(?:[^"\\]|\\[\\"])*', text) for text in escaped)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_a_hostile_report_hides_or_steers(name):
    text = emitted(name).removeprefix("\ufeff").replace("\r\n", "\n")
    seen = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and char != "\n"}
    assert seen == set()


@pytest.mark.parametrize("name", ["oscal", "sarif"])
def test_json_is_ascii(name):
    assert emitted(name).isascii()


def test_markup_of_a_stranger_is_text_in_xml():
    root = ElementTree.fromstring(emitted("junit"))
    assert {item.tag for item in root.iter()} == {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped",
    }  # fmt: skip
    assert any("<script>" in suite.get("name") for suite in root)


def test_no_markup_of_a_stranger_is_left_in_oscal():
    def texts(value, key=""):
        if isinstance(value, dict):
            for name, item in value.items():
                yield from texts(item, name)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item, key)
        else:
            yield key, value

    rendered = {"title", "description", "remarks", "statement"}
    assert [text for key, text in texts(oscal()) if key in rendered and "<" in str(text)] == []


@pytest.mark.parametrize("name", FORMATS)
def test_long_text_is_cut(name):
    long = "x" * 100_000
    rows = [row(controls=[control("a", running=long, reason=long)], findings=[finding("y", title=long, remedy=long, evidence={"z": long})])]
    assert len(emitted(name, rows, head_of(rule("a"), rule("y", "finding")))) < 40_000


# --- rows one at a time


@pytest.mark.parametrize("name", FORMATS)
def test_rows_are_read_one_at_a_time(name):
    alive = set()

    class Tracked(dict):
        def __init__(self, value):
            super().__init__(value)
            alive.add(id(self))

        def __del__(self):
            alive.discard(id(self))

    most = 0

    def rows():
        nonlocal most
        for number in range(200):
            yield Tracked(row(f"h{number}", [control("a")]))
            most = max(most, len(alive))

    report_formats.emitter(name).write(head_of(rule("a")), rows, io.StringIO(newline=""))
    assert 1 <= most <= 3


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_over_no_host_is_whole(name):
    empty = head_of()
    text = emitted(name, [], empty)
    if name == "junit":
        assert ElementTree.fromstring(text).get("tests") == "0"
    elif name in ("oscal", "sarif"):
        json.loads(text)
    else:
        assert text
