# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compile the benchmark's C programs: the floor, the meter and the maker of TIME_WAITs."""

from __future__ import annotations

import shutil
import subprocess

from bench import places


class NoCompiler(Exception):
    """The C programs cannot be made; the text says what to do."""


def compile_all() -> dict[str, str]:
    """Compile every program that is older than its source and return their paths by name."""
    return {source.stem: _compiled(source.stem) for source in sorted(places.SOURCES.glob("*.c"))}


def _compiled(name: str) -> str:
    source, program = places.SOURCES / f"{name}.c", places.PROGRAMS / name
    if program.exists() and program.stat().st_mtime >= source.stat().st_mtime:
        return str(program)
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        raise NoCompiler("no C compiler: install one (Debian: apt-get install gcc libc6-dev); the benchmark's floor is a C program")
    program.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-o", program, source], text=True, capture_output=True, check=False)
    if done.returncode:
        raise NoCompiler(f"{source.name} does not compile (Debian: apt-get install libc6-dev linux-libc-dev):\n{done.stderr}")
    return str(program)
