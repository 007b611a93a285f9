# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enter a private network namespace in which only that namespace's net.* values can be written.

``command`` gives the unshare(1) line for root or for an ordinary user; the process started by it calls ``set_up``
before anything else. ``refusal`` explains a machine that does not allow it.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
# A value of the whole machine: if it can be written in here, the namespace protects nothing.
HOST_WIDE = "/proc/sys/vm/swappiness"
# Writable in a namespace made by root, yet the whole machine's, and 1 stays until the next boot.
HOST_WIDE_IN_NET = ("/proc/sys/net/netfilter/nf_hooks_lwtunnel",)
DROP_IN_FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d")


class NoNamespace(Exception):
    """No private namespace can be made here, or it does not protect the machine; the text says what to do."""


def command(argv: list[str]) -> list[str]:
    """Return argv run in new network and mount namespaces; ordinary users get a user namespace that owns them."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--net", "--mount", "--propagation", "private", "--", *argv]


def current() -> str:
    """Return the identity of the calling process's network namespace."""
    return str(Path("/proc/self/ns/net").readlink())


def set_up(outer: str) -> None:
    """Protect the machine, then bring lo up; ``outer`` is ``current()`` of the process that ran unshare.

    As root the mounts of the new mount namespace make everything below /proc/sys read-only except net, which is the
    namespace's own but for HOST_WIDE_IN_NET. As an ordinary user the kernel refuses writes outside net by itself.
    """
    if current() == outer:
        raise NoNamespace("the network namespace is still the machine's own")
    if os.access(HOST_WIDE, os.W_OK):
        _mount("--bind", "/proc/sys", "/proc/sys")
        _mount("--bind", "/proc/sys/net", "/proc/sys/net")
        _mount("-o", "remount,bind,ro", "/proc/sys")
    for key in filter(os.path.exists, HOST_WIDE_IN_NET):
        _mount("--bind", key, key)
        _mount("-o", "remount,bind,ro", key)
    for folder in DROP_IN_FOLDERS:
        if Path(folder).is_dir():
            _mount("-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", folder)
    for key in (HOST_WIDE, *HOST_WIDE_IN_NET):
        if os.access(key, os.W_OK):
            raise NoNamespace(f"{key} can still be written, so this machine would not be safe from mistakes")
    _lo_up()


def read(name: str) -> str | None:
    """Return a net sysctl of this namespace, fields joined by one space; None when this kernel has no such key."""
    try:
        return " ".join(_path(name).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return None


def write(name: str, value: str) -> None:
    """Set a net sysctl of this namespace and read it back."""
    _path(name).write_text(value + "\n", encoding="ascii")
    if read(name) != value:
        raise NoNamespace(f"{name}: wrote {value}, the kernel says {read(name)}")


def refusal() -> str:
    """Try a namespace in a child process; return "" when it works, else why not and what to do."""
    probe = command([sys.executable, str(Path(__file__).resolve()), current()])
    try:
        result = subprocess.run(probe, text=True, capture_output=True, check=False, timeout=60)
    except FileNotFoundError:
        return "unshare is missing; as root: apt-get install util-linux"
    if result.returncode == 0:
        return ""
    said = (result.stderr.strip().splitlines() or ["no message"])[-1]
    return f"no private network namespace can be made here ({said}).\n{_way_out()}"


def _way_out() -> str:
    if os.geteuid() == 0:
        return (
            "You are root, but without the rights of root: probably in a container. Run the demo on the machine itself, as an\n"
            "ordinary user where user namespaces are allowed, or give the container --cap-add SYS_ADMIN --cap-add NET_ADMIN."
        )
    if _switch("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "Ubuntu 23.10 and later let AppArmor refuse user namespaces to ordinary users. Run the demo as root (sudo make demo), or\n"
            "allow them until the next boot: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if _switch("kernel/unprivileged_userns_clone") == "0":
        return "This kernel refuses them to ordinary users. Run the demo as root, or: sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _switch("user/max_user_namespaces") == "0":
        return "The number of user namespaces is limited to 0. Run the demo as root, or: sudo sysctl -w user.max_user_namespaces=10000"
    return "Run the demo as root (sudo make demo); in a container the runtime's seccomp filter may forbid it to everybody."


def _switch(name: str) -> str | None:
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return None


def _path(name: str) -> Path:
    return Path("/proc/sys", name.replace(".", "/"))


def _mount(*arguments: str) -> None:
    result = subprocess.run(["mount", *arguments], text=True, capture_output=True, check=False)
    if result.returncode:
        raise NoNamespace(f"mount {' '.join(arguments)}: {result.stderr.strip()}")


def _lo_up() -> None:
    """Set IFF_UP on lo as ip(8) would (netdevice(7)): a fresh machine may lack iproute2."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack_from("16xH", fcntl.ioctl(control, SIOCGIFFLAGS, request))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


if __name__ == "__main__":
    try:
        set_up(sys.argv[1])
    except (NoNamespace, OSError) as problem:
        sys.exit(str(problem))
