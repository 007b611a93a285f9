# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot Debian's own kernels in a software emulator and hold the collection to each: keys, sockets, changes.

Plain emulation on purpose: a /dev/kvm that opens may still not boot an ordinary kernel.
"""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any

from check import kernel_image, kernel_table, matrix, packages, places, selection
from check.stage import Argv, Stage

TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "mmdebstrap": "mmdebstrap"}
# What a guest runs modules with: the core that reaches every Python that these releases have.
CORE = "2.16"
GUEST = places.ROOT / "tests" / "kernels"
# A guest takes half a minute on an idle machine, ten times that on one that builds other things.
SECONDS = 900


def kernels(stage: Stage) -> None:
    """Boot every kernel of tests/matrix.yml, or those that KERNELS names."""
    _boot_all(stage, selection.chosen("KERNELS", matrix.rows()["kernels"], lambda row: str(row["release"])))


def kernel_sample(stage: Stage) -> None:
    """Boot the kernels that are marked as the sample, which every run has time for."""
    _boot_all(stage, [row for row in matrix.rows()["kernels"] if row["sample"]])


def _boot_all(stage: Stage, rows: list[dict[str, Any]]) -> None:
    reason = packages.ensure(stage, TOOLS)
    modules = None if reason else _module_utils(stage)
    answers: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = f"kernel {row['release']} of {row['suite']}"
        missing = reason or (None if modules else f"ansible-core {CORE} could not be installed; see {stage.log.name}")
        image = None if missing else kernel_image.image(stage, row["suite"], row["package"])
        if missing or image is None or modules is None:
            stage.skip(name, missing or f"its packages could not be had; see {stage.log.name}")
        elif answer := _boot(stage, name, image, modules, row):
            answers[answer["release"]] = answer["table"]
    if answers:
        kernel_table.write(stage, answers)


def _module_utils(stage: Stage) -> Path | None:
    """Return the folder that holds the package ansible of the core that the guests use."""
    row = next(row for row in matrix.rows()["cores"] if row["name"] == CORE)
    commands = matrix.core_of(stage, row).commands
    return next(commands.parent.glob("lib/python3*/site-packages"), None) if commands else None


def _boot(stage: Stage, name: str, image: kernel_image.Image, modules: Path, row: dict[str, Any]) -> dict[str, Any] | None:
    """Run one guest, count its checks, and return its answer; None when there was none."""
    work = image.root.parent
    root, console, answer = work / "run.cpio", work / "console.log", work / "answer.json"
    with root.open("wb") as archive:
        archive.write(image.root.read_bytes())
        kernel_image.write(archive, _job(modules))
    answer.unlink(missing_ok=True)
    mark, started = stage.mark(), time.monotonic()
    stage.run(_qemu(image.kernel, root, console, answer), seconds=SECONDS)
    told = _read(answer)
    if told is None or not told["release"].startswith(f"{row['release']}."):
        stage.note(console.read_text(errors="backslashreplace")[-4000:] if console.exists() else "no console")
        stage.verdict(name, False, time.monotonic() - started, mark, f"the guest gave {'no answer' if told is None else told['release']}")
        return None
    print(f"       {name}: {told['release']}, Python {told['python']}, {time.monotonic() - started:.1f} s", flush=True)
    for check, found in told["checks"].items():
        _count(stage, f"{row['release']}: {check}", found)
    return told


def _count(stage: Stage, name: str, found: dict[str, Any]) -> None:
    mark = stage.mark()
    stage.note("\n".join([f"{name}: {found['note']}", *found["wrong"]]))
    stage.verdict(f"{name}: {found['note']}", not found["wrong"], 0.0, mark, "; ".join(found["wrong"])[:300])


def _read(answer: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told


def _qemu(kernel: Path, root: Path, console: Path, answer: Path) -> Argv:
    machine = ["qemu-system-x86_64", "-accel", "tcg", "-m", "768", "-smp", "1", "-nodefaults", "-no-reboot", "-display", "none"]
    serial = ["-serial", f"file:{console}", "-serial", f"file:{answer}"]
    return [*machine, *serial, "-kernel", kernel, "-initrd", root, "-append", "console=ttyS0 panic=-1 loglevel=4"]


def _job(modules: Path) -> list[kernel_image.Entry]:
    """Return what a guest runs: its script, the collection's managed-node code, and ansible's module_utils."""
    ours = places.INSTALLED / places.COLLECTION
    entries = [kernel_image.Entry("init", stat.S_IFREG | 0o755, (GUEST / "guest_init.sh").read_bytes())]
    entries += [kernel_image.Entry(f"job/{path.name}", stat.S_IFREG | 0o644, path.read_bytes()) for path in sorted(GUEST.glob("*.py"))]
    for part in ("plugins/module_utils", "plugins/modules"):
        entries += _tree(ours / part, f"job/{places.COLLECTION}/{part}")
    entries += _tree(modules / "ansible" / "module_utils", "job/ansible/module_utils")
    entries += [kernel_image.Entry("job/ansible/release.py", stat.S_IFREG | 0o644, (modules / "ansible" / "release.py").read_bytes())]
    entries += [kernel_image.Entry("job/ansible/__init__.py", stat.S_IFREG | 0o644, b"")]
    return entries


def _tree(folder: Path, place: str) -> list[kernel_image.Entry]:
    parents = [str(parent) for parent in reversed(Path(place).parents) if str(parent) != "."]
    entries = [kernel_image.Entry(name, stat.S_IFDIR | 0o755, b"") for name in (*parents, place)]
    for path in sorted(folder.rglob("*")):
        inside = f"{place}/{path.relative_to(folder)}"
        if path.is_dir() and path.name != "__pycache__":
            entries.append(kernel_image.Entry(inside, stat.S_IFDIR | 0o755, b""))
        elif path.suffix == ".py":
            entries.append(kernel_image.Entry(inside, stat.S_IFREG | 0o644, path.read_bytes()))
    return entries
