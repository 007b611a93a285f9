# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep documents on the controller, readable by their owner alone: they tell addresses, ports and processes of hosts."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors


def save_json(path: Path, document: object, option: str = "save_to") -> None:
    """Write a document as JSON in one step, see ``replacing``."""
    with replacing(path, option) as stream:
        stream.write(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


@contextlib.contextmanager
def replacing(path: Path, option: str) -> Iterator[TextIO]:
    """Give a text stream (UTF-8, newlines as they are) whose content takes the place of the file in one step, at the end and without an error.

    A reader sees the old file or the new one. Missing folders are made. A new file has mode 0600; one that is there keeps its mode, so that
    who made it readable for a group has it stay so. What UTF-8 cannot hold becomes an escape. Raises SourceUnavailable with the way out;
    ``option`` is what named the path.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = _temporary(path)
    except OSError as error:
        raise _unwritable(path, option, error) from error
    temporary = Path(stream.name)
    try:
        yield stream
        _put(stream, temporary, path)
    except OSError as error:
        raise _unwritable(path, option, error) from error
    finally:
        with contextlib.suppress(OSError):
            stream.close()
        # It is there still when anything went wrong.
        temporary.unlink(missing_ok=True)


def _temporary(path: Path) -> TextIO:
    # A name of any length may stand before it.
    settings = {"mode": "w", "encoding": "utf-8", "errors": "backslashreplace", "newline": ""}
    place = {"dir": path.parent, "prefix": f".{path.name[:100]}.", "delete": False}
    stream: TextIO = tempfile.NamedTemporaryFile(**settings, **place)  # type: ignore[call-overload]  # noqa: SIM115
    return stream


def _put(stream: TextIO, temporary: Path, path: Path) -> None:
    stream.flush()
    os.fsync(stream.fileno())
    # The temporary file is 0600 by itself (mkstemp(3)).
    if path.is_file():
        temporary.chmod(stat.S_IMODE(path.stat().st_mode))
    temporary.replace(path)


def _unwritable(path: Path, option: str, error: OSError) -> errors.LinuxnetError:
    return errors.SourceUnavailable(f"{option}: cannot write {path} on the controller: {error.strerror}; give a path that you may write")
