# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the benchmark's arithmetic to tables, its page to its reference, and let it run with tiny counts; nothing is timed here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from bench import __main__ as bench_main  # noqa: E402
from bench import compare, document, harness, keys, model, places, table  # noqa: E402

SMOKE_ROWS = ("sockets", "boot", "reports")


def case(size: int = 10, **medians: float) -> model.Case:
    """Return a case with one sample of each named contestant."""
    return model.Case(f"{size}", "things", size, [model.Entry(name, model.OURS, [{"cpu": value}]) for name, value in medians.items()])


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (model.Target("t", "cpu", "a", "b", at_most=2.0), 2.0, True),
        (model.Target("t", "cpu", "a", "b", at_most=1.9), 2.0, False),
        (model.Target("t", "cpu", "a", "b", at_least=2.0), 2.0, True),
        (model.Target("t", "cpu", "a", "b", at_least=2.1), 2.0, False),
        (model.Target("t", "cpu", "a", at_most=4.0), 4.0, True),
        (model.Target("t", "cpu", "b", at_most=1.0), 2.0, False),
        (model.Target("t", "cpu", "b", "a"), 0.5, True),
    ],
)
def test_a_target_is_judged_by_medians(target: model.Target, value: float, met: bool) -> None:
    judged = target.judge(case(a=4.0, b=2.0))
    assert judged is not None
    assert (judged["value"], judged["met"]) == (value, met)


@pytest.mark.parametrize("target", [model.Target("t", "cpu", "a", "c"), model.Target("t", "wall", "a", "b"), model.Target("t", "cpu", "c")])
def test_what_was_not_measured_is_not_judged(target: model.Target) -> None:
    assert target.judge(case(a=4.0, b=2.0)) is None


def test_medians_ignore_an_outlier() -> None:
    entry = model.Entry("a", model.OURS, [{"cpu": 1.0}, {"cpu": 99.0}, {"cpu": 3.0, "wall": 5.0}])
    assert entry.medians() == {"cpu": 3.0, "wall": 5.0}


def test_a_slope_is_per_thousand_and_needs_two_sizes() -> None:
    row = model.Row("r", "title", [case(1000, a=1.0, b=1.0), case(3000, a=5.0)])
    assert row.slopes() == [{"unit": "things", "name": "a", "metric": "cpu", "per_thousand": 2.0, "sizes": [1000, 3000]}]


def test_contestants_take_turns_and_who_cannot_is_skipped_with_the_reason() -> None:
    seen: list[str] = []

    def runner(name: str) -> model.Sample:
        seen.append(name)
        if name == "b":
            raise harness.Refused("not here")
        return {"cpu": 1.0}

    rivals = [harness.Contestant(name, model.PEER, lambda name=name: runner(name), 1 if name == "c" else None) for name in "abc"]
    done = harness.take_turns(case(), rivals, 3)
    assert seen == ["a", "b", "c", "a", "a"]
    assert [(entry.name, len(entry.samples), entry.skipped) for entry in done.entries] == [
        ("a", 3, None),
        ("b", 0, "not here"),
        ("c", 1, None),
    ]


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("cpu", 0.12345, "0.123 s"),
        ("peak_kib", 26232.0, "26,232 KiB"),
        ("processes", 1, "1"),
        ("wall", 0.00004, "4.0e-05 s"),
        ("inner_ms", 22.84, "22.8 ms"),
    ],
)
def test_values_have_their_unit(metric: str, value: float, text: str) -> None:
    assert table.number(metric, value) == text


@pytest.mark.parametrize("count", [7, 48])
def test_the_keys_to_apply_differ_and_begin_with_the_articles(count: int) -> None:
    assert len(keys.some(count)) == count
    assert list(keys.some(count))[:7] == list(keys.ARTICLE)
    with pytest.raises(ValueError, match="100 keys"):
        keys.some(100)


@pytest.fixture
def reference() -> dict[str, Any]:
    """Return the run that docs/performance.md tells of."""
    if not places.REFERENCE.exists():
        pytest.skip("no whole run is kept yet; make bench on an idle machine, and then make bench-document")
    return bench_main.read(places.REFERENCE)


def test_a_run_compared_with_itself_is_the_same(reference: dict[str, Any]) -> None:
    *lines, last = compare.lines(reference, reference)
    assert lines
    assert {ratio.rpartition("x")[2] for line in lines for ratio in line.rpartition(": ")[2].split(", ")} == {"1.00"}
    assert last == "not in both: 0 new, 0 gone"


def test_the_page_tells_of_the_reference(reference: dict[str, Any]) -> None:
    page = document.PAGE.read_text(encoding="utf-8")
    assert page == document.rewritten(page, reference), "run make bench-document"
    with pytest.raises(ValueError, match="lacks the lines"):
        document.rewritten("no marks", reference)


def test_the_reference_has_every_row_with_all_that_it_promises(reference: dict[str, Any]) -> None:
    rows = {row["id"]: row for row in reference["rows"]}
    assert list(rows) == list(bench_main.ROWS)
    assert [name for name, row in rows.items() if "skipped" in row] == []
    for name in ("sockets", "audit", "reports"):
        assert len({slope["name"] for slope in rows[name]["slopes"]}) >= 2


def test_what_the_schema_does_not_know_is_refused(reference: dict[str, Any]) -> None:
    for wrong in ({**reference, "more": 1}, {**reference, "rows": []}, {**reference, "schema_version": 2}):
        with pytest.raises(jsonschema.ValidationError):
            bench_main.check(wrong)


WHERE = {"time": "2026-11-29T10:54:21Z", "load": [0.1, 0.2, 0.3], "kernel": "6.18.44", "processors": 2}
TOLD = {"plan": {"rounds": 3}, "versions": {"ansible-core": "2.19.14"}}


@pytest.mark.parametrize(
    ("told", "where", "differing"),
    [
        (TOLD, {**WHERE, "time": "2026-11-29T11:06:00Z", "load": [9.0, 9.0, 9.0]}, None),
        ({**TOLD, "plan": {"rounds": 5}}, WHERE, "plan"),
        ({**TOLD, "versions": {}}, {**WHERE, "kernel": "6.12.1"}, "versions, kernel"),
    ],
)
def test_a_run_that_was_cut_off_goes_on_only_as_it_began(told: dict[str, Any], where: dict[str, Any], differing: str | None) -> None:
    begun = {**TOLD, "environment": {**WHERE, "load_after": [0.0, 0.0, 0.0]}, "rows": [{"id": "sockets"}]}
    assert bench_main._rows_of(None, told, where) == []
    if differing is None:
        assert bench_main._rows_of(begun, told, where) == [{"id": "sockets"}]
    else:
        with pytest.raises(bench_main.CannotResume, match=f"differs in: {differing};"):
            bench_main._rows_of(begun, told, where)


def test_tiny_counts_run_to_a_valid_result(tmp_path: Path) -> None:
    output = tmp_path / "bench.json"
    argv = [sys.executable, "-m", "bench", "--quick", *SMOKE_ROWS, "--output", str(output)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(BENCHMARKS), str(BENCHMARKS.parent / "integration")])}
    done = subprocess.run(argv, env=env, text=True, capture_output=True, timeout=300, check=False)
    if "no C compiler" in done.stderr:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = bench_main.check(json.loads(output.read_text(encoding="utf-8")))
    assert [row["id"] for row in result["rows"]] == list(SMOKE_ROWS)
    for row in result["rows"]:
        if "skipped" in row:
            pytest.skip(row["skipped"])
        ours = [entry for found in row["cases"] for entry in found["entries"] if entry["role"] == model.OURS]
        assert ours
        assert not [entry["skipped"] for entry in ours if "skipped" in entry]
    sockets = result["rows"][0]["cases"][0]
    assert sockets["counts"]["TIME_WAIT"] == sockets["size"]
    assert "C floor" in done.stdout
