# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import copy
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    report_bars,
    report_cut,
    report_formats,
    report_html,
    report_island,
    report_overview,
    report_view,
)

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures/report/report.jsonl"
VOID = {"meta", "link", "input", "col"}


def fixture() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    head, *rows = [json.loads(line) for line in FIXTURE.read_text(encoding="utf-8").splitlines()]
    return head, rows


def written(head: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    stream = io.StringIO(newline="")
    report_html.EMITTER.write(head, lambda: iter(rows), stream)
    return stream.getvalue()


class Parsed(HTMLParser):
    """What a browser sees of a page: elements, names of attributes, and what stands in script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.metas: dict[str, str] = {}
        self.opened: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _value in attrs))))
        known = dict(attrs)
        if tag == "meta" and "http-equiv" in known:
            self.metas[str(known["http-equiv"])] = str(known["content"])
        if tag in self.raw:
            self.raw[tag].append("")
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _value in attrs))))

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.opened and self.opened[-1] in self.raw:
            self.raw[self.opened[-1]][-1] += data


def unpacked(island: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Read the data of a page back by their description, independent of the page's own script."""
    things: list[Any] = []

    def thing(reference: Any) -> Any:
        return reference[0] if isinstance(reference, list) else things[reference]

    def sockets(cell: list[Any]) -> dict[str, Any]:
        return {"total": cell[0], "states": {thing(cell[place]): cell[place + 1] for place in range(1, len(cell), 2)}}

    def finding(reference: Any) -> dict[str, Any]:
        shared, title, evidence = thing(reference)
        return {**thing(shared), "title": title, "evidence": evidence}

    for chunk in island["chunks"]:
        things += chunk["things"]
        for short in chunk["hosts"]:
            cells = short + [0] * (15 - len(short))
            row = {
                "host": cells[0],
                "status": ("compliant", "noncompliant", "error")[cells[1]],
                "seconds": cells[2],
                "left_out": cells[13],
                "controls_left_out": cells[14],
            }
            row["controls"] = [thing(control) for control in thing(cells[7])] if cells[7] else []
            row["findings"] = [finding(reference) for reference in cells[8] or []]
            for name, cell in (("kernel", 4), ("nat", 5), ("drift", 9), ("error", 12)):
                if cells[cell]:
                    row[name] = thing(cells[cell])
            if cells[6]:
                row["sockets"] = sockets(cells[6])
            if cells[11]:
                row["samples"] = cells[11]
            yield row


def island_of(head: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return json.loads("".join(report_island.pieces(head, rows, sum("samples" in row for row in rows))))


def many(count: int, **more: Any) -> list[dict[str, Any]]:
    """Rows that are not compliant, each with evidence of its own."""
    return [
        {
            "host": f"host{number:05}", "status": "noncompliant", "profile": "p", "controls": [],
            "findings": [
                {"id": f"kind-{kind}", "severity": "low", "concerns": "setting", "title": f"title {number} {kind}",
                 "evidence": {"text": f"{number} {kind} " + "x" * 800}, "remedy": "r"}
                for kind in range(20)
            ],
            **more,
        }
        for number in range(count)
    ]  # fmt: skip


def head_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    head, _rows = fixture()
    counts = Counter(row["status"] for row in rows)
    hosts = {"total": len(rows), **{name: counts[name] for name in ("compliant", "noncompliant", "error")}}
    return {**head, "summary": {**head["summary"], "hosts": hosts}}


def test_is_in_the_table_of_formats() -> None:
    assert report_formats.emitter("html") is report_html.EMITTER
    assert (report_html.EMITTER.name, report_html.EMITTER.file_name) == ("html", "report.html")


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    page = Parsed(written(*fixture()))
    data, script = page.raw["script"]
    (style,) = page.raw["style"]

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()

    assert page.metas["Content-Security-Policy"] == (
        f"default-src 'none'; script-src 'sha256-{digest(script)}'; style-src 'sha256-{digest(style)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert json.loads(data)["head"]["tool"]["name"] == "linuxnet.tcp"


def test_nothing_in_the_page_needs_more_than_the_policy_allows() -> None:
    page = Parsed(written(*fixture()))
    names = {name for _tag, attributes in page.elements for name in attributes}
    assert not [name for name in names if name == "style" or name.startswith("on")]
    assert not names & {"src", "srcset", "action", "formaction", "background"}
    (_data, script) = page.raw["script"]
    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|fetch\(|XMLHttpRequest|import\(", script
    )


def tame(value: Any) -> Any:
    """Return the same report with plain words where strangers wrote; each different text stays different."""
    if isinstance(value, str):
        return value if re.fullmatch(r"[\w.:=-]+", value) else "t" + hashlib.sha256(value.encode()).hexdigest()[:8]
    if isinstance(value, dict):
        return {tame(name): tame(item) for name, item in value.items()}
    return [tame(item) for item in value] if isinstance(value, list) else value


def test_what_strangers_wrote_adds_no_element_and_no_attribute() -> None:
    head, rows = fixture()
    assert any("<script>" in row["host"] for row in rows)
    assert Parsed(written(head, rows)).elements == Parsed(written(tame(head), tame(rows))).elements


def test_what_hides_text_is_shown_as_an_escape() -> None:
    text = written(*fixture())
    assert "\\u202e" in text
    assert not [char for char in set(text) if ord(char) < 32 and char != "\n"]
    assert not set(text) & set("\u202e\u202c\u2028\u2029\x7f\x1b")


def test_the_data_read_back_are_the_rows() -> None:
    head, rows = fixture()
    for row, read in zip(rows, unpacked(island_of(head, rows)), strict=True):
        wanted = report_cut.deep(copy.deepcopy(row), levels=9)
        for name in ("host", "status", "nat", "sockets", "drift", "error", "kernel"):
            assert read.get(name) == wanted.get(name), name
        assert read["controls"] == wanted["controls"]
        assert len(read["findings"]) == len(row["findings"])
        for item, found in zip(row["findings"], read["findings"], strict=True):
            assert {name: found[name] for name in ("id", "severity", "concerns")} == {
                name: item[name] for name in ("id", "severity", "concerns")
            }
            assert found["title"] == report_cut.text(item["title"], 400)


def test_hosts_that_are_alike_cost_little() -> None:
    head, rows = fixture()
    alike = next(row for row in rows if row["status"] == "compliant")

    def size(count: int) -> int:
        return sum(map(len, report_island.pieces(head, [{**alike, "host": f"host{number:06}"} for number in range(count)], 0)))

    assert (size(3000) - size(1000)) / 2000 < 120


def test_a_fleet_that_has_much_to_say_is_cut_and_says_so() -> None:
    rows = many(3000)
    text = "".join(report_island.pieces(head_of(rows), rows, 0))
    assert sum(len(json.dumps(row)) for row in rows) > 40 << 20
    assert len(text) < 8 << 20
    read = list(unpacked(json.loads(text)))
    assert len(read) == 3000
    assert all(row["findings"] for row in read)
    assert all(len(row["findings"]) + row["left_out"] == 20 for row in read)
    # The first ones and the last ones get a share.
    assert any(item["evidence"] for row in read[:10] for item in row["findings"])
    assert any(item["evidence"] for row in read[-200:] for item in row["findings"])


def test_a_full_table_of_things_still_tells_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = many(20)
    whole = list(unpacked(island_of(head_of(rows), rows)))
    monkeypatch.setattr(report_island, "_THINGS", 5)
    assert list(unpacked(island_of(head_of(rows), rows))) == whole


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ([], []),
        ([0, 0], []),
        ([5], ["100.000%"]),
        ([1, 1], ["50.000%", "50.000%"]),
        ([9999, 1], ["99.305%", "0.695%"]),
        ([0, 3, 1], ["75.000%", "25.000%"]),
    ],
)
def test_shares_of_a_bar(counts: list[int], wanted: list[str]) -> None:
    found = report_bars.shares((f"kind{place}", count, "words") for place, count in enumerate(counts))
    assert [share.width for share in found] == wanted
    assert sum(float(share.width.rstrip("%")) for share in found) == pytest.approx(100 if found else 0, abs=0.01)


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "none"), (0, 5, "0 %"), (5, 5, "100 %"), (1, 2, "50 %"), (1, 3, "33.3 %"), (9999, 10000, "99.9 %"), (1, 10000, "0.1 %")],
)
def test_percent(part: int, whole: int, words: str) -> None:
    assert report_bars.percent(part, whole) == words


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("short", "short"),
        ("x" * 1300, "x" * 1200 + "… [cut: 1,300 characters]"),
        (list(range(15)), [*range(12), "… [cut: 15 rows]"]),
        ({str(number): 1 for number in range(42)}, {**{str(number): 1 for number in range(40)}, "…": "[cut: 42 keys]"}),
        ([[[[[[[[["deep"]]]]]]]]], [[[[[[[["… [cut: 1 inside]"]]]]]]]]),
        (None, None),
        (1.5, 1.5),
        (True, True),
    ],
)
def test_cut(value: Any, wanted: Any) -> None:
    assert report_cut.deep(value) == wanted


@pytest.mark.parametrize(
    ("total", "compliant", "noncompliant", "error", "words", "more"),
    [
        (0, 0, 0, 0, "There is no host in this report.", ""),
        (1, 1, 0, 0, "The host that was judged is compliant.", "Every host was judged."),
        (3, 3, 0, 0, "All 3 hosts that were judged are compliant.", "Every host was judged."),
        (3, 2, 1, 0, "1 of 3 hosts is not compliant.", "Every host was judged."),
        (4, 1, 2, 1, "2 of 3 hosts are not compliant.", "1 host could not be judged."),
        (2, 0, 0, 2, "No host could be judged.", "2 hosts could not be judged."),
        (5000, 3000, 1500, 500, "1,500 of 4,500 hosts are not compliant.", "500 hosts could not be judged."),
    ],
)
def test_verdict(total: int, compliant: int, noncompliant: int, error: int, words: str, more: str) -> None:
    head, _rows = fixture()
    hosts = {"total": total, "compliant": compliant, "noncompliant": noncompliant, "error": error}
    verdict = report_view.context({**head, "summary": {**head["summary"], "hosts": hosts}}, report_overview.Overview())["verdict"]
    assert (verdict["words"], verdict["more"]) == (words, more)
    assert sum(count for _kind, _words, count in verdict["hosts"]) == total


def worst_of(*counts: tuple[str, int, int, int, int]) -> list[str]:
    overview = report_overview.Overview()
    for place, (host, high, medium, low, failed) in enumerate(counts):
        severities = ["high"] * high + ["medium"] * medium + ["low"] * low
        found = [
            {"id": "k", "severity": severity, "concerns": "traffic", "title": "t", "evidence": {}, "remedy": "r"} for severity in severities
        ]
        controls = [{"id": "s", "status": "fail", "wanted": "1"}] * failed
        overview.add(place, {"host": host, "status": "noncompliant", "profile": "p", "controls": controls, "findings": found})
    return [bad.host for bad in overview.worst()]


def test_the_worst_hosts_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_overview, "WORST", 4)
    few = [
        ("low", 0, 0, 9, 0),
        ("high", 1, 0, 0, 0),
        ("none", 0, 0, 0, 0),
        ("more", 1, 0, 0, 3),
        ("medium", 0, 5, 0, 0),
        ("same", 1, 0, 0, 0),
    ]
    assert worst_of(*few) == ["more", "high", "same", "medium"]


def test_waived_and_informing_findings_make_no_host_bad() -> None:
    item = {"id": "k", "severity": "high", "concerns": "setting", "title": "t", "evidence": {}, "remedy": "r"}
    overview = report_overview.Overview()
    waived = [{**item, "waived": {"reason": "r", "expires": "2027-01-01"}}, {**item, "severity": "info"}]
    overview.add(0, {"host": "h", "status": "compliant", "profile": "p", "controls": [], "findings": waived})
    assert overview.worst() == []
    assert overview.concerns == {"setting": Counter(waived=1, info=1)}


def test_states_are_counted_by_class() -> None:
    overview = report_overview.Overview()
    for place, count in enumerate([0, 1, 9, 10, 99, 100, 1000, 9999, 10_000, 70_000]):
        sockets = {"total": count, "states": {"TIME_WAIT": count} if count else {}}
        overview.add(
            place, {"host": f"h{place}", "status": "compliant", "profile": "p", "controls": [], "findings": [], "sockets": sockets}
        )
    (state,) = overview.states()
    assert state.classes == [1, 2, 2, 1, 2, 2]
    assert (state.most, state.host, state.place) == (70_000, "h9", 9)
    # Asked again, it says the same.
    assert overview.states()[0].classes == [1, 2, 2, 1, 2, 2]


def test_few_samples_are_kept_as_they_are() -> None:
    samples = {
        "time": "2026-11-29T05:00:00Z",
        "seconds": [0.0, 1.0],
        "total": [1, 2],
        "states": {"LISTEN": [1, 2]},
        "rates": {"a": [0.0, 3.0], "b": [0.0, 0.0]},
    }
    assert report_island.thinned(samples, 12) == {**samples, "rates": {"a": [0.0, 3.0]}, "of": 2}


@pytest.mark.parametrize("count", [13, 100, 121, 5000])
def test_many_samples_keep_the_ends_and_every_peak(count: int) -> None:
    numbers = list(range(count))
    rates = [0.0] * count
    rates[count // 2] = 99.0
    samples = {
        "time": "t",
        "seconds": [float(second) for second in numbers],
        "total": numbers,
        "states": {"LISTEN": numbers},
        "rates": {"r": rates},
    }
    found = report_island.thinned(samples, 12)
    assert len(found["seconds"]) == len(found["total"]) == len(found["rates"]["r"]) == 12
    assert found["seconds"][-1] == count - 1
    assert max(found["rates"]["r"]) == 99.0
    assert found["of"] == count
