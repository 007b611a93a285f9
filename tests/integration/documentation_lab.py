# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow a page of documentation as a reader would: block by block, in one folder, with hosts that SSH reaches.

Each host is a private network and mount namespace with /etc and /var/lib of its own. It has served connections for a while, and its
/etc/sysctl.conf still has the line of an old article. ``ssh`` and ``sudo`` are stand-ins that go into the namespace of the host;
everything else that a page names is the real program.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import documentation_truth as truth
import yaml
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import profiles
from documentation_blocks import Block, Wrong
from fleet_lab import Host
from netns_lab import Namespace

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 900
HOSTS = ("web1", "web2", "web3")
MOST_HOSTS = 40
TAIL = 6000
# What the variables of the roles and playbooks begin with.
PREFIXES = ("audit", "observe", "report", "rollback", "rollout", "tune")
INSTALL = re.compile(r"ansible-galaxy collection install .*\.tar\.gz")
# What the first audit of a host has to find.
OLD_LINE, FOUND = "net.ipv4.tcp_tw_recycle = 1", "boot-line-stale"

# Writable are /etc and /var/lib, which are copies, and /tmp, where modules unpack themselves.
PRIVATE_HOST = f"""set -e
mount -o remount,size=64m /var/lib
cp -a /etc /var/lib/etc
mount --bind /var/lib/etc /etc
echo '{OLD_LINE}' > /etc/sysctl.conf
ln -sfn ../sysctl.conf /etc/sysctl.d/99-sysctl.conf
mount --bind /tmp /tmp
mount -o remount,bind,ro /
"""
# What a command leaves behind for the next one of its block: the folder and what it exported.
TERMINAL = """. '{state}'
cd "$PWD"
trap 'code=$?; export -p | grep -v LINUXNET_TCP_EVENTS > "{state}"; exit $code' EXIT
{command}
"""
# Pages keep things of a controller in /srv.
PRIVATE_READER = """set -e
mount --bind "$0" "$0"
mount -t tmpfs -o size=64m,mode=0755 tmpfs /srv
mount -o remount,bind,ro /
"""
SSH = """#!/bin/sh
while getopts 46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:o:P:p:Q:R:S:W:w: option; do
  test "$option" != O || exit 1
done
shift $((OPTIND - 1))
test $# -gt 0 || { echo 'Usage: ssh host [command]' >&2; exit 255; }
host=${1#*@}; shift
test -f "@hosts@/$host" || { echo "ssh: Could not resolve hostname $host: Name or service not known" >&2; exit 255; }
exec nsenter -t "$(cat "@hosts@/$host")" -n -m --wd=/ -- sh -c "${*:-exec sh}"
"""
SUDO = """#!/bin/sh
while getopts EHSnp:u: option; do :; done
shift $((OPTIND - 1))
exec "$@"
"""
CLIENTS = """
import socket, time
server = socket.create_server(("127.0.0.1", 8080))
while True:
    client = socket.create_connection(("127.0.0.1", 8080))
    peer, _address = server.accept()
    peer.close()
    client.close()
    time.sleep(0.05)
"""


class Reader:
    """Somebody who follows one page: a folder with ``inventory`` and the artifact, hosts, and what is known of them so far."""

    def __init__(self, root: Path, collections: Path, artifact: Path, page: Sequence[Block]) -> None:
        self.root, self.folder, self.page = root, root / "work", list(page)
        self._ways: dict[str, Callable[[Block], list[truth.Event]]] = {
            "console": self._console, "ini": self._ini, "json": self._json, "text": self._text, "yaml inventory": self._inventory,
            "yaml play": self._play, "yaml profile": self._profile, "yaml tasks": self._tasks, "yaml vars": self._vars,
        }  # fmt: skip
        self._outcomes: dict[int, list[truth.Event] | Exception] = {}
        self._count = 0
        for name in ("work", "bin", "ssh", "home", "tmp", "collections"):
            (root / name).mkdir()
        installs = any(INSTALL.search(command) for block in page if not block.not_run for command in block.commands)
        self.controller = Namespace(root / "controller", root / "collections" if installs else collections)
        self._collections = collections
        self.hosts: dict[str, Host] = {}
        self._known: set[str] = set()
        # How many values that were said of hosts were compared with their kernels.
        self.compared = 0
        self._write(artifact)
        self.controller.run(["sh", "-c", PRIVATE_READER, str(root)])
        self._add_hosts({name: name for name in HOSTS})

    def _write(self, artifact: Path) -> None:
        """Give the reader what a page takes for granted."""
        shutil.copy(artifact, self.folder)
        (self.folder / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
        (self.folder / "inventory").write_text("\n".join(["[web]", *HOSTS, ""]), encoding="utf-8")
        for name, text in (("ssh", SSH), ("sudo", SUDO)):
            path = self.root / "bin" / name
            path.write_text(text.replace("@hosts@", str(self.root / "ssh")), encoding="utf-8")
            path.chmod(0o755)

    def _add_hosts(self, addresses: dict[str, str]) -> None:
        """Make those hosts that there are not yet; SSH knows each by its name and its address."""
        if len(self.hosts | addresses) > MOST_HOSTS:
            raise Wrong(f"a page with more than {MOST_HOSTS} hosts is too much for the lab")
        for name, address in addresses.items():
            if name not in self.hosts:
                host = self.hosts[name] = Host(name, self.root / "controller" / name, self._collections)
                host.netns.run(["sh", "-c", PRIVATE_HOST])
                host.netns.popen([sys.executable, "-c", CLIENTS])
            for known_as in (name, address):
                (self.root / "ssh" / known_as).write_text(str(self.hosts[name].netns.pid), encoding="utf-8")

    def close(self) -> None:
        """Let all namespaces go."""
        for host in self.hosts.values():
            host.netns.close()
        self.controller.close()

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
            if host not in self._known and FOUND not in {row["id"] for row in audit["findings"]}:
                raise Wrong(f"{block.where}: the first audit of {host} does not find {OLD_LINE!r}: {audit['findings']}")
        wrong = truth.lies(events, lambda host, name: self.hosts[host].sysctl(name))
        self.compared += len(truth.claims(events))
        if wrong:
            raise Wrong("\n".join([f"{block.where}: what is said of hosts is not so:", *wrong]))
        self._known |= {event["host"] for event in events}

    # The kinds of blocks.

    def _console(self, block: Block) -> list[truth.Event]:
        """Run one command after the other, as in one terminal; the last one may have to fail."""
        state = self.root / "terminal"
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
        profiles.load(str(path), [self.folder])
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
        self._add_hosts(addresses)
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
        path = self.folder / (name or block.name or f"block-{block.line}.yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return path

    def _play_of(self, block: Block, tasks: list[dict[str, Any]]) -> list[truth.Event]:
        path = self.root / f"play-{block.line}.yml"
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
        process = self._run(shlex.join(argv), self.root / "no-events", subprocess.PIPE)
        if process.returncode:
            raise Wrong(f"{block.where}: {' '.join(argv)}: {process.stderr}")
        return str(process.stdout)

    def _shell(self, block: Block, script: str, wanted: int = 0) -> list[truth.Event]:
        """Run a script in the reader's folder until a command of it fails, and return what Ansible did."""
        self._count += 1
        record = self.root / f"events-{self._count}.jsonl"
        process = self._run(script, record, subprocess.STDOUT)
        if process.returncode != wanted:
            raise Wrong(f"{block.where}: exit status {process.returncode} instead of {wanted}:\n{process.stdout[-TAIL:]}")
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        events = [json.loads(line) for line in lines]
        self._hold(block, events)
        return events

    def _run(self, script: str, record: Path, errors: int) -> subprocess.CompletedProcess[str]:
        argv = ["bash", "-e", "-c", f"cd {shlex.quote(str(self.folder))}\n{script}"]
        env = self._environment(record)
        return self.controller.run(argv, env=env, check=False, timeout=SECONDS, stdout=subprocess.PIPE, stderr=errors)

    def _environment(self, record: Path) -> dict[str, str]:
        path = [str(self.root / "bin"), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        return {
            **self.controller._environment(record),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_REMOTE_TEMP": "/tmp/.ansible",
            "ANSIBLE_REMOTE_USER": "root",
            "ANSIBLE_SSH_TRANSFER_METHOD": "piped",
            "HOME": str(self.root / "home"),
            "PATH": os.pathsep.join(path),
            "TMPDIR": str(self.root / "tmp"),
        }


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
