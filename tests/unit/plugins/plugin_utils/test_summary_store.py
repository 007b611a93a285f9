# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary for people, and the file on the controller."""

from __future__ import annotations

import json

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, store, summary


def test_summary_reads_like_a_table(facts, audit_of):
    lines = summary.lines(audit_of("article", facts()))
    assert lines[0] == "host1 (Linux 6.18.44): NOT compliant with profile article"
    assert lines[1] == "3 TCP sockets: LISTEN 2, TIME_WAIT 1"
    table = lines[3:11]
    assert table[0].split() == ["setting", "running", "wanted", "verdict"]
    starts = {line.index(word) for line, word in zip(table, ["verdict", "holds", "differs", "removed"], strict=False)}
    assert len(starts) == 1
    assert "net.ipv4.tcp_tw_recycle       -            1           removed from this kernel" in table
    assert lines[-1] == "  net.ipv4.ip_local_port_range = 1024 65000"


def test_summary_of_a_host_with_nothing_to_do(facts, audit_of):
    running = {"net.ipv4.tcp_max_syn_backlog": "9000"}
    lines = summary.lines(audit_of({"net.ipv4.tcp_max_syn_backlog": {"value": 9000}}, facts(running, running)))
    assert lines[0].endswith(": compliant with profile test")
    assert lines[-3:] == ["findings: none", "", "plan: nothing to change"]


def test_every_status_of_the_schema_has_words():
    schema = json.loads((documents.COLLECTION / "schemas" / "audit.schema.json").read_text(encoding="utf-8"))
    statuses = schema["properties"]["settings"]["items"]["properties"]["status"]["enum"]
    row = {"name": "net.x", "wanted": "1"}
    audit = {
        "host": "h", "compliant": True, "profile": "p", "findings": [], "plan": {"settings": {}},
        "settings": [{**row, "status": status} for status in statuses],
    }  # fmt: skip
    assert len(summary.lines(audit)) == 1 + 1 + 1 + len(statuses) + 1 + 1 + 1 + 1


def test_save_json_makes_folders_and_replaces(tmp_path):
    path = tmp_path / "a" / "b" / "host.json"
    store.save_json(path, {"b": 1, "a": "ü"})
    store.save_json(path, {"b": 2, "a": "ü"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "ü", "b": 2}
    assert [entry.name for entry in path.parent.iterdir()] == ["host.json"]


def test_save_json_says_where_it_cannot_write(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(errors.SourceUnavailable, match=r"save_to: cannot write .*file/host.json on the controller"):
        store.save_json(blocked / "host.json", {})


def test_save_json_leaves_nothing_behind_when_it_fails(tmp_path):
    (tmp_path / "host.json").mkdir()
    with pytest.raises(errors.SourceUnavailable):
        store.save_json(tmp_path / "host.json", {})
    assert [entry.name for entry in tmp_path.iterdir()] == ["host.json"]


def test_save_json_is_private_and_keeps_the_mode_that_somebody_gave(tmp_path):
    path = tmp_path / "host.json"
    store.save_json(path, {})
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    store.save_json(path, {"a": 1})
    assert path.stat().st_mode & 0o777 == 0o640
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 1}
