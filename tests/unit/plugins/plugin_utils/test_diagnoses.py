# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each diagnosis fires, does not fire, and is right at its edge."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import diagnose_ports, diagnose_time_wait, diagnoses, findings

TW = diagnoses.MAX_TW_BUCKETS
PORTS = diagnoses.PORT_RANGE
EHASH = diagnoses.EHASH_ENTRIES
RESERVED = diagnoses.RESERVED_PORTS
NO_EHASH = {EHASH: {"supported": False, "reason": "too_old"}}


def listener(port):
    return {"address": "0.0.0.0", "port": port, "family": "ipv4", "queued": 0, "backlog": 128}


def busy(*used, available=1000):
    rows = [
        {"source": "192.0.2.1", "destination": "192.0.2.2", "port": 80 + n, "used": u, "headroom_percent": 0.0} for n, u in enumerate(used)
    ]
    return {"low": 1024, "high": 2023, "size": 1000, "reserved": 0, "available": available, "destinations": rows}


@pytest.mark.parametrize(
    ("limit", "entries", "planned", "fires"),
    [
        ("131072", "262144", None, False),
        ("131071", "262144", None, True),
        # the table of the initial namespace, shared
        ("131071", "-262144", None, True),
        ("131072", "-262144", None, False),
        # unlimited since 5.18
        ("-1", "262144", None, False),
        # the plan counts, not what runs before it
        ("131072", "262144", "5000", True),
        ("5000", "262144", "131072", False),
    ],
)
def test_max_tw_buckets_below_the_kernels_own_default(facts, outlook, limit, entries, planned, fires):
    found = list(diagnoses.max_tw_buckets(outlook(facts({TW: limit, EHASH: entries}), {TW: planned} if planned else {})))
    assert len(found) == fires
    if fires:
        assert found[0]["severity"] == "info"
        assert found[0]["evidence"]["kernel_default"] == 131072
        assert found[0]["evidence"]["limit"] == int(planned or limit)
        assert found[0]["evidence"]["basis"] == ("planned" if planned else "running")


@pytest.mark.parametrize(("limit", "fires"), [("7999", True), ("8000", False), ("180000", False)])
def test_max_tw_buckets_where_the_kernel_does_not_tell_its_default(facts, outlook, limit, fires):
    found = list(diagnoses.max_tw_buckets(outlook(facts({TW: limit}, rows=NO_EHASH))))
    assert len(found) == fires
    if fires:
        assert "kernel_default" not in found[0]["evidence"]
        assert found[0]["evidence"]["floor"] == 8000


def test_max_tw_buckets_that_is_not_shown_is_no_finding(facts, outlook):
    assert list(diagnoses.max_tw_buckets(outlook(facts(rows={TW: {"supported": False, "reason": "hidden"}})))) == []


@pytest.mark.parametrize(
    ("running", "planned", "better"),
    [
        ("32768 60999", None, None),
        ("1024 65000", None, "1024 65001"),
        ("1025 65535", None, "1025 65534"),
        ("32768 60999", "1024 65000", "1024 65001"),
        ("1024 65000", "1024 65001", None),
        # a range of one port has no second half
        ("4000 4000", None, None),
    ],
)
def test_port_range_parity(facts, outlook, running, planned, better):
    found = list(diagnoses.port_range_parity(outlook(facts({PORTS: running}), {PORTS: planned} if planned else {})))
    assert [item["evidence"]["better"] for item in found] == ([better] if better else [])


@pytest.mark.parametrize(
    ("ports", "range_text", "reserved", "severity", "suggested"),
    [
        ([22, 443], "1024 65000", "", None, None),
        ([1023, 65001], "1024 65000", "", None, None),
        ([1024], "1024 65000", "", "medium", "1024"),
        ([65000], "1024 65000", "", "info", "65000"),
        ([32767], "1024 65000", "", "medium", "32767"),
        ([32768], "32768 60999", "", "info", "32768"),
        ([8080, 3306, 3307], "1024 65000", "9000-9001", "medium", "3306-3307,8080,9000-9001"),
        # a port that the service took itself is not suggested beside real ones
        ([8080, 40123], "1024 65000", "", "medium", "8080"),
        ([8080, 9000], "1024 65000", "8000-8100,9000", None, None),
    ],
)
def test_port_range_overlaps_listeners(facts, outlook, ports, range_text, reserved, severity, suggested):
    host = facts({PORTS: range_text, RESERVED: reserved}, listeners=[listener(port) for port in ports])
    found = list(diagnoses.port_range_overlaps(outlook(host)))
    assert [item["severity"] for item in found] == ([severity] if severity else [])
    if severity:
        assert found[0]["evidence"]["suggested_reserved_ports"] == suggested


def test_port_range_overlap_names_the_listeners_and_looks_at_the_plan(facts, outlook):
    host = facts(listeners=[listener(22), listener(3306)])
    assert list(diagnoses.port_range_overlaps(outlook(host))) == []
    (found,) = diagnoses.port_range_overlaps(outlook(host, {PORTS: "1024 65000"}))
    assert found["evidence"]["listeners"] == [{"address": "0.0.0.0", "port": 3306, "family": "ipv4"}]
    assert found["evidence"]["basis"] == "planned"


def test_a_host_that_did_not_list_its_listeners_gets_no_verdict_on_them(facts, outlook):
    assert list(diagnoses.port_range_overlaps(outlook(facts({PORTS: "1024 65000"})))) == []


@pytest.mark.parametrize(
    ("used", "severity"),
    [((699,), None), ((700,), "medium"), ((849,), "medium"), ((850,), "high"), ((1000,), "high"), ((10, 700, 900), "high")],
)
def test_ephemeral_ports_near_exhaustion(facts, outlook, used, severity):
    found = list(diagnose_ports.ephemeral_exhaustion(outlook(facts(ephemeral=busy(*used)))))
    assert [item["severity"] for item in found] == ([severity] if severity else [])


def test_exhaustion_counts_each_destination_by_itself(facts, outlook):
    assert list(diagnose_ports.ephemeral_exhaustion(outlook(facts(ephemeral=busy(600, 600))))) == []
    (found,) = diagnose_ports.ephemeral_exhaustion(outlook(facts(ephemeral=busy(100, 700, 900))))
    assert [row["used"] for row in found["evidence"]["destinations"]] == [700, 900]
    assert "900 of 1000" in found["title"]


@pytest.mark.parametrize("ephemeral", [None, {}, busy(5, available=0)])
def test_exhaustion_is_silent_when_the_range_is_not_known(facts, outlook, ephemeral):
    host = facts() if ephemeral is None else facts(ephemeral=ephemeral)
    assert list(diagnose_ports.ephemeral_exhaustion(outlook(host))) == []


@pytest.mark.parametrize(("reuse", "advised"), [("1", False), ("2", True), ("0", True)])
def test_exhaustion_advises_tw_reuse_only_where_it_is_not_on(facts, outlook, reuse, advised):
    (found,) = diagnose_ports.ephemeral_exhaustion(outlook(facts({diagnoses.TW_REUSE: reuse}, ephemeral=busy(900))))
    assert ("tcp_tw_reuse to 1" in found["remedy"]) is advised
    assert any("tcp_fin_timeout" in line for line in found["will_not_help"])


@pytest.mark.parametrize(("counters", "fires"), [({}, False), ({"TCPTimeWaitOverflow": 0}, False), ({"TCPTimeWaitOverflow": 1}, True)])
def test_time_wait_overflow(facts, outlook, counters, fires):
    found = list(diagnose_time_wait.time_wait_overflow(outlook(facts({TW: "5000"}, counters={"netstat": {"TcpExt": counters}}))))
    assert len(found) == fires
    if fires:
        assert found[0]["evidence"] == {"TCPTimeWaitOverflow": 1, "time_wait": 1, "limit": 5000}


def test_every_threshold_says_who_says_so():
    assert all(threshold.source and threshold.unit for threshold in findings.THRESHOLDS.values())
