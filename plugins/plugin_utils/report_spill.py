# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what comes later in a file while the rows pass: in memory while it is little, then in a nameless file."""

from __future__ import annotations

import tempfile
from typing import TextIO, cast

_IN_MEMORY = 1024 * 1024


def scratch() -> TextIO:
    """Return a text file in UTF-8 for writing and reading, gone when it is closed; it lies in TMPDIR once it is larger than 1 MiB."""
    return cast(TextIO, tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", errors="backslashreplace", newline=""))
