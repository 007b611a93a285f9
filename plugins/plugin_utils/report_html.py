# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as one HTML page that needs nothing but itself: the template and its parts lie in report_page/."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any, TextIO

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_cut, report_island, report_overview, report_view
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Emitter, Head, Rows
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_FOLDER = Path(__file__).with_name("report_page")
# In this order they make one script.
SCRIPTS = ("data.js", "dom.js", "theme.js", "hosts.js", "table.js", "map.js", "chart.js", "findings.js", "host.js", "main.js")


class Html:
    """The emitter of report.html. Rows are read twice: once for the overview, once for the data that the page carries."""

    name = "html"
    file_name = "report.html"

    def write(self, head: Head, rows: Rows, stream: TextIO) -> None:
        """Write the page piece by piece."""
        overview = report_overview.over(rows())
        data = (Markup(piece) for piece in report_island.pieces(head, rows(), overview.sampled))
        css, script = _read("page.css"), "".join(_read(name) for name in SCRIPTS)
        context = {
            **report_view.context(head, overview),
            "css": Markup(css),
            "script": Markup(script),
            "policy": _policy(css, script),
            "data": data,
        }
        for piece in environment().get_template("page.html.j2").generate(context):
            stream.write(piece)


EMITTER: Emitter = Html()


def environment() -> Environment:
    """Return the template engine: everything printed is escaped, and what hides or reorders text is shown."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["time"] = lambda text: text.replace("T", " ").replace("Z", " UTC")
    return made


def _shown(value: Any) -> Any:
    """Return what the page prints for a value; Markup is ours and stays as it is."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return report_cut.seen(value, keep="\n")
    return f"{value:,}" if isinstance(value, int) else value


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy(css: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing is loaded, only this style and this script run."""
    parts = {
        "default-src": "'none'",
        "script-src": f"'sha256-{_digest(script)}'",
        "style-src": f"'sha256-{_digest(css)}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
