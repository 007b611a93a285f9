# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand the judge hosts that are described in a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import diagnoses, judge, profiles, settings

# A 6.18 host right after boot (24 GiB), as measured.
RUNNING = {
    "net.ipv4.tcp_syncookies": "1",
    "net.ipv4.tcp_tw_reuse": "2",
    "net.ipv4.tcp_max_tw_buckets": "131072",
    "net.ipv4.tcp_max_syn_backlog": "2048",
    "net.ipv4.tcp_keepalive_time": "7200",
    "net.ipv4.ip_local_port_range": "32768 60999",
    "net.ipv4.ip_local_reserved_ports": "",
    "net.ipv4.tcp_ehash_entries": "262144",
}
REMOVED = {"supported": False, "reason": "removed", "removed_in": "4.12"}


def facts_of(
    running: dict[str, str] | None = None,
    persisted: dict[str, str] | None = None,
    rows: dict[str, dict[str, Any]] | None = None,
    boot: dict[str, str] | None = None,
    **parts: Any,
) -> dict[str, Any]:
    """Build tcp_facts: the host above with other running values, a drop-in, boot values ("value file:line"), whole rows, other parts."""
    parameters: dict[str, dict[str, Any]] = {settings.TW_RECYCLE: dict(REMOVED)}
    for name, value in {**RUNNING, **(running or {})}.items():
        parameters[name] = {"supported": True, "runtime": value, "writable": True, "per_namespace": True}
    for name, value in (persisted or {}).items():
        parameters[name]["persisted"] = value
    for name, text in (boot or {}).items():
        value, source = text.rsplit(" ", 1)
        parameters[name]["boot"] = {"value": value, "source": source, "shadowed": [], "loader": "systemd"}
    parameters.update(rows or {})
    # A host that still has the key is an old one.
    old = parameters[settings.TW_RECYCLE]["supported"]
    return {
        "kernel": {"release": "4.9.115", "version": [4, 9, 115]} if old else {"release": "6.18.44", "version": [6, 18, 44]},
        "sockets": {
            "source": "netlink",
            "total": 3,
            "states": {"LISTEN": 2, "TIME_WAIT": 1},
            "families": {"ipv4": {"LISTEN": 2, "TIME_WAIT": 1}},
        },
        "privileged": True,
        "parameters": parameters,
        **parts,
    }


@pytest.fixture
def facts() -> Callable[..., dict[str, Any]]:
    """Return the builder of facts."""
    return facts_of


@pytest.fixture
def audit_of() -> Callable[..., dict[str, Any]]:
    """Return a function that judges: (profile settings or a profile's name, facts, declarations) -> document."""

    def run(wanted: Any, facts: dict[str, Any], **declared: Any) -> dict[str, Any]:
        given = wanted if isinstance(wanted, str) else {"name": "test", "settings": wanted}
        return judge.judge(profiles.load(given, []), facts, settings.Declarations(**declared), "host1")

    return run


@pytest.fixture
def outlook() -> Callable[..., diagnoses.Outlook]:
    """Return a function that builds what the diagnoses look at."""
    from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts

    def build(facts: dict[str, Any], planned: dict[str, str] | None = None) -> diagnoses.Outlook:
        return diagnoses.Outlook(HostFacts(facts), planned or {})

    return build
