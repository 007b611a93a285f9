# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that looks like a host, drop-ins in every trap that a path can be, and a second opinion on what a run may change."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.linuxnet.tcp.plugins.module_utils import transaction
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, sysctl_tree

RUNNING = {
    "net.ipv4.tcp_syncookies": "1",
    "net.ipv4.tcp_keepalive_time": "7200",
    "net.ipv4.tcp_fin_timeout": "60",
    "net.ipv4.tcp_sack": "1",
    "net.ipv4.tcp_rmem": "4096\t131072\t6291456",
    "net.ipv4.ip_local_port_range": "32768\t60999",
    "net.ipv4.ip_unprivileged_port_start": "1024",
    "net.ipv4.ip_local_reserved_ports": "",
    "net.ipv4.tcp_congestion_control": "cubic",
    "net.ipv4.conf.eth0/100.rp_filter": "0",
    "net.ipv4.tcp_fastopen_key": "0-0-0-0",
    "net.test.knob": "4\t5",
}
STRANGERS = {"kernel.osrelease": "6.18.44", "vm.swappiness": "60", "kernel.panic": "0"}
ROOT = os.geteuid() == 0
NAME = "90-a.conf"


class Tree(sysctl_tree.SysctlTree):  # type: ignore[misc]
    """Keys as plain files."""

    # A plain file, unlike a key, keeps the rest of a longer old value.
    _WRITE_FLAGS = os.O_WRONLY | os.O_TRUNC


class Trap(NamedTuple):
    """How a path lies: ``lay(box, data)`` makes it and returns the path to give; the verdicts are without and with follow.

    refused: never accepted. unsplit: refused when the file would have to be written. open: accepted when the settings are.
    """

    lay: Callable[[Box, bytes], str]
    plain: str
    follow: str


class Box:
    """One host in a folder: proc, etc/sysctl.d, and what lies outside."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "etc" / "sysctl.d"
        self.outside = root / "outside"
        self.path = self.folder / NAME
        self.victim = self.outside / "victim.conf"
        for name, value in {**RUNNING, **STRANGERS}.items():
            self.key(name).parent.mkdir(parents=True, exist_ok=True)
            self.key(name).write_text(value + "\n", encoding="ascii")
        self._pristine = snapshot(root)

    def key(self, name: str) -> Path:
        swapped = name.translate({ord("."): "/", ord("/"): "."})
        return self.root / "proc" / "sys" / swapped

    def fresh(self) -> None:
        """Put everything back to where each case begins."""
        for top in ("etc", "outside"):
            shutil.rmtree(self.root / top, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.outside.mkdir()
        (self.folder / "10-theirs.conf").write_bytes(b"net.ipv4.tcp_sack = 0\n")
        self.victim.write_bytes(b"# theirs\nnet.ipv4.tcp_sack = 0\n")
        for name, value in {**RUNNING, **STRANGERS}.items():
            if self.key(name).read_text(encoding="latin-1") != value + "\n":
                self.key(name).write_text(value + "\n", encoding="ascii")

    def apply(self, path: str, follow: bool, **wish: Any) -> dict[str, Any] | errors.LinuxnetError:
        """Run the transaction; return its result or the error that it may raise. Anything else is a defect and passes."""
        request = transaction.Request(path=path, unsupported="fail", **wish)
        try:
            result: dict[str, Any] = transaction.apply(request, Tree(str(self.root)), drop_in_file.DropInFile(path, follow=follow))
        except errors.LinuxnetError as error:
            return error
        return result


def snapshot(root: Path) -> dict[str, tuple[Any, ...]]:
    """Return {path: what could change about it} of everything below root, without following a link."""
    found: dict[str, tuple[Any, ...]] = {}
    pending = [str(root)]
    while pending:
        for entry in os.scandir(pending.pop()):
            about = entry.stat(follow_symlinks=False)
            what: Any = None
            if stat.S_ISDIR(about.st_mode):
                pending.append(entry.path)
            elif stat.S_ISLNK(about.st_mode):
                what = os.readlink(entry.path)
            elif stat.S_ISREG(about.st_mode):
                what = (Path(entry.path).read_bytes(), about.st_mtime_ns, about.st_ino)
            found[entry.path] = (about.st_mode, about.st_uid, about.st_gid, about.st_nlink if what else 0, what)
    return found


def changed(before: dict[str, tuple[Any, ...]], after: dict[str, tuple[Any, ...]]) -> set[str]:
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def _file(box: Box, data: bytes) -> str:
    box.path.write_bytes(data)
    return str(box.path)


def _absent(box: Box, data: bytes) -> str:
    return str(box.path)


def _link_out(box: Box, data: bytes) -> str:
    box.victim.write_bytes(data)
    box.path.symlink_to(box.victim)
    return str(box.path)


def _link_beside(box: Box, data: bytes) -> str:
    (box.folder / "there").write_bytes(data)
    box.path.symlink_to("there")
    return str(box.path)


def _link_to(target: str) -> Callable[[Box, bytes], str]:
    def lay(box: Box, data: bytes) -> str:
        box.path.symlink_to(target)
        return str(box.path)

    return lay


def _directory(box: Box, data: bytes) -> str:
    box.path.mkdir()
    return str(box.path)


def _fifo(box: Box, data: bytes) -> str:
    os.mkfifo(box.path)
    return str(box.path)


def _hard_link(box: Box, data: bytes) -> str:
    box.victim.write_bytes(data)
    box.path.hardlink_to(box.victim)
    return str(box.path)


def _writable_by_all(box: Box, data: bytes) -> str:
    box.path.write_bytes(data)
    box.path.chmod(0o666)
    return str(box.path)


def _mode_of(part: str, mode: int) -> Callable[[Box, bytes], str]:
    def lay(box: Box, data: bytes) -> str:
        box.path.write_bytes(data)
        (box.root / part).chmod(mode)
        return str(box.path)

    return lay


def _foreign_folder(box: Box, data: bytes) -> str:
    box.path.write_bytes(data)
    os.chown(box.folder, 1234, -1)
    return str(box.path)


def _foreign_in_shared(box: Box, data: bytes) -> str:
    box.path.write_bytes(data)
    os.chown(box.path, 1234, -1)
    box.folder.chmod(0o1777)
    return str(box.path)


def _foreign_link(box: Box, data: bytes) -> str:
    path = _link_out(box, data)
    os.lchown(path, 1234, -1)
    return path


def _linked_folder(box: Box, data: bytes) -> str:
    (box.outside / NAME).write_bytes(data)
    shutil.rmtree(box.folder)
    box.folder.symlink_to(box.outside)
    return str(box.path)


def _spelled(spelling: str) -> Callable[[Box, bytes], str]:
    """Return a path like ``{folder}/../x.conf``; the folder's own drop-in holds the data."""

    def lay(box: Box, data: bytes) -> str:
        box.path.write_bytes(data)
        return spelling.replace("{folder}", str(box.folder)).replace("{outside}", str(box.outside))

    return lay


def _with_leftovers(box: Box, data: bytes) -> str:
    """A link where a killed run's temporary file could be: it is no such file and has to stay."""
    (box.folder / f".{NAME}.abcdefgh.tmp").symlink_to(box.victim)
    return _file(box, data)


TRAPS = {
    "file": Trap(_file, "open", "open"),
    "absent": Trap(_absent, "open", "open"),
    "leftovers": Trap(_with_leftovers, "open", "open"),
    "link out": Trap(_link_out, "refused", "open"),
    "link beside": Trap(_link_beside, "refused", "open"),
    "link to nothing": Trap(_link_to("../../outside/none"), "refused", "refused"),
    "link to itself": Trap(_link_to(NAME), "refused", "refused"),
    "link to a device": Trap(_link_to("/dev/null"), "refused", "refused"),
    "link to the kernel": Trap(_link_to("/proc/sys/kernel/panic"), "refused", "refused"),
    "directory": Trap(_directory, "refused", "refused"),
    "fifo": Trap(_fifo, "refused", "refused"),
    "hard link": Trap(_hard_link, "unsplit", "unsplit"),
    "writable by all": Trap(_writable_by_all, "unsplit", "unsplit"),
    "open folder": Trap(_mode_of("etc/sysctl.d", 0o777), "refused", "refused"),
    "open parent": Trap(_mode_of("etc", 0o757), "refused", "refused"),
    "sticky folder": Trap(_mode_of("etc/sysctl.d", 0o1777), "open", "open"),
    "linked folder": Trap(_linked_folder, "refused", "open"),
    "dots": Trap(_spelled("{folder}/../../outside/victim.conf"), "refused", "refused"),
    "relative": Trap(_spelled("etc/sysctl.d/90-a.conf"), "refused", "refused"),
    "no suffix": Trap(_spelled("{folder}/90-a"), "refused", "refused"),
    "hidden": Trap(_spelled("{folder}/.conf"), "refused", "refused"),
    "a folder's name": Trap(_spelled("{folder}/"), "refused", "refused"),
    "missing folder": Trap(_spelled("{folder}/none/90-a.conf"), "refused", "refused"),
    "below a file": Trap(_spelled("{folder}/90-a.conf/b.conf"), "refused", "refused"),
    "long": Trap(_spelled("{folder}/" + "x" * 240 + ".conf"), "refused", "refused"),
    "longer": Trap(_spelled("{folder}/" + "x" * 70000 + ".conf"), "refused", "refused"),
    "NUL": Trap(_spelled("{folder}/a\0b.conf"), "refused", "refused"),
    "line break": Trap(_spelled("{folder}/a\nb.conf"), "refused", "refused"),
    "escape": Trap(_spelled("{folder}/\x1b[2J.conf"), "refused", "refused"),
    "bidi": Trap(_spelled("{folder}/a\u202eb.conf"), "refused", "refused"),
    "surrogate": Trap(_spelled("{folder}/a\udcff.conf"), "refused", "refused"),
    "empty": Trap(_spelled(""), "refused", "refused"),
    "slashes": Trap(_spelled("{folder}//./90-a.conf"), "open", "open"),
    "letters": Trap(_spelled("{folder}/90-ü%s{}$(id).conf"), "open", "open"),
}
if ROOT:
    TRAPS.update(
        {
            "foreign folder": Trap(_foreign_folder, "refused", "refused"),
            "foreign file in a shared folder": Trap(_foreign_in_shared, "refused", "refused"),
            "foreign link": Trap(_foreign_link, "refused", "refused"),
        }
    )


def key_of(line: bytes) -> str | None:
    """Return the key that a line assigns, by a reading of sysctl.d(5) of our own; None for any other line."""
    match = re.fullmatch(rb"[ \t\r]*(-*)([^=]*?)[ \t\r]*(?:(=).*)?", line, re.DOTALL)
    if match is None or not (match[3] or match[1]) or (match[2][:1] in (b"#", b";") and not match[1]):
        return None
    name = match[2].decode("latin-1").strip().lstrip("/")
    if any(char in name for char in "*?["):
        return None
    first = re.search(r"[./]", name)
    return name.translate({46: "/", 47: "."}) if first and first[0] == "/" else name


def strangers(data: bytes | None, names: set[str]) -> list[bytes]:
    """Return the lines that assign none of the names, in order."""
    return [line for line in (data or b"").split(b"\n") if key_of(line) not in names]


def meaning(name: str, raw: Any) -> Any:
    """Return what an operator means by a value; raises for what means nothing."""
    fields = raw if isinstance(raw, (list, tuple)) else [raw]
    if name.endswith("reserved_ports"):
        text = ",".join(str(field) for field in fields)
        chunks = [chunk.strip().partition("-") for chunk in text.split(",") if text.strip()]
        return {port for low, _dash, high in chunks for port in range(int(low), int(high or low) + 1)}
    words = [word for field in fields for word in (str(int(field)) if isinstance(field, bool) else str(field)).split()]
    if name.endswith("congestion_control"):
        return words
    return [int(word, 0) for word in words]


@contextlib.contextmanager
def box_in(folder: Path) -> Any:
    """Yield a Box in memory where the machine has /dev/shm, as every case syncs files; else below ``folder``."""
    memory = Path("/dev/shm")
    root = (memory if os.access(memory, os.W_OK) else folder) / f"linuxnet-tcp-hostile-{os.getpid()}"
    root.mkdir(mode=0o700)
    try:
        yield Box(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
