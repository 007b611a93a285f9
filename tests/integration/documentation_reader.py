# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow a page of documentation as a reader would: block by block, by what each says it is."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import documentation_truth as truth
import yaml
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import profiles
from documentation_blocks import Block, Wrong
from documentation_lab import OLD_LINE, Lab

REPOSITORY = Path(__file__).resolve().parents[2]
MOST_HOSTS = 40
TAIL = 6000
# What the variables of the roles and playbooks begin with.
PREFIXES = ("audit", "observe", "report", "rollback", "rollout", "tune")
INSTALL = re.compile(r"ansible-galaxy collection install .*\.tar\.gz")
# What the first audit of a host has to find: its old line.
FOUND = "boot-line-stale"
# What a command leaves behind for the next one of its block: the folder and what it exported.
TERMINAL = """. '{state}'
cd "$PWD"
trap 'code=$?; export -p | grep -v LINUXNET_TCP_EVENTS > "{state}"; exit $code' EXIT
{command}
"""


class Reader:
    """Somebody who follows one page, in a world of its own, and checks what is said of its hosts."""

    def __init__(self, root: Path, collections: Path, artifact: Path, page: Sequence[Block]) -> None:
        self.page = list(page)
        self._ways: dict[str, Callable[[Block], list[truth.Event]]] = {
            "console": self._console, "ini": self._ini, "json": self._json, "text": self._text, "yaml inventory": self._inventory,
            "yaml play": self._play, "yaml profile": self._profile, "yaml tasks": self._tasks, "yaml vars": self._vars,
        }  # fmt: skip
        self._outcomes: dict[int, list[truth.Event] | Exception] = {}
        self._count = 0
        self._known: set[str] = set()
        # How many values that were said of hosts were compared with their kernels.
        self.compared = 0
        commands = [command for block in page if not block.not_run and block.info == "console" for command in block.commands]
        self.lab = Lab(root, collections, artifact, any(map(INSTALL.search, commands)))

    def follow(self, block: Block) -> list[truth.Event]:
        """Do what a block says, after all that stand before it, and return Ansible's results; raise Wrong where it does not work.

        A block is done once: asked for again, it has the outcome that it had.
        """
        for other in self.page[: self.page.index(block) + 1]:
            if other.line not in self._outcomes and not other.not_run:
                try:
                    self._outcomes[other.line] = self._done(other)
                except Exception as error:
                    self._outcomes[other.line] = error
        outcome = self._outcomes[block.line]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _done(self, block: Block) -> list[truth.Event]:
        if block.name:
            self._save(block, block.name)
        return self._ways[block.info](block)

    def _hold(self, block: Block, events: list[truth.Event]) -> None:
        """Hold what was said of the hosts to what they are."""
        for host, audit in truth.audits(events).items():
            if host in set(self.lab.hosts) - self._known and FOUND not in {row["id"] for row in audit["findings"]}:
                raise Wrong(f"{block.where}: the first audit of {host} does not find {OLD_LINE!r}: {audit['findings']}")
        wrong = truth.lies(events, self.lab.sysctl)
        self.compared += len(truth.claims(events))
        if wrong:
            raise Wrong("\n".join([f"{block.where}: what is said of hosts is not so:", *wrong]))
        self._known |= {event["host"] for event in events}

    # The kinds of blocks.

    def _console(self, block: Block) -> list[truth.Event]:
        """Run one command after the other, as in one terminal; the last one may have to fail."""
        state = self.lab.root / "terminal"
        state.write_text("", encoding="utf-8")
        events: list[truth.Event] = []
        for number, command in enumerate(block.commands, 1):
            wanted = block.exit if number == len(block.commands) else 0
            events += self._shell(block, TERMINAL.format(state=state, command=command), wanted)
        return events

    def _play(self, block: Block) -> list[truth.Event]:
        plays = _yaml(block, list)
        if not all(isinstance(play, dict) and play.keys() & {"hosts", "ansible.builtin.import_playbook"} for play in plays):
            raise Wrong(f"{block.where}: not every entry is a play")
        return [] if self._is_used_later(block) else self._playbook(block, self._save(block))

    def _tasks(self, block: Block) -> list[truth.Event]:
        _yaml(block, list)
        path = self._save(block)
        return [] if self._is_used_later(block) else self._play_of(block, [{"name": "Do", "ansible.builtin.import_tasks": str(path)}])

    def _profile(self, block: Block) -> list[truth.Event]:
        _yaml(block, dict)
        path = self._save(block)
        profiles.load(str(path), [self.lab.folder])
        events = self._play_of(block, [{"name": "Judge", "linuxnet.tcp.audit": {"profile": str(path)}}])
        if not truth.audits(events):
            raise Wrong(f"{block.where}: no host was judged by the profile")
        return events

    def _vars(self, block: Block) -> list[truth.Event]:
        names, path = set(_yaml(block, dict)), self._save(block)
        if unknown := sorted(name for name in names - variables() if not self._is_theirs(block, name)):
            raise Wrong(f"{block.where}: no role and no playbook has {', '.join(unknown)}")
        events: list[truth.Event] = []
        for role in sorted({name.partition("_")[0] for name in names} & set(roles())):
            # What lies beside the inventory has to be found there.
            given = [] if path.parent.name in ("group_vars", "host_vars") else ["-e", f"@{path}"]
            events += self._playbook(block, f"linuxnet.tcp.{role}", "--check", *given)
        return events

    def _inventory(self, block: Block) -> list[truth.Event]:
        path = self._save(block)
        listed = json.loads(self._output(block, ["ansible-inventory", "-i", str(path), "--list"]))
        of_host = listed.pop("_meta")["hostvars"]
        names = {name for group in listed.values() for name in group.get("hosts", ())} | set(of_host)
        addresses = {name: str(of_host.get(name, {}).get("ansible_host", name)) for name in names - {"localhost"}}
        if not addresses:
            raise Wrong(f"{block.where}: ansible-inventory finds no host")
        if len(self.lab.hosts | addresses) > MOST_HOSTS:
            raise Wrong(f"{block.where}: more than {MOST_HOSTS} hosts are too many for the lab")
        self.lab.add_hosts(addresses)
        return []

    def _ini(self, block: Block) -> list[truth.Event]:
        if Path(block.name).name.startswith(("inventory", "hosts")):
            return self._inventory(block)
        # Services of systemd name a setting more than once.
        configparser.ConfigParser(allow_no_value=True, interpolation=None, strict=False).read_string(block.text)
        return []

    def _text(self, _block: Block) -> list[truth.Event]:
        """Do nothing: it is what a command printed."""
        return []

    def _json(self, block: Block) -> list[truth.Event]:
        try:
            json.loads(block.text)
        except ValueError:
            for line in block.text.splitlines():
                json.loads(line)
        return []

    # How they are carried out.

    def _is_used_later(self, block: Block) -> bool:
        """Tell whether a later block runs what this one is saved as; then it is not run twice."""
        return bool(block.name) and self._is_named_later(block, block.name)

    def _is_named_later(self, block: Block, name: str) -> bool:
        later = [other.text for other in self.page[self.page.index(block) + 1 :] if not other.not_run and other.info != "text"]
        return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for text in later)

    def _is_theirs(self, block: Block, name: str) -> bool:
        """Tell whether a variable is Ansible's, or one of the page's own that a later block uses."""
        return name.startswith("ansible_") or (name.partition("_")[0] not in PREFIXES and self._is_named_later(block, name))

    def _save(self, block: Block, name: str = "") -> Path:
        path = self.lab.folder / (name or block.name or f"block-{block.line}.yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return path

    def _play_of(self, block: Block, tasks: list[dict[str, Any]]) -> list[truth.Event]:
        path = self.lab.root / f"play-{block.line}.yml"
        play = {"name": block.where, "hosts": "all:!localhost", "gather_facts": False, "tasks": tasks}
        path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        return self._playbook(block, path)

    def _playbook(self, block: Block, playbook: str | Path, *arguments: str) -> list[truth.Event]:
        command = ["ansible-playbook", "-i", "inventory", str(playbook), *arguments]
        events = self._shell(block, shlex.join(command))
        if not events:
            raise Wrong(f"{block.where}: nothing was run")
        return events

    def _output(self, block: Block, argv: Sequence[str]) -> str:
        process = self.lab.run(shlex.join(argv), self.lab.root / "no-events", subprocess.PIPE)
        if process.returncode:
            raise Wrong(f"{block.where}: {' '.join(argv)}: {process.stderr}")
        return str(process.stdout)

    def _shell(self, block: Block, script: str, wanted: int = 0) -> list[truth.Event]:
        """Run a script in the reader's folder until a command of it fails, and return what Ansible did."""
        self._count += 1
        record = self.lab.root / f"events-{self._count}.jsonl"
        process = self.lab.run(script, record)
        if process.returncode != wanted:
            raise Wrong(f"{block.where}: exit status {process.returncode} instead of {wanted}:\n{process.stdout[-TAIL:]}")
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        events = [json.loads(line) for line in lines]
        self._hold(block, events)
        return events


def roles() -> list[str]:
    """Return the names of the collection's roles."""
    return sorted(path.name for path in (REPOSITORY / "roles").iterdir())


def variables() -> set[str]:
    """Return what the roles take by their argument specs, and the playbooks beside it."""
    specs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (REPOSITORY / "roles").glob("*/meta/argument_specs.yml")]
    taken = {name for spec in specs for name in spec["argument_specs"]["main"]["options"]}
    # The playbooks say in their first lines what may be given to them.
    heads = "".join(path.read_text(encoding="utf-8").partition("- name:")[0] for path in (REPOSITORY / "playbooks").glob("*.yml"))
    return taken | set(re.findall(r"-e '?\{?\"?(\w+)", heads))


def _yaml(block: Block, wanted: type) -> Any:
    document = yaml.safe_load(block.text)
    if not isinstance(document, wanted) or not document:
        raise Wrong(f"{block.where}: {block.info} is a {wanted.__name__} that is not empty")
    return document
