# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of kinds, the pages about them and what the judge can emit are the same list."""

from __future__ import annotations

import ast

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, findings

PAGES = documents.COLLECTION / "docs" / "findings"
SOURCES = sorted((documents.COLLECTION / "plugins" / "plugin_utils").glob("*.py"))


def emitted() -> set[str]:
    """Read the first argument of every call of findings.finding(), and the ids in the tables of rules."""
    names = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Rule":
                names.update(ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg == "id")
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "findings.finding" and ast.unparse(node.args[0]) != "rule.id":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}: write the id out"
                names.add(node.args[0].value)
    return names


def test_the_judge_emits_exactly_the_kinds_of_the_table():
    assert emitted() == set(findings.KINDS)


def test_every_kind_has_a_page_and_every_page_a_kind():
    assert {path.stem for path in PAGES.glob("*.md")} == set(findings.KINDS)


@pytest.mark.parametrize("kind", findings.KINDS.values(), ids=lambda kind: kind.id)
def test_a_page_says_what_the_table_says(kind):
    text = (PAGES / f"{kind.id}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {kind.id}\n")
    assert f"Severity: {', '.join(kind.severities)}. Concerns: {kind.concerns}.\n" in text
    for heading in ("## What it means", "## What to do", "## What does not help", "## Source"):
        assert f"\n{heading}\n" in text


def test_a_finding_outside_the_table_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="not in the table"):
        findings.finding("made-up", "info", "t", {"n": 1}, "r")
    with pytest.raises(ValueError, match="not in the table"):
        findings.finding("setting-removed", "high", "t", {"n": 1}, "r")


def test_evidence_leaves_out_what_the_host_did_not_say():
    made = findings.finding("setting-removed", "info", "t", {"running": None, "n": 0}, "r")
    assert made["evidence"] == {"n": 0}


def test_worst_first_keeps_the_order_within_a_severity():
    rows = [{"severity": severity, "n": n} for n, severity in enumerate(["info", "high", "low", "high", "medium"])]
    assert [row["n"] for row in findings.worst_first(rows)] == [1, 3, 4, 2, 0]
