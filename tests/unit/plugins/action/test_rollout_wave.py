# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves are opened, resumed and refused on the controller alone, without a host."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.linuxnet.tcp.plugins.action import rollout_wave
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_story
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_context import Context
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_receipts import Receipts

HOSTS = [f"h{number}" for number in range(6)]
ALWAYS = [{"from": "00:00", "until": "00:00", "reason": "always"}]


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a step for a batch: (step, batch, options) -> result; ``lines`` is what it showed."""

    def go(step, batch=HOSTS[:1], check_mode=False, hosts=HOSTS, playing=(), **options):
        args = {
            "step": step,
            "dir": str(tmp_path / "rollouts"),
            "profile": "article",
            "waves": [1, 2, "100%"],
            "soak_seconds": 1,
            **options,
        }
        task = SimpleNamespace(args=args, async_val=0, check_mode=check_mode, diff=False, action="x", environment=None, delegate_to=None)
        plugin = rollout_wave.ActionModule(task, mock.MagicMock(), mock.MagicMock(), mock.MagicMock(), None, None)
        plugin._load_name = "rollout_wave"
        plugin._display = SimpleNamespace(display=go.lines.append)
        names = {"ansible_play_hosts_all": hosts, "ansible_play_hosts": playing, "ansible_play_batch": batch}
        return plugin.run(task_vars={**names, "ansible_forks": 5})

    go.lines = []
    return go


def statuses(rollout):
    found = Context.given(rollout).receipts().read()
    return [(line["run"], line["wave"], line["status"]) for line in found]


def confirm(rollout, host):
    context = Context.given(rollout)
    for step, status in (("assess", "planned"), ("change", "changed"), ("confirm", "confirmed")):
        context.record(host, step, status)


def test_the_first_wave_makes_the_rollout_and_shows_the_plan(run):
    opened = run("open")
    assert (opened["ok"], opened["reason"], opened["rollout"]["wave"], opened["rollout"]["waves"]) == (True, "", 1, 3)
    assert statuses(opened["rollout"]) == [(1, 1, "opened")]
    assert run.lines[0] == f"rollout {opened['rollout']['id']}"
    assert run.lines[1].startswith("6 hosts in 3 waves")
    assert run.lines[-1] == "wave 1/3 begins with 1 of 6 hosts"


def test_a_dry_run_and_check_mode_leave_nothing(run, tmp_path):
    assert [wave["hosts"] for wave in run("open", dry_run=True)["plan"]] == [HOSTS[:1], HOSTS[1:3], HOSTS[3:]]
    assert run("open", check_mode=True)["ok"]
    assert not (tmp_path / "rollouts").exists()


def test_bad_thresholds_are_refused_before_anything_is_changed(run, tmp_path):
    with pytest.raises(AnsibleActionFail, match='thresholds: there is no "no_such"'):
        run("open", thresholds={"no_such": {}})
    assert not (tmp_path / "rollouts").exists()


def test_the_report_is_shown_when_the_last_host_is_back(run):
    rollout = run("open", HOSTS[:1], hosts=HOSTS[:1], waves=["100%"])["rollout"]
    context = Context.given(rollout)
    for step, status in (("assess", "planned"), ("change", "changed"), ("judge", "regressed")):
        context.record(HOSTS[0], step, status)
    run.lines.clear()
    run("close", hosts=HOSTS[:1], rollout=rollout, playing=HOSTS[:1])
    assert run.lines == []
    # Who was lost in tasks that are not ours goes nowhere that we know of.
    run("close", hosts=HOSTS[:1], rollout=rollout)
    assert "stopped; 1 lost" in run.lines[0]
    run.lines.clear()
    context.record(HOSTS[0], "restore", "restored", undone=[])
    run("close", hosts=HOSTS[:1], rollout=rollout, playing=HOSTS[:1])
    assert "stopped; 1 restored" in run.lines[0]


def test_a_later_wave_begins_only_after_a_good_end(run):
    rollout = run("open")["rollout"]
    refused = run("open", HOSTS[1:3], rollout=rollout)
    assert not refused["ok"]
    assert refused["reason"] == "wave 1 did not end well: 1 of 1 hosts is not well: h0: is untouched"
    confirm(rollout, "h0")
    assert run("open", HOSTS[1:3], rollout=rollout)["ok"]


@pytest.mark.parametrize("batch", [HOSTS[:2], HOSTS[1:4], ["other"]])
def test_a_batch_that_is_not_its_wave_is_refused(run, batch):
    with pytest.raises(AnsibleActionFail, match="rollout_waves: this batch has other hosts than its wave; give rollout_waves"):
        run("open", batch)


def test_a_batch_without_hosts_that_failed_before_is_its_wave(run):
    rollout = run("open")["rollout"]
    confirm(rollout, "h0")
    assert run("open", HOSTS[4:], rollout=rollout)["rollout"]["wave"] == 3


@pytest.mark.parametrize(("canary", "ok"), [(["h0"], True), (["h0", "h1"], True), (["h1"], False), ([], True)])
def test_the_canary_is_in_the_first_wave(run, canary, ok):
    if ok:
        assert run("open", canary=canary)["ok"]
        return
    with pytest.raises(AnsibleActionFail, match="rollout_canary: the first wave has none of its hosts"):
        run("open", canary=canary)


def test_a_freeze_is_said_with_its_reason_and_recorded(run):
    refused = run("open", freeze=ALWAYS)
    assert not refused["ok"]
    assert "nothing is changed in a freeze window, and wave 1 would run into" in refused["reason"]
    assert "(always)" in refused["reason"]
    assert statuses(refused["rollout"]) == [(1, 1, "refused")]
    assert any("stopped; no host was reached, of 6 hosts" in line for line in run.lines)


def test_a_resumed_rollout_is_the_next_run_of_the_same(run):
    first = run("open")["rollout"]
    resumed = run("open", resume="last")["rollout"]
    assert (resumed["id"], resumed["run"]) == (first["id"], 2)
    assert run("open", resume=first["id"])["rollout"]["run"] == 3


def test_a_resumption_that_ran_into_a_freeze_can_be_resumed(run):
    first = run("open")["rollout"]
    assert not run("open", resume="last", freeze=ALWAYS)["ok"]
    resumed = run("open", resume="last")
    assert (resumed["ok"], resumed["rollout"]["id"], resumed["rollout"]["run"]) == (True, first["id"], 3)


def test_another_profile_is_another_rollout(run):
    run("open")
    with pytest.raises(AnsibleActionFail, match="was about profile article, not other; begin a new rollout"):
        run("open", resume="last", profile={"name": "other"})


def test_a_rollout_without_receipts_is_not_resumed(run, tmp_path):
    receipts = Receipts(tmp_path / "rollouts", "20261129T052243Z-3f9a1c")
    receipts.make()
    # What a full disk leaves.
    (receipts.folder / "receipts.jsonl").touch()
    with pytest.raises(AnsibleActionFail, match="has no receipts, so nothing was changed; begin a new rollout"):
        run("open", resume="last")


def test_hostile_names_of_hosts_are_shown_on_their_line(run):
    hosts = ["web\n1\x1b[2J", "\u202eevil"]
    rollout = run("open", hosts[:1], hosts=hosts, waves=[1])["rollout"]
    Context.given(rollout).record(hosts[0], "assess", "lost", message="no route\r\nok")
    run("judge", hosts[:1], rollout=rollout)
    run("close", hosts[:1], rollout=rollout)
    assert run.lines
    assert all(line.isprintable() for line in run.lines), run.lines


def test_nothing_is_waited_for_when_nothing_is_planned(run, monkeypatch):
    rollout = run("open")["rollout"]
    monkeypatch.setattr(rollout_wave.time, "sleep", lambda seconds: pytest.fail(f"waited for {seconds} s"))
    assert run("wait", rollout=rollout)["rollout"]["status"] == "nothing to wait for"


def test_the_soak_is_waited_for_with_a_line_now_and_then(run, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(
        rollout_wave, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=lambda left: clock.__setitem__(0, clock[0] + left))
    )
    rollout = run("open", soak_seconds=90)["rollout"]
    Context.given(rollout).record("h0", "assess", "planned")
    run.lines.clear()
    assert run("wait", rollout=rollout)["rollout"]["status"] == "waited"
    assert clock[0] == 190.0
    assert run.lines == ["wave 1/3: 90 s to go of 90 s", "wave 1/3: 60 s to go of 90 s"]


def test_a_verdict_never_fails_the_task_and_is_on_record(run):
    rollout = run("open")["rollout"]
    judged = run("judge", rollout=rollout)
    assert (judged["ok"], list(judged["bad"]), judged.get("failed")) == (False, ["h0"], None)
    [story] = rollout_story.runs(Context.given(rollout).receipts().read())[-1].of_wave(1)
    assert story.status("judge") == "failed"


def test_closing_tells_the_state_of_every_host_and_writes_the_report(run):
    rollout = run("open", waves=["100%"], batch=HOSTS)["rollout"]
    for host in HOSTS[:5]:
        confirm(rollout, host)
    closed = run("close", HOSTS, rollout=rollout, waves=["100%"])
    assert (closed["ok"], closed["outcome"]) == (False, "stopped")
    assert closed["rollout"]["finals"] == {**dict.fromkeys(HOSTS[:5], "confirmed"), "h5": "untouched"}
    confirm(rollout, "h5")
    assert run("close", HOSTS, rollout=rollout, waves=["100%"])["outcome"] == "completed"
    report = Context.given(rollout).receipts().folder / "report.json"
    assert '"outcome": "completed"' in report.read_text(encoding="utf-8")


def test_a_step_without_its_context_says_so(run):
    for step in ("wait", "judge", "close"):
        with pytest.raises(AnsibleActionFail, match="rollout: not what rollout_wave returned from its step open"):
            run(step)


def test_the_day_of_a_freeze_is_todays(run):
    tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    window = {"from": tomorrow.strftime("%Y-%m-%dT%H:%M"), "until": (tomorrow + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")}
    assert run("open", freeze=[window])["ok"]
    # Two days of soak would run into it.
    assert not run("open", freeze=[window], soak_seconds=86400)["ok"]
