# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what happened in a rollout, one JSON line for each host and step, so that nothing has to be remembered by a process that may die."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

SCHEMA_VERSION = 1
FILE = "receipts.jsonl"
LAST = "last"
# The steps of a wave, in which no host has a part alone.
WAVE = ""
Receipt = dict[str, Any]
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}")


def new_id(now: datetime.datetime) -> str:
    """Return an id that sorts by time and is nobody else's."""
    return f"{now.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


class Receipts:
    """Read and append the receipts of one rollout in ``<folder>/<id>/receipts.jsonl``."""

    def __init__(self, folder: Path, rollout: str) -> None:
        """Name the rollout; nothing is read or made. Raises InvalidInput for what is no id."""
        if not _ID.fullmatch(rollout):
            raise errors.InvalidInput(
                f'rollout: "{rollout}" is no id of a rollout; give one as 20261129T052243Z-3f9a1c, a folder in {folder}'
            )
        self.rollout = rollout
        self.folder = folder / rollout
        self._path = self.folder / FILE

    def make(self) -> None:
        """Make the folder, which its owner alone may read. Raises SourceUnavailable."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def append(self, *lines: Mapping[str, Any], now: datetime.datetime) -> None:
        """Append receipts in one write and wait until the disk has them. Raises SourceUnavailable: what is not on record must not happen."""
        stamped = ({"schema_version": SCHEMA_VERSION, **self._stamp(now), **line} for line in lines)
        raw = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in stamped).encode("ascii")
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                # Workers of many hosts write at once; the lock ends with the descriptor.
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                _write_all(descriptor, _mended(self._path) + raw)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _stamp(self, now: datetime.datetime) -> dict[str, str]:
        return {
            "id": f"{self.rollout}.{secrets.token_hex(4)}",
            "rollout": self.rollout,
            "time": now.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def read(self, host: str | None = None) -> Iterator[Receipt]:
        """Yield the receipts, or those of one host, in the order in which they were written; a line that was cut when a controller died is left out.

        Raises InvalidInput when there are none.
        """
        # Every worker asks for its own host, and receipts are long: the lines of other hosts are not parsed.
        needle = b"" if host is None else json.dumps(host).encode("ascii")
        try:
            with self._path.open("rb") as stream:
                for raw in stream:
                    line = _parsed(raw) if needle in raw else None
                    if line is not None and host in (None, line.get("host")):
                        yield line
        except OSError as error:
            raise InvalidFolder(self._path, error) from error


class InvalidFolder(errors.InvalidInput):
    """There are no receipts where they were looked for."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Take the path and what the system said."""
        way_out = "give the rollout's id and the rollout_dir that it was run with"
        super().__init__(f"{path} cannot be read: {error.strerror}; {way_out}")  # type: ignore[no-untyped-call]


def find(folder: Path, name: str) -> str:
    """Return the id of a rollout: ``name`` itself, the newest one for ``last``. Raises InvalidInput when there is none."""
    if name != LAST:
        return name
    try:
        found = [path.name for path in folder.iterdir() if _ID.fullmatch(path.name) and (path / FILE).is_file()]
    except OSError as error:
        raise InvalidFolder(folder, error) from error
    if not found:
        raise errors.InvalidInput(f"{folder} holds no rollout; give the rollout_dir of the one that you mean")
    return max(found)


def of_rollout(name: str) -> str:
    """Return the rollout of a receipt's id, or of a rollout's."""
    return name.partition(".")[0]


def _parsed(raw: bytes) -> Receipt | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) and raw.endswith(b"\n") else None


def _mended(path: Path) -> bytes:
    """Return the newline that a line lacks which was cut: the next one must not be lost with it."""
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return b""
        stream.seek(-1, os.SEEK_END)
        return b"" if stream.read(1) == b"\n" else b"\n"


def _write_all(descriptor: int, raw: bytes) -> None:
    while raw:
        raw = raw[os.write(descriptor, raw) :]


def _unwritable(path: Path, error: OSError) -> errors.LinuxnetError:
    return errors.SourceUnavailable(
        f"rollout_dir: cannot write {path} on the controller: {error.strerror}; give a folder that you may write, nothing is changed without a receipt"
    )
