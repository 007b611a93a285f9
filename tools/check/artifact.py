# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the artifact of a collection anew so that the same sources give the same bytes, whoever builds them, where and when.

``ansible-galaxy collection build`` puts the time of the build, the times of the files and the order of the folder into the archive, and
has no option against it (ansible-core 2.21).
"""

from __future__ import annotations

import copy
import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

# The two lists come first, as ansible-galaxy writes them: what installs a collection then need not read all of it.
MANIFEST, FILES = "MANIFEST.json", "FILES.json"
Members = dict[str, tuple[tarfile.TarInfo, bytes | None]]


def normalise(source: Path, target: Path, epoch: int) -> None:
    """Write source as target with sorted members, one time for all of them and no owner; the checksums follow."""
    members = _read(source)
    _sort_list(members)
    _write(target, members, epoch)


def with_repository(source: Path, target: Path, address: str) -> None:
    """Write source as target with a repository in its metadata."""
    members = _read(source)
    manifest = _json(members, MANIFEST)
    manifest["collection_info"]["repository"] = address
    _replace(members, MANIFEST, manifest)
    _write(target, members, 0)


def metadata(artifact: Path) -> dict[str, Any]:
    """Return what the artifact says of itself: namespace, name, version, repository."""
    information: dict[str, Any] = _json(_read(artifact), MANIFEST)["collection_info"]
    return information


def _read(source: Path) -> Members:
    with tarfile.open(source) as archive:
        files = {member.name: (member, archive.extractfile(member)) for member in archive.getmembers()}
        return {name: (member, file.read() if file else None) for name, (member, file) in files.items()}


def _sort_list(members: Members) -> None:
    """Bring the list of files into order, and put its new checksum into the manifest."""
    files = _json(members, FILES)
    files["files"] = sorted(files["files"], key=lambda row: str(row["name"]))
    text = _replace(members, FILES, files)
    manifest = _json(members, MANIFEST)
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(text).hexdigest()
    _replace(members, MANIFEST, manifest)


def _json(members: Members, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(members[name][1] or b"{}")
    return content


def _replace(members: Members, name: str, content: dict[str, Any]) -> bytes:
    text = json.dumps(content, indent=1).encode()
    members[name] = (members[name][0], text)
    return text


def _write(target: Path, members: Members, epoch: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    order = [MANIFEST, FILES, *sorted(set(members) - {MANIFEST, FILES})]
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in order:
            member, content = members[name]
            archive.addfile(_plain(member, content, epoch), io.BytesIO(content or b""))
    with target.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=epoch) as packed:
        packed.write(plain.getvalue())


def _plain(member: tarfile.TarInfo, content: bytes | None, epoch: int) -> tarfile.TarInfo:
    """Return the member with nothing in it that depends on who builds."""
    plain = copy.copy(member)
    plain.mtime, plain.uid, plain.gid, plain.uname, plain.gname, plain.pax_headers = epoch, 0, 0, "", "", {}
    plain.size = len(content or b"")
    return plain
