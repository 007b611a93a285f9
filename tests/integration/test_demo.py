# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the demo at a fortieth of its size: every step is real, also the minute in which TIME_WAIT ends by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "tools"))

import demo_netns  # noqa: E402
import demo_population  # noqa: E402

CONNECTIONS = 600
LIMIT = 200
SCALE = 0.03

Shown = tuple[subprocess.CompletedProcess[str], Path]


@pytest.fixture(scope="module", autouse=True)
def _namespaces() -> None:
    if refusal := demo_netns.refusal():
        pytest.skip(refusal)


# Asks access(2) and writes nothing: were the key open after all, a write could not be taken back.
ACCESS = """
import os, sys
sys.path.insert(0, sys.argv[1])
import demo_netns
demo_netns.set_up(sys.argv[2])
for key in (demo_netns.HOST_WIDE, *demo_netns.HOST_WIDE_IN_NET, "/proc/sys/net/ipv4/tcp_fin_timeout"):
    if os.path.exists(key):
        print(key, os.access(key, os.W_OK))
"""


def test_only_the_namespaces_own_values_can_be_written() -> None:
    argv = demo_netns.command([sys.executable, "-c", ACCESS, str(REPOSITORY / "tools"), demo_netns.current()])
    writable = dict(line.split() for line in subprocess.run(argv, text=True, capture_output=True, check=True).stdout.splitlines())
    assert writable.pop("/proc/sys/net/ipv4/tcp_fin_timeout") == "True"
    assert demo_netns.HOST_WIDE in writable
    assert set(writable) >= set(filter(os.path.exists, demo_netns.HOST_WIDE_IN_NET))
    assert set(writable.values()) == {"False"}


def small_profile(folder: Path) -> Path:
    """Return the article's profile with a limit that 600 connections reach."""
    text = (REPOSITORY / "profiles" / "article.yml").read_text(encoding="utf-8")
    small = text.replace("value: 5000", f"value: {LIMIT}").replace("maximum: 5000", f"maximum: {LIMIT}")
    assert small.count(f": {LIMIT}") == 2
    path = folder / "article.yml"
    path.write_text(small, encoding="utf-8")
    return path


def command(build: Path, *more: str) -> list[str]:
    numbers = {"--time-wait": CONNECTIONS, "--time-wait-least": CONNECTIONS, "--time-wait-limit": LIMIT, "--scale": SCALE}
    options = [str(part) for pair in numbers.items() for part in pair]
    return [str(REPOSITORY / "tools" / "demo"), "--build", str(build), "--venv", sys.prefix, *options, *more]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHON": sys.executable}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo")
    argv = command(folder / "build", "--profile", str(small_profile(folder)))
    return subprocess.run(argv, text=True, capture_output=True, check=False, timeout=400, env=environment()), folder / "build"


def audit(build: Path, when: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((build / f"audit-{when}.json").read_text(encoding="utf-8"))
    return document


def test_every_promise_is_kept(shown: Shown) -> None:
    process = shown[0]
    assert process.returncode == 0, process.stdout + process.stderr
    assert "All promises kept" in process.stdout
    assert "BROKEN" not in process.stdout


def test_before_has_every_state_of_the_article(shown: Shown) -> None:
    states = audit(shown[1], "before")["sockets"]["states"]
    mix = demo_population.shrink(demo_population.ARTICLE, SCALE)
    expected = {name.upper(): number for name, number in mix._asdict().items()}
    assert states == {**expected, "LISTEN": 9, "TIME_WAIT": CONNECTIONS}


def test_after_has_no_more_time_wait_than_the_limit(shown: Shown) -> None:
    after = audit(shown[1], "after")
    assert 0 < after["sockets"]["states"]["TIME_WAIT"] <= LIMIT
    assert after["compliant"] is True
    assert after["plan"]["settings"] == {}


def test_output_without_a_terminal_has_no_control_characters(shown: Shown) -> None:
    out = shown[0].stdout
    assert "TIME_WAIT" in out
    assert not {character for character in out if ord(character) < 32 and character != "\n"}


def test_everything_written_is_below_the_build_folder(shown: Shown) -> None:
    build = shown[1]
    assert "net.ipv4.tcp_max_tw_buckets" in (build / "sysctl.d" / "90-linuxnet-tcp.conf").read_text(encoding="utf-8")
    assert {path.name for path in build.parent.iterdir()} == {"build", "article.yml"}


def test_interrupted_it_leaves_no_process(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command(tmp_path / "build"), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(), start_new_session=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "TIME_WAIT is now" in line:
            break
    else:
        pytest.fail("the demo ended before its first churn")
    assert members(process.pid)
    os.kill(process.pid, signal.SIGTERM)
    rest = process.stdout.read()
    assert process.wait(60) == 130, rest
    assert "stopped; nothing is left running" in rest
    assert "THIS MACHINE'S OWN VALUE DIFFERS" not in rest
    deadline = time.monotonic() + 10
    while members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert members(process.pid) == []


def members(session: int) -> list[str]:
    """Return the command lines of the processes of one session; zombies do not count."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if fields[3] == str(session) and fields[0] != "Z":
                found.append((stat.parent / "cmdline").read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
    return found
