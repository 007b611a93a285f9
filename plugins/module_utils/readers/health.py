# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the counters by which the health of a host's TCP is told before and after a change."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, health
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import counters


def read_health(procfs, clock, machine):
    """Return the snapshot of this network namespace, see core.health.snapshot. Raises SourceUnavailable or ParseError."""
    try:
        boot_id = machine.boot_id()
    except (IOError, OSError) as exc:
        raise errors.SourceUnavailable('health: the boot id cannot be read: %s; is /proc mounted?' % exc)
    # The clock first: a rate over a little too long a time is too small, never too large.
    return health.snapshot(clock.now(), boot_id, counters.read_counters(procfs))


def beside_a_change(wanted, procfs, clock, machine):
    """Return ({health} or {}, warnings): what cannot be read does not keep a change from being made."""
    if not wanted:
        return {}, []
    try:
        return {'health': read_health(procfs, clock, machine)}, []
    except errors.LinuxnetError as exc:
        return {}, [exc.message]
