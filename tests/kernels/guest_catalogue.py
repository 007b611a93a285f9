# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the catalogue to the running kernel."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors, sysctl_value
from guest_module import module

SYS = Path("/proc/sys")
FOLDERS = ("ipv4", "core", "netfilter")
RELEASE = tuple(int(number) for number in re.findall(r"\d+", platform.release())[:3])
CLONE_NEWNET = 0x40000000
# What brings keys of its own once it is loaded.
MODULES = ("nf_conntrack",)


def keys() -> list[str]:
    """Return the keys of this kernel below the folders that the catalogue covers as a whole, spelled as sysctl(8) does."""
    return sorted(_keys())


def _keys() -> Iterator[str]:
    for module_name in MODULES:
        subprocess.run(["modprobe", module_name], check=True)
    for top in FOLDERS:
        for folder, _folders, names in os.walk(SYS / "net" / top):
            for name in names:
                yield ".".join(part.replace(".", "/") for part in Path(folder, name).relative_to(SYS).parts)


def path_of(name: str) -> Path:
    return SYS.joinpath(*(part.replace("/", ".") for part in name.split(".")))


def unknown_keys() -> dict[str, Any]:
    found = keys()
    wrong = [f"{name} has no row" for name in found if catalogue.get(name) is None]
    return {"wrong": wrong, "note": f"{len(found)} keys"}


def absent_rows() -> dict[str, Any]:
    keys()
    rows = [row for row in catalogue.parameters() if catalogue.supported_by(row, RELEASE)]
    absent = [row for row in rows if not _example(row).exists()]
    wrong = [f"{row.name} is not there" for row in absent if not row.module]
    optional = sorted({str(row.module) for row in absent if row.module})
    return {
        "wrong": wrong,
        "note": f"{len(rows) - len(absent)} of {len(rows)} rows there; not loaded or compiled in: {', '.join(optional)}",
    }


def _example(row: Any) -> Path:
    """Return the file of a row; families stand for a member that every host has."""
    return path_of(row.name.replace("*", "0" if "nf_log" in row.name else "default"))


def dropped_rows() -> dict[str, Any]:
    dropped = [row for row in catalogue.parameters() if row.until and not catalogue.supported_by(row, RELEASE)]
    wrong = [f"{row.name} is still there" for row in dropped if path_of(row.name).exists()]
    return {"wrong": wrong, "note": f"{len(dropped)} rows"}


def scopes() -> dict[str, Any]:
    """Compare rows with a new network namespace: what is said to be per namespace is there and writable.

    The other way round proves nothing: distributions bring later releases' namespaces to older kernels (6.1.192 has icmp_msgs_per_sec).
    """
    present = [name for name in keys() if catalogue.get(name) is not None and path_of(name).stat().st_mode & 0o200]
    rows = {name: catalogue.get(name) for name in present}
    inside = set(_writable_inside([name for name, row in rows.items() if not row.one_way and _is_ours(name)]))
    claimed = {name for name, row in rows.items() if not row.one_way and _is_ours(name) and catalogue.is_per_namespace(row, RELEASE)}
    wrong = [f"{name} is host-wide, its row says per namespace" for name in sorted(claimed - inside)]
    early = sorted(inside - claimed)
    note = f"{len(present)} keys, {len(inside)} of them per namespace"
    return {"wrong": wrong, "note": f"{note}, earlier than mainline: {', '.join(early)}" if early else note}


def _is_ours(name: str) -> bool:
    """Say whether a new namespace has the interface that a key belongs to, if it belongs to one."""
    return not re.search(r"\.(conf|neigh)\.", name) or re.search(r"\.(all|default|lo)\.", name) is not None


def _writable_inside(names: list[str]) -> list[str]:
    """Return those of the keys that root may write in a namespace that was just made."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        libc = ctypes.CDLL(None, use_errno=True)
        done = libc.unshare(CLONE_NEWNET) == 0
        found = [name for name in names if path_of(name).exists() and path_of(name).stat().st_mode & 0o200]
        os.write(writer, "\n".join(found).encode() if done else b"")
        os._exit(0 if done else 1)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as stream:
        text = stream.read()
    if os.wait()[1]:
        raise OSError("unshare(CLONE_NEWNET) failed")
    return text.split("\n")


def values() -> dict[str, Any]:
    """Take what the kernel shows as if an operator had written it: it must have the form of its row, and lie within it."""
    wrong, seen = [], 0
    for name in keys():
        row, text = catalogue.get(name), _read(name)
        if row is None or not text:
            continue
        seen += 1
        try:
            sysctl_value.typed(row, text)
            if not _outside(row, text):
                continue
            wrong.append(f"{name}: {text} is outside of what the kernel is said to enforce")
        except errors.LinuxnetError as error:
            wrong.append(error.message)
    return {"wrong": wrong, "note": f"{seen} values"}


def _read(name: str) -> str:
    """Return what a key shows, fields joined by one space; nothing for keys that cannot be read, such as route.flush."""
    try:
        return " ".join(path_of(name).read_text(encoding="utf-8").split())
    except OSError:
        return ""


def _outside(row: Any, text: str) -> bool:
    value = sysctl_value.typed(row, text)
    low, high = row.enforced_minimum, row.enforced_maximum
    return isinstance(value, int) and ((low is not None and value < low) or (high is not None and value > high))


def table() -> dict[str, str]:
    """Return for each row what net_sysctl_info says of it: the value, or why there is none."""
    names = [row.name for row in catalogue.parameters() if "*" not in row.name]
    answers = module("net_sysctl_info", names=names)["parameters"]
    return {name: _cell(name, answers[name]) for name in names}


def _cell(name: str, answer: dict[str, Any]) -> str:
    if not answer["supported"]:
        return f"({answer['reason']})"
    return str(answer.get("runtime", "(secret)" if "key" in name else "(unreadable)"))
