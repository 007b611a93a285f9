# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what the demo measured: the article's table, the settings, the findings, the promises and the times."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from demo_plan import Outcome
from demo_ui import Screen, table

Document = dict[str, Any]

# In the article's order. After its tuning the article gives TIME_WAIT alone.
ARTICLE_BEFORE = {
    "TIME_WAIT": 25087,
    "ESTABLISHED": 1070,
    "CLOSE_WAIT": 125,
    "FIN_WAIT1": 17,
    "FIN_WAIT2": 247,
    "LAST_ACK": 7,
    "CLOSING": 4,
    "SYN_RECV": 2,
    "LISTEN": 9,
}
ARTICLE_AFTER = {"TIME_WAIT": 682}
ARTICLE_SETTINGS = {
    "net.ipv4.tcp_syncookies": "1",
    "net.ipv4.tcp_tw_reuse": "1",
    "net.ipv4.tcp_tw_recycle": "1",
    "net.ipv4.tcp_max_tw_buckets": "5000",
    "net.ipv4.tcp_max_syn_backlog": "8192",
    "net.ipv4.tcp_keepalive_time": "1200",
    "net.ipv4.ip_local_port_range": "1024 65000",
}
SEVERITY_STYLES = {"high": "red", "medium": "yellow", "low": "yellow", "info": "dim"}
WIDTH = 110


def report(screen: Screen, before: Document, after: Document, outcome: Outcome) -> None:
    """Print every table; the promises come last, as they decide."""
    _heading(screen, "Sockets by state")
    screen_lines(
        screen,
        table(("state", "article before", "article after", "measured before", "measured after"), states(before, after), (1, 2, 3, 4)),
    )
    for remark in outcome.remarks:
        _wrapped(screen, remark, "")
    _heading(screen, "Settings")
    screen_lines(screen, table(("key", "before", "after", "article", "verdict"), settings(before, after, outcome)))
    _heading(screen, "Findings of the audit")
    findings(screen, before, after)
    _heading(screen, "Time")
    phases = [(name, f"{seconds:.1f} s") for name, seconds in outcome.phases]
    screen_lines(screen, table(("step", "took"), [*phases, ("all", f"{sum(seconds for dummy, seconds in outcome.phases):.1f} s")], (1,)))


def promises(screen: Screen, outcome: Outcome) -> bool:
    """Print what was promised and whether it was kept; return whether all was."""
    _heading(screen, "What the demo promises")
    for promise in outcome.promises:
        mark = screen.paint("kept  ", "green") if promise.kept else screen.paint("BROKEN", "red")
        screen.line(f"{mark}  {promise.text}{': ' + promise.detail if promise.detail else ''}")
    return bool(outcome.promises) and all(promise.kept for promise in outcome.promises)


def states(before: Document, after: Document) -> Iterator[tuple[str, ...]]:
    """Yield one row per state, the article's first; a number that the article does not give stays blank."""
    first, second = before["sockets"]["states"], after["sockets"]["states"]
    for name in [*ARTICLE_BEFORE, *sorted({*first, *second} - {*ARTICLE_BEFORE})]:
        article = [f"{numbers[name]:,}" if name in numbers else "" for numbers in (ARTICLE_BEFORE, ARTICLE_AFTER)]
        yield (name, *article, f"{first.get(name, 0):,}", f"{second.get(name, 0):,}")
    yield ("all", f"{sum(ARTICLE_BEFORE.values()):,}", "", f"{sum(first.values()):,}", f"{sum(second.values()):,}")


def settings(before: Document, after: Document, outcome: Outcome) -> Iterator[tuple[str, ...]]:
    """Yield one row per setting of the profile, in its order, as read from /proc and the drop-in, with what became of it."""
    for name, values in outcome.settings.items():
        shown = [value if (value := values[when]) is not None else "-" for when in ("before", "after")]
        yield (name, *shown, ARTICLE_SETTINGS.get(name, ""), _became(name, values, before, after))


def _became(name: str, values: dict[str, str | None], before: Document, after: Document) -> str:
    facts = before["parameters"].get(name, {})
    if not facts.get("supported", True):
        removed = f"gone since Linux {facts['removed_in']}" if "removed_in" in facts else facts.get("reason", "not supported here")
        return f"{removed}: reported, not set"
    kept = values["drop_in"] == values["after"]
    became = "changed" + (", kept for the next boot" if kept else "")
    if values["before"] == values["after"]:
        became = "held already" + (", now kept for the next boot too" if kept else "")
    warned = any(finding.get("parameter") == name and finding["severity"] != "info" for finding in after["findings"])
    return became + ("; see the findings" if warned else "")


def findings(screen: Screen, before: Document, after: Document) -> None:
    """Print which findings of the first audit are gone, then those of the second one in full."""
    screen.line(f"Before: {_verdict(before)}. After: {_verdict(after)}.")
    earlier, remaining = ({_identity(finding) for finding in document["findings"]} for document in (before, after))
    gone = [finding for finding in before["findings"] if _identity(finding) not in remaining]
    if gone:
        screen.line()
        screen.line("Gone after tuning:", "bold")
        for finding in gone:
            _wrapped(screen, f"{finding['severity']:<6}  {finding['title']}", "        ")
    if after["findings"]:
        screen.line()
        screen.line("Found after tuning:", "bold")
    for finding in after["findings"]:
        severity = screen.paint(finding["severity"].ljust(6), SEVERITY_STYLES[finding["severity"]])
        new = "" if _identity(finding) in earlier else "  (new)"
        screen.line(f"{severity}  {finding['title']}{new}")
        screen.line(f"        explained in docs/findings/{finding['id']}.md")
        _wrapped(screen, f"        evidence: {_text(finding['evidence'])}", "          ")
        _wrapped(screen, f"        what to do: {finding['remedy']}", "          ")
        for useless in finding.get("will_not_help", ()):
            _wrapped(screen, f"        will not help: {useless}", "          ")


def _verdict(document: Document) -> str:
    counts = {severity: sum(finding["severity"] == severity for finding in document["findings"]) for severity in SEVERITY_STYLES}
    said = ", ".join(f"{number} {severity}" for severity, number in counts.items() if number) or "no findings"
    return f"{'compliant' if document['compliant'] else 'not compliant'} ({said})"


def _identity(finding: Document) -> tuple[str, str]:
    return finding["id"], finding.get("parameter", "")


def _text(value: Any) -> str:
    """Return evidence as one line, whether it is text, a list or a mapping; empty parts say nothing and are left out."""
    if isinstance(value, dict) and {"address", "port"} <= value.keys():
        return f"{value['address']}:{value['port']}"
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_text(part)}" for name, part in value.items() if part not in ("", [], {}))
    if isinstance(value, list):
        rows = any(isinstance(part, dict) and "address" not in part for part in value)
        return " ".join(f"({_text(part)})" if rows else _text(part) for part in value)
    return str(value)


def _heading(screen: Screen, title: str) -> None:
    screen.line()
    screen.line(title, "bold")
    screen.line("=" * len(title), "dim")


def screen_lines(screen: Screen, lines: list[str]) -> None:
    """Print lines as they are."""
    for line in lines:
        screen.line(line)


def _wrapped(screen: Screen, text: str, indent: str) -> None:
    screen_lines(screen, textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))
