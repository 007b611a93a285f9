# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make up a report over a fleet that does not exist: the same numbers each time, for tests, measurements and pictures."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_tally

Row = dict[str, Any]

TIME = "2026-11-29T05:%02d:%02dZ"
KERNELS = ("6.18.44", "6.12.94", "6.1.0-28-amd64", "5.14.0-503.el9.x86_64")
ROLES = ("web", "db", "cache", "proxy", "queue", "batch")
SITES = ("north", "south", "lab")
DIGEST = "sha256:" + "5ab1" * 16
PROFILES = {"web": "web_server", "proxy": "reverse_proxy", "db": "database_client"}
BENCHMARK = "CIS Debian 12 v1.1.0"
# name, wanted, what a host that fails has, severity, control, share of the hosts that fail
SETTINGS = (
    ("net.ipv4.tcp_syncookies", "1", "0", "medium", "3.3.10", 0.01),
    ("net.ipv4.tcp_tw_reuse", "1", "2", "medium", "", 0.12),
    ("net.ipv4.tcp_max_tw_buckets", "262144", "5000", "medium", "", 0.03),
    ("net.ipv4.tcp_keepalive_time", "1200", "7200", "low", "", 0.09),
    ("net.ipv4.ip_local_port_range", "1024 65000", "32768 60999", "low", "", 0.06),
    ("net.ipv4.tcp_fin_timeout", "60", "10", "low", "", 0.02),
    ("net.core.somaxconn", "4096", "128", "medium", "", 0.05),
    ("net.ipv4.tcp_max_syn_backlog", "8192", "1024", "low", "", 0.04),
    ("net.ipv4.tcp_timestamps", "1", "0", "medium", "", 0.004),
    ("net.ipv4.tcp_tw_recycle", "0", "1", "high", "", 0.0),
    ("net.ipv4.conf.all.rp_filter", "1", "0", "medium", "3.3.7", 0.02),
    ("net.ipv4.conf.default.rp_filter", "1", "0", "medium", "3.3.7", 0.02),
    ("net.ipv4.conf.all.send_redirects", "0", "1", "medium", "3.3.2", 0.03),
    ("net.ipv4.conf.default.send_redirects", "0", "1", "medium", "3.3.2", 0.03),
    ("net.ipv4.conf.all.accept_redirects", "0", "1", "medium", "3.3.5", 0.02),
    ("net.ipv4.conf.default.accept_redirects", "0", "1", "medium", "3.3.5", 0.02),
    ("net.ipv4.conf.all.secure_redirects", "0", "1", "low", "3.3.6", 0.07),
    ("net.ipv4.conf.default.secure_redirects", "0", "1", "low", "3.3.6", 0.07),
    ("net.ipv4.conf.all.accept_source_route", "0", "1", "high", "3.3.8", 0.004),
    ("net.ipv4.conf.default.accept_source_route", "0", "1", "high", "3.3.8", 0.004),
    ("net.ipv4.conf.all.log_martians", "1", "0", "low", "3.3.9", 0.08),
    ("net.ipv4.conf.default.log_martians", "1", "0", "low", "3.3.9", 0.08),
    ("net.ipv4.icmp_echo_ignore_broadcasts", "1", "0", "medium", "3.3.4", 0.005),
    ("net.ipv4.icmp_ignore_bogus_error_responses", "1", "0", "low", "3.3.3", 0.005),
    ("net.ipv4.tcp_rfc1337", "1", "0", "low", "", 0.05),
    ("net.ipv4.tcp_sack", "1", "0", "low", "", 0.01),
    ("net.ipv4.tcp_window_scaling", "1", "0", "high", "", 0.002),
    ("net.ipv4.tcp_slow_start_after_idle", "0", "1", "low", "", 0.06),
    ("net.ipv4.tcp_syn_retries", "4", "6", "low", "", 0.03),
    ("net.ipv4.tcp_orphan_retries", "2", "0", "low", "", 0.03),
)
WHYS = {"net.ipv4.tcp_tw_reuse": "New outgoing connections may take over sockets that are still in TIME_WAIT."}
SEVERITIES = ("info", "low", "medium", "high")


def rows(count: int, *, seed: int = 1, observed: int = 5, baseline: bool = True) -> Iterator[Row]:
    """Yield the rows of ``count`` hosts, by name; the first ``observed`` hosts with much traffic have samples."""
    chance = random.Random(seed)
    width = max(2, len(str(count // len(ROLES))))
    names = sorted(f"{ROLES[place % len(ROLES)]}-{place // len(ROLES):0{width}}.{SITES[place % 3]}.example" for place in range(count))
    for name in names:
        row = _error(name, chance) if chance.random() < 0.012 else _audited(name, chance, baseline)
        if observed and row.get("sockets", {}).get("states", {}).get("TIME_WAIT", 0) > 5000:
            observed, row = observed - 1, {**row, "samples": _samples(row, chance)}
        yield row


def _time(chance: random.Random) -> str:
    return TIME % (chance.randrange(10, 23), chance.randrange(60))


def _error(name: str, chance: random.Random) -> Row:
    kind, message = chance.choice(
        (
            ("unreachable", f"Failed to connect to the host via ssh: connect to host {name} port 22: Connection timed out"),
            ("unreachable", f"Failed to connect to the host via ssh: connect to host {name} port 22: No route to host"),
            ("failed", "The module audit failed: no Python interpreter was found on the host; install python3"),
            ("stale", "no audit since 2026-11-20T04:12:09Z"),
        )
    )
    return {
        "host": name,
        "status": "error",
        "error": {"kind": kind, "message": message},
        "time": _time(chance),
        "controls": [],
        "findings": [],
    }


def _audited(name: str, chance: random.Random, baseline: bool) -> Row:
    # Some hosts were never tuned, most were.
    untuned = 4.0 if chance.random() < 0.06 else 0.4
    controls, findings = [], []
    for setting in SETTINGS:
        control, finding = _judged(setting, chance.random() < setting[5] * untuned, chance)
        controls.append(control)
        findings += [finding] if finding else []
    sockets = _sockets(name, chance)
    findings += _traffic(sockets["states"], chance)
    findings.sort(key=lambda item: -SEVERITIES.index(item["severity"]))
    bad = any(item["concerns"] == "setting" and item["severity"] != "info" and "waived" not in item for item in findings)
    row: Row = {
        "host": name,
        "status": "noncompliant" if bad else "compliant",
        "time": _time(chance),
        "profile": PROFILES.get(name.partition("-")[0], "network_hardening"),
        "profile_version": "1.0.0",
        "profile_digest": DIGEST,
        "kernel": chance.choice(KERNELS),
        "nat": {"own_address": "possible", "clients": "declared_absent", "translates": "possible"},
        "sockets": sockets,
        "controls": controls,
        "findings": findings,
    }
    return {**row, **_since(row, chance)} if baseline else row


def _judged(setting: tuple[str, str, str, str, str, float], fails: bool, chance: random.Random) -> tuple[Row, Row | None]:
    name, wanted, other, severity, control_id, _share = setting
    control: Row = {"id": name, "status": "pass", "wanted": wanted, "running": wanted, "boot": wanted, "severity": severity}
    if control_id:
        control["benchmark"] = [{"benchmark": BENCHMARK, "id": control_id}]
    if name == "net.ipv4.tcp_tw_recycle":
        control = {**control, "status": "not_applicable", "reason": "removed from this kernel", "finding": "setting-removed"}
        del control["running"], control["boot"]
        removed = _finding(
            "setting-removed", "info", f"{name} was removed in Linux 4.12", {"removed_in": "4.12"}, "Nothing to do on this host."
        )
        return control, {**removed, "parameter": name}
    if not fails:
        return control, None
    control |= {"status": "fail", "running": other, "finding": "setting-differs", "boot": chance.choice((other, other, wanted))}
    evidence = {"running": other, "boot": control["boot"], "wanted": wanted, "source": "/etc/sysctl.d/99-local.conf:3"}
    finding = {
        **_finding("setting-differs", severity, f"{name} is {other}, wanted {wanted}", evidence, "Run the role linuxnet.tcp.tune."),
        "parameter": name,
    }
    if chance.random() < 0.15:
        waived = {"reason": "agreed with the owners of the service, ticket 4711", "expires": "2027-03-31"}
        control, finding = {**control, "status": "waived", "waived": waived}, {**finding, "waived": waived}
    return control, finding


def _finding(kind: str, severity: str, title: str, evidence: Row, remedy: str, concerns: str = "setting") -> Row:
    return {"id": kind, "severity": severity, "concerns": concerns, "title": title, "evidence": evidence, "remedy": remedy}


def _sockets(name: str, chance: random.Random) -> Row:
    busy = {"web": 700, "proxy": 1500, "db": 120}.get(name.partition("-")[0], 40)

    def draw(middle: float, spread: float) -> int:
        return int(middle * math.exp(chance.gauss(0, spread)))

    states = {
        "ESTABLISHED": draw(busy, 0.6),
        "LISTEN": chance.randrange(3, 14),
        "TIME_WAIT": draw(busy * 0.8, 1.3),
        "CLOSE_WAIT": draw(160, 0.7) if chance.random() < 0.02 else chance.choice((0, 0, 0, 1, 2, 5)),
        "FIN_WAIT2": draw(busy * 0.02, 1),
        "SYN_RECV": chance.choice((0, 0, 1, 3)),
        "LAST_ACK": chance.choice((0, 0, 0, 2)),
    }
    return {"total": sum(states.values()), "states": {state: number for state, number in sorted(states.items()) if number}}


def _traffic(states: dict[str, int], chance: random.Random) -> Iterator[Row]:
    waiting = states.get("TIME_WAIT", 0)
    if waiting > 14000:
        used = min(28000, waiting)
        evidence = {
            "available": 28232,
            "destinations": [
                {
                    "source": "192.0.2.10",
                    "destination": "192.0.2.20",
                    "port": 5432,
                    "used": used,
                    "headroom_percent": round(100 - used / 282.32, 1),
                }
            ],
        }
        title = f"{round(used / 282.32)} % of the ephemeral ports to 192.0.2.20:5432 are in use"
        found = _finding(
            "ephemeral-ports-near-exhaustion",
            "high",
            title,
            evidence,
            "Keep connections open (a pool), then set net.ipv4.tcp_tw_reuse to 1.",
            "traffic",
        )
        yield {
            **found,
            "will_not_help": ["net.ipv4.tcp_fin_timeout: it has nothing to do with TIME_WAIT", "a lower net.ipv4.tcp_max_tw_buckets"],
        }
    elif waiting > 3000:
        title = f"{waiting:,} sockets in TIME_WAIT on ports that something listens on"
        yield _finding(
            "time-wait-on-listeners",
            "info",
            title,
            {"port": 443, "time_wait": waiting},
            "Nothing: they take little memory and no port.",
            "traffic",
        )
    if states.get("CLOSE_WAIT", 0) > 50:
        count = states["CLOSE_WAIT"]
        evidence = {
            "processes": [{"pid": chance.randrange(400, 9000), "comm": "java", "count": count}],
            "oldest_seconds": chance.randrange(90, 90000),
        }
        yield _finding(
            "close-wait-leak",
            "medium",
            f"java holds {count} sockets that the far side has closed",
            evidence,
            "Close the sockets in the program; restart it meanwhile.",
            "traffic",
        )
    if chance.random() < 0.01:
        rate = round(chance.uniform(1, 9), 1)
        evidence = {"rate": rate, "listeners": [{"address": "0.0.0.0", "port": 8080, "queued": 129, "backlog": 128}]}
        severity = "high" if rate >= 5 else "medium"
        yield _finding(
            "accept-queue-overflow",
            severity,
            f"{rate} connections a second find the queue full",
            evidence,
            "Raise the backlog of the program and net.core.somaxconn.",
            "traffic",
        )


def _since(row: Row, chance: random.Random) -> Row:
    keys = sorted(
        f"{item['id']}:{item['parameter']}" if "parameter" in item else item["id"] for item in row["findings"] if item["severity"] != "info"
    )
    new = [key for key in keys if chance.random() < 0.2]
    fixed = ["setting-differs:net.ipv4.tcp_tw_reuse"] if chance.random() < 0.1 else []
    before: Row = {"time": "2026-11-22T05:20:00Z", "sockets": _sockets(row["host"], chance)}
    changed = {key.partition(":")[2]: "0" for key in new if ":" in key}
    return {
        "drift": {"new": new, "fixed": fixed, "unchanged": [key for key in keys if key not in new]},
        "before": {**before, "running": changed} if changed else before,
    }


def _samples(row: Row, chance: random.Random, count: int = 60) -> Row:
    seconds = [float(5 * place) for place in range(count)]
    wave = [0.55 + 0.45 * math.sin(place / 9) ** 2 for place in range(count)]
    states = {
        name: [int(number * part * chance.uniform(0.97, 1)) for part in wave]
        for name, number in row["sockets"]["states"].items()
        if name != "LISTEN"
    }
    rates = {
        "Tcp.PassiveOpens": [0.0, *(round(320 * part * chance.uniform(0.9, 1), 1) for part in wave[1:])],
        "TcpExt.ListenOverflows": [0.0, *(round(max(0.0, 9 * part - 6), 1) for part in wave[1:])],
    }
    total = [sum(column[place] for column in states.values()) for place in range(count)]
    return {"time": "2026-11-29T05:00:00Z", "seconds": seconds, "total": total, "states": states, "rates": rates}


def head(rows: Iterable[Row], title: str = "Weekly audit of the example fleet") -> Row:
    """Return the head of the report over these rows, counted as a real one is."""
    tally, drifts = report_tally.Tally(), False
    for row in rows:
        drift = row.get("drift")
        drifts = drifts or drift is not None
        tally.add(row, WHYS, {**{name: len(keys) for name, keys in drift.items()}, "compared": 1} if drift else {})
    return {
        "schema_version": 1,
        "tool": {"name": "linuxnet.tcp", "version": "1.0.0"},
        "run": {
            "generated": "2026-11-29T05:23:00Z",
            "title": title,
            **({"audits": {"oldest": tally.oldest, "newest": tally.newest}} if tally.oldest else {}),
            **({"baseline": {"generated": "2026-11-22T05:23:00Z", "file": "report.json"}} if drifts else {}),
        },
        "profiles": tally.profiles(),
        "summary": tally.summary(with_drift=drifts),
        "rules": tally.rules(),
    }
