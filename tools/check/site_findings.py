# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the page that lists the findings: by what they concern, the worst first, each with the first sentence of its page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

SEVERITIES = ("high", "medium", "low", "info")
# In the order of the page: what a finding concerns, and what follows from that.
CONCERNS = {
    "setting": "## About settings\n\nThey decide whether a host is compliant, and the plan clears what it can.\n",
    "traffic": "## About traffic\n\nThey come and go with the load, and do not count for compliance.\n",
    "boot": "## About the next boot\n\nFiles that are not ours to change, and changes that nobody finished. They do not count for compliance.\n",
}
_HEAD = re.compile(r"^Severity: ([a-z, ]+)\. Concerns: ([a-z]+)\.$", re.MULTILINE)
_MEANING = re.compile(r"^## What it means\n\n(.+?)\n\n", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r"(.+?)[.:](?: |$)")


class Row(NamedTuple):
    """One finding: id, what it concerns, severities from the worst on, and one sentence."""

    name: str
    concerns: str
    severities: list[str]
    sentence: str


def render(pages: Mapping[str, str]) -> str:
    """Return the page in Markdown; ``pages``: the text of each finding's page by id."""
    rows = [read(name, text) for name, text in sorted(pages.items())]
    tables = "\n".join(f"{head}\n{_table(row for row in rows if row.concerns == concerns)}" for concerns, head in CONCERNS.items())
    toctree = "\n".join(["```{toctree}", ":hidden:", "", *sorted(pages), "```"])
    return f"# Findings\n\nA page for each: what it means, what helps, what does not.\n\n{tables}\n{toctree}\n"


def read(name: str, text: str) -> Row:
    """Take a row from the page of a finding; raise ValueError when the page does not say what every page says."""
    head, meaning = _HEAD.search(text), _MEANING.search(text)
    if not head or not meaning or head[2] not in CONCERNS or not set(head[1].split(", ")) <= set(SEVERITIES):
        raise ValueError(f"docs/findings/{name}.md: says no severity and concern, or not what it means; see its neighbours")
    sentence = _SENTENCE.match(" ".join(meaning[1].split()))
    severities = sorted(head[1].split(", "), key=SEVERITIES.index)
    return Row(name, head[2], severities, f"{sentence[1]}." if sentence else meaning[1])


def _table(rows: Iterable[Row]) -> str:
    ordered = sorted(rows, key=lambda row: (SEVERITIES.index(row.severities[0]), row.name))
    lines = [
        f"| [{row.name}]({row.name}.md) | {', '.join(row.severities)} | {row.sentence.replace('|', chr(92) + '|')} |\n" for row in ordered
    ]
    return "| finding | severity | when |\n|---|---|---|\n" + "".join(lines)
