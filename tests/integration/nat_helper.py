# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve, hold and repeat connections between the namespaces of the NAT topology; started by test_nat_topology.py, never by pytest."""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import time

PORT = 8080
CONNECT_SECONDS = 0.3
# Well above what one connection takes, so that two clients make some 200 a second.
PAUSE_SECONDS = 0.005


def serve() -> None:
    """Accept connections until killed: one that says "c" is closed from here, so that TIME_WAIT stays here; others are held."""
    listener = socket.create_server(("0.0.0.0", PORT), backlog=256)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
            else:
                _answer(selector, key.fileobj)  # type: ignore[arg-type]


def _answer(selector: selectors.BaseSelector, connection: socket.socket) -> None:
    said = b""
    with contextlib.suppress(OSError):
        said = connection.recv(1)
    if said != b"h":
        selector.unregister(connection)
        connection.close()


def hold(address: str, count: int) -> None:
    """Hold connections until standard input ends."""
    held = [socket.create_connection((address, PORT), timeout=5) for _number in range(count)]
    for connection in held:
        connection.sendall(b"h")
    print("ready", flush=True)
    sys.stdin.read()


def burst(address: str, seconds: float) -> None:
    """Make one short connection after the other; one that is not answered is given up."""
    end = time.monotonic() + seconds
    print("ready", flush=True)
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((address, PORT), timeout=CONNECT_SECONDS) as connection:
            connection.sendall(b"c")
            connection.recv(1)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "serve":
        serve()
    elif what == "hold":
        hold(arguments[0], int(arguments[1]))
    else:
        burst(arguments[0], float(arguments[1]))
