# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the HTML report: light, dark, narrow, printed, without a script, as a screen reader does, and with what strangers wrote in it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import browser
import made_up_fleet
import pytest
from conftest import REPOSITORY
from html_page import PICTURES, Page, cells_of, number, picture, quiet, texts

HOSTS = 300
FIXTURE = REPOSITORY / "tests/unit/fixtures/report/report.jsonl"
AXE = Path(
    os.environ.get("LINUXNET_TCP_AXE", next((REPOSITORY / "build" / "axe").glob("*.js"), REPOSITORY / "build" / "axe" / "axe-core.js"))
)
# What a browser must never show as it is: it hides text or turns it round.
UNSEEN = (0x01, 0x1B, 0x7F, 0x2028, 0x2029, 0x202C, 0x202E)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Page:
    return Page(tmp_path_factory.mktemp("html") / "fleet.jsonl", collections, HOSTS)


@pytest.fixture
def made(tmp_path: Path, collections: Path) -> Callable[[list[Any]], Page]:
    """Return a function that makes the page of a report given as head and rows."""

    def make(values: list[Any]) -> Page:
        report = tmp_path / "report.jsonl"
        report.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
        return Page(report, collections)

    return make


@pytest.fixture
def hostile(made: Callable[[list[Any]], Page]) -> Page:
    return made([json.loads(line) for line in FIXTURE.read_text(encoding="utf-8").splitlines()])


def test_sockets_before_and_over_time_are_shown(window: browser.Browser, fleet: Page) -> None:
    row = next(row for row in fleet.rows if "samples" in row and "before" in row)
    window.open(f"{fleet.url}#host/{row['host']}")
    cells = cells_of(window, ".sockets tbody tr", 3)
    before = row["before"]["sockets"]
    names = {*row["sockets"]["states"], *before["states"]}
    wanted = {name: (row["sockets"]["states"].get(name, 0), before["states"].get(name, 0)) for name in names}
    assert {name: (number(now), number(was)) for name, now, was in cells} == {**wanted, "all": (row["sockets"]["total"], before["total"])}
    assert window.run("document.querySelectorAll('.chart path').length") == min(7, len(row["samples"]["states"]))
    heights = window.run("[...document.querySelectorAll('.chart path')].map((path) => path.getBBox().height)")
    assert max(heights) > 50
    last = texts(window, "#host section[aria-labelledby=samples-title] tbody tr:last-child td")
    assert [number(text) for text in last] == [
        row["samples"]["seconds"][-1],
        row["samples"]["total"][-1],
        *(column[-1] for column in row["samples"]["states"].values()),
    ]
    picture(window, "host-light", whole=True)
    window.look(1280, 900, "dark")
    picture(window, "host-dark", whole=True)
    quiet(window, fleet)


def background(window: browser.Browser) -> list[int]:
    return window.run("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")


def test_light_and_dark_follow_the_system_and_the_reader(window: browser.Browser, fleet: Page) -> None:
    window.open(fleet.url)
    picture(window, "overview-light", whole=True)
    assert min(background(window)) > 230
    window.look(1280, 900, "dark")
    assert max(background(window)) < 50
    picture(window, "overview-dark", whole=True)
    pixels = "document.getElementById('map-canvas').toDataURL()"
    dark = window.run(pixels)
    window.run("document.getElementById('theme').click()")
    assert texts(window, "#theme span") == ["Theme: light"]
    assert min(background(window)) > 230
    assert window.run(pixels) != dark
    window.run("document.getElementById('theme').click(); document.getElementById('theme').click()")
    quiet(window, fleet)


def test_prints_the_worst_hosts_and_no_controls(window: browser.Browser, fleet: Page, say: Callable[[str], None]) -> None:
    window.open(fleet.url)
    assert window.run("document.getElementById('worst-details').open") is False
    PICTURES.mkdir(parents=True, exist_ok=True)
    window.pdf(PICTURES / "print.pdf")
    pdf = (PICTURES / "print.pdf").read_bytes()
    pages = pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/") + pdf.count(b"/Type /Page ")
    say(f"print of {HOSTS} hosts: {pages} pages")
    assert pdf.startswith(b"%PDF-")
    assert 3 <= pages <= 20
    window.call("Emulation.setEmulatedMedia", media="print")
    window.run("dispatchEvent(new Event('beforeprint'))")
    assert window.run("document.getElementById('worst-details').open") is True
    assert window.run("document.querySelectorAll('#worst tbody tr').length") == 100
    assert (
        window.run("['#hosts', '#map', '#tools', '.bar-nav'].every((name) => document.querySelector(name).getClientRects().length === 0)")
        is True
    )
    quiet(window, fleet)


@pytest.mark.parametrize("width", [400, 800, 1600])
def test_no_width_makes_the_page_scroll_sideways(window: browser.Browser, fleet: Page, width: int) -> None:
    window.look(width, 800)
    window.open(fleet.url)
    assert window.run("document.documentElement.scrollWidth") <= width
    picture(window, f"overview-{width}")
    host = next(row["host"] for row in fleet.rows if "samples" in row)
    window.open(f"{fleet.url}#host/{host}")
    assert window.run("document.documentElement.scrollWidth") <= width
    picture(window, f"host-{width}")


def test_without_a_script_the_overview_is_there(window: browser.Browser, fleet: Page) -> None:
    window.call("Emulation.setScriptExecutionDisabled", value=True)
    window.open(fleet.url)
    tree = window.call("DOM.getDocument", depth=-1)
    assert "need JavaScript" in json.dumps(tree)
    worst = window.call("DOM.querySelectorAll", nodeId=tree["root"]["nodeId"], selector="#worst tbody tr")["nodeIds"]
    assert len(worst) == 100
    assert window.call("DOM.getBoxModel", nodeId=worst[0])["model"]["height"] > 20
    hidden = window.call("DOM.querySelector", nodeId=tree["root"]["nodeId"], selector="#hosts")["nodeId"]
    with pytest.raises(browser.Failed, match="box model"):
        window.call("DOM.getBoxModel", nodeId=hidden)
    picture(window, "no-script")


def test_what_strangers_wrote_is_inert(window: browser.Browser, hostile: Page) -> None:
    window.open(hostile.url)
    bad = next(row["host"] for row in hostile.rows if "<script>" in row["host"])
    assert window.run(f"location.hash = '#host/' + encodeURIComponent({json.dumps(bad)})")
    window.wait("!document.getElementById('host').hidden")
    (title,) = texts(window, "#host h2")
    assert title == bad.replace("\n", "\\n").replace("\u202e", "\\u202e")
    said = window.run("document.body.innerText")
    assert not [hex(ord(char)) for char in said if ord(char) in UNSEEN]
    assert "[cut: 5," in said
    assert window.run("document.scripts.length") == 2
    assert window.run("document.querySelectorAll('img, iframe, object, embed, i, textarea, audio, video').length") == 0
    handlers = (
        "[...document.querySelectorAll('*')].flatMap((node) => [...node.attributes]).filter((one) => one.name.startsWith('on')).length"
    )
    assert window.run(handlers) == 0
    picture(window, "hostile", whole=True)
    assert not [event for event in window.events if event["method"] == "Page.javascriptDialogOpening"]
    quiet(window, hostile)


@pytest.mark.parametrize(
    "slipped",
    [
        "<script>console.log(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<p style='color:red'>",
        "<link rel=stylesheet href=https://192.0.2.1/x.css>",
    ],
)
def test_what_slipped_through_would_still_be_refused(window: browser.Browser, hostile: Page, slipped: str) -> None:
    """The policy is the second wall, and this shows that `quiet` hears when it is hit."""
    text = hostile.path.read_text(encoding="utf-8")
    hostile.path.write_text(text.replace("</footer>", f"{slipped}</footer>", 1), encoding="utf-8")
    window.open(hostile.url)
    assert "Content Security Policy" in " ".join(window.complaints())
    assert not [event for event in window.events if event["method"] in ("Runtime.consoleAPICalled", "Page.javascriptDialogOpening")]


def error_row(name: str) -> dict[str, Any]:
    return {"host": name, "status": "error", "error": {"kind": "unreachable", "message": "no route"}, "controls": [], "findings": []}


BARE = {"host": "bare", "status": "compliant", "profile": "p", "controls": [], "findings": []}


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([], "There is no host in this report."),
        ([error_row("a"), error_row("b")], "No host could be judged."),
        ([BARE], "The host that was judged is compliant."),
        ([BARE, error_row("z")], "The host that was judged is compliant."),
    ],
)
def test_reports_with_little_in_them(window: browser.Browser, made: Callable[[list[Any]], Page], rows: list[Any], verdict: str) -> None:
    page = made([made_up_fleet.head(rows), *rows])
    window.open(page.url)
    assert texts(window, "#verdict .words") == [verdict]
    assert window.run("document.getElementById('count').textContent") == ("1 host" if len(rows) == 1 else f"{len(rows)} hosts")
    for row in rows:
        window.run(f"location.hash = '#host/{row['host']}'")
        window.wait(f"document.querySelector('#host h2')?.textContent === '{row['host']}'")
        assert ("no route" in window.run("document.getElementById('host').innerText")) is (row["status"] == "error")
    quiet(window, page)


@pytest.mark.parametrize(
    ("place", "scheme"), [("overview", "light"), ("overview", "dark"), ("host", "light"), ("host", "dark"), ("narrow", "light")]
)
def test_is_accessible(window: browser.Browser, fleet: Page, place: str, scheme: str, say: Callable[[str], None]) -> None:
    """axe-core knows about half of the WCAG rules; the keyboard and the contrast of canvases are tested elsewhere or not at all."""
    if not AXE.is_file():
        reason = os.environ.get("LINUXNET_TCP_NO_AXE", "make it with PYTHONPATH=tools build/venv/bin/python -m check.pages")
        pytest.skip(f"axe-core is not there: {reason}")
    window.look(400 if place == "narrow" else 1280, 900, scheme)
    row = next(row for row in fleet.rows if "samples" in row)
    window.open(f"{fleet.url}#host/{row['host']}" if place == "host" else fleet.url)
    window.run("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    window.run(AXE.read_text(encoding="utf-8") + "\n0")
    found = window.run(
        "axe.run(document).then((found) => found.violations.map((one) =>"
        " [one.impact, one.id, one.nodes.length, one.nodes[0].html, one.nodes[0].failureSummary]))"
    )
    say(
        f"axe-core, {place}, {scheme}: "
        + (", ".join(f"{impact} {rule} x {count}" for impact, rule, count, *_rest in found) or "no violation")
    )
    assert [one for one in found if one[0] in ("serious", "critical")] == []
    assert window.run("axe.run(document).then((found) => found.passes.length)") > 20
