# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run plays with the progress callback, into a file or on a terminal, and read back what it wrote."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import netns_lab

ERASE = "\r\x1b[2K"
LINE = re.compile(r"wave \d+/\d+  (hosts|waiting for) ")
SECONDS = 300
COLUMNS = 120
# What sets these decides about colours, callbacks or the bar; a test says for itself what holds.
DROPPED = ("ANSIBLE_", "AWX_", "CI", "LINUXNET_", "PYTHONDONTWRITE")

# Plugins beside the playbook: an action that returns what it is told, and hosts that cannot be reached.
TOLD = """\
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        return dict(self._task.args)
"""
GONE = """\
DOCUMENTATION = "{name: gone, short_description: never there, description: [never there], options: {}}"

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase


class Connection(ConnectionBase):
    transport = "gone"

    def _connect(self):
        raise AnsibleConnectionFailure("nobody there")

    def close(self):
        pass

    def exec_command(self, *args, **kwargs):
        raise AnsibleConnectionFailure("nobody there")

    put_file = fetch_file = exec_command
"""


class Run(NamedTuple):
    """What one run left behind."""

    rc: int
    out: str
    err: str
    events: list[dict[str, Any]]
    seconds: float

    def lines(self) -> list[str]:
        """Return the lines of the callback."""
        return [line for line in self.out.splitlines() if LINE.match(line)]

    def last(self) -> dict[str, Any]:
        """Return the last event of the progress file."""
        return self.events[-1]


class Lab:
    """Runs ansible-playbook over hosts that are names alone; each run has a progress file of its own."""

    def __init__(self, root: Path, collections: Path) -> None:
        self.root, self.collections = root, collections
        self._count = 0
        for name, text in (("action_plugins/told.py", TOLD), ("connection_plugins/gone.py", GONE), ("ansible.cfg", "[defaults]\n")):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")

    def run(self, play: str, hosts: int, stdout: int | None = None, stderr: int | None = None, **settings: str) -> Run:
        """Run a play with stdout into a file, as nohup and CI systems do it, or into a given descriptor."""
        out, err = self.root / "stdout", self.root / "stderr"
        argv, file, began = self._argv(play, hosts), self._file(), time.monotonic()
        with out.open("wb") as log, err.open("wb") as errors:
            process = subprocess.run(
                argv,
                env=self._environment(file, settings),
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=errors if stderr is None else stderr,
                check=False,
                timeout=SECONDS,
            )
        seconds = time.monotonic() - began
        return Run(process.returncode, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"), read(file), seconds)

    def terminal(self, play: str, hosts: int, **settings: str) -> Run:
        """Run a play on a terminal of its own; ``out`` is every character that the terminal got."""
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, COLUMNS, 0, 0))
        argv, file, began = self._argv(play, hosts), self._file(), time.monotonic()
        streams = {"stdin": slave, "stdout": slave, "stderr": slave}
        process = subprocess.Popen(argv, env=self._environment(file, settings), start_new_session=True, **streams)
        os.close(slave)
        got = bytearray()
        reader = threading.Thread(target=_drain, args=(master, got), daemon=True)
        reader.start()
        rc = process.wait(timeout=SECONDS)
        reader.join(timeout=10)
        os.close(master)
        return Run(rc, got.decode(), "", read(file), time.monotonic() - began)

    def _argv(self, play: str, hosts: int) -> list[str]:
        self._count += 1
        playbook, inventory = self.root / f"play-{self._count}.yml", self.root / f"hosts-{self._count}.ini"
        playbook.write_text(f"---\n{play}", encoding="utf-8")
        names = (f"h{number:03} ansible_connection=local\n" for number in range(1, hosts + 1))
        inventory.write_text("".join(names), encoding="utf-8")
        return [netns_lab._tool("ansible-playbook"), "-i", str(inventory), "-f", "20", str(playbook)]

    def _file(self) -> Path:
        return self.root / f"progress-{self._count}.jsonl"

    def _environment(self, file: Path, settings: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
        wanted = {
            **kept,
            "ANSIBLE_CALLBACKS_ENABLED": "linuxnet.tcp.rollout_progress",
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_CONFIG": str(self.root / "ansible.cfg"),
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "ANSIBLE_HOME": str(self.root / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "LC_ALL": "C.UTF-8",
            "LINUXNET_TCP_PROGRESS_FILE": str(file),
            "TERM": "xterm",
            **settings,
        }
        # Empty, ansible-core takes it for the name of a plugin.
        return {name: value for name, value in wanted.items() if value}


def _drain(fd: int, got: bytearray) -> None:
    """Read until the last process that has the terminal is gone; Linux says EIO then."""
    with contextlib.suppress(OSError):
        while piece := os.read(fd, 65536):
            got += piece


def read(file: Path) -> list[dict[str, Any]]:
    """Return the events of a progress file, none when there is no file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def screen(text: str) -> list[str]:
    """Return the rows that a terminal shows after all: what was erased is gone."""
    rows = [""]
    for part in re.split(f"({re.escape(ERASE)}|\r?\n)", text):
        if part == ERASE:
            rows[-1] = ""
        elif part.endswith("\n"):
            rows.append("")
        else:
            rows[-1] += part
    return rows
