# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what observe saw of a host (a file of JSON Lines beside its audit), as columns for the report."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_fields as take
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_rows, spool
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Samples

# As many as a chart can show; of more, every n-th is taken, the last one too.
MOST = 120
# What a chart beside the states is worth; everything else stays in the file.
RATES = (
    ("Tcp", "ActiveOpens"),
    ("Tcp", "PassiveOpens"),
    ("Tcp", "AttemptFails"),
    ("Tcp", "EstabResets"),
    ("Tcp", "RetransSegs"),
    ("TcpExt", "ListenOverflows"),
    ("TcpExt", "ListenDrops"),
    ("TcpExt", "TCPTimeWaitOverflow"),
    ("TcpExt", "PAWSTimewait"),
)
_LABELS = frozenset(label for label, _name in RATES)
Line = Mapping[str, Any]


def of_host(host: str, folders: Sequence[Path]) -> Samples | None:
    """Return the samples of the last run of observe in these folders; None where there are none. Lines that are broken are left out."""
    name = spool.file_name(host, spool.SAMPLES)
    runs = [run for folder in folders if (run := _last_run(folder / name, host))]
    return _columns(max(runs, key=lambda run: str(run[0]["started"]))) if runs else None


def _last_run(path: Path, host: str) -> list[Line]:
    """Return the lines of the run that wrote last; a file may hold several, one after the other."""
    run: list[Line] = []
    for line in _lines(path, host):
        if run and run[-1]["started"] != line["started"]:
            run = []
        run.append(line)
    return run


def _lines(path: Path, host: str) -> Iterator[Line]:
    try:
        with path.open("rb") as stream:
            for raw in stream:
                with contextlib.suppress(spool.Broken):
                    yield _checked(spool.parsed(raw, path.name), host)
    except (FileNotFoundError, IsADirectoryError):
        return


def _checked(line: Line, host: str) -> Line:
    """Return what the report takes over of a line; raise Broken for another host and for what is no line of observe."""
    seconds = line.get("seconds")
    if line.get("host") != host or isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
        raise spool.Broken(f"no sample of {host}")
    counters = take.mapping(line, "counters")
    numbers: dict[str, dict[str, int]] = {label: take.counts(counters, label) for label in sorted(_LABELS & counters.keys())}
    return {
        "started": take.time(line, "started"),
        "seconds": seconds,
        **report_rows.sockets(take.mapping(line, "sockets")),
        "counters": {name: numbers[label][name] for label, name in RATES if name in numbers.get(label, {})},
    }


def _columns(run: Sequence[Line]) -> Samples:
    shown = _thinned(sorted(run, key=lambda line: float(line["seconds"])))
    states = sorted({state for line in shown for state in line["states"]})
    rates = {name: _rates(name, shown) for _label, name in RATES}
    columns = {
        "time": shown[0]["started"],
        "seconds": [line["seconds"] for line in shown],
        "total": [line["total"] for line in shown],
        "states": {state: [line["states"].get(state, 0) for line in shown] for state in states},
        "rates": {name: column for name, column in rates.items() if any(column)},
    }
    return cast(Samples, columns)


def _thinned(run: Sequence[Line]) -> Sequence[Line]:
    if len(run) <= MOST:
        return run
    return [run[index * (len(run) - 1) // (MOST - 1)] for index in range(MOST)]


def _rates(name: str, run: Sequence[Line]) -> list[float]:
    """Return the rise per second up to each sample; a counter that fell back, as of a namespace made anew, says nothing."""
    column = [0.0]
    for before, after in pairwise(run):
        seconds = after["seconds"] - before["seconds"]
        rise = after["counters"].get(name, 0) - before["counters"].get(name, 0)
        known = name in before["counters"] and rise > 0 and seconds > 0
        column.append(round(rise / seconds, 3) if known else 0.0)
    return column
