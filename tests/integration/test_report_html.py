# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open the HTML report of 10,000 hosts in a real browser: it says what the JSON says, and it is quick."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import browser
import pytest
from html_page import Page, cells_of, number, quiet, rows_of, texts

HOSTS = 10_000
MEBIBYTES = 8
ROWS = "[...document.querySelectorAll('#table tbody tr[data-index]')]"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Page:
    return Page(tmp_path_factory.mktemp("html") / "fleet.jsonl", collections, HOSTS)


def choose(window: browser.Browser, field: str, value: str) -> float:
    """Set a field of the filter as a person does, and return the milliseconds until the next picture is drawn."""
    script = """new Promise((done) => {
      const field = document.getElementById(%s), start = performance.now();
      field.value = %s;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
    })"""
    return float(window.run(script % (json.dumps(field), json.dumps(value))))


def shown(window: browser.Browser) -> int:
    """Return how many hosts the table says that it shows."""
    return number(window.run("document.getElementById('count').textContent").split()[0])


def test_numbers_are_those_of_the_json(window: browser.Browser, fleet: Page, say: Callable[[str], None]) -> None:
    start = time.monotonic()
    window.open(fleet.url)
    window.wait(f"{ROWS}.length > 5")
    loaded = time.monotonic() - start
    size = fleet.path.stat().st_size / (1 << 20)
    say(
        f"report.html of {HOSTS} hosts x 30 checks: {size:.2f} MiB, made in {fleet.took['cpu']:.1f} s of processor"
        f" with {fleet.took['mebibytes']:.0f} MiB ({fleet.took['grew']:.0f} MiB of it for the page); opened in {loaded:.1f} s"
    )
    assert size <= MEBIBYTES
    assert fleet.took["mebibytes"] <= 100
    hosts = fleet.head["summary"]["hosts"]
    for kind in ("compliant", "noncompliant", "error"):
        assert [number(text) for text in texts(window, f"#verdict [data-count={kind}]")] == [hosts[kind]]
    assert shown(window) == hosts["total"] == HOSTS
    quiet(window, fleet)


def test_every_check_has_its_numbers(window: browser.Browser, fleet: Page) -> None:
    window.open(fleet.url)
    counts = "[...row.querySelectorAll('td.n')].map((cell) => [cell.dataset.label, cell.textContent])"
    rows = rows_of(window, ".checks tbody tr", f"[row.querySelector('[data-rule]').dataset.rule, {counts}]")
    found = {int(place): {words: number(text) for words, text in counts} for place, counts in rows}
    names = {
        "fail": "fail",
        "found": "fail",
        "waived": "waived",
        "n/a": "not_applicable",
        "error": "error",
        "pass": "pass",
        "not found": "pass",
        "info": "info",
    }
    assert len(found) == len(fleet.head["rules"])
    for place, rule in enumerate(fleet.head["rules"]):
        assert {names[words]: count for words, count in found[place].items()} == {
            name: rule["counts"][name] for name in {names[words] for words in found[place]}
        }


def test_profiles_severities_and_states_are_counted(window: browser.Browser, fleet: Page) -> None:
    window.open(fleet.url)
    profiles = Counter(row["profile"] for row in fleet.rows if row["status"] == "compliant")
    cells = rows_of(window, "#profiles tbody tr", "['bdi', '[data-label=compliant]'].map((part) => row.querySelector(part).textContent)")
    assert {name: number(text) for name, text in cells} == profiles
    concerns = Counter(
        (item["concerns"], "waived" if "waived" in item else item["severity"]) for row in fleet.rows for item in row["findings"]
    )
    cells = [number(text) for text in texts(window, "#findings tbody td")]
    assert cells == [
        concerns[about, severity] for about in ("setting", "traffic", "boot") for severity in ("high", "medium", "low", "info", "waived")
    ]
    waiting = [row["sockets"]["states"].get("TIME_WAIT", 0) for row in fleet.rows if "sockets" in row]
    classes = Counter(0 if not count else len(str(min(count, 10_000))) for count in waiting)
    cells = [number(text) for text in texts(window, "#pressure tbody tr:first-child td[data-heat] :is([data-plain], .soft)")]
    assert cells == [classes[place] for place in range(6)]


def test_the_data_are_complete(window: browser.Browser, fleet: Page, tmp_path: Path) -> None:
    window.open(fleet.url)
    window.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    window.run("document.getElementById('download').click()")
    saved = tmp_path / "report-embedded.json"
    deadline = time.monotonic() + 30
    while not saved.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    report = json.loads(saved.read_text(encoding="utf-8"))
    hosts = report.pop("hosts")
    assert report == fleet.head
    assert hosts == fleet.rows


def test_filters_are_quick_and_right(window: browser.Browser, fleet: Page, say: Callable[[str], None]) -> None:
    window.open(fleet.url)
    times = {"text": choose(window, "filter-text", "WEB north")}
    assert shown(window) == sum("web" in row["host"] and "north" in row["host"] for row in fleet.rows)
    assert all("web" in text and "north" in text for text in texts(window, "#table tbody tr[data-index] th"))
    choose(window, "filter-text", "")
    times["severity"] = choose(window, "filter-severity", "high")
    assert shown(window) == sum(any(item["severity"] == "high" and "waived" not in item for item in row["findings"]) for row in fleet.rows)
    choose(window, "filter-severity", "")
    rule = next(place for place, rule in enumerate(fleet.head["rules"]) if rule["id"] == "net.ipv4.tcp_tw_reuse")
    times["check"] = choose(window, "filter-rule", str(rule))
    counts = fleet.head["rules"][rule]["counts"]
    assert shown(window) == counts["fail"] + counts["waived"] > 0
    choose(window, "filter-rule", "")
    window.run("document.querySelector('[name=status][value=compliant]').click()")
    hosts = fleet.head["summary"]["hosts"]
    assert shown(window) == hosts["noncompliant"] + hosts["error"]
    times["nothing"] = choose(window, "filter-text", "no host is called so")
    assert shown(window) == 0
    assert texts(window, "#table tbody td") == ["No host is like that."]
    assert window.run("document.getElementById('count').getAttribute('role')") == "status"
    say("filtered 10000 hosts in " + ", ".join(f"{name} {took:.0f} ms" for name, took in times.items()))
    assert max(times.values()) < 1000
    quiet(window, fleet)


def test_a_cell_of_the_pressure_table_and_a_check_lead_to_their_hosts(window: browser.Browser, fleet: Page) -> None:
    window.open(fleet.url)
    window.run("document.querySelector('#pressure [data-state=TIME_WAIT][data-class=\"5\"]').click()")
    many = [row["host"] for row in fleet.rows if row.get("sockets", {}).get("states", {}).get("TIME_WAIT", 0) >= 10_000]
    window.wait(f"document.getElementById('count').textContent.startsWith('{len(many)} of')")
    assert set(texts(window, "#table tbody th")) <= set(many)
    window.run("document.querySelector('[data-rule]').click()")
    window.wait(f"!document.getElementById('count').textContent.startsWith('{len(many)} of')")
    assert window.run("document.getElementById('filter-rule').value") == window.run("document.querySelector('[data-rule]').dataset.rule")
    assert window.run("document.getElementById('filter-class-label').hidden") is True


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Host", lambda row: row["host"]),
        ("TIME_WAIT", lambda row: row.get("sockets", {}).get("states", {}).get("TIME_WAIT", 0)),
        ("Fails", lambda row: sum(control["status"] == "fail" for control in row["controls"])),
    ],
)
def test_sorts_both_ways(window: browser.Browser, fleet: Page, title: str, value: Callable[[dict[str, Any]], Any]) -> None:
    window.open(fleet.url)
    by_name = {row["host"]: row for row in fleet.rows}
    seen = set()
    for _turn in range(2):
        window.run(f"[...document.querySelectorAll('#table thead button')].find((button) => button.textContent === '{title}').click()")
        way = window.run("document.querySelector('#table th[aria-sort]').getAttribute('aria-sort')")
        assert texts(window, "#table th[aria-sort]") == [title]
        first = [value(by_name[name]) for name in texts(window, "#table tbody tr[data-index] th")]
        assert first == sorted(map(value, fleet.rows), reverse=way == "descending")[: len(first)]
        assert len(first) > 5
        seen.add(way)
    assert seen == {"ascending", "descending"}


def test_the_table_holds_few_rows_and_reaches_the_last_host(window: browser.Browser, fleet: Page) -> None:
    window.open(fleet.url)
    assert window.run(f"{ROWS}.length") < 60
    assert window.run("document.querySelectorAll('*').length") < HOSTS
    window.run("document.querySelector('#table tbody a[tabindex=\"0\"]').focus()")
    window.press("End")
    assert window.wait("document.activeElement.closest('tr')?.dataset.index") == str(HOSTS - 1)
    window.press("ArrowUp")
    assert window.run("document.activeElement.closest('tr').getAttribute('aria-rowindex')") == str(HOSTS)
    assert window.run("document.querySelectorAll('#table tbody a[tabindex=\"0\"]').length") == 1


def test_a_host_is_opened_and_left_by_keyboard(window: browser.Browser, fleet: Page) -> None:
    window.open(fleet.url)
    # From the top of the page, by Tab alone: the skip link is the first stop, the table a later one.
    window.press("Tab")
    assert window.run("document.activeElement.textContent") == "Skip to the content"
    for _stop in range(200):
        if window.run("Boolean(document.activeElement.closest('#table tbody'))"):
            break
        window.press("Tab")
    window.press("ArrowDown")
    name = window.run("document.activeElement.textContent")
    window.press("Enter")
    window.wait("!document.getElementById('host').hidden")
    assert window.run("document.activeElement.tagName + document.activeElement.textContent") == f"H2{name}"
    assert window.run("document.title").startswith(name)
    row = next(row for row in fleet.rows if row["host"] == name)
    assert len(texts(window, "#host article")) == len(row["findings"])
    settings = cells_of(window, "#host section[aria-labelledby=settings-title] tbody tr", 5)
    words = {"pass": "pass", "fail": "fail", "waived": "waived", "not_applicable": "not applicable"}
    wanted = [
        [item["id"], words[item["status"]], item.get("running", "none"), item.get("boot", "none"), item["wanted"]]
        for item in row["controls"]
    ]
    assert sorted(settings) == sorted(wanted)
    window.run("history.back()")
    window.wait("document.getElementById('host').hidden")
    assert window.run("document.activeElement.textContent") == name
    quiet(window, fleet)


def test_a_cell_of_the_map_is_a_host(window: browser.Browser, fleet: Page) -> None:
    window.open(fleet.url)
    window.run("document.getElementById('map').scrollIntoView()")
    box = window.run("(({x, y}) => [x, y])(document.getElementById('map-canvas').getBoundingClientRect())")
    window.click(box[0] + 3, box[1] + 3)
    window.wait("!document.getElementById('host').hidden")
    assert texts(window, "#host h2") == [fleet.rows[0]["host"]]
    window.run("history.back()")
    window.wait("document.getElementById('host').hidden")
    window.run("document.getElementById('map-canvas').focus()")
    for _step in range(3):
        window.press("ArrowRight")
    assert window.run("document.getElementById('map-said').textContent").startswith(fleet.rows[2]["host"])
    window.press("Enter")
    window.wait("!document.getElementById('host').hidden")
    assert texts(window, "#host h2") == [fleet.rows[2]["host"]]
