# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waivers: what is excused, for whom, until when, and what is said afterwards."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, judge, profiles, settings, summary

BACKLOG = "net.ipv4.tcp_max_syn_backlog"
KEEPALIVE = "net.ipv4.tcp_keepalive_time"
RECYCLE = "net.ipv4.tcp_tw_recycle"
LAST_DAY = datetime.date(2026, 6, 30)
WANTED = {BACKLOG: {"value": 8192, "accept": {"minimum": 8192}}, KEEPALIVE: {"value": 300}}
ACCEPTED = {"reason": "the ticket", "expires": "2026-06-30"}


def audit(facts, waivers, today=LAST_DAY, host="web1", wanted=None, **declared):
    profile = profiles.parse({"name": "x", "settings": wanted or WANTED, **({"waivers": waivers} if waivers else {})}, "x.yml")
    document = judge.judge(profile, facts, settings.Declarations(persist=False, **declared), host, today=today)
    assert documents.problems(document, "audit") == []
    return document


def counted(document):
    return [(item["id"], item.get("parameter")) for item in document["findings"] if "waived" not in item and item["severity"] != "info"]


BOTH = [("setting-differs", BACKLOG), ("setting-differs", KEEPALIVE)]


@pytest.mark.parametrize(
    ("waiver", "left"),
    [
        ({}, None),
        ({"setting": BACKLOG}, [BOTH[1]]),
        ({"setting": "net/ipv4/tcp_max_syn_backlog", "id": "setting-differs"}, [BOTH[1]]),
        ({"id": "setting-differs"}, []),
        ({"id": "setting-shadowed"}, BOTH),
        ({"setting": BACKLOG, "id": "setting-shadowed"}, BOTH),
        ({"setting": BACKLOG, "hosts": ["web*"]}, [BOTH[1]]),
        ({"setting": BACKLOG, "hosts": ["db1", "web1"]}, [BOTH[1]]),
        ({"setting": BACKLOG, "hosts": ["db*", "web"]}, BOTH),
    ],
)
def test_a_waiver_covers_what_it_names_on_the_hosts_that_it_names(facts, waiver, left):
    document = audit(facts(), [{**ACCEPTED, **waiver}] if waiver else [])
    assert counted(document) == (BOTH if left is None else left)
    assert document["compliant"] is (left == [])
    # What is accepted is not tuned away; what is not, is.
    assert set(document["plan"]["settings"]) == {name for _id, name in counted(document)}


def test_the_finding_and_the_row_tell_why_and_until_when(facts):
    document = audit(facts(), [{**ACCEPTED, "setting": BACKLOG}])
    (waived,) = [item for item in document["findings"] if "waived" in item]
    assert waived["waived"] == {"reason": "the ticket", "expires": "2026-06-30"}
    row = document["settings"][0]
    assert (row["status"], row["waived"]) == ("differs", waived["waived"])
    assert "planned" not in row
    text = "\n".join(summary.lines(document))
    assert "differs; waived until 2026-06-30: the ticket" in text
    assert "wanted 8192 (waived)" in text


def test_the_last_day_still_counts_and_the_next_does_not(facts):
    before = audit(facts(), [{**ACCEPTED, "setting": BACKLOG}], LAST_DAY)
    after = audit(facts(), [{**ACCEPTED, "setting": BACKLOG}], LAST_DAY + datetime.timedelta(days=1))
    assert "waiver-expired" not in {item["id"] for item in before["findings"]}
    assert counted(after) == [*BOTH, ("waiver-expired", BACKLOG)]
    assert BACKLOG in after["plan"]["settings"]
    (expired,) = [item for item in after["findings"] if item["id"] == "waiver-expired"]
    assert expired["severity"] == "low"
    assert expired["evidence"] == {
        "setting": BACKLOG, "reason": "the ticket", "expires": "2026-06-30", "judged_on": "2026-07-01",
        "covers": [{"id": "setting-differs", "parameter": BACKLOG}],
    }  # fmt: skip


def test_an_expired_waiver_that_nothing_needs_is_only_told(facts):
    held = facts({BACKLOG: "8192", KEEPALIVE: "300"})
    document = audit(held, [{**ACCEPTED, "setting": BACKLOG}], datetime.date(2027, 1, 1))
    (expired,) = document["findings"]
    assert (expired["id"], expired["severity"], expired["evidence"]["covers"]) == ("waiver-expired", "info", [])
    assert document["compliant"]


def test_a_later_waiver_takes_over_from_an_expired_one(facts):
    rows = [{**ACCEPTED, "setting": BACKLOG, "expires": "2026-01-01"}, {**ACCEPTED, "setting": BACKLOG}]
    document = audit(facts(), rows)
    assert counted(document) == [BOTH[1]]
    assert [item["severity"] for item in document["findings"] if item["id"] == "waiver-expired"] == ["info"]


def test_findings_about_traffic_can_be_waived_and_what_is_info_needs_none(facts):
    busy = facts(counters={"netstat": {"TcpExt": {"TCPTimeWaitOverflow": 4}}})
    document = audit(busy, [{**ACCEPTED, "id": "time-wait-overflow"}])
    (overflow,) = [item for item in document["findings"] if item["id"] == "time-wait-overflow"]
    assert overflow["waived"]["reason"] == "the ticket"
    quiet = audit(facts(), [{**ACCEPTED, "setting": RECYCLE}], wanted={RECYCLE: {"value": 1}})
    assert [("waived" in item, item["id"]) for item in quiet["findings"]] == [(False, "setting-removed")]


def test_nobody_waives_recycling_behind_nat(facts):
    old = facts(rows={RECYCLE: {"supported": True, "runtime": "1", "writable": True, "per_namespace": False}})
    document = audit(old, [{**ACCEPTED, "setting": RECYCLE}], wanted={RECYCLE: {"value": 1}})
    assert document["plan"]["settings"] == {RECYCLE: "0"}
    assert not document["compliant"]


def test_waivers_without_a_day_are_a_mistake_of_ours(facts):
    with pytest.raises(ValueError, match="judged by the day"):
        audit(facts(), [{**ACCEPTED, "setting": BACKLOG}], today=None)
    assert audit(facts(), [{**ACCEPTED, "setting": BACKLOG, "hosts": ["db1"]}], today=None)["compliant"] is False


def test_the_document_names_version_digest_and_controls(facts):
    profile = profiles.parse(
        {"name": "x", "version": "3.1", "settings": {BACKLOG: {"value": 8192, "control": [{"benchmark": "Book", "id": "1.2"}]}}}, "x.yml"
    )
    document = judge.judge(profile, facts(), settings.Declarations(), "web1")
    assert documents.problems(document, "audit") == []
    assert (document["profile_version"], document["profile_digest"]) == ("3.1", profile.digest)
    assert document["settings"][0]["control"] == [{"benchmark": "Book", "id": "1.2"}]
