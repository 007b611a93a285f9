# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health gate: every figure in every case, thresholds, and what is no window."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.linuxnet.tcp.plugins.filter.tcp_regressions import FilterModule
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import health_metrics, regressions

ROOT = Path(__file__).resolve().parents[4]
SECONDS = 10.0
# What a busy, healthy host counts in ten seconds.
BUSY = {
    "Tcp.ActiveOpens": 500, "Tcp.PassiveOpens": 500, "Tcp.AttemptFails": 10, "Tcp.EstabResets": 20,
    "Tcp.InSegs": 50000, "Tcp.OutSegs": 50000, "Tcp.RetransSegs": 100,
    "TcpExt.ListenOverflows": 0, "TcpExt.ListenDrops": 0, "TcpExt.TCPTimeWaitOverflow": 0, "TcpExt.PAWSEstab": 0, "TcpExt.PAWSTimewait": 0,
}  # fmt: skip
# What an audit over SSH alone makes.
IDLE = dict.fromkeys(BUSY, 0) | {"Tcp.PassiveOpens": 2, "Tcp.InSegs": 700, "Tcp.OutSegs": 500}


def snapshot(seconds=0.0, counters=None, established=100, boot="boot-1"):
    return {"seconds": seconds, "boot_id": boot, "counters": {**(counters or {}), "Tcp.CurrEstab": established}}


def window(at, rises, seconds=SECONDS, established=100, boots=("boot-1", "boot-1")):
    totals = {name: 1000000 for name in rises}
    later = {name: 1000000 + rise for name, rise in rises.items()}
    return [snapshot(at, totals, established, boots[0]), snapshot(at + seconds, later, established, boots[1])]


def judge(before, after, thresholds=None, *, established=(100, 100)):
    """Judge rises in ten seconds."""
    left, right = window(5.0, before, established=established[0]), window(20.0, after, established=established[1])
    return regressions.tcp_regressions(left, right, thresholds)


def worse(judgement):
    return [item["metric"] for item in judgement["regressions"]]


STEADY = [("the same", BUSY, BUSY), ("twice the traffic, in proportion", BUSY, {name: 2 * rise for name, rise in BUSY.items()})]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in STEADY], ids=[case[0] for case in STEADY])
def test_a_healthy_host_is_ok(before, after):
    judgement = judge(before, after)
    assert (judgement["verdict"], judgement["reason"]) == ("ok", "nothing is worse than before")
    assert set(judgement["metrics"]) == {metric.name for metric in health_metrics.METRICS}
    assert judgement["windows"] == {"before_seconds": 10.0, "after_seconds": 10.0}


# Figure, counter, rise before, rise after that is just allowed, rise after that is not. In ten seconds, beside BUSY (1,000 opened, 50,000 sent).
EDGES = [
    ("listen_overflows", "TcpExt.ListenOverflows", 0, 1, 2),
    ("listen_overflows", "TcpExt.ListenOverflows", 100, 150, 151),
    ("listen_drops", "TcpExt.ListenDrops", 0, 1, 2),
    ("listen_drops", "TcpExt.ListenDrops", 100, 150, 151),
    ("paws_rejects", "TcpExt.PAWSEstab", 0, 1, 2),
    ("paws_rejects", "TcpExt.PAWSTimewait", 0, 1, 2),
    ("paws_rejects", "TcpExt.PAWSEstab", 100, 200, 201),
    ("time_wait_overflows", "TcpExt.TCPTimeWaitOverflow", 0, 10, 11),
    ("time_wait_overflows", "TcpExt.TCPTimeWaitOverflow", 100, 200, 201),
    ("attempt_fails", "Tcp.AttemptFails", 0, 20, 21),
    ("attempt_fails", "Tcp.AttemptFails", 100, 200, 201),
    ("estab_resets", "Tcp.EstabResets", 0, 50, 51),
    ("estab_resets", "Tcp.EstabResets", 100, 200, 201),
    ("retransmissions", "Tcp.RetransSegs", 0, 500, 501),
    ("retransmissions", "Tcp.RetransSegs", 1000, 2000, 2001),
]


@pytest.mark.parametrize(("metric", "counter", "before", "allowed", "too_much"), EDGES)
def test_a_figure_may_rise_so_far_and_no_further(metric, counter, before, allowed, too_much):
    left = {**BUSY, counter: before}
    assert judge(left, {**BUSY, counter: allowed})["verdict"] == "ok"
    judgement = judge(left, {**BUSY, counter: too_much})
    assert (judgement["verdict"], worse(judgement)) == ("regressed", [metric])
    row = judgement["regressions"][0]
    assert row["before"] < row["after"]
    assert row["allowed"] < row["after"]
    assert row["text"] == judgement["reason"]
    assert row["text"].startswith(f"{metric}: ")


def test_every_figure_is_in_a_table_of_this_file():
    tested = {row[0] for row in EDGES} | {"established", "opened", "segments"}
    assert {metric.name for metric in health_metrics.METRICS} == tested


@pytest.mark.parametrize(
    ("established", "verdict"),
    [
        ((100, 100), "ok"),
        ((100, 50), "ok"),
        ((100, 49), "regressed"),
        ((30, 10), "ok"),
        ((30, 9), "regressed"),
        ((15, 0), "ok"),
        ((0, 500), "ok"),
    ],
)
def test_half_of_the_connections_may_go_if_they_are_few(established, verdict):
    judgement = judge(BUSY, BUSY, established=established)
    assert judgement["verdict"] == verdict
    assert worse(judgement) == (["established"] if verdict == "regressed" else [])


def test_traffic_that_stops_is_harm_and_not_too_little_traffic():
    judgement = judge(BUSY, IDLE, established=(100, 90))
    assert judgement["verdict"] == "regressed"
    assert worse(judgement) == ["opened", "segments"]
    assert "at least 10 allowed" in judgement["regressions"][0]["text"]


@pytest.mark.parametrize(
    ("levels", "shown", "verdict"),
    [
        ((100, 100, 100, 40), (100, 40), "regressed"),  # fewer and fewer after the change
        ((100, 100, 0, 100), (100, 100), "ok"),  # closed by the change and back again
        ((0, 100, 0, 0), (0, 0), "ok"),  # bursts: one end of the window before happened to see one
        ((100, 0, 0, 0), (0, 0), "ok"),
    ],
)
def test_a_burst_is_not_a_level(levels, shown, verdict):
    left, right = window(0, BUSY), window(10, BUSY)
    for snap, level in zip([*left, *right], levels, strict=True):
        snap["counters"]["Tcp.CurrEstab"] = level
    judgement = regressions.tcp_regressions(left, right)
    assert judgement["metrics"]["established"] == {"before": shown[0], "after": shown[1], "unit": "connections"}
    assert judgement["verdict"] == verdict


# Opened and segments before, and after; in ten seconds.
@pytest.mark.parametrize(
    ("before", "after", "verdict", "worse_ones"),
    [
        ((20, 400), (1, 30), "regressed", ["opened"]),
        ((20, 400), (2, 40), "too_little_traffic", []),
        ((19, 400), (0, 0), "too_little_traffic", []),
        ((2, 5000), (2, 499), "regressed", ["segments"]),
        ((2, 5000), (2, 501), "too_little_traffic", []),
        ((20, 9000), (1, 9000), "ok", []),  # fewer connections that carry the same
        ((20, 5000), (20, 30), "regressed", ["segments"]),
    ],
)
def test_a_slow_host_that_goes_dead_is_harm(before, after, verdict, worse_ones):
    left, right = (
        dict.fromkeys(BUSY, 0) | {"Tcp.ActiveOpens": opened, "Tcp.InSegs": segments // 2, "Tcp.OutSegs": segments - segments // 2}
        for opened, segments in (before, after)
    )
    judgement = judge(left, right)
    assert (judgement["verdict"], worse(judgement)) == (verdict, worse_ones)


# Figure, counter below the line, its rise, counter above the line, its rise after that is still chance, after that is harm; none before.
FEW = [
    ("attempt_fails", "Tcp.ActiveOpens", 20, "Tcp.AttemptFails", 4, 5),
    ("attempt_fails", "Tcp.PassiveOpens", 40, "Tcp.AttemptFails", 4, 40),
    ("attempt_fails", "Tcp.PassiveOpens", 19, "Tcp.AttemptFails", 19, None),
    ("estab_resets", "Tcp.PassiveOpens", 20, "Tcp.EstabResets", 4, 5),
    ("estab_resets", "Tcp.PassiveOpens", 19, "Tcp.EstabResets", 19, None),
    ("retransmissions", "Tcp.OutSegs", 100, "Tcp.RetransSegs", 19, 20),
    ("retransmissions", "Tcp.OutSegs", 99, "Tcp.RetransSegs", 99, None),
]


@pytest.mark.parametrize(("metric", "below", "number", "above", "chance", "harm"), FEW)
def test_a_share_needs_events_above_and_below_the_line(metric, below, number, above, chance, harm):
    left = dict.fromkeys(BUSY, 0) | {below: number}
    assert judge(left, {**left, above: chance})["verdict"] != "regressed"
    if harm is None:
        assert metric not in judge(left, {**left, above: chance})["metrics"]
    else:
        judgement = judge(left, {**left, above: harm})
        assert (judgement["verdict"], worse(judgement)) == ("regressed", [metric])


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (IDLE, IDLE, "too little traffic before and after the change to judge by"),
        (IDLE, BUSY, "too little traffic before the change to judge by"),
        (
            {**BUSY, "Tcp.PassiveOpens": 10, "Tcp.ActiveOpens": 9, "Tcp.InSegs": 2500, "Tcp.OutSegs": 2499},
            BUSY,
            "too little traffic before the change to judge by",
        ),
    ],
)
def test_too_little_traffic_is_a_verdict_of_its_own(before, after, reason):
    judgement = judge(before, after)
    assert (judgement["verdict"], judgement["reason"], judgement["regressions"]) == ("too_little_traffic", reason, [])


@pytest.mark.parametrize("enough", [{"Tcp.PassiveOpens": 20}, {"Tcp.InSegs": 4500}])
def test_either_connections_or_segments_are_enough(enough):
    assert judge({**IDLE, **enough}, {**IDLE, **enough})["verdict"] == "ok"


@pytest.mark.parametrize("counter", ["TcpExt.ListenOverflows", "TcpExt.ListenDrops", "TcpExt.PAWSEstab", "TcpExt.TCPTimeWaitOverflow"])
def test_harm_counts_whatever_the_traffic(counter):
    assert judge(IDLE, {**IDLE, counter: 100})["verdict"] == "regressed"


@pytest.mark.parametrize("counter", ["Tcp.AttemptFails", "Tcp.EstabResets", "Tcp.RetransSegs"])
def test_a_share_of_almost_nothing_says_nothing(counter):
    almost = {**IDLE, "Tcp.OutSegs": 90}
    judgement = judge(almost, {**almost, counter: 100})
    assert judgement["verdict"] == "too_little_traffic"
    assert not {"attempt_fails", "estab_resets", "retransmissions"} & set(judgement["metrics"])


@pytest.mark.parametrize("counter", ["Tcp.AttemptFails", "Tcp.EstabResets", "Tcp.RetransSegs"])
def test_a_share_that_is_unknown_before_is_not_taken_for_none(counter):
    judgement = judge({**IDLE, "Tcp.OutSegs": 90}, {**BUSY, counter: 900})
    assert (judgement["verdict"], worse(judgement)) == ("too_little_traffic", [])


@pytest.mark.parametrize("counter", list(BUSY))
def test_a_counter_that_the_kernel_lacks_is_not_judged(counter):
    left, right = {name: rise for name, rise in BUSY.items() if name != counter}, {**BUSY, counter: 10**6}
    assert judge(left, {name: right[name] for name in left})["verdict"] == "ok"


def test_a_counter_that_fell_back_within_one_boot_is_not_judged():
    after = window(20.0, BUSY)
    after[1]["counters"]["TcpExt.ListenOverflows"] = 5
    judgement = regressions.tcp_regressions(window(0.0, BUSY), after)
    assert judgement["verdict"] == "ok"
    assert "listen_overflows" not in judgement["metrics"]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reason"),
    [
        (("a", "a"), ("a", "b"), "regressed", "restarted: the host was started anew after the change"),
        (("a", "a"), ("b", "b"), "regressed", "restarted: the host was started anew after the change"),
        (("a", "b"), ("b", "b"), "too_little_traffic", "the host was started anew before the change, so there is nothing to compare with"),
    ],
)
def test_a_restart_is_told_from_traffic(before, after, verdict, reason):
    left, right = window(100.0, BUSY, boots=before), window(200.0, BUSY, boots=after)
    # The clock begins anew with the boot.
    for early, late in (left, right):
        if early["boot_id"] != late["boot_id"]:
            late["seconds"] = 3.0
    judgement = regressions.tcp_regressions(left, right)
    assert (judgement["verdict"], judgement["reason"]) == (verdict, reason)
    assert worse(judgement) == (["restarted"] if verdict == "regressed" else [])


def test_rates_are_per_second_of_each_window():
    left = window(0.0, {**BUSY, "TcpExt.ListenOverflows": 100}, seconds=10.0)
    twice = {name: 2 * rise for name, rise in {**BUSY, "TcpExt.ListenOverflows": 100}.items()}
    judgement = regressions.tcp_regressions(left, window(50.0, twice, seconds=20.0))
    assert judgement["verdict"] == "ok"
    assert judgement["metrics"]["listen_overflows"] == {"before": 10.0, "after": 10.0, "unit": "per second"}


@pytest.mark.parametrize(
    ("thresholds", "verdict"),
    [
        ({}, "regressed"),
        ({"listen_overflows": {"change": 1.9}}, "regressed"),
        ({"listen_overflows": {"change": 2.0}}, "ok"),
        ({"listen_overflows": {"change": 2, "factor": 1}}, "ok"),
        ({"estab_resets": {"change": 99}}, "regressed"),
    ],
)
def test_an_operators_threshold_replaces_ours(thresholds, verdict):
    assert judge(BUSY, {**BUSY, "TcpExt.ListenOverflows": 20}, thresholds)["verdict"] == verdict


def test_what_is_enough_traffic_can_be_said():
    assert judge(IDLE, IDLE, {"traffic": {"opened": 2}})["verdict"] == "ok"
    assert judge(BUSY, BUSY, {"traffic": {"opened": 10**6, "segments": 10**9}})["verdict"] == "too_little_traffic"


GOOD = window(0.0, BUSY)
LATER = window(20.0, BUSY)


def changed(given, *path_and_value):
    *path, value = path_and_value
    made = copy.deepcopy(given)
    part = made
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return made


BAD = [
    (None, LATER, None, "before: not a window"),
    ("ab", LATER, None, "before: not a window"),
    (GOOD[:1], LATER, None, "before: not a window"),
    ([*GOOD, *GOOD], LATER, None, "before: not a window"),
    (GOOD, [LATER[0], {}], None, r"after\[1\]: not a snapshot"),
    (GOOD, [LATER[0], None], None, r"after\[1\]: not a snapshot"),
    (GOOD, changed(LATER, 1, "counters", [1]), None, r"after\[1\]: not a snapshot"),
    (changed(GOOD, 0, "seconds", "now"), LATER, None, r'before\[0\].seconds: "now" is not a number'),
    (changed(GOOD, 0, "seconds", True), LATER, None, r"before\[0\].seconds: true is not a number"),
    (changed(GOOD, 1, "seconds", float("nan")), LATER, None, "is not a number"),
    (changed(GOOD, 1, "seconds", float("inf")), LATER, None, "is not a number"),
    (changed(GOOD, 1, "counters", "Tcp.OutSegs", -1), LATER, None, r"before\[1\].counters.Tcp.OutSegs: -1 is not a number"),
    (changed(GOOD, 1, "counters", "Tcp.OutSegs", "12"), LATER, None, "is not a number"),
    (changed(GOOD, 1, "counters", "Tcp.OutSegs", 2**64), LATER, None, "is not a number of 0 or more, below 2.64"),
    (changed(GOOD, 1, "counters", "Tcp.OutSegs", 10**400), LATER, None, "is not a number"),
    (changed(GOOD, 1, "counters", "Tcp.OutSegs", 10**6000), LATER, None, "is not a number"),
    (changed(GOOD, 1, "counters", "Tcp.OutSegs", [1]), LATER, None, "is not a number"),
    (changed(GOOD, 1, "counters", "Tcp.OutSegs", None), LATER, None, "is not a number"),
    (changed(GOOD, 1, "counters", "a\u202eb\n", "x"), LATER, None, r"before\[1\].counters.a\\u202eb\\n: "),
    (window(0.0, BUSY, seconds=0.9), LATER, None, "before: the snapshots are 0.90 s apart"),
    (GOOD[::-1], LATER, None, "before: the snapshots are -10.00 s apart"),
    (GOOD, window(20.0, BUSY, seconds=21.0), None, "let neither last more than twice"),
    (GOOD, window(20.0, BUSY, seconds=4.9), None, "let neither last more than twice"),
    (GOOD, LATER, [], "thresholds: not a mapping"),
    (GOOD, LATER, {"overflows": {}}, r'thresholds: there is no "overflows"; there are listen_overflows, .*traffic'),
    (GOOD, LATER, {"opened": {"limit": 3}}, "thresholds.opened: give a mapping with some of change, factor$"),
    (GOOD, LATER, {"opened": {"minimum": 3}}, "thresholds.opened: give a mapping with some of change, factor$"),
    (GOOD, LATER, {"estab_resets": {"least": 3}}, "thresholds.estab_resets: give a mapping with some of change, factor, minimum, events$"),
    (GOOD, LATER, {"a\nb": {}}, r'there is no "a\\nb"'),
    (GOOD, LATER, {3: {}}, "there is no 3"),
    (GOOD, LATER, {"opened": 3}, "thresholds.opened: give a mapping"),
    (GOOD, LATER, {"opened": {"change": "3"}}, 'thresholds.opened.change: "3" is not a number'),
    (GOOD, LATER, {"opened": {"factor": 2}}, "thresholds.opened.factor: 2 must be below 1"),
    (GOOD, LATER, {"paws_rejects": {"factor": 0.5}}, "thresholds.paws_rejects.factor: 0.5 must be 1 or more"),
    (GOOD, LATER, {"traffic": {"packets": 1}}, "thresholds.traffic: give a mapping with some of opened, segments"),
]


@pytest.mark.parametrize(("before", "after", "thresholds", "message"), BAD)
def test_bad_input_is_refused(before, after, thresholds, message):
    with pytest.raises(errors.InvalidInput, match=message):
        regressions.tcp_regressions(before, after, thresholds)


def test_the_filter_is_the_function_with_ansibles_error():
    tcp_regressions = FilterModule().filters()["tcp_regressions"]
    assert tcp_regressions(GOOD, LATER) == regressions.tcp_regressions(GOOD, LATER)
    with pytest.raises(AnsibleFilterError, match="tcp_regressions: before: not a window"):
        tcp_regressions(1, LATER)


def test_the_page_has_the_table_of_the_code():
    tool = ROOT / "tools" / "health_docs.py"
    if not tool.exists():
        pytest.skip("tools/ is not part of an installed collection")
    spec = importlib.util.spec_from_file_location("health_docs", tool)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (ROOT / "docs" / "health-gate.md").read_text(encoding="utf-8")
    assert text == module.render(health_metrics.METRICS, text)
    assert all(f"{least:,.0f}" in text for least in health_metrics.TRAFFIC.values())
