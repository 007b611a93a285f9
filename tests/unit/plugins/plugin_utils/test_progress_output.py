# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a line is due, and that no sink can do harm."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import progress, progress_narrator, progress_output

SHOT = progress.Progress(progress.Play("Roll out", (3, 7)), 0.0).snapshot(0.0)
WAITING = (progress.Waiting("h1", 70.0, "Apply"),)


def narrator(interval: float = 10, heartbeat: float = 60) -> progress_narrator.Narrator:
    found = progress_narrator.Narrator(interval, heartbeat)
    found.begin(100.0)
    return found


def test_nothing_is_due_before_the_interval_nor_without_news() -> None:
    found = narrator()
    assert found.due(SHOT._replace(ok=1), 109.9) is None
    assert found.due(SHOT._replace(ok=1), 110.0) == "progress"
    assert found.due(SHOT._replace(ok=2), 119.9) is None
    assert found.due(SHOT._replace(ok=1), 130.0) is None
    assert found.due(SHOT._replace(ok=2), 130.1) == "progress"


def test_a_line_per_wave_counts_for_the_interval() -> None:
    found = narrator()
    found.told(SHOT._replace(wave=1), 109.0)
    assert found.due(SHOT._replace(wave=2), 118.9) is None
    assert found.due(SHOT._replace(wave=2), 119.0) == "progress"


@pytest.mark.parametrize(
    ("heartbeat", "waiting", "expected"),
    [(60, WAITING, "heartbeat"), (0, WAITING, None), (60, (), None)],
    ids=["waiting", "switched off", "nobody to wait for"],
)
def test_silence_is_broken_by_a_heartbeat(heartbeat: float, waiting: tuple[progress.Waiting, ...], expected: str | None) -> None:
    found = narrator(heartbeat=heartbeat)
    found.told(SHOT, 100.0)
    shot = SHOT._replace(waiting=waiting)
    assert found.due(shot, 159.0) is None
    assert found.due(shot, 160.0) == expected
    assert found.due(shot, 219.0) is None
    assert found.due(shot, 220.0) == expected


def test_a_result_puts_the_heartbeat_off() -> None:
    found = narrator()
    found.told(SHOT, 100.0)
    found.moved(150.0)
    shot = SHOT._replace(waiting=WAITING)
    assert found.due(shot, 209.0) is None
    assert found.due(shot, 210.0) == "heartbeat"


class Broken:
    """A sink that counts its calls and fails each of them."""

    def __init__(self) -> None:
        self.calls = 0

    def tell(self, event: str, shot: progress.Snapshot) -> None:
        self.tick(shot)

    def tick(self, shot: progress.Snapshot) -> None:
        self.calls += 1
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        self.tick(SHOT)


def test_a_sink_that_fails_is_left_alone_and_the_others_go_on() -> None:
    broken, lines, complaints = Broken(), list[str](), list[str]()
    sinks = progress_narrator.Fuses([broken, progress_output.Lines(lines.append)], complaints.append)
    for wave in (1, 2):
        sinks.tell("wave_ended", SHOT._replace(wave=wave))
    sinks.tick(SHOT)
    sinks.close()
    assert broken.calls == 1
    assert [line.split("  ")[0] for line in lines] == ["wave 1/2", "wave 2/2"]
    assert complaints == ["rollout_progress: [Errno 28] No space left on device; progress is no longer written there, the play goes on"]


@pytest.mark.parametrize(
    ("every", "hosts", "rollout", "expected"),
    [
        (True, 10, None, ["progress", "heartbeat", "wave_ended", "ended"]),
        (False, 10, None, ["wave_ended", "ended"]),
        (True, 1, None, ["progress", "heartbeat"]),
        (True, 1, "r1", ["progress", "heartbeat", "wave_ended", "ended"]),
    ],
    ids=["log", "beside a bar", "one host", "rollout of one host"],
)
def test_which_events_become_lines(every: bool, hosts: int, rollout: str | None, expected: list[str]) -> None:
    told = []
    for event in ("wave_begun", "progress", "heartbeat", "wave_ended", "ended"):
        lines: list[str] = []
        progress_output.Lines(lines.append, every).tell(event, SHOT._replace(hosts=hosts, rollout=rollout, waiting=WAITING))
        told += [event] * len(lines)
    assert told == expected


@pytest.mark.parametrize(
    ("style", "terminal", "environment", "drawn"),
    [
        ("auto", True, {"TERM": "xterm"}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {}, False),
        ("auto", False, {"TERM": "xterm"}, False),
        ("auto", True, {"TERM": "xterm", "CI": "true"}, False),
        ("auto", True, {"TERM": "xterm", "AWX_ISOLATED_DATA_DIR": "/runner"}, False),
        ("bar", False, {}, True),
        ("lines", True, {"TERM": "xterm"}, False),
    ],
)
def test_who_gets_a_bar(style: str, terminal: bool, environment: dict[str, str], drawn: bool) -> None:
    assert progress_output.wants_bar(style, terminal, environment) is drawn


def test_the_file_grows_by_lines_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "progress.jsonl"
    for _run in range(2):
        sink = progress_output.JsonLines(path)
        sink.tell("wave_begun", SHOT)
        sink.tell("ended", SHOT)
        sink.close()
    events = [json.loads(line)["event"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert events == ["wave_begun", "ended"] * 2
    assert path.stat().st_mode & 0o777 == 0o600


class Display:
    """What the bar takes of ansible's display: it writes straight to the terminal."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def display(self, text: str) -> None:
        os.write(self._fd, f"{text}\n".encode())


def test_a_bar_gives_way_to_lines_and_leaves_nothing() -> None:
    master, slave = os.openpty()
    display = Display(slave)
    shown = progress_output.Bar(slave, display, threading.RLock())
    shown.tick(SHOT)
    shown.tick(SHOT)
    display.display("TASK")
    shown.close()
    display.display("RECAP")
    drawn = b""
    # The kernel hands a terminal's bytes over when it comes to it, maybe not all at once.
    while b"RECAP\r\n" not in drawn:
        drawn += os.read(master, 4096)
    os.close(master)
    os.close(slave)
    erase = progress_output.ERASE_LINE
    (first, text, after) = (part for part in drawn.replace(b"\r\n", b"\n").split(b"TASK\n")[0].split(erase))
    assert (first, after) == (b"", b"")
    assert b"wave 0/2" in text
    assert drawn.replace(b"\r\n", b"\n").endswith(b"TASK\n" + erase + text + erase + b"RECAP\n")
    assert vars(display).keys() == {"_fd"}


def test_a_ticker_ends_when_told_and_ticks_no_more() -> None:
    ticks: list[float] = []
    ticker = progress_narrator.Ticker(lambda: ticks.append(time.monotonic()), 0.01)
    ticker.start()
    deadline = time.monotonic() + 5
    while len(ticks) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    ticker.stop()
    counted = len(ticks)
    time.sleep(0.05)
    assert counted >= 3
    assert len(ticks) == counted
