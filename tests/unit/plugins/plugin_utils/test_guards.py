# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each guard fires, does not fire, and is right at its edge; what it does to the plan stands in its row."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, findings, guards, judge, profiles

TW = "net.ipv4.tcp_max_tw_buckets"
REUSE = "net.ipv4.tcp_tw_reuse"
STAMPS = "net.ipv4.tcp_timestamps"
PORTS = "net.ipv4.ip_local_port_range"
RESERVED = "net.ipv4.ip_local_reserved_ports"
START = "net.ipv4.ip_unprivileged_port_start"
FORWARD = "net.ipv4.ip_forward"
ALL_FORWARDING = "net.ipv4.conf.all.forwarding"
DEFAULT_FORWARDING = "net.ipv4.conf.default.forwarding"
REDIRECTS = "net.ipv4.conf.all.accept_redirects"
MEM = "net.ipv4.tcp_mem"
TRACKED = "net.netfilter.nf_conntrack_count"
TABLE = "net.netfilter.nf_conntrack_max"
COOKIES = "net.ipv4.tcp_syncookies"
BACKLOG = "net.ipv4.tcp_max_syn_backlog"
SOMAXCONN = "net.core.somaxconn"
FIN = "net.ipv4.tcp_fin_timeout"
KEEPALIVE = "net.ipv4.tcp_keepalive_time"
# Silent: this key stands in no guard's way.
NEUTRAL = {"net.ipv4.tcp_sack": {"value": 1}}
SACK = {"net.ipv4.tcp_sack": "1"}


def listener(port, **more):
    return {"address": "0.0.0.0", "port": port, "family": "ipv4", "queued": 0, "backlog": 128, **more}


def tw(count):
    return {"counters": {"sockstat": {"TCP": {"tw": count}}}}


def of(audit, kind_id):
    return [item for item in audit["findings"] if item["id"] == kind_id]


def guarded(audit):
    """Return the findings of guards, in the order of the table."""
    order = [row.id for row in guards.GUARDS]
    return sorted((item["id"] for item in audit["findings"] if item["id"] in order), key=order.index)


@pytest.fixture
def judged(audit_of):
    """Return a function that judges without persistence and checks the document."""

    def run(wanted, facts, **declared):
        audit = audit_of(wanted, facts, **{"persist": False, **declared})
        assert documents.problems(audit, "audit") == []
        return audit

    return run


def refusal(audit, name):
    return [row["reason"] for row in audit["plan"]["refused"] if row["name"] == name]


@pytest.mark.parametrize(
    ("running", "wanted", "in_use", "refused"),
    [
        ("131072", 5000, 5001, True),
        ("131072", 5000, 5000, False),
        ("131072", 5000, 4999, False),
        # what runs already is no new value
        ("5000", 5000, 20000, False),
        # raised, and still below: it gets better, but the new value is as wrong
        ("5000", 6000, 20000, True),
    ],
)
def test_a_limit_below_what_is_in_use_is_refused(facts, judged, running, wanted, in_use, refused):
    audit = judged({TW: {"value": wanted}}, facts({TW: running}, **tw(in_use)))
    found = of(audit, "max-tw-buckets-below-in-use")
    assert len(found) == refused
    assert refusal(audit, TW) == (["max-tw-buckets-below-in-use"] if refused else [])
    assert audit["plan"]["settings"] == ({TW: str(wanted)} if not refused and running != str(wanted) else {})
    if refused:
        assert (found[0]["severity"], found[0]["evidence"]["in_use"], found[0]["evidence"]["wanted"]) == ("medium", in_use, wanted)
        assert audit["settings"][0]["status"] == "refused"
        assert not audit["compliant"]
        # Its remedy is not "set it".
        assert of(audit, "setting-differs") == []


def test_without_sockstat_the_sockets_in_time_wait_count(facts, judged):
    sockets = {"source": "proc", "total": 9, "states": {"TIME_WAIT": 9}, "families": {}}
    assert refusal(judged({TW: {"value": 8}}, {**facts(), "sockets": sockets}), TW) == ["max-tw-buckets-below-in-use"]
    assert refusal(judged({TW: {"value": 9}}, {**facts(), "sockets": sockets}), TW) == []


def test_the_article_keeps_its_buckets_with_a_reason_and_a_warning(facts, judged):
    audit = judged("article", facts(**tw(25087)))
    (found,) = of(audit, "max-tw-buckets-below-in-use")
    assert audit["plan"]["settings"][TW] == "5000"
    assert found["severity"] == "low"
    assert "article" in found["evidence"]["softened"]
    assert refusal(audit, TW) == []


@pytest.mark.parametrize("row", [row for row in guards.GUARDS if row.action == guards.REFUSE], ids=lambda row: row.id)
def test_a_refusal_is_softened_only_where_its_row_allows_it(facts, judged, row):
    wanted, host = REFUSED[row.id]
    name = next(iter(wanted))
    audit = judged(wanted, facts(**host))
    assert refusal(audit, name) == [row.id]
    assert name not in audit["plan"]["settings"]
    softened = judged({name: {**wanted[name], "soften": {row.id: "we know"}}}, facts(**host))
    assert refusal(softened, name) == ([] if row.may_soften else [row.id])
    (found,) = of(softened, row.id)
    assert (found["severity"] == "low") is row.may_soften
    assert found["evidence"].get("softened") == ("we know" if row.may_soften else None)
    # A reason for one guard is none for another.
    other = judged({name: {**wanted[name], "soften": {"syncookies-off": "no"}}}, facts(**host))
    assert refusal(other, name) == [row.id]


DOCKER = {"routing": {"guest_interfaces": ["docker0"], "guest_interface_count": 1}}
# A profile and a host for each refusal.
REFUSED = {
    "max-tw-buckets-below-in-use": ({TW: {"value": 10}}, tw(11)),
    "port-range-below-unprivileged-start": ({PORTS: {"value": [1000, 2001]}}, {"running": {START: "1024"}}),
    "ip-forward-needed": ({FORWARD: {"value": 0}}, {"running": {FORWARD: "1"}, **DOCKER}),
    "tcp-mem-beyond-ram": (
        {MEM: {"value": [1, 2, 257]}},
        {"running": {MEM: "1 2 3"}, "memory": {"total_kib": 1024, "page_size": 4096}},
    ),
    "conntrack-max-below-load": ({TABLE: {"value": 100}}, {"running": {TRACKED: "90", TABLE: "1000"}}),
}


def test_every_refusal_has_an_example():
    assert set(REFUSED) == {row.id for row in guards.GUARDS if row.action == guards.REFUSE}


def test_every_row_is_a_kind_and_only_refusals_decide_compliance():
    for row in guards.GUARDS:
        kind = findings.KINDS[row.id]
        assert (kind.concerns == findings.SETTING) is (row.action == guards.REFUSE), row.id
        assert ("low" in kind.severities) or not row.may_soften, row.id


def test_a_quiet_host_hears_nothing_above_info(facts, judged):
    quiet = facts(
        {**SACK, STAMPS: "1", FIN: "60", FORWARD: "0", START: "1024", SOMAXCONN: "4096", MEM: "18000 24000 36000", REDIRECTS: "1"},
        listeners=[],
        keepalive={"established": 0, "armed": 0, "hidden": 0},
        time_wait={"inbound": 0, "other": 0},
        memory={"total_kib": 2097152, "page_size": 4096},
        routing={"guest_interfaces": [], "guest_interface_count": 0, "networks": [{"interface": "eth0", "network": "10.0.0.0/24"}]},
    )
    assert guarded(judged(NEUTRAL, quiet)) == []
    assert [item["id"] for item in judged("article", quiet)["findings"] if item["id"] in {row.id for row in guards.GUARDS}] == [
        "max-syn-backlog-without-effect"
    ]


def test_guards_are_silent_about_facts_that_the_host_did_not_tell(facts, judged):
    assert guarded(judged(NEUTRAL, facts(SACK))) == []
    audit = judged({FORWARD: {"value": 0}, MEM: {"value": [1, 2, 3]}}, facts({FORWARD: "1", MEM: "4 5 6"}))
    assert guarded(audit) == []
    assert audit["plan"]["settings"] == {FORWARD: "0", MEM: "1 2 3"}


def test_the_host_is_asked_for_what_the_rules_read():
    assert set(guards.EVIDENCE) <= set(judge.needed(profiles.load("article", [])))


@pytest.mark.parametrize(
    ("ports", "reserved", "planned"),
    [
        ([], "", None),
        ([22], "", None),
        ([1023, 1024], "", "1024"),
        ([32767, 32768], "", "32767"),
        ([8080, 3306, 3307, 8080], "9000-9001", "3306-3307,8080,9000-9001"),
        ([8080], "8000-8100", None),
    ],
)
def test_ports_of_services_in_the_planned_range_are_reserved(facts, judged, ports, reserved, planned):
    host = facts({RESERVED: reserved}, listeners=[listener(port) for port in ports])
    audit = judged({PORTS: {"value": [1024, 65001]}}, host)
    assert audit["plan"]["settings"].get(RESERVED) == planned
    found = [item for item in of(audit, "port-range-overlaps-listeners") if item["severity"] == "medium"]
    assert len(found) == (planned is not None)
    rows = [row for row in audit["settings"] if row["name"] == RESERVED]
    assert [(row["status"], row["planned"]) for row in rows] == ([("adjusted", planned)] if planned else [])
    if planned:
        assert found[0]["evidence"]["suggested_reserved_ports"] == planned
        assert "the plan reserves" in found[0]["title"]


def test_what_is_reserved_needs_no_second_plan_and_has_to_last(facts, judged):
    wanted = {PORTS: {"value": [1024, 65001]}}
    running = {PORTS: "1024 65001", RESERVED: "3306"}
    host = {"listeners": [listener(3306)]}
    assert judged(wanted, facts(running, **host))["plan"]["settings"] == {}
    lasting = facts(running, {PORTS: "1024 65001", RESERVED: "3306"}, **host)
    assert judged(wanted, lasting, persist=True)["plan"]["settings"] == {}
    forgotten = facts(running, {PORTS: "1024 65001"}, **host)
    audit = judged(wanted, forgotten, persist=True)
    assert audit["plan"]["settings"] == {RESERVED: "3306"}
    assert [item["severity"] for item in of(audit, "port-range-overlaps-listeners")] == ["info"]
    # What only the drop-in reserves is kept, too.
    both = facts({**running, RESERVED: ""}, {PORTS: "1024 65001", RESERVED: "9000"}, **host)
    assert judged(wanted, both, persist=True)["plan"]["settings"] == {RESERVED: "3306,9000"}


def test_ports_are_left_to_the_diagnosis_where_the_plan_has_no_say(facts, judged):
    host = facts({**SACK, PORTS: "1024 65001"}, listeners=[listener(8080)])
    audit = judged(NEUTRAL, host)
    assert audit["plan"]["settings"] == {}
    (found,) = of(audit, "port-range-overlaps-listeners")
    assert "the plan" not in found["title"]
    read_only = facts({PORTS: "1024 65001"}, listeners=[listener(8080)])
    read_only["parameters"][RESERVED]["writable"] = False
    assert judged({PORTS: {"value": [1024, 65001]}}, read_only)["plan"]["settings"] == {}


@pytest.mark.parametrize(("accept", "planned"), [({"const": [9000]}, "9000"), ({"not": {"const": []}}, "8080,9000")])
def test_a_list_of_the_profiles_own_is_widened_only_when_it_accepts_that(facts, judged, accept, planned):
    wanted = {PORTS: {"value": [1024, 65001]}, RESERVED: {"value": "9000", "accept": accept}}
    audit = judged(wanted, facts(listeners=[listener(8080)]))
    assert audit["plan"]["settings"][RESERVED] == planned
    after = facts({PORTS: "1024 65001", RESERVED: planned}, listeners=[listener(8080)])
    assert judged(wanted, after)["plan"]["settings"] == {}


@pytest.mark.parametrize(
    ("start", "low", "refused"), [("1024", 1024, None), ("1025", 1024, PORTS), ("1024", 1023, PORTS), (None, 80, None)]
)
def test_a_range_below_the_first_unprivileged_port(facts, judged, start, low, refused):
    audit = judged({PORTS: {"value": [low, 60001]}}, facts({START: start} if start else {}))
    assert refusal(audit, PORTS) == (["port-range-below-unprivileged-start"] if refused else [])
    assert (PORTS in audit["plan"]["settings"]) is (refused is None)


def test_a_first_unprivileged_port_above_the_range_is_refused_itself(facts, judged):
    audit = judged({START: {"value": 40000}}, facts({START: "1024"}))
    assert refusal(audit, START) == ["port-range-below-unprivileged-start"]
    both = judged({START: {"value": 80}, PORTS: {"value": [80, 60001]}}, facts({START: "1024"}))
    assert both["plan"]["settings"] == {START: "80", PORTS: "80 60001"}


@pytest.mark.parametrize(
    ("host", "evidence"),
    [
        (DOCKER, "guest_interfaces"),
        (
            {"routing": {"networks": [{"interface": "eth0", "network": "10.0.0.0/8"}, {"interface": "eth1", "network": "10.9.0.0/16"}]}},
            "networks",
        ),
        ({"writers": [{"writer": "docker", "active": True, "source": "/etc/docker/daemon.json", "sets": [FORWARD]}]}, "engines"),
        ({"writers": [{"writer": "docker", "active": False, "source": "/etc/docker/daemon.json", "sets": [FORWARD]}]}, None),
        # two addresses on one interface do not make a router
        (
            {"routing": {"networks": [{"interface": "eth0", "network": "10.0.0.0/8"}, {"interface": "eth0", "network": "10.9.0.0/16"}]}},
            None,
        ),
        ({"routing": {"guest_interfaces": []}}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("name", [FORWARD, ALL_FORWARDING, DEFAULT_FORWARDING])
def test_a_host_that_forwards_for_somebody_goes_on(facts, judged, host, evidence, name):
    audit = judged({name: {"value": 0}}, facts({name: "1"}, **host))
    assert refusal(audit, name) == (["ip-forward-needed"] if evidence else [])
    assert audit["plan"]["settings"] == ({} if evidence else {name: "0"})
    for found in of(audit, "ip-forward-needed"):
        assert found["severity"] == "high"
        assert evidence in found["evidence"]
    # Off already, there is nothing to lose.
    assert of(judged({name: {"value": 0}}, facts({name: "0"}, **host)), "ip-forward-needed") == []


HARDENED = {FORWARD: {"value": 0}, REDIRECTS: {"value": 0}, "net.ipv4.conf.eth0.forwarding": {"value": 1}}


def test_what_a_change_of_forwarding_resets_is_planned_again(facts, judged):
    host = facts({FORWARD: "1", REDIRECTS: "0", "net.ipv4.conf.eth0.forwarding": "1"})
    audit = judged(HARDENED, host)
    assert audit["plan"]["settings"] == {FORWARD: "0", REDIRECTS: "0", "net.ipv4.conf.eth0.forwarding": "1"}
    (found,) = of(audit, "ip-forward-resets-conf")
    assert found["evidence"]["accept_redirects"] == "0 -> 1"
    assert found["evidence"]["written_again"] == {REDIRECTS: "0", "net.ipv4.conf.eth0.forwarding": "1"}
    done = facts({FORWARD: "0", REDIRECTS: "0", "net.ipv4.conf.eth0.forwarding": "1"})
    audit = judged(HARDENED, done)
    assert audit["plan"]["settings"] == {}
    assert guarded(audit) == []


@pytest.mark.parametrize(
    ("before", "after", "redirects", "fires"),
    [("1", 0, "0", True), ("1", 0, "1", False), ("0", 1, "1", True), ("0", 1, "0", False), ("1", 1, "0", False)],
)
def test_side_effects_are_told_when_there_are_some(facts, judged, before, after, redirects, fires):
    audit = judged({FORWARD: {"value": after}}, facts({FORWARD: before, REDIRECTS: redirects}))
    assert len(of(audit, "ip-forward-resets-conf")) == fires
    assert REDIRECTS not in audit["plan"]["settings"]


@pytest.mark.parametrize(
    ("running", "wanted", "severity", "plan"),
    [
        ("1 2 3", [1, 2, 256], None, {MEM: "1 2 256"}),
        ("1 2 3", [1, 2, 257], "high", {}),
        ("1 2 257", None, "medium", {}),
        ("1 2 256", None, None, {}),
    ],
)
def test_tcp_mem_beyond_ram(facts, judged, running, wanted, severity, plan):
    host = facts({**SACK, MEM: running}, memory={"total_kib": 1024, "page_size": 4096})
    audit = judged({MEM: {"value": wanted}} if wanted else NEUTRAL, host)
    assert [item["severity"] for item in of(audit, "tcp-mem-beyond-ram")] == ([severity] if severity else [])
    assert audit["plan"]["settings"] == plan


@pytest.mark.parametrize(("count", "size", "refused"), [("89", 100, False), ("90", 100, True), ("100", 100, True), ("0", 1, False)])
@pytest.mark.parametrize("name", [TABLE, "net.nf_conntrack_max"])
def test_a_tracking_table_smaller_than_the_load(facts, judged, count, size, refused, name):
    audit = judged({name: {"value": size}}, facts({TRACKED: count, name: "262144"}))
    assert refusal(audit, name) == (["conntrack-max-below-load"] if refused else [])
    # The running size is for the diagnoses.
    assert of(judged({name: {"value": 100}}, facts({TRACKED: "99", name: "100"})), "conntrack-max-below-load") == []


@pytest.mark.parametrize(
    ("reuse", "stamps", "wanted", "fires"),
    [
        ("1", "0", None, True),
        ("1", "1", None, False),
        ("1", "2", None, False),
        ("2", "0", None, False),
        ("2", "0", 1, True),
        ("0", "0", 0, False),
    ],
)
def test_reuse_without_timestamps(facts, judged, reuse, stamps, wanted, fires):
    profile = NEUTRAL if wanted is None else {REUSE: {"value": wanted}}
    found = of(judged(profile, facts({**SACK, REUSE: reuse, STAMPS: stamps})), "tw-reuse-without-timestamps")
    assert [item["severity"] for item in found] == (["low"] if fires else [])


@pytest.mark.parametrize(
    ("running", "inbound", "other", "fires"),
    [("2", 51, 49, True), ("2", 50, 50, False), ("2", 0, 0, False), ("1", 51, 49, False)],
)
def test_reuse_is_no_help_to_a_server(facts, judged, running, inbound, other, fires):
    audit = judged({REUSE: {"value": 1}}, facts({REUSE: running}, time_wait={"inbound": inbound, "other": other}))
    assert len(of(audit, "tw-reuse-helps-outgoing-only")) == fires
    assert audit["plan"]["settings"] == ({REUSE: "1"} if running == "2" else {})


@pytest.mark.parametrize(("seconds", "severity"), [("60", None), ("61", None), ("59", "info"), ("25", "info"), ("24", "low")])
@pytest.mark.parametrize("planned", [False, True])
def test_fin_timeout_is_not_time_wait(facts, judged, seconds, severity, planned):
    profile, running = ({FIN: {"value": int(seconds)}}, "70") if planned else (NEUTRAL, seconds)
    found = of(judged(profile, facts({**SACK, FIN: running})), "fin-timeout-not-time-wait")
    assert [item["severity"] for item in found] == ([severity] if severity else [])
    if severity:
        assert found[0]["evidence"]["basis"] == ("planned" if planned else "running")


@pytest.mark.parametrize(
    ("running", "wanted", "fires"), [("1", None, False), ("2", None, False), ("0", None, True), ("1", 0, True), ("0", 1, False)]
)
def test_syncookies_off(facts, judged, running, wanted, fires):
    profile = NEUTRAL if wanted is None else {COOKIES: {"value": wanted}}
    assert len(of(judged(profile, facts({**SACK, COOKIES: running})), "syncookies-off")) == fires


@pytest.mark.parametrize(
    ("version", "cookies", "running", "fires"),
    [
        ([4, 4, 0], "1", "1024", True),
        ([4, 3, 6], "1", "1024", False),
        ([6, 18], "0", "1024", False),
        ([6, 18], "2", "1024", True),
        ([6, 18], "1", "8192", False),
    ],
)
def test_max_syn_backlog_without_effect(facts, judged, version, cookies, running, fires):
    host = {**facts({COOKIES: cookies, BACKLOG: running}), "kernel": {"release": "x", "version": version}}
    audit = judged({BACKLOG: {"value": 8192}}, host)
    assert len(of(audit, "max-syn-backlog-without-effect")) == fires
    assert audit["plan"]["settings"] == ({BACKLOG: "8192"} if running == "1024" else {})


@pytest.mark.parametrize(
    ("backlogs", "somaxconn", "shorter"),
    [
        ([8192], "8192", None),
        ([8191], "8192", [("listen()", 8191)]),
        ([128, 4096], "4096", [("listen()", 128), ("net.core.somaxconn", 4096)]),
        ([], "128", None),
    ],
)
def test_listeners_with_shorter_queues_are_named(facts, judged, backlogs, somaxconn, shorter):
    rows = [listener(8000 + n, backlog=backlog) for n, backlog in enumerate(backlogs)]
    found = of(judged({BACKLOG: {"value": 8192}}, facts({SOMAXCONN: somaxconn}, listeners=rows)), "syn-queue-capped-by-backlog")
    assert len(found) == (shorter is not None)
    if shorter:
        assert [(row["capped_by"], row["backlog"]) for row in found[0]["evidence"]["listeners"]] == shorter
        assert found[0]["severity"] == "info"


def test_queues_of_unknown_length_are_not_called_short(facts, judged):
    row = listener(8080)
    del row["backlog"]
    assert of(judged({BACKLOG: {"value": 8192}}, facts({SOMAXCONN: "8192"}, listeners=[row])), "syn-queue-capped-by-backlog") == []
    (found,) = of(judged({BACKLOG: {"value": 8192}}, facts({SOMAXCONN: "4096"}, listeners=[row])), "syn-queue-capped-by-backlog")
    assert "caps every listener" in found["title"]
    assert of(judged(NEUTRAL, facts({**SACK, SOMAXCONN: "1"}, listeners=[listener(80)])), "syn-queue-capped-by-backlog") == []


@pytest.mark.parametrize(
    ("counts", "fires"),
    [((1, 0, 0), True), ((0, 0, 0), False), ((5, 1, 0), False), ((5, 0, 5), False), ((5, 0, 4), True), (None, False)],
)
def test_keepalive_that_nobody_uses(facts, judged, counts, fires):
    part = {} if counts is None else {"keepalive": dict(zip(("established", "armed", "hidden"), counts, strict=True))}
    assert len(of(judged({KEEPALIVE: {"value": 1200}}, facts(**part)), "keepalive-without-users")) == fires
    assert of(judged(NEUTRAL, facts(SACK, **part)), "keepalive-without-users") == []


def test_a_threshold_of_the_profile_counts(facts):
    from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts
    from ansible_collections.linuxnet.tcp.plugins.plugin_utils.settings import Declarations

    host = HostFacts(facts({FIN: "24"}))
    assert guards.guard([], host, Declarations())[1][0]["severity"] == "low"
    assert guards.guard([], host, Declarations(), {"fin_timeout_floor": 20})[1][0]["severity"] == "info"


def test_reserved_ports_of_the_host_are_no_matter_of_its_containers(facts, judged):
    host = facts({PORTS: "1024 65001"}, listeners=[listener(8080)])
    other = {"inode": 2, "names": ["blue"], "process_count": 1, "parameters": {RESERVED: "", PORTS: "1024 65001"}}
    audit = judged({PORTS: {"value": [1024, 65001]}}, {**host, "namespaces": [other]})
    assert audit["plan"]["settings"] == {RESERVED: "8080"}
    assert of(audit, "namespaces-not-tuned") == []
