# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Narrow a stage to what was named on make's command line: PYTHONS=2.7, KERNELS=6.1, SCENARIOS=boot."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def chosen(what: str, rows: Sequence[Row], name: Callable[[Row], str]) -> list[Row]:
    """Return the rows that LINUXNET_TCP_<what> names, all of them where it is empty; raise ValueError for a name that there is not.

    Without the error a misspelled name would run nothing, and pass.
    """
    wanted = os.environ.get(f"LINUXNET_TCP_{what}", "").split()
    known = [name(row) for row in rows]
    if strangers := sorted(set(wanted) - set(known)):
        raise ValueError(f"{what}: there is no {', '.join(strangers)}; there are {', '.join(known)}")
    return [row for row in rows if not wanted or name(row) in wanted]
