# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what each task took: wall time, and processor time of the controller with all that it started."""

from __future__ import annotations

DOCUMENTATION = """
name: bench_clock
type: notification
short_description: Write what each task took as JSON lines
description:
  - Appends one line for each task to the file named by the environment variable C(LINUXNET_TCP_CLOCK).
  - For the benchmarks of this collection only. Tasks must not overlap, so it needs one host or the linear strategy.
requirements: []
"""

import json
import multiprocessing
import os
import resource
import time

from ansible.plugins.callback import CallbackBase

REAP_SECONDS = 2.0


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "bench_clock"

    def __init__(self):
        super().__init__()
        self._task = None

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._close()
        self._task = {"name": task.get_name(), "failed": 0, "hosts": 0, "bytes": 0}
        self._cpu, self._wall = processor_seconds(), time.monotonic()
        self._end = self._wall

    def v2_playbook_on_stats(self, stats):
        self._close()

    def v2_runner_on_ok(self, result):
        self._count(result, 0)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._count(result, 1)

    def v2_runner_on_unreachable(self, result):
        self._count(result, 1)

    def _count(self, result, failed):
        self._end = time.monotonic()
        if self._task:
            self._task["failed"] += failed
            self._task["hosts"] += 1
            self._task["bytes"] += len(json.dumps(result._result, default=str))

    def _close(self):
        if not self._task:
            return
        reap()
        row = {**self._task, "wall": self._end - self._wall, "cpu": processor_seconds() - self._cpu}
        with open(os.environ["LINUXNET_TCP_CLOCK"], "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        self._task = None


def reap():
    """Wait for the workers that have given their result, so that their time is counted for the task that they served."""
    deadline = time.monotonic() + REAP_SECONDS
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.001)


def processor_seconds():
    """Return what this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
