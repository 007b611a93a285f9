# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a snapshot of progress as a line, as a bar, as what is waited for, and as a document for tools."""

from __future__ import annotations

from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.progress import Snapshot, Waiting

SCHEMA_VERSION = 1
SHOWN_WAITING = 3
MAX_NAME = 40
# Columns that a bar takes, brackets and blank included, where the line leaves that much.
BAR_CELLS = (30, 20, 10)


def duration(seconds: float) -> str:
    """Return seconds in two figures or so: ``42s``, ``61m``, ``3h20m``, ``2d03h``."""
    whole = max(0, int(seconds))
    if whole < 100:
        return f"{whole}s"
    minutes = whole // 60
    if minutes < 100:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}h{minutes:02}m"
    days, hours = divmod(hours, 24)
    return f"{days}d{hours:02}h"


def line(shot: Snapshot) -> str:
    """Return ``wave 3/7  hosts 160/1000  ok 158  restored 0  lost 2  elapsed 12m  left 61m``; failed hosts are named when there are any."""
    remaining = "?" if shot.left is None else duration(shot.left)
    return f"{_counts(shot)}  elapsed {duration(shot.elapsed)}  left {remaining}"


def between(shot: Snapshot) -> str:
    """Return the line with what the wave is about at this moment."""
    return "  ".join([line(shot), *_now(shot)])


def waiting(shot: Snapshot) -> str:
    """Return which hosts are waited for, the slowest first."""
    named = ", ".join(_named(row) for row in shot.waiting[:SHOWN_WAITING])
    more = len(shot.waiting) - SHOWN_WAITING
    return f"wave {shot.wave}/{shot.waves}  waiting for {named}" + (f" and {more} more" if more > 0 else "")


def last(shot: Snapshot) -> str:
    """Return the closing line of a play."""
    word = "all waves are over" if shot.done >= shot.hosts else f"ended with {shot.hosts - shot.done} hosts not done"
    return f"{_counts(shot)}  elapsed {duration(shot.elapsed)}  {word}"


def with_bar(shot: Snapshot, columns: int) -> str:
    """Return the line behind a bar, cut to fit into one row of a terminal."""
    text = between(shot)
    room = columns - 1
    cells = next((cells for cells in BAR_CELLS if len(line(shot)) + cells + 3 <= room), 0)
    if cells:
        full = cells * min(shot.done, shot.hosts) // max(1, shot.hosts)
        text = f"[{'#' * full}{'-' * (cells - full)}] {text}"
    slow = f"  {_named(shot.waiting[0])}" if shot.waiting and shot.waiting[0].seconds >= 10 else ""
    return (text + slow)[: max(0, room)]


def document(event: str, time: str, shot: Snapshot) -> dict[str, Any]:
    """Return one line of the progress file, see schemas/progress.schema.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "time": time,
        "event": event,
        "play": shot.play,
        **({"rollout": shot.rollout} if shot.rollout else {}),
        "wave": shot.wave,
        "waves": shot.waves,
        "wave_hosts": shot.wave_hosts,
        "hosts": shot.hosts,
        "done": shot.done,
        "ok": shot.ok,
        "restored": shot.restored,
        "failed": shot.failed,
        "lost": shot.lost,
        "elapsed_seconds": round(shot.elapsed, 3),
        "left_seconds": None if shot.left is None else round(shot.left, 3),
        "task": shot.task,
        **({} if shot.reported is None else {"reported": shot.reported}),
        "waiting_hosts": len(shot.waiting),
        "waiting": [{"host": row.host, "seconds": round(row.seconds, 3), "task": row.task} for row in shot.waiting[:SHOWN_WAITING]],
    }


def _counts(shot: Snapshot) -> str:
    """A play without receipts restores nothing, so it speaks of failed hosts in that place."""
    restored = [f"restored {shot.restored}"] if shot.rollout else []
    failed = [f"failed {shot.failed}"] if shot.failed or not shot.rollout else []
    parts = [f"wave {shot.wave}/{shot.waves}", f"hosts {shot.done}/{shot.hosts}", f"ok {shot.ok}", *restored, *failed, f"lost {shot.lost}"]
    return "  ".join(parts)


def _now(shot: Snapshot) -> list[str]:
    if not shot.task:
        return []
    counted = "" if shot.reported is None else f" {shot.reported}/{shot.wave_hosts}"
    return [f'now{counted} "{_short(shot.task)}"']


def _named(row: Waiting) -> str:
    return f'{printable.line(row.host, MAX_NAME)} {duration(row.seconds)} "{_short(row.task)}"'


def _short(task: str) -> str:
    """Return a task's name without that of its role, which is the same for all."""
    return str(printable.line(task.rpartition(" : ")[2], MAX_NAME))
