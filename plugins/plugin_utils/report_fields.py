# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take fields out of documents that may have been changed since they were checked, and raise ``Broken`` for what is of another kind.

Checking every document of a fleet against the whole schema takes longer than everything else that a report does; what a report takes over is
checked here, and the rest is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.spool import Broken, is_moment

Item = TypeVar("Item")
Fields = Mapping[str, Any]


def text(fields: Fields, name: str) -> str:
    """Return a string."""
    return _of(fields, name, str, "text")


def flag(fields: Fields, name: str) -> bool:
    """Return a boolean."""
    return _of(fields, name, bool, "true or false")


def mapping(fields: Fields, name: str) -> dict[str, Any]:
    """Return a mapping."""
    return _of(fields, name, dict, "a mapping")


def rows(fields: Fields, name: str) -> list[dict[str, Any]]:
    """Return a list of mappings."""
    found = _of(fields, name, list, "a list")
    if not all(isinstance(row, dict) for row in found):
        raise _broken(name, found, "a list of mappings")
    return found


def texts(fields: Fields, name: str) -> list[str]:
    """Return a list of strings that is not empty."""
    found = _of(fields, name, list, "a list")
    if not found or not all(isinstance(row, str) for row in found):
        raise _broken(name, found, "a list of texts")
    return found


def word(fields: Fields, name: str, allowed: Sequence[str]) -> Any:
    """Return a string that is one of those allowed."""
    found = fields.get(name)
    if found not in allowed:
        raise _broken(name, found, "one of " + ", ".join(allowed))
    return found


def time(fields: Fields, name: str) -> str:
    """Return a moment in UTC as this collection writes it: 2026-11-29T05:22:43Z."""
    found = text(fields, name)
    if not is_moment(found):
        raise _broken(name, found, "a time such as 2026-11-29T05:22:43Z")
    return found


def count(fields: Fields, name: str) -> int:
    """Return a whole number from 0 on."""
    return _counted(name, fields.get(name))


def counts(fields: Fields, name: str) -> dict[str, int]:
    """Return a mapping of whole numbers from 0 on."""
    return {key: _counted(f"{name}.{key}", number) for key, number in mapping(fields, name).items()}


def given(fields: Fields, **readers: Callable[[Fields, str], Any]) -> dict[str, Any]:
    """Return those of the fields that are there, each read by its reader."""
    return {name: reader(fields, name) for name, reader in readers.items() if name in fields}


def _counted(name: str, found: object) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise _broken(name, found, "a whole number from 0 on")
    return found


def _of(fields: Fields, name: str, kind: type[Item], said: str) -> Item:
    found = fields.get(name)
    if not isinstance(found, kind):
        raise _broken(name, found, said)
    return found


def _broken(name: str, found: object, said: str) -> Broken:
    return Broken(f"{name} is {printable.show(found)}, not {said}")
