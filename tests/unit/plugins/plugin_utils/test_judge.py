# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge: which settings hold, what is planned, what is refused, and who is compliant."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, judge, profiles

BACKLOG = "net.ipv4.tcp_max_syn_backlog"
PORTS = "net.ipv4.ip_local_port_range"
TRIPLE = "net.ipv4.tcp_rmem"
RECYCLE = "net.ipv4.tcp_tw_recycle"
AT_LEAST = {BACKLOG: {"value": 8192, "accept": {"minimum": 8192}, "severity": "high", "why": "room", "caveat": "half a fix"}}
EXACTLY = {BACKLOG: {"value": 8192}}


def on_old_kernel(value, writable=True, persisted=None):
    row = {"supported": True, "runtime": value, "writable": writable, "per_namespace": False}
    if persisted is not None:
        row["persisted"] = persisted
    return {RECYCLE: row}


def ids(audit, concerns="setting"):
    return [item["id"] for item in audit["findings"] if item["concerns"] == concerns]


def only(audit, kind_id):
    found = [item for item in audit["findings"] if item["id"] == kind_id]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("running", "persisted", "persist", "status", "planned"),
    [
        # below, at and above what accept says
        ("8191", None, True, "differs", "8192"),
        ("8192", "8192", True, "holds", None),
        ("16384", "16384", True, "holds", None),
        # a value that satisfies accept is persisted as it is, never lowered
        ("16384", None, True, "not_persisted", "16384"),
        ("16384", "1024", True, "not_persisted", "16384"),
        ("16384", "8192", True, "holds", None),
        # a wrong running value is set whatever the drop-in says
        ("1024", "8192", True, "differs", "8192"),
        # without persistence the drop-in is not looked at
        ("8192", None, False, "holds", None),
        ("8192", "1024", False, "holds", None),
        ("8191", "8192", False, "differs", "8192"),
    ],
)
def test_a_setting_holds_when_running_and_persisted_satisfy_accept(facts, audit_of, running, persisted, persist, status, planned):
    host = facts({BACKLOG: running}, {BACKLOG: persisted} if persisted else {})
    audit = audit_of(AT_LEAST, host, persist=persist)
    assert audit["settings"][0]["status"] == status
    assert audit["plan"]["settings"] == ({BACKLOG: planned} if planned else {})
    assert audit["compliant"] is (status == "holds")


def test_without_accept_only_the_value_itself_holds(facts, audit_of):
    assert audit_of(EXACTLY, facts({BACKLOG: "16384"}), persist=False)["settings"][0]["status"] == "differs"
    assert audit_of(EXACTLY, facts({BACKLOG: "8192"}), persist=False)["settings"][0]["status"] == "holds"


@pytest.mark.parametrize(
    ("name", "value", "running"), [(PORTS, [1024, 65000], "1024\t65000"), (TRIPLE, "4096 131072 6291456", "4096\t131072\t6291456")]
)
def test_values_are_compared_by_type_not_by_text(facts, audit_of, name, value, running):
    audit = audit_of({name: {"value": value}}, facts({name: running}), persist=False)
    assert audit["settings"][0]["status"] == "holds"


def test_setting_differs_tells_what_runs_and_what_is_wanted(facts, audit_of):
    audit = audit_of(AT_LEAST, facts({BACKLOG: "1024"}), path="/etc/sysctl.d/50-x.conf")
    found = only(audit, "setting-differs")
    assert found["severity"] == "high"
    assert found["parameter"] == BACKLOG
    assert found["evidence"] == {"running": "1024", "wanted": "8192", "accept": {"minimum": 8192}}
    assert "/etc/sysctl.d/50-x.conf" in found["remedy"]
    row = audit["settings"][0]
    assert row == {
        "name": BACKLOG, "running": "1024", "wanted": "8192", "planned": "8192", "status": "differs",
        "severity": "high", "why": "room", "caveat": "half a fix",
    }  # fmt: skip


LATER = "/etc/sysctl.d/99-sysctl.conf:12"
OURS = "/etc/sysctl.d/90-linuxnet-tcp.conf:2"


@pytest.mark.parametrize(
    ("running", "persisted", "boot", "persist", "status", "found", "severity", "planned"),
    [
        # the boot value counts, whichever file sets it
        ("8192", "8192", f"8192 {OURS}", True, "holds", None, None, None),
        ("8192", None, f"16384 {LATER}", True, "holds", None, None, None),
        ("8192", "1024", f"8192 {LATER}", True, "holds", None, None, None),
        # nothing sets it, or another value
        ("8192", None, None, True, "not_persisted", "setting-not-persisted", "low", "8192"),
        ("9000", None, f"1024 {LATER}", True, "not_persisted", "setting-not-persisted", "high", "9000"),
        ("9000", "1024", f"1024 {OURS}", True, "not_persisted", "setting-not-persisted", "high", "9000"),
        ("9000", "1024", f"2048 {LATER}", True, "not_persisted", "setting-not-persisted", "high", "9000"),
        # the drop-in is right and does not win
        ("9000", "8192", f"1024 {LATER}", True, "shadowed", "setting-shadowed", "high", "9000"),
        ("9000", "8192", None, True, "shadowed", "setting-shadowed", "high", "9000"),
        ("1024", "8192", f"1024 {LATER}", True, "differs", "setting-shadowed", "high", "8192"),
        ("1024", "8192", f"8192 {OURS}", True, "differs", "setting-differs", "high", "8192"),
        ("1024", None, f"1024 {LATER}", True, "differs", "setting-differs", "high", "8192"),
        # without persistence the boot value is not looked at
        ("9000", "8192", f"1024 {LATER}", False, "holds", None, None, None),
        ("1024", "8192", f"1024 {LATER}", False, "differs", "setting-differs", "high", "8192"),
    ],
)
@pytest.mark.parametrize("path", ["read", "unread"])
def test_what_the_next_boot_sets_decides(facts, audit_of, path, running, persisted, boot, persist, status, found, severity, planned):
    parts = {"boot": {"loader": "systemd", "path": path}}
    host = facts({BACKLOG: running}, {BACKLOG: persisted} if persisted else {}, boot={BACKLOG: boot} if boot else {})
    audit = audit_of(AT_LEAST, {**host, **parts}, persist=persist)
    row = audit["settings"][0]
    assert (row["status"], row.get("boot")) == (status, boot.split()[0] if boot else None)
    assert audit["plan"]["settings"] == ({BACKLOG: planned} if planned else {})
    assert ids(audit) == ([found] if found else [])
    assert audit["compliant"] is (found is None)
    assert audit["declared"]["path_read_at_boot"] is (path == "read")
    assert documents.problems(audit, "audit") == []
    if found:
        made = only(audit, found)
        assert made["severity"] == severity
        assert made["evidence"].get("boot", {}).get("source") == (boot.split()[1] if boot else None)
    if found == "setting-shadowed" and boot:
        assert LATER in made["title"]
        assert LATER in made["remedy"]


def test_a_drop_in_that_no_loader_reads_is_judged_by_its_content(facts, audit_of):
    for persisted, status in (("8192", "holds"), ("1024", "not_persisted"), (None, "not_persisted")):
        host = facts({BACKLOG: "9000"}, {BACKLOG: persisted} if persisted else {}, boot={BACKLOG: f"1024 {LATER}"})
        audit = audit_of(AT_LEAST, {**host, "boot": {"loader": "procps", "path": "outside"}}, path="/srv/x.conf")
        assert audit["settings"][0]["status"] == status
        assert "boot" not in audit["settings"][0]
        assert audit["declared"]["path_read_at_boot"] is False
        assert [item["evidence"].get("boot") for item in audit["findings"] if item["concerns"] == "setting"] in ([], [None])


@pytest.mark.parametrize(("boot", "found"), [(f"1 {LATER}", "tw-recycle-behind-nat"), (f"0 {OURS}", "tw-recycle-needs-nat-declaration")])
def test_tw_recycle_that_the_next_boot_switches_on_is_guarded(facts, audit_of, boot, found):
    row = {"supported": True, "runtime": "0", "writable": True, "per_namespace": False}
    row["boot"] = {"value": boot.split()[0], "source": boot.split()[1], "shadowed": [], "loader": "systemd"}
    host = {**facts(rows={RECYCLE: row}), "boot": {"loader": "systemd", "path": "read"}}
    assert ids(audit_of({RECYCLE: {"value": 1}}, host)) == [found]


@pytest.mark.parametrize(("persisted", "severity"), [({}, "low"), ({BACKLOG: "1024"}, "high")])
def test_a_stale_drop_in_weighs_more_than_a_missing_line(facts, audit_of, persisted, severity):
    found = only(audit_of(AT_LEAST, facts({BACKLOG: "9000"}, persisted)), "setting-not-persisted")
    assert found["severity"] == severity
    assert found["evidence"].get("persisted") == persisted.get(BACKLOG)


def test_a_value_of_unknown_shape_never_holds(facts, audit_of):
    audit = audit_of({BACKLOG: {"value": 5, "accept": {"minimum": 1}}}, facts({BACKLOG: "auto"}), persist=False)
    assert audit["settings"][0]["status"] == "differs"


@pytest.mark.parametrize(
    ("reason", "severity", "compliant"),
    [("too_old", "info", True), ("hidden", "info", True), ("unknown", "high", False), ("made_up", "high", False)],
)
def test_a_missing_key_is_reported_and_never_planned(facts, audit_of, reason, severity, compliant):
    audit = audit_of(AT_LEAST, facts(rows={BACKLOG: {"supported": False, "reason": reason}}))
    found = only(audit, "setting-unsupported")
    assert (found["severity"], found["evidence"]["reason"]) == (severity, reason)
    assert audit["plan"] == {"settings": {}, "refused": [{"name": BACKLOG, "value": "8192", "reason": reason}]}
    assert audit["compliant"] is compliant


def test_a_removed_key_is_no_failure(facts, audit_of):
    audit = audit_of({RECYCLE: {"value": 1}}, facts(), nat="absent")
    found = only(audit, "setting-removed")
    assert found["severity"] == "info"
    assert found["evidence"]["removed_in"] == "4.12"
    assert audit["plan"] == {"settings": {}, "refused": [{"name": RECYCLE, "value": "1", "reason": "removed"}]}
    assert audit["compliant"]


@pytest.mark.parametrize(
    ("running", "writable", "privileged", "status", "planned"),
    [
        ("1024", False, True, "read_only", {}),
        # an ordinary user cannot write anything: that says nothing about root
        ("1024", False, False, "differs", {BACKLOG: "8192"}),
        # what holds already needs no writing
        ("8192", False, True, "holds", {}),
        ("1024", True, True, "differs", {BACKLOG: "8192"}),
    ],
)
def test_a_read_only_key_is_refused_only_when_root_cannot_write_it(facts, audit_of, running, writable, privileged, status, planned):
    row = {"supported": True, "runtime": running, "writable": writable, "per_namespace": True}
    audit = audit_of(AT_LEAST, facts(rows={BACKLOG: row}, privileged=privileged), persist=False)
    assert audit["settings"][0]["status"] == status
    assert audit["plan"]["settings"] == planned
    assert audit["compliant"] is (status == "holds")


def test_a_key_that_cannot_be_read_is_not_judged_as_zero(facts, audit_of):
    audit = audit_of(AT_LEAST, facts(rows={BACKLOG: {"supported": True, "writable": False, "per_namespace": True}}))
    assert audit["settings"][0] == {
        "name": BACKLOG,
        "wanted": "8192",
        "status": "unreadable",
        "severity": "high",
        "why": "room",
        "caveat": "half a fix",
    }
    assert not audit["compliant"]


@pytest.mark.parametrize(
    ("running", "persisted", "nat", "dropped", "found", "planned", "refused"),
    [
        # off, and nobody declared anything: never planned
        ("0", None, "unknown", None, ["tw-recycle-needs-nat-declaration"], {}, "nat_unknown"),
        ("0", None, "present", None, ["tw-recycle-needs-nat-declaration"], {}, "nat_present"),
        # on without the declaration: switched off
        ("1", None, "unknown", None, ["tw-recycle-behind-nat"], {RECYCLE: "0"}, "nat_unknown"),
        ("1", "1", "present", None, ["tw-recycle-behind-nat"], {RECYCLE: "0"}, "nat_present"),
        # off now, on after the next boot
        ("0", "1", "unknown", None, ["tw-recycle-behind-nat"], {RECYCLE: "0"}, "nat_unknown"),
        ("0", "0", "unknown", None, ["tw-recycle-needs-nat-declaration"], {}, "nat_unknown"),
        # declared absent: the profile is followed
        ("0", None, "absent", None, ["setting-differs"], {RECYCLE: "1"}, None),
        ("1", "1", "absent", None, [], {}, None),
        ("1", None, "absent", 0, ["setting-not-persisted"], {RECYCLE: "1"}, None),
        # the kernel saw clients dropped: evidence overrules the declaration
        ("1", "1", "absent", 17, ["tw-recycle-behind-nat"], {RECYCLE: "0"}, "nat_evidence"),
        ("0", None, "absent", 17, ["tw-recycle-needs-nat-declaration"], {}, "nat_evidence"),
    ],
)
def test_tw_recycle_is_guarded(facts, audit_of, running, persisted, nat, dropped, found, planned, refused):
    counters = {} if dropped is None else {"netstat": {"TcpExt": {"PAWSPassive": dropped}}}
    host = facts(rows=on_old_kernel(running, persisted=persisted), counters=counters)
    audit = audit_of({RECYCLE: {"value": 1, "severity": "low"}}, host, nat=nat, accept_risk=(RECYCLE,))
    assert ids(audit) == found
    assert audit["plan"]["settings"] == planned
    assert [row["reason"] for row in audit["plan"]["refused"]] == ([refused] if refused else [])
    assert audit["compliant"] is (found in ([], ["tw-recycle-needs-nat-declaration"]))


@pytest.mark.parametrize("nat", ["unknown", "present", "absent"])
@pytest.mark.parametrize("running", ["0", "1"])
@pytest.mark.parametrize("wanted", [None, 0, 1])
def test_tw_recycle_is_never_planned_on_without_the_declaration(facts, audit_of, wanted, running, nat):
    settings = {BACKLOG: {"value": 8192}, **({} if wanted is None else {RECYCLE: {"value": wanted}})}
    audit = audit_of(settings, facts(rows=on_old_kernel(running)), nat=nat, accept_risk=(RECYCLE,))
    if nat != "absent" or wanted != 1:
        assert audit["plan"]["settings"].get(RECYCLE) != "1"
    if running == "1" and nat != "absent":
        assert audit["plan"]["settings"][RECYCLE] == "0"


def test_the_guard_watches_profiles_that_do_not_speak_about_tw_recycle(facts, audit_of):
    audit = audit_of(EXACTLY, facts({BACKLOG: "8192"}, rows=on_old_kernel("1")), persist=False)
    assert ids(audit) == ["tw-recycle-behind-nat"]
    assert audit["settings"][-1]["name"] == RECYCLE
    quiet = audit_of(EXACTLY, facts({BACKLOG: "8192"}, rows=on_old_kernel("0")), persist=False)
    assert [row["name"] for row in quiet["settings"]] == [BACKLOG]


def test_without_persistence_a_drop_in_that_switches_it_on_is_not_looked_at(facts, audit_of):
    audit = audit_of({RECYCLE: {"value": 1}}, facts(rows=on_old_kernel("0", persisted="1")), persist=False)
    assert ids(audit) == ["tw-recycle-needs-nat-declaration"]


def test_a_profile_that_wants_tw_recycle_off_is_judged_like_any_other(facts, audit_of):
    audit = audit_of({RECYCLE: {"value": 0}}, facts(rows=on_old_kernel("0")))
    assert ids(audit) == ["setting-not-persisted"]
    assert audit["plan"]["settings"] == {RECYCLE: "0"}
    on = audit_of({RECYCLE: {"value": 0}}, facts(rows=on_old_kernel("1")))
    assert ids(on) == ["tw-recycle-behind-nat"]
    assert on["plan"] == {"settings": {RECYCLE: "0"}, "refused": []}


def test_tw_recycle_that_cannot_be_switched_off_here_stays_high(facts, audit_of):
    audit = audit_of({RECYCLE: {"value": 1}}, facts(rows=on_old_kernel("1", writable=False)))
    assert ids(audit) == ["tw-recycle-behind-nat"]
    assert audit["plan"]["settings"] == {}
    assert audit["plan"]["refused"][0]["reason"] == "read_only"


def test_traffic_never_decides_compliance(facts, audit_of):
    crowded = {
        "low": 1,
        "high": 10,
        "size": 10,
        "available": 10,
        "destinations": [{"source": "a", "destination": "b", "port": 1, "used": 10}],
    }
    audit = audit_of(EXACTLY, facts({BACKLOG: "8192"}, ephemeral=crowded), persist=False)
    assert audit["findings"][0]["severity"] == "high"
    assert audit["compliant"]


def test_article_on_a_fresh_host(facts, audit_of):
    audit = audit_of("article", facts())
    assert audit["plan"]["settings"] == {
        "net.ipv4.tcp_syncookies": "1",
        "net.ipv4.tcp_tw_reuse": "1",
        "net.ipv4.tcp_max_tw_buckets": "5000",
        "net.ipv4.tcp_max_syn_backlog": "8192",
        "net.ipv4.tcp_keepalive_time": "1200",
        "net.ipv4.ip_local_port_range": "1024 65000",
    }
    assert audit["plan"]["refused"] == [{"name": RECYCLE, "value": "1", "reason": "removed"}]
    assert not audit["compliant"]
    severities = [item["severity"] for item in audit["findings"]]
    assert severities == sorted(severities, key=["high", "medium", "low", "info"].index)


def test_the_host_that_carried_out_its_plan_is_compliant(facts, audit_of):
    plan = audit_of("article", facts())["plan"]["settings"]
    after = audit_of("article", facts(plan, plan))
    assert after["plan"]["settings"] == {}
    assert after["compliant"]


def test_the_document_matches_its_schema(facts, audit_of):
    for host in (facts(), facts(rows=on_old_kernel("1"), ephemeral={"available": 0, "destinations": []})):
        assert documents.problems(audit_of("article", host), "audit") == []


def test_judging_does_not_touch_the_facts(facts, audit_of):
    host, same = facts(), facts()
    audit_of("article", host)
    assert host == same


def test_facts_without_a_wanted_key_are_refused(facts, audit_of):
    with pytest.raises(errors.InvalidInput, match="tcp_rmem: the host reported nothing"):
        audit_of({TRIPLE: {"value": [1, 2, 3]}}, facts())


def test_needed_names_each_key_once():
    names = judge.needed(profiles.load("article", []))
    assert len(names) == len(set(names))
    assert {RECYCLE, PORTS, "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_ehash_entries"} <= set(names)
