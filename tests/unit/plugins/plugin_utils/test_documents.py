# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validators are made once, before Ansible forks its workers."""

from __future__ import annotations

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, warm


def test_validators_that_were_warmed_are_not_made_again(monkeypatch):
    documents.warm("audit")

    def never(*arguments, **options):
        raise AssertionError("made again")

    monkeypatch.setattr(documents.jsonschema, "Draft202012Validator", never)
    assert documents.problems({}, "audit")


def test_the_regular_expressions_of_a_schema_are_found_wherever_they_stand():
    schema = {
        "pattern": "a",
        "properties": {"pattern": {"items": [{"pattern": "b"}]}},
        "patternProperties": {"c": {"pattern": "d"}},
        "enum": ["e"],
    }
    assert sorted(documents._patterns(schema)) == ["a", "b", "c", "d"]


def test_nothing_is_warmed_without_jsonschema(monkeypatch):
    monkeypatch.setattr(documents, "JSONSCHEMA_MISSING", True)
    warm.for_audits()
