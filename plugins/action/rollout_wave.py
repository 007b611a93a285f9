# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open, hold, judge and close a wave of a rollout, on the controller alone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import (
    regressions,
    rollout_context,
    rollout_freeze,
    rollout_plan,
    rollout_receipts,
    rollout_report,
    rollout_story,
    rollout_verdict,
    store,
)
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_context import Context
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_receipts import WAVE, Receipts

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "step": {"type": "str", "choices": ["open", "wait", "judge", "close"], "required": True},
    "rollout": {"type": "dict"},
    "dir": {"type": "str", "default": "rollouts"},
    "profile": {"type": "raw"},
    "waves": {"type": "list", "elements": "raw", "default": [1, "5%", "25%", "100%"]},
    "soak_seconds": {"type": "raw", "default": 60},
    "confirm_within": {"type": "int", "default": 0},
    "canary": {"type": "list", "elements": "str", "default": []},
    "freeze": {"type": "list", "elements": "dict", "default": []},
    "dry_run": {"type": "bool", "default": False},
    "resume": {"type": "str"},
    "max_fail_percentage": {"type": "float", "default": 0.0},
    "too_little_traffic": {"type": "str", "choices": ["pass", "fail"], "default": "pass"},
    "thresholds": {"type": "dict", "default": {}},
}
_SECONDS_BETWEEN_LINES = 30.0


class ActionModule(ActionBase):
    """Run once for a batch and touch no host."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``rollout``, and ``ok`` with its ``reason`` where there is something to decide; a verdict never fails the task by itself."""
        super().run(tmp, task_vars)
        self._variables = task_vars or {}
        _checked, self._given = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            result: dict[str, Any] = getattr(self, f"_{self._given['step']}")()
        except errors.LinuxnetError as error:
            raise AnsibleActionFail(error.message, result=error.details) from error
        return {"changed": False, **result}

    # open

    def _open(self) -> dict[str, Any]:
        """Say whether the wave may begin; the first one makes the rollout and shows the plan."""
        hosts, forks = list(self._variables["ansible_play_hosts_all"]), int(self._variables["ansible_forks"])
        regressions.check_thresholds(self._given["thresholds"])
        plan = rollout_plan.plan(hosts, self._given["waves"], self._given["soak_seconds"], forks, self._given["confirm_within"])
        wave = self._wave_of(plan)
        if self._given["dry_run"]:
            self._say(rollout_plan.lines(plan, forks))
            return {"ok": True, "reason": "dry run", "dry_run": True, "plan": [_shown(wave) for wave in plan]}
        first = wave.number == 1
        receipts, run = self._made() if first else self._found()
        context = Context.of(Path(self._given["dir"]).expanduser().absolute(), receipts.rollout, run, wave, len(plan), len(hosts))
        if first:
            self._say([f"rollout {receipts.rollout}", *rollout_plan.lines(plan, forks)])
        reason = self._hindrance(receipts, context, rollout_plan.seconds_of(wave, forks))
        if not self._task.check_mode:
            self._record_opening(context, wave, reason)
        if reason:
            self._close_report(receipts)
        else:
            self._say([f"wave {wave.number}/{len(plan)} begins with {len(wave.hosts)} of {len(hosts)} hosts"])
        status = "refused" if reason else "opened"
        return {"ok": not reason, "reason": reason, "rollout": context.result(step="open", status=status)}

    def _wave_of(self, plan: list[rollout_plan.Wave]) -> rollout_plan.Wave:
        """Return the wave that Ansible's batch is; other ones mean that the play divides its hosts by other numbers than it said."""
        batch = set(self._variables["ansible_play_batch"])
        wave = next((wave for wave in plan if batch & set(wave.hosts)), None)
        if wave is None or not batch <= set(wave.hosts):
            raise errors.InvalidInput(
                f"rollout_waves: this batch has other hosts than its wave; give rollout_waves ({self._given['waves']}) as an extra variable "
                "and as serial of the play, as playbooks/rollout.yml does, with the strategy linear"
            )
        canary = set(self._given["canary"])
        if canary and wave.number == 1 and not (canary & set(wave.hosts) or set(wave.hosts) <= canary):
            raise errors.InvalidInput(
                "rollout_canary: the first wave has none of its hosts; leave rollout_order at inventory, and use the playbook"
            )
        return wave

    def _made(self) -> tuple[Receipts, int]:
        """Return the receipts of a new rollout, or of the one that is resumed, and the number of this run."""
        folder = Path(self._given["dir"]).expanduser()
        if not self._given["resume"]:
            receipts = Receipts(folder, rollout_receipts.new_id(rollout_context.now()))
            if not self._task.check_mode:
                receipts.make()
            return receipts, 1
        receipts = Receipts(folder, rollout_receipts.find(folder, self._given["resume"]))
        found = rollout_story.runs(receipts.read())
        if not found:
            raise errors.InvalidInput(f"rollout_resume: {receipts.rollout} has no receipts, so nothing was changed; begin a new rollout")
        last = found[-1]
        before, wanted = rollout_story.profile(last), _profile_name(self._given["profile"])
        if before != wanted:
            raise errors.InvalidInput(f"rollout_resume: {receipts.rollout} was about profile {before}, not {wanted}; begin a new rollout")
        if not self._task.check_mode:
            rollout_context.keep_earlier(receipts, rollout_story.last_states(found))
        return receipts, found[-1].number + 1

    def _found(self) -> tuple[Receipts, int]:
        """Return the receipts and the run that the first wave of this play made."""
        context = Context.given(self._given["rollout"] or {})
        return context.receipts(), context.run

    def _hindrance(self, receipts: Receipts, context: Context, seconds: float) -> str:
        """Return why the wave may not begin, empty when it may."""
        freeze = rollout_freeze.in_the_way(self._given["freeze"], rollout_context.now(), seconds)
        if freeze:
            return f"nothing is changed in a freeze window, and wave {context.wave} would run into {freeze}; wait, or take it out of rollout_freeze"
        if context.wave == 1 or self._task.check_mode:
            return ""
        run = rollout_story.runs(receipts.read())[-1]
        return rollout_verdict.earlier_waves(run, context.wave, self._rules())

    def _record_opening(self, context: Context, wave: rollout_plan.Wave, reason: str) -> None:
        more = {"profile": _profile_name(self._given["profile"]), "total_hosts": context.hosts, "hosts": list(wave.hosts)}
        context.record(WAVE, "wave", "refused" if reason else "opened", message=reason or None, **more)

    # wait

    def _wait(self) -> dict[str, Any]:
        """Let a window pass when any host of the wave is, or is to be, changed."""
        context, run = self._context_and_run()
        if not any(story.status("assess") == "planned" for story in run.of_wave(context.wave)):
            return {"rollout": context.result(step="wait", status="nothing to wait for")}
        end = time.monotonic() + context.soak_seconds
        while (left := end - time.monotonic()) > 0:
            if left > _SECONDS_BETWEEN_LINES:
                self._say([f"wave {context.wave}/{context.waves}: {rollout_plan.duration(left)} to go of {context.soak_seconds:g} s"])
            time.sleep(min(left, _SECONDS_BETWEEN_LINES))
        return {"rollout": context.result(step="wait", status="waited")}

    # judge

    def _judge(self) -> dict[str, Any]:
        """Reach one verdict for all hosts of the wave, those that nothing was heard of included."""
        context, run = self._context_and_run()
        verdict = rollout_verdict.judge(run.of_wave(context.wave), self._rules())
        rows = [context.line(row.host, "judge", row.status, message=row.reason, judgement=row.judgement) for row in verdict.hosts]
        wave = context.line(WAVE, "wave", "judged", ok=verdict.is_good, message=verdict.reason)
        context.receipts().append(*rows, wave, now=rollout_context.now())
        self._say([f"wave {context.wave}/{context.waves}: {verdict.reason}"])
        told = context.result(step="judge", status="ok" if verdict.is_good else "failed")
        return {"ok": verdict.is_good, "reason": verdict.reason, "bad": dict(verdict.bad), "rollout": told}

    # close

    def _close(self) -> dict[str, Any]:
        """Write down what became of the wave, and the report of the rollout so far."""
        context, run = self._context_and_run()
        stories = run.of_wave(context.wave)
        reason = rollout_verdict.earlier_waves(run, context.wave + 1, self._rules())
        counted = rollout_story.counts(stories)
        message = reason or ", ".join(f"{number} {state}" for state, number in sorted(counted.items()))
        context.record(WAVE, "wave", "closed", ok=not reason, message=message, counts=counted)
        report = self._close_report(context.receipts())
        finals = {story.host: story.final for story in stories}
        told = context.result(step="close", status="failed" if reason else "ok", finals=finals)
        return {"ok": not reason, "reason": reason, "outcome": report["outcome"], "rollout": told}

    def _close_report(self, receipts: Receipts) -> dict[str, Any]:
        """Write the report, and show it when no wave comes after this one."""
        if self._task.check_mode:
            return {"outcome": "running"}
        report = rollout_report.document(receipts.rollout, rollout_story.runs(receipts.read()))
        store.save_json(receipts.folder / "report.json", report, "rollout_dir")
        if report["outcome"] != "running" and not self._awaited(receipts):
            self._say(rollout_report.lines(report, str(receipts.folder)))
        return report

    def _awaited(self, receipts: Receipts) -> bool:
        """Tell whether hosts that Ansible still has are about to put their change back: the report is shown when they have."""
        run = rollout_story.runs(receipts.read())[-1]
        playing = set(self._variables.get("ansible_play_hosts", ()))
        return any(story.is_open for story in run.stories.values() if story.host in playing)

    # What they need.

    def _context_and_run(self) -> tuple[Context, rollout_story.Run]:
        context = Context.given(self._given["rollout"] or {})
        return context, rollout_story.runs(context.receipts().read())[-1]

    def _rules(self) -> rollout_verdict.Rules:
        given = self._given
        return rollout_verdict.Rules(given["max_fail_percentage"], given["too_little_traffic"], given["thresholds"])

    def _say(self, lines: Any) -> None:
        for line in lines:
            self._display.display(line)


def _shown(wave: rollout_plan.Wave) -> dict[str, Any]:
    return {"wave": wave.number, "hosts": list(wave.hosts), "soak_seconds": wave.soak_seconds, "confirm_within": wave.confirm_within}


def _profile_name(profile: Any) -> str:
    return str(profile.get("name", "")) if isinstance(profile, dict) else str(profile or "")
