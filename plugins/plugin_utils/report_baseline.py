# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the hosts of a report with an earlier report, one host at a time: both are ordered by host name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_fields as take
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_rows, spool
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Baseline, Before, Drift, Row

_WAY_OUT = "give a report.json or report.jsonl as linuxnet.tcp.report wrote it"


class Earlier:
    """Hold the place in an earlier report; ask for hosts in the order of their names, then ``close`` it."""

    def __init__(self, path: Path) -> None:
        """Open the report and read its head. Raises InvalidInput for a file that is no report."""
        # JSON Lines end with the file.
        self.gone, self._path, self._last, self._end = 0, path, "", b""
        try:
            self._stream = path.open("rb")
        except OSError as error:
            raise errors.InvalidInput(f"baseline: cannot read {path}: {error.strerror}; {_WAY_OUT}") from error
        try:
            self.about = self._head(self._stream.readline())
            self._next = self._read()
        except errors.LinuxnetError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def _head(self, line: bytes) -> Baseline:
        text = line.rstrip()
        if text.endswith(b'"hosts":['):
            text, self._end = text + b"]}", b"]}"
        head = self._parsed(text)
        if head.get("schema_version") != 1 or not isinstance(head.get("run"), dict):
            raise errors.InvalidInput(f"baseline: {self._path} is no report of version 1; {_WAY_OUT}")
        return {"generated": str(head["run"].get("generated", "")), "file": self._path.name}

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            return spool.parsed(line, str(self._path))
        except spool.Broken as error:
            raise errors.InvalidInput(f"baseline: {error.message}; {_WAY_OUT}") from error

    def _read(self) -> Row | None:
        """Return the next host; None at the end."""
        line = self._stream.readline().strip()
        if line == self._end:
            return None
        row = self._parsed(line.rstrip(b","))
        host = row.get("host")
        if not isinstance(host, str) or host < self._last:
            raise errors.InvalidInput(f"baseline: {self._path}: host {printable.show(host)} is out of order; {_WAY_OUT}")
        self._last = host
        return cast(Row, row)

    def take(self, host: str) -> Row | None:
        """Return the host as it was; None when the earlier report does not have it. Hosts before it count as ``gone``."""
        while self._next is not None and self._next["host"] < host:
            self._pass_by()
        if self._next is None or self._next["host"] != host:
            return None
        found, self._next = self._next, self._read()
        return found

    def finish(self) -> int:
        """Read to the end; return how many hosts only the earlier report has."""
        while self._next is not None:
            self._pass_by()
        return self.gone

    def _pass_by(self) -> None:
        self.gone += 1
        self._next = self._read()


@contextlib.contextmanager
def opened(path: Path | None) -> Iterator[Earlier | None]:
    """Give the earlier report, or None without a path."""
    if path is None:
        yield None
        return
    with contextlib.closing(Earlier(path)) as earlier:
        yield earlier


def compare(row: Row, was: Row | None) -> dict[str, int]:
    """Put ``drift`` and ``before`` into a row where both reports audited the host; return what it counts in summary.drift.

    Raises InvalidInput when the earlier row does not have the shape of one.
    """
    if was is None:
        return {"added": 1}
    try:
        audited = take.word(cast(dict[str, Any], was), "status", ("compliant", "noncompliant", "error")) != "error"
        if not audited or row["status"] == "error":
            return {}
        then, now = report_rows.keys(was), report_rows.keys(row)
        row["before"] = _before(row, was)
    except (spool.Broken, KeyError, TypeError, AttributeError) as error:
        raise errors.InvalidInput(
            f"baseline: host {printable.show(row['host'])} is not as a report has it ({error}); {_WAY_OUT}"
        ) from error
    drift: Drift = {"new": sorted(now - then), "fixed": sorted(then - now), "unchanged": sorted(now & then)}
    row["drift"] = drift
    return {"compared": 1, "new": len(drift["new"]), "fixed": len(drift["fixed"]), "unchanged": len(drift["unchanged"])}


def _before(row: Row, was: Row) -> Before:
    running = {control["id"]: control.get("running") for control in row["controls"]}
    others = {
        control["id"]: take.text(cast(dict[str, Any], control), "running")
        for control in was["controls"]
        if "running" in control and control["id"] in running and running[control["id"]] != control["running"]
    }
    before: dict[str, Any] = {
        **take.given(cast(dict[str, Any], was), time=take.time),
        **({"sockets": report_rows.sockets(was["sockets"])} if "sockets" in was else {}),
        **({"running": others} if others else {}),
    }
    return cast(Before, before)
