# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both pages have what tests/matrix.yml says; each of them is told when it is stale."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

import matrix_docs  # noqa: E402

MATRIX = """
cores:
  - {name: "2.16", controllers: ["3.9", "3.11"], targets: {from: "2.7", to: "3.13"}, required: true, reason: oldest}
  - {name: "2.21", controllers: ["3.11", "3.14"], targets: {from: "3.9", to: "3.14"}, required: false, reason: newest}
pythons: [{version: "2.7", required: true, reason: old}]
containers: [{suite: trixie, python: "3.13", reason: new}]
kernels: [{release: "6.12", suite: trixie, sample: true, reason: new}]
"""
EMPTY = f"{matrix_docs.BEGIN}{matrix_docs.END}tail\n"


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return a page and a README whose tables are empty."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "matrix.yml").write_text(MATRIX, encoding="utf-8")
    page, readme = tmp_path / "support.md", tmp_path / "README.md"
    for name, path in (("PAGE", page), ("README", readme)):
        path.write_text(EMPTY, encoding="utf-8")
        monkeypatch.setattr(matrix_docs, name, path)
    monkeypatch.setattr(matrix_docs, "ROOT", tmp_path)
    return page, readme


def test_both_pages_are_written(pages: tuple[Path, Path]) -> None:
    assert matrix_docs.main([]) == 0
    page, readme = (path.read_text(encoding="utf-8") for path in pages)
    assert "| 2.16 | 3.9, 3.11 | 2.7 to 3.13 | yes | oldest |" in page
    assert "| ansible-core | 2.16, 2.21 |\n| Python of the controller | 3.9, 3.11, 3.14 |\n" in readme
    assert "| Linux in an emulator | 6.12 (trixie) |" in readme
    assert all(text.endswith(f"{matrix_docs.END}tail\n") for text in (page, readme))
    assert matrix_docs.main(["--check"]) == 0


@pytest.mark.parametrize("number", [0, 1])
def test_either_page_alone_can_be_stale(pages: tuple[Path, Path], number: int, capsys: pytest.CaptureFixture[str]) -> None:
    matrix_docs.main([])
    pages[number].write_text(EMPTY, encoding="utf-8")
    assert matrix_docs.main(["--check"]) == 1
    assert capsys.readouterr().out.startswith(f"{pages[number].name} is stale")
    assert pages[number].read_text(encoding="utf-8") == EMPTY
