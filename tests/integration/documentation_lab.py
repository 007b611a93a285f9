# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the world of somebody who follows a page: a folder, an inventory, and hosts that SSH reaches.

Each host is a private network and mount namespace with /etc and /var/lib of its own. It has served connections for a while, and its
/etc/sysctl.conf still has the line of an old article. ``ssh`` and ``sudo`` are stand-ins that go into the namespace of the host;
everything else that a page names is the real program.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from fleet_lab import Host
from netns_lab import Namespace

SECONDS = 900
HOSTS = ("web1", "web2", "web3")
# What stands in the /etc/sysctl.conf of each host.
OLD_LINE = "net.ipv4.tcp_tw_recycle = 1"

# Writable are /etc and /var/lib, which are copies, and /tmp, where modules unpack themselves.
PRIVATE_HOST = f"""set -e
mount -o remount,size=256m /var/lib
cp -a /etc /var/lib/etc
mount --bind /var/lib/etc /etc
mkdir -p /etc/sysctl.d
echo '{OLD_LINE}' > /etc/sysctl.conf
ln -sfn ../sysctl.conf /etc/sysctl.d/99-sysctl.conf
mount --bind /tmp /tmp
mount -o remount,bind,ro /
"""
# Pages keep things of a controller in /srv.
PRIVATE_READER = """set -e
mount --bind "$0" "$0"
test ! -d /srv || mount -t tmpfs -o size=64m,mode=0755 tmpfs /srv
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


class Lab:
    """A folder with ``inventory`` and the artifact, a controller, and hosts; where ``installs``, the collection is not there yet."""

    def __init__(self, root: Path, collections: Path, artifact: Path, installs: bool) -> None:
        self.root, self.folder = root, root / "work"
        for name in ("work", "bin", "ssh", "home", "tmp", "collections"):
            (root / name).mkdir()
        self.controller = Namespace(root / "controller", root / "collections" if installs else collections)
        self._collections = collections
        self.hosts: dict[str, Host] = {}
        self._write(artifact)
        self.controller.run(["sh", "-c", PRIVATE_READER, str(root)])
        self.add_hosts({name: name for name in HOSTS})

    def _write(self, artifact: Path) -> None:
        """Give the reader what a page takes for granted."""
        shutil.copy(artifact, self.folder)
        (self.folder / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
        (self.folder / "inventory").write_text("\n".join(["[web]", *HOSTS, ""]), encoding="utf-8")
        for name, text in (("ssh", SSH), ("sudo", SUDO)):
            path = self.root / "bin" / name
            path.write_text(text.replace("@hosts@", str(self.root / "ssh")), encoding="utf-8")
            path.chmod(0o755)

    def add_hosts(self, addresses: dict[str, str]) -> None:
        """Make those hosts that there are not yet; SSH knows each by its name and its address."""
        for name, address in addresses.items():
            if name not in self.hosts:
                host = self.hosts[name] = Host(name, self.root / "controller" / name, self._collections)
                host.netns.run(["sh", "-c", PRIVATE_HOST])
                host.netns.popen([sys.executable, "-c", CLIENTS])
            for known_as in (name, address):
                (self.root / "ssh" / known_as).write_text(str(self.hosts[name].netns.pid), encoding="utf-8")

    def sysctl(self, host: str, name: str) -> str:
        """Return a running value as the host's kernel has it; a host that is not ours is the controller."""
        return self.hosts[host].sysctl(name) if host in self.hosts else self.controller.sysctl(name)

    def close(self) -> None:
        """Let all namespaces go."""
        for host in self.hosts.values():
            host.netns.close()
        self.controller.close()

    def run(self, script: str, record: Path, errors: int = subprocess.STDOUT) -> subprocess.CompletedProcess[str]:
        """Run a script of the shell in the folder until a command of it fails; Ansible's results go to ``record``."""
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
