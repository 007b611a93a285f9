# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write every task result as one JSON line, so that tests read results and not printed text."""

from __future__ import annotations

DOCUMENTATION = """
name: recorder
type: notification
short_description: Write task results as JSON lines
description:
  - Appends one line for each result to the file named by the environment variable C(LINUXNET_TCP_EVENTS).
  - For the tests of this collection only.
requirements: []
"""

import json
import os

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"

    def _record(self, status, result, **more):
        event = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "action": result._task.action,
            "check": bool(result._task.check_mode),
            "status": status,
            "result": result._result,
        }
        event.update(more)
        with open(os.environ["LINUXNET_TCP_EVENTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(event, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self._record("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record("failed", result, ignored=bool(ignore_errors))

    def v2_runner_on_unreachable(self, result):
        self._record("unreachable", result)

    def v2_runner_on_skipped(self, result):
        self._record("skipped", result)
