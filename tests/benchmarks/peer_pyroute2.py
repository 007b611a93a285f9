# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count TCP sockets by state as a user of pyroute2 does."""

import collections
import json
import socket

from pyroute2 import DiagSocket

with DiagSocket() as diag:
    diag.bind()
    states = collections.Counter(
        found["idiag_state"] for family in (socket.AF_INET, socket.AF_INET6) for found in diag.get_sock_stats(family=family)
    )
print(json.dumps(states))
