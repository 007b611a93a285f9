# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Be a service with a burst of clients again and again on the loopback interface, until killed.

The service listens anew before every burst, as one that is restarted does: listen(2) takes the backlog that somaxconn allows then.
"""

from __future__ import annotations

import socket
import time

# Both ends of a connection are counted: fewer at once than the level of connections may fall by, as it depends on when it is read.
CLIENTS = 9
BACKLOG = 128
PERIOD_SECONDS = 0.25
TIMEOUT_SECONDS = 0.2
QUESTION = b"x" * 1024


def burst(server: socket.socket, address: tuple[str, int]) -> None:
    """Let all clients connect before the first one is accepted, ask, answer and close; who is dropped gives up."""
    server.listen(BACKLOG)
    clients = [socket.socket() for _client in range(CLIENTS)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex(address)
    time.sleep(TIMEOUT_SECONDS / 4)
    server.settimeout(0)
    accepted = []
    while True:
        try:
            accepted.append(server.accept()[0])
        except BlockingIOError:
            break
    for connection in accepted:
        connection.sendall(QUESTION)
    for end in [*clients, *accepted]:
        end.close()


def main() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 7001))
        while True:
            burst(server, server.getsockname())
            time.sleep(PERIOD_SECONDS)


main()
