# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a host pull what its ring is to run, by the command line of the unit that is shipped: signed, unsigned, and harmful."""

from __future__ import annotations

import json
import os
import re
import shutil
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import netns_lab
import pytest
import yaml

FIN_TIMEOUT = "net.ipv4.tcp_fin_timeout"
# Covered by the namespace, like all that the play writes below /var/lib.
STATE = "/var/lib/linuxnet-tcp-pull"
LOCKED = 75
REFUSED = "Failed to verify GPG signature"


class Ring:
    """A repository whose branch ring-1 a host pulls, the keys that sign it, and the host."""

    def __init__(self, host: netns_lab.Namespace, shipped: Path, root: Path, keys: Path) -> None:
        self.host, self.repository, self._keys = host, root / "repository", keys
        self.lock = root / "lock"
        self._command = _command(shipped / "linuxnet-tcp-pull.service", self.lock)
        (self.repository / "rings").mkdir(parents=True)
        shutil.copy(shipped / "pull.yml", self.repository)
        self._git("init", "-q", "-b", "ring-1")
        self.operator, self.stranger = self._key("operator"), self._key("stranger")
        self._trust_operator_alone()
        self._drop_in = root / "90-pull.conf"

    def commit(self, value: int, signer: str = "", **more: Any) -> None:
        """Let the ring want a value, in a commit that is signed with a key or not."""
        variables = {
            "pull_profile": {"name": "ring", "settings": {FIN_TIMEOUT: {"value": value}}},
            "pull_path": str(self._drop_in),
            # Long beside what a busy machine adds: windows have to be about as long as each other.
            "pull_soak_seconds": 3,
            **more,
        }
        (self.repository / "rings" / "1.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
        self._git("add", "-A")
        how = ["--no-gpg-sign"] if not signer else [f"--gpg-sign={signer}"]
        self._git("-c", "user.name=ops", "-c", "user.email=ops@example.net", "commit", "-q", "--allow-empty", "-m", f"{value}", *how)

    def pull(self) -> subprocess.CompletedProcess[str]:
        """Run what the unit runs."""
        settings = {
            **_without_ansible(),
            "ANSIBLE_COLLECTIONS_PATH": str(self.host.collections),
            "ANSIBLE_HOME": str(self.repository.parent / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "GNUPGHOME": str(self._keys / "host"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PULL_RING": "1",
        }
        given = {"PULL_URL": self.repository.as_uri(), "PULL_REF": "ring-1"}
        argv = [string.Template(word).substitute(given) for word in self._command]
        return self.host.run(argv, env=settings, check=False, timeout=netns_lab.PLAYBOOK_SECONDS)

    def statuses(self) -> list[str]:
        """Return the verdicts of the report that the host wrote about itself."""
        return [row["status"] for row in json.loads(self.host.run(["cat", f"{STATE}/report/report.json"]).stdout)["hosts"]]

    def _git(self, *arguments: str) -> None:
        environment = {**_without_ansible(), "GNUPGHOME": str(self._keys), "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", "-C", str(self.repository), *arguments], check=True, capture_output=True, env=environment)

    def _gpg(self, home: Path, *arguments: str, given: bytes | None = None) -> bytes:
        argv = ["gpg", "--homedir", str(home), "--batch", "--quiet", *arguments]
        return subprocess.run(argv, input=given, check=True, capture_output=True).stdout

    def _key(self, name: str) -> str:
        self._gpg(
            self._keys,
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            "--quick-gen-key",
            f"{name}@example.net",
            "ed25519",
            "sign",
            "never",
        )
        return f"{name}@example.net"

    def _trust_operator_alone(self) -> None:
        (self._keys / "host").mkdir(mode=0o700)
        self._gpg(self._keys / "host", "--import", given=self._gpg(self._keys, "--export", self.operator))


def _without_ansible() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "GIT_", "PULL_", "PYTHONDONTWRITE"))}


def _command(unit: Path, lock: Path) -> list[str]:
    """Return ExecStart of a unit with a lock of ours, so that the test has nothing to do with a host that pulls in earnest."""
    text = unit.read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    return [str(lock) if word.startswith("/run/lock/") else word for word in line.split()]


@pytest.fixture(scope="module")
def shipped(collections: Path) -> Path:
    return collections / "ansible_collections" / "linuxnet" / "tcp" / "extensions" / "pull"


@pytest.fixture
def keys() -> Iterator[Path]:
    """Yield a folder for keys whose path is short enough for the agent's socket."""
    lacking = [command for command in ("gpg", "git") if not shutil.which(command)]
    if lacking:
        pytest.skip(f"{', '.join(lacking)} not installed: without them no commit can be signed")
    folder = Path(tempfile.mkdtemp(prefix="ring-", dir="/tmp"))
    yield folder
    for home in (folder, folder / "host"):
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def ring(netns: netns_lab.Namespace, shipped: Path, tmp_path: Path, keys: Path) -> Ring:
    if os.geteuid() != 0:
        pytest.skip("a host that pulls tunes itself as root")
    netns.run(["sysctl", "-qw", f"{FIN_TIMEOUT}=60"])
    return Ring(netns, shipped, tmp_path, keys)


def test_a_host_runs_what_the_operator_signed_and_takes_back_what_harms(ring: Ring) -> None:
    ring.commit(30, ring.operator)
    first = ring.pull()
    assert first.returncode == 0, first.stdout + first.stderr
    assert ring.host.sysctl(FIN_TIMEOUT) == "30"
    assert ring.statuses() == ["compliant"]

    # Nobody's commit, at two ticks: the second one finds it checked out already. Then a stranger's.
    for signer, ticks in (("", 2), (ring.stranger, 1)):
        ring.commit(15, signer)
        for _tick in range(ticks):
            refused = ring.pull()
            assert refused.returncode != 0
            assert REFUSED in refused.stdout + refused.stderr
            assert ring.host.sysctl(FIN_TIMEOUT) == "30"

    # After this change the service does not answer.
    ring.commit(20, ring.operator, pull_url="http://127.0.0.1:9/")
    harmful = ring.pull()
    assert harmful.returncode != 0
    assert "Ring 1: Status code was -1" in harmful.stdout, harmful.stdout
    assert ring.host.sysctl(FIN_TIMEOUT) == "30"
    assert ring.statuses() == ["noncompliant"], harmful.stdout

    # A ring that wants what the host has: nothing changes but the metrics, nothing is waited for.
    metrics = ring.repository.parent / "metrics"
    metrics.mkdir()
    ring.commit(30, ring.operator, pull_metrics=str(metrics))
    last = ring.pull()
    assert last.returncode == 0
    assert re.search(r"\nlocalhost .* changed=1 ", last.stdout.rpartition("PLAY RECAP")[2]), last.stdout
    assert re.search(r"TASK \[Begin the window before the change\] \**\nskipping", last.stdout)
    written = metrics / "linuxnet_tcp.prom"
    assert written.stat().st_mode & 0o777 == 0o644
    assert "tcp_sockets{" in written.read_text(encoding="utf-8")


def test_a_person_who_runs_the_same_is_not_disturbed(ring: Ring) -> None:
    ring.commit(30, ring.operator)
    with subprocess.Popen(
        ["flock", str(ring.lock), "sh", "-c", "echo held; read end"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as person:
        assert person.stdout is not None
        assert person.stdout.readline() == b"held\n"
        assert ring.pull().returncode == LOCKED
        person.communicate(b"end\n", timeout=10)
    assert ring.host.sysctl(FIN_TIMEOUT) == "60"


@pytest.mark.parametrize("unit", ["linuxnet-tcp-pull.service", "linuxnet-tcp-pull.timer"])
def test_systemd_takes_the_units(shipped: Path, unit: str) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze not installed: nothing else reads units as systemd does")
    run = subprocess.run(["systemd-analyze", "verify", str(shipped / unit)], check=False, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
