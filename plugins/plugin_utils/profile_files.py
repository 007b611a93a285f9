# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the files of profiles and read them strictly."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.profile_model import InvalidProfile

SHIPPED = documents.COLLECTION / "profiles"
_SUFFIXES = (".yml", ".yaml")
# A profile of every key in the catalogue, each with its reasons, has about a tenth of this.
_MAX_BYTES = 2**20
# What PyYAML raises beside YAMLError for scalars that fit a tag by their looks alone (a date in month 13, !!int x) and for deep nesting.
_NOT_YAML = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
# The parser in C takes a tenth of the time, and every host of a play reads its profile in a process of its own.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def shipped() -> list[str]:
    """Return the names of the profiles in this collection."""
    return sorted(path.stem for path in SHIPPED.glob("*.yml"))


def find(text: str, folders: Sequence[Path], asked: str = "profile") -> Path:
    """Return the file of a shipped profile's name or of a path; raise InvalidInput, naming the field ``asked``, when there is none."""
    if "/" in text or text.endswith(_SUFFIXES):
        return _find_file(Path(text).expanduser(), folders, asked)
    if (path := SHIPPED / f"{text}.yml").is_file():
        return path
    hint = documents.suggest(text, shipped())
    known = ", ".join(shipped())
    raise errors.InvalidInput(
        f"{asked}: {documents.show(text)} is not a profile of this collection{hint}; shipped: {known}; or give a path ending in .yml"
    )


def _find_file(given: Path, folders: Sequence[Path], asked: str) -> Path:
    tried = [given] if given.is_absolute() else list(dict.fromkeys(folder / given for folder in folders))
    for path in tried:
        if path.is_file():
            return path
    looked = " or ".join(str(path) for path in tried)
    raise errors.InvalidInput(f"{asked}: there is no file {looked} on the controller; give the path of a profile in YAML")


def label(path: Path) -> str:
    """Return how messages call a profile's file."""
    return f"profiles/{path.name}" if path.parent == SHIPPED else str(path)


class _StrictLoader(_Base):  # type: ignore[misc]
    """Refuse a key that stands twice in one mapping; YAML forbids it and PyYAML silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key_node, _value in node.value:
            line = key_node.start_mark.line + 1
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != "tag:yaml.org,2002:merge":
                if key_node.value in seen:
                    first = seen[key_node.value]
                    raise errors.InvalidInput(f'line {line}: "{key_node.value}" is already given in line {first}; keep one of them')
                seen[key_node.value] = line
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return made


def read_yaml(path: Path, called: str) -> object:
    """Read one YAML document; raise InvalidProfile for bad YAML, a duplicate key or a file that cannot be read.

    A file that did not change is parsed once in each process; callers must not change what they get.
    """
    try:
        told = path.stat()
        return _parsed(path, told.st_mtime_ns, told.st_size)
    except errors.InvalidInput as error:
        raise InvalidProfile(called, [error.message]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidProfile(called, [f"cannot be read: {error}; give a readable UTF-8 file"]) from error
    except _NOT_YAML as error:
        raise InvalidProfile(called, [f"is not valid YAML: {_told(error) or type(error).__name__}; correct it there"]) from error


def _told(error: Exception) -> str:
    """Return what a YAML error says on one line; the text that it quotes may be long."""
    return str(printable.line(" ".join(str(error).split()), limit=400))


@functools.lru_cache(maxsize=64)
def _parsed(path: Path, _mtime: int, _size: int) -> object:
    with path.open(encoding="utf-8") as stream:
        text = stream.read(_MAX_BYTES + 1)
    if len(text) > _MAX_BYTES:
        raise errors.InvalidInput(f"is longer than {_MAX_BYTES} characters; give a profile")
    return yaml.load(text, Loader=_StrictLoader)
