# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load profiles: what a kind of host should be set to, what else is accepted, and why.

A profile is shipped with the collection (``profiles/<name>.yml``), a YAML file of the operator's, or a mapping given
in the playbook. docs/profiles.md describes the format, schemas/profile.schema.json checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors, printable, sysctl_name, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents

SHIPPED = documents.COLLECTION / "profiles"
_SUFFIXES = (".yml", ".yaml")
_MAX_PROBLEMS = 50
# A profile of every key in the catalogue, each with its reasons, has about a tenth of this.
_MAX_BYTES = 2**20
# What PyYAML raises beside YAMLError for scalars that fit a tag by their looks alone (a date in month 13, !!int x) and for deep nesting.
_NOT_YAML = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
# Which keywords mean something for which kind of value; any other would accept everything without a word.
_ANY = frozenset({"const", "enum", "not", "anyOf"})
_NUMBER = _ANY | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_KEYWORDS: dict[type, frozenset[str]] = {int: _NUMBER, list: _ANY | {"prefixItems", "items"}, str: _ANY | {"pattern"}}
_KIND_NAMES: dict[type, str] = {int: "an integer", list: "a list of integers", str: "a text"}


@dataclass(frozen=True)
class Setting:
    """One wanted sysctl: ``value`` is the canonical string, ``accept`` JSON Schema keywords on the typed value."""

    name: str
    value: str
    accept: Mapping[str, Any]
    severity: str
    why: str
    source: str
    caveat: str


@dataclass(frozen=True)
class Profile:
    """A named set of settings, in the order of the document."""

    name: str
    title: str
    settings: tuple[Setting, ...]

    def names(self) -> list[str]:
        """Return the names of the sysctls that this profile speaks about."""
        return [setting.name for setting in self.settings]


class InvalidProfile(errors.InvalidInput):
    """A profile cannot be used; ``problems`` has one line for each thing that is wrong."""

    def __init__(self, label: str, problems: list[str]) -> None:
        """Build a message with one line per problem, each starting with where the profile came from."""
        self.problems = [printable.line(f"{label}: {problem}") for problem in problems]
        super().__init__(self.problems[0], problems=self.problems)  # type: ignore[no-untyped-call]
        more = len(self.problems) - _MAX_PROBLEMS
        shown = [*self.problems[:_MAX_PROBLEMS], *([f"{label}: and {more} more problems"] if more > 0 else [])]
        self.message = "\n".join(shown)


def load(given: object, folders: Sequence[Path]) -> Profile:
    """Load a profile by the name of a shipped one, by the path of a YAML file, or from a mapping.

    Text with a ``/`` or ending in .yml or .yaml is a path, looked for in ``folders`` in turn when relative; other text is a name.
    Raises InvalidProfile naming every problem, InvalidInput when there is no such profile.
    """
    if isinstance(given, Mapping):
        return parse(given, "profile")
    if not isinstance(given, str) or not given.strip():
        wanted = f"give a name ({', '.join(shipped())}), a path or a mapping"
        raise errors.InvalidInput(f"profile: {documents.show(given)} is no profile; {wanted}")
    path = _find(given.strip(), folders)
    return parse(read_yaml(path, _label(path)), _label(path))


def shipped() -> list[str]:
    """Return the names of the profiles in this collection."""
    return sorted(path.stem for path in SHIPPED.glob("*.yml"))


def _find(text: str, folders: Sequence[Path]) -> Path:
    if "/" in text or text.endswith(_SUFFIXES):
        return _find_file(Path(text).expanduser(), folders)
    if text in shipped():
        return SHIPPED / f"{text}.yml"
    hint = documents.suggest(text, shipped())
    known = ", ".join(shipped())
    raise errors.InvalidInput(
        f"profile: {documents.show(text)} is not a profile of this collection{hint}; shipped: {known}; or give a path ending in .yml"
    )


def _find_file(given: Path, folders: Sequence[Path]) -> Path:
    tried = [given] if given.is_absolute() else list(dict.fromkeys(folder / given for folder in folders))
    for path in tried:
        if path.is_file():
            return path
    looked = " or ".join(str(path) for path in tried)
    raise errors.InvalidInput(f"profile: there is no file {looked} on the controller; give the path of a profile in YAML")


def _label(path: Path) -> str:
    return f"profiles/{path.name}" if path.parent == SHIPPED else str(path)


class _StrictLoader(yaml.SafeLoader):
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
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path, label: str) -> object:
    """Read one YAML document; raise InvalidProfile for bad YAML, a duplicate key or a file that cannot be read."""
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read(_MAX_BYTES + 1)
        if len(text) > _MAX_BYTES:
            raise errors.InvalidInput(f"is longer than {_MAX_BYTES} characters; give a profile")
        return yaml.load(text, Loader=_StrictLoader)
    except errors.InvalidInput as error:
        raise InvalidProfile(label, [error.message]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidProfile(label, [f"cannot be read: {error}; give a readable UTF-8 file"]) from error
    except _NOT_YAML as error:
        raise InvalidProfile(label, [f"is not valid YAML: {_told(error) or type(error).__name__}; correct it there"]) from error


def _told(error: Exception) -> str:
    """Return what a YAML error says on one line; the text that it quotes may be long."""
    return str(printable.line(" ".join(str(error).split()), limit=400))


def parse(given: object, label: str) -> Profile:
    """Check a profile document and return it typed; raise InvalidProfile with one line per problem."""
    try:
        document = documents.plain(given)
    except errors.InvalidInput as error:
        raise InvalidProfile(label, [error.message]) from error
    found = documents.problems(document, "profile")
    if not found:
        found = [*_text_problems(document, ""), *_catalogue_problems(document["settings"])]
    if found:
        raise InvalidProfile(label, found)
    settings = tuple(_setting(name, body) for name, body in document["settings"].items())
    return Profile(document["name"], document.get("title", document["name"]), settings)


def _setting(name: str, body: Mapping[str, Any]) -> Setting:
    canonical = sysctl_name.canonical(name)
    parameter = catalogue.get(canonical)
    value = sysctl_value.normalise(parameter, body["value"])
    return Setting(
        name=canonical,
        value=value,
        accept=body.get("accept", {"const": sysctl_value.typed(parameter, value)}),
        severity=body.get("severity", "medium"),
        why=body.get("why", ""),
        source=body.get("source", ""),
        caveat=body.get("caveat", ""),
    )


def _text_problems(value: object, where: str) -> Iterator[str]:
    """Find texts that a terminal would obey instead of showing them, and a name that ends in a line break (``$`` lets it pass)."""
    if isinstance(value, str):
        keep = "" if where == "name" else "\n\t"
        if not printable.is_line(value, keep):
            yield f"{where}: {documents.show(value)} holds a control or a bidirectional character; write plain text"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _text_problems(item, f"{where}.{documents.shortened(key)}".lstrip("."))


def _catalogue_problems(settings: Mapping[str, Any]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, body in settings.items():
        where = f"settings.{documents.shortened(name)}"
        try:
            canonical = sysctl_name.canonical(name)
            if canonical in seen:
                yield f"{where}: is the same key as {seen[canonical]}; keep one of them"
            seen[canonical] = name
            yield from _setting_problems(where, canonical, body)
        except errors.LinuxnetError as error:
            yield f"{where}.value: {error.message}"


def _setting_problems(where: str, name: str, body: Mapping[str, Any]) -> Iterator[str]:
    parameter = catalogue.get(name)
    if parameter is None:
        hint = documents.suggest(name, (row.name for row in catalogue.PARAMETERS))
        yield f"{where}: unknown sysctl{hint}; allowed: the keys in docs/parameters.md"
        return
    value = sysctl_value.typed(parameter, sysctl_value.normalise(parameter, body["value"]))
    if "accept" in body:
        yield from _accept_problems(f"{where}.accept", body["accept"], value)


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
