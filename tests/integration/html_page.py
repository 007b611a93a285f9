# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a report as a page, look at it in a browser, and keep pictures of it.

Pictures are kept below ``LINUXNET_TCP_PICTURES``, which make test sets to build/reports/html.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import browser

HERE = Path(__file__).resolve().parent
# In processes of their own, so that what pytest holds is not counted and the collection is the installed one. VmHWM is that of the program,
# unlike ru_maxrss, which a child takes over from its parent (kernel fs/exec.c).
MAKE_REPORT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import made_up_fleet
with open(sys.argv[2], "w", encoding="utf-8") as stream:
    rows = list(made_up_fleet.rows(int(sys.argv[3])))
    for value in (made_up_fleet.head(rows), *rows):
        stream.write(json.dumps(value) + "\\n")
"""
MAKE_PAGE = """
import json, sys, time
from pathlib import Path
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_core, report_html
def most():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
report = Path(sys.argv[1])
with report.open(encoding="utf-8") as stream:
    head = json.loads(next(stream))
before, cpu = most(), time.process_time()
with report.with_suffix(".html").open("w", encoding="utf-8", newline="") as stream:
    report_html.EMITTER.write(head, lambda: report_core.read_rows(report), stream)
print(json.dumps({"cpu": time.process_time() - cpu, "mebibytes": most(), "grew": most() - before}))
"""
PICTURES = Path(os.environ.get("LINUXNET_TCP_PICTURES", HERE.parent.parent / "build" / "reports" / "html"))


class Page:
    """A report as a page and as the JSON that it was made of."""

    def __init__(self, report: Path, collections: Path, hosts: int = 0) -> None:
        self.path = report.with_suffix(".html")
        if hosts:
            _python(collections, MAKE_REPORT, HERE, report, hosts)
        self.took: dict[str, float] = json.loads(_python(collections, MAKE_PAGE, report))
        self.head, *self.rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]

    @property
    def url(self) -> str:
        return self.path.as_uri()


def _python(collections: Path, script: str, *arguments: object) -> str:
    argv = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(argv, env={**os.environ, "PYTHONPATH": str(collections)}, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def quiet(window: browser.Browser, page: Page) -> None:
    """Fail when the page wrote to the console, broke its policy, threw, or asked for anything but itself."""
    assert window.complaints() == []
    assert [url.partition("#")[0] for url in window.requests() if not url.startswith("data:image/svg+xml,")] == [page.url]


def picture(window: browser.Browser, name: str, whole: bool = False) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    window.picture(PICTURES / f"{name}.png", whole)


def texts(window: browser.Browser, selector: str) -> list[str]:
    return window.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((node) => node.textContent)")


def number(text: str) -> int:
    return int(text.replace(",", ""))


def rows_of(window: browser.Browser, selector: str, script: str) -> list[list[str]]:
    """Return for each element of the selector what the script gives of it, which calls it ``row``."""
    found: list[list[str]] = window.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((row) => {script})")
    return found


def cells_of(window: browser.Browser, selector: str, count: int) -> list[list[str]]:
    """Return the texts of the first cells of each row of a table."""
    return rows_of(window, selector, f"[...row.cells].slice(0, {count}).map((cell) => cell.textContent)")
