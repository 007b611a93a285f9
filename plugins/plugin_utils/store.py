# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep documents on the controller."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors


def save_json(path: Path, document: object) -> None:
    """Write a document as JSON in one step: a reader sees the old file or the new one. Raises SourceUnavailable with the way out."""
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
            # The temporary file is private; the document is as readable as any file of this user.
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
