# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a profile to what the schema cannot know: the catalogue, the kinds of findings, the thresholds, the calendar."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors, printable, sysctl_name, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, findings
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import NEVER_EXCUSED

# Which keywords mean something for which kind of value; any other would accept everything without a word.
_ANY = frozenset({"const", "enum", "not", "anyOf"})
_NUMBER = _ANY | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_KEYWORDS: dict[type, frozenset[str]] = {int: _NUMBER, list: _ANY | {"prefixItems", "items"}, str: _ANY | {"pattern"}}
_KIND_NAMES: dict[type, str] = {int: "an integer", list: "a list of integers", str: "a text"}


def problems(document: Mapping[str, Any], inherited: int = 0) -> Iterator[str]:
    """Yield one line for each thing that is wrong with a merged document that satisfies the schema.

    The first ``inherited`` waivers are a parent's, so that the numbers in messages are those of the child's file.
    """
    if not document["settings"]:
        yield "remove: leaves no setting; keep one"
    for name, body in document["settings"].items():
        yield from _setting_problems(f"settings.{documents.shortened(name)}", name, body)
    for name in document["thresholds"]:
        if name not in findings.THRESHOLDS:
            hint = documents.suggest(name, findings.THRESHOLDS)
            yield f"thresholds.{name}: unknown threshold{hint}; allowed: {', '.join(sorted(findings.THRESHOLDS))}"
    for index, waiver in enumerate(document["waivers"][inherited:]):
        yield from _waiver_problems(f"waivers[{index}]", waiver)


def _setting_problems(where: str, name: str, body: Mapping[str, Any]) -> Iterator[str]:
    parameter = catalogue.get(name)
    if parameter is None:
        yield _unknown_sysctl(where, name)
        return
    yield from _soften_problems(f"{where}.soften", body.get("soften", {}))
    for index, control in enumerate(body.get("control", ())):
        if "benchmark" not in control:
            yield f"{where}.control[{index}].benchmark: is missing; give it, or one benchmark for the whole profile"
    if "value" not in body:
        yield f"{where}.value: is missing; give it, since no profile that is extended has this setting"
        return
    try:
        value = sysctl_value.typed(parameter, sysctl_value.normalise(parameter, body["value"]))
    except errors.LinuxnetError as error:
        yield f"{where}.value: {error.message}"
        return
    if "accept" in body:
        yield from _accept_problems(f"{where}.accept", body["accept"], value)


def _unknown_sysctl(where: str, name: str) -> str:
    hint = documents.suggest(name, (row.name for row in catalogue.parameters()))
    return f"{where}: unknown sysctl{hint}; allowed: the keys in docs/parameters.md"


def _accept_problems(where: str, accept: Mapping[str, Any], value: object) -> Iterator[str]:
    kind = int if isinstance(value, int) else list if isinstance(value, list) else str
    idle = sorted(set(accept) - _KEYWORDS[kind])
    for keyword in idle:
        yield f"{where}.{keyword}: means nothing for {_KIND_NAMES[kind]}; allowed: {', '.join(sorted(_KEYWORDS[kind]))}"
    if isinstance(value, list) and len(accept.get("prefixItems", ())) > len(value):
        yield f"{where}.prefixItems: has {len(accept['prefixItems'])} rules for {len(value)} fields; give one for each field"
    wrong = list(_patterns(accept, where))
    yield from wrong
    if not idle and not wrong and not documents.accepts(accept, value):
        yield f"{where}: refuses the profile's own value {documents.show(value)}; change one of them"


def _patterns(accept: object, where: str) -> Iterator[str]:
    """Find patterns that are no regular expressions: asking one whether a value is accepted would raise."""
    if isinstance(accept, Mapping):
        for key, item in accept.items():
            if key == "pattern":
                try:
                    re.compile(item)
                except (re.error, RecursionError, OverflowError) as error:
                    yield f"{where}.pattern: {documents.show(item)} is no regular expression ({error}); correct it"
            elif key not in ("const", "enum"):
                yield from _patterns(item, f"{where}.{key}")
    elif isinstance(accept, list):
        for index, item in enumerate(accept):
            yield from _patterns(item, f"{where}[{index}]")


def text_problems(value: object, where: str = "") -> Iterator[str]:
    """Find texts that a terminal would obey instead of showing them, and a name that ends in a line break (``$`` lets it pass)."""
    if isinstance(value, str):
        keep = "" if where == "name" else "\n\t"
        if not printable.is_line(value, keep):
            yield f"{where}: {documents.show(value)} holds a control or a bidirectional character; write plain text"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from text_problems(item, f"{where}.{documents.shortened(key)}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from text_problems(item, f"{where}[{index}]")


def _soften_problems(where: str, soften: Mapping[str, str]) -> Iterator[str]:
    for guard in soften:
        if guard in NEVER_EXCUSED:
            yield f"{where}.{guard}: cannot be softened, since clients lose their connections; take it out"
        elif guard not in findings.KINDS:
            yield _unknown_finding(f"{where}.{guard}", guard)


def _unknown_finding(where: str, kind_id: str) -> str:
    hint = documents.suggest(kind_id, findings.KINDS)
    return f"{where}: no finding has this id{hint}; allowed: the pages in docs/findings"


def _waiver_problems(where: str, waiver: Mapping[str, Any]) -> Iterator[str]:
    kind_id = waiver.get("id")
    if kind_id is None and "setting" not in waiver:
        yield f"{where}: waives nothing; give the id of a finding, a setting, or both"
    if kind_id in NEVER_EXCUSED:
        yield f"{where}.id: {kind_id} cannot be waived, since clients lose their connections; take it out"
    elif kind_id is not None and kind_id not in findings.KINDS:
        yield _unknown_finding(f"{where}.id", kind_id)
    if "setting" in waiver:
        yield from _name_problems(f"{where}.setting", waiver["setting"])
    try:
        datetime.date.fromisoformat(waiver["expires"])
    except ValueError:
        yield f'{where}.expires: "{waiver["expires"]}" is no day of the calendar; give YYYY-MM-DD'


def _name_problems(where: str, name: str) -> Iterator[str]:
    try:
        canonical = sysctl_name.canonical(name)
    except errors.LinuxnetError as error:
        yield f"{where}: {error.message}"
        return
    if catalogue.get(canonical) is None:
        yield _unknown_sysctl(where, canonical)
