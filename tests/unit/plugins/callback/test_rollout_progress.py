# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a hook of the progress callback is handed, it raises nothing."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.callback import rollout_progress

OPTIONS: dict[str, Any] = {"style": "lines", "stream": "stdout", "file": None, "interval": 10.0, "heartbeat": 60.0}


class Display:
    """Keep what is printed and warned of; fail when told to."""

    verbosity = 0

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warnings: list[str] = []
        self.broken = False

    def display(self, text: str, stderr: bool = False) -> None:
        if self.broken:
            raise BrokenPipeError(32, "Broken pipe")
        self.lines.append(text)

    def warning(self, text: str) -> None:
        if self.broken:
            raise BrokenPipeError(32, "Broken pipe")
        self.warnings.append(text)


class Broken:
    """Anything that is asked of it raises."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"no {name}")


@pytest.fixture
def callback(monkeypatch: pytest.MonkeyPatch) -> Iterator[rollout_progress.CallbackModule]:
    found = rollout_progress.CallbackModule(display=Display())
    monkeypatch.setattr(found, "get_option", lambda name, *more: OPTIONS[name])
    found.v2_playbook_on_start(None)
    yield found
    found._stop()


def play(hosts: list[str], serial: list[object], **more: Any) -> Any:
    variables = {"ansible_play_hosts_all": hosts, "ansible_play_batch": hosts, **more}
    manager = SimpleNamespace(get_vars=lambda play: variables)
    return SimpleNamespace(_uuid="1", serial=serial, strategy="linear", get_name=lambda: "Play", get_variable_manager=lambda: manager)


def result(host: str, told: Any, task: Any = None) -> Any:
    return SimpleNamespace(_host=SimpleNamespace(get_name=lambda: host), _task=task, _result=told)


def test_a_play_is_followed_to_its_end(callback: rollout_progress.CallbackModule) -> None:
    callback.v2_playbook_on_play_start(play(["a", "b"], []))
    callback.v2_runner_on_ok(result("a", {}))
    callback.v2_runner_on_failed(result("b", {}))
    callback.v2_playbook_on_stats(None)
    assert [line.split("  elapsed")[0] for line in callback._display.lines] == ["wave 1/1  hosts 2/2  ok 1  failed 1  lost 0"] * 2
    assert callback._display.warnings == []


def test_the_next_batch_is_the_same_play_and_another_play_begins_anew(callback: rollout_progress.CallbackModule) -> None:
    first = play(["a", "b"], [1])
    for _batch in range(2):
        callback.v2_playbook_on_play_start(first)
    other = play(["a", "b", "c"], [])
    other._uuid = "2"
    callback.v2_playbook_on_play_start(other)
    callback.v2_playbook_on_stats(None)
    heads = [line.split("  ok")[0] for line in callback._display.lines]
    assert heads == ["wave 1/2  hosts 2/2", "wave 2/2  hosts 2/2", "wave 2/2  hosts 2/2", "wave 1/1  hosts 3/3", "wave 1/1  hosts 3/3"]


@pytest.mark.parametrize(
    "told", [None, 5, "text", [], {"rollout": None}, {"rollout": {"finals": 3, "host": {}, "final": 7}}, {"rollout": {"wave": "x"}}]
)
def test_strange_results_are_counted_all_the_same(callback: rollout_progress.CallbackModule, told: Any) -> None:
    callback.v2_playbook_on_play_start(play(["a"], [], rollout_soak_seconds="{{ x }}"))
    for hook in (callback.v2_runner_on_ok, callback.v2_runner_on_failed, callback.v2_runner_on_skipped, callback.v2_runner_on_unreachable):
        hook(result("a", told))
    callback._tick()
    assert callback._display.warnings == []


@pytest.mark.parametrize(
    ("hook", "arguments"),
    [
        ("v2_playbook_on_play_start", 1),
        ("v2_playbook_on_task_start", 2),
        ("v2_playbook_on_handler_task_start", 1),
        ("v2_runner_on_start", 2),
        ("v2_runner_on_ok", 1),
        ("v2_runner_on_failed", 1),
        ("v2_runner_on_skipped", 1),
        ("v2_runner_on_unreachable", 1),
    ],
)
def test_a_hook_that_breaks_warns_once_and_raises_nothing(callback: rollout_progress.CallbackModule, hook: str, arguments: int) -> None:
    callback.v2_playbook_on_play_start(play(["a"], []))
    for _time in range(3):
        getattr(callback, hook)(*[Broken()] * arguments)
    assert len(callback._display.warnings) == 1
    assert f"rollout_progress: {hook}: RuntimeError" in callback._display.warnings[0]


@pytest.mark.parametrize("serial", [["x"], [None], [{}], ["%"]])
def test_a_serial_that_cannot_be_read_costs_the_progress_alone(callback: rollout_progress.CallbackModule, serial: list[object]) -> None:
    callback.v2_playbook_on_play_start(play(["a"], serial))
    callback.v2_runner_on_ok(result("a", {}))
    callback.v2_playbook_on_stats(None)
    assert callback._display.lines == []
    assert len(callback._display.warnings) == 1


def test_a_display_that_is_gone_is_left_alone(callback: rollout_progress.CallbackModule) -> None:
    callback._display.broken = True
    callback.v2_playbook_on_play_start(play(["a", "b"], [1]))
    callback.v2_playbook_on_play_start(play(["a", "b"], [1]))
    callback.v2_runner_on_ok(Broken())
    callback.v2_playbook_on_stats(None)
    assert callback._display.lines == []


def test_options_that_cannot_be_read_cost_the_progress_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = rollout_progress.CallbackModule(display=Display())
    found.v2_playbook_on_start(None)
    found.v2_playbook_on_play_start(play(["a", "b"], [1]))
    found.v2_playbook_on_stats(None)
    assert found._display.lines == []


def block(rescue: list[Any], parent: Any = None) -> Any:
    return SimpleNamespace(_uuid="block", rescue=rescue, _parent=parent)


def task(uuid: str, parent: Any = None) -> Any:
    return SimpleNamespace(_uuid=uuid, _parent=parent)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (task("t"), False),
        (task("t", block([])), False),
        (task("t", block([task("other")])), False),
        (task("t", block([task("t")])), True),
        (task("t", block([], parent=block([task("block")]))), True),
    ],
)
def test_a_task_of_a_rescue_section_is_known(found: Any, expected: bool) -> None:
    assert rollout_progress._rescues(found) is expected
