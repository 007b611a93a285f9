# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write one report over the audits of many hosts; everything happens on the controller."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_core, report_formats, report_gate, spool

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "spool": {"type": "list", "elements": "str", "required": True},
    "dest": {"type": "str", "required": True},
    "formats": {"type": "list", "elements": "str", "choices": report_formats.names()},
    "hosts": {"type": "list", "elements": "str"},
    "newer_than": {"type": "str"},
    "baseline": {"type": "str"},
    "title": {"type": "str"},
    "fail_on": {"type": "str", "choices": list(report_gate.LEVELS), "default": report_gate.NEVER},
}
_SECONDS_BETWEEN_LINES = 10


class ActionModule(ActionBase):
    """Run once in a play and touch no host."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return counts and files; fail after they are written when the counts say so."""
        super().run(tmp, task_vars)
        _checked, given = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            request = _request(given)
            head = report_core.write(request, self._progress())
            written = {"summary": head["summary"], "files": _files(request), **_left_out(request)}
        except errors.LinuxnetError as error:
            raise AnsibleActionFail(error.message, result=error.details) from error
        reason = report_gate.reason(head["summary"], given["fail_on"])
        if reason:
            return {"failed": True, "changed": False, "msg": f"{reason}; see {request.dest}", **written}
        return {"changed": False, **written}

    def _progress(self) -> report_core.Progress:
        """Return a function that says how far a long report is, at most every ten seconds."""
        last = time.monotonic()

        def tell(hosts: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                self._display.display(f"report: {hosts} hosts read")

        return tell


def _request(given: dict[str, Any]) -> report_core.Request:
    if given["newer_than"] and not spool.is_moment(given["newer_than"]):
        raise errors.InvalidInput(f"newer_than: {given['newer_than']} is no moment; give UTC as in 2026-11-29T05:22:43Z")
    return report_core.Request(
        spool=[Path(folder).expanduser() for folder in given["spool"]],
        dest=Path(given["dest"]).expanduser(),
        generated=spool.moment(datetime.datetime.now(datetime.UTC)),
        formats=report_formats.names() if given["formats"] is None else given["formats"],
        hosts=given["hosts"],
        newer_than=given["newer_than"] or "",
        baseline=Path(given["baseline"]).expanduser() if given["baseline"] else None,
        title=given["title"] or "",
    )


def _files(request: report_core.Request) -> list[str]:
    names = list(report_formats.SOURCES.values())
    names += [report_formats.emitter(name).file_name for name in request.formats if name not in report_formats.SOURCES]
    return [str(request.dest / name) for name in names]


def _left_out(request: report_core.Request) -> dict[str, int]:
    return {} if request.hosts is None else {"left_out": spool.strangers(request.spool, request.hosts)}
