# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The finding about namespaces fires, does not fire, and is right at its edges."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, namespaces

COOKIES, KEEPALIVE = "net.ipv4.tcp_syncookies", "net.ipv4.tcp_keepalive_time"
WANTED = {COOKIES: {"value": 1}, KEEPALIVE: {"value": 1200, "accept": {"maximum": 1200}}}
TUNED = {COOKIES: "1", KEEPALIVE: "1200"}


def row(inode=5, parameters=None, **more):
    made = {"inode": inode, "names": [], "process_count": 1, **more}
    return made if parameters is None else {**made, "parameters": parameters}


@pytest.fixture
def find(facts, audit_of):
    """Return a function: (rows, running values of the host, rows of the host) -> the findings, out of a valid document."""

    def go(rows, running=None, host_rows=None):
        parts = {} if rows is None else {"namespaces": rows}
        audit = audit_of(WANTED, facts({**TUNED, **(running or {})}, rows=host_rows, **parts), persist=False)
        assert documents.problems(audit, "audit") == []
        assert audit.get("namespaces") == rows
        return [item for item in audit["findings"] if item["id"] == "namespaces-not-tuned"]

    return go


def test_fires_with_what_differs(find):
    container = "c" * 64
    rows = [
        row(5, {COOKIES: "1", KEEPALIVE: "7200"}, names=["blue"]),
        row(6, {COOKIES: "0", KEEPALIVE: "7200"}, container=container),
        row(7, {COOKIES: "1", KEEPALIVE: "1200"}),
    ]
    (finding,) = find(rows)
    assert (finding["severity"], finding["concerns"]) == ("info", "setting")
    assert "2 of 3 other network namespaces: blue, container cccccccccccc" in finding["title"]
    late = {"running": "7200", "wanted": "1200"}
    assert finding["evidence"] == {
        "not_tuned": 2,
        "looked_at": 3,
        "namespaces": [
            {"inode": 5, "names": ["blue"], "process_count": 1, "differs": {KEEPALIVE: late}},
            {
                "inode": 6,
                "names": [],
                "process_count": 1,
                "container": container,
                "differs": {COOKIES: {"running": "0", "wanted": "1"}, KEEPALIVE: late},
            },
        ],
    }


@pytest.mark.parametrize(
    "rows",
    [
        None,
        [],
        [row(5, dict(TUNED))],
        # what satisfies accept is not compared with the value
        [row(5, {COOKIES: "1", KEEPALIVE: "60"})],
        # a key that the namespace does not have, and one that could not be entered
        [row(5, {COOKIES: "1"}), row(6)],
        # a key that the profile does not speak about
        [row(5, {**TUNED, "net.ipv4.tcp_fin_timeout": "1"})],
    ],
)
def test_does_not_fire(find, rows):
    assert find(rows) == []


def test_the_edge_of_accept(find):
    assert find([row(5, {KEEPALIVE: "1200"})]) == []
    assert len(find([row(5, {KEEPALIVE: "1201"})])) == 1


def test_a_value_of_unknown_shape_does_not_hold(find):
    assert find([row(5, {KEEPALIVE: "soon"})])[0]["evidence"]["namespaces"][0]["differs"][KEEPALIVE]["running"] == "soon"


def test_the_plan_counts_as_carried_out(find):
    """The host is as untuned as the container now; the plan will tune the host alone."""
    assert len(find([row(5, {KEEPALIVE: "7200"})], running={KEEPALIVE: "7200"})) == 1


def test_a_key_that_the_host_cannot_set_is_not_held_against_others(find):
    read_only = {KEEPALIVE: {"supported": True, "runtime": "7200", "writable": False}}
    assert find([row(5, {KEEPALIVE: "7200"})], host_rows=read_only) == []


def test_info_never_decides(facts, audit_of):
    audit = audit_of(WANTED, facts(TUNED, namespaces=[row(5, {COOKIES: "0"})]), persist=False)
    assert audit["compliant"]
    assert audit["plan"]["settings"] == {}


@pytest.mark.parametrize(("count", "listed", "dots"), [(3, 3, False), (4, 4, True), (20, 20, True), (21, 20, True)])
def test_a_node_with_many_pods_stays_readable(find, count, listed, dots):
    (finding,) = find([row(inode, {COOKIES: "0"}) for inode in range(count)])
    assert finding["evidence"]["not_tuned"] == count
    assert len(finding["evidence"]["namespaces"]) == listed <= namespaces.ROWS_SHOWN
    assert finding["title"].endswith(", ...") is dots
    assert "net:[0]" in finding["title"]
