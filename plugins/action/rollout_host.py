# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take one host through one step of a rollout, and write its receipt before anything builds on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_context, rollout_receipts, rollout_story, spool, warm
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_context import Context, Outcome

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "step": {"type": "str", "choices": ["assess", "change", "look", "watch", "prove", "confirm", "restore", "roll_back"], "required": True},
    "rollout": {"type": "dict"},
    "audit": {"type": "dict", "default": {}},
    "change": {"type": "dict", "default": {}},
    "planned": {"type": "dict", "default": {}},
    "changed_before": {"type": "raw"},
    "why": {"type": "str"},
    "dir": {"type": "str", "default": "rollouts"},
    "receipt": {"type": "str"},
    "conflicts": {"type": "str", "choices": ["fail", "keep"], "default": "fail"},
    "journal_dir": {"type": "str", "default": "/var/lib/linuxnet-tcp"},
}
_AUDIT_FACTS = {"parameters": [], "samples": 1, "interval": 1.0, "namespaces": False}

# It audits each host twice, in workers of its own.
warm.for_audits()


class ActionModule(ActionBase):
    """Run the modules of one step; a host that cannot be reached is a failed host here, since Ansible's own stops do not count it."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``rollout`` with the status of the step, and what it needs to hand on."""
        super().run(tmp, task_vars)
        self._variables = task_vars or {}
        _checked, self._given = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        self._host = str(self._variables["inventory_hostname"])
        try:
            if self._given["step"] == "roll_back":
                return self._roll_back()
            self._context = Context.given(self._given["rollout"] or {})
            return self._stepped(getattr(self, f"_{self._given['step']}"))
        except errors.LinuxnetError as error:
            raise AnsibleActionFail(error.message, result=error.details) from error

    def _stepped(self, work: Callable[[], Outcome]) -> dict[str, Any]:
        try:
            outcome = work()
        except AnsibleConnectionFailure as error:
            outcome = Outcome("lost", {"message": f"cannot be reached: {error}"})
        except (AnsibleError, errors.LinuxnetError) as error:
            outcome = Outcome("failed", {"message": str(error)})
        self._record(self._given["step"], outcome)
        message = outcome.receipt.get("message")
        told = self._context.result(
            host=self._host, step=self._given["step"], status=outcome.status, final=_final(self._given["step"], outcome)
        )
        failure = {"failed": True, "msg": f"{self._host}: {message}"} if outcome.is_failure else {}
        return {"changed": False, **outcome.result, **failure, "rollout": {**told, **_handed_on(outcome)}}

    def _record(self, step: str, outcome: Outcome) -> None:
        if not self._task.check_mode:
            self._context.record(self._host, step, outcome.status, **outcome.receipt)

    # The steps, in their order.

    def _assess(self) -> Outcome:
        """Audit, put back what a dead run left behind, and say what is to be changed."""
        audit = self._audit("before")
        journals = audit.get("journals", [])
        for row in journals:
            if row["attended"]:
                left = f", {row['seconds_left']} s are left" if "seconds_left" in row else ""
                return Outcome(
                    "failed",
                    {"message": f"nothing was changed: journal {row['id']} ({row.get('comment', 'no comment')}) is under way{left}"},
                )
        if journals and not self._task.check_mode:
            for row in journals:
                self._module("net_sysctl", self._restoring(row["id"], "keep"))
            audit = self._audit("before")
        planned = audit["plan"]["settings"]
        if self._given["change"].get("unsupported") == "fail" and (missing := _unsettable(audit)):
            return Outcome("failed", {"message": f"nothing was changed: these keys cannot be set here: {', '.join(missing)}"})
        return self._assessed(audit, planned)

    def _assessed(self, audit: dict[str, Any], planned: dict[str, str]) -> Outcome:
        again = self._context.run > 1 and rollout_context.earlier(self._context.receipts(), self._host) in rollout_story.GOOD
        kept = {"planned": planned or None, "health": audit.get("health"), "drifted": True if again and planned else None}
        told = {"planned": planned, "compliant": audit["compliant"]}
        return Outcome("planned" if planned else "unchanged", kept, told)

    def _change(self) -> Outcome:
        """Write ahead, then carry the plan out; the host puts it back by itself unless it is confirmed."""
        planned = self._given["planned"]
        self._record("change", Outcome("begun", {"planned": planned, "confirm_by": self._context.latest()}))
        wish = {**self._given["change"], "settings": planned, "comment": self._context.comment, "health": True}
        wish.update(confirm_within=self._context.confirm_within, journal_dir=self._given["journal_dir"])
        result = self._module("net_sysctl", wish)
        journal = result.get("journal") or {}
        kept = {"journal": journal.get("id"), "confirm_by": journal.get("confirm_by"), "health": result.pop("health", None)}
        return Outcome("changed", kept, {name: result[name] for name in ("changed", "diff", "warnings") if name in result})

    def _look(self) -> Outcome:
        return Outcome("ok", {"health": self._module("health_info", {})["health"]})

    _watch = _look

    def _prove(self) -> Outcome:
        """Audit over the new connection: what was planned has to hold."""
        audit = self._audit("after")
        missing = rollout_context.unheld(audit, str(self._given["change"].get("shadowed", "fail")))
        if missing:
            return Outcome("failed", {"message": f"does not hold after the change: {', '.join(missing)}; {self._why_not(audit)}"})
        return Outcome("ok", {"health": audit.get("health")}, {"compliant": audit["compliant"]})

    def _why_not(self, audit: dict[str, Any]) -> str:
        """Say why a change does not hold: when nothing waits to be confirmed any more, the host has put it back by itself."""
        if "journals" in audit and rollout_context.ours(audit["journals"], self._context.comment) is None:
            return f"the {self._context.confirm_within} s to confirm it were over and the host put it back; give a longer rollout_confirm_within"
        return "something else on the host sets them"

    def _confirm(self) -> Outcome:
        journal = self._journal()
        if journal is not None:
            self._module("net_sysctl", {"state": "confirmed", "journal": journal, "journal_dir": self._given["journal_dir"]})
        return Outcome("confirmed", {"journal": journal})

    def _restore(self) -> Outcome:
        """Put back what this run changed; a change whose answer was lost is found by the comment of its journal."""
        before, why = self._given["changed_before"] or {}, {"why": self._given["why"]}
        if not isinstance(before, dict) or not before or before.get("skipped"):
            return Outcome("nothing", why)
        journal = self._journal()
        if journal is None:
            facts = self._module("audit", {**_AUDIT_FACTS, **self._fact_options(), "journal_dir": self._given["journal_dir"]})["tcp_facts"]
            journal = rollout_context.ours(facts.get("journals", []), self._context.comment)
        if journal is None:
            was_lost = (before.get("rollout") or {}).get("status") == "lost"
            return Outcome("restored" if was_lost else "nothing", {"undone": [], **why})
        result = self._module("net_sysctl", self._restoring(journal, "keep"))
        return Outcome(
            "restored", {"journal": journal, "undone": rollout_context.put_back(result), **why}, {"changed": bool(result.get("changed"))}
        )

    # What they need.

    def _journal(self) -> int | None:
        told = (self._given["changed_before"] or {}).get("rollout") or {}
        return int(told["journal"]) if told.get("journal") is not None else None

    def _fact_options(self) -> dict[str, Any]:
        return {name: self._given["audit"][name] for name in ("path", "source") if name in self._given["audit"]}

    def _restoring(self, journal: int, conflicts: str) -> dict[str, Any]:
        return {"state": "restored", "journal": journal, "conflicts": conflicts, "journal_dir": self._given["journal_dir"]}

    def _audit(self, when: str) -> dict[str, Any]:
        """Return the audit document of the host; a real run keeps it beside the receipts as well."""
        task = self._task.copy()
        task.args = {**self._given["audit"], "journal_dir": self._given["journal_dir"]}
        folder = self._context.receipts().folder / "audits" / when
        if not self._task.check_mode:
            task.args["spool"] = str(folder)
        action = self._shared_loader_obj.action_loader.get(
            "linuxnet.tcp.audit",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        result: dict[str, Any] = _checked_result("audit", action.run(task_vars=self._variables))
        return result["audit"] if self._task.check_mode else spool.read(folder / spool.file_name(self._host))

    def _module(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self._execute_module(module_name=f"linuxnet.tcp.{name}", module_args=options, task_vars=self._variables)
        return _checked_result(name, result)

    def _roll_back(self) -> dict[str, Any]:
        """Put back what a rollout confirmed on this host; hosts that it did not change are skipped."""
        name = rollout_receipts.find(Path(self._given["dir"]).expanduser(), str(self._given["receipt"]))
        receipts = rollout_receipts.Receipts(Path(self._given["dir"]).expanduser(), rollout_receipts.of_rollout(name))
        place = rollout_story.confirmed_change(receipts.read(self._host), name)
        if place is None:
            return {"changed": False, "skipped": True, "skip_reason": f"{name} confirmed no change on {self._host}"}
        result = self._module("net_sysctl", self._restoring(place["journal"], self._given["conflicts"]))
        undone = rollout_context.put_back(result)
        if not self._task.check_mode:
            where = {key: place[key] for key in ("run", "wave", "waves", "host", "journal")}
            receipts.append({**where, "step": "roll_back", "status": "restored", "undone": undone}, now=rollout_context.now())
        result.pop("invocation", None)
        return result


def _checked_result(name: str, result: dict[str, Any]) -> dict[str, Any]:
    """Return a module's result; raise what says in which way it failed."""
    if result.get("unreachable"):
        raise AnsibleConnectionFailure(str(result.get("msg", "no reason was given")))
    if result.get("failed"):
        raise AnsibleActionFail(f"{name}: {result.get('msg', 'no reason was given')}")
    return result


def _unsettable(audit: dict[str, Any]) -> list[str]:
    reasons = ("too_old", "hidden", "unknown", "read_only", "unreadable")
    return [row["name"] for row in audit["plan"]["refused"] if row["reason"] in reasons]


def _handed_on(outcome: Outcome) -> dict[str, Any]:
    return {name: outcome.receipt[name] for name in ("journal", "confirm_by", "undone") if outcome.receipt.get(name) is not None}


def _final(step: str, outcome: Outcome) -> str | None:
    """Return the state in which this step leaves the host for good, None when more comes."""
    if step == "restore":
        return outcome.status if outcome.status != "nothing" else None
    return outcome.status if outcome.status in rollout_story.GOOD else None
