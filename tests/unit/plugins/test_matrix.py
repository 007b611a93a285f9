# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold tests/matrix.yml to its schema, and to what is said elsewhere: pins, meta/runtime.yml, the images that Molecule runs."""

from __future__ import annotations

import ast
import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MATRIX = yaml.safe_load((ROOT / "tests/matrix.yml").read_text(encoding="utf-8"))
SCHEMA = json.loads((ROOT / "tests/matrix.schema.json").read_text(encoding="utf-8"))
CORES, PYTHONS, CONTAINERS = MATRIX["cores"], MATRIX["pythons"], MATRIX["containers"]


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def pins(requirement: str) -> set[str]:
    """Return the releases of ansible-core that a file pins."""
    text = (ROOT / requirement).read_text(encoding="utf-8")
    return set(re.findall(r"^ansible-core==([\d.]+)", text, re.MULTILINE))


def test_the_file_passes_its_schema() -> None:
    jsonschema.validate(MATRIX, SCHEMA)


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("cores", {"reason": ""}),
        ("cores", {"targets": {"from": "2.7"}}),
        ("pythons", {"version": 3.1}),
        ("pythons", {"required": "yes"}),
        ("pythons", {"requirement": "../test.txt"}),
        ("containers", {"registry": "somewhere"}),
    ],
)
def test_the_schema_refuses_what_is_wrong(section: str, change: dict[str, Any]) -> None:
    broken = copy.deepcopy(MATRIX)
    broken[section][0].update(change)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


def test_no_row_is_there_twice() -> None:
    for rows, key in ((CORES, "name"), (PYTHONS, "version"), (CONTAINERS, "suite")):
        names = [row[key] for row in rows]
        assert sorted(set(names)) == sorted(names)


def test_what_issue_and_readme_promise_must_run() -> None:
    """The oldest Pythons, and those of Debian 12 and 13, are never skipped in silence."""
    assert {row["version"] for row in PYTHONS if row["required"]} >= {"2.7", "3.6", "3.11", "3.13"}


@pytest.mark.parametrize("core", CORES, ids=lambda row: row["name"])
def test_a_core_pins_its_own_release(core: dict[str, Any]) -> None:
    (pin,) = pins(core["requirement"])
    assert number(pin)[:2] == number(core["name"])


def test_the_other_pins_are_those_of_the_matrix() -> None:
    known = {pin for core in CORES for pin in pins(core["requirement"])}
    for requirement in (
        "requirements/test.txt",
        "requirements/demo.txt",
        "requirements/old-ansible.txt",
        "requirements/release.txt",
        "requirements/site.txt",
    ):
        assert pins(requirement)
        assert pins(requirement) <= known


def test_the_oldest_core_is_the_one_that_the_collection_asks_for() -> None:
    wanted = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    oldest = min((core["name"] for core in CORES), key=number)
    assert wanted == f">={oldest}.0"


def test_every_python_is_within_the_reach_of_a_core() -> None:
    for row in PYTHONS:
        reached = [core for core in CORES if number(core["targets"]["from"]) <= number(row["version"]) <= number(core["targets"]["to"])]
        assert reached, row["version"]
        assert not row["required"] or any(core["required"] for core in reached), row["version"]


def test_requirements_are_there() -> None:
    assert [row["requirement"] for row in (*CORES, *PYTHONS) if not (ROOT / row["requirement"]).is_file()] == []


def test_containers_include_what_molecule_runs() -> None:
    tree = ast.parse((ROOT / "tools/check/substrate.py").read_text(encoding="utf-8"))
    assigned = {
        node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert set(ast.literal_eval(assigned["SUITES"])) <= {row["suite"] for row in CONTAINERS}
