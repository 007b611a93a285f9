# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the project tells contributors is there: commands, paths, links, pinned actions, the tables of the matrix."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PAGES = (
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    ".github/pull_request_template.md",
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md")),
)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
STAGES = re.findall(r'Entry\("([a-z-]+)"', (ROOT / "tools/check/__main__.py").read_text(encoding="utf-8"))
MATRIX = yaml.safe_load((ROOT / "tests/matrix.yml").read_text(encoding="utf-8"))


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def commands(page: str) -> Iterator[list[str]]:
    """Yield the commands of a page's code, inline and in blocks, split as a shell would."""
    blocks = re.findall(r"```(?:shell|sh|console)\n(.*?)```", text(page), re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text(page), flags=re.DOTALL))
    for line in [*(line for block in blocks for line in block.splitlines()), *inline]:
        for part in re.split(r"&&|\|\|", line.removeprefix("$ ")):
            if re.match(r"\s*(make|python3|build/venv/bin/python) ", part):
                yield shlex.split(part, comments=True)


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    rules = re.findall(r"^([a-z][a-z -]*):(?!=)", MAKEFILE, re.MULTILINE)
    return {name for rule in rules for name in rule.split()}


def made() -> list[tuple[str, list[str]]]:
    return [(page, words[1:]) for page in PAGES for words in commands(page) if words[0] == "make"]


def test_there_are_commands_to_check() -> None:
    assert len(made()) > 15
    assert {"test", "one", "quick", "molecule", "matrix", "old-python", "test-kernels", "release-check"} <= targets()


def test_every_make_target_that_is_named_exists() -> None:
    named = {(page, word) for page, words in made() for word in words if "=" not in word}
    assert sorted((page, word) for page, word in named if word not in targets()) == []


def test_every_variable_that_is_named_is_one_of_the_makefile() -> None:
    known = set(re.findall(r"^([A-Z_]+) \?=", MAKEFILE, re.MULTILINE))
    named = {word.partition("=")[0] for _page, words in made() for word in words if "=" in word}
    assert named
    assert named - known == set()


def test_values_that_are_named_exist() -> None:
    """TEST, PYTHONS, KERNELS, SCENARIOS and STAGES of the examples are real ones."""
    known = {
        "PYTHONS": {row["version"] for row in MATRIX["pythons"]},
        "KERNELS": {row["release"] for row in MATRIX["kernels"]},
        "SCENARIOS": {path.parent.name for path in ROOT.glob("extensions/molecule/*/molecule.yml")},
        "STAGES": set(STAGES),
    }
    for page, words in made():
        for name, value in (word.split("=", 1) for word in words if "=" in word):
            if name == "TEST" and value != "...":
                path, _colons, test = value.partition("::")
                assert (ROOT / path).exists(), (page, value)
                assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (page, value)
            elif name in known:
                assert set(value.split()) <= known[name], (page, value)


def test_every_script_that_is_named_exists() -> None:
    scripts = [(page, words[1]) for page in PAGES for words in commands(page) if words[0] != "make" and words[1].endswith(".py")]
    assert scripts
    assert [row for row in scripts if not (ROOT / row[1]).is_file()] == []


def test_contributing_names_every_stage_of_its_own_and_every_long_run() -> None:
    said = {word for page, words in made() if page == "CONTRIBUTING.md" for word in words}
    long_runs = {name for name in targets() if name.startswith("test-")}
    assert long_runs | {"release-check", "demo", "help"} <= said


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    # A pull request's template is shown at the root of the repository.
    folder = ROOT if page.startswith(".github") else (ROOT / page).parent
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text(page))
    assert [link for link in links if not link.startswith("https://") and not (folder / link).exists()] == []


def workflow() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text(".github/workflows/ci.yml"))
    return loaded


def test_the_workflow_runs_what_people_run() -> None:
    steps = [step for job in workflow()["jobs"].values() for step in job["steps"]]
    assert any(step.get("run", "").endswith(" make test") for step in steps)


def test_actions_are_pinned_by_commit_and_say_their_tag() -> None:
    used = re.findall(r"uses: (\S+)(.*)", text(".github/workflows/ci.yml"))
    assert len(used) >= 3
    assert [row for row in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", row[0]) or not re.fullmatch(r" # v[\d.]+", row[1])] == []


def test_the_workflow_builds_every_python_that_is_required() -> None:
    built = set(workflow()["env"]["PYTHONS"].split())
    assert {row["version"] for row in MATRIX["pythons"] if row["required"]} <= built
    assert all(built & set(row["controllers"]) for row in MATRIX["cores"])


def test_updates_come_grouped_and_weekly() -> None:
    updates = yaml.safe_load(text(".github/dependabot.yml"))["updates"]
    assert {row["package-ecosystem"] for row in updates} == {"pip", "github-actions"}
    assert all(row["schedule"] == {"interval": "weekly"} and row["groups"] for row in updates)


def test_the_hook_runs_the_fast_checks() -> None:
    (repository,) = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    assert [hook["entry"] for hook in repository["hooks"]] == ["make quick"]
    assert "quick" in STAGES


def test_the_tables_of_the_matrix_are_not_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location("matrix_docs", ROOT / "tools/matrix_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.BEGIN + module.render() + module.END in text("docs/support.md")
