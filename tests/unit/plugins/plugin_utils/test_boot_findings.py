# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which problem of a boot file becomes which finding, how severe, and that none of them decides compliance."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import boot_findings, documents, findings

HELD = {"net.ipv4.tcp_max_syn_backlog": {"value": 2048}}
# kind of problem -> finding and severity.
EXPECTED = {
    "removed": ("boot-line-stale", "info"),
    "unknown_key": ("boot-line-unknown-key", "low"),
    "too_old": ("boot-line-unknown-key", "info"),
    "not_in_this_kernel": ("boot-line-unknown-key", "info"),
    "duplicate": ("boot-line-duplicate", "low"),
    "repeated": ("boot-line-duplicate", "info"),
    "unreadable_line": ("boot-line-unreadable", "low"),
    "ineffective": ("boot-line-unreadable", "low"),
    "bom": ("boot-line-unreadable", "low"),
    "unreadable_file": ("boot-line-unreadable", "low"),
    "special_file": ("boot-line-unreadable", "low"),
    "dangling": ("boot-line-unreadable", "info"),
    "directory": ("boot-line-unreadable", "info"),
    "hidden_file": ("boot-file-hidden", "low"),
    "sysctl_conf_ignored": ("boot-file-ignored", "low"),
    "module_not_loaded": ("boot-module-not-loaded", "low"),
    "module_late": ("boot-module-not-loaded", "info"),
}


def problem(kind, number=1, **more):
    return {"kind": kind, "source": f"/etc/sysctl.d/10.conf:{number}", "text": "why", **more}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_problem_becomes_one_finding_that_does_not_count(kind, facts, audit_of):
    audit = audit_of(HELD, facts(boot_problems=[problem(kind, name="net.ipv4.x")]), persist=False)
    (made,) = audit["findings"]
    assert (made["id"], made["severity"], made["concerns"]) == (*EXPECTED[kind], "boot")
    assert made["evidence"] == {"lines": [problem(kind, name="net.ipv4.x")]}
    assert "/etc/sysctl.d/10.conf:1" in made["title"] or kind == "sysctl_conf_ignored"
    assert audit["compliant"]
    assert audit["boot_problems"] == [problem(kind, name="net.ipv4.x")]
    assert documents.problems(audit, "audit") == []


def test_every_boot_kind_of_the_table_is_reached():
    assert {made for made, _severity in EXPECTED.values()} == {kind.id for kind in findings.KINDS.values() if kind.id.startswith("boot-")}


@pytest.mark.parametrize("problems", [{}, {"boot_problems": []}])
def test_nothing_to_say(problems, facts):
    assert boot_findings.found(facts(**problems)) == []


def test_the_worse_of_two_decides_and_comes_first():
    (made,) = boot_findings.found({"boot_problems": [problem("module_late", 1), problem("module_not_loaded", 2)]})
    assert made["severity"] == "low"
    assert [line["kind"] for line in made["evidence"]["lines"]] == ["module_not_loaded", "module_late"]


@pytest.mark.parametrize(("count", "more"), [(10, None), (11, 1), (500, 490)])
def test_evidence_is_bounded_and_says_so(count, more):
    (made,) = boot_findings.found({"boot_problems": [problem("unknown_key", number) for number in range(count)]})
    assert len(made["evidence"]["lines"]) == 10
    assert made["evidence"].get("more") == more
    assert made["title"].endswith(f"and {count - 1} more")
