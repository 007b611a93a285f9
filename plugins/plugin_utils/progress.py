# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the hosts and waves of a play from what its tasks return; no clock, no file, no Ansible in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import progress_pace

# Final states of a host as receipts name them, and how the line counts them.
COUNTED_AS = {"unchanged": "ok", "confirmed": "ok", "restored": "restored", "failed": "failed", "lost": "lost"}
OUTCOMES = ("ok", "failed", "lost")


class Waiting(NamedTuple):
    """One host that has begun a task and not returned; seconds since it began."""

    host: str
    seconds: float
    task: str


class Snapshot(NamedTuple):
    """What can be said of a play at one moment; seconds are of a monotonic clock, ``left`` is None while nothing tells it."""

    play: str
    rollout: str | None
    wave: int
    waves: int
    hosts: int
    done: int
    ok: int
    restored: int
    failed: int
    lost: int
    elapsed: float
    left: float | None
    task: str
    reported: int | None
    wave_hosts: int
    waiting: tuple[Waiting, ...]


class Play(NamedTuple):
    """What is known of a play before its first task: the sizes of its batches, forks, seconds that each batch waits."""

    name: str
    sizes: tuple[int, ...]
    forks: int = 5
    waits: tuple[float, ...] = ()
    in_step: bool = True


def batch_sizes(hosts: int, serial: Sequence[object]) -> tuple[int, ...]:
    """Return the sizes of the batches that ``serial`` cuts a number of hosts into, the last item repeated, as playbook_executor.py does."""
    items = list(serial) or [-1]
    sizes: list[int] = []
    left = hosts
    while left > 0:
        item = items[min(len(sizes), len(items) - 1)]
        size = _size(item, hosts)
        sizes.append(left if size <= 0 else min(size, left))
        left -= sizes[-1]
    return tuple(sizes)


def _size(item: object, hosts: int) -> int:
    """A percentage is of all hosts, cut down and at least one host (pct_to_int of ansible-core)."""
    text = str(item)
    if text.endswith("%"):
        return int(float(text[:-1]) / 100 * hosts) or 1
    return int(text)


def waits_of(soak: object, waves: int) -> tuple[float, ...]:
    """Return the seconds that each wave waits, from ``rollout_soak_seconds``: a number, or one per wave, the last repeated.

    A wave waits twice: a window before the change and one of the same length after it. Empty when the value says nothing (a template).
    """
    given = list(soak) if isinstance(soak, (list, tuple)) else [soak]
    try:
        seconds = [2 * max(0.0, float(str(item))) for item in given]
    except ValueError:
        return ()
    return tuple(seconds[min(number, len(seconds) - 1)] for number in range(waves)) if seconds else ()


class Progress:
    """Follow one play: hand in what happens, with the time of a monotonic clock, and ask for a snapshot."""

    def __init__(self, play: Play, now: float) -> None:
        self._play = play
        self._began = self._batch_began = now
        self._batches = 0
        self._batch: tuple[str, ...] = ()
        self._open = False
        self._measured: list[progress_pace.Wave] = []
        self._states: dict[str, str] = {}
        self._guesses: dict[str, str] = {}
        self._running: dict[str, tuple[float, str]] = {}
        self._task, self._counting, self._reported = "", False, set[str]()
        self._begun: set[str] = set()
        self._rollout: Mapping[str, Any] = {}

    def begin_batch(self, hosts: Iterable[str], now: float) -> None:
        """Begin the next batch; one that is still open ends here."""
        self.end_batch(now)
        self._batch = tuple(hosts)
        self._batches += 1
        self._batch_began, self._open = now, True
        self._guesses.clear()
        self._running.clear()
        self._begun.clear()
        self._task, self._counting = "", False
        self._reported.clear()

    def end_batch(self, now: float) -> bool:
        """End the batch and say whether one was open. What no receipt settled counts as its last task left it."""
        if not self._open:
            return False
        self._open = False
        self._running.clear()
        self._measured.append(progress_pace.Wave(len(self._batch), now - self._batch_began, self._wait(self._batches - 1)))
        for host in self._batch:
            guess = self._guesses.get(host, "ok")
            # A rollout says itself that a host is well; silence is no good news there.
            if not self._rollout or guess != "ok":
                self._states.setdefault(host, guess)
        return True

    def begin_task(self, name: str, run_once: bool = False) -> None:
        """Take note of the task that hosts report for from here on."""
        self._task, self._counting = name, not run_once
        self._reported.clear()

    def begin_host(self, host: str, task: str, now: float, rescues: bool = False) -> None:
        """Take note that a host works on a task; a task of a rescue section says that the failure before it was caught."""
        self._running[host] = (now, task)
        self._begun.add(host)
        if rescues and self._guesses.get(host) == "failed":
            del self._guesses[host]

    def end_host(self, host: str, outcome: str, rollout: object = None) -> None:
        """Take the result of a host: ``ok``, ``failed`` or ``lost``, and the ``rollout`` part of it if there is one."""
        self._running.pop(host, None)
        self._reported.add(host)
        if outcome != "ok":
            self._guesses[host] = outcome
        if isinstance(rollout, Mapping):
            self._take(rollout)

    def _take(self, rollout: Mapping[str, Any]) -> None:
        """Learn from what rollout_wave and rollout_host return; whatever is not as they write it is passed over."""
        self._rollout = rollout
        finals = rollout.get("finals")
        if isinstance(finals, Mapping):
            for host, state in finals.items():
                self._settle(host, state)
        self._settle(rollout.get("host"), rollout.get("final"))

    def _settle(self, host: object, state: object) -> None:
        if isinstance(host, str) and isinstance(state, str) and state in COUNTED_AS:
            self._states[host] = COUNTED_AS[state]

    def snapshot(self, now: float) -> Snapshot:
        """Return what can be said now."""
        counts = self._counts()
        return Snapshot(
            play=self._play.name,
            rollout=_text(self._rollout.get("id")),
            wave=_number(self._rollout.get("wave")) or self._batches,
            waves=_number(self._rollout.get("waves")) or max(len(self._play.sizes), self._batches),
            hosts=_number(self._rollout.get("hosts")) or sum(self._play.sizes),
            done=sum(counts.values()),
            **counts,
            elapsed=now - self._began,
            left=self._left(now),
            task=self._task,
            reported=self._tally(),
            wave_hosts=len(self._batch),
            waiting=self._waiting(now),
        )

    def _counts(self) -> dict[str, int]:
        """Count settled hosts, and in a play without receipts those that are out already."""
        states = dict(self._states)
        if self._open and not self._rollout:
            states.update(self._guesses)
        counts = dict.fromkeys(("ok", "restored", "failed", "lost"), 0)
        for state in states.values():
            counts[state] += 1
        return counts

    def _tally(self) -> int | None:
        """Hosts that have returned from this task; where hosts do not keep step, hosts that have begun at all."""
        if not self._open:
            return None
        if not self._play.in_step:
            return len(self._begun)
        return len(self._reported) if self._counting else None

    def _waiting(self, now: float) -> tuple[Waiting, ...]:
        found = (Waiting(host, now - began, task) for host, (began, task) in self._running.items())
        return tuple(sorted(found, key=lambda row: (-row.seconds, row.host)))

    def _wait(self, batch: int) -> float:
        return self._play.waits[batch] if batch < len(self._play.waits) else 0.0

    def _left(self, now: float) -> float | None:
        coming = [progress_pace.Wave(size, 0.0, self._wait(number)) for number, size in enumerate(self._play.sizes)]
        spent = now - self._batch_began if self._open else 0.0
        ended = self._batches - 1 if self._open else self._batches
        return progress_pace.left(self._measured, coming[max(ended, 0) :], spent, self._play.forks)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
