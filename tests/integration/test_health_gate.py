# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health gate on real clients: a service whose bursts fit, until somaxconn leaves no room for them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import regressions

if TYPE_CHECKING:
    from netns_lab import Namespace

LOAD = Path(__file__).with_name("burst_load.py")
SOMAXCONN = "net.core.somaxconn"
# The start of a module comes on top, and on a busy machine that takes seconds: windows must not differ by more than their double.
WINDOW_SECONDS = 4.0


def snapshot(netns: Namespace) -> dict[str, Any]:
    answer = netns.module("health_info", {"netns": None})
    assert not answer.get("failed"), answer
    return answer["health"]


def window(netns: Namespace, end: Callable[[], dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    start = snapshot(netns)
    time.sleep(WINDOW_SECONDS)
    return [start, end() if end else snapshot(netns)]


def change(netns: Namespace, value: int) -> dict[str, Any]:
    """Set somaxconn and return the counters as they were before."""
    answer = netns.module("net_sysctl", {"settings": {SOMAXCONN: value}, "persist": False, "health": True})
    assert answer["changed"], answer
    assert netns.sysctl(SOMAXCONN) == str(value)
    return answer["health"]


def test_clients_that_are_dropped_after_a_change_are_seen(netns: Namespace, say: Callable[[str], None]) -> None:
    netns.popen([sys.executable, str(LOAD)])
    time.sleep(0.5)
    before = window(netns, lambda: change(netns, 1))
    after = window(netns)
    judgement = regressions.tcp_regressions(before, after)
    say(f"somaxconn 1: {judgement['reason']}")
    assert judgement["verdict"] == "regressed"
    assert {"listen_overflows", "listen_drops"} <= {item["metric"] for item in judgement["regressions"]}
    assert judgement["metrics"]["listen_overflows"]["before"] == 0
    assert judgement["metrics"]["listen_overflows"]["after"] > 5


def test_a_steady_load_is_judged_ok_over_a_harmless_change(netns: Namespace) -> None:
    netns.popen([sys.executable, str(LOAD)])
    time.sleep(0.5)
    before = window(netns, lambda: change(netns, 2048))
    judgement = regressions.tcp_regressions(before, window(netns))
    assert (judgement["verdict"], judgement["regressions"]) == ("ok", []), judgement
    assert judgement["metrics"]["opened"]["after"] > 10


def test_an_idle_host_is_not_judged(netns: Namespace) -> None:
    judgement = regressions.tcp_regressions(window(netns), window(netns))
    assert judgement["verdict"] == "too_little_traffic"


def test_the_counters_come_with_a_change_that_is_none_and_with_an_audit(netns: Namespace) -> None:
    unchanged = netns.module("net_sysctl", {"settings": {SOMAXCONN: netns.sysctl(SOMAXCONN)}, "persist": False, "health": True})
    assert not unchanged["changed"]
    assert unchanged["health"]["counters"]["Tcp.OutSegs"] >= 0
    assert "health" not in netns.module("net_sysctl", {"settings": {SOMAXCONN: 1024}, "persist": False})
    audit = netns.module("audit", {"persist": False})["audit"]
    assert audit["health"]["boot_id"] == unchanged["health"]["boot_id"]
    assert audit["health"]["seconds"] > unchanged["health"]["seconds"]
