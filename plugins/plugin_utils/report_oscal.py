# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as OSCAL assessment results for tools of governance and compliance: an observation for each host, a finding for each rule.

NIST's metaschema of OSCAL 1.1.3. A rule is an objective; it is satisfied when every host was audited and none fails. A waived deviation is a
risk with an approved deviation, what fails an open risk with the remedy. UUIDs are made from names (version 5), so that the same host, rule
and risk have the same one in every report.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_oscal_parts as parts
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_spill
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Head, Rows
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_oscal_index import Index


class Oscal:
    """Write oscal.json."""

    name = "oscal"
    file_name = "oscal.json"

    def write(self, head: Head, rows: Rows, stream: TextIO) -> None:
        """Write the observations beside while hosts are listed; what findings and risks refer to is kept in the index."""
        index = Index()
        with report_spill.scratch() as observations:
            stream.write('{"assessment-results":' + _open(parts.document(head)) + ',"results":[' + _open(parts.result(head)))
            stream.write(',"local-definitions":' + _open(parts.definitions(head)))
            _write_list(stream, "inventory-items", _hosts(head, rows, index, observations))
            stream.write("}")
            if observations.tell():
                stream.write(',"observations":[\n')
                observations.seek(0)
                shutil.copyfileobj(observations, stream)
                stream.write("\n]")
        _write_list(stream, "risks", map(_referring, parts.risks(head, index)))
        _write_list(stream, "findings", map(_referring, parts.findings(head, index)))
        stream.write("}]}}\n")


def _hosts(head: Head, rows: Rows, index: Index, observations: TextIO) -> Iterator[Iterable[str]]:
    """Yield hosts as items of the inventory, and write what was observed of each."""
    between = ""
    for row in rows():
        index.add(row)
        observations.write(between + _dumped(parts.observation(head, row)))
        between = ",\n"
        yield (_dumped(parts.item(row)),)


def _write_list(stream: TextIO, name: str, found: Iterable[Iterable[str]]) -> None:
    """Write a list one row a line, a row as pieces of text; OSCAL has no empty lists, so that nothing is written without rows."""
    between = f',"{name}":[\n'
    for pieces in found:
        stream.write(between)
        stream.writelines(pieces)
        between = ",\n"
    if between == ",\n":
        stream.write("\n]")


def _referring(item: parts.Referring) -> Iterator[str]:
    """Yield a finding or risk and, one at a time, the observations that it refers to."""
    value, observations = item
    yield _open(value)
    between = ',"related-observations":['
    for observation in observations:
        yield between + _dumped({"observation-uuid": observation})
        between = ","
    yield "]}" if between == "," else "}"


def _open(value: dict[str, Any]) -> str:
    """Return a JSON object without its closing brace."""
    return _dumped(value)[:-1]


def _dumped(value: object) -> str:
    """Return JSON in ASCII, so that nothing in it steers a terminal."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("\x7f", "\\u007f")


EMITTER = Oscal()
