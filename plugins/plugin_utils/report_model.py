# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what a report over a fleet holds (schemas/report.schema.json), and what writes it in another format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO, TypedDict

if TYPE_CHECKING:
    # Python 3.10 has it not: ansible-test of ansible-core 2.16 imports controller code there too, although nothing of it is run there.
    from typing import NotRequired

SCHEMA_VERSION = 1
STATUSES = ("pass", "fail", "not_applicable", "waived", "error")
ERROR_KINDS = ("unreachable", "failed", "missing", "stale", "broken")

Status = Literal["pass", "fail", "not_applicable", "waived", "error"]
Severity = Literal["high", "medium", "low", "info"]
HostStatus = Literal["compliant", "noncompliant", "error"]


class Waived(TypedDict):
    """Why a deviation is accepted, and the last day on which it is (YYYY-MM-DD)."""

    reason: str
    expires: str


class Benchmark(TypedDict):
    """A control of a compliance benchmark, by its id there."""

    benchmark: str
    id: str
    title: NotRequired[str]


class Control(TypedDict):
    """One setting of the profile on one host; ``reason`` is there unless it passes or fails by its value alone.

    ``finding`` is the id of the finding that says more of it, ``severity`` that of the finding where it fails, else the profile's.
    """

    id: str
    status: Status
    wanted: str
    reason: NotRequired[str]
    running: NotRequired[str]
    boot: NotRequired[str]
    severity: NotRequired[Severity]
    benchmark: NotRequired[list[Benchmark]]
    waived: NotRequired[Waived]
    finding: NotRequired[str]


class Finding(TypedDict):
    """A finding as the audit has it."""

    id: str
    severity: Severity
    concerns: Literal["setting", "traffic", "boot"]
    title: str
    evidence: dict[str, Any]
    remedy: str
    will_not_help: NotRequired[list[str]]
    parameter: NotRequired[str]
    waived: NotRequired[Waived]


class HostError(TypedDict):
    """Why a host has no verdict."""

    kind: Literal["unreachable", "failed", "missing", "stale", "broken"]
    message: str


class Sockets(TypedDict):
    """TCP sockets by state, named as netstat(8) does; a state without sockets is absent."""

    total: int
    states: dict[str, int]


class Drift(TypedDict):
    """Keys of findings above info, compared with the baseline: ``<finding id>`` or ``<finding id>:<parameter>``."""

    new: list[str]
    fixed: list[str]
    unchanged: list[str]


class Before(TypedDict):
    """The host in the baseline: its sockets, and the running values that were others then."""

    time: NotRequired[str]
    sockets: NotRequired[Sockets]
    running: NotRequired[dict[str, str]]


class Samples(TypedDict):
    """What observe saw: columns of one length. ``seconds`` count from ``time``; ``rates`` are rises per second since the sample before."""

    time: str
    seconds: list[float]
    total: list[int]
    states: dict[str, list[int]]
    rates: dict[str, list[float]]


class Row(TypedDict):
    """One host. With the status ``error`` there is ``error``, and ``controls`` and ``findings`` are empty."""

    host: str
    status: HostStatus
    controls: list[Control]
    findings: list[Finding]
    error: NotRequired[HostError]
    time: NotRequired[str]
    profile: NotRequired[str]
    profile_version: NotRequired[str]
    profile_digest: NotRequired[str]
    kernel: NotRequired[str]
    nat: NotRequired[dict[str, str]]
    sockets: NotRequired[Sockets]
    drift: NotRequired[Drift]
    before: NotRequired[Before]
    samples: NotRequired[Samples]


class Tool(TypedDict):
    """What made the report."""

    name: str
    version: str


class Baseline(TypedDict):
    """The earlier report that this one is compared with; ``file`` is its name without folders."""

    generated: str
    file: str


class Audits(TypedDict):
    """When the oldest and the newest audit of the report were made."""

    oldest: str
    newest: str


class Run(TypedDict):
    """When and from what the report was made; nothing else in a report changes when the same spool is reported again."""

    generated: str
    title: NotRequired[str]
    audits: NotRequired[Audits]
    baseline: NotRequired[Baseline]


class Profile(TypedDict):
    """A profile by which hosts were judged."""

    name: str
    hosts: int
    version: NotRequired[str]
    digest: NotRequired[str]


class HostCounts(TypedDict):
    """Hosts by status."""

    total: int
    compliant: int
    noncompliant: int
    error: int


# ``pass`` is a keyword, hence the other spelling of a TypedDict.
StatusCounts = TypedDict("StatusCounts", {"pass": int, "fail": int, "not_applicable": int, "waived": int, "error": int})
RuleCounts = TypedDict("RuleCounts", {"pass": int, "fail": int, "info": int, "not_applicable": int, "waived": int, "error": int})


class FindingCounts(TypedDict):
    """Findings by severity, those that are waived apart."""

    high: int
    medium: int
    low: int
    info: int
    waived: int


class DriftCounts(TypedDict):
    """Findings compared with the baseline; hosts that both reports audited, that only this one has, and that only the baseline has."""

    new: int
    fixed: int
    unchanged: int
    compared: int
    added: int
    gone: int


class Summary(TypedDict):
    """Counts over all hosts."""

    hosts: HostCounts
    controls: StatusCounts
    findings: FindingCounts
    drift: NotRequired[DriftCounts]


class Rule(TypedDict):
    """A setting or a kind of finding, over all hosts; ``counts`` are hosts, each once, that were judged by it.

    Of a finding, ``fail`` are hosts that have it above info and not waived, ``info`` those that have it as info alone, ``pass`` those without.
    ``severity`` is the highest that was seen. ``remedy`` and ``will_not_help`` are those of the first host that has it.
    """

    id: str
    kind: Literal["setting", "finding"]
    title: str
    severity: Severity
    counts: RuleCounts
    concerns: NotRequired[Literal["setting", "traffic", "boot"]]
    wanted: NotRequired[list[str]]
    why: NotRequired[str]
    controls: NotRequired[list[Benchmark]]
    remedy: NotRequired[str]
    will_not_help: NotRequired[list[str]]


class Head(TypedDict):
    """A report without its hosts."""

    schema_version: int
    tool: Tool
    run: Run
    profiles: list[Profile]
    summary: Summary
    rules: list[Rule]


class Report(Head):
    """A whole report; only for tests and small fleets, as it holds every host."""

    hosts: list[Row]


# Each call reads all rows anew, one at a time and ordered by host name.
Rows = Callable[[], Iterator[Row]]


class Emitter(Protocol):
    """Write a report in one format. Rows are read one at a time and as often as needed; never keep them all.

    ``stream`` is a text stream in UTF-8 that translates no newlines. Text in rows is from strangers: any character but NUL and
    lone surrogates may stand in host names, values and findings.
    """

    name: str
    file_name: str

    def write(self, head: Head, rows: Rows, stream: TextIO) -> None:
        """Write the whole file."""
