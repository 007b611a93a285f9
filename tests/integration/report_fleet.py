# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the spool of a fleet out of nothing: real verdicts of the judge on made-up hosts, the same for every run.

Run it by hand to look at a report: ``python tests/integration/report_fleet.py FOLDER HOSTS`` (with the collection on PYTHONPATH).
"""

from __future__ import annotations

import copy
import datetime
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, judge, profiles, settings, spool

PROFILES = ("article", "cis_debian_12", "reverse_proxy")
BEGIN = datetime.datetime(2026, 11, 29, 5, 0, tzinfo=datetime.UTC)
# Of a hundred hosts.
COMPLIANT, DRIFTED, WAIVED, UNREACHABLE = 70, 23, 5, 2
_WAIVERS = [{"id": "setting-differs", "reason": "the vendor's appliance sets it, ticket 4711", "expires": "2099-12-31"}]
_BUSY = {
    "sources": [],
    "destinations": [{"source": "192.0.2.10", "destination": "192.0.2.20", "port": 5432, "used": 25087, "headroom_percent": 11.1}],
}


def records(hosts: int, seed: int = 1) -> Iterator[spool.Record]:
    """Yield what a spool holds of so many hosts: named by role and number, audited one after the other."""
    chance = random.Random(seed)
    kinds = [(kind, list(documents_of(kind))) for kind in ("compliant", "drifted", "waived")]
    for number in range(hosts):
        host, time = (
            f"{('web', 'proxy', 'db')[number % 3]}{number:06d}.example.net",
            spool.moment(BEGIN + datetime.timedelta(seconds=number % 3600)),
        )
        lot = chance.randrange(100)
        if lot >= 100 - UNREACHABLE:
            yield spool.error_record(
                host, "unreachable", f"Failed to connect to the host via ssh: connect to host {host} port 22: timed out", time
            )
            continue
        documents_, place = kinds[0 if lot < COMPLIANT else 1 if lot < COMPLIANT + DRIFTED else 2][1], number % 3
        yield {**_varied(documents_[place], chance), "host": host, "time": time}


def _varied(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    states = {"ESTABLISHED": chance.randrange(2000), "TIME_WAIT": chance.randrange(30000), "CLOSE_WAIT": chance.randrange(50), "LISTEN": 9}
    return {**document, "sockets": {**document["sockets"], "states": states, "total": sum(states.values())}}


def documents_of(kind: str) -> Iterator[dict[str, Any]]:
    """Yield one document for each profile, as the judge makes it of a host that is compliant, drifted or waived."""
    for name in PROFILES:
        profile = profiles.load(name if kind != "waived" else {"name": f"{name}_waived", "extends": name, "waivers": _WAIVERS}, [])
        running = {setting.name: setting.value for setting in profile.settings}
        for index, setting in enumerate(profile.settings):
            if kind != "compliant" and index % 4 == 0:
                running[setting.name] = _other(setting.value)
        facts = _facts(profile, running, busy=kind == "drifted")
        document = judge.judge(profile, facts, settings.Declarations(), "host", today=BEGIN.date())
        document["time"] = spool.moment(BEGIN)
        wrong = documents.problems(document, "audit")
        if wrong:
            raise AssertionError(f"{name}, {kind}: {wrong}")
        yield document


def _other(value: str) -> str:
    return {"0": "1", "1": "0"}.get(value, value)


def _facts(profile: profiles.Profile, running: dict[str, str], *, busy: bool) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name in judge.needed(profile):
        value = running.get(name)
        if value is None or name.endswith("tcp_tw_recycle"):
            rows[name] = {"supported": False, "reason": "removed", "removed_in": "4.12"}
            continue
        boot = {"value": value, "source": "/etc/sysctl.d/90-linuxnet-tcp.conf:1", "shadowed": [], "loader": "systemd"}
        rows[name] = {"supported": True, "runtime": value, "persisted": value, "writable": True, "per_namespace": True, "boot": boot}
    ephemeral = {"low": 32768, "high": 60999, "size": 28232, "reserved": 0, "available": 28232, "destinations": [], "sources": []}
    return {
        "kernel": {"release": "6.18.44", "version": [6, 18, 44]},
        "sockets": {"source": "netlink", "total": 9, "states": {"LISTEN": 9}, "families": {"ipv4": {"LISTEN": 9}}},
        "ephemeral": {**ephemeral, **(copy.deepcopy(_BUSY) if busy else {})},
        "privileged": True,
        "parameters": rows,
        "boot_problems": [],
        "writers": [],
    }


def write(folder: Path, hosts: int, seed: int = 1) -> int:
    """Write a spool and return its size in bytes; without syncing every file, which would take longer than all that is measured."""
    folder.mkdir(parents=True, exist_ok=True)
    size = 0
    for record in records(hosts, seed):
        text = json.dumps(record, separators=(",", ":")) + "\n"
        (folder / spool.file_name(record["host"])).write_text(text, encoding="utf-8")
        size += len(text)
    return size


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2])), "bytes")
