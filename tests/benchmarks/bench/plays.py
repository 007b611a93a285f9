# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tasks through Ansible in a private network namespace and say what each took."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

import netns_lab

from bench import places
from bench.harness import Refused
from bench.lab import Lab, last_line
from bench.model import Sample

SECONDS = 1800


class Task(NamedTuple):
    """One task of a play: the contestant that it belongs to (or nothing: a warm-up), its module and arguments, and perhaps a loop."""

    contestant: str
    module: str
    args: dict[str, Any] = {}
    loop: list[Any] | None = None


class Took(NamedTuple):
    """What one task took."""

    contestant: str
    sample: Sample


PING = "ansible.builtin.ping"


def clocked(lab: Lab, space: netns_lab.Namespace, tasks: list[Task], seconds: int = SECONDS) -> list[Took]:
    """Run the tasks one after the other in one play on localhost; warm-ups are left out of the answer. Raises TimeoutExpired and Refused."""
    work = space.root / f"play-{lab.number()}"
    work.mkdir()
    rows = [_yaml(number, task) for number, task in enumerate(tasks)]
    (work / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": rows}]), encoding="utf-8")
    inventory = ["-i", "localhost,", "-c", "local"]
    extra = ["-e", json.dumps({"ansible_python_interpreter": sys.executable})]
    argv = [tool("ansible-playbook"), *inventory, *extra, str(work / "play.yml")]
    done = space.run(argv, env=environment(work), check=False, timeout=seconds)
    lines = (work / "clock.jsonl").read_text(encoding="utf-8").splitlines() if (work / "clock.jsonl").exists() else []
    took = [json.loads(line) for line in lines]
    if done.returncode or len(took) != len(tasks) or any(row["failed"] for row in took):
        raise Refused(f"the play failed: {failure(done.stdout) or last_line(done)}")
    return [
        Took(task.contestant, {"wall": row["wall"], "cpu": row["cpu"]}) for task, row in zip(tasks, took, strict=True) if task.contestant
    ]


def payload(lab: Lab, module: str, args: dict[str, Any]) -> Path:
    """Return the file that Ansible sends to a host for a module with these arguments (AnsiballZ), kept as its own option does."""
    target = places.BUILD / "payloads" / f"{module}-{lab.number()}.py"
    target.parent.mkdir(parents=True, exist_ok=True)
    with lab.space() as space:
        kept = space.root / "kept"
        env = {**environment(space.root), "ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_PIPELINING": "0", "ANSIBLE_REMOTE_TEMP": str(kept)}
        python = ["-e", json.dumps({"ansible_python_interpreter": sys.executable})]
        argv = [
            tool("ansible"),
            "localhost",
            "-i",
            "localhost,",
            "-c",
            "local",
            *python,
            "-m",
            module,
            *(["-a", json.dumps(args)] if args else []),
        ]
        done = space.run(argv, env=env, check=False, timeout=SECONDS)
        found = sorted(kept.rglob("AnsiballZ_*.py"))
        if done.returncode or not found:
            raise Refused(f"{module}: {' '.join((done.stdout + done.stderr).split())[-600:]}")
        shutil.copy(found[0], target)
    return target


def environment(work: Path) -> dict[str, str]:
    """Return what ansible-playbook runs with: nobody's settings, pipelining on, bytecode of its own kept."""
    (work / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON", "MOLECULE_"))}
    return {
        **kept,
        "ANSIBLE_CALLBACKS_ENABLED": "bench_clock",
        "ANSIBLE_CALLBACK_PLUGINS": str(places.HERE / "callback_plugins"),
        "ANSIBLE_COLLECTIONS_PATH": str(places.COLLECTIONS),
        "ANSIBLE_CONFIG": str(work / "ansible.cfg"),
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_HOME": str(work / "ansible"),
        "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "LC_ALL": "C.UTF-8",
        "LINUXNET_TCP_CLOCK": str(work / "clock.jsonl"),
    }


def tool(name: str) -> str:
    """Return an Ansible command of the environment that runs the benchmark."""
    return str(places.VENV_BIN / name)


def failure(text: str) -> str:
    """Return the line that says why a task failed."""
    return next((line.strip() for line in text.splitlines() if "FAILED!" in line or line.startswith(("[ERROR]", "ERROR"))), "")


def _yaml(number: int, task: Task) -> dict[str, Any]:
    row: dict[str, Any] = {"name": f"{number} {task.contestant or 'warm-up'}", task.module: task.args}
    return {**row, "loop": task.loop, "loop_control": {"label": "{{ item.key }}"}} if task.loop else row
