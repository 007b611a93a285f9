# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the formats of a report: report_core.py writes JSON and JSON Lines, an emitter each of the others from those."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Emitter

# Written always, as every other format is made from them.
SOURCES = {"json": "report.json", "jsonl": "report.jsonl"}
# Beside this file; each module has an EMITTER. It is imported when the format is asked for.
_MODULES = {
    "junit": "report_junit",
    "oscal": "report_oscal",
    "prometheus": "report_prometheus",
    "sarif": "report_sarif",
    "csv": "report_csv",
    "html": "report_html",
}
_HERE = __name__.rpartition(".")[0]


def names() -> list[str]:
    """Return every format that can be asked for: those of which this collection has the emitter."""
    return [*SOURCES, *(name for name, module in _MODULES.items() if Path(__file__).with_name(f"{module}.py").is_file())]


def emitter(name: str) -> Emitter:
    """Return what writes a format that is none of SOURCES; raise KeyError for a name that is not in the table."""
    return cast(Emitter, importlib.import_module(f"{_HERE}.{_MODULES[name]}").EMITTER)
