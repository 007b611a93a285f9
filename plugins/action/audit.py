# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a host: check the profile, run the audit module once, judge its facts, check the document."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.linuxnet.tcp.plugins.module_utils import audit_options
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import conditions, documents, judge, profiles, risks, store, summary
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations


class ActionModule(ActionBase):
    """Run on the controller; the host is asked once and only for facts."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``audit`` and ``summary``, or the module's own failure."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        _checked, given = self.validate_argument_spec(argument_spec=audit_options.ARGUMENT_SPEC)
        try:
            documents.require_jsonschema()
            profile = profiles.load(given["profile"], [Path(self._loader.get_basedir()), Path.cwd()])
            given["accept_risk"] = risks.accepted(given["accept_risk"])
            result = self._gather(given, profile, variables)
            facts = result.pop("tcp_facts", None)
            if facts is None:
                return result
            self._warn_of_strangers(given, profile)
            return {**result, **_judged(given, profile, facts, variables["inventory_hostname"])}
        except errors.LinuxnetError as error:
            raise AnsibleActionFail(error.message, result=error.details) from error

    def _gather(self, given: dict[str, Any], profile: profiles.Profile, variables: dict[str, Any]) -> dict[str, Any]:
        wish = {
            "parameters": [*judge.needed(profile), *given["parameters"]],
            "path": given["path"],
            "source": given["source"],
            "namespaces": given["namespaces"],
            "samples": given["samples"],
            "interval": given["interval"],
            "journal_dir": given["journal_dir"],
        }
        result: dict[str, Any] = self._execute_module(module_name="linuxnet.tcp.audit", module_args=wish, task_vars=variables)
        return result

    def _warn_of_strangers(self, given: dict[str, Any], profile: profiles.Profile) -> None:
        """A misspelt workload would switch off nothing, and so plan what this host must not have."""
        known = ", ".join(profile.workloads())
        for word in conditions.strangers(profile, given["workload"]):
            self._display.warning(f'workload: no setting of profile {profile.name} mentions "{word}"; it mentions {known}')


def _judged(given: dict[str, Any], profile: profiles.Profile, facts: dict[str, Any], host_name: str) -> dict[str, Any]:
    workload = tuple(str(word) for word in given["workload"])
    declared = Declarations(str(given["nat"]), given["persist"], str(given["path"]), workload, given["accept_risk"])
    today = datetime.datetime.now(datetime.UTC).date()
    audit = judge.judge(profile, documents.plain(facts), declared, str(host_name), today=today)
    wrong = documents.problems(audit, "audit")
    if wrong:
        raise errors.LinuxnetError("the audit document does not match schemas/audit.schema.json, please report it: " + "; ".join(wrong))
    if given["save_to"]:
        store.save_json(Path(given["save_to"]).expanduser(), audit)
    return {"changed": False, "audit": audit, "summary": summary.lines(audit)}
