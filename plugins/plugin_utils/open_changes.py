# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report changes that a run left half-done, or that nobody confirmed, and that nobody on the host looks after any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings

_Row = Mapping[str, Any]
_USELESS = ["A restart of the host: the next boot sets what stands in the files now"]


def left_behind(facts: Mapping[str, Any]) -> list[findings.Finding]:
    """Return a finding for each of the ``journals`` of a host (docs/architecture.md, 3.4) without a run or a watchdog."""
    return [made for row in facts.get("journals", ()) if not row["attended"] for made in _RULES[row["status"]](row)]


def _half_done(row: _Row) -> Iterator[findings.Finding]:
    yield findings.finding(
        "change-half-done",
        "medium",
        f"a run of {_whose(row)} died half-way: part of its values and files may be set",
        _evidence(row),
        _remedy(row),
        will_not_help=_USELESS,
    )


def _unconfirmed(row: _Row) -> Iterator[findings.Finding]:
    yield findings.finding(
        "change-unconfirmed",
        "medium",
        f"the change of {_whose(row)} was not confirmed, and its watchdog is gone",
        _evidence(row),
        _remedy(row),
        will_not_help=_USELESS,
    )


_RULES = {"open": _half_done, "unconfirmed": _unconfirmed}


def _whose(row: _Row) -> str:
    return f"{row['time']}" + (f" ({row['comment']})" if "comment" in row else "")


def _evidence(row: _Row) -> dict[str, Any]:
    return {"journal": row["id"], "status": row["status"], "time": row["time"], "comment": row.get("comment")}


def _remedy(row: _Row) -> str:
    return (
        f"Run net_sysctl with state: restored and journal: {row['id']}. "
        "The next net_sysctl or tune role that sets something puts it back first, too, and says so."
    )
