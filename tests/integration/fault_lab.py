# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List every system call of net_sysctl that changes something, and let strace kill it or fail it there, in a private namespace."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from netns_lab import Namespace, Unavailable

HERE = Path(__file__).resolve().parent
DROP_IN = "/etc/sysctl.d/90-linuxnet-tcp.conf"
SITE = "/etc/sysctl.d/95-site.conf"
JOURNALS = "/var/lib/linuxnet-tcp"
FOLDERS = ["/etc/sysctl.d", "/var/lib"]
RECOVERIES = ("restored", "again", "other")
FULL = os.environ.get("LINUXNET_FAULTS") == "full"

# strace passes over a name with ? that this machine does not have. No sendto: the result goes that way.
CALLS = """
open openat openat2 creat write writev pwrite64 pwritev rename renameat renameat2 fsync fdatasync unlink unlinkat rmdir mkdir mkdirat
ftruncate truncate chmod fchmod fchmodat chown fchown lchown fchownat setxattr fsetxattr lsetxattr removexattr fremovexattr lremovexattr
link linkat symlink symlinkat utimensat flock fork vfork clone clone3
"""
_TRACE = ",".join(f"?{call}" for call in CALLS.split())
_OPENS = ("open", "openat", "openat2", "creat")
_LINE = re.compile(r"^(\w+)\((.*)")
_RESULT = re.compile(r"(\) += .*| <unfinished \.\.\..*)$")
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
_SUBJECT = re.compile(r'\d<(/[^>]*)>|"(/[^"]*)"')
_RANDOM = re.compile(r"[A-Za-z0-9_]{6,16}(?=\.tmp)")

# Whatever a loader of this machine reads is covered, so that only the test's files say what the next boot sets.
COVER = """
for folder in /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d /lib/sysctl.d; do
  test ! -d "$folder" || mount -t tmpfs -o size=1m,mode=0755 tmpfs "$folder"
done
test ! -e /etc/sysctl.conf || mount --bind "$EMPTY" /etc/sysctl.conf
"""


class Point(NamedTuple):
    """The ``when``-th time that the process makes a ``call``; ``subject`` names the files, random parts left out."""

    call: str
    when: int
    subject: str

    def __str__(self) -> str:
        return f"{self.call}#{self.when} {self.subject}"


class Run(NamedTuple):
    """What became of one run: the module's result, None when it died, and the calls as traced."""

    result: dict[str, Any] | None
    log: list[str]


Settled = tuple[dict[str, str], dict[str, dict[str, Any]]]


class State(NamedTuple):
    """Running values, the sysctl files with content, mode, owner and attributes, their time stamps, and the journals' names and texts."""

    runtime: dict[str, str]
    files: dict[str, dict[str, Any]]
    times: dict[str, int]
    journals: list[str]
    texts: dict[str, str]

    @property
    def settled(self) -> Settled:
        """Return what a transaction promises: running values and files; half-written ones that no loader reads left out."""
        return self.runtime, {path: about for path, about in self.files.items() if not is_leftover(path)}

    @property
    def leftovers(self) -> list[str]:
        return [path for path in self.files if is_leftover(path)]

    @property
    def open_journals(self) -> list[str]:
        return [name for name in self.journals if name.endswith("-open.json")]


def is_leftover(path: str) -> bool:
    """Tell whether a killed run left this: hidden and not ending in .conf, so that neither systemd nor procps reads it."""
    name = os.path.basename(path)
    return name.startswith(".") and name.endswith(".tmp")


class Lab:
    """One namespace with an agent in it (fault_driver.py) that makes states, looks at them and runs the module."""

    def __init__(self, netns: Namespace) -> None:
        if not shutil.which("strace"):
            raise Unavailable("strace is not installed (Debian: apt-get install strace)")
        if not os.path.isdir("/etc/sysctl.d"):
            raise Unavailable("/etc/sysctl.d does not exist here, and a test makes no folder of this machine's")
        self.netns = netns
        self._log = netns.root / "strace.log"
        empty = netns.root / "empty"
        empty.touch()
        environment = {
            "EMPTY": str(empty),
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONHASHSEED": "0",
            "PYTHONPYCACHEPREFIX": str(netns.root / "pyc"),
            "LC_ALL": "C",
        }
        serve = [sys.executable, "-S", str(HERE / "fault_driver.py"), str(netns.collections), "serve"]
        argv = ["sh", "-ec", COVER + 'exec "$@"', "sh", *serve]
        self._agent = netns.popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.ask("call", options={})  # compiles what the module imports, once

    def ask(self, what: str, **details: Any) -> Any:
        """Let the agent do something and return its answer."""
        assert self._agent.stdin is not None
        assert self._agent.stdout is not None
        self._agent.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self._agent.stdin.flush()
        answer = json.loads(self._agent.stdout.readline())
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["answer"]

    def reset(self, runtime: dict[str, str], files: dict[str, dict[str, Any]]) -> None:
        self.ask("reset", folders=FOLDERS, runtime=runtime, files=files)

    def call(self, options: dict[str, Any]) -> dict[str, Any]:
        """Run the module without faults, in the agent's own process."""
        result: dict[str, Any] = self.ask("call", options={"lock_timeout": 5, **options})
        assert "traceback" not in result, result["traceback"]
        return result

    def save(self) -> None:
        self.ask("save", folders=FOLDERS, names=list(DEFAULTS))

    def load(self) -> None:
        self.ask("load", folders=FOLDERS)

    def shell(self, script: str) -> str:
        text: str = self.ask("shell", script=script)["stdout"]
        return text

    def state(self) -> State:
        seen = self.ask("snapshot", folders=FOLDERS)
        texts = {
            os.path.relpath(path, JOURNALS): about.get("data", "")
            for path, about in seen["files"].items()
            if path.startswith(JOURNALS + "/")
        }
        files = {path: about for path, about in seen["files"].items() if path.startswith(FOLDERS[0])}
        times = {path: about.pop("mtime") for path, about in files.items()}
        return State(seen["runtime"], files, times, sorted(texts), texts)

    def run(self, options: dict[str, Any], *injections: str) -> Run:
        """Run the module once in a process of its own under strace; a watchdog that it starts is not traced and lives on, as it would."""
        extra = [part for injection in injections for part in ("-e", f"inject={injection}")]
        strace = ["strace", "-o", str(self._log), "-y", "-s", "16", "-e", f"trace={_TRACE}", *extra]
        answer = self.ask("run", strace=strace, options={"lock_timeout": 1, **options})
        if "attached" not in answer["traced"]:
            raise Unavailable(f"strace cannot trace here: {answer['traced']}")
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        self._log.unlink()
        return Run(answer.get("result"), lines)

    def start(self, options: dict[str, Any], *command: str) -> dict[str, Any]:
        """Run the module in a Python of its own behind a command such as setpriv."""
        result: dict[str, Any] = self.ask("start", command=list(command), options={"lock_timeout": 1, **options})
        assert "traceback" not in result, result["traceback"]
        return result


def numbered(log: list[str]) -> list[Point]:
    """Return the Point of each line of a trace; lines that are no call have no name."""
    counted: Counter[str] = Counter()
    found = []
    for line in log:
        match = _LINE.match(line)
        call = match[1] if match else ""
        counted[call] += 1
        found.append(Point(call, counted[call], subject(match[2]) if match else ""))
    return found


def points(log: list[str]) -> list[Point]:
    """Return every call in a trace that changes something or opens for it."""
    pairs = zip(log, numbered(log), strict=True)
    return [point for line, point in pairs if point.call and (point.call not in _OPENS or _WRITES.search(line))]


def injected(log: list[str]) -> list[Point]:
    """Return the calls in a trace that a fault was injected into."""
    return [point for number, point in enumerate(numbered(log)) if "(INJECTED)" in log[number]]


def subject(arguments: str) -> str:
    """Return the files that a traced call names, the same in each run."""
    arguments = _RESULT.sub("", arguments)
    paths = [_RANDOM.sub("RANDOM", first or second) for first, second in _SUBJECT.findall(arguments)]
    return " ".join(path for path in paths if path)


def last_point(log: list[str]) -> Point | None:
    """Return the call that a killed process was stopped at."""
    made = points(log)
    return made[-1] if made else None


class Scenario(NamedTuple):
    """A request, the host that it meets, and another request that may come after it."""

    name: str
    options: dict[str, Any]
    files: dict[str, dict[str, Any]] = {}
    prepare: tuple[dict[str, Any], ...] = ()
    shell: str = ""
    # The request begins with putting back what another run left, so that there is a third good state.
    settles: bool = False
    other: dict[str, Any] = {"settings": {"net.ipv4.tcp_sack": 0}}

    def set_up(self, lab: Lab) -> None:
        """Make the host that the request meets."""
        if self.options.get("confirm_within"):
            lab.ask("end_watchdogs")
        lab.reset(DEFAULTS, {**BYSTANDER, **self.files})
        for options in self.prepare:
            result = lab.call(options)
            assert result["failed"] is False, result
        if self.shell:
            lab.shell(self.shell)


KEYS = {"net.ipv4.tcp_syncookies": 2, "net.ipv4.tcp_keepalive_time": 1200, "net.ipv4.ip_local_port_range": "1024 65000"}
DEFAULTS = {
    "net.ipv4.tcp_syncookies": "1",
    "net.ipv4.tcp_keepalive_time": "7200",
    "net.ipv4.ip_local_port_range": "32768 60999",
    "net.ipv4.tcp_sack": "1",
    "net.ipv4.tcp_fin_timeout": "60",
    "net.ipv4.tcp_retries2": "15",
}
EDITED = {
    DROP_IN: {
        "text": "# by hand, keep\r\n\nnet.ipv4.tcp_retries2=9 \n;net.ipv4.tcp_syncookies = 7\nnet.ipv4.tcp_syncookies = 0\n# no end",
        "mode": 0o640,
    }
}
TAKEN = {SITE: {"text": "# caf\xe9\nnet.ipv4.tcp_keepalive_time = 900\n-net.ipv4.tcp_fin_timeout = 30\n", "mode": 0o600}}
BYSTANDER = {"/etc/sysctl.d/10-other.conf": {"text": "net.ipv4.tcp_retries1 = 3\n"}}
FIRST = {"settings": KEYS, "comment": "first"}
SCENARIOS = [
    Scenario("new", {"settings": KEYS}),
    Scenario("existing", {"settings": KEYS}, EDITED),
    Scenario("take_over", {"settings": KEYS, "shadowed": "take_over"}, {**EDITED, **TAKEN}),
    Scenario("absent", {"settings": dict.fromkeys(KEYS), "state": "absent", "restore_runtime": True}, EDITED, (FIRST,)),
    Scenario("restored", {"state": "restored"}, EDITED, (FIRST,)),
    Scenario("confirm_within", {"settings": KEYS, "confirm_within": 600}, EDITED),
    # A run that died just before it closed its journal: the next one first puts that back.
    Scenario(
        "settle",
        {"settings": {"net.ipv4.tcp_fin_timeout": 30}},
        EDITED,
        (FIRST,),
        shell=f"mv {JOURNALS}/00000001-applied.json {JOURNALS}/00000001-open.json",
        settles=True,
    ),
    Scenario("prune", {"settings": KEYS, "journal_keep": 1}, {}, ({"settings": {"net.ipv4.tcp_fin_timeout": 30}},)),
]


class Known(NamedTuple):
    """How things look without any fault: before, after, {recovery: where it ends from (before, after)}, and the points on the way."""

    before: State
    after: State
    ends: dict[str, tuple[Settled, Settled]]
    points: list[Point]
    allowed: list[Settled]

    @property
    def pruned(self) -> dict[str, int]:
        """Return {call: its first time} of the points from the first unlink on: there, old journals are removed."""
        first = next((number for number, point in enumerate(self.points) if point.call == "unlink"), len(self.points))
        return {point.call: point.when for point in reversed(self.points[first:])}


def recover(lab: Lab, scenario: Scenario, recovery: str) -> State:
    """Do what an operator may do next; refusals are answers too."""
    lab.call({"restored": {"state": "restored"}, "again": scenario.options, "other": scenario.other}[recovery])
    return lab.state()


def known(lab: Lab, scenario: Scenario) -> Known:
    """Run a scenario and what may follow it without faults."""
    before, after, found = recorded(lab, scenario)
    ends = {}
    for recovery in RECOVERIES:
        scenario.set_up(lab)
        untouched = recover(lab, scenario, recovery).settled
        scenario.set_up(lab)
        assert lab.call(scenario.options)["changed"] is True
        ends[recovery] = (untouched, recover(lab, scenario, recovery).settled)
    between = [ends["restored"][0]] if scenario.settles else []
    return Known(before, after, ends, found, [before.settled, *between])


def differences(seen: Settled, wanted: Iterable[Settled]) -> list[dict[str, Any]]:
    """Return for each wanted end the keys and files that are otherwise: {name: (seen, wanted)}."""
    return [
        {name: (a.get(name), b.get(name)) for a, b in zip(seen, end, strict=True) for name in {*a, *b} if a.get(name) != b.get(name)}
        for end in wanted
    ]


def recorded(lab: Lab, scenario: Scenario) -> tuple[State, State, list[Point]]:
    """Run a scenario without faults; return the state before, the state after and every point on the way."""
    # Once in the agent first: what Python loads on the way must not count in the runs that are forked from it.
    scenario.set_up(lab)
    assert lab.call(scenario.options)["changed"] is True
    scenario.set_up(lab)
    before = lab.state()
    run = lab.run(scenario.options)
    assert run.result is not None, run
    assert run.result.get("changed") is True, run.result
    return before, lab.state(), points(run.log)
