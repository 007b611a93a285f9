# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/security.md promises modes and limits; the code has to keep them."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import sysctl_name, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, file_lock, journal_dir, leftovers
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, profile_files, store

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "security.md").read_text(encoding="utf-8")
PROMISED = dict(re.findall(r"^\| ([\w ,-]+) \| [^|]+ \| (0\d{3})\b[^|]* \|", PAGE, re.MULTILINE))


@pytest.fixture
def modes(tmp_path, monkeypatch):
    """Write everything under an umask that would let others in, and return the modes by the page's names."""
    folder, found = tmp_path / "sysctl.d", {}
    monkeypatch.setattr(drop_in_file.DropInFile, "_STANDARD_FOLDERS", (str(folder),))

    def see(temporary, path):
        found["shown"] = os.path.basename(temporary)

    def claimed(descriptor):
        found["temporary file"] = stat.S_IMODE(os.fstat(descriptor).st_mode)

    monkeypatch.setattr(leftovers, "claim", claimed)
    umask = os.umask(0)
    try:
        drop_in_file.DropInFile(str(folder / "90-linuxnet-tcp.conf"), see).replace(b"x")
        store.save_json(tmp_path / "saved" / "host.json", {})
        journals = journal_dir.JournalDir(str(tmp_path / "journals"))
        journals.prepare()
        journals.create("00000001-open.json", b"{}")
        lock = file_lock.FileLock(journals.full("lock"))
        assert lock.take()
        lock.drop()
    finally:
        os.umask(umask)
    paths = {
        "new drop-in": folder / "90-linuxnet-tcp.conf",
        "missing standard folder": folder,
        "audit document": tmp_path / "saved" / "host.json",
        "journal folder": tmp_path / "journals",
        "journal, lock, watchdog program": tmp_path / "journals" / "00000001-open.json",
        "lock": tmp_path / "journals" / "lock",
    }
    return {**found, **{name: stat.S_IMODE(path.stat().st_mode) for name, path in paths.items()}}


WRITTEN = (
    "new drop-in",
    "missing standard folder",
    "temporary file",
    "audit document",
    "journal folder",
    "journal, lock, watchdog program",
)


@pytest.mark.parametrize("name", WRITTEN)
def test_modes_are_those_of_the_page(modes, name):
    assert modes[name] == int(PROMISED[name], 8)


def test_the_lock_has_the_mode_of_a_journal(modes):
    assert modes["lock"] == int(PROMISED["journal, lock, watchdog program"], 8)


def test_temporary_names_are_those_of_the_page(modes):
    assert re.fullmatch(re.escape(".90-linuxnet-tcp.conf.") + r"\w{8}\.tmp", modes["shown"])
    assert ".NAME.????????.tmp" in PAGE


def test_limits_are_those_of_the_page():
    said = (
        f"names {sysctl_name._MAX_NAME} characters, integers {sysctl_value._MAX_DIGITS} digits, values {sysctl_value.MAX_BYTES:,} bytes, "
        f"profiles {profile_files._MAX_BYTES // 2**20} MiB, {documents._MAX_DEPTH} levels and a million values"
    )
    assert said in PAGE
    assert documents._MAX_VALUES == 10**6


def test_every_secret_key_is_named():
    assert [key for key in sysctl_name._SECRETS if f"`{key}`" not in PAGE] == []
