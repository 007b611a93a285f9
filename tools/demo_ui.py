# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what happens: numbered steps, a live line on a terminal, a line every few seconds elsewhere, plain tables."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

QUIET_SECONDS = 5.0
LIVE_SECONDS = 0.1
CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


class Screen:
    """Print steps, progress and tables to one stream; colour on a terminal only, never with NO_COLOR (no-color.org)."""

    def __init__(self, stream: TextIO = sys.stdout, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self.live = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.colour = self.live and not os.environ.get("NO_COLOR")
        self._shown = 0
        self._last = -QUIET_SECONDS

    def paint(self, text: str, style: str) -> str:
        """Wrap text in a colour, or return it as it is where there is none."""
        return f"\033[{CODES[style]}m{text}\033[0m" if self.colour and style else text

    def line(self, text: str = "", style: str = "") -> None:
        """Print one finished line."""
        self._clear()
        print(self.paint(text, style), file=self._stream, flush=True)

    def step(self, title: str) -> None:
        """Open a step; the next progress line is shown at once."""
        self._last = -QUIET_SECONDS
        self.line()
        self.line(title, "bold")

    def progress(self, text: str) -> None:
        """Show where a long step stands: over the last line on a terminal, else now and then as a line of its own."""
        now = self._clock()
        if now - self._last < (LIVE_SECONDS if self.live else QUIET_SECONDS):
            return
        self._last = now
        if self.live:
            text = "  " + text[: shutil.get_terminal_size().columns - 3]
            print("\r" + text.ljust(self._shown), end="", file=self._stream, flush=True)
            self._shown = len(text)
        else:
            print("  " + text, file=self._stream, flush=True)

    def done(self, text: str) -> None:
        """Close a step or a part of it with what came out."""
        self.line("  " + text)

    def _clear(self) -> None:
        if self._shown:
            print("\r" + " " * self._shown + "\r", end="", file=self._stream)
            self._shown = 0


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> list[str]:
    """Lay rows out in columns under a ruled header; the columns in numbers are set flush right."""
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [
        "  ".join(_set(cell, width, column in numbers) for column, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return [line.rstrip() for line in lines]


def _set(cell: str, width: int, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)
