# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count TCP sockets by state as a user of psutil does."""

import collections
import json

import psutil

print(json.dumps(collections.Counter(connection.status for connection in psutil.net_connections("tcp"))))
