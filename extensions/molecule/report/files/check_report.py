# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for the four hosts of the story in every format of a report: ``check_report.py FOLDER``; formats' own judges look as well.

Prints what was checked, and why a judge or a browser could not be had; exits 1, naming what is wrong, as soon as something is.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / "tests" / "integration"), str(ROOT / "tools")]

import browser
import report_judges

COMPLIANT, DRIFTED, WAIVED, LOST = (f"linuxnet-tcp-report-{name}" for name in ("compliant", "drifted", "waived", "lost"))
KEEPALIVE, BACKLOG, RECYCLE = "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_tw_recycle"
WANTED = {
    COMPLIANT: {KEEPALIVE: "pass", BACKLOG: "pass", RECYCLE: "not_applicable"},
    DRIFTED: {KEEPALIVE: "fail", BACKLOG: "pass", RECYCLE: "not_applicable"},
    WAIVED: {KEEPALIVE: "pass", BACKLOG: "waived", RECYCLE: "not_applicable"},
    LOST: {},
}
SKIPPED = ("waived", "not_applicable")


def same(what: str, found: Any, wanted: Any) -> None:
    if found != wanted:
        sys.exit(f"{what}: it was {found!r}, and should be {wanted!r}")


def check_json(folder: Path) -> dict[str, Any]:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    same("statuses", {row["host"]: row["status"] for row in report["hosts"]},
         {COMPLIANT: "compliant", DRIFTED: "noncompliant", WAIVED: "compliant", LOST: "error"})  # fmt: skip
    same("controls", {row["host"]: {item["id"]: item["status"] for item in row["controls"]} for row in report["hosts"]}, WANTED)
    rows = {row["host"]: row for row in report["hosts"]}
    same("the lost host's error", rows[LOST]["error"]["kind"], "unreachable")
    (waived,) = (item["waived"] for item in rows[WAIVED]["controls"] if "waived" in item)
    same("the waiver", waived, {"reason": "The old balancer, ticket 4711", "expires": "2099-12-31"})
    same("drift", rows[DRIFTED]["drift"]["new"], [f"setting-differs:{KEEPALIVE}"])
    lines = (folder / "report.jsonl").read_text(encoding="utf-8").splitlines()
    same("JSON Lines", [json.loads(line) for line in lines[1:]], report["hosts"])
    return report


def check_junit(folder: Path) -> None:
    found = {}
    for suite in ElementTree.parse(folder / "junit.xml").getroot().iter("testsuite"):
        cases = list(suite.iter("testcase"))
        kinds = Counter(next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "pass") for case in cases)
        found[suite.get("name")] = {kind: kinds[kind] for kind in ("failure", "error", "skipped")}
    wanted = {
        host: {
            "failure": sum(status == "fail" for status in controls.values()),
            "error": int(not controls),
            "skipped": sum(status in SKIPPED for status in controls.values()),
        }
        for host, controls in WANTED.items()
    }
    same("JUnit", found, wanted)


def check_csv(folder: Path) -> None:
    with (folder / "report.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    found = {host: {line["id"]: line["status"] for line in lines if line["host"] == host and line["kind"] == "setting"} for host in WANTED}
    same("CSV", found, WANTED)
    same("the lost host in CSV", {line["status"] for line in lines if line["host"] == LOST}, {"error"})


def check_prometheus(folder: Path) -> None:
    text = (folder / "report.prom").read_text(encoding="utf-8")

    def gauges(metric: str, label: str) -> dict[str, int]:
        lines = re.findall(rf'^linuxnet_tcp_{metric}\{{[^}}]*?\b{label}="([^"]+)"[^}}]*\}} (\S+)$', text, re.MULTILINE)
        return {name: int(float(value)) for name, value in lines}

    same("audited in Prometheus", gauges("host_audited", "host"), {COMPLIANT: 1, DRIFTED: 1, WAIVED: 1, LOST: 0})
    same("compliant in Prometheus", gauges("host_compliant", "host"), {COMPLIANT: 1, DRIFTED: 0, WAIVED: 1})
    counts = Counter(status for controls in WANTED.values() for status in controls.values())
    found = {status: number for status, number in gauges("report_controls", "status").items() if number}
    same("controls in Prometheus", found, dict(counts))


def check_sarif(folder: Path) -> None:
    document = json.loads((folder / "report.sarif").read_text(encoding="utf-8"))
    failed = [result for result in document["runs"][0]["results"] if DRIFTED in json.dumps(result)]
    if not any(KEEPALIVE in json.dumps(result) for result in failed):
        sys.exit(f"SARIF: no result says that {DRIFTED} fails {KEEPALIVE}")
    if LOST not in json.dumps(document):
        sys.exit(f"SARIF: {LOST} is missing")


def check_oscal(folder: Path) -> None:
    text = (folder / "oscal.json").read_text(encoding="utf-8")
    missing = [host for host in WANTED if host not in text]
    same("hosts that are missing in OSCAL", missing, [])


def check_judges(folder: Path) -> None:
    judges = {
        "junit.xml": report_judges.junit,
        "oscal.json": report_judges.oscal,
        "report.prom": report_judges.prometheus,
        "report.sarif": report_judges.sarif,
    }
    for name, judge in judges.items():
        try:
            same(f"what the judge of {name} says", judge(folder / name), [])
            print(f"{name}: its judge accepts it")
        except report_judges.Unavailable as reason:
            print(f"{name}: not judged: {reason}")


def check_page(folder: Path, report: dict[str, Any]) -> None:
    try:
        window = browser.Browser()
    except browser.Unavailable as reason:
        print(f"report.html: not opened: {reason}")
        return
    with window:
        window.open((folder / "report.html").as_uri())
        window.wait("document.querySelectorAll('#table tbody tr[data-index]').length == 4")
        for kind in ("compliant", "noncompliant", "error"):
            shown = window.run(f"document.querySelector('#verdict [data-count={kind}]').textContent")
            same(f"the page's {kind}", int(shown), report["summary"]["hosts"][kind])
        hosts = window.run("document.querySelector('#table').textContent")
        same("hosts that are missing in the page", [host for host in WANTED if host not in hosts], [])
        same("what the browser complains about", window.complaints(), [])
    print("report.html: opened in a browser, its numbers are those of report.json")


def main() -> None:
    folder = Path(sys.argv[1])
    report = check_json(folder)
    for check in (check_junit, check_csv, check_prometheus, check_sarif, check_oscal, check_judges):
        check(folder)
    check_page(folder, report)
    print("four hosts, each with its verdict in every format")


main()
