# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a page about a JSON schema: a row for each property, a section for each definition that holds some.

It knows the keywords that the schemas of this collection use; any other is an error, so that no page leaves out what a schema says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

INDEX = """\
# Schemas

JSON Schema (draft 2020-12) of every document that programs may rely on. What is not listed is refused, unless the type says
"others allowed". `[]` stands for each element of a list, `*` for each name of a mapping. A field that does not apply is absent,
never null or 0.
"""
HEADING = "| property | type | required | description |\n|---|---|---|---|\n"
# What a page shows, and what says nothing to a reader that the rest does not.
KNOWN = frozenset(
    (
        *("$defs", "$id", "$ref", "$schema", "additionalProperties", "const", "default", "description", "else", "enum", "exclusiveMinimum"),
        *("format", "if", "items", "maxItems", "maximum", "minItems", "minLength", "minProperties", "minimum", "oneOf", "pattern"),
        *("properties", "propertyNames", "required", "then", "title", "type"),
    )
)
WORDS = {"string": "text", "array": "list", "any": "anything"}
BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "minLength": "{} characters or more",
}
# What is told by an example, as its pattern is long and says less.
EXAMPLES = {
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$": "2026-11-29T05:22:43Z",
    "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$": "2026-11-29T05:22:43Z",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2026-11-29",
    "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$": "20261129T052243Z-3f9a1c",
    "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}\\.[0-9a-f]{8}$": "20261129T052243Z-3f9a1c.0badcafe",
}
NUMBERS = {"minItems": "{} or more", "minProperties": "{} or more", "maxItems": "{} at most"}


def render(name: str, schema: Schema) -> str:
    """Return the page in Markdown; ``name``: the file's, as in audit.schema.json."""
    definitions: Schema = schema.get("$defs", {})
    parts = [f"# {schema['title']}\n", f"{schema['description']}\n", f"[schemas/{name}](../../schemas/{name}), `{schema['$id']}`\n"]
    parts.append("## The document\n\n" + _table(schema, definitions))
    parts += [_section(key, definitions[key], definitions) for key in definitions if _is_table(definitions[key])]
    for key, definition in definitions.items():
        _refuse_unknown(key, definition)
    return "\n".join(parts)


def index(schemas: Mapping[str, Schema]) -> str:
    """Return the page that lists the schemas; ``schemas``: what their files hold, by the name of the file."""
    table = "".join(f"| [{schema['title']}]({stem(name)}.md) | {schema['description']} |\n" for name, schema in schemas.items())
    toctree = "\n".join(["```{toctree}", ":hidden:", "", *map(stem, schemas), "```"])
    return f"{INDEX}\n| schema | of what |\n|---|---|\n{table}\n{toctree}\n"


def stem(name: str) -> str:
    """Return the name of the page about a schema's file."""
    return name.partition(".")[0]


def rows(schema: Schema, definitions: Schema, path: str = "", required: bool = True) -> Iterator[tuple[str, Schema, bool]]:
    """Yield ``path, schema, required`` of each property below a schema, depth first; definitions with a section of their own are not entered."""
    _refuse_unknown(path, schema)
    wanted = schema.get("required", ())
    for key, child in schema.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        yield here, child, required and key in wanted
        yield from rows(child, definitions, here)
    other = schema.get("additionalProperties")
    if isinstance(other, Mapping):
        yield from rows(other, definitions, f"{path}.*" if path else "*")
    if isinstance(schema.get("items"), Mapping):
        yield from rows(schema["items"], definitions, f"{path}[]")


def _section(key: str, definition: Schema, definitions: Schema) -> str:
    said = f"{definition['description']}\n\n" if "description" in definition else ""
    return f"## {key}\n\n{said}{_table(definition, definitions)}"


def _table(schema: Schema, definitions: Schema) -> str:
    lines = []
    for path, child, required in rows(schema, definitions):
        cells = (f"`{path}`", kind(child, definitions), "yes" if required else "", description(child, definitions))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return HEADING + "".join(lines)


def _refuse_unknown(path: str, schema: Schema) -> None:
    unknown = sorted(set(schema) - KNOWN)
    if unknown:
        raise ValueError(f"{path or 'the schema'}: {', '.join(unknown)}: teach tools/check/site_schemas.py to show it")


def description(schema: Schema, definitions: Schema) -> str:
    """Return what a property says of itself, else what the definition says that it refers to."""
    target: Schema = definitions.get(_target(schema), {})
    said = str(schema.get("description", target.get("description", "")))
    default = f" The default is `{schema['default']}`." if "default" in schema else ""
    # A tag would be one of HTML.
    return said.replace("<", "\\<") + default


def kind(schema: Schema, definitions: Schema) -> str:
    """Return the type in words, with what bounds it."""
    target = _target(schema)
    if target:
        return f"[{target}](#{target})" if _is_table(definitions[target]) else kind(definitions[target], definitions)
    for word, text in (("const", _const), ("enum", _enum), ("oneOf", _one_of)):
        if word in schema:
            return text(schema[word], definitions)
    return _plain(schema, definitions)


def _const(value: Any, _definitions: Schema) -> str:
    return f"always `{_json(value)}`"


def _enum(values: Any, _definitions: Schema) -> str:
    return ", ".join(f"`{_json(value)}`" for value in values)


def _one_of(branches: Any, definitions: Schema) -> str:
    return " or ".join(kind(branch, definitions) for branch in branches)


def _json(value: Any) -> str:
    return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)


def _plain(schema: Schema, definitions: Schema) -> str:
    types = schema.get("type", "any")
    names = ["mapping" if _is_mapping(schema) else WORDS.get(name, name) for name in ([types] if isinstance(types, str) else types)]
    bounds = [_bound(word, text, schema[word]) for word, text in BOUNDS.items() if word in schema]
    how_many = [f" ({text.format(schema[word])})" for word, text in NUMBERS.items() if word in schema]
    text = "".join([" or ".join(names), *how_many, _elements(schema, definitions), *bounds])
    open_ended = ", others allowed" if "properties" in schema and "additionalProperties" not in schema else ""
    return text + open_ended + _patterns(schema)


def _bound(word: str, text: str, limit: int | float) -> str:
    return ", not empty" if (word, limit) == ("minLength", 1) else f", {text.format(limit)}"


def _patterns(schema: Schema) -> str:
    """Return the regular expressions that a text, or the names in a mapping, have to match."""
    names, pattern = schema.get("propertyNames", {}).get("pattern"), schema.get("pattern")
    shown = f", as in `{EXAMPLES[pattern]}`" if pattern in EXAMPLES else f", `{pattern}`"
    return "".join([f", names like `{names}`"] * bool(names) + [shown] * bool(pattern))


def _elements(schema: Schema, definitions: Schema) -> str:
    """Return of what a list or a mapping is made."""
    for word in ("items", "additionalProperties"):
        inner = schema.get(word)
        if isinstance(inner, Mapping) and inner:
            return f" of {kind(inner, definitions)}"
    return ""


def _is_mapping(schema: Schema) -> bool:
    return isinstance(schema.get("additionalProperties"), Mapping)


def _target(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _is_table(schema: Schema) -> bool:
    return "properties" in schema
