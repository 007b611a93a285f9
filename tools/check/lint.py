# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the texts: style, types, change log, documentation."""

from __future__ import annotations

from pathlib import Path

from check import collection, environment, packages, places
from check.stage import Argv, Stage

TYPED = ("plugins/plugin_utils", "plugins/action", "plugins/callback", "plugins/doc_fragments", "plugins/filter")
GENERATED = {"README.md": "contents_docs.py", "docs/parameters.md": "catalogue_docs.py", "docs/support.md": "matrix_docs.py"}
# What is written twice, and the imports: the units that a change is most often caught by.
AGREEMENTS = ("test_boundaries.py", "test_documents_agree.py", "test_matrix.py", "test_project_files.py", "test_site_pages.py")


def quick(stage: Stage) -> None:
    """Run what takes seconds: style, types, generated pages and agreements; a hook before each commit calls it."""
    tree = collection.copy_tree(stage)
    _style(stage, tree)
    _generated(stage, tree)
    reports = places.REPORTS / "quick"
    reports.mkdir(parents=True, exist_ok=True)
    tests = [f"tests/unit/plugins/{name}" for name in AGREEMENTS]
    argv: Argv = [places.VENV_BIN / "python", "-m", "pytest", "-q", f"--junitxml={reports}/junit.xml", *tests]
    stage.suite("documents agree", argv, reports, cwd=tree, env={"PYTHONPATH": str(places.TREE)})


def _style(stage: Stage, tree: Path) -> None:
    ruff, settings = places.tool("ruff"), {"RUFF_NO_CACHE": "true"}
    stage.check("ruff check", [ruff, "check", "."], cwd=tree, env=settings)
    stage.check("ruff format", [ruff, "format", "--check", "."], cwd=tree, env=settings)
    stage.check("reuse lint", [places.tool("reuse"), "lint", "--lines"], cwd=tree)
    stage.check("yamllint", [places.tool("yamllint"), "--strict", "."], cwd=tree)
    _mypy(stage, tree)


def _generated(stage: Stage, tree: Path) -> None:
    """Compare the generated pages with what they are generated from."""
    for page, tool in GENERATED.items():
        stage.check(f"{page} is not stale", [places.VENV_BIN / "python", tree / "tools" / tool, "--check"], cwd=tree)


def lint(stage: Stage) -> None:
    """Run the linters over the tree copy, where ansible-lint and mypy find the collection under its name."""
    tree = collection.copy_tree(stage)
    settings = {"ANSIBLE_COLLECTIONS_PATH": str(places.TREE)}
    _style(stage, tree)
    stage.check("ansible-lint", [places.tool("ansible-lint"), "--offline", "--strict"], cwd=tree, env=settings)
    lacking = packages.ensure(stage, packages.SHELLCHECK)
    scripts = [path for pattern in ("tools/*.sh", ".ci/run", "extensions/**/*.sh", "tests/**/*.sh") for path in sorted(tree.glob(pattern))]
    if lacking:
        stage.skip("shellcheck", lacking)
    else:
        stage.check("shellcheck", ["shellcheck", *scripts], cwd=tree)
    changelog = tree / "changelogs" / "config.yaml"
    stage.check("antsibull-changelog lint", [places.tool("antsibull-changelog"), "lint"], cwd=changelog.parent.parent)


def _mypy(stage: Stage, tree: Path) -> None:
    cache = ["--cache-dir", str(places.BUILD / "mypy_cache"), "--config-file", str(tree / "pyproject.toml")]
    controller = [places.COLLECTION / part for part in TYPED if any((tree / part).glob("*.py"))]
    mypy = places.tool("mypy")
    if controller:
        stage.check("mypy of controller code", [mypy, *cache, *controller], cwd=places.TREE, env={"MYPYPATH": str(places.TREE)})
    tools, env = _python_files(tree / "tools"), {"MYPYPATH": str(tree / "tools")}
    stage.check("mypy of tools", [mypy, *cache, *tools], cwd=tree, env=env)
    bench = {"MYPYPATH": f"{tree / 'tests/benchmarks'}:{tree / 'tests/integration'}"}
    stage.check("mypy of the benchmarks", [mypy, *cache, "--follow-imports", "silent", "-p", "bench"], cwd=tree, env=bench)
    stage.check("mypy of the test runner", [mypy, *cache, "-p", "check"], cwd=tree, env=env)


def _python_files(folder: Path) -> list[Path]:
    """Return Python files of a folder, those without an ending too (entry points that start with a shebang)."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    return [path for path in files if path.suffix == ".py" or (not path.suffix and b"python" in path.read_bytes().split(b"\n")[0])]


def docs(stage: Stage) -> None:
    """Check what is generated against its source, and render every plugin and role as a reader would."""
    tree = collection.copy_tree(stage)
    env = {"ANSIBLE_COLLECTIONS_PATH": str(places.INSTALLED), "ANSIBLE_PAGER": "cat", "PAGER": "cat"}
    lint_docs = [places.tool("antsibull-docs"), "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=self", "."]
    stage.check("antsibull-docs lint-collection-docs", lint_docs, cwd=tree, env={"ANSIBLE_COLLECTIONS_PATH": str(places.TREE)})
    _generated(stage, tree)
    installed = collection.installed()
    for kind, name in _documented(installed):
        script = '"$0" -t "$1" "$2" > "$3" && test -s "$3" && cat "$3"'
        page = places.BUILD / "reports" / f"doc-{kind}-{name}.txt"
        page.parent.mkdir(parents=True, exist_ok=True)
        argv: Argv = ["sh", "-c", script, places.tool("ansible-doc"), kind, f"linuxnet.tcp.{name}", page]
        stage.check(f"ansible-doc renders {kind} {name}", argv, env=env)
    environment.check(stage, installed)


def _documented(folder: Path) -> list[tuple[str, str]]:
    kinds = (("module", "modules"), ("filter", "filter"), ("callback", "callback"))
    found = [
        (kind, path.stem) for kind, part in kinds for path in sorted((folder / "plugins" / part).glob("*.py")) if path.stem != "__init__"
    ]
    roles = [("role", path.parent.parent.name) for path in sorted((folder / "roles").glob("*/meta/argument_specs.yml"))]
    return found + roles
