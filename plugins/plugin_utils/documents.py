# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check documents against the schemas of this collection and word what is wrong for people.

The schemas are JSON Schema draft 2020-12 files in ``schemas/``, found beside the installed plugins.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable

try:
    import jsonschema
except ImportError:
    JSONSCHEMA_MISSING = True
else:
    JSONSCHEMA_MISSING = False

COLLECTION = Path(__file__).resolve().parent.parent.parent
MISSING = (
    "the Python library jsonschema is not installed for the Python that runs ansible on the controller; "
    "install it there with: python3 -m pip install jsonschema"
)


def require_jsonschema() -> None:
    """Raise SourceUnavailable with the way out when jsonschema cannot be imported."""
    if JSONSCHEMA_MISSING:
        raise errors.SourceUnavailable(MISSING)


@functools.cache
def _validator(schema_name: str) -> Any:
    text = (COLLECTION / "schemas" / f"{schema_name}.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def warm(*schema_names: str) -> None:
    """Make validators and their regular expressions ready. Raises SourceUnavailable when jsonschema is missing."""
    for name in schema_names:
        problems({}, name)
        for pattern in _patterns(_validator(name).schema):
            re.compile(pattern)


def _patterns(schema: Any) -> Iterator[str]:
    """Yield the regular expressions of a schema, which Python keeps once they are compiled."""
    if isinstance(schema, Mapping):
        if isinstance(pattern := schema.get("pattern"), str):
            yield pattern
        yield from schema.get("patternProperties", ())
        schema = schema.values()
    elif not isinstance(schema, list):
        return
    for part in schema:
        yield from _patterns(part)


def problems(document: object, schema_name: str) -> list[str]:
    """Return one line per violation of the named schema, each ``path: what is wrong; what is allowed``.

    ``document`` is plain data (see ``plain``); an empty list means that it is valid. The lines are sorted by path.
    Raises SourceUnavailable when jsonschema is missing.
    """
    require_jsonschema()
    found = _validator(schema_name).iter_errors(document)
    return sorted({line for error in found for line in _lines(error)})


def accepts(schema: Mapping[str, Any], value: object) -> bool:
    """Tell whether the typed value satisfies the given JSON Schema keywords."""
    require_jsonschema()
    return bool(jsonschema.Draft202012Validator(dict(schema)).is_valid(value))


# More than any fleet's largest audit; YAML aliases can stand for billions of values in a few lines.
_MAX_VALUES = 1_000_000
_MAX_DEPTH = 40


def plain(value: Any, path: str = "") -> Any:
    """Return a copy made of dict, list, str, int, float, bool and None alone.

    Ansible hands over tagged and lazy subclasses, which must not leak into documents. Other scalars (a YAML date)
    are kept for the schema to refuse. Raises InvalidInput for a mapping key that is not a string, for a number that JSON
    does not have, and for what is nested or repeated (YAML aliases) without end.
    """
    return _plain(value, (path,) if path else (), itertools.count(1))


def _plain(value: Any, path: tuple[object, ...], counter: Iterator[int]) -> Any:
    if len(path) > _MAX_DEPTH or next(counter) > _MAX_VALUES:
        raise errors.InvalidInput(
            f"{place(path[:4])}: nested more than {_MAX_DEPTH} deep, or more than {_MAX_VALUES} values; write it flat"
        )
    if isinstance(value, Mapping):
        return {_key(key, path): _plain(item, (*path, key), counter) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*path, index), counter) for index, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise errors.InvalidInput(f"{place(path) or 'the document'}: {value} is no number that JSON has; give a finite one")
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _key(key: object, path: tuple[object, ...]) -> str:
    if isinstance(key, str):
        return str(key)
    raise errors.InvalidInput(f"{place(path) or 'the document'}: the key {printable.show(key)} is not a string; put it in quotes")


def show(value: object) -> str:
    """Return a value the way a person would write it in YAML: strings quoted, short."""
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (ValueError, TypeError, RecursionError):
        text = str(printable.show(value))
    return str(printable.line(text if len(text) <= 80 else text[:77] + "..."))


def shortened(key: str) -> str:
    """Return a key of a document for a message; nobody reads more than 80 characters of it."""
    return key if len(key) <= 80 else key[:77] + "..."


def place(parts: Any) -> str:
    """Return a path in a document: ``settings.net.ipv4.tcp_sack.accept.enum[1]``."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{shortened(str(part))}"
    return text.lstrip(".")


def suggest(word: str, known: Any) -> str:
    """Return `` (did you mean "x"?)`` for a near miss, else nothing."""
    near = difflib.get_close_matches(word[:100], [str(item) for item in known], n=1, cutoff=0.7)
    return f' (did you mean "{near[0]}"?)' if near else ""


def _lines(error: Any) -> Iterator[str]:
    where = place(error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(allowed)):
            hint = suggest(key, allowed)
            yield f"{place([*error.absolute_path, key])}: unknown field{hint}; allowed: {', '.join(allowed)}"
    elif error.validator == "required":
        for key in sorted(set(error.validator_value) - set(error.instance)):
            yield f"{place([*error.absolute_path, key])}: is missing; give it"
    elif "propertyNames" in error.absolute_schema_path:
        yield f"{where}: {show(error.instance)} is not a name that is allowed here; allowed: names that match {error.validator_value}"
    else:
        word = _WORDS.get(error.validator, _other)
        yield f"{where or 'the document'}: {word(error)}"


def _enum(error: Any) -> str:
    return f"{show(error.instance)} is not allowed; allowed: {', '.join(str(item) for item in error.validator_value)}"


def _type(error: Any) -> str:
    kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return f"{show(error.instance)} has the wrong type; allowed: {', '.join(kinds)}"


def _pattern(error: Any) -> str:
    return f"{show(error.instance)} is not allowed; allowed: text that matches {error.validator_value}"


def _empty(error: Any) -> str:
    return f"{show(error.instance)} is empty; give at least {error.validator_value}"


def _bound(error: Any) -> str:
    return f"{show(error.instance)} is out of range; allowed: {error.validator} {error.validator_value}"


def _other(error: Any) -> str:
    return f"{printable.line(error.message, limit=200)}; see {error.validator}: {show(error.validator_value)}"


_WORDS: dict[str, Callable[[Any], str]] = {
    "enum": _enum,
    "type": _type,
    "pattern": _pattern,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "minimum": _bound,
    "maximum": _bound,
    "exclusiveMinimum": _bound,
}
