# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same sources give the same bytes, whatever ansible-galaxy put into the archive; other sources give others."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

from check import artifact  # noqa: E402

EPOCH = 1_700_000_000
TEXTS = {"README.md": b"# Read me\n", "plugins/modules/one.py": b"print(1)\n", "docs/two.md": b"two\n"}


def built(path: Path, order: list[str], time: int, owner: str, texts: dict[str, bytes] | None = None) -> Path:
    """Write an archive as ansible-galaxy does: with folders, times, owners and lists in the order of the file system."""
    texts = texts or TEXTS
    listed = [{"name": name, "ftype": "file", "chksum_sha256": hashlib.sha256(texts[name]).hexdigest()} for name in order]
    files = json.dumps({"files": listed, "format": 1}).encode()
    manifest = json.dumps(
        {"collection_info": {"name": "tcp"}, "file_manifest_file": {"chksum_sha256": hashlib.sha256(files).hexdigest()}}
    ).encode()
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"MANIFEST.json": manifest, "FILES.json": files, **{name: texts[name] for name in order}}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uname, member.mode = len(content), time, owner, 0o644
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return built(tmp_path / "one.tar.gz", sorted(TEXTS), 1, "alice")


def normalised(source: Path, epoch: int = EPOCH) -> bytes:
    target = source.parent / "normal" / source.name
    artifact.normalise(source, target, epoch)
    return target.read_bytes()


def test_time_owner_and_order_do_not_matter(tmp_path: Path, one: Path) -> None:
    two = built(tmp_path / "two.tar.gz", sorted(TEXTS, reverse=True), 2, "bob")
    assert one.read_bytes() != two.read_bytes()
    assert normalised(one) == normalised(two)


def test_content_matters(tmp_path: Path, one: Path) -> None:
    other = built(tmp_path / "other.tar.gz", sorted(TEXTS), 1, "alice", {**TEXTS, "docs/two.md": b"three\n"})
    assert normalised(one) != normalised(other)


def test_the_time_is_the_one_that_is_asked_for(one: Path) -> None:
    assert normalised(one, EPOCH) != normalised(one, EPOCH + 1)


def test_checksums_and_contents_agree(one: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(normalised(one))) as archive:
        names = archive.getnames()
        contents = {name: archive.extractfile(name).read() for name in names}  # type: ignore[union-attr]
    assert names[:2] == ["MANIFEST.json", "FILES.json"]
    assert {name: contents[name] for name in TEXTS} == TEXTS
    said = json.loads(contents["MANIFEST.json"])["file_manifest_file"]["chksum_sha256"]
    assert said == hashlib.sha256(contents["FILES.json"]).hexdigest()


def test_a_repository_is_put_in(one: Path) -> None:
    target = one.parent / "with.tar.gz"
    artifact.with_repository(one, target, "https://example.org/x")
    assert artifact.metadata(target)["repository"] == "https://example.org/x"
    assert "repository" not in artifact.metadata(one)
