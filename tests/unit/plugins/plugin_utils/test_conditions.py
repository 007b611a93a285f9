# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions: on which hosts a setting applies, and what is said where it does not."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import conditions, documents, profiles

BACKLOG = "net.ipv4.tcp_max_syn_backlog"
SACK = "net.ipv4.tcp_sack"
RECYCLE = "net.ipv4.tcp_tw_recycle"
FORWARD = "net.ipv4.ip_forward"
HOST_ONLY = conditions.HOST_ONLY


def row_of(audit, name=BACKLOG):
    (row,) = [row for row in audit["settings"] if row["name"] == name]
    return row


def judged(audit_of, facts, when, kernel=None, **declared):
    host = facts({BACKLOG: "1024"})
    if kernel:
        host["kernel"] = {"release": kernel, "version": [int(number) for number in kernel.split(".")]}
    audit = audit_of({BACKLOG: {"value": 8192, "when": when}}, host, **declared)
    assert documents.problems(audit, "audit") == []
    return audit


@pytest.mark.parametrize(
    ("comparison", "kernel", "holds"),
    [
        (">=4.12", "4.11.12", False),
        (">=4.12", "4.12.0", True),
        (">=4.12", "4.12", True),
        ("<4.12", "4.11.12", True),
        ("<4.12", "4.12.0", False),
        ("<=4.11", "4.11.12", True),
        (">4.11", "4.11.12", False),
        (">4.11", "4.12.0", True),
        ("==5.4", "5.4.277", True),
        ("==5.4", "5.40.1", False),
        (">=5", "4.20.1", False),
        (">= 4.12 , <5.4", "5.3.18", True),
        (">=4.12,<5.4", "5.4.0", False),
        (">=6.18.44", "6.18.43", False),
        (">=6.9", "6.18.44", True),
    ],
)
def test_kernels_are_compared_as_numbers(audit_of, facts, comparison, kernel, holds):
    audit = judged(audit_of, facts, {"kernel": comparison}, kernel)
    assert row_of(audit)["status"] == ("differs" if holds else "not_applicable")


@pytest.mark.parametrize(
    ("when", "workload", "reason"),
    [
        ({"workload": ["proxy", "web"]}, ("web",), None),
        ({"workload": ["proxy", "web"]}, ("database",), "for hosts with workload proxy or web, this one has database"),
        ({"workload": ["web"]}, (), "for hosts with workload web, this one has none given"),
        ({"not_workload": ["router"]}, (), None),
        ({"not_workload": ["router"]}, ("web",), None),
        ({"not_workload": ["router", "container_host"]}, ("web", "router"), "not for hosts with workload router"),
        ({"workload": ["web"], "kernel": "<4"}, ("web",), "for kernels <4, this one is 6.18.44"),
        ({}, (), None),
    ],
)
def test_workloads_are_what_the_operator_says(audit_of, facts, when, workload, reason):
    audit = judged(audit_of, facts, when, workload=workload)
    assert row_of(audit).get("reason") == reason
    assert audit["declared"].get("workload", []) == list(workload)


def test_what_does_not_apply_is_neither_judged_nor_planned(audit_of, facts):
    audit = judged(audit_of, facts, {"kernel": "<4.4"})
    assert row_of(audit) == {
        "name": BACKLOG, "running": "1024", "wanted": "8192", "status": "not_applicable", "severity": "medium",
        "reason": "for kernels <4.4, this one is 6.18.44",
    }  # fmt: skip
    assert (audit["compliant"], audit["findings"], audit["plan"]) == (True, [], {"settings": {}, "refused": []})


@pytest.mark.parametrize(
    ("wanted", "own", "applies"), [(True, True, True), (True, False, False), (False, True, False), (False, False, True)]
)
def test_a_host_in_a_namespace_of_its_own_is_known_by_a_key_that_it_cannot_see(audit_of, facts, wanted, own, applies):
    key = {"supported": False, "reason": "hidden"} if own else {"supported": True, "runtime": "131072"}
    audit = audit_of({BACKLOG: {"value": 8192, "when": {"namespaced": wanted}}}, facts({BACKLOG: "1024"}, rows={HOST_ONLY: key}))
    assert (row_of(audit)["status"] == "differs") is applies


def test_the_key_that_tells_a_namespace_is_asked_for_only_when_it_matters():
    def needed(when):
        return conditions.evidence(profiles.parse({"name": "x", "settings": {SACK: {"value": 1, "when": when}}}, "x"))

    assert needed({"namespaced": False}) == [HOST_ONLY]
    assert needed({"kernel": ">=4"}) == []


def test_a_key_that_this_kernel_does_not_show(audit_of, facts):
    key = "net.ipv6.conf.all.accept_ra"
    host = facts(rows={key: {"supported": False, "reason": "unknown"}})
    assert row_of(audit_of({key: {"value": 0, "when": {"exists": True}}}, host), key)["status"] == "not_applicable"
    assert row_of(audit_of({key: {"value": 0}}, host), key)["status"] == "unknown"


def test_other_programs_that_set_it_do_not_matter_where_it_does_not_apply(audit_of, facts):
    writer = {"writer": "docker", "active": True, "source": "/etc/docker/daemon.json", "sets": {FORWARD: "1"}}
    running = {FORWARD: "1"}
    wanted = {FORWARD: {"value": 0, "when": {"not_workload": ["container_host"]}}}
    assert not audit_of(wanted, facts(running, writers=[writer]))["compliant"]
    audit = audit_of(wanted, facts(running, writers=[writer]), workload=("container_host",))
    assert (audit["compliant"], audit["findings"]) == (True, [])


def test_no_condition_switches_the_guard_against_recycling_off(audit_of, facts):
    old = facts(rows={RECYCLE: {"supported": True, "runtime": "1", "writable": True, "per_namespace": False}})
    audit = audit_of({RECYCLE: {"value": 1, "when": {"kernel": ">=99"}}, SACK: {"value": 1, "when": {"kernel": ">=99"}}}, {
        **old, "parameters": {**old["parameters"], SACK: {"supported": True, "runtime": "1"}},
    })  # fmt: skip
    assert audit["plan"]["settings"] == {RECYCLE: "0"}
    assert row_of(audit, RECYCLE)["status"] == "differs"
    assert not audit["compliant"]


def test_a_workload_that_no_condition_mentions_may_be_misspelt():
    plain = profiles.parse({"name": "x", "settings": {SACK: {"value": 1}}}, "x")
    conditional = profiles.parse({"name": "x", "settings": {SACK: {"value": 1, "when": {"not_workload": ["router"]}}}}, "x")
    assert conditions.strangers(plain, ["routr"]) == []
    assert conditions.strangers(conditional, ["routr", "router"]) == ["routr"]
    assert conditional.workloads() == ["router"]
