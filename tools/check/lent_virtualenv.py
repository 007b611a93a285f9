# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lend Python 2.7 a virtualenv: it has no venv, and ansible-test would skip what it imports there without counting that."""

from __future__ import annotations

import shlex
from pathlib import Path

from check import interpreters

# It answers to the name python2.7, and lets another Python's virtualenv make environments of the real one.
SCRIPT = """\
#!/bin/sh
if [ "$1 $2 $3" = "-m virtualenv --python" ]; then
  shift 4
  exec {virtualenv} --python {python} "$@"
fi
exec {python} "$@"
"""


def lend(commands: Path, home: Path) -> Path:
    """Return a folder for PATH that holds such a python2.7; it is empty where there is no Python 2.7 or these commands have no virtualenv."""
    folder, python = home / "lent", interpreters.find("2.7")
    folder.mkdir(parents=True, exist_ok=True)
    if python and (commands / "virtualenv").exists():
        script = folder / "python2.7"
        script.write_text(SCRIPT.format(virtualenv=shlex.quote(str(commands / "virtualenv")), python=shlex.quote(str(python))), "utf-8")
        script.chmod(0o755)
    return folder
