# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a host: check the profile, run the audit module once, judge its facts, check the document."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.linuxnet.tcp.plugins.module_utils import audit_options
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import conditions, documents, judge, profiles, risks, spool, store, summary, warm
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations

warm.for_audits()


class ActionModule(ActionBase):
    """Run on the controller; the host is asked once and only for facts."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``brief``, ``summary`` and, without a spool, ``audit``, or the module's own failure.

        With a spool, what happens on the host leaves a file there: its document, or why there is none. Mistakes in the options do not.
        """
        super().run(tmp, task_vars)
        variables = task_vars or {}
        _checked, given = self.validate_argument_spec(argument_spec=audit_options.ARGUMENT_SPEC)
        try:
            documents.require_jsonschema()
            profile = profiles.load(given["profile"], [Path(self._loader.get_basedir()), Path.cwd()])
            given["accept_risk"] = risks.accepted(given["accept_risk"])
            return self._audit(given, profile, variables)
        except errors.LinuxnetError as error:
            raise AnsibleActionFail(error.message, result=error.details) from error

    def _audit(self, given: dict[str, Any], profile: profiles.Profile, variables: dict[str, Any]) -> dict[str, Any]:
        host = str(variables["inventory_hostname"])
        try:
            result = self._gather(given, profile, variables)
            facts = result.pop("tcp_facts", None)
            if facts is None:
                _note_failure(given, host, *_failure(result))
                return result
            self._warn_of_strangers(given, profile)
            audit = _judged(given, profile, facts, host)
        except Exception as error:
            # The task goes on to fail as it would have.
            _note_failure(given, host, "unreachable" if isinstance(error, AnsibleConnectionFailure) else "failed", str(error))
            raise
        return _kept(given, result, audit)

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
    now = datetime.datetime.now(datetime.UTC)
    audit = judge.judge(profile, documents.plain(facts), declared, host_name, today=now.date())
    audit["time"] = spool.moment(now)
    wrong = documents.problems(audit, "audit")
    if wrong:
        raise errors.LinuxnetError("the audit document does not match schemas/audit.schema.json, please report it: " + "; ".join(wrong))
    return audit


def _kept(given: dict[str, Any], result: dict[str, Any], audit: dict[str, Any]) -> dict[str, Any]:
    """Write the files that were asked for and return the result; with a spool, what every host leaves in memory is a few lines."""
    if given["save_to"]:
        store.save_json(Path(given["save_to"]).expanduser(), audit)
    result = {**result, "changed": False, "brief": summary.brief(audit)}
    if not given["spool"]:
        return {**result, "audit": audit, "summary": summary.lines(audit)}
    path = spool.write(_folder(given), audit)
    result.pop("invocation", None)
    return {**result, "summary": summary.first_lines(audit, str(path))}


def _folder(given: dict[str, Any]) -> Path:
    return Path(given["spool"]).expanduser()


def _failure(result: dict[str, Any]) -> tuple[str, str]:
    said = str(result.get("msg") or "the module returned no facts")
    return "unreachable" if result.get("unreachable") else "failed", said


def _note_failure(given: dict[str, Any], host: str, kind: str, message: str) -> None:
    if given["spool"]:
        now = spool.moment(datetime.datetime.now(datetime.UTC))
        spool.write(_folder(given), spool.error_record(host, kind, message, now))
