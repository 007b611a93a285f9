# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Excuse findings that the operator accepts for a time, and say when that time is over."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import NEVER_EXCUSED, Waiver
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Verdict


@dataclass(frozen=True)
class Waivers:
    """The waivers of a profile that speak about one host, and the day on which they are judged."""

    rows: Sequence[Waiver]
    today: datetime.date

    def verdict(self, verdict: Verdict) -> Verdict:
        """Return a verdict whose finding is waived and plans nothing: what the operator accepts is not tuned away."""
        if verdict.finding is None:
            return verdict
        marked = self.mark(verdict.finding)
        return replace(verdict, finding=marked, planned=None) if "waived" in marked else verdict

    def mark(self, item: findings.Finding) -> findings.Finding:
        """Return a finding with ``waived: {reason, expires}`` when a waiver covers it; what is info needs none."""
        covering = next((row for row in self.rows if not self._expired(row) and _covers(row, item)), None)
        if covering is None or "waived" in item:
            return item
        return {**item, "waived": {"reason": covering.reason, "expires": covering.expires.isoformat()}}

    def expired(self, found: Sequence[findings.Finding]) -> Iterator[findings.Finding]:
        """Report each expired waiver: low when it would still be needed, info when nothing is left that it covers."""
        for row in self.rows:
            if self._expired(row):
                yield _expired(row, [item for item in found if "waived" not in item and _covers(row, item)], self.today)

    def _expired(self, row: Waiver) -> bool:
        return self.today > row.expires


def of_host(rows: Sequence[Waiver], host_name: str, today: datetime.date | None) -> Waivers:
    """Return the waivers for a host by its inventory name; raise ValueError when there are some and no day to judge them by."""
    own = [row for row in rows if not row.hosts or any(fnmatch.fnmatchcase(host_name, glob) for glob in row.hosts)]
    if own and today is None:
        raise ValueError("waivers are judged by the day, hand it in")
    return Waivers(own, today or datetime.date.max)


def _covers(row: Waiver, item: findings.Finding) -> bool:
    if item["severity"] == "info" or item["id"] in NEVER_EXCUSED:
        return False
    return row.id in ("", item["id"]) and row.setting in ("", item.get("parameter"))


def _expired(row: Waiver, covered: Sequence[findings.Finding], today: datetime.date) -> findings.Finding:
    what = " of ".join(part for part in (row.id, row.setting) if part)
    needed = f"{len(covered)} finding{'s' * (len(covered) != 1)} count again" if covered else "nothing is left that it covers"
    return findings.finding(
        "waiver-expired",
        "low" if covered else "info",
        f"The waiver for {what} expired on {row.expires.isoformat()}: {needed}",
        {
            "waiver": row.id or None,
            "setting": row.setting or None,
            "reason": row.reason,
            "expires": row.expires.isoformat(),
            "judged_on": today.isoformat(),
            "covers": [{key: item[key] for key in ("id", "parameter") if key in item} for item in covered],
        },
        "Tune the host, or decide anew and give the waiver a later day." if covered else "Take the waiver out of the profile.",
        parameter=row.setting or None,
    )
