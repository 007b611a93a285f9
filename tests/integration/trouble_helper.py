# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one kind of trouble with real TCP sockets, say "ready", and hold it until standard input ends.

Meant for a private network namespace. Everything is bounded in number.
"""

from __future__ import annotations

import array
import contextlib
import ipaddress
import itertools
import resource
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from sockets_helper import Population, fresh_sources

HELD: list[socket.socket] = []
SYN = 0x02


def listener(host: str, port: int = 0, backlog: int = 1024) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((host, port))
    server.listen(backlog)
    HELD.append(server)
    return server


def exhausted(count: int) -> None:
    """Leave the client's side of ``count`` connections to one destination in TIME_WAIT, and ten to another."""
    for server, wanted in ((listener("127.0.0.2", 700), count), (listener("127.0.0.3", 700), 10)):
        for _dummy in range(wanted):
            client = socket.create_connection(server.getsockname())
            served = server.accept()[0]
            client.close()
            served.close()


def bound(count: int) -> None:
    """Hold ``count`` connections, bound before they connect, spread over three destinations."""
    _spread(count, bind=True)


def unbound(count: int) -> None:
    """Hold ``count`` connections over three destinations on ports that connect() chose."""
    _spread(count, bind=False)


def _spread(count: int, bind: bool) -> None:
    servers = [listener(f"127.0.0.{last}", 700) for last in (2, 3, 4)]
    for server in itertools.islice(itertools.cycle(servers), count):
        client = socket.socket()
        if bind:
            client.bind(("127.0.0.1", 0))
        client.connect(server.getsockname())
        HELD.extend((client, server.accept()[0]))


def growing(seconds: int) -> None:
    """Leak one socket in CLOSE_WAIT every 50 ms."""
    server = listener("127.0.0.2")
    sources = fresh_sources()
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        client = socket.socket()
        client.bind(next(sources))
        client.connect(server.getsockname())
        HELD.append(server.accept()[0])
        client.close()
        time.sleep(0.05)


def blocked(count: int) -> None:
    """Connect again from ports whose old connection the server never closed, after the client's end of it has expired."""
    server = listener("127.0.0.2", 700)
    sources = list(itertools.islice(fresh_sources(), count))
    for source in sources:
        client = socket.socket()
        client.bind(source)
        client.connect(server.getsockname())
        HELD.append(server.accept()[0])
        client.close()
    time.sleep(3)
    for source in sources:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(source)
        client.setblocking(False)
        client.connect_ex(server.getsockname())
        HELD.append(client)


def half_open(count: int) -> None:
    """Send ``count`` SYNs from neighbours that do not exist (10.77.N.9) to a listener with a backlog of 8."""
    server = listener("10.77.0.1", backlog=8)
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for number in range(count):
        packet = segment(f"10.77.{number % 200}.9", 2000 + number, server.getsockname(), SYN)
        raw.sendto(packet, ("10.77.0.1", 0))
        if number >= 100:
            time.sleep(0.02)


def segment(source: str, port: int, target: tuple[str, int], flags: int) -> bytes:
    """Build an IPv4 packet with a TCP header and no data; the kernel fills in length, id and checksum of the IP header."""
    addresses = ipaddress.IPv4Address(source).packed + ipaddress.IPv4Address(target[0]).packed
    header = struct.pack(">HHIIBBHHH", port, target[1], 1000, 0, 5 << 4, flags, 65535, 0, 0)
    checked = addresses + struct.pack(">BBH", 0, socket.IPPROTO_TCP, len(header)) + header
    total = sum(word[0] for word in struct.iter_unpack(">H", checked))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    header = header[:16] + struct.pack(">H", checksum) + header[18:]
    return struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_TCP, 0) + addresses + header


def full(count: int) -> None:
    """Fill an accept queue of 4 and let ``count`` clients wait in SYN_SENT."""
    server = listener("127.0.0.4", 700, backlog=4)
    for number in range(5 + count):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(server.getsockname())
        HELD.append(client)
        if number < 5:
            time.sleep(0.05)


def last_ack(count: int) -> None:
    """Close after the peers, while the link is down, so that no FIN arrives."""
    server = listener("127.0.0.2")
    sources, served = fresh_sources(), []
    for _dummy in range(count):
        client = socket.socket()
        client.bind(next(sources))
        client.connect(server.getsockname())
        served.append(server.accept()[0])
        client.close()
    subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
    for one in served:
        one.close()


def idle(count: int) -> None:
    """Hold ``count`` silent connections between two addresses, and as many with SO_KEEPALIVE."""
    server = listener("192.0.2.2")
    for number in range(2 * count):
        client = socket.create_connection(server.getsockname(), source_address=("192.0.2.1", 0))
        served = server.accept()[0]
        if number >= count:
            for one in (client, served):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        HELD.extend((client, served))


def filled(count: int) -> None:
    """Leave up to 256 KiB unread in each of ``count`` connections."""
    server = listener("127.0.0.2")
    for _dummy in range(count):
        client = socket.create_connection(server.getsockname())
        client.setblocking(False)
        HELD.extend((client, server.accept()[0]))
        with contextlib.suppress(BlockingIOError):
            client.send(array.array("B", bytes(262144)))


def stale_stamps(count: int) -> None:
    """Close first as a server, then connect from the same ports with another timestamp clock; half of them are older by chance."""
    server = listener("127.0.0.2", 700)
    sources = list(itertools.islice(fresh_sources(), count))
    for source in sources:
        client = socket.socket()
        client.bind(source)
        client.connect(server.getsockname())
        served = server.accept()[0]
        served.close()
        client.recv(1)
        client.close()
    subprocess.run(["sysctl", "-qw", "net.ipv4.tcp_timestamps=2"], check=True)
    print("ready", flush=True)
    time.sleep(0.5)
    for source in sources:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(source)
        client.setblocking(False)
        client.connect_ex(server.getsockname())
        HELD.append(client)


def time_waits(count: int) -> None:
    """Leave ``count`` sockets of a listening port in TIME_WAIT."""
    population = Population()
    HELD.extend(population.held)
    population.time_wait(count)


KINDS: dict[str, Callable[[int], None]] = {
    made.__name__: made
    for made in (exhausted, bound, unbound, growing, blocked, half_open, full, last_ack, idle, filled, stale_stamps, time_waits)
}


def wanted() -> Iterator[tuple[Callable[[int], None], int]]:
    for argument in sys.argv[1:]:
        kind, _equals, number = argument.partition("=")
        yield KINDS[kind], int(number)


def main() -> None:
    """Make what the command line asks for: KIND=NUMBER ..."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for make, number in wanted():
        make(number)
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
