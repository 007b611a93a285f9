# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of each host: the state that follows from its receipts, what went wrong first, runs, and what may be rolled back."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_story

ID = "20261129T052243Z-3f9a1c"
NUMBERS = itertools.count()


def receipt(host, step, status, run=1, wave=1, **more):
    return {"id": f"{ID}.{next(NUMBERS):08x}", "run": run, "wave": wave, "waves": 3, "host": host, "step": step, "status": status, **more}


def told(text, host="web1", run=1):
    """Return receipts of one host, from "step/status step/status"."""
    return [receipt(host, *item.split("/"), run=run) for item in text.split()]


def story_of(receipts, host="web1"):
    return rollout_story.runs(receipts)[-1].stories[host]


# Steps, the state that follows, was it changed.
FINALS = [
    ("assess/unchanged", "unchanged", False),
    ("assess/unchanged judge/unchanged", "unchanged", False),
    ("assess/planned", "untouched", False),
    ("assess/planned restore/nothing", "untouched", False),
    ("assess/failed", "failed", False),
    ("assess/failed restore/nothing", "failed", False),
    ("assess/lost", "lost", False),
    ("assess/lost restore/nothing", "lost", False),
    ("assess/planned change/begun", "lost", True),
    ("assess/planned change/begun change/changed", "lost", True),
    ("assess/planned change/begun change/failed", "failed", False),
    ("assess/planned change/begun change/failed restore/nothing", "failed", False),
    ("assess/planned change/begun change/lost", "lost", True),
    ("assess/planned change/begun change/lost restore/lost", "lost", True),
    ("assess/planned change/begun change/lost restore/restored", "restored", True),
    ("assess/planned change/begun change/changed look/lost", "lost", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/ok", "lost", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/ok confirm/confirmed", "confirmed", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/ok confirm/lost", "lost", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/ok confirm/failed", "lost", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/ok confirm/failed restore/restored", "restored", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/regressed restore/restored", "restored", True),
    ("assess/planned change/begun change/changed look/ok prove/failed restore/failed", "failed", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/ok confirm/confirmed restore/restored", "restored", True),
    ("assess/planned change/begun change/changed look/ok prove/ok judge/ok confirm/confirmed roll_back/restored", "restored", True),
]


@pytest.mark.parametrize(
    ("steps", "final", "changed"), FINALS, ids=[case[0].rpartition(" ")[2] + f"-{number}" for number, case in enumerate(FINALS)]
)
def test_the_state_of_a_host_follows_from_its_receipts(steps, final, changed):
    story = story_of(told(steps))
    assert (story.final, story.was_changed) == (final, changed)


def test_every_state_is_reached():
    states = {"unchanged", "confirmed", "restored", "lost", "failed", "untouched"}
    assert {final for _steps, final, _changed in FINALS} == states
    assert set(rollout_story.GOOD) == {"unchanged", "confirmed"}


def test_the_last_word_of_a_step_counts_and_what_was_known_of_the_change_is_kept():
    story = story_of([
        receipt("web1", "change", "begun", planned={"net.ipv4.tcp_syncookies": "1"}),
        receipt("web1", "change", "changed", journal=7, confirm_by="2026-11-29T05:30:00Z"),
        receipt("web1", "change", "lost", message="no route"),
    ])  # fmt: skip
    assert story.status("change") == "lost"
    assert story.journal == 7
    assert story.steps["change"]["confirm_by"] == "2026-11-29T05:30:00Z"
    assert story.steps["change"]["planned"] == {"net.ipv4.tcp_syncookies": "1"}


@pytest.mark.parametrize(
    ("steps", "is_open"),
    [
        ("assess/unchanged", False),
        ("assess/planned change/begun change/failed", False),
        ("assess/planned change/begun", True),
        ("assess/planned change/changed judge/regressed", True),
        ("assess/planned change/changed judge/ok confirm/failed", True),
        ("assess/planned change/changed judge/ok confirm/confirmed", False),
        ("assess/planned change/changed judge/regressed restore/lost", False),
    ],
)
def test_a_change_is_open_until_it_stays_or_somebody_tried_to_put_it_back(steps, is_open):
    assert story_of(told(steps)).is_open is is_open


def test_a_run_that_died_before_it_decided_says_nothing_new():
    first = told("assess/planned change/changed confirm/confirmed")
    assert rollout_story.last_states(rollout_story.runs(first + told("assess/planned", run=2))) == {"web1": "confirmed"}
    assert rollout_story.last_states(rollout_story.runs(first + told("assess/planned change/begun", run=2))) == {"web1": "lost"}


def test_a_message_of_an_earlier_word_is_not_kept():
    story = story_of([receipt("web1", "change", "failed", message="busy"), receipt("web1", "change", "changed")])
    assert story.trouble == ""


# Receipts as (step, status, message or why), what went wrong first.
TROUBLES = [
    ("nothing", [("assess", "planned", None), ("judge", "ok", None)], ""),
    ("the first of two", [("look", "lost", "no route"), ("prove", "failed", "does not hold")], "no route"),
    ("without words", [("change", "failed", None)], "change failed"),
    ("a regression", [("prove", "ok", None), ("judge", "regressed", "listen_overflows: 0 before")], "listen_overflows: 0 before"),
    (
        "what the verdict itself says",
        [("prove", "ok", None), ("judge", "failed", "the windows last 2 s and 5 s"), ("restore", "restored", "wave 1: 1 of 2 hosts: the windows")],
        "the windows last 2 s and 5 s",
    ),
    ("the operator's check", [("look", "ok", None), ("judge", "failed", "was not heard of"), ("restore", "restored", "curl: 503")], "curl: 503"),
    ("our own step before it", [("prove", "lost", "no route"), ("judge", "failed", "x"), ("restore", "lost", "wave 1: x")], "no route"),
    ("a check before any verdict", [("look", "ok", None), ("restore", "restored", "curl: 503")], "curl: 503"),
    ("put back for the others", [("judge", "ok", None), ("restore", "restored", "wave 1: web2 is not well")], ""),
    ("lost at the end", [("judge", "ok", None), ("confirm", "lost", "no route")], "no route"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "trouble"), [case[1:] for case in TROUBLES], ids=[case[0] for case in TROUBLES])
def test_what_went_wrong_first_is_told_in_its_own_words(steps, trouble):
    words = {"restore": "why"}
    receipts = [receipt("web1", step, status, **({words.get(step, "message"): text} if text else {})) for step, status, text in steps]
    assert story_of(receipts).trouble == trouble


def wave(number, status, hosts=(), run=1, **more):
    return receipt("", "wave", status, run=run, wave=number, hosts=list(hosts), **more)


def test_a_wave_names_hosts_that_nothing_was_heard_of():
    [run] = rollout_story.runs([wave(1, "opened", ["web1", "web2"]), *told("assess/unchanged")])
    assert [(story.host, story.final) for story in run.of_wave(1)] == [("web1", "unchanged"), ("web2", "untouched")]
    assert run.of_wave(2) == []
    assert rollout_story.counts(run.of_wave(1)) == {"unchanged": 1, "untouched": 1}


def test_runs_are_kept_apart():
    first = [wave(1, "opened", ["web1"]), *told("assess/planned change/begun"), wave(1, "judged", ok=False), wave(1, "closed", ok=False)]
    second = [wave(1, "opened", ["web1"], run=2), *told("assess/unchanged", run=2)]
    one, two = rollout_story.runs([*first, *second])
    assert (one.number, one.stories["web1"].final, sorted(one.closed), sorted(one.judged)) == (1, "lost", [1], [1])
    assert (two.number, two.stories["web1"].final, two.closed) == (2, "unchanged", {})


def test_a_wave_that_was_refused_is_not_an_opened_one():
    [run] = rollout_story.runs([wave(1, "opened", ["web1"]), wave(2, "refused", ["web2"], message="freeze")])
    assert list(run.opened) == [1]
    assert [item["message"] for item in run.refused] == ["freeze"]


def test_a_resumed_rollout_knows_the_last_state_of_each_host():
    first = [*told("assess/planned change/begun change/changed confirm/confirmed", "done"), *told("assess/planned change/begun", "dead")]
    second = told("assess/planned change/begun change/changed confirm/confirmed", "dead", run=2)
    assert rollout_story.last_states(rollout_story.runs(first)) == {"done": "confirmed", "dead": "lost"}
    assert rollout_story.last_states(rollout_story.runs([*first, *second])) == {"done": "confirmed", "dead": "confirmed"}


CONFIRMED = [
    receipt("web1", "confirm", "confirmed", run=1, journal=3),
    receipt("web2", "confirm", "confirmed", run=1, journal=9),
    receipt("web1", "assess", "planned", run=2),
    receipt("web1", "confirm", "confirmed", run=2, journal=5),
    receipt("web3", "confirm", "lost", run=2, journal=4),
    receipt("web4", "confirm", "confirmed", run=2),
    receipt("web5", "assess", "unchanged", run=1),
]


@pytest.mark.parametrize(
    ("host", "name", "journal"),
    [
        ("web1", ID, 5), ("web2", ID, 9), ("web3", ID, None), ("web4", ID, None), ("web5", ID, None), ("web6", ID, None),
        ("web1", CONFIRMED[0]["id"], 3), ("web1", CONFIRMED[2]["id"], 5), ("web1", CONFIRMED[3]["id"], 5),
        ("web1", CONFIRMED[1]["id"], None), ("web2", CONFIRMED[0]["id"], None), ("web5", CONFIRMED[6]["id"], None),
    ],
)  # fmt: skip
def test_only_a_change_that_was_confirmed_is_rolled_back_and_only_the_one_that_is_meant(host, name, journal):
    found = rollout_story.confirmed_change([row for row in CONFIRMED if row["host"] == host], name)
    assert (found and found["journal"]) == journal
