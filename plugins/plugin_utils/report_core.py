# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a report out of spools: rows one at a time, counts beside them, then every format from the rows that were written.

Memory holds the names of the hosts, the counts and one row; the rows go through a file.
"""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, cast

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    documents,
    report_baseline,
    report_formats,
    report_rows,
    report_samples,
    spool,
    store,
)
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import SCHEMA_VERSION, Baseline, Head, Row
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_tally import Tally

TOOL = "linuxnet.tcp"
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Request:
    """What to report.

    ``hosts`` are those that must be in the report and the only ones; None takes whoever has a file. ``newer_than`` and ``generated`` are
    moments in UTC, as in 2026-11-29T05:22:43Z. ``formats`` come beside report.json and report.jsonl.
    """

    spool: Sequence[Path]
    dest: Path
    generated: str
    formats: Sequence[str] = field(default_factory=report_formats.names)
    hosts: Sequence[str] | None = None
    newer_than: str = ""
    baseline: Path | None = None
    title: str = ""


def write(request: Request, progress: Progress | None = None) -> Head:
    """Write the files of a report, each in one step, and return its head; ``progress`` is told how many hosts were read.

    Raises InvalidInput for what cannot be read as it was meant, SourceUnavailable for what cannot be written.
    """
    emitters = [report_formats.emitter(name) for name in request.formats if name not in report_formats.SOURCES]
    with report_baseline.opened(request.baseline) as earlier, _scratch(request.dest) as scratch:
        tally = Tally()
        for row in _counted(request, earlier, tally, progress):
            scratch.write(_line(row))
        if earlier is not None:
            tally.count_gone(earlier.finish())
        head = _head(request, tally, earlier.about if earlier else None)
        _write_json(request.dest, head, scratch)
    rows = functools.partial(read_rows, request.dest / report_formats.SOURCES["jsonl"])
    for emitter in emitters:
        with store.replacing(request.dest / emitter.file_name, "dest") as stream:
            emitter.write(head, rows, stream)
    return head


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a report.jsonl, one at a time."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        next(stream, None)
        for line in stream:
            yield cast(Row, json.loads(line))


def version() -> str:
    """Return the version of this collection: from its manifest where it is installed, from galaxy.yml in a checkout."""
    manifest = documents.COLLECTION / "MANIFEST.json"
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    lines = (documents.COLLECTION / "galaxy.yml").read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith("version:"))


def _scratch(dest: Path) -> TextIO:
    """Return a nameless file for the rows, on the disk that the report needs anyway."""
    try:
        dest.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cast(TextIO, tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=dest))
    except OSError as error:
        raise errors.SourceUnavailable(
            f"dest: cannot write to {dest} on the controller: {error.strerror}; give a folder that you may write"
        ) from error


def _counted(request: Request, earlier: report_baseline.Earlier | None, tally: Tally, progress: Progress | None) -> Iterator[Row]:
    for number, entry in enumerate(spool.entries(request.spool, request.hosts), 1):
        row, whys = _row(entry, request)
        samples = report_samples.of_host(entry.host, request.spool)
        if samples:
            row["samples"] = samples
        drift = report_baseline.compare(row, earlier.take(entry.host)) if earlier else {}
        tally.add(row, whys, drift)
        if progress:
            progress(number)
        yield row


def _row(entry: spool.Entry, request: Request) -> tuple[Row, dict[str, str]]:
    """Return a host's row and why the profile wants its settings: of the newest file that can be read, else an error."""
    if not entry.paths:
        return report_rows.error_row(entry.host, "missing", "no audit of this host in the spool"), {}
    read, broken = [], []
    for path in entry.paths:
        try:
            record = spool.read(path)
            read.append((report_rows.row_of(record, entry.host), report_rows.whys(record)))
        except spool.Broken as error:
            broken.append(error.message)
    if not read:
        return report_rows.error_row(entry.host, "broken", "; ".join(broken)), {}
    row, whys = max(read, key=lambda pair: pair[0].get("time", ""))
    since = row.get("time", "")
    if request.newer_than and since < request.newer_than:
        when = f"the last one is of {since}" if since else "the one that is there does not say when it was made"
        return report_rows.error_row(entry.host, "stale", f"no audit since {request.newer_than}; {when}", since), {}
    return row, whys


def _head(request: Request, tally: Tally, baseline: Baseline | None) -> Head:
    audits = {"oldest": tally.oldest, "newest": tally.newest}
    run = {
        "generated": request.generated,
        **({"title": spool.shown(request.title)} if request.title else {}),
        **({"audits": audits} if tally.oldest else {}),
        **({"baseline": baseline} if baseline else {}),
    }
    head = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": TOOL, "version": version()},
        "run": run,
        "profiles": tally.profiles(),
        "summary": tally.summary(with_drift=baseline is not None),
        "rules": tally.rules(),
    }
    return cast(Head, head)


def _line(value: object) -> str:
    """Return JSON in ASCII: one line, and nothing in it that steers a terminal."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("\x7f", "\\u007f") + "\n"


def _write_json(dest: Path, head: Head, rows: TextIO) -> None:
    """Write the two files that hold everything; one host is one line in both."""
    first = _line(head)
    with store.replacing(dest / report_formats.SOURCES["jsonl"], "dest") as stream:
        rows.seek(0)
        stream.write(first)
        stream.writelines(rows)
    with store.replacing(dest / report_formats.SOURCES["json"], "dest") as stream:
        rows.seek(0)
        stream.write(first.rstrip()[:-1] + ',"hosts":[')
        between = "\n"
        for line in rows:
            stream.write(between + line.rstrip("\n"))
            between = ",\n"
        stream.write("\n]}\n")
