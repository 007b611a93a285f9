# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action: the profile before the host, one module run, the module's own failures handed on."""

from __future__ import annotations

import datetime
import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.linuxnet.tcp.plugins.action import audit as action
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, judge

_SPEC = importlib.util.spec_from_file_location("judge_conftest", Path(__file__).parents[1] / "plugin_utils" / "conftest.py")
_CONFTEST = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_CONFTEST)
facts_of = _CONFTEST.facts_of


class Host:
    """Stand for the connection: it answers the module once and counts."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def __call__(self, **call):
        self.asked.append(call)
        return dict(self.answer)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the action against a host: (arguments, what the module returns) -> (result, host)."""
    monkeypatch.chdir(tmp_path)

    def go(arguments, answer=None):
        task = SimpleNamespace(
            args=dict(arguments), async_val=0, check_mode=True, diff=False, action="linuxnet.tcp.audit", environment=None, delegate_to=None,
        )  # fmt: skip
        loader = SimpleNamespace(get_basedir=lambda: str(tmp_path))
        plugin = action.ActionModule(task, mock.MagicMock(), mock.MagicMock(), loader, None, None)
        plugin._load_name = "linuxnet.tcp.audit"
        host = Host({"changed": False, "tcp_facts": facts_of()} if answer is None else answer)
        plugin._execute_module = host
        return plugin.run(task_vars={"inventory_hostname": "web1"}), host

    return go


def test_one_module_run_judged(run):
    result, host = run({})
    assert len(host.asked) == 1
    assert host.asked[0]["module_name"] == "linuxnet.tcp.audit"
    assert "net.ipv4.tcp_tw_recycle" in host.asked[0]["module_args"]["parameters"]
    assert set(host.asked[0]["module_args"]) == {"interval", "journal_dir", "namespaces", "parameters", "path", "samples", "source"}
    assert result["changed"] is False
    assert result["audit"]["host"] == "web1"
    assert result["audit"]["profile"] == "article"
    assert result["summary"][0].startswith("web1 ")
    assert "tcp_facts" not in result
    assert documents.problems(result["audit"], "audit") == []


def test_options_reach_the_judge_and_the_host(run):
    arguments = {"nat": "absent", "persist": "no", "path": "/etc/sysctl.d/7.conf", "source": "proc", "parameters": ["net.ipv4.tcp_r*"]}
    result, host = run(arguments)
    assert result["audit"]["declared"] == {"nat": "absent", "persist": False, "path": "/etc/sysctl.d/7.conf"}
    assert host.asked[0]["module_args"]["source"] == "proc"
    assert host.asked[0]["module_args"]["path"] == "/etc/sysctl.d/7.conf"
    assert host.asked[0]["module_args"]["parameters"][-1] == "net.ipv4.tcp_r*"


def test_an_inline_profile(run):
    result, _host = run({"profile": {"name": "inline", "settings": {"net.ipv4.tcp_max_syn_backlog": {"value": 2048}}}, "persist": False})
    assert result["audit"]["profile"] == "inline"
    assert result["audit"]["compliant"]


def test_a_profile_beside_the_playbook(run, tmp_path):
    (tmp_path / "edge.yml").write_text("name: edge\nsettings: {net.ipv4.tcp_tw_reuse: {value: 2}}\n", encoding="utf-8")
    result, _host = run({"profile": "edge.yml"})
    assert result["audit"]["profile"] == "edge"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"profile": "artcle"}, "is not a profile of this collection"),
        ({"profile": {"name": "x", "settings": {"net.ipv4.tcp_tw_reuse": {"value": 9}}}}, "allowed: 0, 1, 2"),
        ({"nat": "maybe"}, "nat"),
        ({"profil": "article"}, "profil"),
    ],
)
def test_a_mistake_is_found_before_the_host_is_touched(run, arguments, said, monkeypatch):
    asked = []
    monkeypatch.setattr(Host, "__call__", lambda self, **call: asked.append(call))
    with pytest.raises(AnsibleError, match=said):
        run(arguments)
    assert asked == []


def test_missing_jsonschema_is_told_before_the_host_is_touched(run, monkeypatch):
    monkeypatch.setattr(documents, "JSONSCHEMA_MISSING", True)
    with pytest.raises(AnsibleError, match="pip install jsonschema"):
        run({})


@pytest.mark.parametrize("answer", [{"failed": True, "msg": "no /proc"}, {"unreachable": True, "msg": "timeout"}, {"skipped": True}])
def test_what_the_module_could_not_do_is_handed_on(run, answer):
    assert run({}, answer)[0] == answer


def test_warnings_of_the_module_are_kept(run):
    result, _host = run({}, {"changed": False, "tcp_facts": facts_of(), "warnings": ["read from /proc"]})
    assert result["warnings"] == ["read from /proc"]


def test_a_document_that_breaks_the_schema_is_not_handed_out(run, monkeypatch):
    monkeypatch.setattr(judge, "SCHEMA_VERSION", 99)
    with pytest.raises(AnsibleError, match=r"does not match schemas/audit.schema.json.*schema_version"):
        run({})


def test_save_to_keeps_the_document(run, tmp_path):
    result, _host = run({"save_to": "audits/web1.json"})
    assert json.loads((tmp_path / "audits/web1.json").read_text(encoding="utf-8")) == result["audit"]


def test_save_to_empty_writes_nothing(run, tmp_path):
    run({"save_to": ""})
    assert list(tmp_path.iterdir()) == []


def test_workload_reaches_the_conditions_and_a_strange_word_is_warned_about(run, monkeypatch):
    told = []
    monkeypatch.setattr("ansible.plugins.action.display.warning", told.append)
    setting = {"value": 8192, "when": {"not_workload": ["router"]}}
    arguments = {"profile": {"name": "inline", "settings": {"net.ipv4.tcp_max_syn_backlog": setting}}, "workload": "router,routr"}
    result, _host = run(arguments)
    assert result["audit"]["settings"][0]["status"] == "not_applicable"
    assert result["audit"]["declared"]["workload"] == ["router", "routr"]
    assert told == ['workload: no setting of profile inline mentions "routr"; it mentions router']


@pytest.mark.parametrize(("days", "compliant"), [(1, True), (0, True), (-1, False)])
def test_waivers_are_judged_by_the_clock_of_the_controller(run, days, compliant):
    day = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=days)
    profile = {
        "name": "inline",
        "settings": {"net.ipv4.tcp_max_syn_backlog": {"value": 8192}},
        "waivers": [{"id": "setting-differs", "hosts": ["web?"], "reason": "r", "expires": day}],
    }
    result, _host = run({"profile": profile})
    assert result["audit"]["compliant"] is compliant


def test_a_risk_that_nobody_knows_is_refused_before_the_host_is_asked(run):
    with pytest.raises(AnsibleError, match='accept_risk: "net.ipv4.../tcp_tw_recycle" is neither'):
        run({"accept_risk": ["net.ipv4.../tcp_tw_recycle"]})


def test_an_accepted_risk_is_told_by_its_one_name(run):
    result, _host = run({"accept_risk": ["net/ipv4/tcp_tw_recycle", "net.ipv4.tcp_tw_recycle", "port-range-parity"]})
    assert result["audit"]["declared"]["accept_risk"] == ["net.ipv4.tcp_tw_recycle", "port-range-parity"]


def test_the_document_says_when_it_was_made(run):
    result, _host = run({})
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(result["audit"]["time"])
    assert datetime.timedelta() <= age < datetime.timedelta(seconds=60)


def test_brief_is_there_with_and_without_a_spool(run):
    alone, _host = run({})
    spooled, _host = run({"spool": "audits"})
    assert alone["brief"] == spooled["brief"]
    assert alone["brief"]["compliant"] is alone["audit"]["compliant"]
    assert alone["brief"]["findings"]["medium"] == sum(item["severity"] == "medium" for item in alone["audit"]["findings"])
    against = [item["title"] for item in alone["audit"]["findings"] if item["concerns"] == "setting" and item["severity"] != "info"]
    assert alone["brief"]["against"] == (against if len(against) <= 4 else [*against[:4], f"and {len(against) - 4} more"])


def test_a_spool_gets_the_document_and_memory_a_few_lines(run, tmp_path):
    parameters = {f"net.ipv4.conf.eth{number}.rp_filter": {"supported": True, "runtime": "1"} for number in range(2000)}
    answer = {"changed": False, "tcp_facts": facts_of(rows=parameters), "invocation": {"module_args": {"parameters": list(parameters)}}}
    result, _host = run({"spool": "audits", "profile": "cis_debian_12"}, answer | {"tcp_facts": _without_missing(answer["tcp_facts"])})
    kept = json.loads((tmp_path / "audits/web1.json").read_text(encoding="utf-8"))
    assert documents.problems(kept, "audit") == []
    assert "audit" not in result
    assert len(json.dumps(result)) <= 4096
    assert result["summary"][-1].endswith("more lines; all of it is in audits/web1.json")


def _without_missing(facts):
    """Let the host know every key of the hardening profile, so that nearly all of them differ."""
    names = [name for name in judge.needed(action.profiles.load("cis_debian_12", [])) if name not in facts["parameters"]]
    facts["parameters"].update({name: {"supported": True, "runtime": "7", "writable": True} for name in names})
    return facts


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ({"failed": True, "msg": "no /proc"}, "failed", "no /proc"),
        ({"unreachable": True, "msg": "timeout"}, "unreachable", "timeout"),
        ({"skipped": True}, "failed", "the module returned no facts"),
    ],
)
def test_what_the_module_could_not_do_is_noted_in_the_spool(run, tmp_path, answer, kind, message):
    assert run({"spool": "audits"}, answer)[0] == answer
    noted = json.loads((tmp_path / "audits/web1.json").read_text(encoding="utf-8"))
    assert noted["error"] == {"kind": kind, "message": message}
    assert noted["host"] == "web1"


@pytest.mark.parametrize(("error", "kind"), [(AnsibleConnectionFailure("no route"), "unreachable"), (AnsibleError("no python"), "failed")])
def test_what_stops_the_task_is_noted_and_goes_on(run, tmp_path, monkeypatch, error, kind):
    def refuse(self, **call):
        raise error

    monkeypatch.setattr(Host, "__call__", refuse)
    with pytest.raises(type(error)):
        run({"spool": "audits"})
    assert json.loads((tmp_path / "audits/web1.json").read_text(encoding="utf-8"))["error"]["kind"] == kind


def test_without_a_spool_nothing_is_noted(run, tmp_path):
    run({}, {"failed": True, "msg": "no /proc"})
    assert list(tmp_path.iterdir()) == []
