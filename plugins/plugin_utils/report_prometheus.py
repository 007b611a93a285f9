# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report for the textfile collector of the Prometheus node exporter: gauges over the fleet, then gauges by host.

The file lies on the controller and speaks of many hosts, so a host is a label; Prometheus's own ``instance`` is the controller's. Names have the
prefix of the collection, since ``tcp_sockets`` alone would be anybody's. No line has a time: the collector refuses such files.
"""

from __future__ import annotations

import contextlib
import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TextIO

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable, tcp_state
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_spill
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Head, Row, Rows

_PREFIX = "linuxnet_tcp_"
_SEVERITIES = ("high", "medium", "low")
Labels = Mapping[str, str]


class Sample(NamedTuple):
    """One line: the name of a metric without prefix, its labels and its value."""

    metric: str
    labels: Labels
    value: int


# All metrics are gauges. The order is that of the file; the lines of one metric stand together, as the format wants it.
FLEET = {
    "report_info": "Version of the collection that wrote this report; always 1.",
    "report_timestamp_seconds": "When this report was made, as Unix time.",
    "report_oldest_audit_timestamp_seconds": "When the oldest audit in this report was made, as Unix time.",
    "report_hosts": "Hosts by status; error hosts have no verdict.",
    "report_controls": "Controls times hosts, by status.",
    "report_findings": "Findings by severity, without those that are waived.",
    "report_findings_waived": "Findings that a waiver covers.",
    "report_drift_findings": "Findings above info compared with the baseline.",
    "report_rule_hosts": "Hosts by rule (a sysctl or a kind of finding) and status.",
}
HOSTS = {
    "host_audited": "1 where the report has a verdict on the host, 0 where it has an error.",
    "host_compliant": "1 where no finding about a setting is above info, else 0; absent where there is no verdict.",
    "host_audit_timestamp_seconds": "When the host was audited, as Unix time.",
    "host_findings": "Findings of the host by severity, without those that are waived and those of severity info.",
    "host_drift_findings": "Findings of the host above info compared with the baseline.",
    "sockets": "TCP sockets of the host by state, named as netstat does.",
}


class Prometheus:
    """Write report.prom."""

    name = "prometheus"
    file_name = "report.prom"

    def write(self, head: Head, rows: Rows, stream: TextIO) -> None:
        """Write the gauges over the fleet, and those by host beside, one metric a file, as their lines must stand together."""
        fleet = list(_fleet(head))
        for metric, text in FLEET.items():
            _family(stream, metric, text, (_line(sample) for sample in fleet if sample.metric == metric))
        with contextlib.ExitStack() as stack:
            files = {metric: stack.enter_context(report_spill.scratch()) for metric in HOSTS}
            for row in rows():
                for sample in _host(row):
                    files[sample.metric].write(_line(sample))
            for metric, text in HOSTS.items():
                files[metric].seek(0)
                _family(stream, metric, text, files[metric])


def _family(stream: TextIO, metric: str, text: str, lines: Iterable[str] | TextIO) -> None:
    """Write the lines of a metric below what it is; nothing for one without lines."""
    found = iter(lines)
    first = next(found, None)
    if first is not None:
        stream.write(f"# HELP {_PREFIX}{metric} {text}\n# TYPE {_PREFIX}{metric} gauge\n{first}")
        stream.writelines(found)


def _line(sample: Sample) -> str:
    labels = ",".join(f'{name}="{escaped(text)}"' for name, text in sample.labels.items())
    return f"{_PREFIX}{sample.metric}{f'{{{labels}}}' if labels else ''} {sample.value}\n"


def escaped(text: str) -> str:
    """Return the value of a label: two texts stay two, and nothing in it hides or steers.

    What cannot be seen becomes an escape with a backslash, and a backslash of the text two; the format then wants each of them, and quotes, escaped.
    """
    shown = str(printable.visible(text.replace("\\", "\\\\")))
    return shown.replace("\\", "\\\\").replace('"', '\\"')


def _fleet(head: Head) -> Iterator[Sample]:
    summary, run = head["summary"], head["run"]
    yield Sample("report_info", {"version": head["tool"]["version"]}, 1)
    yield Sample("report_timestamp_seconds", {}, _seconds(run["generated"]))
    if "audits" in run:
        yield Sample("report_oldest_audit_timestamp_seconds", {}, _seconds(run["audits"]["oldest"]))
    hosts, controls, found = dict(summary["hosts"]), dict(summary["controls"]), dict(summary["findings"])
    hosts.pop("total")
    yield Sample("report_findings_waived", {}, _number(found.pop("waived")))
    yield from _by("report_hosts", "status", hosts)
    yield from _by("report_controls", "status", controls)
    yield from _by("report_findings", "severity", found)
    if "drift" in summary:
        yield from _by("report_drift_findings", "change", {word: summary["drift"][word] for word in ("new", "fixed", "unchanged")})
    for rule in head["rules"]:
        yield from _by("report_rule_hosts", "status", dict(rule["counts"]), {"kind": rule["kind"], "rule": rule["id"]})


def _host(row: Row) -> Iterator[Sample]:
    host = {"host": row["host"]}
    yield Sample("host_audited", host, int(row["status"] != "error"))
    if row["status"] == "error":
        return
    yield Sample("host_compliant", host, int(row["status"] == "compliant"))
    if "time" in row:
        yield Sample("host_audit_timestamp_seconds", host, _seconds(row["time"]))
    counted: Counter[str] = Counter(finding["severity"] for finding in row["findings"] if "waived" not in finding)
    yield from _by("host_findings", "severity", {severity: counted[severity] for severity in _SEVERITIES}, host)
    if "drift" in row:
        drift = row["drift"]
        numbers = {"new": len(drift["new"]), "fixed": len(drift["fixed"]), "unchanged": len(drift["unchanged"])}
        yield from _by("host_drift_findings", "change", numbers, host)
    if "sockets" in row:
        states = row["sockets"]["states"]
        # A state without sockets is 0, not absent: a series that comes and goes cannot be drawn.
        yield from _by("sockets", "state", {**dict.fromkeys(tcp_state.STATE_NAMES, 0), **states}, host)


def _by(metric: str, label: str, counts: Mapping[str, object], labels: Labels | None = None) -> Iterator[Sample]:
    for word, count in counts.items():
        yield Sample(metric, {**(labels or {}), label: word}, _number(count))


def _number(count: object) -> int:
    return count if isinstance(count, int) else 0


def _seconds(moment: str) -> int:
    """Return Unix time of a moment as documents have it."""
    return int(datetime.datetime.fromisoformat(moment).timestamp())


EMITTER = Prometheus()
