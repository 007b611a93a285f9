# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the words and figures of the HTML page together from the head of a report and the overview over its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_overview
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_bars import percent, shares
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Head, Rule, Summary
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_overview import Overview, State

_TITLE = "TCP settings and sockets of the fleet"
_HOSTS = {"compliant": "compliant", "noncompliant": "not compliant", "error": "without a verdict"}
_PROFILE_KINDS = ("compliant", "low", "medium", "high")
_CONCERNS = {"setting": "Settings", "traffic": "Traffic", "boot": "Files read at boot"}
_STATUSES = {
    "pass": "pass",
    "fail": "fail",
    "info": "information",
    "waived": "waived",
    "not_applicable": "not applicable",
    "error": "cannot be read",
}
_COLUMNS = {
    "setting": {"fail": "fail", "waived": "waived", "not_applicable": "n/a", "error": "error", "pass": "pass"},
    "finding": {"fail": "found", "waived": "waived", "info": "info", "pass": "not found"},
}
_BADNESS = ("fail", "error", "waived", "info", "not_applicable")


def context(head: Head, overview: Overview) -> dict[str, Any]:
    """Return what the template prints; every text in it is as strangers wrote it."""
    worst = overview.worst()
    return {
        "head": head,
        "title": head["run"].get("title", _TITLE),
        "verdict": _verdict(head["summary"]),
        "profiles": list(_profiles(overview)),
        "concerns": [_concern(words, overview.concerns.get(name, Counter())) for name, words in _CONCERNS.items()],
        "legend": list(_STATUSES.items()),
        "checks": [group for group in (_group(head, "setting", "Settings"), _group(head, "finding", "Findings")) if group["rules"]],
        "classes": [words for _low, words in report_overview.CLASSES],
        "states": [_state(state, overview.counted) for state in overview.states()],
        "worst": worst,
        "worst_words": _worst_words(len(worst), overview.bad),
        "unjudged": overview.unjudged,
        "errors_words": _errors_words(overview),
    }


def _verdict(summary: Summary) -> dict[str, Any]:
    hosts = summary["hosts"]
    counts = {kind: int(hosts[kind]) for kind in _HOSTS}  # type: ignore[literal-required]
    words, more = _sentence(hosts["total"], counts)
    return {
        "words": words,
        "more": more,
        "shares": shares((kind, counts[kind], name) for kind, name in _HOSTS.items()),
        "hosts": [(kind, name, counts[kind]) for kind, name in _HOSTS.items()],
        "figures": list(_figures(summary)),
    }


def _sentence(total: int, counts: Mapping[str, int]) -> tuple[str, str]:
    """Return the verdict in one sentence, and in another what limits it."""
    judged = total - counts["error"]
    if not total:
        return "There is no host in this report.", ""
    lost = f"{_hosts(counts['error'])} could not be judged." if counts["error"] else "Every host was judged."
    if not judged:
        return "No host could be judged.", lost
    if not counts["noncompliant"]:
        return f"All {_hosts(judged)} that were judged are compliant." if judged > 1 else "The host that was judged is compliant.", lost
    verb = "is" if counts["noncompliant"] == 1 else "are"
    return f"{counts['noncompliant']:,} of {_hosts(judged)} {verb} not compliant.", lost


def _hosts(number: int) -> str:
    return f"{number:,} host" if number == 1 else f"{number:,} hosts"


def _figures(summary: Summary) -> Iterator[tuple[str, str, str]]:
    hosts, controls, findings = summary["hosts"], summary["controls"], summary["findings"]
    judged = hosts["total"] - hosts["error"]
    yield "Compliant, of the hosts judged", percent(hosts["compliant"], judged), f"{hosts['compliant']:,} of {judged:,}"
    decided = controls["pass"] + controls["fail"]
    others = controls["waived"] + controls["not_applicable"] + controls["error"]
    yield (
        "Settings that pass",
        percent(controls["pass"], decided),
        f"{controls['fail']:,} fail; {others:,} waived, not applicable or not readable",
    )
    rest = f"{findings['medium']:,} medium, {findings['low']:,} low, {findings['waived']:,} waived"
    yield "Findings of high severity", f"{findings['high']:,}", rest
    if "drift" in summary:
        drift = summary["drift"]
        hosts_words = f"{drift['fixed']:,} fixed, {drift['unchanged']:,} unchanged; {_hosts(drift['added'])} added, {drift['gone']:,} gone"
        yield "New findings since the baseline", f"{drift['new']:,}", hosts_words
    else:
        yield "Hosts without a verdict", f"{hosts['error']:,}", percent(hosts["error"], hosts["total"]) + " of all"


def _profiles(overview: Overview) -> Iterator[dict[str, Any]]:
    for (name, version), counts in sorted(overview.profiles.items()):
        total = counts.total()
        yield {
            "name": name,
            "version": version,
            **{kind: counts[kind] for kind in _PROFILE_KINDS},
            "shares": shares((kind, counts[kind], kind) for kind in _PROFILE_KINDS),
            "words": f"{name}: {counts['compliant']:,} of {_hosts(total)} compliant",
        }


def _concern(words: str, counts: Counter[str]) -> dict[str, Any]:
    return {"words": words, "counts": [counts[name] for name in ("high", "medium", "low", "info", "waived")]}


def _group(head: Head, kind: str, title: str) -> dict[str, Any]:
    """Return the rules of a kind, those that most hosts fail first; ``place`` is the place in the head, by which the script finds them."""
    placed = [(place, rule) for place, rule in enumerate(head["rules"]) if rule["kind"] == kind]
    placed.sort(key=lambda item: [-item[1]["counts"][name] for name in _BADNESS])  # type: ignore[literal-required]
    columns = _COLUMNS[kind]
    return {
        "title": title,
        "what": title[:-1],
        "columns": list(columns.values()),
        "rules": [_rule(place, rule, columns) for place, rule in placed],
    }


def _rule(place: int, rule: Rule, columns: Mapping[str, str]) -> dict[str, Any]:
    counts: Mapping[str, int] = rule["counts"]  # type: ignore[assignment]
    kinds = [kind for kind in _STATUSES if kind in columns]
    return {
        "place": place,
        "title": rule["title"] if rule["kind"] == "finding" else rule["id"],
        "mono": rule["kind"] == "setting",
        "severity": rule["severity"],
        "shares": shares((kind, counts[kind], _STATUSES[kind]) for kind in kinds),
        "words": ", ".join(f"{_STATUSES[kind]} {counts[kind]:,}" for kind in kinds if counts[kind]) or "no host",
        "counts": [(words, counts[kind]) for kind, words in columns.items()],
        "facts": list(_facts(rule)),
    }


def _facts(rule: Rule) -> Iterator[tuple[str, Any]]:
    if "why" in rule:
        yield "Why", rule["why"]
    if "wanted" in rule:
        yield "Wanted", rule["wanted"]
    if rule["kind"] == "finding":
        yield "Id", rule["id"]
        yield "About", _CONCERNS[rule["concerns"]]
    if "remedy" in rule:
        yield "What to do", rule["remedy"]
    if "will_not_help" in rule:
        yield "Does not help", rule["will_not_help"]
    if "controls" in rule:
        yield "Controls", [f"{control['benchmark']}: {control['id']}" for control in rule["controls"]]


def _state(state: State, hosts: int) -> dict[str, Any]:
    cells = [
        {
            "count": count,
            "place": str(place),
            "heat": str(_heat(count, hosts) if place else 0),
            "words": _cell_words(state.name, place, count),
        }
        for place, count in enumerate(state.classes)
    ]
    return {"name": state.name, "cells": cells, "total": state.total, "most": state.most, "host": state.host, "place": state.place}


def _cell_words(name: str, place: int, count: int) -> str:
    return f"{_hosts(count)} with {report_overview.CLASSES[place][1]} in {name}: show them"


def _heat(count: int, hosts: int) -> int:
    """Return how strongly a cell is shaded, 0 to 4, by its share of the hosts."""
    return sum(count * 100 >= least * hosts for least in (1, 10, 35, 70)) if count and hosts else 0


def _worst_words(shown: int, bad: int) -> str:
    order = "by findings of high, then medium, then low severity that are not waived"
    return f"The worst {shown:,} of {bad:,} hosts with findings, {order}" if shown < bad else f"All {_hosts(bad)} with findings, {order}"


def _errors_words(overview: Overview) -> str:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in overview.kinds_of_errors())
    total = overview.errors.total()
    return kinds if total <= len(overview.unjudged) else f"{kinds}; the first {len(overview.unjudged):,} by name"
