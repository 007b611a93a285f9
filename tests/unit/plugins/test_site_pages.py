# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation site is made of: schemas that say what their fields mean, findings, the change log, drawings, the index."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = sorted(path.name for path in (ROOT / "schemas").glob("*.json"))
DRAWINGS = sorted(path.stem for path in (ROOT / "tools/drawings").glob("*.dot"))
HOW_TO = sorted(path.stem for path in (ROOT / "docs/how-to").glob("*.md"))
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs/findings").glob("*.md")}
KINDS = ("yaml play", "yaml tasks", "yaml vars", "yaml profile", "yaml inventory", "console", "text", "json", "ini")


def tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(Path(name).stem, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


site_schemas, site_findings, drawings = map(tool, ("check/site_schemas", "check/site_findings", "drawings"))


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8"))
    return loaded


def properties(document: Any) -> Iterator[str]:
    """Yield the name of every property that stands anywhere in a schema, without the help of the tool; branches of if and then repeat them."""
    for key, value in document.items():
        if key == "properties":
            yield from value
        if key not in ("if", "then", "else"):
            for inner in value if isinstance(value, list) else [value]:
                yield from properties(inner) if isinstance(inner, dict) else ()


def tables(document: dict[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    definitions = document.get("$defs", {})
    for part in (document, *(one for one in definitions.values() if "properties" in one)):
        yield from site_schemas.rows(part, definitions)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_of_a_schema_says_what_it_is(name: str) -> None:
    document = schema(name)
    silent = [path for path, field, _required in tables(document) if not site_schemas.description(field, document.get("$defs", {}))]
    assert silent == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_page_of_a_schema_has_every_field(name: str) -> None:
    document = schema(name)
    page = site_schemas.render(name, document)
    shown = [path.rpartition(".")[2] for path in re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)]
    assert sorted(shown) == sorted(properties(document))
    assert len(shown) > 10


def test_a_row_says_type_bounds_and_what_is_required() -> None:
    document = {
        "$id": "urn:x",
        "title": "T",
        "description": "D.",
        "type": "object",
        "required": ["seconds"],
        "properties": {
            "seconds": {"description": "Less <than> an hour | more.", "type": "integer", "minimum": 0, "default": 5},
            "rows": {"description": "R.", "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/row"}},
            "names": {"description": "N.", "type": "object", "additionalProperties": {"type": "string", "minLength": 1}},
        },
        "$defs": {"row": {"type": "object", "additionalProperties": False, "properties": {"on": {"description": "O.", "const": True}}}},
    }
    page = site_schemas.render("x.schema.json", document)
    assert "| `seconds` | integer, at least 0 | yes | Less \\<than> an hour \\| more. The default is `5`. |" in page
    assert "| `rows` | list (1 or more) of [row](#row) |  | R. |" in page
    assert "| `names` | mapping of text, not empty |  | N. |" in page
    assert "## row\n\n| property | type | required | description |\n|---|---|---|---|\n| `on` | always `true` |  | O. |\n" in page


def test_examples_match_the_patterns_that_they_stand_for() -> None:
    used = {
        pattern
        for name in SCHEMAS
        for pattern in site_schemas.EXAMPLES
        if json.dumps(pattern) in (ROOT / "schemas" / name).read_text("utf-8")
    }
    assert used == set(site_schemas.EXAMPLES)
    assert [pattern for pattern, example in site_schemas.EXAMPLES.items() if not re.search(pattern, example)] == []


def test_a_keyword_that_no_page_shows_is_refused() -> None:
    with pytest.raises(ValueError, match="a: contains: teach"):
        list(site_schemas.rows({"properties": {"a": {"contains": {}}}}, {}))


def test_the_list_of_schemas_leads_to_each() -> None:
    page = site_schemas.index({name: schema(name) for name in SCHEMAS})
    assert len(SCHEMAS) >= 5
    assert [name for name in SCHEMAS if f"]({site_schemas.stem(name)}.md) |" not in page] == []


def test_findings_are_listed_once_as_the_table_of_kinds_has_them() -> None:
    page = site_findings.render(PAGES)
    rows = re.findall(r"^\| \[([a-z0-9-]+)\]\(\1\.md\) \| ([a-z, ]+) \| (\S.*\.) \|$", page, re.MULTILINE)
    assert sorted(name for name, _severities, _sentence in rows) == sorted(findings.KINDS)
    assert {name: set(severities.split(", ")) for name, severities, _sentence in rows} == {
        kind.id: set(kind.severities) for kind in findings.KINDS.values()
    }


def test_findings_stand_below_what_they_concern_worst_first() -> None:
    sections = site_findings.render(PAGES).split("\n## ")[1:]
    for section, concerns in zip(sections, site_findings.CONCERNS, strict=True):
        rows = re.findall(r"^\| \[([a-z0-9-]+)\]", section, re.MULTILINE)
        worst = [max(findings.SEVERITIES.index(severity) for severity in findings.KINDS[name].severities) for name in rows]
        assert {findings.KINDS[name].concerns for name in rows} == {concerns}
        assert worst == sorted(worst, reverse=True)


@pytest.mark.parametrize(
    "text", ["# x\n", "Severity: dire. Concerns: boot.\n\n## What it means\n\nA.\n\n", "Severity: low. Concerns: boot.\n\n## Else\n"]
)
def test_a_page_of_a_finding_that_says_too_little_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"docs/findings/x\.md"):
        site_findings.read("x", text)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_has_the_words_of_its_source(name: str) -> None:
    source = (ROOT / "tools/drawings" / f"{name}.dot").read_text(encoding="utf-8")
    image = (ROOT / "docs/images" / f"{name}.svg").read_text(encoding="utf-8")
    assert drawings.drawn(image) == drawings.words(source), "run tools/drawings.py"


def test_drawings_are_shown_with_words_for_those_who_cannot_see_them() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")]
    shown = {name: alt for text in texts for alt, name in re.findall(r"!\[([^\]]*)\]\(images/(\w+)\.svg\)", text)}
    assert set(shown) == set(DRAWINGS)
    assert min(map(len, shown.values())) > 80


def test_the_index_names_every_task() -> None:
    index = (ROOT / "tools/site/index.md").read_text(encoding="utf-8")
    assert len(HOW_TO) >= 8
    assert [name for name in HOW_TO if f"docs/how-to/{name}\n" not in index or f"(docs/how-to/{name}.md)" not in index] == []


@pytest.mark.parametrize("name", HOW_TO)
def test_code_of_a_task_says_what_it_is(name: str) -> None:
    """Another test runs every block by what its first line says."""
    text = (ROOT / "docs/how-to" / f"{name}.md").read_text(encoding="utf-8")
    opened = re.findall(r"^```(.*)$", text, re.MULTILINE)[::2]
    assert opened
    assert [kind for kind in opened if kind not in KINDS] == []
    assert [line for line in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL) if not line.startswith("$ ")] == []
