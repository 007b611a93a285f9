# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the imports and hold every room to section 2 of docs/architecture.md."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
OURS = "ansible_collections.linuxnet.tcp.plugins."
CORE, PORTS, READERS = "module_utils.core", "module_utils.ports", "module_utils.readers"
TRANSACTION = tuple(f"module_utils.{name}" for name in ("changes", "keeper", "pending", "restore", "steps", "transaction"))

# Pure parts of the standard library: no files, sockets, processes, clocks or chance, and there since Python 2.7.
PURE = frozenset(
    "__future__ array base64 binascii bisect collections contextlib copy difflib errno fnmatch functools hashlib heapq itertools "
    "json math operator re string struct unicodedata".split()
)
STANDARD = frozenset(sys.stdlib_module_names)
IO = frozenset({"open", "input", "print"})
DYNAMIC = frozenset({"__import__", "compile", "eval", "exec"})
ENDS = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort", "os.kill"})
SPAWNS = frozenset({"os.system", "os.popen", "os.fork", "os.spawnl", "os.execv", "os.execve", "os.execvp"})
PROCESSES = frozenset({"subprocess", "multiprocessing", "pty", "commands"})
# The one file on the managed node that starts a process, and only for confirm_within.
STARTS_PROCESSES = "watchdog_process.py"
AT_THE_NODE = frozenset({"socket", "fcntl", *PROCESSES})


@dataclass(frozen=True)
class Room:
    """What the files of one folder may import and must not call; a prefix allows all that lies below it."""

    folder: str
    ours: tuple[str, ...]
    libraries: frozenset[str]
    strangers: tuple[str, ...] = ()
    forbidden_calls: frozenset[str] = DYNAMIC | ENDS | SPAWNS
    asserts: bool = False


ROOMS = {
    "core": Room("plugins/module_utils/core", (CORE,), PURE, forbidden_calls=IO | DYNAMIC | ENDS | SPAWNS),
    "ports": Room("plugins/module_utils/ports", (CORE + ".errors", CORE + ".printable", PORTS), STANDARD - PROCESSES),
    "readers": Room("plugins/module_utils/readers", (CORE, READERS), PURE, forbidden_calls=IO | DYNAMIC | ENDS | SPAWNS),
    "transaction": Room("plugins/module_utils", (CORE, *TRANSACTION), PURE, forbidden_calls=IO | DYNAMIC | ENDS | SPAWNS),
    "programs": Room("plugins/module_utils/programs", (CORE, PORTS, *TRANSACTION, "module_utils.programs"), PURE),
    "modules": Room(
        "plugins/modules",
        ("module_utils",),
        frozenset({"__future__", "os", "socket", "time"}),
        ("ansible.module_utils.basic",),
        forbidden_calls=IO | DYNAMIC | ENDS | SPAWNS,
    ),
    "plugin_utils": Room(
        "plugins/plugin_utils",
        (CORE, "plugin_utils"),
        # Receipts are appended under a lock of flock(2).
        STANDARD - AT_THE_NODE | {"fcntl"},
        # markupsafe is the part of jinja2 that says which text is markup.
        ("ansible.errors", "jinja2", "jsonschema", "markupsafe", "yaml"),
        asserts=True,
    ),
    "doc_fragments": Room("plugins/doc_fragments", (), frozenset({"__future__"}), asserts=True),
    "filter": Room("plugins/filter", (CORE + ".errors", "plugin_utils"), STANDARD - AT_THE_NODE, ("ansible.errors",), asserts=True),
    "action": Room(
        "plugins/action",
        (CORE, "module_utils.audit_options", "plugin_utils"),
        STANDARD - AT_THE_NODE,
        ("ansible.errors", "ansible.plugins.action", "ansible.utils"),
        asserts=True,
    ),
    "callback": Room(
        "plugins/callback",
        ("plugin_utils",),
        STANDARD - AT_THE_NODE,
        ("ansible.context", "ansible.plugins.callback"),
        asserts=True,
    ),
}


def violations(room: Room, source: str) -> list[str]:
    """Return what in this source reaches where the room must not, one line each."""
    tree = ast.parse(source)
    found = [f"line {line}: imports {name}" for line, name in imports(tree) if not allowed(room, name)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in room.forbidden_calls:
            found.append(f"line {node.lineno}: calls {name}")
        if isinstance(node, ast.Assert) and not room.asserts:
            found.append(f"line {node.lineno}: bare assert, which python -O drops")
    return found


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything imported, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def allowed(room: Room, name: str) -> bool:
    """Say whether a room may import this name; relative imports never, AnsiballZ has to find them."""
    if name.startswith("."):
        return False
    if name.startswith(OURS):
        return below(name.removeprefix(OURS), room.ours)
    return name.partition(".")[0] in room.libraries or below(name, room.strangers)


def below(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def files() -> list[tuple[str, Path]]:
    return [(name, path) for name, room in ROOMS.items() for path in sorted((ROOT / room.folder).glob("*.py"))]


@pytest.mark.parametrize(("room", "path"), files(), ids=lambda value: value if isinstance(value, str) else value.name)
def test_room_keeps_its_boundary(room: str, path: Path) -> None:
    rules = ROOMS[room]
    if path.name == STARTS_PROCESSES:
        rules = replace(rules, libraries=rules.libraries | {"subprocess"})
    found = violations(rules, path.read_text(encoding="utf-8"))
    assert not found, f"{path.relative_to(ROOT)}: {'; '.join(found)} (docs/architecture.md, section 2)"


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_files(room: str) -> None:
    assert any((ROOT / ROOMS[room].folder).glob("*.py"))


def test_no_plugin_stands_outside_the_rooms() -> None:
    inside = {path for _room, path in files()}
    outside = {path.relative_to(ROOT) for path in (ROOT / "plugins").rglob("*.py") if path not in inside}
    assert {str(path) for path in outside} <= {"plugins/__init__.py"}


def passes_on_warnings(loop: ast.For | ast.While) -> bool:
    """Say whether a loop does nothing but hand each warning to AnsibleModule, which takes one at a time."""
    return [ast.unparse(statement).partition("(")[0] for statement in loop.body] == ["module.warn"]


@pytest.mark.parametrize("path", sorted((ROOT / "plugins/modules").glob("*.py")), ids=lambda path: path.name)
def test_module_translates_and_does_not_think(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    loops = [node.lineno for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While)) and not passes_on_warnings(node)]
    catches = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    assert not loops, f"{path.name}: loop at line {loops}; it belongs into module_utils"
    assert len(catches) <= 1, f"{path.name}: more than one except, at lines {catches}"


def calls(path: Path) -> set[str]:
    """Return the last names of everything that a file calls."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_only_modules_end_a_module_run() -> None:
    ending = {"fail_json", "exit_json"}
    assert [path.name for path in (ROOT / "plugins/module_utils").rglob("*.py") if calls(path) & ending] == []
    assert all(calls(path) >= ending for path in modules_of_hosts())


def documents_an_action(path: Path) -> bool:
    """Say whether a module holds nothing but the documentation of the action plugin of its name, which does everything."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = all(isinstance(node, (ast.Assign, ast.Expr, ast.ImportFrom)) for node in tree.body)
    return (
        plain
        and {name.partition(".")[0] for _line, name in imports(tree)} == {"__future__"}
        and (ROOT / "plugins/action" / path.name).is_file()
    )


def modules_of_hosts() -> list[Path]:
    return [path for path in sorted((ROOT / "plugins/modules").glob("*.py")) if not documents_an_action(path)]


@pytest.mark.parametrize("path", modules_of_hosts(), ids=lambda path: path.name)
def test_a_module_lightens_its_payload_before_it_imports_anything_of_it(path: Path) -> None:
    first, second, *_rest = [
        ast.unparse(node)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr))
        and not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
        and not ast.unparse(node).startswith(("import ", "'", '"'))
    ]
    assert (first, second) == (f"from {OURS}module_utils.ports import payload", "payload.lighten()")


def travels_with(path: Path) -> set[str]:
    """Return the files of module_utils that AnsiballZ sends with a module: all that it imports, inside functions, too, and what those import."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        for _line, name in imports(ast.parse(waiting.pop().read_text(encoding="utf-8"))):
            file = ROOT / "plugins" / (name.removeprefix(OURS).replace(".", "/") + ".py")
            if name.startswith(OURS) and file.is_file() and str(file.relative_to(ROOT / "plugins/module_utils")) not in seen:
                seen.add(str(file.relative_to(ROOT / "plugins/module_utils")))
                waiting.append(file)
    return seen


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        (
            "net_sysctl",
            {"core/inet_diag.py", "core/ephemeral.py", "readers/counting.py", "readers/sockets.py", "readers/parameters.py", "core/nat.py"},
        ),
        ("net_sysctl_info", {"core/inet_diag.py", "readers/counting.py", "transaction.py", "keeper.py"}),
        ("socket_info", {"core/catalogue.py", "core/sysctl_conf.py", "transaction.py"}),
        ("health_info", {"core/inet_diag.py", "readers/counting.py", "core/catalogue.py", "transaction.py"}),
        ("audit", {"transaction.py", "keeper.py", "restore.py"}),
    ],
)
def test_what_a_module_never_uses_does_not_travel_with_it(module: str, spared: set[str]) -> None:
    """With pipelining Python reads a payload from its standard input, a quarter of a millisecond for each KiB (docs/performance.md)."""
    sent = travels_with(ROOT / "plugins/modules" / f"{module}.py")
    assert "ports/payload.py" in sent
    assert sent & spared == set()


def test_actions_of_the_controller_alone_are_documented_as_modules() -> None:
    found = {path.stem for path in (ROOT / "plugins/modules").glob("*.py") if documents_an_action(path)}
    assert found >= {"report"}


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("core", "import os"),
        ("core", "import os.path"),
        ("core", "from socket import AF_INET"),
        ("core", "import time"),
        ("core", "def f():\n    import subprocess"),
        ("core", "open('/proc/version')"),
        ("core", "print('x')"),
        ("core", "exit(1)"),
        ("core", "assert x"),
        ("core", "from ansible.module_utils.basic import AnsibleModule"),
        ("core", "from ansible.module_utils import six"),
        ("core", "from . import errors"),
        ("core", f"from {OURS}module_utils.ports import procfs"),
        ("ports", f"from {OURS}module_utils.core import catalogue"),
        ("ports", "import subprocess"),
        ("ports", "from ansible.module_utils.basic import AnsibleModule"),
        ("ports", "import requests"),
        ("ports", "import sys\nsys.exit(1)"),
        ("readers", f"from {OURS}module_utils.ports import procfs"),
        ("readers", "import os"),
        ("transaction", "from ansible.module_utils.basic import AnsibleModule"),
        ("transaction", f"from {OURS}module_utils.ports import sysctl_tree"),
        ("modules", "import subprocess"),
        ("modules", "import json"),
        ("modules", f"from {OURS}plugin_utils import judge"),
        ("plugin_utils", f"from {OURS}module_utils.ports import procfs"),
        ("plugin_utils", "import socket"),
        ("plugin_utils", "import subprocess"),
        ("action", f"from {OURS}module_utils.readers import sockets"),
        ("action", "import os\nos.system('true')"),
        ("callback", "from ansible.plugins.action import ActionBase"),
        ("callback", f"from {OURS}module_utils.core import printable"),
    ],
)
def test_a_breach_is_seen(room: str, source: str) -> None:
    assert len(violations(ROOMS[room], source)) == 1


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("core", f"from {OURS}module_utils.core import errors\nimport struct"),
        ("ports", f"from {OURS}module_utils.core import errors\nimport socket, os, io"),
        ("modules", f"from ansible.module_utils.basic import AnsibleModule\nfrom {OURS}module_utils import transaction"),
        ("action", "from ansible.plugins.action import ActionBase"),
    ],
)
def test_what_is_allowed_passes(room: str, source: str) -> None:
    assert violations(ROOMS[room], source) == []
