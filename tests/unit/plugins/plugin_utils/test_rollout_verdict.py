# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict over a wave: every way in which a host can be bad, how many may be, and what too little traffic means."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_verdict
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_story import Run, Story
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_verdict import Rules

# What a busy host counts in ten seconds.
BUSY = {"Tcp.ActiveOpens": 500, "Tcp.PassiveOpens": 500, "Tcp.OutSegs": 50000, "Tcp.InSegs": 50000, "TcpExt.ListenOverflows": 0}
FLOOD = {**BUSY, "TcpExt.ListenOverflows": 400}
IDLE = dict.fromkeys(BUSY, 0)


def snapshot(seconds, counters, boot="boot-1"):
    return {"seconds": seconds, "boot_id": boot, "counters": {**counters, "Tcp.CurrEstab": 100}}


def healths(before, after, boots="1111"):
    """Return the health of the steps assess, change, look and prove, from what was counted in both windows."""
    total = {name: 1000 + before[name] for name in before}
    ends = [dict.fromkeys(before, 1000), total, total, {name: total[name] + after[name] for name in total}]
    return [snapshot(10.0 * index, counters, f"boot-{boot}") for index, (counters, boot) in enumerate(zip(ends, boots, strict=True))]


def story(steps, host="web1", health=None, **messages):
    """Return a story from "step/status step/status", with health for its steps."""
    made = Story(host, 1)
    for item in steps.split():
        step, status = item.split("/")
        made.steps[step] = {"status": status, **({"message": messages[step]} if step in messages else {})}
    for step, found in zip(("assess", "change", "look", "prove"), health or (), strict=False):
        if step in made.steps and found:
            made.steps[step]["health"] = found
    return made


PROVED = "assess/planned change/changed look/ok prove/ok"


def well(host="web1"):
    return story(PROVED, host, healths(BUSY, BUSY))


def bad(host="web1"):
    return story(PROVED, host, healths(BUSY, FLOOD))


def slow(*, watched):
    """Return the story of a host whose operator's own checks took a minute and a half."""
    *health, last = healths(BUSY, BUSY)
    made = story(PROVED.replace("prove", "watch/ok prove") if watched else PROVED, health=[*health, {**last, "seconds": 120.0}])
    if watched:
        made.steps["watch"]["health"] = last
    return made


# Story, status, what the reason says, does it count against the wave, and when too little traffic fails.
HOSTS = [
    ("nothing was heard of it", story(""), "failed", "was not heard of after the step open", True, True),
    ("holds the profile", story("assess/unchanged"), "unchanged", "holds the profile", False, False),
    ("the audit failed", story("assess/failed", assess="no such profile"), "failed", "no such profile", True, True),
    ("was never reached", story("assess/lost", assess="cannot be reached: timed out"), "failed", "cannot be reached: timed out", True, True),
    ("was not changed although it had to be", story("assess/planned"), "failed", "was not heard of after the step assess", True, True),
    ("died in the change", story("assess/planned change/begun"), "failed", "was not heard of after the step change", True, True),
    ("the change failed", story("assess/planned change/failed", change="read-only"), "failed", "read-only", True, True),
    ("the change was lost", story("assess/planned change/lost", change="no route"), "failed", "no route", True, True),
    ("gone after the change", story("assess/planned change/changed look/lost", look="no route"), "failed", "no route", True, True),
    ("the operator's check failed", story("assess/planned change/changed look/ok"), "failed", "was not heard of after the step look", True, True),
    ("it does not hold", story(PROVED.replace("prove/ok", "prove/failed"), prove="does not hold: x"), "failed", "does not hold: x", True, True),
    ("gone in the proof", story(PROVED.replace("prove/ok", "prove/lost"), prove="no route"), "failed", "no route", True, True),
    ("clients are worse off", bad(), "regressed", "listen_overflows", True, True),
    ("it was started anew after the change", story(PROVED, health=healths(BUSY, BUSY, "1112")), "regressed", "started anew after the change", True, True),
    ("it was started anew before it", story(PROVED, health=healths(BUSY, BUSY, "1222")), "too_little_traffic", "started anew before", False, True),
    ("nothing goes on", story(PROVED, health=healths(IDLE, IDLE)), "too_little_traffic", "too little traffic", False, True),
    ("no counters", story(PROVED), "too_little_traffic", "its counters could not be read", False, True),
    ("no counters at one end", story(PROVED, health=[*healths(BUSY, BUSY)[:3], None]), "too_little_traffic", "could not be read", False, True),
    ("windows of no length", story(PROVED, health=[snapshot(5, BUSY)] * 4), "failed", "apart; let at least one second pass", True, True),
    ("well", well(), "ok", "nothing is worse than before", False, False),
    ("long checks are not in the window", slow(watched=True), "ok", "nothing is worse than before", False, False),
    ("a much longer window", slow(watched=False), "failed", "raise rollout_soak_seconds, or use more forks", True, True),
]  # fmt: skip


@pytest.mark.parametrize("case", HOSTS, ids=[case[0] for case in HOSTS])
@pytest.mark.parametrize("too_little", ["pass", "fail"])
def test_every_way_in_which_a_host_can_be_bad(case, too_little):
    _name, given, status, reason, *counts = case
    verdict = rollout_verdict.judge([given], Rules(too_little_traffic=too_little))
    [host] = verdict.hosts
    assert (host.host, host.status) == ("web1", status)
    assert reason in host.reason
    assert verdict.is_good is not counts[too_little == "fail"]
    assert verdict.bad == ({"web1": host.reason} if counts[too_little == "fail"] else {})


def test_one_bad_host_condemns_its_wave_by_default():
    verdict = rollout_verdict.judge([well("a"), bad("b"), well("c")], Rules())
    assert not verdict.is_good
    assert list(verdict.bad) == ["b"]
    assert verdict.reason.startswith("1 of 3 hosts is not well: b: listen_overflows")


# Bad, all, per cent, may the wave stay: the percentage has to be exceeded.
EDGES = [
    (0, 1, 0, True), (0, 200, 0, True), (1, 200, 0, False), (1, 2, 50, True), (1, 2, 49.99, False), (2, 2, 50, False), (2, 2, 99.9, False), (2, 2, 100, False),
    (1, 3, 33.3, False), (1, 3, 33.4, True), (5, 100, 5, True), (6, 100, 5, False), (1, 20, 5, True), (1, 19, 5, False), (7, 100, 7, True), (0, 0, 0, True),
    (1, 1, 100, False), (1, 2, 100, True),
]  # fmt: skip


@pytest.mark.parametrize(("spoilt", "total", "percentage", "stays"), EDGES)
def test_the_percentage_must_be_exceeded(spoilt, total, percentage, stays):
    hosts = [(bad if number < spoilt else well)(f"h{number}") for number in range(total)]
    rules = Rules(max_fail_percentage=percentage)
    verdict = rollout_verdict.judge(hosts, rules)
    assert verdict.is_good is stays
    # Whatever becomes of the others, these go back.
    assert set(verdict.bad) == {f"h{number}" for number in range(spoilt)}
    ended = run_of([final("restored" if number < spoilt else "confirmed", f"h{number}") for number in range(total)])
    assert (rollout_verdict.earlier_waves(ended, 2, rules) == "") is stays


def test_hosts_that_hold_the_profile_count_among_all():
    hosts = [bad("a"), story("assess/unchanged", "b")]
    assert rollout_verdict.judge(hosts, Rules(max_fail_percentage=50)).is_good


def test_the_operators_thresholds_count():
    lenient = {"listen_overflows": {"change": 1000}}
    assert rollout_verdict.judge([bad()], Rules(thresholds=lenient)).is_good
    verdict = rollout_verdict.judge([well()], Rules(thresholds={"no_such": {}}))
    assert not verdict.is_good
    assert 'there is no "no_such"' in verdict.reason


def test_a_regression_brings_its_figures():
    [host] = rollout_verdict.judge([bad()], Rules()).hosts
    [row] = host.judgement["regressions"]
    assert (row["metric"], row["before"], row["after"]) == ("listen_overflows", 0, 40)


def test_a_reason_names_three_hosts_and_counts_the_others():
    hosts = [story("assess/lost", f"h{number}", assess="no route") for number in range(5)]
    assert rollout_verdict.judge(hosts, Rules()).reason == "5 of 5 hosts are not well: h0: no route; h1: no route; h2: no route; and 2 more"
    assert rollout_verdict.judge([well()], Rules()).reason == "1 of 1 hosts are well"


def test_a_hostile_name_or_message_stays_on_its_line():
    verdict = rollout_verdict.judge([story("assess/lost", "web\n1", assess="\x1b[2Jgone\r\nok")], Rules())
    assert verdict.reason == "1 of 1 hosts is not well: web\\n1: \\x1b[2Jgone\\r\\nok"
    assert verdict.bad == {"web\n1": "\x1b[2Jgone\r\nok"}


STATES = {
    "unchanged": "assess/unchanged",
    "confirmed": f"{PROVED} judge/ok confirm/confirmed",
    "restored": f"{PROVED} judge/ok restore/restored",
    "lost": f"{PROVED} judge/ok confirm/lost",
    "failed": "assess/planned change/failed",
    "untouched": "assess/planned",
}


def final(state, host):
    made = story(STATES[state], host)
    assert made.final == state
    return made


def run_of(*waves):
    """Return a run whose waves have these hosts."""
    run = Run(1)
    for number, stories in enumerate(waves, 1):
        run.opened[number] = {"hosts": [item.host for item in stories]}
        run.stories.update({item.host: item for item in stories})
    return run


@pytest.mark.parametrize(("first", "second"), list(itertools.product(STATES, repeat=2)))
def test_the_next_wave_begins_only_after_good_ends(first, second):
    run = run_of([final(first, "a")], [final(second, "b")])
    good = {"unchanged", "confirmed"}
    assert (rollout_verdict.earlier_waves(run, 2, Rules()) == "") is (first in good)
    assert (rollout_verdict.earlier_waves(run, 3, Rules()) == "") is ({first, second} <= good)


def test_the_wave_itself_and_later_ones_are_not_earlier():
    assert rollout_verdict.earlier_waves(run_of([final("lost", "a")]), 1, Rules()) == ""


def test_why_the_next_wave_does_not_begin():
    run = run_of([final("confirmed", "a")], [story(STATES["lost"], "b", confirm="no route"), final("untouched", "c")])
    assert (
        rollout_verdict.earlier_waves(run, 3, Rules()) == "wave 2 did not end well: 2 of 2 hosts are not well: b: no route; c: is untouched"
    )


def test_a_host_that_was_lost_after_the_verdict_counts_as_any_other():
    run = run_of([final("lost", "a"), final("confirmed", "b")])
    assert rollout_verdict.earlier_waves(run, 2, Rules(max_fail_percentage=49)) != ""
    assert rollout_verdict.earlier_waves(run, 2, Rules(max_fail_percentage=50)) == ""
