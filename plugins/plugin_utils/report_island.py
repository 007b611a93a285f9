# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pack the rows of a report as the JSON that report.html carries; what many hosts share is written once.

report_page/data.js reads it back and has to be changed with this file:

* ``{"head": Head, "chunks": [{"things": [...], "hosts": [CELLS, ...]}, ...]}``. ``things`` of all chunks make one list.
* A *reference* is a place in that list, from 1, or, once the list is full, the value itself in a list of one (``[value]``).
* CELLS are the values of ``_cells`` in its order; empty ones are 0, and those at the end are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_cut
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import (
    Before,
    Control,
    Drift,
    Finding,
    Head,
    HostStatus,
    Row,
    Samples,
    Sockets,
)

_STATUSES: tuple[HostStatus, ...] = ("compliant", "noncompliant", "error")
_SHARED = ("id", "severity", "concerns", "remedy", "will_not_help", "parameter", "waived")
_HOSTS_IN_A_CHUNK, _LINES = 500, ",\n"
# Bounds the memory of the table that finds repeated values: about 15 MiB.
_THINGS = 60_000
# Characters for what findings of one host alone say: shared out among the hosts that are not compliant, and some for all.
_DETAILS, _DETAILS_FOR_ALL = 5 << 19, 1 << 19
_EVIDENCE, _TITLE = 1500, 400
_FINDINGS, _KEYS = 50, 50
# Where there is no space left: findings, their texts, and controls that are like those of no host before.
_SHORT_FINDINGS, _SHORT_TEXT, _SHORT_CONTROLS = 3, 100, 3
# Characters for samples of all hosts; a point of a chart takes about 25. Fewer points than these draw no chart, more none that is better.
_SAMPLES, _POINT, _FEWEST_POINTS, _MOST_POINTS, _RATES = 2 << 20, 25, 12, 120, 12


def dumps(value: Any) -> str:
    """Return JSON in ASCII that can stand in any element of an HTML page: no ``<``, ``>`` or ``&`` in it."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def pieces(head: Head, rows: Iterable[Row], sampled: int) -> Iterator[str]:
    """Yield the text of the JSON document; ``sampled`` is the number of hosts with samples."""
    yield f'{{"head":{dumps(report_cut.deep(head, rows=None, keys=None))},"chunks":['
    packer, left, comma = Packer(head, sampled), iter(rows), ""
    while hosts := [dumps(packer.cells(row)) for row in islice(left, _HOSTS_IN_A_CHUNK)]:
        yield f'{comma}\n{{"things":[{",".join(packer.things.taken())}],\n"hosts":[{_LINES.join(hosts)}]}}'
        comma = ","
    yield "]}"


class Things:
    """Give every value a reference; ``written`` counts the characters that all of them took."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.written = 0
        self._places: dict[bytes, int] = {}
        # So that 0 can say that there is nothing.
        self._new = ["null"]

    def reference(self, value: Any) -> Any:
        """Return where the value stands in the list of things, or ``[value]`` when the list is full."""
        text = dumps(value)
        key = self._key(text)
        place = self._places.get(key)
        if place is not None:
            return place
        self.written += len(text)
        if len(self._places) >= _THINGS:
            return [value]
        self._new.append(text)
        self._places[key] = len(self._places) + 1
        return self._places[key]

    def known(self, value: Any) -> bool:
        """Say whether a reference to the value would cost nothing."""
        return self._key(dumps(value)) in self._places

    @staticmethod
    def _key(text: str) -> bytes:
        return blake2b(text.encode("ascii"), digest_size=12).digest()

    def taken(self) -> list[str]:
        """Return the JSON of the things that are new since the last call."""
        new, self._new = self._new, []
        return new


class Packer:
    """Turn rows into cells; what is kept from row to row does not grow with the number of hosts."""

    def __init__(self, head: Head, sampled: int) -> None:
        """Share out the space; ``sampled`` hosts have samples."""
        self.things = Things()
        self._share = _DETAILS / max(1, head["summary"]["hosts"]["noncompliant"])
        self._allowed = float(_DETAILS_FOR_ALL)
        self._short = False
        self._points = min(_MOST_POINTS, max(_FEWEST_POINTS, _SAMPLES // _POINT // max(1, sampled)))

    def cells(self, row: Row) -> list[Any]:
        """Return the cells of a row."""
        if row["status"] == "noncompliant":
            self._allowed += self._share
        self._short = self.things.written > self._allowed
        cells = self._cells(row)
        while cells[-1] == 0:
            cells.pop()
        return cells

    def _cells(self, row: Row) -> list[Any]:
        reference = self.things.reference
        profile = {name: report_cut.deep(row[name]) for name in ("profile", "profile_version", "profile_digest") if name in row}
        controls, findings = self._controls(row["controls"]), self._findings(row["findings"])
        return [
            report_cut.text(row["host"], report_cut.NAME),
            _STATUSES.index(row["status"]),
            _seconds(row.get("time")),
            _or_zero(profile, reference),
            _or_zero(row.get("kernel"), lambda text: reference(report_cut.text(text))),
            _or_zero(row.get("nat"), lambda nat: reference(report_cut.deep(nat))),
            _or_zero(row.get("sockets"), self._sockets),
            _or_zero(controls, reference),
            findings or 0,
            _or_zero(row.get("drift"), lambda drift: reference(_drift(drift))),
            _or_zero(row.get("before"), self._before),
            _or_zero(row.get("samples"), lambda samples: thinned(samples, self._points)),
            _or_zero(row.get("error"), lambda error: reference(report_cut.deep(error))),
            len(row["findings"]) - len(findings),
            len(row["controls"]) - len(controls),
        ]

    def _sockets(self, sockets: Sockets) -> list[Any]:
        """Return the total, then name and number of each state."""
        pairs = ((self.things.reference(report_cut.text(name, report_cut.NAME)), number) for name, number in sockets["states"].items())
        return [sockets["total"], *(cell for pair in pairs for cell in pair)]

    def _before(self, before: Before) -> list[Any]:
        """Return the time, the cell of the sockets and a reference to the running values."""
        running = _or_zero(before.get("running"), lambda values: self.things.reference(report_cut.deep(values)))
        return [_seconds(before.get("time")), _or_zero(before.get("sockets"), self._sockets), running]

    def _controls(self, controls: Sequence[Control]) -> list[Any]:
        """Return references to the controls; most hosts of a profile have all of theirs in common, and so one reference to these."""
        packed = [report_cut.deep(control) for control in controls]
        if self._short:
            news = [control for control in packed if not self.things.known(control)]
            news.sort(key=lambda control: control["status"] != "fail")
            cut = [report_cut.deep(control, _SHORT_TEXT) for control in news[:_SHORT_CONTROLS]]
            packed = cut + [control for control in packed if control not in news]
        return [self.things.reference(control) for control in packed]

    def _findings(self, found: Sequence[Finding]) -> list[Any]:
        """Return references to the findings that there is space for, the worst ones."""
        return [self._finding(item) for item in found[: _SHORT_FINDINGS if self._short else _FINDINGS]]

    def _finding(self, item: Finding) -> Any:
        """Return a reference to ``[what others have too, title, evidence]``; evidence is 0 where there was no space for it."""
        text, title = (_SHORT_TEXT, _SHORT_TEXT) if self._short else (report_cut.TEXT, _TITLE)
        shared = {name: report_cut.deep(item[name], text) for name in _SHARED if name in item}  # type: ignore[literal-required]
        evidence = 0 if self._short else _evidence(item["evidence"])
        return self.things.reference([self.things.reference(shared), report_cut.text(item["title"], title), evidence])


def _evidence(evidence: Mapping[str, Any]) -> Any:
    """Return the evidence, cut deeper until it is short enough; 0 when it never is."""
    for rows, length in ((12, 400), (5, 200), (2, 80)):
        kept = report_cut.deep(evidence, length, rows=rows)
        if len(json.dumps(kept)) <= _EVIDENCE:
            return kept
    return 0


def _or_zero(value: Any, pack: Any) -> Any:
    return pack(value) if value else 0


def _seconds(time: str | None) -> int | str:
    """Return the time as seconds since 1970, which is shorter; what is no time stays as it is."""
    if not time:
        return 0
    try:
        return int(datetime.fromisoformat(time).timestamp())
    except ValueError:
        return report_cut.text(time, report_cut.NAME)


def _drift(drift: Drift) -> dict[str, Any]:
    return {name: report_cut.deep(keys, report_cut.NAME, rows=_KEYS) for name, keys in drift.items()}


def thinned(samples: Samples, points: int) -> dict[str, Any]:
    """Return samples of at most ``points`` points and the counters that rise most; ``of`` says how many points there were.

    Of a rate the highest of those that a point stands for is kept, so that no peak is lost; numbers of sockets are those at its time.
    """
    count = len(samples["seconds"])
    ends = sorted({round((index + 1) * count / points) - 1 for index in range(points)}) if count > points else list(range(count))
    starts = [0, *(end + 1 for end in ends)]
    rising = sorted(samples["rates"].items(), key=lambda item: -max(item[1], default=0))[:_RATES]
    return {
        "time": samples["time"],
        "seconds": [round(samples["seconds"][end], 2) for end in ends],
        "total": [samples["total"][end] for end in ends],
        "states": {name: [column[end] for end in ends] for name, column in samples["states"].items()},
        "rates": {
            report_cut.text(name, report_cut.NAME): [
                round(max(column[start : end + 1]), 3) for start, end in zip(starts, ends, strict=False)
            ]
            for name, column in rising
            if any(column)
        },
        "of": count,
    }
