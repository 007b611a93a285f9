# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let Jenkins' schema, NIST's metaschema, SARIF's schema and promtool judge reports, and refuse reports that were broken on purpose."""

from __future__ import annotations

import functools
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import report_fleet
import report_judges
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_core, report_formats, spool

FIXTURE = Path(__file__).resolve().parents[1] / "unit" / "fixtures" / "report" / "report.jsonl"
FORMATS = ("junit", "oscal", "prometheus", "sarif", "csv")
FLEET, LARGE = 2_000, 10_000
GENERATED = "2026-11-29T07:00:00Z"
# What is broken, and by what it is replaced.
BROKEN = {
    "junit": [
        ("no such attribute on testsuites", "<testsuites ", '<testsuites skipped="1" '),
        ("a suite without a count", ' tests="6"', ""),
        ("an element that is unknown", "<failure ", "<fault "),
        ("text that is no XML", "</testsuite>", "<script></testsuite>"),
        ("a control character", 'name="audit"', 'name="\x01"'),
    ],
    "oscal": [
        ("an observation without a method", '"methods":["TEST"],', ""),
        ("a target that is neither objective nor statement", '"type":"objective-id"', '"type":"guess"'),
        ("no assessment plan", '"import-ap":', '"import-bp":'),
        ("a UUID that is none", '"observation-uuid":"', '"observation-uuid":"x'),
        ("a target that is no token", '"target-id":"', '"target-id":"/'),
        ("a value with a blank at its start", '"value":"', '"value":" '),
        ("a property that NIST does not know", '"ns":"urn:linuxnet.tcp",', ""),
    ],
    "prometheus": [
        ("no help", "# HELP linuxnet_tcp_sockets ", "# linuxnet_tcp_sockets "),
        ("a line without a value", 'linuxnet_tcp_host_audited{host="db1"} 1', 'linuxnet_tcp_host_audited{host="db1"}'),
        ("the same series twice", 'linuxnet_tcp_host_audited{host="db1"}', 'linuxnet_tcp_host_audited{host="gone1"}'),
        ("a quote that ends the label", 'host="db1"', 'host="d"b1"'),
        ("a metric that is no gauge", "# TYPE linuxnet_tcp_sockets gauge", "# TYPE linuxnet_tcp_sockets meter"),
    ],
    "sarif": [
        ("a result without a message", '"message":{"text":"net.ipv4.tcp_tw_reuse:', '"massage":{"text":"net.ipv4.tcp_tw_reuse:'),
        ("a level that is unknown", '"level":"error"', '"level":"bad"'),
        ("another version", '"version":"2.1.0"', '"version":"2.0.0"'),
        ("a location without a file", '"uri":"hosts/db1.json"', '"uriBaseId":"hosts"'),
    ],
}  # fmt: skip


def emit(name: str, source: Path, folder: Path) -> Path:
    """Write a format of the report in ``source``; return the file."""
    with source.open(encoding="utf-8") as stream:
        head = json.loads(stream.readline())
    emitter = report_formats.emitter(name)
    path = folder / emitter.file_name
    with path.open("w", encoding="utf-8", newline="") as stream:
        emitter.write(head, functools.partial(report_core.read_rows, source), stream)
    return path


def judged(name: str, path: Path) -> list[str]:
    """Return the problems of a file; skip, saying why, where its judge could not be had."""
    try:
        return report_judges.JUDGES[name](path)
    except report_judges.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report.jsonl over a generated fleet, compared with the fleet as it was before, and with hosts that nobody reached."""
    folder = tmp_path_factory.mktemp("fleet")
    for number in (1, 2):
        report_fleet.write(folder / f"spool{number}", FLEET, seed=number)
    for host in ("nobody,1", "no\tbody\n2", "=nobody3", "níemand\u202e4"):
        spool.write(folder / "spool2", spool.error_record(host, "failed", "module failed: <b>\x1b[31m\n", GENERATED))
    earlier = report_core.Request([folder / "spool1"], folder / "earlier", GENERATED, formats=[])
    report_core.write(earlier)
    later = report_core.Request([folder / "spool2"], folder / "later", GENERATED, formats=[], baseline=folder / "earlier" / "report.json")
    report_core.write(later)
    return folder / "later" / "report.jsonl"


@pytest.mark.parametrize("name", sorted(report_judges.JUDGES))
def test_a_hostile_report_is_accepted(name: str, tmp_path: Path) -> None:
    assert judged(name, emit(name, FIXTURE, tmp_path)) == []


@pytest.mark.parametrize("name", sorted(report_judges.JUDGES))
def test_a_report_over_a_fleet_is_accepted(name: str, fleet: Path, tmp_path: Path) -> None:
    assert judged(name, emit(name, fleet, tmp_path)) == []


@pytest.mark.parametrize("name", sorted(report_judges.JUDGES))
def test_a_report_over_no_host_is_accepted(name: str, tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    report_core.write(report_core.Request([tmp_path / "spool"], tmp_path, GENERATED, formats=[name]))
    assert judged(name, tmp_path / report_formats.emitter(name).file_name) == []


@pytest.mark.parametrize("name", sorted(report_judges.JUDGES))
def test_a_report_over_hosts_that_nobody_reached_is_accepted(name: str, tmp_path: Path) -> None:
    request = report_core.Request([tmp_path / "spool"], tmp_path, GENERATED, formats=[name], hosts=["a", "b"], newer_than=GENERATED)
    spool.write(tmp_path / "spool", spool.error_record("a", "unreachable", "timed out", GENERATED))
    head = report_core.write(request)
    assert head["summary"]["hosts"] == {"total": 2, "compliant": 0, "noncompliant": 0, "error": 2}
    path = tmp_path / report_formats.emitter(name).file_name
    assert "no audit of this host in the spool" in path.read_text(encoding="utf-8") or name == "prometheus"
    assert judged(name, path) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [pytest.param(name, old, new, id=f"{name}: {what}") for name, rows in BROKEN.items() for what, old, new in rows],
)
def test_a_broken_report_is_refused(name: str, old: str, new: str, tmp_path: Path) -> None:
    path = emit(name, FIXTURE, tmp_path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert judged(name, path) != []


@pytest.mark.parametrize("name", sorted(report_judges.JUDGES))
def test_a_judge_leaves_nothing_where_it_is_called(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    path = emit(name, FIXTURE, tmp_path)
    monkeypatch.chdir(here)
    assert judged(name, path) == []
    assert list(here.iterdir()) == []


def test_sarif_of_a_large_fleet_stays_within_githubs_limits(fleet: Path, tmp_path: Path) -> None:
    path = emit("sarif", fleet, tmp_path)
    assert judged("sarif", path) == []
    assert len(gzip.compress(path.read_bytes())) < 10_000_000
    results = json.loads(path.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert {result["baselineState"] for result in results} <= {"new", "unchanged", "updated"}
    rows = list(report_core.read_rows(fleet))
    errors = next(result for result in results if result["ruleId"] == "host-not-audited")
    assert errors["properties"]["hosts"] == sum(row["status"] == "error" for row in rows)


# VmHWM is the peak of this program alone; ru_maxrss of getrusage(2) starts with that of the process that started it, pytest's, and hides what is less.
MEASURE = """
import functools, json, re, sys, time
from pathlib import Path
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_core, report_formats


class Hoarder:
    file_name = "hoarded"

    def write(self, head, rows, stream):
        stream.write(str(len(list(rows()))))


def peak():
    return int(re.search("VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text()).group(1)) / 1024


name, source, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
with source.open(encoding="utf-8") as stream:
    head = json.loads(stream.readline())
emitter = Hoarder() if name == "hoarder" else report_formats.emitter(name)
before, started = peak(), time.process_time()
with (folder / emitter.file_name).open("w", encoding="utf-8", newline="") as stream:
    emitter.write(head, functools.partial(report_core.read_rows, source), stream)
size = (folder / emitter.file_name).stat().st_size
print(json.dumps({"seconds": time.process_time() - started, "more": peak() - before, "size": size}))
"""
MOST_SECONDS, MOST_MEBIBYTES = 20, 25


def measured(name: str, folder: Path, collections: Path) -> dict[str, Any]:
    """Return what it takes to write a format in a process of its own: seconds of processor, MiB above those at its start, bytes."""
    argv = [sys.executable, "-c", MEASURE, name, str(folder / "report.jsonl"), str(folder)]
    done = subprocess.run(argv, env={"PYTHONPATH": str(collections)}, capture_output=True, text=True, timeout=600, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a report over ten thousand generated hosts."""
    folder = tmp_path_factory.mktemp("large")
    report_fleet.write(folder / "spool", LARGE)
    report_core.write(report_core.Request([folder / "spool"], folder, GENERATED, formats=[]))
    return folder


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_hosts_take_seconds_and_little_memory(name: str, large: Path, collections: Path, say: Callable[[str], None]) -> None:
    took = measured(name, large, collections)
    say(f"{name} of {LARGE} hosts: {took['seconds']:.1f} s of processor, {took['more']:.1f} MiB more, {took['size'] / 1e6:.1f} MB")
    assert took["size"] > 1_000_000
    assert took["seconds"] < MOST_SECONDS
    assert took["more"] < MOST_MEBIBYTES


def test_the_meter_sees_an_emitter_that_keeps_the_rows(large: Path, collections: Path, say: Callable[[str], None]) -> None:
    took = measured("hoarder", large, collections)
    say(f"keeping all rows of {LARGE} hosts: {took['more']:.1f} MiB more")
    assert took["more"] > 2 * MOST_MEBIBYTES
