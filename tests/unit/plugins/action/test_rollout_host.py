# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take one host through its steps with modules that answer, refuse or are not reached: statuses, receipts, and what is put back."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.linuxnet.tcp.plugins.action import rollout_host
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_receipts import Receipts

ID = "20261129T052243Z-3f9a1c"
COMMENT = f"rollout {ID}, run 1, wave 2"
HEALTH = {"seconds": 1.0, "boot_id": "b", "counters": {}}
GONE = AnsibleConnectionFailure("no route to host")
JOURNAL = {"id": 7, "confirm_by": "2026-11-29T05:30:00Z"}
UNDONE = {
    "changed": True,
    "settings": [{"name": "net.core.somaxconn", "status": "changed"}, {"name": "net.ipv4.tcp_sack", "status": "unchanged"}],
}


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a step: (step, what each module answers or raises, options) -> result; ``asked`` are the module runs."""
    receipts = Receipts(tmp_path, ID)
    receipts.make()
    context = {
        "folder": str(tmp_path), "id": ID, "run": 1, "wave": 2, "waves": 3, "wave_hosts": 2, "hosts": 6, "soak_seconds": 1, "confirm_within": 30
    }  # fmt: skip

    def answer(module_name, module_args, task_vars):
        name = module_name.rpartition(".")[2]
        go.asked.append((name, module_args))
        found = go.answers[name]
        if isinstance(found, Exception):
            raise found
        return dict(found)

    def go(step, answers=None, check_mode=False, **options):
        go.answers, go.asked = answers or {}, []
        args = {"step": step, "rollout": context, **options}
        task = SimpleNamespace(args=args, async_val=0, check_mode=check_mode, diff=False, action="x", environment=None, delegate_to=None)
        plugin = rollout_host.ActionModule(task, mock.MagicMock(), mock.MagicMock(), mock.MagicMock(), None, None)
        plugin._load_name = "rollout_host"
        plugin._execute_module = answer
        return plugin.run(task_vars={"inventory_hostname": "h1"})

    go.receipts = receipts
    go.told = lambda: [(line["step"], line["status"]) for line in receipts.read()]
    return go


def test_a_change_is_on_record_before_the_host_is_asked(run):
    def answer(**_call):
        assert run.told() == [("change", "begun")]
        return {"changed": True, "journal": JOURNAL, "health": HEALTH}

    with mock.patch.object(rollout_host.ActionModule, "_module", lambda self, name, options: answer()):
        result = run("change", planned={"net.core.somaxconn": "4096"})
    assert run.told() == [("change", "begun"), ("change", "changed")]
    assert (result["rollout"]["status"], result["rollout"]["journal"], result["changed"]) == ("changed", 7, True)


def test_the_change_waits_for_its_confirmation_under_the_name_of_its_wave(run):
    run("change", {"net_sysctl": {"journal": JOURNAL}}, planned={"net.core.somaxconn": "4096"}, change={"shadowed": "warn"})
    [(name, options)] = run.asked
    assert name == "net_sysctl"
    assert options == {
        "settings": {"net.core.somaxconn": "4096"}, "shadowed": "warn", "comment": COMMENT, "health": True, "confirm_within": 30,
        "journal_dir": "/var/lib/linuxnet-tcp",
    }  # fmt: skip


def test_check_mode_leaves_no_receipts(run):
    run("change", {"net_sysctl": {"changed": True, "diff": []}}, check_mode=True, planned={"net.core.somaxconn": "4096"})
    assert not (run.receipts.folder / "receipts.jsonl").exists()


# Step, what the module says, status, a word of the message.
FAULTS = [
    ("change", "net_sysctl", GONE, "lost", "cannot be reached: no route to host"),
    ("change", "net_sysctl", {"unreachable": True, "msg": "gone"}, "lost", "cannot be reached: gone"),
    ("change", "net_sysctl", {"failed": True, "msg": "read-only"}, "failed", "net_sysctl: read-only"),
    ("look", "health_info", GONE, "lost", "no route to host"),
    ("watch", "health_info", {"failed": True}, "failed", "no reason was given"),
    ("confirm", "net_sysctl", {"failed": True, "msg": "was put back already"}, "failed", "was put back already"),
    ("restore", "net_sysctl", GONE, "lost", "no route to host"),
]


@pytest.mark.parametrize(("step", "module", "answer", "status", "message"), FAULTS)
def test_whatever_goes_wrong_is_an_ordinary_failure_on_record(run, step, module, answer, status, message):
    result = run(step, {module: answer}, changed_before={"rollout": {"status": "changed", "journal": 7}})
    assert (result["failed"], result["rollout"]["status"]) == (True, status)
    assert "unreachable" not in result
    assert message in result["msg"]
    assert list(run.receipts.read())[-1]["message"] in result["msg"]
    assert run.told()[-1] == (step, status)


OURS, OTHERS = [{"id": 9, "comment": COMMENT}], [{"id": 9, "comment": "somebody else"}]
# What the step change returned, the journals that the host still has, the modules that are run, the journal that is put back, the status.
RESTORE = [
    (None, [], [], None, "nothing"),
    ({}, [], [], None, "nothing"),
    ({"skipped": True, "changed": False}, OURS, [], None, "nothing"),
    ({"rollout": {"status": "changed", "journal": 7}}, OURS, ["net_sysctl"], 7, "restored"),
    ({"rollout": {"status": "lost"}, "failed": True}, OURS, ["audit", "net_sysctl"], 9, "restored"),
    # It has put itself back, or was never changed.
    ({"rollout": {"status": "lost"}, "failed": True}, [], ["audit"], None, "restored"),
    ({"rollout": {"status": "lost"}, "failed": True}, OTHERS, ["audit"], None, "restored"),
    ({"rollout": {"status": "failed"}, "failed": True}, [], ["audit"], None, "nothing"),
    # The host was changed and the receipt of it could not be written.
    ({"failed": True, "msg": "rollout_dir: cannot write"}, OURS, ["audit", "net_sysctl"], 9, "restored"),
    ({"failed": True, "msg": "rollout_dir: cannot write"}, [], ["audit"], None, "nothing"),
]


@pytest.mark.parametrize(("before", "journals", "asked", "journal", "status"), RESTORE)
def test_what_this_run_changed_is_put_back_and_nothing_else(run, before, journals, asked, journal, status):
    result = run("restore", {"audit": {"tcp_facts": {"journals": journals}}, "net_sysctl": UNDONE}, changed_before=before, why="worse")
    assert (result.get("failed", False), result["rollout"]["status"]) == (False, status)
    assert [name for name, _options in run.asked] == asked
    [receipt] = run.receipts.read()
    assert (receipt["status"], receipt["why"], receipt.get("journal")) == (status, "worse", journal)
    if journal is not None:
        assert run.asked[-1][1] == {"state": "restored", "journal": journal, "conflicts": "keep", "journal_dir": "/var/lib/linuxnet-tcp"}
        assert receipt["undone"] == ["net.core.somaxconn"]


def test_nothing_is_changed_without_a_receipt(run):
    (run.receipts.folder / "receipts.jsonl").mkdir()
    with pytest.raises(AnsibleActionFail, match="nothing is changed without a receipt"):
        run("change", {"net_sysctl": {"journal": JOURNAL}}, planned={"net.core.somaxconn": "4096"})
    assert run.asked == []


def test_a_change_is_put_back_although_no_receipt_of_it_can_be_written(run):
    (run.receipts.folder / "receipts.jsonl").mkdir()
    with pytest.raises(AnsibleActionFail, match="cannot write"):
        run("restore", {"net_sysctl": UNDONE}, changed_before={"rollout": {"status": "changed", "journal": 7}})
    assert [options["state"] for _name, options in run.asked] == ["restored"]


def test_the_way_back_skips_whom_the_rollout_did_not_change(run, tmp_path):
    now = datetime.datetime.now(datetime.UTC)
    line = {"run": 1, "wave": 1, "waves": 1, "step": "confirm", "status": "confirmed"}
    run.receipts.append({**line, "host": "h2", "journal": 3}, now=now)
    skipped = run("roll_back", dir=str(tmp_path), receipt="last")
    assert (skipped["skipped"], skipped["skip_reason"]) == (True, f"{ID} confirmed no change on h1")
    run.receipts.append({**line, "host": "h1", "journal": 5}, now=now)
    back = run("roll_back", {"net_sysctl": UNDONE}, dir=str(tmp_path), receipt=ID, conflicts="keep")
    assert run.asked == [("net_sysctl", {"state": "restored", "journal": 5, "conflicts": "keep", "journal_dir": "/var/lib/linuxnet-tcp"})]
    assert back["changed"]
    assert list(run.receipts.read())[-1]["undone"] == ["net.core.somaxconn"]


@pytest.mark.parametrize("rollout", [None, {}, {"id": ID}])
def test_a_step_without_its_wave_says_what_it_needs(run, rollout):
    with pytest.raises(AnsibleActionFail, match="give that"):
        run("look", rollout=rollout)
