# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep documents on the controller, readable by their owner alone: they tell addresses, ports and processes of hosts."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors


def save_json(path: Path, document: object) -> None:
    """Write a document as JSON in one step: a reader sees the old file or the new one. Raises SourceUnavailable with the way out.

    A new file has mode 0600; one that is there keeps its mode, so that who made it readable for a group has it stay so.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    except OSError as error:
        raise errors.SourceUnavailable(
            f"save_to: cannot write {path} on the controller: {error.strerror}; give a path that you may write"
        ) from error


def _replace(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            # The temporary file is 0600 by itself (mkstemp(3)).
            if path.is_file():
                temporary.chmod(stat.S_IMODE(path.stat().st_mode))
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
