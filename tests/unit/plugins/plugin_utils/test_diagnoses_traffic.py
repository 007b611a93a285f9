# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each diagnosis of traffic fires, does not fire, and is right at its edge; most were also made to fire on real sockets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import diagnoses, findings, judge, outlook, profiles, settings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts

SOMAXCONN = {outlook.SOMAXCONN: "4096"}


def netstat(**counters):
    return {"counters": {"netstat": {"TcpExt": counters}}}


def sampled(seconds=2.0, rates=None, counts=(), kept=0):
    return {
        "samples": {"count": 2, "seconds": seconds, "rates": {"TcpExt": rates or {}}, "close_wait": {"counts": list(counts), "kept": kept}}
    }


def states(**counts):
    return {"sockets": {"source": "netlink", "total": sum(counts.values()), "states": counts, "families": {}}}


def sockstat(**numbers):
    return {"counters": {"sockstat": {"TCP": numbers}}}


def listener(port=80, queued=0, backlog=128, family="ipv4", address="0.0.0.0"):
    return {"address": address, "port": port, "family": family, "queued": queued, "backlog": backlog}


def served(port=80, connections=0, time_wait=0, family="ipv4"):
    return {"port": port, "family": family, "connections": connections, "time_wait": time_wait}


@pytest.fixture
def severity(facts):
    """Return a function that diagnoses facts and gives the severity of one kind, None when it is not found."""

    def run(kind: str, running: dict[str, str] | None = None, thresholds: dict[str, float] | None = None, **parts: Any) -> str | None:
        found = diagnoses.diagnose(diagnoses.Outlook(HostFacts(facts(running, **parts)), {}, thresholds or {}))
        (level,) = [item["severity"] for item in found if item["id"] == kind] or [None]
        return level

    return run


def pool(ports, connections=None, destinations=3, available=1000):
    row = {
        "source": "192.0.2.1",
        "destinations": destinations,
        "connections": ports if connections is None else connections,
        "ports": ports,
    }
    return {"ephemeral": {"available": available, "destinations": [], "sources": [row]}}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (pool(699), None),
        (pool(700), "medium"),
        (pool(849), "medium"),
        (pool(850), "high"),
        # connect() shares ports: 1 % shared is enough to say so
        (pool(800, 808), "medium"),
        (pool(800, 809), None),
        # one destination is another finding
        (pool(900, destinations=1), None),
        (pool(5, available=0), None),
        ({}, None),
    ],
)
def test_bound_early(severity, parts, expected):
    assert severity("ephemeral-ports-bound-early", **parts) == expected


@pytest.mark.parametrize(("running", "with_reuse"), [({}, 1000.0), ({outlook.TW_REUSE_DELAY: "250"}, 4000.0)])
def test_the_rate_that_a_range_sustains(facts, running, with_reuse):
    host = outlook.Outlook(HostFacts(facts(running)), {})
    from ansible_collections.linuxnet.tcp.plugins.plugin_utils import diagnose_ports

    assert diagnose_ports.sustained(host, 1000) == {"sustained_per_second": 16.7, "sustained_per_second_with_tw_reuse": with_reuse}
    assert diagnose_ports.sustained(host, 28232)["sustained_per_second"] == 470.5


@pytest.mark.parametrize(("count", "expected"), [(99, None), (100, "low")])
def test_syn_sent_pile(severity, count, expected):
    rows = [{"address": "192.0.2.9", "port": 5432, "side": "client", "count": count}]
    assert severity("syn-sent-pile", groups={"syn_sent": rows}) == expected


@pytest.mark.parametrize(("one", "other", "expected"), [(500, 499, None), (500, 500, "info"), (0, 0, None)])
def test_time_wait_on_listeners(severity, one, other, expected):
    rows = [served(80, time_wait=one), served(443, time_wait=other)]
    assert severity("time-wait-on-listeners", groups={"served": rows}) == expected


@pytest.mark.parametrize(
    ("used", "limit", "expected"),
    [(899, "1000", None), (900, "1000", "low"), (900, "-1", None), (0, "0", None), (900, "131072", None)],
)
def test_time_wait_near_the_limit(severity, used, limit, expected):
    assert severity("time-wait-overflow", {outlook.MAX_TW_BUCKETS: limit}, **sockstat(tw=used)) == expected


@pytest.mark.parametrize(
    ("counters", "rates", "expected"),
    [
        ({"PAWSTimewait": 99}, None, None),
        ({"PAWSTimewait": 100}, None, "info"),
        # old drops that do not go on are history
        ({"PAWSTimewait": 500}, {}, None),
        ({"PAWSTimewait": 5}, {"PAWSTimewait": 0.1}, "medium"),
        ({"PAWSEstab": 5000}, None, None),
        ({"PAWSEstab": 5000}, {"PAWSEstab": 0.9}, None),
        ({"PAWSEstab": 5000}, {"PAWSEstab": 1.0}, "low"),
        # the exact counter goes first
        ({"PAWSEstab": 5000, "PAWSTimewait": 0}, {"PAWSEstab": 9.0}, None),
        ({}, {}, None),
    ],
)
def test_paws_rejects(severity, counters, rates, expected):
    parts = {**netstat(**counters), **({} if rates is None else sampled(rates=rates))}
    assert severity("paws-rejects", **parts) == expected


@pytest.mark.parametrize(
    ("at_least", "samples", "expected"),
    [
        ({}, {}, None),
        # a thousand young ones are no leak
        ({"10": 1000}, {}, None),
        ({"10": 1, "60": 1}, {}, "low"),
        ({}, sampled(counts=[1, 2, 3], kept=1), "medium"),
        ({"60": 1}, sampled(counts=[1, 2, 3], kept=1), "high"),
        # two samples may differ by chance, and so may three when the first were closed
        ({}, sampled(counts=[1, 2], kept=1), None),
        ({}, sampled(counts=[2, 3, 4], kept=1), None),
        ({}, sampled(counts=[1, 2, 2], kept=1), None),
        ({}, sampled(counts=[0, 1, 2], kept=0), "medium"),
        # without ages: the same ones in every sample of a minute
        ({}, sampled(60.0, counts=[3, 3], kept=3), "low"),
        ({}, sampled(59.9, counts=[3, 3], kept=3), None),
        ({}, sampled(60.0, counts=[3, 3], kept=0), None),
    ],
)
def test_close_wait_leak(severity, at_least, samples, expected):
    parts = {**states(CLOSE_WAIT=1000), "ages": {"close_wait": {"sockets": 1000, "at_least": at_least}}, **samples}
    assert severity("close-wait-leak", **parts) == expected


def test_close_wait_leak_names_its_owners_and_says_when_it_cannot(facts):
    owners = {
        "complete": False,
        "states": {"CLOSE_WAIT": {"sockets": 9, "unowned": 2, "processes": [{"pid": 7, "comm": "java", "count": 7}]}},
    }
    host = HostFacts(facts(**states(CLOSE_WAIT=9), owners=owners, ages={"close_wait": {"sockets": 9, "at_least": {"60": 9}}}))
    (item,) = [item for item in diagnoses.diagnose(diagnoses.Outlook(host, {})) if item["id"] == "close-wait-leak"]
    assert "java (pid 7: 7)" in item["title"]
    assert (item["evidence"]["owners_complete"], item["evidence"]["unowned"]) == (False, 2)
    assert any("sysctl" in line for line in item["will_not_help"])


@pytest.mark.parametrize(("blocking", "expected"), [(0, None), (1, "medium")])
def test_close_wait_blocks_connects(severity, blocking, expected):
    assert severity("close-wait-blocks-connects", groups={"close_wait": {"blocking": blocking, "peers": []}}) == expected


@pytest.mark.parametrize(("orphaned", "expected"), [(999, None), (1000, "low")])
def test_fin_wait2_orphaned(severity, orphaned, expected):
    assert severity("fin-wait2-orphaned", groups={"fin_wait2": {"held": 5000, "orphaned": orphaned}}) == expected


@pytest.mark.parametrize(
    ("at_least", "expected"), [({"1800": 500, "3600": 9}, None), ({"3600": 10}, "low"), ({"7200": 10, "3600": 12}, "low"), ({}, None)]
)
def test_fin_wait2_held(severity, at_least, expected):
    assert severity("fin-wait2-held", ages={"fin_wait2": {"sockets": 500, "at_least": at_least}}) == expected


@pytest.mark.parametrize(("count", "expected"), [(499, None), (500, "low")])
def test_last_ack_pile(severity, count, expected):
    assert severity("last-ack-pile", **states(LAST_ACK=count)) == expected


@pytest.mark.parametrize(("count", "expected"), [(49, None), (50, "info")])
def test_idle_without_keepalive(severity, count, expected):
    assert severity("idle-without-keepalive", ages={"established": {"sockets": 900, "at_least": {"3600": 900, "7200": count}}}) == expected


@pytest.mark.parametrize(
    ("queued", "overflows", "rate", "expected"),
    [
        (0, 0, None, None),
        # full at one above the limit
        (128, 0, None, None),
        (129, 0, None, "low"),
        (129, 1, None, "medium"),
        (0, 99, None, None),
        (0, 100, None, "info"),
        (0, 100, 0.0, None),
        (0, 100, 0.9, None),
        (0, 100, 1.0, "medium"),
        (0, 100, 5.0, "high"),
        (129, 100, 0.0, "medium"),
    ],
)
def test_accept_queue_overflow(severity, queued, overflows, rate, expected):
    parts = {**netstat(ListenOverflows=overflows, ListenDrops=overflows), "listeners": [listener(queued=queued)]}
    if rate is not None:
        parts.update(sampled(rates={"ListenOverflows": rate}))
    assert severity("accept-queue-overflow", **parts) == expected


def test_a_listener_whose_limit_is_not_known_is_not_called_full(severity):
    row = {"address": "::", "port": 80, "family": "ipv6", "queued": 5000}
    assert severity("accept-queue-overflow", listeners=[row]) is None
    assert severity("listen-backlog-small", SOMAXCONN, listeners=[row]) is None


@pytest.mark.parametrize(
    ("row", "connections", "somaxconn", "expected"),
    [
        (listener(), 0, "4096", None),
        (listener(), 99, "4096", None),
        (listener(), 100, "4096", "low"),
        (listener(queued=63), 0, "4096", None),
        (listener(queued=64), 0, "4096", "low"),
        (listener(backlog=129), 100, "4096", None),
        # raising the backlog alone would bring nothing
        (listener(), 100, "128", None),
    ],
)
def test_listen_backlog_small(severity, row, connections, somaxconn, expected):
    groups = {"served": [served(80, connections)]}
    assert severity("listen-backlog-small", {outlook.SOMAXCONN: somaxconn}, listeners=[row], groups=groups) == expected


@pytest.mark.parametrize(
    ("waiting", "counters", "rates", "expected"),
    [
        (0, {"TCPReqQFullDoCookies": 99}, None, None),
        (0, {"TCPReqQFullDoCookies": 60, "TCPReqQFullDrop": 40}, None, "info"),
        (99, {"TCPReqQFullDoCookies": 1}, None, None),
        (100, {"TCPReqQFullDoCookies": 1}, None, "info"),
        (100, {"TCPReqQFullDoCookies": 0}, None, None),
        (0, {"TCPReqQFullDoCookies": 100}, {"TCPReqQFullDoCookies": 0.9}, None),
        (0, {"TCPReqQFullDoCookies": 100}, {"TCPReqQFullDoCookies": 1.0}, "medium"),
        (0, {"TCPReqQFullDoCookies": 9, "TCPReqQFullDrop": 9}, {"TCPReqQFullDoCookies": 4.0, "TCPReqQFullDrop": 1.0}, "high"),
        # cookies off: nothing but ListenDrops counts, less what the accept queue dropped
        (100, {"TCPReqQFullDrop": 0, "ListenDrops": 50, "ListenOverflows": 9}, {"ListenDrops": 6.0, "ListenOverflows": 1.0}, "high"),
        (99, {"TCPReqQFullDrop": 0, "ListenDrops": 50, "ListenOverflows": 9}, {"ListenDrops": 6.0, "ListenOverflows": 1.0}, None),
    ],
)
def test_syn_queue_overflow(severity, waiting, counters, rates, expected):
    parts = {**states(SYN_RECV=waiting), **netstat(**counters), **({} if rates is None else sampled(rates=rates))}
    assert severity("syn-queue-overflow", **parts) == expected


@pytest.mark.parametrize(
    ("total", "rate", "expected"),
    [(99, None, None), (100, None, "info"), (5000, 0.0, None), (5000, 0.9, None), (5, 1.0, "low")],
)
def test_syn_cookies_in_use(severity, total, rate, expected):
    parts = {**netstat(SyncookiesSent=total), **({} if rate is None else sampled(rates={"SyncookiesSent": rate}))}
    assert severity("syn-cookies-in-use", **parts) == expected


@pytest.mark.parametrize(("count", "expected"), [(0, None), (249, None), (250, "medium"), (499, "medium"), (500, "high"), (5000, "high")])
def test_orphans_near_limit(severity, count, expected):
    assert severity("orphans-near-limit", {outlook.MAX_ORPHANS: "1000"}, **sockstat(orphan=count)) == expected
    assert severity("orphans-near-limit", **sockstat(orphan=count)) is None


@pytest.mark.parametrize(
    ("pages", "expected"), [(0, None), (2000, None), (2001, "medium"), (2699, "medium"), (2700, "high"), (3500, "high")]
)
def test_tcp_memory_pressure(severity, pages, expected):
    assert severity("tcp-memory-pressure", {outlook.TCP_MEM: "1000 2000 3000"}, **sockstat(mem=pages)) == expected
    assert severity("tcp-memory-pressure", **sockstat(mem=pages)) is None


def test_memory_pressure_that_is_over_is_information(severity):
    assert severity("tcp-memory-pressure", **netstat(TCPMemoryPressures=1)) == "info"
    assert severity("tcp-memory-pressure", **netstat(TCPMemoryPressures=0)) is None


@pytest.mark.parametrize(("count", "expected"), [("899", None), ("900", "medium"), ("949", "medium"), ("950", "high")])
def test_conntrack_near_full(severity, count, expected):
    assert severity("conntrack-near-full", {outlook.CONNTRACK_COUNT: count, outlook.CONNTRACK_MAX: "1000"}) == expected


def test_a_host_that_says_nothing_gets_no_verdict():
    assert diagnoses.diagnose(diagnoses.Outlook(HostFacts({}), {})) == []


def test_a_threshold_of_the_profile_goes_first(severity):
    parts = states(LAST_ACK=20)
    assert severity("last-ack-pile", thresholds={"last_ack_pile": 20}, **parts) == "low"
    assert severity("last-ack-pile", thresholds={"last_ack_pile": 20.5}, **parts) is None
    assert severity("last-ack-pile", thresholds={"orphans_high": 1}, **parts) is None


def test_every_threshold_is_one_that_a_rule_asks_for():
    folder = profiles.SHIPPED.parent / "plugins" / "plugin_utils"
    rules = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "findings.py")
    assert [name for name in findings.THRESHOLDS if f'"{name}"' not in rules] == []


def test_the_judge_hands_the_profile_s_thresholds_on(facts):
    profile = profiles.parse({"name": "test", "settings": {"net.ipv4.tcp_tw_reuse": {"value": 2}}}, "profile")
    host = facts(**states(LAST_ACK=20))

    def ids(given):
        return [item["id"] for item in judge.judge(given, host, settings.Declarations(persist=False), "host1")["findings"]]

    assert "last-ack-pile" not in ids(profile)
    assert "last-ack-pile" in ids(replace(profile, thresholds={"last_ack_pile": 20}))


@pytest.mark.parametrize("seconds", [60, 61, 299, 300])
def test_ages_between_two_steps_are_taken_as_the_next_one(facts, seconds):
    host = outlook.Outlook(HostFacts(facts(ages={"close_wait": {"sockets": 9, "at_least": {"60": 9, "300": 4}}})), {})
    assert host.at_least("close_wait", seconds) == (9 if seconds == 60 else 4)
    assert host.at_least("close_wait", 301) == 0
