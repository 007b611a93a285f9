# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as SARIF 2.1.0 for GitHub code scanning, Azure DevOps and editors: a result for each rule that fails, hosts as its locations.

A result for each host and rule would be above what GitHub takes (25,000 results, 1,000 locations each, 10 MB compressed) with a few hundred
hosts. What a host has is said in the message of its location; how many have it in that of the result.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO
from urllib import parse

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_results, spool
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Benchmark, Head, Row, Rows, Rule
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_results import Result

MAX_RESULTS, MAX_LOCATIONS = 25_000, 1_000
# Over all results: far below 10 MB compressed, and what memory holds whatever the number of hosts.
MAX_LOCATIONS_IN_ALL = 60_000
_MAX_SAID, _MAX_TAGS = 200, 20
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"high": "error", "medium": "warning", "low": "note", "info": "note"}
# GitHub sorts by it: 7.0 and above is high, 4.0 medium, below that low.
_SCORES = {"high": "8.0", "medium": "5.0", "low": "3.0", "info": "0.0"}
_UNAUDITED = "host-not-audited"
_REPORTED = ("fail", "error", "waived")
Json = dict[str, Any]
_UNAUDITED_RULE: Json = {
    "id": _UNAUDITED,
    "shortDescription": {"text": "Host without an audit"},
    "help": {"text": "Nothing is known of these hosts. See that they can be reached, then audit them again."},
    "defaultConfiguration": {"level": "error"},
    "properties": {"tags": []},
}


@dataclass
class _Group:
    """The hosts that have one rule with one status: all are counted, the first are kept as host and message."""

    hosts: int = 0
    new: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)
    waiver: str = ""


class _Groups:
    """Take the results of each host; keep no more than MAX_LOCATIONS_IN_ALL of them, but one for each group at least."""

    def __init__(self) -> None:
        self.by_rule: dict[tuple[str, str], _Group] = {}
        self._kept = 0

    def add_host(self, row: Row) -> None:
        if row["status"] == "error":
            self._add((_UNAUDITED, "error"), row["host"], ": ".join(report_results.error(row)), True)
        new = set(row["drift"]["new"]) if "drift" in row else None
        found: dict[tuple[str, str], list[Result]] = {}
        for result in report_results.of_host(row):
            if result.status in _REPORTED:
                found.setdefault((result.rule, result.status), []).append(result)
        for key, results in found.items():
            group = self._add(key, row["host"], _seen(results), new is None or any(result.key in new for result in results))
            if not group.waiver and results[0].waived:
                group.waiver = report_results.waiver(results[0])

    def _add(self, key: tuple[str, str], host: str, said: str, new: bool) -> _Group:
        group = self.by_rule.setdefault(key, _Group())
        group.hosts += 1
        group.new += new
        if not group.kept or (len(group.kept) < MAX_LOCATIONS and self._kept < MAX_LOCATIONS_IN_ALL):
            group.kept.append((host, said))
            self._kept += 1
        return group


def _seen(results: list[Result]) -> str:
    """Return what one host has of one rule; a kind of finding may be there more than once."""
    more = f" (and {len(results) - 1} more)" if len(results) > 1 else ""
    return report_results.line(report_results.said(results[0]), _MAX_SAID) + more


class Sarif:
    """Write report.sarif."""

    name = "sarif"
    file_name = "report.sarif"

    def write(self, head: Head, rows: Rows, stream: TextIO) -> None:
        """Read the rows once, then write a result a line."""
        groups = _Groups()
        for row in rows():
            groups.add_host(row)
        unaudited = [_UNAUDITED_RULE] if head["summary"]["hosts"]["error"] else []
        rules = [*unaudited, *map(_rule, head["rules"])][:MAX_RESULTS]
        start = {"$schema": _SCHEMA, "version": "2.1.0"}
        run = {
            "tool": {"driver": _driver(head, rules)},
            "invocations": [_invocation(head)],
            "columnKind": "unicodeCodePoints",
        }
        stream.write(_dumped(start)[:-1] + ',"runs":[' + _dumped(run)[:-1] + ',"results":[')
        between = "\n"
        for result in _results(head, groups):
            stream.write(between + _dumped(result))
            between = ",\n"
        stream.write("\n]}]}\n")


def _dumped(value: object) -> str:
    """Return JSON in ASCII, so that nothing in it steers a terminal."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("\x7f", "\\u007f")


def message(text: str) -> str:
    """Return plain text as SARIF wants it in a message, where brackets are links (3.11.6) and braces placeholders (3.11.5)."""
    escaped = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")


def _driver(head: Head, rules: list[Json]) -> Json:
    return {"name": head["tool"]["name"], "version": head["tool"]["version"], "rules": rules}


def _invocation(head: Head) -> Json:
    audits = head["run"].get("audits")
    times = {"startTimeUtc": audits["oldest"], "endTimeUtc": audits["newest"]} if audits else {"endTimeUtc": head["run"]["generated"]}
    return {"executionSuccessful": True, **times}


def _rule(rule: Rule) -> Json:
    tags = [report_results.line(_benchmark(item), 100) for item in rule.get("controls", ())][:_MAX_TAGS]
    why = {"fullDescription": {"text": report_results.line(rule["why"], 1000)}} if rule.get("why") else {}
    return {
        "id": report_results.line(rule["id"]),
        "shortDescription": {"text": report_results.line(rule["title"])},
        **why,
        "help": {"text": _help(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule["severity"]]},
        "properties": {"security-severity": _SCORES[rule["severity"]], "tags": ["security", *dict.fromkeys(tags)][:_MAX_TAGS]},
    }


def _benchmark(item: Benchmark) -> str:
    return f"{item['benchmark']} {item['id']}"


def _help(rule: Rule) -> str:
    lines = [rule.get("why", ""), f"Remedy: {rule['remedy']}" if rule.get("remedy") else ""]
    lines += [f"Will not help: {text}" for text in rule.get("will_not_help", ())]
    shown = [report_results.line(text, 1000) for text in lines if text]
    return "\n".join(shown) or f"Set it with the role linuxnet.tcp.tune; wanted: {report_results.line(', '.join(rule.get('wanted', ())))}"


def _results(head: Head, groups: _Groups) -> Iterator[Json]:
    """Yield a result for the hosts without an audit, then for each rule one of what fails, what could not be judged and what is waived."""
    about = [(rule["id"], rule["title"], _LEVELS[rule["severity"]]) for rule in head["rules"]]
    if head["summary"]["hosts"]["error"]:
        about.insert(0, (_UNAUDITED, _UNAUDITED_RULE["shortDescription"]["text"], "error"))
    known = ((index, *rule, status) for index, rule in enumerate(about[:MAX_RESULTS]) for status in _REPORTED)
    found = ((row, group) for row in known if (group := groups.by_rule.get((row[1], row[-1]))))
    for (index, rule, title, level, status), group in itertools.islice(found, MAX_RESULTS):
        yield {
            "ruleId": report_results.line(rule),
            "ruleIndex": index,
            "level": level,
            "message": {"text": message(_said(title, status, group, head["summary"]["hosts"]["total"]))},
            "locations": [_location(host, said) for host, said in group.kept],
            # GitHub would take the first host for what a result is about, and open another alert when that host is gone.
            "partialFingerprints": {
                "primaryLocationLineHash": _fingerprint(rule, status),
                "linuxnetTcpRule/v1": _fingerprint(rule, status),
            },
            **({"baselineState": _baseline_state(group)} if "drift" in head["summary"] else {}),
            **({"suppressions": [_suppression(group)]} if status == "waived" else {}),
            "properties": {"hosts": group.hosts, "status": status},
        }


def _said(title: str, status: str, group: _Group, total: int) -> str:
    words = {"fail": "fail", "error": "could not be judged", "waived": "deviate and are waived"}[status]
    more = "" if group.hosts <= len(group.kept) else f"; the first {len(group.kept)} are listed"
    return f"{report_results.line(title)}: {group.hosts} of {total} hosts {words}{more}"


def _location(host: str, said: str) -> Json:
    """Return a host as a file, the name that the spool gives it, since GitHub takes no result without one; and by its own name."""
    uri = "hosts/" + parse.quote(spool.file_name(host), safe="")
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": report_results.line(host), "kind": "resource"}],
        "message": {"text": message(said)},
    }


def _fingerprint(rule: str, status: str) -> str:
    return hashlib.sha256(f"{rule}\n{status}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _baseline_state(group: _Group) -> str:
    if group.new == 0:
        return "unchanged"
    return "new" if group.new >= group.hosts else "updated"


def _suppression(group: _Group) -> Json:
    return {"kind": "external", "status": "accepted", "justification": group.waiver}


EMITTER = Sarif()
