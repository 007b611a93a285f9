# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written twice is compared: README, action group, role defaults and argument specs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())


# What the README lists, and the folder of plugins that it lies in.
KINDS = {"module": "modules", "filter": "filter", "callback": "callback"}


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def stems(folder: str, pattern: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob(pattern) if path.stem != "__init__"}


def readme_rows() -> set[tuple[str, str]]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("<!-- content:begin", 1)[1].split("<!-- content:end", 1)[0]
    rows = re.findall(r"^\| `(?:linuxnet\.tcp\.)?(\w+)` \| ([\w ]+?) \|", table, re.MULTILINE)
    return {(name, kind.split()[0]) for name, kind in rows}


def test_readme_lists_exactly_what_the_collection_ships() -> None:
    shipped = {(name, kind) for kind, folder in KINDS.items() for name in stems(f"plugins/{folder}", "*.py")}
    shipped |= {(name, "role") for name in ROLES}
    shipped |= {(name, "playbook") for name in stems("playbooks", "*.yml")}
    shipped |= {(name, "profile") for name in stems("profiles", "*.yml")}
    assert readme_rows() == shipped


def test_action_group_holds_every_module() -> None:
    group = load(ROOT / "meta/runtime.yml")["action_groups"]["tcp"]
    assert sorted(group) == sorted(f"linuxnet.tcp.{name}" for name in stems("plugins/modules", "*.py"))


def test_there_are_roles() -> None:
    assert {"audit", "tune"} <= set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_defaults_equal_the_argument_spec(role: str) -> None:
    options = load(ROOT / "roles" / role / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = load(ROOT / "roles" / role / "defaults/main.yml")
    documented = {name: option["default"] for name, option in options.items() if "default" in option}
    assert documented == defaults
    assert all(name.startswith(f"{role}_") for name in options)


@pytest.mark.parametrize("role", ROLES)
def test_role_readme_names_every_option(role: str) -> None:
    options = load(ROOT / "roles" / role / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    readme = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    assert [name for name in options if f"`{name}`" not in readme] == []


def test_list_of_files_is_not_stale() -> None:
    spec = importlib.util.spec_from_file_location("rooms_docs", ROOT / "tools/rooms_docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs/rooms.md").read_text(encoding="utf-8") == module.render()
