# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of contents says of each thing what that thing says of itself; a stale page is told and left as it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

import contents_docs  # noqa: E402

FILES = {
    "plugins/modules/__init__.py": "",
    "plugins/modules/see.py": 'DOCUMENTATION = r"""\nmodule: see\nshort_description: See a | b\n"""\nraise SystemExit\n',
    "plugins/modules/act.py": "DOCUMENTATION = '''\nshort_description: Act\n'''\n",
    "plugins/action/act.py": "",
    "plugins/filter/weigh.py": "DOCUMENTATION = '''\nshort_description: Weigh\n'''\n",
    "plugins/callback/tell.py": "DOCUMENTATION = '''\nshort_description: Tell\n'''\n",
    "roles/tune/meta/argument_specs.yml": "argument_specs: {main: {short_description: Tune}}\n",
    "playbooks/tune.yml": "# how to\n- name: Tune all\n  hosts: all\n",
    "profiles/edge.yml": "name: edge\ntitle: Edges\n",
}
PAGE = f"# Head\n\n{contents_docs.BEGIN}old\n{contents_docs.END}\ntail\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small collection."""
    for name, text in {**FILES, "README.md": PAGE}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(contents_docs, "ROOT", tmp_path)
    monkeypatch.setattr(contents_docs, "PAGE", tmp_path / "README.md")
    return tmp_path


def test_every_kind_is_listed_in_its_own_words(root: Path) -> None:
    assert [tuple(row) for row in contents_docs.rows(root)] == [
        ("linuxnet.tcp.act", "module and action", "Act"),
        ("linuxnet.tcp.see", "module", "See a | b"),
        ("linuxnet.tcp.weigh", "filter", "Weigh"),
        ("linuxnet.tcp.tell", "callback", "Tell"),
        ("linuxnet.tcp.tune", "role", "Tune"),
        ("linuxnet.tcp.tune", "playbook", "Tune all"),
        ("edge", "profile", "Edges"),
    ]
    assert "| `linuxnet.tcp.see` | module | See a \\| b |\n" in contents_docs.render(root)


def test_a_stale_page_is_told_then_renewed_and_the_rest_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = root / "README.md"
    assert contents_docs.main(["--check"]) == 1
    assert "README.md is stale" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8") == PAGE
    assert contents_docs.main([]) == 0
    fresh = page.read_text(encoding="utf-8")
    assert fresh.startswith(f"# Head\n\n{contents_docs.BEGIN}\n| name |")
    assert fresh.endswith(f"{contents_docs.END}\ntail\n")
    assert "old" not in fresh
    assert contents_docs.main(["--check"]) == 0


def test_a_plugin_that_says_nothing_of_itself_is_an_error(root: Path) -> None:
    (root / "plugins/modules/see.py").write_text("OTHER = 1\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"see\.py: has no DOCUMENTATION"):
        contents_docs.render(root)
