# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The context that goes from task to task, its receipts, and what a step finds out about a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, rollout_context
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_context import Context, Outcome
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_plan import Wave
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_receipts import Receipts

ID = "20261129T052243Z-3f9a1c"
RAW = {
    "folder": "/r", "id": ID, "run": 2, "wave": 3, "waves": 4, "wave_hosts": 5, "hosts": 9, "soak_seconds": 1.5, "confirm_within": 90,
}  # fmt: skip


def test_a_context_goes_round():
    made = Context.of(Path("/r"), ID, 2, Wave(3, ("a",) * 5, 1.5, 90), 4, 9)
    assert made.result() == RAW
    assert Context.given(made.result(step="open", status="opened")) == made
    # Jinja may have made text of numbers.
    assert Context.given({name: str(value) for name, value in RAW.items()}) == made
    assert made.comment == f"rollout {ID}, run 2, wave 3"


def test_what_is_none_is_left_out_of_results_and_receipts():
    made = Context.given(RAW)
    assert made.result(final=None, host="a") == {**RAW, "host": "a"}
    assert "journal" not in made.line("a", "confirm", "confirmed", journal=None, message=None)


@pytest.mark.parametrize("raw", [{}, {**RAW, "run": "x"}, {**RAW, "run": None}, {name: RAW[name] for name in RAW if name != "folder"}])
def test_what_is_no_context(raw):
    with pytest.raises(errors.InvalidInput, match="rollout: not what rollout_wave returned from its step open"):
        Context.given(raw)


def test_receipts_are_short_and_fit_for_a_terminal(tmp_path):
    made = Context.given({**RAW, "folder": str(tmp_path)})
    made.receipts().make()
    made.record("web1", "look", "lost", message="x" * 5000, why="a\nb\x1b[2J")
    [line] = made.receipts().read()
    assert len(line["message"]) < 650
    assert line["why"] == "a\\nb\\x1b[2J"
    assert documents.problems(line, "receipt") == []
    assert (line["run"], line["wave"], line["waves"], line["host"], line["step"], line["status"]) == (2, 3, 4, "web1", "look", "lost")


@pytest.mark.parametrize(
    ("status", "fails"), [("failed", True), ("lost", True), ("ok", False), ("nothing", False), ("unchanged", False), ("confirmed", False)]
)
def test_which_outcomes_fail_their_task(status, fails):
    assert Outcome(status).is_failure is fails


# Status of a setting, was it planned, what counts when another file winning is refused, and when it is warned of.
HELD = [
    ("compliant", False, [], []), ("adjusted", True, [], []), ("differs", False, [], []),
    ("differs", True, ["k"], ["k"]), ("shadowed", True, ["k"], []), ("shadowed", False, [], []), ("refused", True, ["k"], ["k"]),
]  # fmt: skip


@pytest.mark.parametrize(("status", "planned", "strict", "lenient"), HELD)
def test_what_does_not_hold_after_a_change(status, planned, strict, lenient):
    audit = {"settings": [{"name": "k", "status": status, **({"planned": "1"} if planned else {})}, {"name": "other", "status": "differs"}]}
    assert rollout_context.unheld(audit, "fail") == strict
    assert rollout_context.unheld(audit, "warn") == lenient


def test_the_journal_of_a_run_is_found_by_its_comment():
    made = Context.given(RAW)
    rows = [{"id": "4", "comment": f"rollout {ID}, run 1, wave 3"}, {"id": 5}, {"id": "6", "comment": made.comment}]
    assert rollout_context.ours(rows, made.comment) == 6
    assert rollout_context.ours(rows[:2], made.comment) is None
    assert rollout_context.ours([], made.comment) is None


def test_keys_that_a_restoring_run_changed():
    rows = [{"name": "a", "status": "changed"}, {"name": "b", "status": "unchanged"}, {"name": "c", "status": "conflict"}]
    assert rollout_context.put_back({"settings": rows}) == ["a"]
    assert rollout_context.put_back({}) == []


def test_a_resumed_run_knows_in_which_state_earlier_ones_left_a_host(tmp_path):
    receipts = Receipts(tmp_path, ID)
    receipts.make()
    assert rollout_context.earlier(receipts, "a") == ""
    rollout_context.keep_earlier(receipts, {"a": "confirmed", "b\n": "lost"})
    assert [rollout_context.earlier(receipts, host) for host in ("a", "b\n", "c")] == ["confirmed", "lost", ""]
    (receipts.folder / "earlier.json").write_text("{", encoding="utf-8")
    assert rollout_context.earlier(receipts, "a") == ""
