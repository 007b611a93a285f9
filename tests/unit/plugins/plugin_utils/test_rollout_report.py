# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a rollout: its document and its lines, from receipts alone."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_report, rollout_story

ID = "20261129T052243Z-3f9a1c"
TIME = "2026-11-29T05:30:00Z"
ROW = {"metric": "listen_overflows", "unit": "per_second", "before": 0.0, "after": 40.0, "allowed": 1.0, "text": "listen_overflows: 0 ..."}
NUMBERS = itertools.count()


def receipt(host, step, status, wave=1, run=1, **more):
    return {
        "id": f"{ID}.{next(NUMBERS):08x}",
        "time": TIME,
        "run": run,
        "wave": wave,
        "waves": 2,
        "host": host,
        "step": step,
        "status": status,
        **more,
    }


def opened(number, *hosts, run=1):
    return receipt("", "wave", "opened", number, run, hosts=list(hosts), profile="article", total_hosts=3)


def closed(number, ok=True, message="1 confirmed", run=1):
    return receipt("", "wave", "closed", number, run, ok=ok, message=message)


def confirmed(host, wave=1, run=1):
    return [receipt(host, "assess", "planned", wave, run, planned={"net.ipv4.tcp_syncookies": "1"}),
            receipt(host, "change", "changed", wave, run, journal=1, confirm_by=TIME), receipt(host, "confirm", "confirmed", wave, run)]  # fmt: skip


def restored(host, wave=1, undone=("net.ipv4.tcp_syncookies",), **judged):
    return [*confirmed(host, wave)[:2], receipt(host, "judge", judged.pop("status", "regressed"), wave, **judged),
            receipt(host, "restore", "restored", wave, undone=list(undone))]  # fmt: skip


def lost(host, wave=1):
    return [*confirmed(host, wave)[:2], receipt(host, "look", "lost", wave, message="cannot be reached: timed out")]


def document(*receipts):
    return rollout_report.document(
        ID, rollout_story.runs(itertools.chain.from_iterable([item] if isinstance(item, dict) else item for item in receipts))
    )


def lines(report):
    return list(rollout_report.lines(report, "/r"))


COMPLETED = (
    opened(1, "a"),
    confirmed("a"),
    closed(1),
    opened(2, "b", "c"),
    confirmed("b", 2),
    receipt("c", "assess", "unchanged", 2),
    closed(2),
)
STOPPED = (opened(1, "a"), restored("a", message="worse", judgement={"regressions": [ROW]}), closed(1, False, "wave 1 did not end well: a"))

OUTCOMES = [
    ("the first wave is open", (opened(1, "a"),), "running", ""),
    ("the first wave is closed", (opened(1, "a"), confirmed("a"), closed(1)), "running", ""),
    ("all waves are closed", COMPLETED, "completed", ""),
    ("a wave ended badly", STOPPED, "stopped", "wave 1: wave 1 did not end well: a"),
    ("a wave was refused", (*COMPLETED[:3], receipt("", "wave", "refused", 2, message="freeze")), "stopped", "freeze"),
    ("the first wave was refused", (receipt("", "wave", "refused", 1, message="freeze", profile="article", total_hosts=3),), "stopped", "freeze"),
    ("resumed after a bad end", (*STOPPED, opened(1, "a", run=2), confirmed("a", 1, 2), closed(1, run=2)), "running", ""),
    ("resumed to the end", (*STOPPED, opened(1, "a", run=2), closed(1, run=2), opened(2, "b", run=2), closed(2, run=2)), "completed", ""),
    ("closed anew", (opened(1, "a"), closed(1), closed(1, False, "late")), "stopped", "wave 1: late"),
]  # fmt: skip


@pytest.mark.parametrize(("receipts", "outcome", "reason"), [case[1:] for case in OUTCOMES], ids=[case[0] for case in OUTCOMES])
def test_the_outcome_follows_from_the_last_run(receipts, outcome, reason):
    report = document(*receipts)
    assert (report["outcome"], report["reason"], report["profile"], report["planned_hosts"]) == (outcome, reason, "article", 3)
    assert lines(report)[0].startswith(f"rollout {ID} of profile article: {outcome}; ")


def test_a_completed_rollout():
    report = document(*COMPLETED)
    assert report == {
        "schema_version": 1, "rollout": ID, "run": 1, "profile": "article", "outcome": "completed", "reason": "", "started": TIME, "planned_hosts": 3,
        "counts": {"confirmed": 2, "unchanged": 1},
        "waves": [
            {"wave": 1, "hosts": 1, "started": TIME, "ended": TIME, "ok": True, "reason": "1 confirmed"},
            {"wave": 2, "hosts": 2, "started": TIME, "ended": TIME, "ok": True, "reason": "1 confirmed"},
        ],
        "hosts": [
            {"host": "a", "wave": 1, "state": "confirmed", "planned": {"net.ipv4.tcp_syncookies": "1"}, "journal": 1},
            {"host": "b", "wave": 2, "state": "confirmed", "planned": {"net.ipv4.tcp_syncookies": "1"}, "journal": 1},
            {"host": "c", "wave": 2, "state": "unchanged"},
        ],
    }  # fmt: skip
    assert lines(report) == [
        f"rollout {ID} of profile article: completed; 2 confirmed, 1 unchanged, of 3 hosts",
        "  receipts and report: /r",
    ]


def test_a_regression_is_told_with_counter_before_after_and_what_was_put_back():
    report = document(*STOPPED)
    [host] = report["hosts"]
    assert (host["state"], host["verdict"], host["regressions"], host["restored"]) == (
        "restored",
        "regressed",
        [ROW],
        ["net.ipv4.tcp_syncookies"],
    )
    assert "confirm_by" not in host
    assert lines(report) == [
        f"rollout {ID} of profile article: stopped; 1 restored, of 3 hosts",
        "  wave 1: wave 1 did not end well: a",
        "  a (wave 1): restored, put back net.ipv4.tcp_syncookies",
        "      why: worse",
        "      listen_overflows: before 0 per_second, after 40, allowed 1",
        "  receipts and report: /r",
    ]


def test_a_lost_host_is_told_with_the_time_at_which_it_puts_itself_back():
    report = document(opened(1, "a"), lost("a"), closed(1, False, "lost"))
    [host] = report["hosts"]
    assert (host["state"], host["confirm_by"], host["journal"]) == ("lost", TIME, 1)
    assert lines(report)[2:4] == [
        f"  a (wave 1): lost, unless it is confirmed its watchdog puts it back by {TIME} (journal 1)",
        "      why: cannot be reached: timed out",
    ]


def test_a_host_that_had_put_itself_back():
    report = document(opened(1, "a"), restored("a", undone=()), closed(1, False, "x"))
    assert lines(report)[2] == "  a (wave 1): restored, had put itself back already"


def test_a_host_that_nothing_was_heard_of():
    report = document(opened(1, "a"), closed(1, False, "x"))
    assert report["hosts"] == [{"host": "a", "wave": 1, "state": "untouched"}]
    assert lines(report)[2] == "  a (wave 1): untouched"


def test_hosts_of_waves_that_did_not_begin_are_planned_and_no_more():
    report = document(*STOPPED)
    assert [row["host"] for row in report["hosts"]] == ["a"]
    assert (report["planned_hosts"], report["counts"]) == (3, {"restored": 1})


def test_a_drift_is_told():
    report = document(opened(1, "a"), receipt("a", "assess", "planned", drifted=True, planned={"k": "1"}))
    assert report["hosts"][0]["drifted"] is True


def test_many_bad_hosts_are_counted():
    names = [f"h{number}" for number in range(25)]
    report = document(opened(1, *names), *(receipt(name, "assess", "lost", message="no route") for name in names), closed(1, False, "x"))
    shown = lines(report)
    assert sum("(wave 1): lost" in line for line in shown) == 20
    assert shown[-2] == "  and 5 more hosts"


def test_what_strangers_write_stays_on_its_line():
    name, said = "web\n1\u202e", "\x1b[2J\r\nrollout: completed"
    report = document(opened(1, name), receipt(name, "assess", "failed", message=said), closed(1, False, f"{name}: {said}"))
    shown = lines(report)
    assert all(line.isprintable() for line in shown)
    assert shown[1:4] == [
        "  wave 1: web\\n1\\u202e: \\x1b[2J\\r\\nrollout: completed",
        "  web\\n1\\u202e (wave 1): failed",
        "      why: \\x1b[2J\\r\\nrollout: completed",
    ]
    # Programs get the name as it is.
    assert report["hosts"][0]["host"] == name


def test_no_host_was_reached():
    report = document(receipt("", "wave", "refused", 1, message="freeze", profile="article", total_hosts=3))
    assert lines(report)[0] == f"rollout {ID} of profile article: stopped; no host was reached, of 3 hosts"
