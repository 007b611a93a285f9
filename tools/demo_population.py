# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the article's socket population for real: a server with its bugs, and clients with theirs, over loopback.

Nothing here writes a state into a table. Every socket gets where it is by connect, close, shutdown or by a peer that
stops answering: TIME_WAIT because the server closes first, CLOSE_WAIT because it never closes, FIN_WAIT1, LAST_ACK and
CLOSING because a client drops what it receives, SYN_RECV because a client of a deferred listener sends no data.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import selectors
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

STATES = (
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
)

SERVER = "127.0.0.1"
# Nine services, as on the article's web server. The first takes the connections that stay, the last one is deferred.
PORTS = (80, 443, 8080, 8081, 8082, 8083, 8084, 8085, 8443)
CHURN_PORTS = PORTS[1:-1]
# Every connection of the churn binds its own source port, so no pair of addresses and ports is used twice in a round.
FIRST_SOURCE_PORT = 10000
SOURCE_PORTS = 50000

# Linux numbers that the socket module does not name (asm-generic/socket.h, linux/tcp.h).
SO_ATTACH_FILTER = 26
TCP_REPAIR = 19
TCP_DEFER_ACCEPT = 9
DEFER_SECONDS = 3600
PR_SET_PDEATHSIG = 1

PATIENCE = 20.0
# Listeners, standard streams, selectors and pipes beside the connections of the busiest process.
SPARE_FILES = 60
RESPONSE = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"

_fork = multiprocessing.get_context("fork")


class PopulationError(Exception):
    """The sockets could not be made; the text says which and what to do."""


class Mix(NamedTuple):
    """How many sockets of each state the server and its clients shall hold, besides TIME_WAIT and LISTEN."""

    established: int
    close_wait: int
    fin_wait2: int
    fin_wait1: int
    last_ack: int
    closing: int
    syn_recv: int


ARTICLE = Mix(established=1070, close_wait=125, fin_wait2=247, fin_wait1=17, last_ack=7, closing=4, syn_recv=2)


def shrink(mix: Mix, factor: float) -> Mix:
    """Scale a mix down, keeping one socket at least of each state that occurs, and enough FIN_WAIT1 and ESTABLISHED for their peers."""
    if factor == 1:
        return mix
    small = Mix(*(max(1, round(number * factor)) if number else 0 for number in mix))
    fin_wait1 = max(small.fin_wait1, small.last_ack + small.closing)
    busy = fin_wait1 - small.last_ack - small.closing + small.syn_recv
    return small._replace(
        fin_wait1=fin_wait1,
        fin_wait2=max(small.fin_wait2, small.close_wait),
        established=max(busy, small.established + (small.established - busy) % 2),
    )


def count_states(proc: str = "/proc/net") -> Counter[str]:
    """Count sockets by state from /proc/net/tcp and tcp6 as netstat does; independent of the collection's own code."""
    counts: Counter[str] = Counter()
    for name in ("tcp", "tcp6"):
        try:
            with Path(proc, name).open(encoding="ascii") as table:
                next(table)
                counts.update(STATES[int(line.split(None, 4)[3], 16) - 1] for line in table)
        except FileNotFoundError:
            continue
    return counts


def time_wait_now() -> int:
    """Return sockstat's ``tw`` of this network namespace: cheap, for countdowns (Linux 4.11 and newer: per namespace)."""
    fields = Path("/proc/net/sockstat").read_text(encoding="ascii").split()
    return int(fields[fields.index("tw") + 1])


def raise_open_files(needed: int) -> None:
    """Lift the soft limit of open files to the hard one; PopulationError when that is too little."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise PopulationError(f"the limit of open files is {hard}, the demo needs {needed} in one process; raise it: ulimit -Hn {needed}")


def die_with_parent(how: signal.Signals) -> None:
    """Ask the kernel to end this process when the process that started it is gone (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, how)


class Population:
    """A server of nine listeners and its clients, in the network namespace of the calling process.

    ``hold`` makes the sockets that stay, ``churn`` as many TIME_WAITs as asked; both may be called once the namespace's
    lo is up. Use it as a context: every process that it started is gone at the end.
    """

    def __init__(self, mix: Mix) -> None:
        self.mix = mix
        raise_open_files(mix.established // 2 + mix.fin_wait1 + mix.fin_wait2 + SPARE_FILES)
        self._servers: list[BaseProcess] = []
        self._held: list[socket.socket] = []
        self._round = 0

    def __enter__(self) -> Population:
        listeners = {port: _listen(port) for port in PORTS}
        listeners[PORTS[-1]].setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, DEFER_SECONDS)
        self._servers.append(_start(serve_held, listeners[PORTS[0]], listeners[PORTS[-1]]))
        self._servers += [_start(serve_pages, listeners[port]) for port in CHURN_PORTS]
        for listener in listeners.values():
            listener.close()
        return self

    def __exit__(self, *_: object) -> None:
        _stop(self._servers)
        for client in self._held:
            client.close()

    def hold(self) -> None:
        """Make every state that stays: see the functions below for how each one comes about."""
        mix = self.mix
        deaf = mix.fin_wait1 - mix.last_ack - mix.closing
        pairs = (mix.established - deaf - mix.syn_recv) // 2
        vanished = mix.fin_wait2 - mix.close_wait
        if min(deaf, pairs, vanished) < 0:
            raise PopulationError(f"{mix} cannot be made of pairs on one loopback")
        self._held += [_ask(_connect(PORTS[0]), b"stay") for dummy in range(pairs)]
        self._held += [_half_closed() for dummy in range(mix.close_wait)]
        _vanish(vanished)
        self._held += [_deaf() for dummy in range(deaf)]
        self._held += [_last_ack() for dummy in range(mix.last_ack)]
        self._held += _closing(mix.closing)
        self._held += [_connect(PORTS[-1]) for dummy in range(mix.syn_recv)]

    def churn(self, connections: int, progress: Callable[[int], None]) -> float:
        """Open and close so many connections, the server closing first; return the seconds it took.

        ``progress`` is called about five times a second with the number done.
        """
        self._round += 1
        share, rest = divmod(connections, len(CHURN_PORTS))
        if share >= SOURCE_PORTS:
            raise PopulationError(f"{connections} connections need more than {SOURCE_PORTS} source ports per client; ask for fewer")
        done = _fork.Array("L", len(CHURN_PORTS), lock=False)
        started = time.monotonic()
        clients = []
        for index, port in enumerate(CHURN_PORTS):
            source = f"127.{100 + index}.{self._round}.1"
            clients.append(_start(request_pages, port, source, share + (index < rest), done, index))
        try:
            while any(client.is_alive() for client in clients):
                clients[0].join(0.2) if clients[0].is_alive() else time.sleep(0.1)
                progress(sum(done))
        finally:
            _stop(clients)
        if sum(done) != connections:
            raise PopulationError(f"only {sum(done)} of {connections} connections were served; see the messages above")
        return time.monotonic() - started


def _start(target: Callable[..., object], *arguments: Any) -> BaseProcess:
    process = _fork.Process(target=_child, args=(os.getpid(), target, *arguments), daemon=True)
    process.start()
    return process


def _child(parent: int, target: Callable[..., object], *arguments: Any) -> None:
    die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if os.getppid() == parent:
        target(*arguments)


def _stop(processes: list[BaseProcess]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.join(5)


# The server


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", port))
    listener.listen(511)
    return listener


def serve_pages(listener: socket.socket) -> NoReturn:
    """Answer one request per connection and close first, as the article's Apache does: each leaves a TIME_WAIT here."""
    while True:
        connection = listener.accept()[0]
        with connection:
            connection.settimeout(PATIENCE)
            try:
                connection.recv(1024)
                connection.sendall(RESPONSE)
            except OSError:
                continue


def serve_held(*listeners: socket.socket) -> NoReturn:
    """Keep connections as their first words ask for; a word a step, so that the client knows when it has happened.

    ``stay``: never look at it again. ``half``: end our half. ``last``: answer, then end our half when the client has
    ended its own. ``bye``: end our half.
    """
    selector = selectors.DefaultSelector()
    kept = []
    for listener in listeners:
        selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _dummy in selector.select():
            peer = key.fileobj
            assert isinstance(peer, socket.socket)
            if key.fileobj in listeners:
                connection = peer.accept()[0]
                kept.append(connection)
                selector.register(connection, selectors.EVENT_READ)
            elif _obey(peer):
                selector.unregister(peer)


def _obey(peer: socket.socket) -> bool:
    """Do what the next word asks; say whether that was the last one."""
    word = peer.recv(4)
    if word in (b"stay", b"half", b"last"):
        peer.sendall(b"done")
    if word in (b"half", b"bye", b""):
        peer.shutdown(socket.SHUT_WR)
    return word != b"last"


# The clients


def request_pages(port: int, source: str, connections: int, done: Any, index: int) -> None:
    """Fetch a page over and over, each time from a new port; closes after the server did."""
    for number in range(connections):
        with socket.socket() as client:
            client.settimeout(PATIENCE)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.bind((source, FIRST_SOURCE_PORT + number))
            client.connect((SERVER, port))
            client.sendall(REQUEST)
            while client.recv(1024):
                pass
        done[index] = number + 1


def _connect(port: int) -> socket.socket:
    client = socket.socket()
    client.settimeout(PATIENCE)
    client.connect((SERVER, port))
    return client


def _ask(client: socket.socket, word: bytes) -> socket.socket:
    client.sendall(word)
    if client.recv(4) != b"done":
        raise PopulationError(f"the demo's server did not answer {word!r}")
    return client


def _half_closed() -> socket.socket:
    """CLOSE_WAIT at a server that forgot to close, FIN_WAIT2 here."""
    client = _ask(_connect(PORTS[0]), b"stay")
    client.shutdown(socket.SHUT_WR)
    return client


def _vanish(number: int) -> None:
    """FIN_WAIT2 at the server, no peer: clients go away without a word, as a machine that loses power does.

    A socket closed in repair mode sends nothing (tcp(7) TCP_REPAIR; needs CAP_NET_ADMIN in the namespace). It must have
    acknowledged the server's FIN before, which TCP may delay.
    """
    clients = [_ask(_connect(PORTS[0]), b"half") for dummy in range(number)]
    _wait_for_state(clients, "FIN_WAIT2")
    for client in clients:
        client.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        client.close()


def _drop_everything(client: socket.socket) -> None:
    """Make the socket deaf from here on: a socket filter of one instruction, ``ret 0`` (socket(7), SO_ATTACH_FILTER)."""
    program = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))
    client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", 1, ctypes.addressof(program)))


def _deaf() -> socket.socket:
    """FIN_WAIT1 at the server, whose FIN nobody acknowledges; ESTABLISHED here."""
    client = _ask(_connect(PORTS[0]), b"last")
    _drop_everything(client)
    client.sendall(b"bye")
    return client


def _last_ack() -> socket.socket:
    """LAST_ACK at the server, whose FIN nobody acknowledges; FIN_WAIT1 here, as its answer is not heard either."""
    client = _ask(_connect(PORTS[0]), b"last")
    _drop_everything(client)
    client.shutdown(socket.SHUT_WR)
    return client


def _closing(number: int) -> list[socket.socket]:
    """CLOSING at the server, FIN_WAIT1 here: both ended at once and the client heard nothing of it."""
    clients = [_deaf() for dummy in range(number)]
    _wait_for_state(clients, "FIN_WAIT1")
    for client in clients:
        client.shutdown(socket.SHUT_WR)
    return clients


def _wait_for_state(clients: list[socket.socket], state: str) -> None:
    """Wait until the server's end of every one of these connections is in the state given: a deaf client cannot be told."""
    wanted = {(client.getpeername()[1], client.getsockname()[1]) for client in clients}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if wanted <= _ports_in(state):
            return
        time.sleep(0.02)
    raise PopulationError(f"the demo's server did not reach {state} within {PATIENCE:.0f} s")


def _ports_in(state: str) -> set[tuple[int, int]]:
    """Return (local port, remote port) of the IPv4 sockets in this state."""
    number = f"{STATES.index(state) + 1:02X}"
    rows = [line.split(None, 4) for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return {(int(row[1][-4:], 16), int(row[2][-4:], 16)) for row in rows if row[3] == number}
