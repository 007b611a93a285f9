# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a Debian kernel and a root in memory for it (initramfs) out of packages; nothing is mounted, nobody has to be root.

The archive that the kernel unpacks is cpio's newc (Documentation/driver-api/early-userspace/buffer-format.rst), several of them one after
the other.
"""

from __future__ import annotations

import hashlib
import re
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from check import places, substrate
from check.stage import Stage

PACKAGES = ("busybox-static", "iproute2", "kmod", "procps", "python3", "python3-minimal")
# The newest packages leave it with the modules, and what installs them takes it to /boot.
KERNEL = re.compile(r"/boot/vmlinuz-|/lib/modules/[^/]+/vmlinuz$")
# Of the kernel's modules those that the collection has to do with.
MODULES = r"kernel/(net/(core|ipv4|ipv6|netfilter|sched)|lib|crypto)/.*|modules\.[a-z.]+"
KEPT = re.compile(
    rf"(usr/)?(s?bin|lib/x86_64-linux-gnu|lib64)/.*|etc/(iproute2|protocols|services).*|usr/lib/python3.*|(usr/)?lib/modules/[^/]+/({MODULES})"
)
DROPPED = re.compile(
    r"(usr/)?bin/sh|.*/(gconv|perl|perl-base|systemd|test|tests|idlelib|ensurepip|lib2to3|__pycache__|dist-packages)(/.*|$)"
)
# Debian's packages leave them to a merged /usr, which only exists once packages are configured.
MERGED = ("bin", "sbin", "lib", "lib64")
FOLDERS = ("dev", "etc/sysctl.d", "job", "proc", "root", "run", "sys", "tmp", "usr/bin", "usr/lib", "usr/lib64", "usr/sbin", "var/lib")


class Entry(NamedTuple):
    """One file of an archive: ``mode`` as stat(2) has it, and the content, for a link what it points to."""

    name: str
    mode: int
    content: bytes


class Image(NamedTuple):
    """A kernel and the root that it starts with."""

    kernel: Path
    root: Path


def image(stage: Stage, suite: str, kernel: str) -> Image | None:
    """Return the image of a Debian release and a kernel package of it, made once for each recipe; None when its packages cannot be had."""
    recipe = hashlib.sha256(repr((suite, kernel, PACKAGES, KEPT.pattern, DROPPED.pattern)).encode()).hexdigest()[:12]
    folder = places.BUILD / "kernels" / f"{suite}-{recipe}"
    made = Image(folder / "vmlinuz", folder / "root.cpio")
    if made.root.exists():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "packages.tar"
    options = ["--variant=extract", f"--include={','.join((kernel, *PACKAGES))}", *substrate.STALE.get(suite, ())]
    if stage.run(["mmdebstrap", *options, suite, archive]) != 0:
        return None
    _unpack(archive, made)
    archive.unlink()
    return made


def _unpack(archive: Path, made: Image) -> None:
    """Write kernel and root; the root last and in one rename, as it is what says that both are there."""
    partial = made.root.with_suffix(".partial")
    with tarfile.open(archive) as packages, partial.open("wb") as root:
        members = [member for member in packages.getmembers() if member.name != "."]
        for member in members:
            if KERNEL.search(member.name) and member.isfile() and (content := packages.extractfile(member)):
                made.kernel.write_bytes(content.read())
        write(root, [*_skeleton(), *_entries(packages, members)])
    partial.rename(made.root)


def _skeleton() -> Iterator[Entry]:
    parents = {str(parent) for folder in FOLDERS for parent in (Path(folder), *Path(folder).parents)} - {"."}
    for folder in sorted(parents):
        yield Entry(folder, stat.S_IFDIR | 0o755, b"")
    for name in MERGED:
        yield Entry(name, stat.S_IFLNK | 0o777, f"usr/{name}".encode())
    yield Entry("usr/bin/sh", stat.S_IFLNK | 0o777, b"busybox")


def _entries(packages: tarfile.TarFile, members: list[tarfile.TarInfo]) -> Iterator[Entry]:
    done: set[str] = set()
    for member in members:
        name = member.name.removeprefix("./")
        if not KEPT.fullmatch(name) or DROPPED.fullmatch(name):
            continue
        place = f"usr/{name}" if name.split("/")[0] in MERGED else name
        yield from _folders(place, done)
        if member.issym():
            yield Entry(place, stat.S_IFLNK | 0o777, member.linkname.encode())
        elif (file := packages.extractfile(member) if member.isfile() or member.islnk() else None) is not None:
            yield Entry(place, stat.S_IFREG | (member.mode & 0o755), file.read())


def _folders(place: str, done: set[str]) -> Iterator[Entry]:
    for parent in reversed(Path(place).parents):
        if str(parent) not in (*done, "."):
            done.add(str(parent))
            yield Entry(str(parent), stat.S_IFDIR | 0o755, b"")


def write(archive: BinaryIO, entries: list[Entry]) -> None:
    """Append an archive of the entries, its trailer included."""
    for number, entry in enumerate([*entries, Entry("TRAILER!!!", 0, b"")], 1):
        name = entry.name.encode() + b"\0"
        links = 2 if stat.S_ISDIR(entry.mode) else 1
        fields = (number, entry.mode, 0, 0, links, 0, len(entry.content), 0, 0, 0, 0, len(name), 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
        archive.write(_padded(head) + _padded(entry.content))


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
