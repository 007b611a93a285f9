# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A link that leads nowhere is found, one that leads somewhere is not, and what leaves the site is left alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

from check import site_links  # noqa: E402


@pytest.mark.parametrize(
    ("link", "count", "broken"),
    [
        ("other.html", 1, False),
        ("other.html#here", 1, False),
        ("#top", 1, False),
        ("deep/", 1, False),
        ("a%20b.txt", 1, False),
        ("nowhere.html", 1, True),
        ("other.html#gone", 1, True),
        ("#gone", 1, True),
        ("empty/", 1, True),
        ("https://example.org/nowhere", 0, False),
        ("//example.org/nowhere", 0, False),
        ("mailto:somebody@example.org", 0, False),
    ],
)
def test_links(tmp_path: Path, link: str, count: int, broken: bool) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "deep" / "index.html").write_text("<p>deep</p>")
    (tmp_path / "a b.txt").write_text("text")
    (tmp_path / "other.html").write_text('<p id="here">other</p>')
    (tmp_path / "page.html").write_text(f'<a name="top" href="{link}">go</a>')
    assert site_links.check(tmp_path) == (count, [f"page.html: {link}"] if broken else [])
