# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: what the next boot sets, for 150 keys over 60 drop-ins, beside systemd's own listing of the files."""

from __future__ import annotations

import json
import os

import netns_lab

from bench import node
from bench.harness import Contestant, Refused, take_turns
from bench.lab import Lab
from bench.model import OURS, PEER, Case, Row, Sample, Target
from bench.rows_sockets import REFERENCE_LINE

DROP_INS, KEYS = 60, 150
CAT = "systemd-sysctl --cat-config"
PROGRAMS = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")


def run(lab: Lab) -> Row:
    """Write the drop-ins into a namespace's own /etc/sysctl.d and let both read them."""
    row = Row("boot", "boot value of keys over drop-ins")
    case = Case(f"{KEYS} keys, {DROP_INS} drop-ins", "keys", KEYS)
    with lab.space() as space:
        names = _write(space)
        contestants = [_ours(lab, space, line, names) for line in lab.pythons]
        contestants.append(Contestant(CAT, PEER, lambda: _cat(lab, space)))
        take_turns(case, contestants, 2 * lab.plan.rounds)
    row.cases.append(case)
    row.targets[case.name] = [
        Target(f"milliseconds of processor, Python {line}", "inner_ms", _name(line), at_most=30 if line == REFERENCE_LINE else None)
        for line in lab.pythons
    ]
    row.notes.append("the listing puts files in order and prints them; it does not say which line wins")
    return row


def _name(line: str) -> str:
    return f"linuxnet.tcp, Python {line}"


def _write(space: netns_lab.Namespace) -> str:
    """Write the drop-ins and return the file that names the keys; each key stands in three files."""
    keys = [f"net.ipv4.conf.if{number}.log_martians" for number in range(KEYS)]
    listing = space.root / "keys"
    listing.write_text("\n".join(keys) + "\n", encoding="ascii")
    staged = space.root / "staged"
    staged.mkdir()
    for number in range(DROP_INS):
        chosen = [keys[(number * 8 + step) % KEYS] for step in range(8)]
        lines = ["# Written by the benchmark", *(f"{key} = {number % 2}" for key in chosen)]
        (staged / f"{number:02d}-bench.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
    space.run(["sh", "-c", f"cp {staged}/*.conf /etc/sysctl.d/"])
    return str(listing)


def _ours(lab: Lab, space: netns_lab.Namespace, line: str, names: str) -> Contestant:
    def once() -> Sample:
        sample, text = lab.metered(space, [lab.pythons[line], str(node.WORKER), "boot", names], node.environment())
        said = json.loads(text)
        if said["counts"]["keys"] != KEYS:
            raise Refused(f"{said['counts']['keys']} of {KEYS} keys got a value")
        return {**sample, **said["took"], "inner_ms": 1000 * said["took"]["inner_cpu"]}

    return Contestant(_name(line), OURS, once)


def _cat(lab: Lab, space: netns_lab.Namespace) -> Sample:
    program = next((path for path in PROGRAMS if os.path.exists(path)), None)
    if not program:
        raise Refused("systemd-sysctl is not installed here (Debian: apt-get install systemd)")
    sample, text = lab.metered(space, [program, "--cat-config"])
    if text.count("Written by the benchmark") != DROP_INS:
        raise Refused("the listing does not hold all drop-ins")
    return sample
