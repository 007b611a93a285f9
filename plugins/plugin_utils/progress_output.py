# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write progress: as lines, as a bar at the foot of a terminal, as JSON Lines into a file."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import progress_text
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.progress import Snapshot

ERASE_LINE = b"\r\x1b[2K"
# What a play prints while a bar is up goes through these methods of ansible.utils.display.Display.
PRINTS, ASKS = ("display",), ("prompt_until", "do_var_prompt")
# A run under ansible-runner has a terminal that nobody looks at; so do those of most CI systems.
NO_TERMINAL = ("AWX_ISOLATED_DATA_DIR", "CI")


def wants_bar(style: str, terminal: bool, environment: Mapping[str, str]) -> bool:
    """Say whether to draw a bar: when asked to, or when the stream is a terminal that a person can be expected to watch."""
    watched = terminal and environment.get("TERM", "dumb") != "dumb" and not any(environment.get(name) for name in NO_TERMINAL)
    return style == "bar" or (style == "auto" and watched)


class Lines:
    """Write plain lines through a function that takes text."""

    def __init__(self, write: Callable[[str], None], every: bool = True) -> None:
        self._write, self._every = write, every

    def tell(self, event: str, shot: Snapshot) -> None:
        """Write the line of an event; where a bar shows the rest, of waves and the end alone. A play of one host gets no line per wave."""
        if event == "wave_ended" and (shot.hosts > 1 or shot.rollout):
            self._write(progress_text.line(shot))
        elif event == "ended" and (shot.hosts > 1 or shot.rollout):
            self._write(progress_text.last(shot))
        elif event == "progress" and self._every:
            self._write(progress_text.between(shot))
        elif event == "heartbeat" and self._every:
            self._write(progress_text.waiting(shot))

    def tick(self, shot: Snapshot) -> None:
        """Nothing is drawn in place."""

    def close(self) -> None:
        """Nothing is held."""


class JsonLines:
    """Append a JSON document per event to a file that only its owner reads; each line in one write(2)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def tell(self, event: str, shot: Snapshot) -> None:
        """Append one line. Raises OSError; what was begun when the disk is full stays a line that is no JSON."""
        if self._fd < 0:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY, 0o600)
        time = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = json.dumps(progress_text.document(event, time, shot), ensure_ascii=True)
        os.write(self._fd, text.encode() + b"\n")

    def tick(self, shot: Snapshot) -> None:
        """Nothing is drawn in place."""

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class Bar:
    """Keep a bar at the foot of a terminal, and take it away while anything else is printed or asked.

    Only the process that made it draws: workers are forks of it.
    """

    def __init__(self, fd: int, display: Any, lock: threading.RLock) -> None:
        self._fd, self._display, self._lock = os.dup(fd), display, lock
        self._owner = os.getpid()
        self._text = self._drawn = b""
        self._hidden = 0
        self._wrapped = {name: self._wrap(name, hides) for names, hides in ((PRINTS, False), (ASKS, True)) for name in names}

    def tell(self, event: str, shot: Snapshot) -> None:
        """Take the bar away at the end of a play."""
        if event == "ended":
            self._text = b""
            self._wipe()
        else:
            self.tick(shot)

    def tick(self, shot: Snapshot) -> None:
        """Draw the bar anew where it changed."""
        # A terminal whose size nobody set says 0.
        columns = os.get_terminal_size(self._fd).columns or 80
        self._text = progress_text.with_bar(shot, columns).encode("ascii", "replace")
        self._draw()

    def close(self) -> None:
        """Take the bar away and give the display its own methods back."""
        self._text = b""
        self._wipe()
        for name, before in self._wrapped.items():
            if before is None:
                self._display.__dict__.pop(name, None)
            else:
                self._display.__dict__[name] = before
        os.close(self._fd)

    def _draw(self) -> None:
        with self._lock:
            if self._text and not self._hidden and self._text != self._drawn:
                os.write(self._fd, ERASE_LINE + self._text)
                self._drawn = self._text

    def _wipe(self) -> None:
        with self._lock:
            if self._drawn:
                os.write(self._fd, ERASE_LINE)
                self._drawn = b""

    def _wrap(self, name: str, hides: bool) -> Any:
        """Put a wrapper before a method of the display; return what stood in the instance before, or None."""
        before = self._display.__dict__.get(name)
        method = getattr(self._display, name, None)
        if method is not None:
            self._display.__dict__[name] = self._around(method, hides)
        return before

    def _around(self, method: Callable[..., Any], hides: bool) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if os.getpid() != self._owner:
                return method(*args, **kwargs)
            with self._aside(hides):
                return method(*args, **kwargs)

        return call

    @contextlib.contextmanager
    def _aside(self, hides: bool) -> Iterator[None]:
        """Hold the bar back: with the lock for as long as a line is printed, without it for as long as a question waits."""
        with self._lock:
            self._hidden += 1
            with contextlib.suppress(OSError):
                self._wipe()
            if not hides:
                try:
                    yield
                finally:
                    self._come_back()
                return
        try:
            yield
        finally:
            with self._lock:
                self._come_back()

    def _come_back(self) -> None:
        self._hidden -= 1
        with contextlib.suppress(OSError):
            self._draw()
