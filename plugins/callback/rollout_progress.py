# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell the progress of a play by hosts and waves."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_progress
type: aggregate
short_description: Tell the progress of a play by hosts and waves
version_added: 1.0.0
author:
  - linuxnet.tcp contributors (@linuxnet)
description:
  - Counts the hosts and waves of a play and tells how far it is, beside the output that is there anyway; it never replaces the stdout callback.
  - "A line reads C(wave 3/7  hosts 160/1000  ok 158  restored 0  lost 2  elapsed 12m  left 61m)."
  - On a terminal a bar is kept at the foot of the output. Elsewhere there is a line for each wave, and at most one per O(interval) between. While
    no host returns, a line names the slowest ones every O(heartbeat) seconds.
  - In a rollout of this collection hosts are counted by the final state that their receipt tells. In any other play the batches of C(serial) are the waves,
    and a host counts when its batch is over, or when it has failed or cannot be reached.
  - The time left is told from the waves that are over, their sizes, the forks and C(rollout_soak_seconds); before the first wave is over it is C(?).
  - Nothing that goes wrong in here fails the play. What cannot be written (a full disk, a closed pipe) is said once and then left alone.
requirements:
  - enabled in the configuration, C(callbacks_enabled = linuxnet.tcp.rollout_progress)
options:
  style:
    description:
      - V(auto) draws a bar where the stream is a terminal that somebody can be expected to watch, and writes lines elsewhere. A terminal of
        ansible-runner, AWX or a CI system (the environment variable E(CI) is set) is none.
      - V(none) writes to O(file) alone.
    type: str
    choices: [auto, bar, lines, none]
    default: auto
    env:
      - name: LINUXNET_TCP_PROGRESS_STYLE
    ini:
      - section: callback_rollout_progress
        key: style
  stream:
    description:
      - Where lines and bar go. With a stdout callback whose output a program reads (C(json)) it has to be V(stderr).
    type: str
    choices: [stdout, stderr]
    default: stdout
    env:
      - name: LINUXNET_TCP_PROGRESS_STREAM
    ini:
      - section: callback_rollout_progress
        key: stream
  file:
    description:
      - A file on the controller to which each event is appended as one line of JSON, for tools. C(schemas/progress.schema.json) describes a line.
      - Written at the rate of the lines, whatever O(style) says. A new file is readable by its owner alone.
    type: path
    env:
      - name: LINUXNET_TCP_PROGRESS_FILE
    ini:
      - section: callback_rollout_progress
        key: file
  interval:
    description: Seconds between two lines at least, other than those that end a wave.
    type: float
    default: 10
    env:
      - name: LINUXNET_TCP_PROGRESS_INTERVAL
    ini:
      - section: callback_rollout_progress
        key: interval
  heartbeat:
    description: Seconds without any result after which the slowest hosts are named; V(0) for never.
    type: float
    default: 60
    env:
      - name: LINUXNET_TCP_PROGRESS_HEARTBEAT
    ini:
      - section: callback_rollout_progress
        key: heartbeat
"""

EXAMPLES = r"""
# ansible.cfg
#   [defaults]
#   callbacks_enabled = linuxnet.tcp.rollout_progress
#   [callback_rollout_progress]
#   file = ./rollouts/progress.jsonl

# or for one run
#   ANSIBLE_CALLBACKS_ENABLED=linuxnet.tcp.rollout_progress ansible-playbook linuxnet.tcp.rollout -i inventory -b
"""

import atexit
import contextlib
import functools
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import progress, progress_narrator, progress_output


def guarded(hook: Callable[..., None]) -> Callable[..., None]:
    """Let nothing that goes wrong in a hook reach the play: its results may be stranger than foreseen."""

    @functools.wraps(hook)
    def call(self: CallbackModule, *args: Any, **kwargs: Any) -> None:
        try:
            with self._lock:
                hook(self, *args, **kwargs)
        except Exception as error:
            self._complain(f"rollout_progress: {hook.__name__}: {error!r}; the play goes on, please report it")
        self._warn()

    return call


class CallbackModule(CallbackBase):
    """Hand what happens to the counting, and what it says to the sinks."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "linuxnet.tcp.rollout_progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = threading.RLock()
        self._progress: progress.Progress | None = None
        self._play: object = None
        self._sinks = progress_narrator.Fuses([], self._complain)
        self._narrator = progress_narrator.Narrator(10, 60)
        self._ticker: progress_narrator.Ticker | None = None
        self._complained: set[str] = set()
        self._unsaid: list[str] = []

    @guarded
    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._sinks = progress_narrator.Fuses(self._make_sinks(), self._complain)
        self._narrator = progress_narrator.Narrator(float(self.get_option("interval")), float(self.get_option("heartbeat")))
        self._ticker = progress_narrator.Ticker(self._tick)
        atexit.register(self._stop)
        self._ticker.start()

    @guarded
    def v2_playbook_on_play_start(self, play: Any) -> None:
        now = time.monotonic()
        # Each batch of serial is announced as a play; its uuid tells that it is the same one.
        if self._play == play._uuid:
            self._end_wave(now)
        else:
            self._end_play(now)
        variables = play.get_variable_manager().get_vars(play=play)
        if self._progress is None:
            self._progress = progress.Progress(_described(play, variables), now)
            self._narrator.begin(now)
        self._play = play._uuid
        self._progress.begin_batch(variables.get("ansible_play_batch", ()), now)
        self._sinks.tell("wave_begun", self._progress.snapshot(now))

    @guarded
    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        if self._progress is not None:
            self._progress.begin_task(str(task.get_name()), bool(task.run_once))

    @guarded
    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        if self._progress is not None:
            self._progress.begin_task(str(task.get_name()))

    @guarded
    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if self._progress is not None:
            self._progress.begin_host(host.get_name(), str(task.get_name()), time.monotonic(), _rescues(task))

    @guarded
    def v2_runner_on_ok(self, result: Any) -> None:
        self._take(result, "ok")

    @guarded
    def v2_runner_on_skipped(self, result: Any) -> None:
        self._take(result, "ok")

    @guarded
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._take(result, "ok" if ignore_errors else "failed")

    @guarded
    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._take(result, "ok" if getattr(result._task, "ignore_unreachable", False) else "lost")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._finish()
        self._stop()

    @guarded
    def _finish(self) -> None:
        self._end_play(time.monotonic())

    def _take(self, result: Any, outcome: str) -> None:
        now = time.monotonic()
        self._narrator.moved(now)
        if self._progress is not None:
            told = result._result
            self._progress.end_host(result._host.get_name(), outcome, told.get("rollout") if isinstance(told, dict) else None)

    def _end_wave(self, now: float) -> None:
        if self._progress is not None and self._progress.end_batch(now):
            shot = self._progress.snapshot(now)
            self._narrator.told(shot, now)
            self._sinks.tell("wave_ended", shot)

    def _end_play(self, now: float) -> None:
        if self._progress is not None:
            self._end_wave(now)
            self._sinks.tell("ended", self._progress.snapshot(now))
            self._progress = None

    @guarded
    def _tick(self) -> None:
        if self._progress is None:
            return
        now = time.monotonic()
        shot = self._progress.snapshot(now)
        event = self._narrator.due(shot, now)
        if event is not None:
            self._sinks.tell(event, shot)
        self._sinks.tick(shot)

    def _stop(self) -> None:
        """End the thread first, without the lock that its last tick may wait for. Runs again at exit, then on nothing."""
        ticker, self._ticker = self._ticker, None
        if ticker is not None:
            ticker.stop()
        sinks, self._sinks = self._sinks, progress_narrator.Fuses([], self._complain)
        sinks.close()
        self._warn()

    def _make_sinks(self) -> list[progress_narrator.Sink]:
        style, file = self.get_option("style"), self.get_option("file")
        sinks: list[progress_narrator.Sink] = [progress_output.JsonLines(Path(file))] if file else []
        if style == "none":
            return sinks
        stream = sys.stderr if self.get_option("stream") == "stderr" else sys.stdout
        wanted = progress_output.wants_bar(style, stream.isatty(), os.environ)
        sinks.append(progress_output.Lines(self._write, every=not wanted))
        if wanted:
            sinks.append(progress_output.Bar(stream.fileno(), self._display, self._lock))
        return sinks

    def _write(self, text: str) -> None:
        """Print through the display, so that it stands in order and in the log as well, and let it be seen at once."""
        to_stderr = self.get_option("stream") == "stderr"
        self._display.display(text, stderr=to_stderr)
        (sys.stderr if to_stderr else sys.stdout).flush()

    def _complain(self, text: str) -> None:
        """Keep a warning, once of each kind, until the main thread can give it."""
        if text not in self._complained:
            self._complained.add(text)
            self._unsaid.append(text)

    def _warn(self) -> None:
        """Give the warnings that were kept. Not from the ticking thread: the display may be waiting there for an answer to a question."""
        if threading.current_thread() is not threading.main_thread():
            return
        while self._unsaid:
            with contextlib.suppress(Exception):
                self._display.warning(self._unsaid.pop())


def _described(play: Any, variables: dict[str, Any]) -> progress.Play:
    hosts = len(variables.get("ansible_play_hosts_all", ()))
    sizes = progress.batch_sizes(hosts, play.serial)
    waits = progress.waits_of(variables.get("rollout_soak_seconds"), len(sizes))
    forks = int(context.CLIARGS.get("forks") or 5)
    return progress.Play(str(play.get_name()), sizes, forks, waits, in_step=str(play.strategy).rpartition(".")[2] == "linear")


def _rescues(task: Any) -> bool:
    """Say whether a task stands in the rescue section of a block, or of one around it."""
    here, block = task, getattr(task, "_parent", None)
    while block is not None:
        if any(entry._uuid == here._uuid for entry in getattr(block, "rescue", None) or ()):
            return True
        here, block = block, getattr(block, "_parent", None)
    return False
