# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make real TCP sockets on loopback, say "ready", and hold them until standard input ends.

Meant for a network namespace of its own. Every connection starts from an address and port that was never used before, so no
4-tuple comes back within the 60 seconds that TIME_WAIT lasts, however many there are.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import socket
import sys
from collections.abc import Iterator

# Below the ephemeral range, so that no port of the kernel's choice is among them.
FIRST_SOURCE_PORT = 10000
SOURCE_PORTS = 20000
SERVER = "127.0.0.2"


class Population:
    """Keep the sockets alive; those that nobody holds (TIME_WAIT, orphans) are the kernel's."""

    def __init__(self) -> None:
        self.held: list[socket.socket] = []
        self._sources = fresh_sources()
        self._server = self.listener((SERVER, 0))

    def listener(self, address: tuple[str, int], family: int = socket.AF_INET, backlog: int = 64) -> socket.socket:
        """Listen, on a port of the kernel's choice when the address says 0."""
        server = socket.socket(family, socket.SOCK_STREAM)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.bind(address)
        server.listen(backlog)
        self.held.append(server)
        return server

    def connection(self) -> tuple[socket.socket, socket.socket]:
        """Return both ends of a new connection, client first."""
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        client.bind(next(self._sources))
        client.connect(self._server.getsockname())
        return client, self._server.accept()[0]

    def time_wait(self, count: int) -> None:
        """One TIME_WAIT each: the server closes first, as an HTTP server does."""
        for _dummy in range(count):
            client, served = self.connection()
            served.close()
            client.close()

    def established(self, count: int) -> None:
        """Two ESTABLISHED each."""
        for _dummy in range(count):
            self.held.extend(self.connection())

    def close_wait(self, count: int) -> None:
        """One CLOSE_WAIT and one FIN_WAIT2 that a process still holds."""
        for _dummy in range(count):
            client, served = self.connection()
            served.shutdown(socket.SHUT_WR)
            self.held.extend((client, served))

    def fin_wait2(self, count: int) -> None:
        """One CLOSE_WAIT and one orphaned FIN_WAIT2, which the kernel keeps as a time-wait object."""
        for _dummy in range(count):
            client, served = self.connection()
            served.close()
            self.held.append(client)

    def listen(self, count: int) -> None:
        """One LISTEN each."""
        for _dummy in range(count):
            self.listener(("127.0.0.3", 0))

    def connected_out(self, count: int) -> None:
        """Two ESTABLISHED each; the client's port is chosen by the kernel, so it is an ephemeral one."""
        for _dummy in range(count):
            client = socket.create_connection(self._server.getsockname())
            self.held.extend((client, self._server.accept()[0]))

    def ipv6(self, count: int) -> None:
        """Two ESTABLISHED each over ::1."""
        server = self.listener(("::1", 0), socket.AF_INET6)
        for _dummy in range(count):
            client = socket.create_connection(server.getsockname()[:2])
            self.held.extend((client, server.accept()[0]))

    def time_wait6(self, count: int) -> None:
        """One TIME_WAIT each over ::1: the server closes first."""
        server = self.listener(("::1", 0), socket.AF_INET6)
        for _dummy in range(count):
            client = socket.create_connection(server.getsockname()[:2])
            server.accept()[0].close()
            client.close()

    def mapped(self, count: int) -> None:
        """One ESTABLISHED of each family: an IPv4 client of a server that listens on [::]."""
        server = self.listener(("::", 0), socket.AF_INET6)
        for _dummy in range(count):
            client = socket.create_connection(("127.0.0.1", server.getsockname()[1]))
            self.held.extend((client, server.accept()[0]))

    def syn_sent(self, count: int) -> None:
        """One SYN_SENT each, towards a listener that drops SYNs because two connections wait where one may (+2 ESTABLISHED pairs)."""
        full = self.listener(("127.0.0.4", 0), backlog=1)
        for _dummy in range(2):
            self.held.append(socket.create_connection(full.getsockname()))
        for _dummy in range(count):
            client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client.setblocking(False)
            client.connect_ex(full.getsockname())
            self.held.append(client)


# Those that bind a port of the kernel's choice come before connected_out: a later one could get the number of a client's port.
KINDS = ("established", "close_wait", "fin_wait2", "listen", "ipv6", "time_wait6", "mapped", "syn_sent", "connected_out", "time_wait")


def fresh_sources() -> Iterator[tuple[str, int]]:
    """Yield loopback addresses and ports, none of them twice."""
    for host in itertools.count(1):
        for port in range(FIRST_SOURCE_PORT, FIRST_SOURCE_PORT + SOURCE_PORTS):
            yield f"127.1.{host >> 8}.{host & 255}", port


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    for kind in KINDS:
        parser.add_argument(f"--{kind.replace('_', '-')}", type=int, default=0, metavar="N")
    wanted = vars(parser.parse_args())
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    population = Population()
    for kind in KINDS:
        if wanted[kind]:
            getattr(population, kind)(wanted[kind])
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
