# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch the sockets of a host for a while by one run of socket_info, and keep the series on the controller."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, observed, spool

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "spool": {"type": "str", "required": True},
    "samples": {"type": "int", "default": 13},
    "interval": {"type": "float", "default": 5.0},
    "source": {"type": "str", "choices": ["auto", "netlink", "proc"], "default": "auto"},
    "netns": {"type": "str"},
}
_PASSED_ON = ("samples", "interval", "source", "netns")


class ActionModule(ActionBase):
    """Run socket_info on the host and write on the controller."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``observed``, or the module's own failure."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        _checked, given = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        if given["netns"] == "all":
            raise AnsibleActionFail("netns: all has no series; name one network namespace, or leave netns out for the host's own")
        started = spool.moment(datetime.datetime.now(datetime.UTC))
        wish = {"details": ["series"], **{name: given[name] for name in _PASSED_ON if given[name] is not None}}
        result: dict[str, Any] = self._execute_module(module_name="linuxnet.tcp.socket_info", module_args=wish, task_vars=variables)
        if "series" not in result:
            return result
        try:
            host, series = str(variables["inventory_hostname"]), documents.plain(result["series"])
            path = observed.append(Path(given["spool"]).expanduser(), host, started, series)
        except errors.LinuxnetError as error:
            raise AnsibleActionFail(error.message, result=error.details) from error
        last = series[-1]
        kept = {"file": str(path), "samples": len(series), "seconds": last["seconds"], "states": last["states"]}
        return {"changed": False, "observed": kept, **({"warnings": result["warnings"]} if "warnings" in result else {})}
