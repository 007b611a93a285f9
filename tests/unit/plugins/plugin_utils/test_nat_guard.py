# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tcp_tw_recycle: the kernel, the declaration, the evidence and the accepted risk, each of which can forbid it; NAT in the document."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import nat
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents

RECYCLE = "net.ipv4.tcp_tw_recycle"
OLD, RANDOM, RANDOM_PAIR, EL7 = "4.9.115", "4.10.17", "4.11.0", "3.10.105"
WANTS_IT = {RECYCLE: {"value": 1, "severity": "low"}}


def host(facts: Any, release: str, running: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    key = {"supported": True, "runtime": running, "persisted": running, "writable": True, "per_namespace": False}
    kernel = {"release": release, "version": [int(part) for part in release.split(".")]}
    made: dict[str, Any] = facts(rows={RECYCLE: key}, nat={"evidence": rows, "unread": []}) | {"kernel": kernel}
    return made


def seen(strength: str, question: str = nat.CLIENTS) -> list[dict[str, str]]:
    row: dict[str, str] = nat.evidence(question, "kind", strength, f"{strength} sign")
    return [row]


def test_it_stays_on_only_where_nothing_speaks_against_it(facts, audit_of):
    """Every combination of kernel, declaration, evidence and accepted risk."""
    kept = []
    evidence = {"none": [], "weak": seen("weak"), "strong": seen("strong"), "of another question": seen("strong", nat.TRANSLATES)}
    for release, declared, kind, risk in itertools.product(
        (EL7, OLD, RANDOM, RANDOM_PAIR), ("unknown", "present", "absent"), evidence, ((), (RECYCLE,), ("tw-recycle-behind-nat",))
    ):
        audit = audit_of(WANTS_IT, host(facts, release, "1", evidence[kind]), nat=declared, accept_risk=risk)
        assert audit["plan"]["settings"] in ({}, {RECYCLE: "0"})
        if not audit["plan"]["settings"]:
            kept.append((release, declared, kind, risk))
        assert documents.problems(audit, "audit") == []
    assert kept == [(release, "absent", kind, (RECYCLE,)) for release in (EL7, OLD) for kind in ("none", "of another question")]


@pytest.mark.parametrize(
    ("release", "declared", "rows", "risk", "reason"),
    [
        (OLD, "unknown", [], (RECYCLE,), "nat_unknown"),
        (OLD, "present", [], (RECYCLE,), "nat_present"),
        (OLD, "absent", seen("weak"), (RECYCLE,), "nat_evidence"),
        (OLD, "absent", [], (), "risk_not_accepted"),
        (RANDOM, "absent", [], (RECYCLE,), "timestamps_random"),
        (RANDOM_PAIR, "absent", [], (RECYCLE,), "timestamps_random"),
    ],
)
@pytest.mark.parametrize(("running", "found"), [("0", "tw-recycle-needs-nat-declaration"), ("1", "tw-recycle-behind-nat")])
def test_each_obstacle_has_its_reason(facts, audit_of, release, declared, rows, risk, reason, running, found):
    audit = audit_of(WANTS_IT, host(facts, release, running, rows), nat=declared, accept_risk=risk)
    assert [item["id"] for item in audit["findings"] if item["concerns"] == "setting"] == [found]
    assert audit["plan"]["refused"] == [{"name": RECYCLE, "value": "1", "reason": reason}]
    evidence = audit["findings"][0]["evidence"]
    assert evidence["nat_declared"] == declared
    assert evidence.get("nat_evidence") == ([rows[0]["detail"]] if rows else None)


def test_it_is_planned_where_all_agree(facts, audit_of):
    audit = audit_of(WANTS_IT, host(facts, EL7, "0", []), nat="absent", accept_risk=(RECYCLE,))
    assert audit["plan"] == {"settings": {RECYCLE: "1"}, "refused": []}
    assert audit["declared"]["accept_risk"] == [RECYCLE]


def test_the_document_carries_verdicts_evidence_and_what_could_not_be_read(facts, audit_of):
    unread = [{"source": "nf_tables", "reason": "EPERM"}]
    rows = seen("strong", nat.TRANSLATES)
    audit = audit_of(WANTS_IT, facts(nat={"evidence": rows, "unread": unread}), nat="absent")
    assert {question: row["verdict"] for question, row in audit["nat"]["verdicts"].items()} == {
        "own_address": "possible",
        "clients": "declared_absent",
        "translates": "present",
    }
    assert (audit["nat"]["evidence"], audit["nat"]["unread"]) == (rows, unread)
    assert documents.problems(audit, "audit") == []


def test_a_host_that_did_not_look_says_nothing_of_nat(facts, audit_of):
    assert "nat" not in audit_of(WANTS_IT, facts())
