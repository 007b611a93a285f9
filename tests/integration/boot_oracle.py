# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the real systemd-sysctl and ``sysctl --system`` on a tree of sysctl.d files, and our prediction beside them.

Started by test_boot_differential.py inside ``unshare -n -m`` with the host's network namespace as argument. It answers one
JSON object per line of standard input. It refuses to start unless every configuration folder is covered, nothing below
/proc/sys but net can be written, and the network namespace is not the host's.

A tree is ``{"folders": {folder: {name: entry}}, "sysctl_conf": entry | null, "credential": text | null}``; an entry is
``{"file": latin-1 text}``, ``{"link": target}`` or ``{"directory": true}``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_glob, sysctl_conf
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot

SYSTEMD_SYSCTL = next((p for p in ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl") if os.path.exists(p)), "")
SYSCTL = shutil.which("sysctl", path="/usr/sbin:/sbin:/usr/bin:/bin") or ""
# Covered whole where nothing is needed from them once the interpreter runs; /usr/lib only where the folder exists already.
COVERS = ("/etc", "/run", "/usr/local/lib", "/usr/lib/sysctl.d", "/lib/sysctl.d")
CREDENTIALS = "/run/credentials/@system"
INTERFACE = "lt0.5"

TOP = (
    "tcp_fin_timeout",
    "tcp_keepalive_time",
    "tcp_keepalive_intvl",
    "tcp_keepalive_probes",
    "tcp_retries2",
    "tcp_max_syn_backlog",
    "tcp_max_tw_buckets",
    "tcp_orphan_retries",
    "ip_default_ttl",
)
PER_DEVICE = ("log_martians", "secure_redirects", "arp_announce", "arp_accept", "arp_ignore")
DEVICES = ("all", "default", "lo", INTERFACE, "lt1")
PORT_RANGE = "net/ipv4/ip_local_port_range"
PATHS = [
    *("net/ipv4/" + name for name in TOP),
    *(f"net/ipv4/conf/{device}/{name}" for device in DEVICES for name in PER_DEVICE),
    "net/core/somaxconn",
    PORT_RANGE,
]
NUMBER = "0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*"


def integer(word: str) -> int:
    """Read a number as the kernel does: 0x is hexadecimal, a leading 0 octal (kernel/sysctl.c proc_get_long)."""
    return int(word, 16) if word[:2].lower() == "0x" else int(word, 8 if word.startswith("0") else 10)


def numbers(path: str, value: str) -> list[int]:
    """Return what the kernel stores for a value of the kinds that the test generates, [] when it refuses; ``probe`` measures it.

    Leading isspace(3) is skipped; blank, tab or line feed ends a number; what follows the last one needed is ignored (facts:
    write(2) is short and a second write on the same descriptor does nothing).
    """
    wanted = 2 if path == PORT_RANGE else 1
    found, rest = [], value
    for _dummy in range(wanted):
        match = re.match(f"[ \\t\\n\\v\\f\\r]*({NUMBER})(?=[ \\t\\n]|$)", rest)
        if not match:
            return []
        found.append(integer(match.group(1)))
        rest = rest[match.end() :]
    return found if wanted == 1 or 1024 <= found[0] <= found[1] <= 65535 else []


def accepts(name: str, value: str) -> bool:
    return bool(numbers(sysctl_conf.swap(name), value))


def kernel_form(path: str, value: str) -> str:
    """Write a value as the kernel prints it, fields joined by one space."""
    return " ".join(map(str, numbers(path, value)))


def mount(*argv: str) -> None:
    subprocess.run(["mount", *argv], check=True, capture_output=True)


def cover() -> list[str]:
    """Mount over everything that holds vendor settings and make all of /proc/sys but net read-only; return the covers."""
    mount("--bind", "/proc/sys", "/proc/sys")
    mount("--bind", "/proc/sys/net", "/proc/sys/net")
    mount("-o", "remount,ro,bind", "/proc/sys")
    covers = list(dict.fromkeys(os.path.realpath(p) for p in COVERS if os.path.isdir(p)))
    for path in covers:
        mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", path)
    for path in conf_dir.FOLDERS:
        Path(path).mkdir(parents=True, exist_ok=True)
    Path(CREDENTIALS).mkdir(parents=True)
    return covers


def add_interfaces() -> None:
    for argv in (["ip", "link", "set", "lo", "up"], ["ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", "lt1"]):
        subprocess.run(argv, check=True, capture_output=True)


def refuse_unless_safe(host_netns: str, covers: list[str]) -> None:
    """Stop before anything is applied when one of the belts does not hold."""
    if os.readlink("/proc/self/ns/net") == host_netns:
        raise SystemExit("this is the host's network namespace")
    for tree in ("kernel", "vm", "fs"):
        if not os.statvfs(f"/proc/sys/{tree}").f_flag & os.ST_RDONLY:
            raise SystemExit(f"/proc/sys/{tree} can be written")
    for folder in conf_dir.FOLDERS:
        real = os.path.realpath(folder)
        if not any(real == c or real.startswith(c + "/") for c in covers) or os.listdir(real):
            raise SystemExit(f"{folder} is not covered by an empty tmpfs")
    if os.path.lexists(conf_dir.SYSCTL_CONF):
        raise SystemExit(f"{conf_dir.SYSCTL_CONF} is not covered")


def proc(path: str) -> Path:
    return Path("/proc/sys") / path


def read(path: str) -> str:
    return " ".join(proc(path).read_text().split())


def probe() -> None:
    """Check that each key takes the values that ``accepts`` promises and refuses the others."""
    for path in PATHS:
        tries = ["2000 3000", "0x800 010000", "2000 3000 x"] if path == PORT_RANGE else ["3", "120", "0x10", "010", "\v5 # x"]
        for value in tries:
            proc(path).write_text(value + "\n")
            if not numbers(path, value) or read(path) != kernel_form(path, value):
                raise SystemExit(f"{path} does not take {value!r}: {read(path)!r}")
        for value in ("banana", "", "5#", "=5", "5\r6", "5\v"):
            if numbers(path, value):
                raise SystemExit(f"numbers({path!r}, {value!r}) is not empty")
            try:
                proc(path).write_bytes(value.encode() + b"\n")
            except OSError:
                continue
            raise SystemExit(f"{path} takes {value!r}")


def names() -> list[str]:
    """Return every key below /proc/sys/net, dotted."""
    found = (os.path.join(folder, name) for folder, _subfolders, files in os.walk("/proc/sys/net") for name in files)
    return sorted(sysctl_conf.swap(os.path.relpath(path, "/proc/sys")) for path in found)


class FrozenVersions(conf_dir.ConfDir):
    """Ask for the versions once: the libraries do not change between trees."""

    frozen: dict[str, tuple[int, ...]]

    def versions(self) -> dict[str, tuple[int, ...]]:
        return self.frozen


class Oracle:
    def __init__(self) -> None:
        self.port = FrozenVersions()
        self.port.frozen = conf_dir.ConfDir().versions()
        before = {path: read(path) for path in PATHS}
        probe()
        self.baseline = before
        self.reset()
        self.names = names()

    def reset(self) -> None:
        for path, value in self.baseline.items():
            proc(path).write_text(value + "\n")

    def materialise(self, tree: dict[str, Any]) -> None:
        for folder in (*conf_dir.FOLDERS, CREDENTIALS):
            for entry in os.scandir(folder):
                shutil.rmtree(entry) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)
        conf = Path(conf_dir.SYSCTL_CONF)
        if conf.is_dir() and not conf.is_symlink():
            conf.rmdir()
        elif os.path.lexists(conf):
            conf.unlink()
        for folder, entries in tree["folders"].items():
            for name, entry in entries.items():
                place(Path(folder) / name, entry)
        if tree.get("sysctl_conf"):
            place(conf, tree["sysctl_conf"])
        if tree.get("credential") is not None:
            place(Path(CREDENTIALS) / "sysctl.extra", {"file": tree["credential"]})

    def real(self, argv: list[str]) -> dict[str, str]:
        self.reset()
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "CREDENTIALS_DIRECTORY": CREDENTIALS}
        subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
        return {path: read(path) for path in PATHS}

    def predicted(self, loader: str) -> dict[str, str]:
        effective, _problems, _warnings = boot.read_boot(self.port, self.names, loader, accepts)
        stray = sorted(set(map(sysctl_conf.swap, effective)) - set(PATHS))
        if stray:
            raise SystemExit(f"the tree sets keys that are not watched: {stray}")
        values = {
            path: kernel_form(path, found["value"])
            for path, found in ((sysctl_conf.swap(name), found) for name, found in effective.items())
        }
        return {path: values.get(path, self.baseline[path]) for path in PATHS}

    def compare(self, tree: dict[str, Any]) -> dict[str, Any]:
        """Return per loader {path: [predicted, real]} where they differ, and whether the two real loaders differ."""
        self.materialise(tree)
        real = {"systemd": self.real([SYSTEMD_SYSCTL]), "procps": self.real([SYSCTL, "--system"])}
        wrong = {}
        for loader, values in real.items():
            predicted = self.predicted(loader)
            wrong[loader] = {path: [predicted[path], values[path]] for path in PATHS if predicted[path] != values[path]}
        changed = {loader: values != self.baseline for loader, values in real.items()}
        return {"wrong": wrong, "disagree": real["systemd"] != real["procps"], "changed": changed}


def place(path: Path, entry: dict[str, Any]) -> None:
    if "file" in entry:
        path.write_bytes(entry["file"].encode("latin-1"))
    elif "link" in entry:
        path.symlink_to(entry["link"])
    else:
        path.mkdir()


def strays(oracle: Oracle, patterns: list[str]) -> list[str]:
    """Return the keys outside PATHS that patterns would reach, so that the test only writes what it watches."""
    keys = conf_glob.KeyTree(map(sysctl_conf.swap, oracle.names))
    return sorted({key for p in patterns for _raw, key in keys.glob(p, with_braces=True)} - set(PATHS))


def main(host_netns: str) -> None:
    try:
        covers = cover()
        refuse_unless_safe(host_netns, covers)
        add_interfaces()
    except subprocess.CalledProcessError as error:
        print(json.dumps({"unavailable": f"{' '.join(error.cmd)}: {error.stderr.decode().strip()}"}), flush=True)
        return
    oracle = Oracle()
    print(json.dumps({"ready": True, "versions": oracle.port.frozen}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        answer = {"strays": strays(oracle, question["patterns"])} if "patterns" in question else oracle.compare(question)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
