# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor of the core and the judge: what belongs to which room, and what is below."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))

from check import reached  # noqa: E402
from check.reached import Share  # noqa: E402

PACKAGE = "from ansible_collections.linuxnet.tcp.plugins.plugin_utils"
TREE = {
    "judge.py": f"{PACKAGE} import findings, guards as g\nimport json\n",
    "guards.py": f"{PACKAGE}.outlook import Outlook\n",
    "outlook.py": f"{PACKAGE}.judge import judge\n",
    "findings.py": "from ansible_collections.linuxnet.tcp.plugins.module_utils.core import plan\n",
    "plan.py": "",
    "report.py": f"{PACKAGE} import judge\n",
}


@pytest.mark.parametrize(
    ("share", "percent"),
    [
        (Share(), (100.0, 100.0)),
        (Share(4, 3, 0, 0), (75.0, 100.0)),
        (Share(4, 4, 8, 2), (100.0, 25.0)),
        (Share(4, 3, 0, 0).plus(Share(4, 4, 8, 2)), (87.5, 25.0)),
    ],
)
def test_percent(share: Share, percent: tuple[float, float]) -> None:
    assert share.percent() == percent


@pytest.mark.parametrize(("lines", "statements", "imported"), [([1], 4, True), ([], 4, False), ([], 0, True)])
def test_a_file_without_a_line_run_was_not_imported_unless_it_is_empty(lines: list[int], statements: int, imported: bool) -> None:
    assert reached.was_imported({"executed_lines": lines, "summary": {"num_statements": statements}}) is imported


def test_the_judge_is_what_it_imports_of_its_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / reached.JUDGE_FOLDER
    folder.mkdir(parents=True)
    for name, text in TREE.items():
        (folder / name).write_text(text, encoding="utf-8")
    judge = {str(reached.JUDGE_FOLDER / name) for name in ("judge.py", "guards.py", "outlook.py", "findings.py")}
    assert reached.judge_files(tmp_path) == judge
    rooms = reached.rooms(tmp_path, [*judge, "plugins/plugin_utils/report.py", "plugins/module_utils/core/plan.py"])
    assert set(rooms) == {reached.JUDGE, "plugins/plugin_utils", reached.CORE}
    assert rooms["plugins/plugin_utils"] == ["plugins/plugin_utils/report.py"]


def test_the_judge_of_this_collection_has_its_guards_and_diagnoses() -> None:
    names = {Path(name).stem for name in reached.judge_files(ROOT)}
    assert {"judge", "conditions", "diagnoses", "findings", "guards", "guards_time_wait", "settings"} <= names
    assert not {name for name in names if name.startswith(("report_", "rollout_", "progress"))}


def test_a_file_that_no_unit_imports_is_named() -> None:
    header, row = reached.table({"room": ["room/a.py", "room/b.py"]}, {"room/a.py": Share(10, 9, 4, 3)})
    assert header.split() == ["room", "lines", "run", "branches", "run"]
    assert row.split() == ["room", "10", "90.0%", "4", "75.0%", "not", "imported:", "b.py"]
