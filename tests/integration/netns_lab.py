# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run commands, modules and playbooks in a private network namespace that cannot change its host."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
READY_SECONDS = 10
END_SECONDS = 10
MODULE_SECONDS = 120
PLAYBOOK_SECONDS = 300

# In a namespace made by real root, vm.*, kernel.* and fs.* are the host's and writable, so /proc/sys is
# bound read-only with only net on top of it; /etc stays the host's except the folders that are covered here.
COVER = """
for folder in /etc/sysctl.d /run/sysctl.d; do
  test ! -d "$folder" || mount -t tmpfs -o size=1m,mode=0755 tmpfs "$folder"
done
# The journals of net_sysctl; nothing else that a test needs stands below it.
mount -t tmpfs -o size=8m,mode=0755 tmpfs /var/lib
ip link set lo up
# Writable in a namespace, yet the host's, and 1 stays until the next boot.
for key in /proc/sys/net/netfilter/nf_hooks_lwtunnel; do
  test ! -e "$key" || { mount --bind "$key" "$key"; mount -o remount,bind,ro "$key"; }
done
"""
PROTECT = """
mount --bind /proc/sys /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,ro /proc/sys
"""
HOLD = "echo ready; exec sleep infinity"


class Unavailable(Exception):
    """This machine does not let us make a network namespace; the text says why."""


class _PlaybookRun(NamedTuple):
    returncode: int
    events: list[dict[str, Any]]


class PlaybookRun(_PlaybookRun):
    """``returncode, events`` of one run; ``stdout`` holds what ansible-playbook printed."""

    stdout: str = ""

    def results(self, task: str) -> list[dict[str, Any]]:
        """Return the results of the tasks whose name (without the role's) is this one."""
        return [event["result"] for event in self.events if event["task"].rpartition(" : ")[2] == task]


class Namespace:
    """Hold one private network namespace open and run things inside it."""

    def __init__(self, root: Path, collections: Path) -> None:
        self.root = root
        self.collections = collections
        self._work = root / ".lab"
        self._helpers: list[subprocess.Popen[Any]] = []
        self._count = 0
        self._work.mkdir(parents=True, exist_ok=True)
        self._configuration = self._work / "ansible.cfg"
        self._configuration.write_text("[defaults]\n", encoding="utf-8")
        self._holder = _hold()
        self.pid = self._holder.pid
        self._identity = os.stat(f"/proc/{self.pid}/ns/net").st_ino

    def enter(self, argv: list[str]) -> list[str]:
        """Return the command line that runs argv inside this namespace."""
        user = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
        return ["nsenter", "-t", str(self.pid), *user, "-n", "-m", "--", *map(str, argv)]

    def run(self, argv: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run argv inside; text, captured, checked, 60 seconds at most unless told otherwise."""
        defaults: dict[str, Any] = {"text": True, "capture_output": True, "timeout": 60, "cwd": self.root}
        if "stdout" in options or "stderr" in options:
            del defaults["capture_output"]
        if "input" not in options:
            defaults["stdin"] = subprocess.DEVNULL
        check = options.pop("check", True)
        return subprocess.run(self.enter(argv), check=check, **{**defaults, **options})

    def popen(self, argv: list[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a helper inside; it is killed with its whole session when the namespace is closed."""
        defaults: dict[str, Any] = {"text": True, "cwd": self.root, "stdin": subprocess.DEVNULL, "start_new_session": True}
        helper = subprocess.Popen(self.enter(argv), **{**defaults, **options})
        self._helpers.append(helper)
        return helper

    def sysctl(self, name: str) -> str:
        """Return a value read by sysctl(8), an independent reader, fields joined by one space."""
        return " ".join(self.run(["sysctl", "-n", name]).stdout.split())

    def module(
        self,
        name: str,
        args: dict[str, Any],
        check: bool = False,
        diff: bool = False,
        python: str = sys.executable,
        user: str | int | None = None,
    ) -> dict[str, Any]:
        """Run a module or action of this collection through ansible and return its result, failed ones too.

        ``user`` (a name or uid) runs the module's Python as an ordinary user, without any capability; as such a
        user can seldom read a virtualenv of root's, the interpreter then is the system's unless ``python`` is given.
        """
        if user is not None:
            python = self._as_user(user, "/usr/bin/python3" if python == sys.executable else python)
        fqcn = name if "." in name else f"linuxnet.tcp.{name}"
        extra = json.dumps({"ansible_python_interpreter": python})
        argv = [_tool("ansible"), "localhost", "-i", "localhost,", "-c", "local", "-m", fqcn, "-a", json.dumps(args), "-e", extra]
        argv += ["--check"] * check + ["--diff"] * diff
        process, events = self._ansible(argv, MODULE_SECONDS)
        if not events:
            raise AssertionError(f"{fqcn} returned nothing (rc {process.returncode}):\n{process.stdout}{process.stderr}")
        result: dict[str, Any] = events[-1]["result"]
        result.setdefault("failed", events[-1]["status"] in ("failed", "unreachable"))
        return result

    def playbook(
        self,
        playbook: str | Path,
        extra_vars: dict[str, Any] | None = None,
        check: bool = False,
        diff: bool = False,
        arguments: tuple[str, ...] = (),
    ) -> PlaybookRun:
        """Run a playbook (a path, a name such as linuxnet.tcp.audit, or YAML text) on localhost inside."""
        target = str(playbook)
        if "\n" in target:
            text, target = target, str(self._work / f"playbook-{self._count}.yml")
            Path(target).write_text(text, encoding="utf-8")
        variables = {"ansible_python_interpreter": sys.executable, **(extra_vars or {})}
        argv = [_tool("ansible-playbook"), "-i", "localhost,", "-c", "local", "-e", json.dumps(variables), target]
        argv += ["--check"] * check + ["--diff"] * diff + list(arguments)
        process, events = self._ansible(argv, PLAYBOOK_SECONDS)
        run = PlaybookRun(process.returncode, events)
        run.stdout = process.stdout + process.stderr
        return run

    def close(self) -> None:
        """Kill what still runs inside and let the namespace go; sockets and values vanish with it."""
        for helper in self._helpers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(helper.pid, signal.SIGKILL)
            helper.wait(timeout=10)
        self._end_members()
        self._holder.kill()
        self._holder.communicate(timeout=10)

    def _end_members(self) -> None:
        """Kill what is left inside, again for what was just being forked, until nothing but the holder is seen."""
        deadline = time.monotonic() + END_SECONDS
        while left := [pid for pid in self._members() if pid != self.pid]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"processes {left} do not end in the namespace of {self.root}")
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _members(self) -> Iterator[int]:
        """Yield processes of this namespace; nothing but what we started can be in it."""
        for entry in os.listdir("/proc"):
            with contextlib.suppress(OSError):
                if entry.isdigit() and os.stat(f"/proc/{entry}/ns/net").st_ino == self._identity:
                    yield int(entry)

    def _ansible(self, argv: list[str], seconds: int) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
        self._count += 1
        record = self._work / f"events-{self._count}.jsonl"
        process = self.run(argv, env=self._environment(record), check=False, timeout=seconds)
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        return process, [json.loads(line) for line in lines]

    def _environment(self, record: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONDONTWRITE"))}
        return {
            **kept,
            "ANSIBLE_CALLBACKS_ENABLED": "recorder",
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_CONFIG": str(self._configuration),
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "ANSIBLE_HOME": str(self._work / "ansible"),
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
            "ANSIBLE_LOCAL_TEMP": str(self._work / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_REMOTE_TEMP": str(self._work / "remote"),
            "ANSIBLE_RETRY_FILES_ENABLED": "0",
            "LC_ALL": "C.UTF-8",
            "LINUXNET_TCP_EVENTS": str(record),
        }

    def _as_user(self, user: str | int, python: str) -> str:
        """Write an interpreter that drops to user first; with pipelining the module comes by stdin."""
        if os.geteuid() != 0:
            raise Unavailable("only root can run a module as another user")
        group = subprocess.run(["id", "-g", str(user)], text=True, capture_output=True, check=True).stdout.strip()
        wrapper = self._work / f"python-as-{user}"
        drop = f"setpriv --reuid {user} --regid {group} --clear-groups --inh-caps=-all --bounding-set=-all"
        wrapper.write_text(f'#!/bin/sh\nexport HOME=/tmp\ncd /tmp\nexec {drop} {python} "$@"\n', encoding="utf-8")
        wrapper.chmod(0o755)
        return str(wrapper)


def _tool(name: str) -> str:
    """Return the command of the environment that runs the tests, before any other of that name."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise Unavailable(f"{name} is not installed beside {sys.executable} nor in PATH; run the tests with make integration")
    return found


def _hold() -> subprocess.Popen[str]:
    """Start the process that keeps the namespace alive, and wait until it is made."""
    root = os.geteuid() == 0
    flags = ["-n", "-m", "--propagation", "private"] if root else ["-U", "-r", "-n", "-m", "--propagation", "private"]
    script = "set -e" + (PROTECT if root else "") + COVER + HOLD
    argv = ["unshare", *flags, "sh", "-c", script]
    try:
        holder = subprocess.Popen(argv, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise Unavailable(f"unshare: {error}") from error
    assert holder.stdout is not None
    ready = select.select([holder.stdout], [], [], READY_SECONDS)[0]
    if ready and holder.stdout.readline() == "ready\n":
        return holder
    holder.kill()
    errors = holder.communicate()[1]
    raise Unavailable(f"no private network namespace: {' '.join(argv[: len(flags) + 1])}: {errors.strip() or 'not ready in time'}")
