# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of the controller: report and observe, without a host."""

from __future__ import annotations

import json
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleError

from ansible_collections.linuxnet.tcp.plugins.action import observe, report
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import spool

TIME = "2026-11-29T05:00:00Z"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs an action: (module, arguments, what the module on the host answers) -> result."""
    monkeypatch.chdir(tmp_path)

    def go(module, arguments, answer=None):
        task = SimpleNamespace(
            args=dict(arguments), async_val=0, check_mode=True, diff=False, action="x", environment=None, delegate_to=None,
        )  # fmt: skip
        plugin = module.ActionModule(task, mock.MagicMock(), mock.MagicMock(), mock.MagicMock(), None, None)
        plugin._load_name = module.__name__.rpartition(".")[2]
        plugin._execute_module = mock.MagicMock(return_value=answer)
        go.asked = plugin._execute_module
        return plugin.run(task_vars={"inventory_hostname": "web1"})

    return go


@pytest.fixture
def audits(tmp_path):
    spool.write(tmp_path / "audits", spool.error_record("web1", "unreachable", "no route", TIME))
    return {"spool": ["audits"], "dest": "out", "formats": []}


def test_a_report_asks_no_host(run, audits, tmp_path):
    result = run(report, {**audits, "hosts": ["web2"]})
    assert run.asked.call_count == 0
    assert result == {
        "changed": False, "files": ["out/report.json", "out/report.jsonl"], "left_out": 1,
        "summary": json.loads((tmp_path / "out/report.json").read_text(encoding="ascii"))["summary"],
    }  # fmt: skip
    assert result["summary"]["hosts"] == {"total": 1, "compliant": 0, "noncompliant": 0, "error": 1}


def test_it_runs_once_and_needs_no_connection():
    assert report.ActionModule.BYPASS_HOST_LOOP
    assert not report.ActionModule._requires_connection


def test_it_fails_after_everything_is_written(run, audits, tmp_path):
    result = run(report, {**audits, "fail_on": "high"})
    assert result["failed"]
    assert result["msg"] == "fail_on high: 1 of 1 hosts without a verdict; see out"
    assert (tmp_path / "out/report.json").is_file()
    assert result["summary"]["hosts"]["error"] == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"newer_than": "yesterday"}, "newer_than: yesterday is no moment"),
        ({"spool": ["nowhere"]}, "spool: cannot read nowhere"),
        ({"baseline": "nowhere"}, "baseline: cannot read nowhere"),
        ({"formats": ["pdf"]}, "formats"),
        ({"fail_on": "often"}, "fail_on"),
    ],
)
def test_mistakes_are_told(run, audits, more, said):
    with pytest.raises(AnsibleError, match=said):
        run(report, {**audits, **more})


def test_a_long_report_says_how_far_it_is(run, audits, monkeypatch):
    told, moments = [], iter([0.0, 11.0, 11.0])
    monkeypatch.setattr(report.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr("ansible.plugins.action.display.display", lambda text, *more, **options: told.append(text))
    run(report, audits)
    assert told == ["report: 1 hosts read"]


SERIES = [
    {"seconds": 0.0, "total": 1, "states": {"LISTEN": 1}, "counters": {}},
    {"seconds": 1.0, "total": 2, "states": {"LISTEN": 2}, "counters": {}},
]


def test_observe_runs_the_module_once_and_keeps_the_series(run, tmp_path):
    answer = {"changed": False, "sockets": {}, "series": SERIES, "warnings": ["read from /proc"]}
    result = run(observe, {"spool": "s", "samples": 2, "interval": 1, "netns": "blue"}, answer)
    assert run.asked.call_args.kwargs["module_name"] == "linuxnet.tcp.socket_info"
    assert run.asked.call_args.kwargs["module_args"] == {
        "details": ["series"],
        "samples": 2,
        "interval": 1.0,
        "source": "auto",
        "netns": "blue",
    }
    assert result == {
        "changed": False, "warnings": ["read from /proc"], "observed": {"file": "s/web1.jsonl", "samples": 2, "seconds": 1.0, "states": {"LISTEN": 2}},
    }  # fmt: skip
    assert len((tmp_path / "s/web1.jsonl").read_text(encoding="ascii").splitlines()) == 2


def test_observe_hands_on_what_the_module_could_not_do(run, tmp_path):
    assert run(observe, {"spool": "s"}, {"failed": True, "msg": "no /proc"}) == {"failed": True, "msg": "no /proc"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({}, "spool"), ({"spool": "s", "netns": "all"}, "netns: all has no series"), ({"spool": "s", "samples": "x"}, "samples")],
)
def test_mistakes_of_observe_are_told_before_the_host_is_asked(run, arguments, said):
    with pytest.raises(AnsibleError, match=said):
        run(observe, arguments)
    assert run.asked.call_count == 0


def test_observe_says_where_it_cannot_write(run, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AnsibleError, match=r"spool: cannot write file/web1.jsonl"):
        run(observe, {"spool": "file"}, {"series": SERIES})
