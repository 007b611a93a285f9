# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report over spools: every host, counts that agree, shards, staleness, drift, and files that fit the schema."""

from __future__ import annotations

import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, observed, report_core, report_formats, report_gate, spool

BACKLOG, SYNCOOKIES = "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_syncookies"
WANTED = {BACKLOG: {"value": 8192, "why": "room"}, SYNCOOKIES: {"value": 1}}
GOOD = {BACKLOG: "8192", SYNCOOKIES: "1"}
FIRST, SECOND = "2026-11-22T05:00:00Z", "2026-11-29T05:00:00Z"
FIXTURES = Path(__file__).parents[3] / "unit" / "fixtures" / "report"


@pytest.fixture
def fleet(tmp_path, facts, audit_of):
    """Return a function that puts hosts into a spool: each ``good``, ``bad``, ``waived`` or a word that is the reason for no audit."""

    def put(folder: str, time: str = SECOND, **hosts: str) -> Path:
        for host, kind in hosts.items():
            spool.write(tmp_path / folder, record(host, kind, time))
        return tmp_path / folder

    def record(host: str, kind: str, time: str) -> spool.Record:
        if kind in ("unreachable", "failed"):
            return spool.error_record(host, kind, "no route", time)
        running = GOOD if kind == "good" else {**GOOD, BACKLOG: "1024"}
        audit = audit_of(WANTED, facts(running, running))
        if kind == "waived":
            for row in (*audit["findings"], audit["settings"][0]):
                row["waived"] = {"reason": "ticket 7", "expires": "2027-01-01"}
            audit["compliant"] = True
        return {**audit, "host": host, "time": time}

    return put


@pytest.fixture
def report(tmp_path):
    """Return a function that writes a report of spools and returns it whole, after checking it against its schema."""

    def run(*folders: Path, dest: str = "out", **more: Any) -> Any:
        request = report_core.Request(folders, tmp_path / dest, "2026-11-29T06:00:00Z", formats=[], **more)
        report_core.write(request)
        whole = json.loads((tmp_path / dest / "report.json").read_text(encoding="ascii"))
        assert documents.problems(whole, "report") == []
        lines = (tmp_path / dest / "report.jsonl").read_text(encoding="ascii").split("\n")
        assert json.loads(lines[0]) == {name: part for name, part in whole.items() if name != "hosts"}
        assert [json.loads(line) for line in lines[1:-1]] == whole["hosts"] == list(report_core.read_rows(tmp_path / dest / "report.jsonl"))
        return whole

    return run


def counted(whole: Any) -> None:
    """Compare what the head says with a count over the rows."""
    rows = whole["hosts"]
    hosts = Counter(row["status"] for row in rows)
    assert whole["summary"]["hosts"] == {"total": len(rows), **{name: hosts[name] for name in ("compliant", "noncompliant", "error")}}
    controls = Counter(control["status"] for row in rows for control in row["controls"])
    assert whole["summary"]["controls"] == {name: controls[name] for name in ("pass", "fail", "not_applicable", "waived", "error")}
    found = Counter("waived" if "waived" in item else item["severity"] for row in rows for item in row["findings"])
    assert whole["summary"]["findings"] == {name: found[name] for name in ("high", "medium", "low", "info", "waived")}
    for rule in whole["rules"]:
        per = Counter(control["status"] for row in rows for control in row["controls"] if control["id"] == rule["id"])
        if rule["kind"] == "setting":
            assert rule["counts"] == {name: per[name] for name in ("pass", "fail", "info", "not_applicable", "waived", "error")}
        else:
            assert sum(rule["counts"].values()) == len(rows) - hosts["error"]
    assert sum(profile["hosts"] for profile in whole["profiles"]) == len(rows) - hosts["error"]


def test_a_fleet_of_every_kind(fleet, report):
    whole = report(fleet("a", web1="good", web2="bad", web3="waived", web4="unreachable", web5="failed"), title="Weekly")
    counted(whole)
    assert [(row["host"], row["status"]) for row in whole["hosts"]] == [
        ("web1", "compliant"), ("web2", "noncompliant"), ("web3", "compliant"), ("web4", "error"), ("web5", "error"),
    ]  # fmt: skip
    statuses = {row["host"]: [control["status"] for control in row["controls"]] for row in whole["hosts"]}
    assert statuses == {"web1": ["pass", "pass"], "web2": ["fail", "pass"], "web3": ["waived", "pass"], "web4": [], "web5": []}
    assert whole["run"] == {"generated": "2026-11-29T06:00:00Z", "title": "Weekly", "audits": {"oldest": SECOND, "newest": SECOND}}
    assert [rule["id"] for rule in whole["rules"]] == sorted(
        (rule["id"] for rule in whole["rules"]), key=lambda name: ("." not in name, name)
    )
    rules = {rule["id"]: rule for rule in whole["rules"]}
    differs = rules["setting-differs"]
    assert rules[BACKLOG] == {
        "id": BACKLOG, "kind": "setting", "title": f"{BACKLOG} = 8192", "severity": "medium", "wanted": ["8192"], "why": "room",
        "counts": {"pass": 1, "fail": 1, "info": 0, "not_applicable": 0, "waived": 1, "error": 0},
    }  # fmt: skip
    assert (differs["id"], differs["concerns"], differs["severity"]) == ("setting-differs", "setting", "medium")
    assert differs["counts"] == {"pass": 1, "fail": 1, "info": 0, "not_applicable": 0, "waived": 1, "error": 0}


def test_an_empty_spool_is_a_report_without_hosts(tmp_path, report):
    (tmp_path / "a").mkdir()
    whole = report(tmp_path / "a")
    assert (whole["hosts"], whole["rules"], whole["profiles"], whole["summary"]["hosts"]["total"]) == ([], [], [], 0)


def test_expected_hosts_are_never_missing_and_others_stay_out(fleet, report):
    whole = report(fleet("a", web1="good", old="bad"), hosts=["web2", "web1"])
    assert [(row["host"], row["status"], row.get("error", {}).get("kind")) for row in whole["hosts"]] == [
        ("web1", "compliant", None), ("web2", "error", "missing"),
    ]  # fmt: skip


def test_an_audit_before_the_run_is_no_verdict(fleet, report):
    folder = fleet("a", FIRST, web1="good")
    fleet("a", SECOND, web2="good")
    first, second = report(folder, newer_than=SECOND)["hosts"]
    assert (first["error"], first["time"]) == ({"kind": "stale", "message": f"no audit since {SECOND}; the last one is of {FIRST}"}, FIRST)
    assert second["status"] == "compliant"


def test_an_audit_that_does_not_say_when_is_stale_too(fleet, report):
    path = fleet("a", web1="good") / "web1.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["time"]
    path.write_text(json.dumps(record), encoding="utf-8")
    assert report(path.parent)["hosts"][0]["status"] == "compliant"
    assert "does not say when" in report(path.parent, newer_than=SECOND)["hosts"][0]["error"]["message"]


def test_broken_files_are_error_rows_and_stop_nothing(fleet, report):
    folder = fleet("a", web1="good", web2="good", web3="good")
    (folder / "web1.json").write_text('{"schema_version": 1, "host": "web1", "compliant": "yes"}', encoding="utf-8")
    (folder / "web2.json").write_text("{", encoding="utf-8")
    one, two, three = report(folder)["hosts"]
    assert one["error"]["kind"] == two["error"]["kind"] == "broken"
    assert "findings is null, not a list" in one["error"]["message"]
    assert three["status"] == "compliant"


def test_the_newest_audit_of_several_spools_counts(fleet, report):
    shards = fleet("a", FIRST, web1="bad", web2="unreachable"), fleet("b", SECOND, web1="good", web2="good")
    assert [row["status"] for row in report(*shards)["hosts"]] == ["compliant", "compliant"]
    (shards[1] / "web1.json").write_text("{", encoding="utf-8")
    assert [row["status"] for row in report(*shards)["hosts"]] == ["noncompliant", "compliant"]


def test_two_shards_make_the_report_of_one_spool(fleet, report, tmp_path):
    hosts = {f"web{number:03d}": ("good", "bad", "waived", "unreachable")[number % 4] for number in range(40)}
    one = fleet("one", **hosts)
    halves = fleet("a", **dict(list(hosts.items())[::2])), fleet("b", **dict(list(hosts.items())[1::2]))
    assert report(one, dest="x") == report(*halves, dest="y")
    assert (tmp_path / "x" / "report.json").read_bytes() == (tmp_path / "y" / "report.json").read_bytes()


def test_drift_since_a_baseline(fleet, report, tmp_path):
    before = fleet("before", FIRST, all_same="bad", fixed="bad", gone="good", lost="good", worse="good", back="failed")
    report(before, dest="earlier")
    after = fleet("after", SECOND, all_same="bad", added="bad", fixed="good", lost="unreachable", worse="waived", back="good")
    for name in ("report.json", "report.jsonl"):
        whole = report(after, dest="now", baseline=tmp_path / "earlier" / name)
        assert whole["run"]["baseline"] == {"generated": "2026-11-29T06:00:00Z", "file": name}
        assert whole["summary"]["drift"] == {"new": 1, "fixed": 1, "unchanged": 1, "compared": 3, "added": 1, "gone": 1}
        key, rows = f"setting-differs:{BACKLOG}", {row["host"]: row for row in whole["hosts"]}
        assert rows["all_same"]["drift"] == {"new": [], "fixed": [], "unchanged": [key]}
        assert rows["fixed"]["drift"] == {"new": [], "fixed": [key], "unchanged": []}
        assert rows["worse"]["drift"] == {"new": [key], "fixed": [], "unchanged": []}
        assert [host for host, row in rows.items() if "drift" not in row] == ["added", "back", "lost"]
        assert rows["fixed"]["before"] == {
            "time": FIRST, "sockets": {"total": 3, "states": {"LISTEN": 2, "TIME_WAIT": 1}}, "running": {BACKLOG: "1024"},
        }  # fmt: skip
        assert "running" not in rows["all_same"]["before"]


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", "[]", "{", '{"schema_version":1}',
        '{"schema_version":2,"run":{},"hosts":[\n]}', '{"schema_version":1,"run":{},"hosts":[]', '{"schema_version":1,"run":{},"hosts":[\n',
        '{"schema_version":1,"run":{}}\n{"host":"b"}\n{"host":"a"}', '{"schema_version":1,"run":{}}\n{"host":1}', '{"schema_version":1,"run":{}}\n{',
        '{"schema_version":1,"run":{}}\n{"host":"web1"}', '{"schema_version":1,"run":{}}\n{"host":"web1","status":"compliant","findings":[{}],"controls":[]}',
        '{"schema_version":1,"run":{}}\n{"host":"web1","status":"compliant","findings":[],"controls":7}',
    ],
)  # fmt: skip
def test_a_baseline_that_is_none_is_refused_with_the_way_out(fleet, report, tmp_path, content):
    (tmp_path / "base.json").write_text(content, encoding="utf-8")
    with pytest.raises(errors.InvalidInput, match=r"baseline: .*give a report\.json or report\.jsonl"):
        report(fleet("a", web1="bad", web9="bad"), baseline=tmp_path / "base.json")
    with pytest.raises(errors.InvalidInput, match="baseline: cannot read"):
        report(fleet("a", web1="bad"), baseline=tmp_path / "nowhere.json")
    assert not (tmp_path / "out" / "report.json").exists()


def test_what_observe_saw_is_in_the_row(fleet, report):
    folder = fleet("a", web1="good")
    series = [
        {"seconds": 5.0 * number, "total": 10 + number, "states": {"LISTEN": 10, **({"TIME_WAIT": number} if number else {})},
         "counters": {"Tcp": {"ActiveOpens": 100 * number}, "TcpExt": {"ListenOverflows": 7, "TCPPureAcks": number}}}
        for number in range(3)
    ]  # fmt: skip
    observed.append(folder, "web1", FIRST, [{"seconds": 0.0, "total": 1, "states": {}, "counters": {}}])
    path = observed.append(folder, "web1", SECOND, series)
    assert report(folder)["hosts"][0]["samples"] == {
        "time": SECOND, "seconds": [0.0, 5.0, 10.0], "total": [10, 11, 12], "states": {"LISTEN": [10, 10, 10], "TIME_WAIT": [0, 1, 2]},
        "rates": {"ActiveOpens": [0.0, 20.0, 20.0]},
    }  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_files_are_their_owners_alone_and_replaced_in_one_step(fleet, report, tmp_path):
    folder = fleet("a", web1="good")
    report(folder)
    files = sorted((tmp_path / "out").iterdir())
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in files] == [("report.json", 0o600), ("report.jsonl", 0o600)]
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    before = (tmp_path / "out" / "report.json").read_bytes()
    with pytest.raises(errors.InvalidInput):
        report(tmp_path / "nowhere")
    assert (tmp_path / "out" / "report.json").read_bytes() == before
    assert sorted((tmp_path / "out").iterdir()) == files


def test_a_folder_that_cannot_be_written_is_named(fleet, report, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(errors.SourceUnavailable, match=r"dest: cannot write to .*file/x"):
        report(fleet("a", web1="good"), dest="file/x")


def test_an_emitter_gets_the_head_and_rows_as_often_as_it_asks(fleet, tmp_path, monkeypatch):
    class Names:
        name, file_name = "names", "names.txt"

        def write(self, head, rows, stream):
            stream.write(f"{head['summary']['hosts']['total']}\r\n")
            stream.writelines(row["host"] + "\n" for row in rows())
            stream.writelines(row["host"] + "\n" for row in rows())

    monkeypatch.setattr(report_formats, "emitter", lambda name: Names())
    report_core.write(report_core.Request([fleet("a", web1="good", web2="bad")], tmp_path / "out", SECOND, formats=["names"]))
    assert (tmp_path / "out" / "names.txt").read_bytes() == b"2\r\nweb1\nweb2\nweb1\nweb2\n"


def test_progress_is_told_for_every_host(fleet, tmp_path):
    told = []
    report_core.write(report_core.Request([fleet("a", web1="good", web2="bad")], tmp_path / "out", SECOND, formats=[]), told.append)
    assert told == [1, 2]


def test_the_version_is_the_collections(tmp_path, monkeypatch):
    assert f"\nversion: {report_core.version()}\n" in (documents.COLLECTION / "galaxy.yml").read_text(encoding="utf-8")
    (tmp_path / "MANIFEST.json").write_text('{"collection_info": {"version": "9.8.7"}}', encoding="utf-8")
    monkeypatch.setattr(documents, "COLLECTION", tmp_path)
    assert report_core.version() == "9.8.7"


def test_the_fixtures_fit_the_schema_and_their_counts_agree():
    whole = json.loads((FIXTURES / "report.json").read_text(encoding="ascii"))
    assert documents.problems(whole, "report") == []
    counted(whole)
    assert list(report_core.read_rows(FIXTURES / "report.jsonl")) == whole["hosts"]


NOTHING = {"high": 0, "medium": 0, "low": 0, "info": 0, "waived": 0}


@pytest.mark.parametrize(
    ("found", "errors_", "fail_on", "said"),
    [
        ({"high": 3}, 2, "none", ""),
        ({"info": 3, "waived": 4}, 0, "low", ""),
        ({"low": 1}, 0, "low", "fail_on low: 1 low findings"),
        ({"low": 1}, 0, "medium", ""),
        ({"high": 1, "medium": 2, "low": 3}, 0, "medium", "fail_on medium: 1 high, 2 medium findings"),
        ({"medium": 2}, 0, "high", ""),
        ({"high": 1}, 0, "high", "fail_on high: 1 high findings"),
        ({}, 2, "high", "fail_on high: 2 of 9 hosts without a verdict"),
        ({"high": 1}, 2, "low", "fail_on low: 1 high findings and 2 of 9 hosts without a verdict"),
    ],
)
def test_when_a_run_fails(found, errors_, fail_on, said):
    hosts = {"total": 9, "compliant": 0, "noncompliant": 0, "error": errors_}
    assert report_gate.reason({"hosts": hosts, "findings": {**NOTHING, **found}, "controls": {}}, fail_on) == said
