# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shipped profile on a real kernel, and a user's own file that extends one of them, by audit and by role."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SHIPPED = sorted(path.stem for path in (REPOSITORY / "profiles").glob("*.yml"))
FORWARD = "net.ipv4.ip_forward"
SOMAXCONN = "net.core.somaxconn"
BACKLOG = "net.ipv4.tcp_max_syn_backlog"
RETRIES = "net.ipv4.tcp_synack_retries"
APPLY = "Apply the plan as one transaction"
TWICE = """
- hosts: localhost
  gather_facts: false
  tasks:
    - include_role: {name: linuxnet.tcp.tune}
    - include_role: {name: linuxnet.tcp.tune}
"""
SETTLED = {"holds", "not_applicable", "removed"}


@pytest.fixture
def drop_in(netns: Namespace) -> Path:
    """Return the path of a drop-in in the test's own folder, on a host without container networks, which need forwarding."""
    netns.run(["sh", "-c", "test ! -d /etc/cni || mount -t tmpfs -o size=1m,ro tmpfs /etc/cni"])
    return netns.root / "90-linuxnet-tcp.conf"


def tune(netns: Namespace, drop_in: Path, profile: str, **variables: Any) -> Any:
    wanted = {"tune_path": str(drop_in), "tune_profile": profile, "tune_unsupported": "skip", **variables}
    return netns.playbook("linuxnet.tcp.tune", wanted)


def result_of(run: Any) -> dict[str, Any]:
    assert run.returncode == 0, run.stdout
    result: dict[str, Any] = run.results("Sum up")[-1]["ansible_facts"]["tune_result"]
    return result


def audit_of(netns: Namespace, drop_in: Path, profile: str, **options: Any) -> dict[str, Any]:
    result = netns.module("audit", {"path": str(drop_in), "profile": profile, **options})
    assert not result["failed"], result
    audit: dict[str, Any] = result["audit"]
    return audit


def rows_of(audit: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in audit["settings"]}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_profile_is_tuned_once_and_holds(netns: Namespace, drop_in: Path, name: str) -> None:
    run = netns.playbook(TWICE, {"tune_path": str(drop_in), "tune_profile": name, "tune_unsupported": "skip"})
    assert run.returncode == 0, run.stdout
    first, second = (result["ansible_facts"]["tune_result"] for result in run.results("Sum up"))
    assert first["changed"]
    assert first["planned"]
    assert first["compliant"], first["findings"]
    # sysctl(8), an independent reader, sees what was planned.
    assert {key: netns.sysctl(key) for key in first["planned"]} == first["planned"]

    assert not second["changed"]
    assert [event["task"].rpartition(" : ")[2] for event in run.events if event["result"].get("changed")] == [APPLY]
    audit = run.results("Judge the host before")[-1]["audit"]
    assert audit["compliant"], audit["findings"]
    assert audit["plan"]["settings"] == {}
    statuses = [row["status"] for row in audit["settings"]]
    print(f"{name}: {len(first['planned'])} of {len(statuses)} settings planned, {statuses.count('not_applicable')} not applicable")
    assert set(statuses) <= SETTLED, audit["settings"]
    assert audit["profile_version"] == "1.0.0"
    assert audit["profile_digest"].startswith("sha256:")


OWN = """
name: edge
version: "2026.1"
extends: company/base.yml
remove: [net.ipv4.tcp_syn_retries]
settings:
  {somaxconn}: {{value: 32768, accept: {{minimum: 32768}}}}
  {backlog}: {{when: {{workload: [busy]}}}}
waivers:
  - {{setting: {retries}, reason: "change 4711", expires: {day}}}
"""
COMPANY = """
name: company
extends: reverse_proxy
settings:
  net.ipv4.tcp_max_syn_backlog: {value: 12345, when: {workload: [busy]}, why: Measured.}
"""


def write_own(netns: Namespace, day: datetime.date) -> Path:
    """Write a user's profile that extends a company's, which extends a shipped one, and return its path."""
    (netns.root / "profiles" / "company").mkdir(parents=True, exist_ok=True)
    (netns.root / "profiles" / "company" / "base.yml").write_text(COMPANY, encoding="utf-8")
    path = netns.root / "profiles" / "edge.yml"
    path.write_text(OWN.format(somaxconn=SOMAXCONN, backlog=BACKLOG, retries=RETRIES, day=day), encoding="utf-8")
    return path


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def test_a_users_own_file_extends_a_shipped_profile_through_audit_and_role(netns: Namespace, drop_in: Path) -> None:
    path = str(write_own(netns, today() + datetime.timedelta(days=30)))
    before = rows_of(audit_of(netns, drop_in, path))
    assert before[SOMAXCONN]["planned"] == "32768"
    assert "net.ipv4.tcp_syn_retries" not in before
    assert (before[BACKLOG]["status"], before[BACKLOG]["reason"]) == (
        "not_applicable", "for hosts with workload busy, this one has none given",
    )  # fmt: skip
    kept = {name: netns.sysctl(name) for name in (BACKLOG, RETRIES)}

    done = result_of(tune(netns, drop_in, path))
    assert done["compliant"], done["findings"]
    assert netns.sysctl(SOMAXCONN) == "32768"
    # From the grandparent, the shipped profile.
    assert netns.sysctl("net.ipv4.ip_local_port_range").split() == ["10240", "65535"]
    # What does not apply and what is waived is left as it is.
    assert {name: netns.sysctl(name) for name in kept} == kept
    assert not result_of(tune(netns, drop_in, path))["changed"]

    busy = result_of(tune(netns, drop_in, path, tune_workload=["busy"]))
    assert busy["changed"]
    assert netns.sysctl(BACKLOG) == "12345"
    (waived,) = [item for item in busy["findings"] if "waived" in item]
    assert (waived["parameter"], waived["waived"]["reason"]) == (RETRIES, "change 4711")


def test_a_waiver_ends_and_the_next_run_tunes(netns: Namespace, drop_in: Path) -> None:
    path = str(write_own(netns, today() + datetime.timedelta(days=1)))
    assert result_of(tune(netns, drop_in, path))["compliant"]
    old = netns.sysctl(RETRIES)

    write_own(netns, today() - datetime.timedelta(days=1))
    audit = audit_of(netns, drop_in, path)
    assert not audit["compliant"]
    assert audit["plan"]["settings"] == {RETRIES: "3"}
    (expired,) = [item for item in audit["findings"] if item["id"] == "waiver-expired"]
    assert [row["parameter"] for row in expired["evidence"]["covers"]] == [RETRIES]

    done = result_of(tune(netns, drop_in, path))
    assert done["compliant"], done["findings"]
    assert (old, netns.sysctl(RETRIES)) == ("5", "3")


def test_a_router_keeps_forwarding_under_a_benchmark_when_it_says_so(netns: Namespace, drop_in: Path) -> None:
    netns.run(["sysctl", "-w", f"{FORWARD}=1", "net.ipv6.conf.all.forwarding=1"])
    assert audit_of(netns, drop_in, "cis_debian_12")["plan"]["settings"].get(FORWARD) in ("0", None)
    done = result_of(tune(netns, drop_in, "cis_debian_12", tune_workload="router"))
    assert done["compliant"], done["findings"]
    assert (netns.sysctl(FORWARD), netns.sysctl("net.ipv6.conf.all.forwarding")) == ("1", "1")
    assert netns.sysctl("net.ipv4.conf.all.accept_redirects") == "0"
    row = rows_of(audit_of(netns, drop_in, "cis_debian_12", workload=["router"]))[FORWARD]
    assert (row["status"], row["control"][0]["id"]) == ("not_applicable", "3.3.1")


def test_writing_ip_forward_does_not_undo_what_was_set_with_it(netns: Namespace, drop_in: Path) -> None:
    """A change of ip_forward resets conf/all/accept_redirects: in one plan, whatever the order of the profile, both hold."""
    netns.run(["sysctl", "-w", f"{FORWARD}=1", "net.ipv4.conf.all.accept_redirects=1"])
    settings = "  net.ipv4.conf.all.accept_redirects: {value: 0}\n  net.ipv4.ip_forward: {value: 0}\n"
    path = netns.root / "order.yml"
    path.write_text("name: order\nsettings:\n" + settings, encoding="utf-8")
    assert result_of(tune(netns, drop_in, str(path)))["compliant"]
    assert (netns.sysctl(FORWARD), netns.sysctl("net.ipv4.conf.all.accept_redirects")) == ("0", "0")


def test_a_namespace_knows_that_it_is_one(netns: Namespace, drop_in: Path) -> None:
    path = netns.root / "inside.yml"
    text = "name: inside\nsettings:\n  {0}: {{value: 3, when: {{namespaced: {1}}}}}\n"
    for wanted, status in (("true", "differs"), ("false", "not_applicable")):
        path.write_text(text.format(RETRIES, wanted), encoding="utf-8")
        assert rows_of(audit_of(netns, drop_in, str(path)))[RETRIES]["status"] == status


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can cover /proc/sys/net/ipv6 in its namespace")
def test_without_ipv6_its_controls_do_not_apply(netns: Namespace, drop_in: Path) -> None:
    netns.run(["mount", "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs", "/proc/sys/net/ipv6"])
    audit = audit_of(netns, drop_in, "cis_rhel_9")
    statuses = {row["status"] for row in audit["settings"] if row["name"].startswith("net.ipv6.")}
    assert statuses == {"not_applicable"}
    assert result_of(tune(netns, drop_in, "cis_rhel_9"))["compliant"]


def test_a_broken_parent_fails_before_the_host_is_asked(netns: Namespace) -> None:
    path = write_own(netns, today())
    (path.parent / "company" / "base.yml").write_text("name: company\nextends: ../edge.yml\n", encoding="utf-8")
    result = netns.module("audit", {"profile": str(path)})
    assert result["failed"]
    assert "is a circle; take one of these extends out" in result["msg"]
