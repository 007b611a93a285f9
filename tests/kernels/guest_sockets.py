# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count real sockets of this kernel with socket_info and with ss(8)."""

from __future__ import annotations

import collections
import functools
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from guest_module import module

NAMES = {
    "LISTEN": "LISTEN",
    "ESTAB": "ESTABLISHED",
    "TIME-WAIT": "TIME_WAIT",
    "CLOSE-WAIT": "CLOSE_WAIT",
    "FIN-WAIT-2": "FIN_WAIT2",
    "FIN-WAIT-1": "FIN_WAIT1",
    "SYN-SENT": "SYN_SENT",
    "SYN-RECV": "SYN_RECV",
    "LAST-ACK": "LAST_ACK",
    "CLOSING": "CLOSING",
    "UNCONN": "CLOSE",
}
# What is made here; TIME_WAIT lasts a minute, longer than the counts below take on a slow emulator.
EXPECTED = {"LISTEN": 3, "ESTABLISHED": 2 * 20, "CLOSE_WAIT": 7, "FIN_WAIT2": 7, "TIME_WAIT": 30}
SETTLE_SECONDS = 10


@functools.cache
def population() -> list[socket.socket]:
    """Make sockets in the states of EXPECTED, over IPv4 and IPv6, and return those that have to be kept alive."""
    listeners = [_listener("127.0.0.1"), _listener("127.0.0.1"), _listener("::1")]
    held = list(listeners)
    for number in range(EXPECTED["ESTABLISHED"] // 2):
        held += _pair(listeners[-(number % 2)])
    for _dummy in range(EXPECTED["CLOSE_WAIT"]):
        client, served = _pair(listeners[0])
        served.shutdown(socket.SHUT_WR)
        held += [client, served]
    for _dummy in range(EXPECTED["TIME_WAIT"]):
        client, served = _pair(listeners[1])
        served.close()
        client.close()
    return held


def _listener(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listener.bind((address, 0))
    listener.listen(64)
    return listener


def _pair(listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = socket.create_connection(listener.getsockname()[:2])
    return client, listener.accept()[0]


def counted_by_ss() -> dict[str, int]:
    """Return the states as ss(8) counts them, by the names of netstat."""
    lines = subprocess.run(["ss", "-Htan"], capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(collections.Counter(NAMES[line.split()[0]] for line in lines))


def _settled() -> dict[str, int]:
    """Wait until the last handshakes are through."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (counts := counted_by_ss()) != EXPECTED and time.monotonic() < deadline:
        time.sleep(0.2)
    return counts


def _compare(source: str) -> dict[str, Any]:
    population()
    told = _settled()
    found = module("socket_info", source=source)["sockets"]
    counts = {state: count for state, count in found["states"].items() if count}
    wrong = [] if counts == told else [f"socket_info from {source} {counts}, ss {told}"]
    wrong += [] if told == EXPECTED else [f"ss {told}, made were {EXPECTED}"]
    wrong += [] if found["source"] == source else [f"read from {found['source']}, asked for {source}"]
    return {"wrong": wrong, "note": f"{found['total']} sockets in {len(counts)} states"}


def from_proc() -> dict[str, Any]:
    """Where tcp_diag is a module that nobody loaded and the kernel cannot load it either, /proc is what is left."""
    helper = Path("/proc/sys/kernel/modprobe")
    before = helper.read_text()
    helper.write_text("/nonexistent\n")
    try:
        fallback = module("socket_info")
        answer = _compare("proc")
    finally:
        helper.write_text(before)
    answer["note"] += f"; auto took {fallback['sockets']['source']}"
    return answer


def from_netlink() -> dict[str, Any]:
    """The kernel loads tcp_diag by itself when it is asked."""
    answer = _compare("netlink")
    loaded = [line.split()[0] for line in Path("/proc/modules").read_text().splitlines()]
    answer["note"] += f"; modules: {', '.join(sorted(name for name in loaded if name.endswith('_diag'))) or 'none, built in'}"
    return answer
