# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a fleet: each host a private network and mount namespace, with sysctls, sysctl.d and journals of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from netns_lab import Namespace, PlaybookRun, _tool

SECONDS = 900
DROP_IN = Path("etc/sysctl.d/90-linuxnet-tcp.conf")


class Host:
    """One host of the fleet, seen from outside."""

    def __init__(self, name: str, root: Path, collections: Path) -> None:
        self.name = name
        self.netns = Namespace(root, collections)
        # The modules come by standard input (pipelining) to this interpreter, which goes where the host is.
        self.python = root / "python"
        self.python.write_text(f'#!/bin/sh\nexec nsenter -t {self.netns.pid} -n -m -- {sys.executable} "$@"\n', encoding="utf-8")
        self.python.chmod(0o755)

    @property
    def files(self) -> Path:
        """Return the host's root folder as it is in its own mount namespace."""
        return Path(f"/proc/{self.netns.pid}/root")

    def sysctl(self, name: str) -> str:
        """Return a running value, read without the collection and without a process."""
        path = Path("/proc/sys") / name.replace(".", "/")
        return " ".join(self.netns.run(["cat", str(path)]).stdout.split())

    def drop_in(self) -> str | None:
        """Return the drop-in's text, None without one."""
        path = self.files / DROP_IN
        return path.read_text(encoding="utf-8") if path.exists() else None

    def journals(self) -> list[str]:
        """Return the states of the host's journals, in their order."""
        folder = self.files / "var/lib/linuxnet-tcp"
        return [path.stem.partition("-")[2] for path in sorted(folder.glob("*.json"))] if folder.exists() else []

    def is_untouched(self) -> bool:
        """Tell whether nothing of ours was ever on the host."""
        return self.drop_in() is None and not (self.files / "var/lib/linuxnet-tcp").exists()


class Fleet:
    """Hosts, an inventory of them, and a controller in a namespace of its own."""

    def __init__(self, root: Path, collections: Path, names: Sequence[str]) -> None:
        self.root = root
        self.controller = Namespace(root / "controller", collections)
        self.hosts: dict[str, Host] = {}
        with ThreadPoolExecutor(8) as pool:
            made = pool.map(lambda name: Host(name, root / name, collections), names)
            self.hosts.update((host.name, host) for host in made)
        self.inventory = root / "inventory.json"
        self.variables: dict[str, dict[str, Any]] = {name: {} for name in names}
        self.groups: dict[str, list[str]] = {}

    def write_inventory(self) -> None:
        """Write hosts, groups and variables as they are now."""
        rows = {
            name: {"ansible_connection": "local", "ansible_python_interpreter": str(host.python), **self.variables[name]}
            for name, host in self.hosts.items()
        }
        groups = {group: {"hosts": dict.fromkeys(members)} for group, members in self.groups.items()}
        self.inventory.write_text(json.dumps({"all": {"hosts": rows, "children": groups}}), encoding="utf-8")

    def argv(self, playbook: str | Path, extra_vars: dict[str, Any] | None = None, arguments: Sequence[str] = ()) -> list[str]:
        """Return the command that runs a playbook for the fleet, with YAML text for a playbook written to a file first."""
        self.write_inventory()
        target = str(playbook)
        if "\n" in target:
            text, target = target, str(self.root / "play.yml")
            Path(target).write_text(text, encoding="utf-8")
        return [_tool("ansible-playbook"), "-i", str(self.inventory), "-e", json.dumps(extra_vars or {}), target, *arguments]

    def play(self, playbook: str | Path, extra_vars: dict[str, Any] | None = None, arguments: Sequence[str] = ()) -> PlaybookRun:
        """Run a playbook for the fleet on the controller."""
        process, events = self.controller._ansible(self.argv(playbook, extra_vars, arguments), SECONDS)
        run = PlaybookRun(process.returncode, events)
        run.stdout = process.stdout + process.stderr
        return run

    def environment(self) -> dict[str, str]:
        """Return the environment in which ``argv`` has to run, inside the controller's namespace."""
        return self.controller._environment(self.root / "events.jsonl")

    def close(self) -> None:
        """Let all namespaces go."""
        for host in self.hosts.values():
            host.netns.close()
        self.controller.close()

    def __iter__(self) -> Iterator[Host]:
        """Yield the hosts in the order of the inventory."""
        return iter(self.hosts.values())
