# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let real watchdogs wait in a private network namespace, kill them and their runs, and see who puts what back and when."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

HERE = Path(__file__).resolve().parent
FOLDER = "/var/lib/linuxnet-tcp"
WITHIN = 6
# How long after its time a watchdog may be done on a busy machine.
LATE = 3.0
KEY, BEFORE, AFTER = "net.ipv4.tcp_fin_timeout", "60", "31"
# The stages run with a HOME of their own; the interpreters are the user's.
HOME = Path(pwd.getpwuid(os.getuid()).pw_dir)
PYTHONS = {name: HOME / ".pyenv/versions" / version / "bin" / "python" for name, version in (("2.7", "2.7.18"), ("3.6", "3.6.15"))}


class Host:
    """One namespace with its drop-in and its journals."""

    def __init__(self, netns: Namespace) -> None:
        self.netns = netns
        folder = netns.root / "sysctl.d"
        folder.mkdir()
        self.path = folder / "90-linuxnet-tcp.conf"
        self._tree = tree_with_packages(netns.collections, netns.root / "tree")

    def run(self, python: str | Path = sys.executable, die: str = "", **options: Any) -> dict[str, Any]:
        """Run the driver; return its result, {} when it killed itself."""
        given = json.dumps({"path": str(self.path), **options})
        argv = [str(python), str(HERE / "watchdog_driver.py"), str(self._tree), given, *([die] if die else [])]
        ran = self.netns.run(argv, check=False)
        assert ran.returncode == (-signal.SIGKILL if die else 0), ran.stderr
        result: dict[str, Any] = {} if die else json.loads(ran.stdout)
        return result

    def set(self, **options: Any) -> dict[str, Any]:
        return self.run(settings={KEY: AFTER}, **{"confirm_within": WITHIN, **options})

    def module(self, **options: Any) -> dict[str, Any]:
        """Run the real module through Ansible."""
        return self.netns.module("net_sysctl", {"path": str(self.path), **options})

    def value(self) -> str:
        return self.netns.sysctl(KEY)

    def files(self) -> list[str]:
        return sorted(self.netns.run(["ls", FOLDER]).stdout.split())

    def deadline(self, name: str) -> float:
        """Return the seconds of uptime at which the watchdog puts back what this journal holds."""
        found: float = json.loads(self.netns.run(["cat", f"{FOLDER}/{name}"]).stdout)["confirm"]["deadline"]
        return found

    def watchdog(self) -> int:
        """Return the PID of the only watchdog."""
        (pid,) = [pid for pid in self.netns._members() if b"-watchdog.pyz" in command_line(pid)]
        return pid

    def untouched(self) -> bool:
        return self.value() == BEFORE and not self.path.exists()

    def changed(self) -> bool:
        return self.value() == AFTER and AFTER in self.path.read_text(encoding="utf-8")


def tree_with_packages(collections: Path, target: Path) -> Path:
    """Return a copy of module_utils that Python 2.7 imports, which needs a file in each folder."""
    inside = Path("ansible_collections/linuxnet/tcp/plugins/module_utils")
    shutil.copytree(collections / inside, target / inside, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [*(target / inside).parents, target / inside, *(target / inside).rglob("*/")]:
        if target in folder.parents:
            (folder / "__init__.py").touch()
    return target


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def uptime() -> float:
    return float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])


def wait_until(true: Callable[[], bool], uptime_limit: float) -> float:
    """Return the uptime at which it was true; fail after the limit."""
    while not true():
        assert uptime() < uptime_limit, "did not happen in time"
        time.sleep(0.1)
    return uptime()


def gone_after(host: Host, deadline: float) -> float:
    """Return how many seconds after its time everything was put back; fail when it is too early or late."""
    while uptime() < deadline - 0.5:
        assert host.changed()
        time.sleep(0.2)
    late = wait_until(host.untouched, deadline + LATE) - deadline
    assert late > -0.1
    return late


@pytest.fixture
def host(netns: Namespace) -> Host:
    made = Host(netns)
    assert made.value() == BEFORE
    return made


def test_nobody_confirms_so_the_host_puts_itself_back(host: Host, say: Callable[[str], None]) -> None:
    result = host.module(settings={KEY: AFTER}, confirm_within=WITHIN)
    journal = result["journal"]
    assert (journal["status"], journal["confirm_within"]) == ("unconfirmed", WITHIN)
    pid = host.watchdog()
    # A session of its own, nothing of the task's: it outlives both, and nobody waits for it.
    assert os.getsid(pid) == pid
    descriptors = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{pid}/fd")}
    assert descriptors == {"/dev/null", f"{FOLDER}/00000001-watchdog.lock"}
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    assert host.files() == ["00000001-unconfirmed.json", "00000001-watchdog.lock", "00000001-watchdog.pyz", "lock"]
    started, deadline = cpu_seconds(pid), host.deadline("00000001-unconfirmed.json")

    while uptime() < deadline - 1:
        time.sleep(0.2)
    waiting = cpu_seconds(pid) - started
    late = gone_after(host, deadline)

    wait_until(lambda: host.files() == ["00000001-restored.json", "lock"], deadline + LATE)
    say(f"\nput back {late:.1f} s after its time; CPU: {started:.2f} s to start, {waiting:.2f} s to wait")
    assert waiting <= 0.1


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_confirmed_change_stays(host: Host) -> None:
    assert host.set(confirm_within=20)["journal"]["id"] == 1
    deadline = host.deadline("00000001-unconfirmed.json")
    confirmed = host.module(state="confirmed", journal=1)
    assert (confirmed["failed"], confirmed["journal"]["status"]) == (False, "applied")
    # The watchdog looks once a second and then ends.
    wait_until(lambda: host.files() == ["00000001-applied.json", "lock"], uptime() + LATE)
    while uptime() < deadline + 1:
        assert host.changed()
        time.sleep(0.2)


@pytest.mark.parametrize("version", PYTHONS)
def test_old_pythons_put_back_too(host: Host, version: str) -> None:
    python = PYTHONS[version]
    if not python.exists():
        pytest.skip(f"{python} is not installed")
    assert host.set(python=python)["changed"]
    assert str(python.resolve().parent).encode() in os.path.realpath(f"/proc/{host.watchdog()}/exe").encode()
    gone_after(host, host.deadline("00000001-unconfirmed.json"))


@pytest.mark.parametrize("moment", ["armed", "written"])
def test_a_run_that_is_killed_leaves_the_host_to_its_watchdog(host: Host, moment: str) -> None:
    host.set(die=moment)
    assert (host.changed(), host.untouched()) == (moment == "written", moment == "armed")
    assert "00000001-open.json" in host.files()
    deadline = host.deadline("00000001-open.json")
    wait_until(lambda: host.files() == ["00000001-restored.json", "lock"], deadline + LATE)
    assert uptime() > deadline
    assert host.untouched()


def test_a_change_that_waits_is_nobody_elses_to_change(host: Host) -> None:
    # Long enough for two runs on a busy machine.
    host.set(comment="for the sale", confirm_within=90)
    refused = host.run(settings={"net.ipv4.tcp_retries2": 9})
    assert refused["failed"]
    assert "waits to be confirmed" in refused["msg"]
    assert "for the sale" in refused["msg"]
    assert not refused["changed"]
    assert host.changed()
    audit = host.netns.module("audit", {"persist": False})["audit"]
    (row,) = audit["journals"]
    assert (row["status"], row["attended"], 0 <= row["seconds_left"] <= 90) == ("unconfirmed", True, True)
    assert not [item for item in audit["findings"] if item["id"].startswith("change-")]


@pytest.mark.parametrize(
    ("die", "finding", "reason"), [("", "change-unconfirmed", "unconfirmed"), ("written", "change-half-done", "half-done")]
)
def test_without_its_watchdog_the_next_run_reports_and_puts_back(host: Host, die: str, finding: str, reason: str) -> None:
    host.set(die=die, comment="gone")
    os.kill(host.watchdog(), signal.SIGKILL)
    audit = host.netns.module("audit", {"persist": False})["audit"]
    (found,) = [item for item in audit["findings"] if item["id"].startswith("change-")]
    assert (found["id"], found["evidence"]["journal"], found["evidence"]["comment"]) == (finding, 1, "gone")
    assert host.changed()

    result = host.module(settings={"net.ipv4.tcp_retries2": 9}, persist=False)
    (row,) = result["recovered"]
    assert (row["id"], row["reason"], row["comment"], row["undone"]) == (1, reason, "gone", [KEY, str(host.path)][::-1])
    assert any("journal 1" in warning for warning in result["warnings"])
    assert host.untouched()
    assert host.netns.sysctl("net.ipv4.tcp_retries2") == "9"
    assert host.files() == ["00000001-restored.json", "00000002-applied.json", "lock"]
    assert host.module(settings={"net.ipv4.tcp_retries2": 9}, persist=False)["changed"] is False


def test_the_role_confirms_and_refuses_beside_another_change(host: Host) -> None:
    given = {"tune_path": str(host.path), "tune_confirm_within": 60}
    first = host.netns.playbook("linuxnet.tcp.tune", given)
    assert first.returncode == 0, first.stdout
    assert first.results("Let the change stay")[-1]["journal"]["status"] == "applied"
    assert first.results("Apply the plan as one transaction")[-1]["journal"]["confirm_within"] == 60
    assert "Reset is not implemented" not in first.stdout
    record = json.loads(host.netns.run(["cat", f"{FOLDER}/00000001-applied.json"]).stdout)
    assert record["comment"] == "role linuxnet.tcp.tune, profile article"

    host.run(settings={"net.ipv4.tcp_retries2": 9}, confirm_within=60, comment="by hand", persist=False)
    second = host.netns.playbook("linuxnet.tcp.tune", given)
    assert second.returncode != 0
    assert "by hand" in second.stdout
    assert "is under way" in second.stdout


def test_the_role_settles_what_a_killed_run_left_and_then_plans(host: Host) -> None:
    # What the dead run had set already is part of the profile: a plan made before the way back would leave it out.
    key = "net.ipv4.tcp_keepalive_time"
    host.run(settings={key: 1200}, die="written")
    assert host.netns.sysctl(key) == "1200"
    run = host.netns.playbook("linuxnet.tcp.tune", {"tune_path": str(host.path)})
    assert run.returncode == 0, run.stdout
    assert key in run.results("Judge the host again")[-1]["audit"]["plan"]["settings"]
    assert host.netns.sysctl(key) == "1200"
    assert host.files()[:2] == ["00000001-restored.json", "00000002-applied.json"]


def test_what_does_not_hold_is_not_confirmed_and_goes_back(host: Host) -> None:
    given = {
        "tune_path": str(host.path),
        "tune_confirm_within": 20,
        "tune_profile": {"name": "p", "settings": {KEY: {"value": int(AFTER)}}},
    }
    spoil = f"until test -e {FOLDER}/00000001-unconfirmed.json; do sleep 0.05; done; sysctl -q -w {KEY}=45"
    host.netns.popen(["sh", "-c", spoil], stdout=subprocess.DEVNULL)
    run = host.netns.playbook("linuxnet.tcp.tune", given)
    assert run.returncode == 2, run.stdout
    (said,) = run.results("Say what becomes of the change")
    assert f"{KEY} is 45" in said["msg"]
    assert "its watchdog puts it back by itself by 20" in said["msg"]
    assert "journal 1" in said["msg"]
    deadline = host.deadline("00000001-unconfirmed.json")
    wait_until(lambda: "00000001-restored.json" in host.files(), deadline + LATE)
    # Somebody else set it since, so it is not the watchdog's to change.
    assert (host.value(), host.path.exists()) == ("45", False)


def test_the_rollback_playbook_puts_back_and_shows_it(host: Host) -> None:
    host.run(settings={KEY: AFTER, "net.ipv4.tcp_retries2": 9}, comment="try it")
    preview = host.netns.playbook("linuxnet.tcp.rollback", check=True)
    assert preview.returncode == 0, preview.stdout
    assert host.changed()
    run = host.netns.playbook("linuxnet.tcp.rollback")
    assert run.returncode == 0, run.stdout
    shown = run.results("Show what was put back")[-1]["msg"]
    assert "journal 1 " in shown[0]
    assert "try it" in shown[0]
    assert shown[1:] == [f"{KEY} = {BEFORE}", "net.ipv4.tcp_retries2 = 15", str(host.path)]
    assert host.untouched()
    again = host.netns.playbook("linuxnet.tcp.rollback")
    assert again.results("Show what was put back")[-1]["msg"][1:] == ["nothing was left of it"]
