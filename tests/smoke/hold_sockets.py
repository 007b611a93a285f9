# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open TCP sockets on loopback, say how many and which process holds them, and hold them for two minutes at most.

Runs on managed nodes: Python 2.7 and 3.6+.
"""

import json
import os
import socket
import sys
import time

LISTENERS = 3
CONNECTIONS = 4
SECONDS = 120


def sockets():
    """Return listeners, and both ends of connections to the first of them."""
    listeners = []
    for _dummy in range(LISTENERS):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        listeners.append(listener)
    ends = []
    for _dummy in range(CONNECTIONS):
        ends.append(socket.create_connection(listeners[0].getsockname()))
        ends.append(listeners[0].accept()[0])
    return listeners + ends


def hold():
    """Leave the session and the caller's files, so that the caller's task ends."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    time.sleep(SECONDS)
    os._exit(0)


def main():
    held = sockets()
    pid = os.fork()
    if pid == 0:
        hold()
    json.dump({"pid": pid, "listen": LISTENERS, "established": 2 * CONNECTIONS, "held": len(held)}, sys.stdout)


if __name__ == "__main__":
    main()
