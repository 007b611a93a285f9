# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: what a module costs before it does anything: the payload that travels, and how long its Python takes to start."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from bench import plays
from bench.harness import Contestant, take_turns
from bench.lab import Lab
from bench.model import FLOOR, OURS, Case, Row, Sample, Target

SETTING = {"net.ipv4.tcp_sack": 1}
MODULES: dict[str, dict[str, Any]] = {
    "linuxnet.tcp.socket_info": {},
    "linuxnet.tcp.net_sysctl_info": {"names": ["net.ipv4.tcp_sack"]},
    "linuxnet.tcp.net_sysctl": {"settings": SETTING},
    "linuxnet.tcp.audit": {"profile": "article"},
}


def run(lab: Lab) -> Row:
    """Run each module's payload by hand, in turns with that of ping."""
    row = Row("start", "module start: the payload alone, without Ansible, in an empty namespace")
    case = Case("one run", "modules", 1)
    payloads = {plays.PING: plays.payload(lab, plays.PING, {}), **{name: plays.payload(lab, name, args) for name, args in MODULES.items()}}
    with lab.space() as space:

        def once(name: str) -> Sample:
            sample, _text = lab.metered(space, [sys.executable, str(payloads[name])])
            return {**sample, "bytes": payloads[name].stat().st_size}

        contestants = [Contestant(name, FLOOR if name == plays.PING else OURS, partial(once, name)) for name in payloads]
        take_turns(case, contestants, 3 * lab.plan.rounds)
    row.cases.append(case)
    row.targets[case.name] = [
        Target(f"{metric}, {name} / ping", metric, name, plays.PING) for metric in ("cpu", "bytes") for name in MODULES
    ]
    return row
