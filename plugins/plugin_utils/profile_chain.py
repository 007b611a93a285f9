# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put a profile together from those that it extends: parents first, and what the child says wins."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, sysctl_name
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, profile_checks, profile_files
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import InvalidProfile

Document = dict[str, Any]
# Nobody can tell any more what holds when one file extends another that extends another ...
MAX_FILES = 5
_OWN = ("name", "title", "description", "version", "source")


def resolve(given: object, label: str, folders: Sequence[Path], above: tuple[Path, ...] = ()) -> Document:
    """Return a checked profile document without ``extends``: canonical names, parents merged in.

    A relative path in ``extends`` is looked for in ``folders``; ``above`` holds the files on the way down to this one. Each file of the
    chain must be a valid profile by itself. Raises InvalidProfile with one line per problem.
    """
    document = _plain(given, label)
    _refuse(label, documents.problems(document, "profile"))
    _refuse(label, list(profile_checks.text_problems(document)))
    settings, found = _canonical(document.get("settings", {}))
    parent = _parent(document, label, folders, above)
    found += _removal_problems(document, parent)
    merged = _merge(parent, document, settings)
    _refuse(label, [*found, *profile_checks.problems(merged, len(parent.get("waivers", ())))])
    return merged


def _refuse(label: str, found: list[str]) -> None:
    if found:
        raise InvalidProfile(label, found)


def _plain(given: object, label: str) -> Any:
    try:
        document = documents.plain(given)
    except errors.InvalidInput as error:
        raise InvalidProfile(label, [error.message]) from error
    if isinstance(document, dict) and isinstance(document.get("waivers"), list):
        document["waivers"] = [_with_text_date(waiver) for waiver in document["waivers"]]
    return document


def _with_text_date(waiver: Any) -> Any:
    """Return a waiver whose day is text: YAML makes a date of 2027-01-31 unless it is quoted."""
    day: Any = waiver.get("expires") if isinstance(waiver, dict) else None
    whole = isinstance(day, datetime.date) and not isinstance(day, datetime.datetime)
    return {**waiver, "expires": day.isoformat()} if whole else waiver


def _canonical(settings: Mapping[str, Any]) -> tuple[Document, list[str]]:
    """Return the settings by canonical name, and what is wrong with the names."""
    named: dict[str, str] = {}
    bodies: Document = {}
    found = []
    for name, body in settings.items():
        try:
            canonical = sysctl_name.canonical(name)
        except errors.LinuxnetError as error:
            found.append(f"settings.{documents.shortened(name)}: {error.message}")
            continue
        if canonical in named:
            found.append(f"settings.{documents.shortened(name)}: is the same key as {named[canonical]}; keep one of them")
        named[canonical], bodies[canonical] = name, body
    return bodies, found


def _parent(document: Document, label: str, folders: Sequence[Path], above: tuple[Path, ...]) -> Document:
    text = document.get("extends")
    if text is None:
        return {}
    try:
        path = profile_files.find(text, folders, "extends")
    except errors.InvalidInput as error:
        raise InvalidProfile(label, [error.message]) from error
    chain = (*above, path.resolve())
    shown = " -> ".join(profile_files.label(step) for step in chain)
    if chain[-1] in above:
        raise InvalidProfile(label, [f"extends: {shown} is a circle; take one of these extends out"])
    if len(chain) > MAX_FILES:
        raise InvalidProfile(label, [f"extends: {shown} are more than {MAX_FILES} files; merge some of them"])
    called = profile_files.label(path)
    return resolve(profile_files.read_yaml(path, called), called, [path.parent, *folders], chain)


def _removal_problems(document: Document, parent: Document) -> Iterator[str]:
    if "remove" in document and not parent:
        yield "remove: there is nothing to remove from; give extends too"
        return
    for index, name in enumerate(document.get("remove", ())):
        if _spelled(name) not in parent["settings"]:
            hint = documents.suggest(name, parent["settings"])
            yield f'remove[{index}]: "{name}" is no setting of {document["extends"]}{hint}; allowed: the names of its settings'


def _spelled(name: str) -> str:
    try:
        return str(sysctl_name.canonical(name))
    except errors.LinuxnetError:
        return name


def _merge(parent: Document, document: Document, settings: Document) -> Document:
    gone = {_spelled(name) for name in document.get("remove", ())}
    kept = {name: body for name, body in parent.get("settings", {}).items() if name not in gone}
    benchmark = document.get("benchmark")
    own = {name: _override(kept.get(name, {}), _with_benchmark(body, benchmark)) for name, body in settings.items()}
    return {
        **{key: document[key] for key in _OWN if key in document},
        "settings": {**kept, **own},
        "thresholds": {**parent.get("thresholds", {}), **document.get("thresholds", {})},
        "waivers": [*parent.get("waivers", ()), *document.get("waivers", ())],
    }


def _override(inherited: Mapping[str, Any], body: Mapping[str, Any]) -> Document:
    """Return a setting in which the child's fields win; another value does not keep what the parent accepted beside its own."""
    kept = {key: value for key, value in inherited.items() if not (key == "accept" and "value" in body)}
    return {**kept, **body}


def _with_benchmark(body: Mapping[str, Any], benchmark: str | None) -> Document:
    """Return a setting whose controls name their benchmark themselves, so that it stays theirs in a child."""
    if benchmark is None or "control" not in body:
        return dict(body)
    return {**body, "control": [{"benchmark": benchmark, **control} for control in body["control"]]}
