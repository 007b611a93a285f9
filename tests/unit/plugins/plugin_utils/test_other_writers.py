# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else sets keys of the profile: named when active, medium when the profile would not hold, quiet about everything else."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import writers
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, other_writers

BACKLOG = "net.ipv4.tcp_max_syn_backlog"
WANTED = {BACKLOG: {"value": 2048, "accept": {"minimum": 2048}}, "net.ipv4.tcp_syncookies": {"value": 1}}
HELD = {BACKLOG: "2048", "net.ipv4.tcp_syncookies": "1"}


def writer(sets, name="ufw", active=True, **more):
    row = {"writer": name, "active": active, "source": f"/etc/{name}", "sets": sets, **more}
    if isinstance(sets, dict):
        row["where"] = {key: f"/etc/{name}:7" for key in sets}
    return row


@pytest.fixture
def judged(facts, audit_of):
    """Return a function that judges a host with these writers, whose settings hold: -> (findings, compliant)."""

    def run(*rows, wanted=None, running=None, persisted=None, **declared):
        held = HELD if persisted is None else persisted
        audit = audit_of(wanted or WANTED, facts(running, persisted=held, writers=list(rows)), **declared)
        assert documents.problems(audit, "audit") == []
        return [made for made in audit["findings"] if made["id"] == "other-writer"], audit["compliant"]

    return run


def test_a_value_that_the_profile_refuses(judged):
    (made,), compliant = judged(writer({BACKLOG: "128", "net.ipv4.tcp_syncookies": "1"}))
    assert (made["severity"], made["concerns"], made["parameter"]) == ("medium", "setting", BACKLOG)
    assert made["title"] == f"ufw (/etc/ufw) sets {BACKLOG} to what the profile does not accept"
    assert made["evidence"]["settings"] == [
        {"name": BACKLOG, "sets": "128", "wanted": "2048", "source": "/etc/ufw:7"},
        {"name": "net.ipv4.tcp_syncookies", "sets": "1", "wanted": "1", "source": "/etc/ufw:7"},
    ]
    assert made["will_not_help"]
    assert not compliant


def test_a_value_that_the_profile_accepts(judged):
    (made,), compliant = judged(writer({BACKLOG: "4096"}))
    assert made["severity"] == "info"
    assert "will_not_help" not in made
    assert compliant


@pytest.mark.parametrize(
    "row",
    [
        writer({BACKLOG: "128"}, active=False),
        writer({"net.core.somaxconn": "128"}),
        writer({}),
        {"writer": "tuned", "source": "/etc/tuned/active_profile", "unreadable": "Permission denied"},
    ],
)
def test_what_is_not_active_or_sets_other_keys_is_no_finding(judged, row):
    assert judged(row) == ([], True)


def test_a_host_that_was_not_asked(facts, audit_of):
    assert audit_of(WANTED, facts(persisted=HELD))["findings"] == []


def test_names_without_values_are_told_and_do_not_count(judged):
    (made,), compliant = judged(writer([BACKLOG, "net.core.x"], "bpftune"))
    assert (made["severity"], made["evidence"]["settings"]) == ("info", [{"name": BACKLOG, "wanted": "2048", "source": "/etc/bpftune"}])
    assert "stops tuning" in made["remedy"]
    assert compliant


def test_tuned_reads_the_drop_in_after_its_own_values(judged):
    row = writer({BACKLOG: "128"}, "tuned", reapplies_files=True)
    assert judged(row)[0][0]["severity"] == "info"
    # The plan will write it.
    assert judged(row, persisted={})[0][0]["severity"] == "info"
    assert judged(row, persist=False)[0][0]["severity"] == "medium"
    assert judged(row, path="/usr/lib/sysctl.d/9.conf")[0][0]["severity"] == "medium"
    assert judged({**row, "reapplies_files": False})[0][0]["severity"] == "medium"
    assert judged({**row, "reapply_excluded": ["net.ipv4.*"]})[0][0]["severity"] == "medium"


def test_files_that_the_boot_reads_anyway_are_judged_there(judged):
    assert judged(writer({BACKLOG: "128"}, "cloud-init", boot_file=True))[0][0]["severity"] == "info"


@pytest.mark.parametrize(
    ("value", "running", "severity"),
    [(">1024", "2048", "info"), (">8192", "2048", "info"), ("<128", "2048", "medium"), ("<4096", "2048", "info"), ("<128", "64", "medium")],
)
def test_tuned_that_only_raises_or_only_lowers(judged, value, running, severity):
    row = writer({BACKLOG: value}, "tuned", reapplies_files=False)
    assert judged(row, running={BACKLOG: running})[0][0]["severity"] == severity


def test_an_interface_pattern_does_not_mean_all():
    assert other_writers._same("net.ipv4.conf.eth0.rp_filter", "net.ipv4.conf.*.rp_filter")
    assert other_writers._same("net.ipv4.conf.ve-1.rp_filter", "net.ipv4.conf.ve-*.rp_filter")
    assert not other_writers._same("net.ipv4.conf.all.rp_filter", "net.ipv4.conf.*.rp_filter")
    assert not other_writers._same("net.ipv4.conf.eth0.forwarding", "net.ipv4.conf.*.rp_filter")


def test_a_removed_key_cannot_be_quarrelled_over(judged):
    wanted = {"net.ipv4.tcp_tw_recycle": {"value": 0}}
    assert judged(writer({"net.ipv4.tcp_tw_recycle": "1"}), wanted=wanted)[0] == []


def test_evidence_is_bounded_and_says_so(facts, audit_of):
    names = [f"net.ipv4.conf.eth{number}.rp_filter" for number in range(12)]
    rows = {name: {"supported": True, "runtime": "1", "writable": True, "persisted": "1"} for name in names}
    wanted = {name: {"value": 1} for name in names}
    audit = audit_of(wanted, facts(rows=rows, writers=[writer({name: "2" for name in names})]))
    (made,) = audit["findings"]
    assert len(made["evidence"]["settings"]) == 10
    assert made["evidence"]["more"] == 2
    assert made["title"].endswith("and 11 more to what the profile does not accept")


def test_every_writer_has_a_remedy():
    assert set(other_writers._REMEDIES) == {name for name, _read in writers._READERS}
