# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load profiles: what a kind of host should be set to, what else is accepted, and why.

A profile is shipped with the collection (``profiles/<name>.yml``), a YAML file of the operator's, or a mapping given
in the playbook; it may extend another one. docs/profiles.md describes the format, schemas/profile.schema.json checks it.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors, sysctl_name, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, profile_chain, profile_files
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_files import SHIPPED, read_yaml, shipped
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import Control, InvalidProfile, Profile, Setting, Waiver, When

__all__ = [
    "SHIPPED", "Control", "InvalidProfile", "Profile", "Setting", "Waiver", "When", "load", "parse", "read_yaml", "shipped",
]  # fmt: skip


def load(given: object, folders: Sequence[Path]) -> Profile:
    """Load a profile by the name of a shipped one, by the path of a YAML file, or from a mapping.

    Text with a ``/`` or ending in .yml or .yaml is a path, looked for in ``folders`` in turn when relative; other text is a name.
    Raises InvalidProfile naming every problem, InvalidInput when there is no such profile, SourceUnavailable without jsonschema.
    """
    documents.require_jsonschema()
    if isinstance(given, Mapping):
        return parse(given, "profile", folders)
    if not isinstance(given, str) or not given.strip():
        wanted = f"give a name ({', '.join(shipped())}), a path or a mapping"
        raise errors.InvalidInput(f"profile: {documents.show(given)} is no profile; {wanted}")
    path = profile_files.find(given.strip(), folders)
    return _of_collection(path) if path.parent == SHIPPED else _from_file(path, folders)


def warm() -> None:
    """Load the collection's own profiles. Raises SourceUnavailable without jsonschema."""
    for name in shipped():
        load(name, ())


@functools.cache
def _of_collection(path: Path) -> Profile:
    """Load a shipped profile, which extends shipped ones alone and stays as it is for as long as a process lives."""
    return _from_file(path, ())


def _from_file(path: Path, folders: Sequence[Path]) -> Profile:
    label = profile_files.label(path)
    return _typed(profile_chain.resolve(read_yaml(path, label), label, [path.parent, *folders], (path.resolve(),)))


def parse(given: object, label: str, folders: Sequence[Path] = ()) -> Profile:
    """Check a profile document and return it typed; raise InvalidProfile with one line per problem.

    A relative path in ``extends`` is looked for in ``folders``.
    """
    return _typed(profile_chain.resolve(given, label, folders))


def _typed(document: Mapping[str, Any]) -> Profile:
    settings = {
        name: {**body, "value": sysctl_value.normalise(catalogue.get(name), body["value"])} for name, body in document["settings"].items()
    }
    said = json.dumps({**document, "settings": settings}, sort_keys=True, ensure_ascii=False)
    return Profile(
        name=document["name"],
        title=document.get("title", document["name"]),
        settings=tuple(_setting(name, body) for name, body in settings.items()),
        version=document.get("version", ""),
        thresholds=document["thresholds"],
        waivers=tuple(_waiver(row) for row in document["waivers"]),
        digest=f"sha256:{hashlib.sha256(said.encode()).hexdigest()}",
    )


def _setting(name: str, body: Mapping[str, Any]) -> Setting:
    return Setting(
        name=name,
        value=body["value"],
        accept=body.get("accept", {"const": sysctl_value.typed(catalogue.get(name), body["value"])}),
        severity=body.get("severity", "medium"),
        why=body.get("why", ""),
        source=body.get("source", ""),
        caveat=body.get("caveat", ""),
        when=_when(body.get("when", {})),
        soften=body.get("soften", {}),
        control=tuple(Control(row["benchmark"], row["id"], row.get("title", "")) for row in body.get("control", ())),
    )


def _when(body: Mapping[str, Any]) -> When:
    lists = {key: tuple(body.get(key, ())) for key in ("workload", "not_workload")}
    return When(kernel=body.get("kernel", ""), namespaced=body.get("namespaced"), exists=body.get("exists", False), **lists)


def _waiver(row: Mapping[str, Any]) -> Waiver:
    return Waiver(
        reason=row["reason"],
        expires=datetime.date.fromisoformat(row["expires"]),
        id=row.get("id", ""),
        setting=sysctl_name.canonical(row["setting"]) if "setting" in row else "",
        hosts=tuple(row.get("hosts", ())),
    )
