# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run main() of net_sysctl without Ansible around it, in one process and without a child of its own.

``fault_driver.py COLLECTIONS once OPTIONS`` (JSON) runs it once and prints the result. ``fault_driver.py COLLECTIONS serve`` obeys one JSON command
a line, inside the test's namespace, so that a state is made, looked at and recovered in milliseconds. A run that faults are injected into sends
its result with sendto(2), which is none of the calls that can fail.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import traceback
import types
from pathlib import Path
from typing import Any, NoReturn

KEY_FOLDERS = ("net/core", "net/ipv4", "net/ipv4/conf/all", "net/ipv4/conf/default")
# Folders, and one that makes a key when it is read.
UNREADABLE = ("conf", "neigh", "route", "tcp_fastopen_key", "flow_limit_cpu_bitmap")
LONG_AGO = 1_000_000_000
RUN_SECONDS = 60


class Ended(BaseException):
    """The module called exit_json or fail_json; no ``except Exception`` may stop that."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__()
        self.result = result


class StandIn:
    """Stand in for AnsibleModule: the module's own spec gives the defaults."""

    options: dict[str, Any] = {}

    def __init__(self, argument_spec: dict[str, Any], **_rest: Any) -> None:
        unknown = set(self.options) - set(argument_spec) - {"check_mode"}
        if unknown:
            raise KeyError(f"options that the module does not know: {sorted(unknown)}")
        self.params = {name: self.options.get(name, spec.get("default")) for name, spec in argument_spec.items()}
        self.check_mode = bool(self.options.get("check_mode"))
        self.warnings: list[str] = []

    def selinux_enabled(self) -> bool:
        return False

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def fail_json(self, msg: str, **details: Any) -> None:
        raise Ended({"failed": True, "msg": msg, "warnings": self.warnings, **details})

    def exit_json(self, **details: Any) -> None:
        raise Ended({"failed": False, "warnings": self.warnings, **details})


def load(collections: str) -> types.ModuleType:
    """Import net_sysctl from a folder that holds ansible_collections."""
    sys.path.insert(0, collections)
    basic = types.ModuleType("ansible.module_utils.basic")
    basic.AnsibleModule = StandIn  # type: ignore[attr-defined]
    for name in ("ansible", "ansible.module_utils"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["ansible.module_utils.basic"] = basic
    from ansible_collections.linuxnet.tcp.plugins.modules import net_sysctl

    return net_sysctl


def call(module: types.ModuleType, options: dict[str, Any]) -> dict[str, Any]:
    """Return what the module returns; an exception that leaves main() is {"traceback"}."""
    StandIn.options = options
    try:
        module.main()
    except Ended as ended:
        return ended.result
    except Exception:
        return {"traceback": traceback.format_exc()}
    return {"traceback": "main() returned without a result"}


def await_watchdogs() -> None:
    """Let a watchdog take its lock before anybody asks for it, so that each run makes the same system calls.

    Looks with stat(2) and pread(2) only, which no fault is injected into.
    """
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import watchdog_lock, watchdog_process

    locks = os.open("/proc/locks", os.O_RDONLY)
    launch = watchdog_process.WatchdogProcess._launch

    def launch_and_wait(self: Any, number: int) -> None:
        launch(self, number)
        path, deadline = self._folder.full(watchdog_lock.lock_name(number)), time.monotonic() + 10
        while time.monotonic() < deadline and not _locked(path, locks):
            time.sleep(0.01)

    watchdog_process.WatchdogProcess._launch = launch_and_wait


def _locked(path: str, locks: int) -> bool:
    try:
        inode = os.stat(path).st_ino
    except OSError:
        return False
    return f":{inode} ".encode() in os.pread(locks, 1 << 20, 0)


class Agent:
    """Obey commands inside the namespace; ``folders`` are covered by tmpfs there."""

    def __init__(self, module: types.ModuleType, collections: str) -> None:
        self._module, self._collections = module, collections
        self._saved: dict[str, dict[str, Any]] = {}
        self._values: dict[str, str] = {}

    def call(self, options: dict[str, Any]) -> dict[str, Any]:
        return call(self._module, options)

    def reset(self, folders: list[str], runtime: dict[str, str], files: dict[str, dict[str, Any]]) -> None:
        """Empty the folders, write the running values, make the files {path: {text, mode, attributes?}} as of long ago."""
        for folder in folders:
            for entry in os.scandir(folder):
                shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)
        _write(runtime)
        for path, about in files.items():
            _make(path, **about)
        for folder in folders:
            os.utime(folder, (LONG_AGO, LONG_AGO))

    def save(self, folders: list[str], names: list[str]) -> None:
        """Remember files and running values for load()."""
        seen = self.snapshot(folders)
        self._saved = {path: about for path, about in seen["files"].items() if "data" in about}
        self._values = {name: seen["runtime"][name] for name in names}

    def load(self, folders: list[str]) -> None:
        """Make things as they were at save(); what did not change is not touched, a lock that somebody holds least of all."""
        now = self.snapshot(folders)["files"]
        for path in [path for path in now if "data" in now[path] and path not in self._saved]:
            os.unlink(path)
        for path in [path for path, about in self._saved.items() if path not in now or now[path]["data"] != about["data"]]:
            _make(path, self._saved[path]["data"], stat.S_IMODE(self._saved[path]["mode"]), self._saved[path]["attributes"])
        _write(self._values)

    def end_watchdogs(self) -> None:
        """Kill the watchdogs of this network namespace, which nobody but us can have started."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                ours = os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")
                if ours and b"-watchdog.pyz" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(int(pid), signal.SIGKILL)

    def snapshot(self, folders: list[str]) -> dict[str, Any]:
        """Return {runtime: {key: value}, files: {path: {data, mode, owner, attributes, mtime}}}; folders are files without data."""
        files = {}
        for folder in folders:
            for root, names, others in os.walk(folder):
                files.update({path: _about(path) for path in [root, *(os.path.join(root, name) for name in names + others)]})
        return {"runtime": _runtime(), "files": files}

    def run(self, strace: list[str], options: dict[str, Any]) -> dict[str, Any]:
        """Run the module in a child under strace: {traced} or {traced, result}; without a result, the child died.

        The child is forked and waits until strace has it, so that neither Python's start nor its imports are traced.
        """
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if not pid:
            ours.close()
            _child(self._module, theirs, options)
        theirs.close()
        ours.settimeout(RUN_SECONDS)
        ours.recv(1)
        with ours, subprocess.Popen([*strace, "-p", str(pid)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            first = tracer.stderr.readline()
            ours.sendall(b".")
            text = b"".join(iter(lambda: ours.recv(1 << 16), b""))
            os.waitpid(pid, 0)
            tracer.communicate(timeout=RUN_SECONDS)
        answer = {"traced": first.strip()}
        return {**answer, "result": json.loads(text)} if text else answer

    def start(self, command: list[str], options: dict[str, Any]) -> dict[str, Any]:
        """Run this program anew behind ``command`` and return the result."""
        argv = [*command, sys.executable, "-S", "-B", __file__, self._collections, "once", json.dumps(options)]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)
        if done.returncode:
            raise RuntimeError(f"{argv}: {done.stderr}")
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def shell(self, script: str) -> dict[str, Any]:
        """Run a shell script; it has to succeed."""
        done = subprocess.run(
            ["sh", "-ec", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=RUN_SECONDS
        )
        if done.returncode:
            raise RuntimeError(f"{script}: {done.stderr}")
        return {"stdout": done.stdout}

    def serve(self) -> None:
        """Answer each line until the input ends."""
        for line in sys.stdin:
            command = json.loads(line)
            try:
                answer = {"answer": getattr(self, command.pop("do"))(**command)}
            except Exception:
                answer = {"error": traceback.format_exc()}
            print(json.dumps(answer), flush=True)


def _child(module: types.ModuleType, channel: socket.socket, options: dict[str, Any]) -> NoReturn:
    """Run the module once somebody says so; never return."""
    try:
        await_watchdogs()
        channel.sendall(b".")
        channel.recv(1)
        channel.sendall(json.dumps(call(module, options)).encode())
    finally:
        os._exit(0)


def _write(values: dict[str, str]) -> None:
    for name, value in values.items():
        Path("/proc/sys", name.replace(".", "/")).write_text(value + "\n")


def _make(path: str, text: str, mode: int = 0o644, attributes: dict[str, str] | None = None) -> None:
    Path(path).write_bytes(text.encode("latin-1"))
    os.chmod(path, mode)
    for name, value in (attributes or {}).items():
        os.setxattr(path, name, value.encode())
    os.utime(path, (LONG_AGO, LONG_AGO))


def _about(path: str) -> dict[str, Any]:
    found = os.lstat(path)
    about: dict[str, Any] = {"mode": found.st_mode, "owner": [found.st_uid, found.st_gid], "mtime": found.st_mtime_ns}
    if os.path.isdir(path):
        return about
    attributes = {name: os.getxattr(path, name).decode("latin-1") for name in os.listxattr(path)}
    return {**about, "data": Path(path).read_bytes().decode("latin-1"), "attributes": attributes}


def _runtime() -> dict[str, str]:
    values = {}
    for folder in KEY_FOLDERS:
        for entry in os.scandir(f"/proc/sys/{folder}"):
            if entry.name not in UNREADABLE:
                with contextlib.suppress(OSError):
                    values[f"{folder}/{entry.name}".replace("/", ".")] = _value(entry.path)
    return values


def _value(path: str) -> str:
    # Read thousands of times; a file object for each would take most of the time of a matrix.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return " ".join(os.read(descriptor, 1 << 16).decode("latin-1").split())
    finally:
        os.close(descriptor)


def main(arguments: list[str]) -> None:
    collections, mode = arguments[:2]
    module = load(collections)
    if mode == "serve":
        Agent(module, collections).serve()
        return
    print(json.dumps(call(module, json.loads(arguments[2]))))


if __name__ == "__main__":
    main(sys.argv[1:])
