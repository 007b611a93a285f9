# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut what is too long for a page that thousands of hosts share, and say at the place that it was cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable

NAME, TEXT = 200, 1200
# Rows of a list, keys of a mapping, levels.
_ROWS, _KEYS, _LEVELS = 12, 40, 8


def text(value: str, limit: int = TEXT) -> str:
    """Return the text, or its beginning and how long it was; ``limit`` is in characters."""
    return value if len(value) <= limit else f"{value[:limit]}… [cut: {len(value):,} characters]"


def seen(value: str, limit: int = TEXT, keep: str = "") -> str:
    """Return text that shows what it holds: cut, with escapes for characters that hide or reorder others."""
    return str(printable.visible(text(value, limit), keep))


def deep(value: Any, limit: int = TEXT, *, rows: int | None = _ROWS, keys: int | None = _KEYS, levels: int = _LEVELS) -> Any:
    """Return a JSON value whose texts, lists (``rows``) and mappings (``keys``) are cut; what was left out is said where it stood."""
    if isinstance(value, str):
        return text(value, limit)
    if not isinstance(value, (Mapping, Sequence)):
        return value
    if not levels:
        return f"… [cut: {len(value):,} inside]"

    def inside(item: Any) -> Any:
        return deep(item, limit, rows=rows, keys=keys, levels=levels - 1)

    if isinstance(value, Mapping):
        return _mapping(value, keys, inside)
    return _list(value, rows, inside)


def _mapping(value: Mapping[str, Any], most: int | None, inside: Callable[[Any], Any]) -> dict[str, Any]:
    kept = {text(name, NAME): inside(item) for name, item in islice(value.items(), most)}
    return kept if len(value) <= len(kept) else {**kept, "…": f"[cut: {len(value):,} keys]"}


def _list(value: Sequence[Any], most: int | None, inside: Callable[[Any], Any]) -> list[Any]:
    kept = [inside(item) for item in value[:most]]
    return kept if len(value) <= len(kept) else [*kept, f"… [cut: {len(value):,} rows]"]
