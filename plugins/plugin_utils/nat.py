# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weigh a host's evidence of NAT together with what the operator declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import nat, nat_evidence
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.host_facts import HostFacts

Row = Mapping[str, Any]


def evidence(host: HostFacts) -> Sequence[Row]:
    """Return the rows of evidence; the counters alone speak where the host was asked by an older collection."""
    gathered = host.facts.get("nat")
    if gathered is not None:
        rows: Sequence[Row] = gathered["evidence"]
        return rows
    counters = host.facts.get("counters", {}).get("netstat", {}).get("TcpExt")
    made: list[Row] = nat_evidence.of_counters(None, counters, 0)
    return made


def verdicts(host: HostFacts, declared: str) -> dict[str, Row]:
    """Return {question: {verdict, reasons}}; ``declared`` speaks of the clients' NAT."""
    made: dict[str, Row] = nat.verdicts(evidence(host), declared)
    return made


def of_clients(host: HostFacts) -> list[str]:
    """Return the details of what was seen of NAT between clients and this host."""
    return [str(row["detail"]) for row in evidence(host) if row["question"] == nat.CLIENTS]


def part(host: HostFacts, declared: str) -> dict[str, Any]:
    """Return ``nat`` of the audit document, in a mapping that is empty where the host did not look for NAT."""
    gathered = host.facts.get("nat")
    return {} if gathered is None else {"nat": {"verdicts": verdicts(host, declared), **gathered}}


def clients_refuse(host: HostFacts, declared: str) -> str | None:
    """Return why clients have to be taken for translated: nat_evidence, nat_unknown or nat_present; None where NAT is declared absent."""
    if not nat.has_to_be_assumed(verdicts(host, declared)[nat.CLIENTS]):
        return None
    return "nat_evidence" if of_clients(host) else f"nat_{declared}"
