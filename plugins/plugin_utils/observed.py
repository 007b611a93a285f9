# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Append what observe saw of a host to the host's file of JSON Lines on the controller."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import spool

SCHEMA_VERSION = 1
# No link is followed: the file is ours or new.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW


def append(folder: Path, host: str, started: str, series: Sequence[Mapping[str, Any]]) -> Path:
    """Append one line for each sample in one write, so that runs beside each other do not mix; return the path of the file.

    ``series`` is what socket_info returned, ``started`` when, as spool.moment writes it. Raises SourceUnavailable with the way out.
    """
    path = folder / spool.file_name(host, spool.SAMPLES)
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in _lines(host, started, series))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, _FLAGS, 0o600)
        try:
            # A line that was cut, by a full disk or a crash, is not to swallow the first one of this run.
            _write_all(descriptor, (b"" if _ends_well(descriptor) else b"\n") + text.encode("ascii"))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise errors.SourceUnavailable(
            f"spool: cannot write {path} on the controller: {error.strerror}; give a folder that you may write"
        ) from error
    return path


def _lines(host: str, started: str, series: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for sample in series:
        yield {
            "schema_version": SCHEMA_VERSION,
            "host": host,
            "started": started,
            "seconds": sample["seconds"],
            "sockets": {"total": sample["total"], "states": sample["states"]},
            "counters": sample["counters"],
        }


def _ends_well(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def _write_all(descriptor: int, data: bytes) -> None:
    """Write the bytes; a disk that takes a part of them raises with the next call."""
    while data:
        data = data[os.write(descriptor, data) :]
