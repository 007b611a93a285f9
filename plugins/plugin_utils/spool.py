# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep one file for each host of a fleet in a folder on the controller, and read such folders one file at a time.

A file holds an audit document (schemas/audit.schema.json), or says why there is none: ``{schema_version, host, error: {kind, message}, time}``.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import itertools
import json
import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib import parse

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import store

DOCUMENT, SAMPLES = ".json", ".jsonl"
Record = dict[str, Any]
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
# Most file systems take 255 bytes, and the temporary name beside it is longer.
_LONGEST = 180
_NAMELESS = "%"
_MAX_BYTES = 64 * 1024 * 1024
_MAX_MESSAGE = 2000
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# What JSON may hold and text should not: halves of surrogate pairs, and NUL.
_SUSPECT_JSON = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_SUSPECT = re.compile("[\0\ud800-\udfff]")


class Broken(errors.LinuxnetError):
    """A file of a spool cannot be used; the message says why."""

    def __init__(self, message: str) -> None:
        """Take the reason."""
        super().__init__(message)  # type: ignore[no-untyped-call]


def file_name(host: str, ending: str = DOCUMENT) -> str:
    """Return the file of a host: another one for each name, also where the file system does not tell case, and never one with a meaning.

    Lower-case letters, digits, ``.``, ``_`` and ``-`` stay, except a ``.`` or ``-`` at the start; the bytes of everything else are written as
    URLs do (``%41``). A name that gets too long is cut, and ``~`` and its hash tell it apart.
    """
    quoted = "".join(_quoted(char, not index) for index, char in enumerate(host)) or _NAMELESS
    if len(quoted) > _LONGEST:
        quoted = f"{quoted[:100]}~{hashlib.sha256(host.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return quoted + ending


def _quoted(char: str, first: bool) -> str:
    if char in _SAFE and not (first and char in ".-"):
        return char
    return "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def moment(when: datetime.datetime) -> str:
    """Return a moment as documents have it: in UTC, to the second."""
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_moment(text: str) -> bool:
    """Tell whether a text is a moment as documents have it."""
    if _MOMENT.fullmatch(text) is None:
        return False
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        # Digits that are no date: 2026-13-01.
        return False
    return True


def error_record(host: str, kind: str, message: object, time: str) -> Record:
    """Return what stands in a spool in place of an audit; ``kind`` is unreachable or failed."""
    said = printable.line(str(message), _MAX_MESSAGE) or kind
    return {"schema_version": 1, "host": host, "error": {"kind": kind, "message": said}, "time": time}


def write(folder: Path, record: Record) -> Path:
    """Write the file of a host in one step (plugin_utils/store.py); return its path."""
    path = folder / file_name(record["host"])
    with store.replacing(path, "spool") as stream:
        stream.write(json.dumps(record, separators=(",", ":")) + "\n")
    return path


@dataclass(frozen=True, order=True)
class Entry:
    """A host and its file in each spool that has one."""

    host: str
    paths: tuple[Path, ...] = ()


def entries(folders: Sequence[Path], expected: Iterable[str] | None = None) -> Iterator[Entry]:
    """Yield hosts by name, in the order of code points, each once; those that are ``expected`` also without a file, and no others then.

    Raises InvalidInput for a folder that cannot be listed. Holds the names of all hosts in memory, and nothing else.
    """
    known = None if expected is None else {file_name(host): shown(host) for host in expected}
    found = {name: bits for name, bits in _listed(folders).items() if known is None or name in known}
    names = found if known is None else known
    hosts = sorted((known[name] if known else _host_of(name, _paths(folders, name, found)), name) for name in names)
    for host, same in itertools.groupby(hosts, operator.itemgetter(0)):
        yield Entry(host, tuple(path for row in same for path in _paths(folders, row[1], found)))


def _paths(folders: Sequence[Path], name: str, found: Mapping[str, int]) -> list[Path]:
    return [folder / name for index, folder in enumerate(folders) if found.get(name, 0) >> index & 1]


def strangers(folders: Sequence[Path], expected: Iterable[str]) -> int:
    """Return how many hosts have a file and are not expected."""
    return len(_listed(folders).keys() - {file_name(host) for host in expected})


def _listed(folders: Sequence[Path]) -> dict[str, int]:
    """Return the names of files, and as bits in which folders each is."""
    found: dict[str, int] = {}
    for index, folder in enumerate(folders):
        try:
            for path in folder.iterdir():
                # Names with a dot at the start are files that are being written.
                if path.suffix == DOCUMENT and not path.name.startswith("."):
                    found[path.name] = found.get(path.name, 0) | 1 << index
        except OSError as error:
            raise errors.InvalidInput(
                f"spool: cannot read {folder} on the controller: {error.strerror}; give the folder that linuxnet.tcp.audit was given"
            ) from error
    return found


def _host_of(name: str, paths: Sequence[Path]) -> str:
    """Return the name of the host whose file this is, else the file's own name; a name that was cut stands in the file."""
    for path in paths if "~" in name else ():
        with contextlib.suppress(Broken):
            return str(read(path)["host"])
    with contextlib.suppress(UnicodeDecodeError):
        stem = name.removesuffix(DOCUMENT)
        host = "" if stem == _NAMELESS else parse.unquote_to_bytes(stem).decode("utf-8", "surrogatepass")
        if file_name(host) == name:
            return shown(host)
    return shown(name)


def read(path: Path) -> Record:
    """Return the record in a file; raise Broken when it is no JSON object about the host whose name the file has."""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            raise Broken(f"{path.name} is no file, or larger than {_MAX_BYTES} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise Broken(f"{path.name}: {error.strerror}") from error
    record = _loaded(raw, path.name)
    host = record.get("host")
    if not isinstance(host, str):
        raise Broken(f"{path.name} has no host")
    if file_name(host, path.suffix) != path.name:
        raise Broken(f"{path.name} is about host {printable.show(host)}, whose file is {file_name(host)}")
    return _cleaned(record, raw)


def parsed(raw: bytes, label: str) -> Record:
    """Return the JSON object in the bytes, with escapes for what text should not hold; raise Broken, naming ``label``, for anything else."""
    return _cleaned(_loaded(raw, label), raw)


def _loaded(raw: bytes, label: str) -> Record:
    try:
        record = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Broken(f"{label} is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise Broken(f"{label} holds no JSON object")
    return record


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number that JSON has")


def _cleaned(record: Record, raw: bytes) -> Record:
    """Look at the bytes first: almost no record has anything to clean, and walking every one takes longer than reading it."""
    if _SUSPECT_JSON.search(raw) is None:
        return record
    cleaned: Record = clean(record)
    return cleaned


def clean(value: Any) -> Any:
    """Return JSON data in which escapes stand for what UTF-8 or XML cannot hold at all: lone surrogates and NUL."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {shown(key): clean(item) for key, item in value.items()}
    return value


def shown(text: str) -> str:
    """Return text with escapes for lone surrogates and NUL."""
    return _SUSPECT.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
