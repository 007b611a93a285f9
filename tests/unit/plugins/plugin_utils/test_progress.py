# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a play's results make of the counts, the time that is left, and the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, progress, progress_pace, progress_text, rollout_plan

HOSTS = tuple(f"h{number}" for number in range(1, 11))


def play(*sizes: int, **more: Any) -> progress.Play:
    return progress.Play("Roll out", sizes, **more)


def begun(*sizes: int, **more: Any) -> progress.Progress:
    """Return the progress of a play over HOSTS whose first batch has begun at second 0."""
    found = progress.Progress(play(*sizes, **more), 0.0)
    found.begin_batch(HOSTS[: sizes[0]], 0.0)
    return found


@pytest.mark.parametrize(
    ("hosts", "serial", "sizes"),
    [
        (8, [], (8,)),
        (8, [0], (8,)),
        (8, [-1], (8,)),
        (8, [3], (3, 3, 2)),
        (8, ["3"], (3, 3, 2)),
        (8, [2, 6], (2, 6)),
        (1000, [1, "5%", "25%", "100%"], (1, 50, 250, 699)),
        (1000, [1, 9, "25%"], (1, 9, 250, 250, 250, 240)),
        (10, ["1%"], (1,) * 10),
        (7, ["50%"], (3, 3, 1)),
        (3, [5], (3,)),
        (0, [5], ()),
    ],
)
def test_batches_are_those_of_ansible(hosts: int, serial: list[object], sizes: tuple[int, ...]) -> None:
    assert progress.batch_sizes(hosts, serial) == sizes


@pytest.mark.parametrize("hosts", [1, 2, 7, 8, 99, 1000])
@pytest.mark.parametrize("serial", [[1], [3, 4], ["1%"], ["33%"], [1, "5%", "25%", "100%"], ["50%", 2]])
def test_the_plan_of_a_rollout_has_the_same_waves(hosts: int, serial: list[object]) -> None:
    planned = rollout_plan.waves([str(number) for number in range(hosts)], serial)
    assert progress.batch_sizes(hosts, serial) == tuple(len(wave) for wave in planned)


@pytest.mark.parametrize(
    ("soak", "waits"),
    [
        (300, (600.0, 600.0, 600.0)),
        ("300", (600.0, 600.0, 600.0)),
        ([60, 600], (120.0, 1200.0, 1200.0)),
        (None, ()),
        ("{{ soak }}", ()),
        ([], ()),
        (-5, (0.0, 0.0, 0.0)),
        ({"a": 1}, ()),
    ],
)
def test_waits_are_read_where_they_are_numbers(soak: object, waits: tuple[float, ...]) -> None:
    assert progress.waits_of(soak, 3) == waits


def counts(shot: progress.Snapshot) -> tuple[int, int, int, int, int]:
    return shot.done, shot.ok, shot.restored, shot.failed, shot.lost


def test_a_plain_play_counts_a_host_when_its_batch_is_over_or_when_it_is_out() -> None:
    found = begun(3, 7)
    found.end_host("h1", "ok")
    assert counts(found.snapshot(1.0)) == (0, 0, 0, 0, 0)
    found.end_host("h2", "failed")
    found.end_host("h3", "lost")
    assert counts(found.snapshot(1.0)) == (2, 0, 0, 1, 1)
    found.begin_batch(HOSTS[3:], 2.0)
    shot = found.snapshot(2.0)
    assert counts(shot) == (3, 1, 0, 1, 1)
    assert (shot.wave, shot.waves, shot.hosts, shot.wave_hosts) == (2, 2, 10, 7)


@pytest.mark.parametrize(
    ("rescues", "expected"),
    [(True, (3, 3, 0, 0, 0)), (False, (3, 2, 0, 1, 0))],
    ids=["rescue", "always"],
)
def test_a_failure_that_a_rescue_catches_is_none(rescues: bool, expected: tuple[int, ...]) -> None:
    found = begun(3)
    found.end_host("h1", "failed")
    found.begin_host("h1", "Tidy up", 1.0, rescues=rescues)
    found.end_host("h1", "ok")
    assert found.end_batch(2.0)
    assert counts(found.snapshot(2.0)) == expected


def test_a_rollout_counts_what_receipts_say_and_nothing_else() -> None:
    found = begun(3, 7)
    head = {"id": "r1", "wave": 1, "waves": 2, "wave_hosts": 3, "hosts": 10, "step": "change", "status": "changed"}
    found.end_host("h1", "ok", {**head, "host": "h1"})
    found.end_host("h2", "failed", {**head, "host": "h2"})
    assert counts(found.snapshot(1.0)) == (0, 0, 0, 0, 0)
    found.end_host("h2", "ok", {**head, "step": "restore", "host": "h2", "final": "restored"})
    assert counts(found.snapshot(1.0)) == (1, 0, 1, 0, 0)
    found.end_host("h1", "ok", {**head, "step": "close", "finals": {"h1": "confirmed", "h2": "restored", "h3": "lost"}})
    shot = found.snapshot(1.0)
    assert counts(shot) == (3, 1, 1, 0, 1)
    assert (shot.rollout, shot.wave, shot.waves, shot.hosts) == ("r1", 1, 2, 10)


def test_a_rollout_that_breaks_off_takes_silence_for_no_good_news() -> None:
    found = begun(3)
    found.end_host("h1", "ok", {"id": "r1", "host": "h1", "final": "confirmed"})
    found.end_host("h2", "lost")
    found.end_batch(5.0)
    assert counts(found.snapshot(5.0)) == (2, 1, 0, 0, 1)


@pytest.mark.parametrize(
    "rollout",
    [
        None,
        7,
        "text",
        [],
        {},
        {"final": "confirmed"},
        {"host": "h1", "final": "flying"},
        {"host": 7, "final": ["x"]},
        {"host": "h1", "final": None, "finals": "all", "wave": "3", "waves": True, "hosts": -1, "id": 5},
        {"finals": {7: "lost", "h1": 9, "h2": []}},
    ],
)
def test_strange_results_count_nothing_and_raise_nothing(rollout: object) -> None:
    found = begun(3, 7)
    found.end_host("h1", "ok", rollout)
    shot = found.snapshot(1.0)
    assert counts(shot) == (0, 0, 0, 0, 0)
    assert (shot.wave, shot.waves, shot.hosts, shot.rollout) == (1, 2, 10, None)


def test_the_slowest_hosts_come_first_and_leave_when_they_return() -> None:
    found = begun(3)
    for second, host in enumerate(("h3", "h1", "h2")):
        found.begin_host(host, "Apply", float(second))
    assert [(row.host, row.seconds) for row in found.snapshot(10.0).waiting] == [("h3", 10.0), ("h1", 9.0), ("h2", 8.0)]
    found.end_host("h3", "ok")
    assert [row.host for row in found.snapshot(10.0).waiting] == ["h1", "h2"]
    found.end_batch(11.0)
    assert found.snapshot(11.0).waiting == ()


def test_hosts_that_keep_no_step_are_counted_when_they_begin() -> None:
    found = begun(3, in_step=False)
    found.begin_task("Judge")
    found.begin_host("h1", "Judge", 0.0)
    found.end_host("h1", "ok")
    found.begin_host("h2", "Judge", 1.0)
    assert found.snapshot(1.0).reported == 2


def test_a_task_that_runs_once_has_no_count() -> None:
    found = begun(3)
    found.begin_task("Soak", run_once=True)
    assert found.snapshot(1.0).reported is None
    found.begin_task("Prove")
    assert found.snapshot(1.0).reported == 0


def over(*rows: tuple[int, float]) -> list[progress_pace.Wave]:
    return [progress_pace.Wave(hosts, seconds, 0.0) for hosts, seconds in rows]


@pytest.mark.parametrize(
    ("done", "coming", "spent", "forks", "expected"),
    [
        ([], (10,), 5.0, 1, None),
        ([], (), 5.0, 1, 0.0),
        (over((1, 2.0)), (10, 10), 0.0, 1, 40.0),
        (over((1, 2.0)), (10, 10), 5.0, 1, 35.0),
        # One host fills a round as well as twenty do.
        (over((1, 2.0)), (20, 40), 0.0, 20, 2.0 + 4.0),
        # Fixed 10, one second a host.
        (over((10, 20.0), (20, 30.0)), (30,), 0.0, 1, 40.0),
        # The larger wave was quicker: no slope below zero.
        (over((10, 30.0), (20, 20.0)), (30,), 0.0, 1, 25.0),
        # No intercept below zero.
        (over((1, 1.0), (2, 11.0)), (2,), 0.0, 1, 8.0),
        # Longer than foretold: the waves after it at least; of the last one nobody knows.
        (over((1, 2.0)), (1, 1), 9.0, 1, 2.0),
        (over((1, 2.0)), (1,), 9.0, 1, None),
    ],
)
def test_time_left(done: Sequence[progress_pace.Wave], coming: tuple[int, ...], spent: float, forks: int, expected: float | None) -> None:
    found = progress_pace.left(done, over(*((hosts, 0.0) for hosts in coming)), spent, forks)
    assert found == (None if expected is None else pytest.approx(expected))


def test_a_wait_is_no_work() -> None:
    done = [progress_pace.Wave(1, 602.0, 600.0)]
    assert progress_pace.left(done, [progress_pace.Wave(10, 0.0, 600.0)], 0.0, 1) == pytest.approx(620.0)


def test_waves_with_nothing_to_do_foretell_no_wait() -> None:
    done = [progress_pace.Wave(1, 2.0, 600.0)]
    assert progress_pace.left(done, [progress_pace.Wave(10, 0.0, 600.0)], 0.0, 1) == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0s"),
        (0.9, "0s"),
        (99.9, "99s"),
        (100, "1m"),
        (3660, "61m"),
        (5999, "99m"),
        (6000, "1h40m"),
        (172799, "47h59m"),
        (172800, "2d00h"),
        (1e9, "11574d01h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert progress_text.duration(seconds) == text


SHOT = progress.Snapshot(
    play="Roll out",
    rollout="r1",
    wave=3,
    waves=7,
    hosts=1000,
    done=160,
    ok=158,
    restored=0,
    failed=0,
    lost=2,
    elapsed=720.4,
    left=3660.0,
    task="Apply",
    reported=12,
    wave_hosts=110,
    waiting=(),
)
WAITING = tuple(progress.Waiting(f"web{number}", 84.0 - number, "Apply") for number in range(5))


def test_the_line_reads_as_documented() -> None:
    assert progress_text.line(SHOT) == "wave 3/7  hosts 160/1000  ok 158  restored 0  lost 2  elapsed 12m  left 61m"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"failed": 1}, "wave 3/7  hosts 160/1000  ok 158  restored 0  failed 1  lost 2  elapsed 12m  left 61m"),
        ({"rollout": None}, "wave 3/7  hosts 160/1000  ok 158  failed 0  lost 2  elapsed 12m  left 61m"),
        ({"left": None}, "wave 3/7  hosts 160/1000  ok 158  restored 0  lost 2  elapsed 12m  left ?"),
    ],
)
def test_the_line_names_what_there_is(change: dict[str, Any], text: str) -> None:
    assert progress_text.line(SHOT._replace(**change)) == text


def test_a_line_between_says_what_the_wave_is_about() -> None:
    assert progress_text.between(SHOT).endswith('left 61m  now 12/110 "Apply"')
    assert progress_text.between(SHOT._replace(reported=None)).endswith('left 61m  now "Apply"')
    assert progress_text.between(SHOT._replace(task="linuxnet.tcp.rollout : Apply")).endswith('left 61m  now 12/110 "Apply"')


def test_waiting_names_three_and_counts_the_rest() -> None:
    text = progress_text.waiting(SHOT._replace(waiting=WAITING))
    assert text == 'wave 3/7  waiting for web0 84s "Apply", web1 83s "Apply", web2 82s "Apply" and 2 more'


@pytest.mark.parametrize(("done", "word"), [(1000, "all waves are over"), (160, "ended with 840 hosts not done")])
def test_the_last_line_says_whether_all_is_done(done: int, word: str) -> None:
    assert progress_text.last(SHOT._replace(done=done)).endswith(word)


@pytest.mark.parametrize("columns", [0, 1, 20, 79, 80, 100, 120, 250])
def test_a_bar_never_fills_the_row(columns: int) -> None:
    line = progress_text.with_bar(SHOT._replace(waiting=WAITING), columns)
    assert len(line) <= max(0, columns - 1)
    assert line.startswith("[####") or columns <= 100


def test_a_bar_is_full_when_all_hosts_are_done() -> None:
    assert progress_text.with_bar(SHOT._replace(done=1000), 200).startswith(f"[{'#' * 30}] wave")
    assert progress_text.with_bar(SHOT._replace(done=0), 200).startswith(f"[{'-' * 30}] wave")


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\nwave 7/7", "\u202egnp", "x" * 5000])
def test_names_of_strangers_come_out_inert(name: str) -> None:
    shot = SHOT._replace(task=name, waiting=(progress.Waiting(name, 84.0, name),))
    for text in (progress_text.between(shot), progress_text.waiting(shot), progress_text.with_bar(shot, 200)):
        assert len(text) < 400
        assert not set("\x1b\n\u202e") & set(text)


@pytest.mark.parametrize(
    "shot",
    [SHOT, SHOT._replace(rollout=None, left=None, reported=None), SHOT._replace(waiting=WAITING)],
    ids=["rollout", "plain", "waiting"],
)
@pytest.mark.parametrize("event", ["wave_begun", "progress", "heartbeat", "wave_ended", "ended"])
def test_a_line_of_the_file_matches_its_schema(event: str, shot: progress.Snapshot) -> None:
    found = progress_text.document(event, "2026-11-29T05:22:43Z", shot)
    assert documents.problems(found, "progress") == []
    assert found["waiting_hosts"] == len(shot.waiting)
