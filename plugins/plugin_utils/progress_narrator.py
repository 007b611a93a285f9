# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide when progress is worth a line, and hand it to what writes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from ansible_collections.linuxnet.tcp.plugins.plugin_utils.progress import Snapshot

# How often a bar is drawn anew, and the clock of everything that is due.
TICK_SECONDS = 0.5


class Sink(Protocol):
    """What writes progress somewhere; ``event`` is one of wave_begun, progress, heartbeat, wave_ended, ended."""

    def tell(self, event: str, shot: Snapshot) -> None:
        """Write one event."""

    def tick(self, shot: Snapshot) -> None:
        """Bring up to date what is drawn in place."""

    def close(self) -> None:
        """Let go of what is held; nothing is told after it."""


class Fuse:
    """Take a sink out of use once it fails: progress must not fail a play, nor complain for each line of it."""

    def __init__(self, sink: Sink, complain: Callable[[str], None]) -> None:
        self._sink: Sink | None = sink
        self._complain = complain

    def call(self, method: Callable[[Sink], None]) -> None:
        """Call a method of the sink; when it fails, say so once and never call the sink again."""
        if self._sink is None:
            return
        try:
            method(self._sink)
        except Exception as error:
            self._sink = None
            self._complain(f"rollout_progress: {error}; progress is no longer written there, the play goes on")


class Narrator:
    """Say which event is due: a line per wave, at most one per interval between, one per heartbeat while nothing comes back."""

    def __init__(self, interval: float, heartbeat: float) -> None:
        self._interval, self._heartbeat = interval, heartbeat
        self._told = self._moved = 0.0
        self._shown: object = None

    def begin(self, now: float) -> None:
        """Count the intervals from now."""
        self._told = self._moved = now

    def moved(self, now: float) -> None:
        """Take note that a host returned."""
        self._moved = now

    def told(self, shot: Snapshot, now: float) -> None:
        """Take note of a line that was written out of turn."""
        self._told, self._shown = now, _essence(shot)

    def due(self, shot: Snapshot, now: float) -> str | None:
        """Return ``progress``, ``heartbeat`` or None, and take what is returned for written."""
        if now - self._told < self._interval:
            return None
        quiet = now - max(self._moved, self._told)
        if self._heartbeat and shot.waiting and quiet >= self._heartbeat:
            event = "heartbeat"
        elif _essence(shot) != self._shown:
            event = "progress"
        else:
            return None
        self.told(shot, now)
        return event


def _essence(shot: Snapshot) -> object:
    """What must change for another line to be worth its place."""
    return shot.wave, shot.ok, shot.restored, shot.failed, shot.lost, shot.task, shot.reported


class Ticker:
    """Call a function every half second until stopped, in a thread that ends with the process."""

    def __init__(self, function: Callable[[], None], seconds: float = TICK_SECONDS) -> None:
        self._function, self._seconds = function, seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rollout_progress", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it: one that writes while the interpreter goes down would abort the process."""
        self._end.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._end.wait(self._seconds):
            self._function()


class Fuses:
    """All sinks, each behind its own fuse."""

    def __init__(self, sinks: Sequence[Sink], complain: Callable[[str], None]) -> None:
        self._fuses = [Fuse(sink, complain) for sink in sinks]

    def tell(self, event: str, shot: Snapshot) -> None:
        """Tell every sink that still works."""
        for fuse in self._fuses:
            fuse.call(lambda sink: sink.tell(event, shot))

    def tick(self, shot: Snapshot) -> None:
        """Let every sink redraw."""
        for fuse in self._fuses:
            fuse.call(lambda sink: sink.tick(shot))

    def close(self) -> None:
        """Close every sink."""
        for fuse in self._fuses:
            fuse.call(lambda sink: sink.close())
