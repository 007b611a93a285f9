# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release whose version is not the same everywhere is found, and one that is the same passes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

from check import versions  # noqa: E402

SAID = {"changes": {"release_summary": "All of it."}}


@pytest.mark.parametrize(
    ("version", "log", "text", "wrong"),
    [
        ("1.0.0", {"1.0.0": SAID}, "## 1.0.0\n", []),
        ("1.1.0", {"1.0.0": SAID}, "## 1.0.0\n", []),
        ("1.10.0", {"1.9.0": SAID, "1.10.0": SAID}, "## v1\\.9\\.0\n## v1\\.10\\.0\n", []),
        ("1.9.0", {"1.9.0": SAID, "1.10.0": SAID}, "## v1.9.0\n## v1.10.0\n", ["galaxy.yml: 1.9.0 is older than 1.10.0"]),
        ("1.0.0", {}, "", ["there is no release"]),
        ("1.0.0", {"1.0.0": SAID}, "1.0.0 in passing\n", ["no heading for 1.0.0"]),
        ("1.0.0", {"1.0.0": {"changes": {"minor_changes": ["x"]}}}, "## 1.0.0\n", ["1.0.0 has no release_summary"]),
        ("1.0.0", {"1.0.0": {}}, "## 1.0.0\n", ["1.0.0 has no release_summary"]),
        ("1.0.0-dev", {"1.0.0": SAID}, "## 1.0.0\n", ["1.0.0-dev is not MAJOR.MINOR.PATCH"]),
    ],
)
def test_galaxy_and_change_log(version: str, log: dict[str, Any], text: str, wrong: list[str]) -> None:
    found = list(versions.unlike_log(version, log, text))
    assert len(found) == len(wrong)
    assert all(part in line for part, line in zip(wrong, found, strict=True))


@pytest.mark.parametrize(
    ("tags", "here", "waiting", "wrong"),
    [
        (["v1.0.0"], ["v1.0.0"], [], []),
        (["v0.9.0"], [], ["new.yml"], []),
        (["v1.0.0"], [], [], ["v1.0.0 is another commit"]),
        (["v0.9.0"], ["v0.9.0"], [], ["this commit is v0.9.0"]),
        (["v1.0.0"], ["v1.0.0"], ["new.yml"], ["leaves fragments out of the change log: new.yml"]),
    ],
)
def test_tags(tags: list[str], here: list[str], waiting: list[str], wrong: list[str]) -> None:
    found = list(versions.unlike_tags("1.0.0", tags, here, waiting))
    assert len(found) == len(wrong)
    assert all(part in line for part, line in zip(wrong, found, strict=True))


@pytest.mark.parametrize(
    ("path", "text", "wrong"),
    [
        ("plugins/modules/one.py", "version_added: 1.0.0\n", []),
        ("plugins/modules/one.py", "version_added: '1.1.0'\n", ["plugins/modules/one.py: version_added 1.1.0"]),
        ("plugins/modules/one.py", "    version_added: 1.0\n", ["plugins/modules/one.py: version_added 1.0"]),
        ("roles/one/meta/argument_specs.yml", "    version_added: 2.0.0\n", ["roles/one/meta/argument_specs.yml: version_added 2.0.0"]),
        ("README.md", "ansible-galaxy collection install linuxnet.tcp:==1.0.0, ansible-core 2.16.0\n", []),
        ("docs/deep/page.md", "linuxnet-tcp-0.1.0.tar.gz\n", ["docs/deep/page.md: names 0.1.0"]),
        ("CHANGELOG.md", "linuxnet.tcp 0.9.0\n", []),
    ],
)
def test_what_is_documented(tmp_path: Path, path: str, text: str, wrong: list[str]) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    assert list(versions.unlike_tree("1.0.0", tmp_path)) == wrong
