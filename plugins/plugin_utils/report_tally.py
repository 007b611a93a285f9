# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count over the rows of a report as they pass: what is held grows with the number of rules and profiles, not with that of hosts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.finding_titles import title
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import (
    STATUSES,
    Benchmark,
    Control,
    Finding,
    Profile,
    Row,
    Rule,
    Summary,
)

_HOST_STATUSES = ("compliant", "noncompliant", "error")
_FINDING_COUNTS = ("high", "medium", "low", "info", "waived")
_RULE_COUNTS = ("pass", "fail", "info", "not_applicable", "waived", "error")
_MAX_WANTED = 10
# A host that has a kind of finding more than once counts by the one that says most.
_RANK = ("fail", "waived", "info")


def severest(severities: Iterable[str]) -> str:
    """Return the highest of the severities; info when there is none."""
    return max(severities, key=findings.SEVERITIES.index, default="info")


@dataclass
class _Sums:
    """What is known of one rule so far."""

    severity: str = "info"
    counts: Counter[str] = field(default_factory=Counter)
    wanted: list[str] = field(default_factory=list)
    why: str = ""
    concerns: str = ""
    controls: dict[tuple[str, str], Benchmark] = field(default_factory=dict)
    remedy: str = ""
    will_not_help: Sequence[str] = ()


class Tally:
    """Take each row once; ``summary``, ``profiles`` and ``rules`` then hold for all of them."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.hosts: Counter[str] = Counter()
        self.oldest, self.newest = "", ""
        self._controls: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()
        self._drift: Counter[str] = Counter()
        self._profiles: Counter[tuple[str, str, str]] = Counter()
        self._settings: dict[str, _Sums] = {}
        self._kinds: dict[str, _Sums] = {}

    def add(self, row: Row, whys: Mapping[str, str], drift: Mapping[str, int]) -> None:
        """Count a row; ``whys`` says by name why the profile wants a setting, ``drift`` holds counts of this host for summary.drift."""
        self.hosts[row["status"]] += 1
        self._drift.update(drift)
        if row["status"] == "error":
            return
        self._profiles[(row["profile"], row.get("profile_version", ""), row.get("profile_digest", ""))] += 1
        if "time" in row:
            self.oldest = min(self.oldest or row["time"], row["time"])
            self.newest = max(self.newest, row["time"])
        for control in row["controls"]:
            self._add_control(control, whys.get(control["id"], ""))
        self._add_findings(row["findings"])

    def _add_control(self, control: Control, why: str) -> None:
        self._controls[control["status"]] += 1
        sums = self._settings.setdefault(control["id"], _Sums())
        sums.counts[control["status"]] += 1
        sums.severity = severest((sums.severity, control.get("severity", "info")))
        sums.why = sums.why or why
        if control["wanted"] not in sums.wanted and len(sums.wanted) < _MAX_WANTED:
            sums.wanted.append(control["wanted"])
        for benchmark in control.get("benchmark", ()):
            sums.controls.setdefault((benchmark["benchmark"], benchmark["id"]), benchmark)

    def _add_findings(self, found: Sequence[Finding]) -> None:
        said: dict[str, int] = {}
        for item in found:
            status = "waived" if "waived" in item else "info" if item["severity"] == "info" else "fail"
            self._findings["waived" if status == "waived" else item["severity"]] += 1
            said[item["id"]] = min(said.get(item["id"], len(_RANK)), _RANK.index(status))
            sums = self._kinds.get(item["id"])
            if sums is None:
                helpless = item.get("will_not_help", ())
                sums = self._kinds[item["id"]] = _Sums(concerns=item["concerns"], remedy=item["remedy"], will_not_help=helpless)
            sums.severity = severest((sums.severity, item["severity"]))
        for kind, rank in said.items():
            self._kinds[kind].counts[_RANK[rank]] += 1

    def summary(self, with_drift: bool) -> Summary:
        """Return the counts over all hosts."""
        found: dict[str, Any] = {
            "hosts": {"total": self.hosts.total(), **_numbers(self.hosts, _HOST_STATUSES)},
            "controls": _numbers(self._controls, STATUSES),
            "findings": _numbers(self._findings, _FINDING_COUNTS),
        }
        if with_drift:
            found["drift"] = _numbers(self._drift, ("new", "fixed", "unchanged", "compared", "added", "gone"))
        return cast(Summary, found)

    def count_gone(self, hosts: int) -> None:
        """Count hosts that only the baseline has."""
        self._drift["gone"] += hosts

    def profiles(self) -> list[Profile]:
        """Return the profiles by which hosts were judged, by name, version and digest."""
        found = []
        for (name, version, digest), hosts in sorted(self._profiles.items()):
            more = {"version": version, "digest": digest}
            found.append(cast(Profile, {"name": name, **{key: text for key, text in more.items() if text}, "hosts": hosts}))
        return found

    def rules(self) -> list[Rule]:
        """Return the settings, then the kinds of findings, each by id."""
        settings = [_setting(name, sums) for name, sums in sorted(self._settings.items())]
        audited = self.hosts.total() - self.hosts["error"]
        return settings + [_kind(kind, sums, audited) for kind, sums in sorted(self._kinds.items())]


def _numbers(counter: Counter[str], names: Iterable[str]) -> dict[str, int]:
    return {name: counter[name] for name in names}


def _setting(name: str, sums: _Sums) -> Rule:
    rule = {
        "id": name,
        "kind": "setting",
        "title": f"{name} = {sums.wanted[0]}" if len(sums.wanted) == 1 else name,
        "severity": sums.severity,
        "wanted": sorted(sums.wanted),
        **({"why": sums.why} if sums.why else {}),
        **({"controls": [benchmark for _key, benchmark in sorted(sums.controls.items())]} if sums.controls else {}),
        "counts": _numbers(sums.counts, _RULE_COUNTS),
    }
    return cast(Rule, rule)


def _kind(kind: str, sums: _Sums, audited: int) -> Rule:
    rule = {
        "id": kind,
        "kind": "finding",
        "concerns": sums.concerns,
        "title": title(kind),
        "severity": sums.severity,
        "remedy": sums.remedy,
        **({"will_not_help": list(sums.will_not_help)} if sums.will_not_help else {}),
        "counts": {**_numbers(sums.counts, _RULE_COUNTS), "pass": audited - sums.counts.total()},
    }
    return cast(Rule, rule)
