# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Meet faults that are real: full and read-only file systems, missing rights, a key that vanishes, a kernel that says no, signals."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any

import fault_lab
import pytest
from fault_lab import DROP_IN, JOURNALS, Lab, Scenario, State

FOLDER = "/etc/sysctl.d"
EXISTING = next(scenario for scenario in fault_lab.SCENARIOS if scenario.name == "existing")
TAKE_OVER = next(scenario for scenario in fault_lab.SCENARIOS if scenario.name == "take_over")
LINK = "lttest0"
# In the order in which they are written: congestion control is the ninth, and the kernel does not know the algorithm.
TWELVE = {
    "net.ipv4.icmp_echo_ignore_all": 1,
    "net.ipv4.icmp_echo_ignore_broadcasts": 0,
    "net.ipv4.icmp_errors_use_inbound_ifaddr": 1,
    "net.ipv4.ip_default_ttl": 65,
    "net.ipv4.ip_no_pmtu_disc": 1,
    "net.ipv4.tcp_abort_on_overflow": 1,
    "net.ipv4.tcp_autocorking": 0,
    "net.ipv4.tcp_challenge_ack_limit": 100,
    "net.ipv4.tcp_congestion_control": "no_such_algorithm",
    "net.ipv4.tcp_dsack": 0,
    "net.ipv4.tcp_fin_timeout": 30,
    "net.ipv4.tcp_keepalive_time": 1200,
}


def full(folder: str, options: str = "mode=0755") -> str:
    """Return a script that puts a file system over the folder, with what is in it, and fills that up."""
    return (
        f"mkdir -p /tmp/lt-kept; mount -t tmpfs tmpfs /tmp/lt-kept; cp -a {folder}/. /tmp/lt-kept; "
        f"mount -t tmpfs -o size=16k,{options} tmpfs {folder}; cp -a /tmp/lt-kept/. {folder}; umount /tmp/lt-kept; rmdir /tmp/lt-kept; "
        f"while head -c 4096 /dev/zero > {folder}/fill-$((n += 1)); do :; done 2>/dev/null"
    )


def read_only(folder: str) -> str:
    return f"mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}"


def refused(result: dict[str, Any], *words: str) -> None:
    assert result["failed"] is True, result
    assert result["changed"] is False, result
    assert result["left"] == []
    assert [word for word in words if word not in result["msg"]] == [], result["msg"]


def unchanged(before: State, after: State) -> None:
    """Nothing differs, time stamps of files included; the folder itself may have had a temporary file."""
    assert after.settled == before.settled
    assert not after.leftovers
    assert not after.open_journals
    assert {**after.times, FOLDER: 0} == {**before.times, FOLDER: 0}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (full(FOLDER), (DROP_IN, "ENOSPC")),
        (read_only(FOLDER), (DROP_IN, "EROFS")),
        (full(JOURNALS, "mode=0700"), (f"{JOURNALS}/00000002-open.json", "ENOSPC")),
        (read_only(JOURNALS), (JOURNALS, "EROFS")),
    ],
    ids=["drop-in full", "drop-in read-only", "journals full", "journals read-only"],
)
def test_a_file_system_that_takes_nothing(lab: Lab, script: str, words: tuple[str, ...]) -> None:
    EXISTING.set_up(lab)
    # A journal is there already, and so is the lock.
    assert lab.call({"settings": {"net.ipv4.tcp_sack": 0}})["changed"] is True
    lab.shell(script)
    before = lab.state()
    refused(lab.call(EXISTING.options), *words)
    unchanged(before, lab.state())


def test_root_without_the_right_to_override_modes(lab: Lab) -> None:
    EXISTING.set_up(lab)
    lab.shell(f"chmod 0555 {FOLDER}")
    before = lab.state()
    drop = ["setpriv", "--inh-caps", "-dac_override", "--bounding-set", "-dac_override"]
    refused(lab.start(EXISTING.options, *drop), DROP_IN, "EACCES")
    unchanged(before, lab.state())
    assert lab.start(EXISTING.options)["changed"] is True


def test_a_user_without_any_right(lab: Lab) -> None:
    EXISTING.set_up(lab)
    lab.shell(f"mkdir -m 0700 {JOURNALS}; chmod 0644 {DROP_IN}; chmod -R a+rX {lab.netns.root}")
    before = lab.state()
    # Root keeps its uid here, so that it may read the checkout, and has none of what makes it root.
    drop = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--securebits", "+noroot", "--no-new-privs"]
    lab.shell(f"chmod 0555 {FOLDER}")
    result = lab.start(EXISTING.options, *drop)
    refused(result, "EACCES")
    lab.shell(f"chmod 0755 {FOLDER}")
    assert lab.state().settled[0] == before.settled[0]


def test_a_key_that_vanishes_between_plan_and_write(lab: Lab) -> None:
    made = lab.netns.run(["ip", "link", "add", LINK, "type", "veth", "peer", "name", f"{LINK}p"], check=False)
    if made.returncode:
        pytest.skip(f"this kernel makes no veth pair here: {made.stderr.strip()}")
    EXISTING.set_up(lab)
    options = {"settings": {"net.ipv4.tcp_fin_timeout": 30, f"net.ipv4.conf.{LINK}.rp_filter": 2, "net.ipv4.tcp_syncookies": 2}}
    before = lab.state()
    wait = f"until test -e {JOURNALS}/00000001-open.json; do sleep 0.01; done; ip link del {LINK}"
    remover = lab.netns.popen(["sh", "-c", wait])
    # The first write(2) after the journal's own waits; by then the interface is gone.
    result = lab.run(options, "write:delay_enter=1500000:when=2").result
    remover.wait(timeout=10)
    assert result is not None
    refused(result, f"net.ipv4.conf.{LINK}.rp_filter", "ENOENT")
    unchanged(before, lab.state())


def test_the_ninth_of_twelve_is_refused_by_the_kernel(lab: Lab) -> None:
    lab.reset(fault_lab.DEFAULTS, {**fault_lab.EDITED, **fault_lab.BYSTANDER})
    before = lab.state()
    run = lab.run({"settings": TWELVE})
    assert run.result is not None
    refused(run.result, 'net.ipv4.tcp_congestion_control: "no_such_algorithm": the kernel refused it (ENOENT')
    written = [point.subject for point in fault_lab.points(run.log) if point.call == "write" and "/proc/sys" in point.subject]
    assert len(written) == 9 + 8
    assert written[8] == "/proc/sys/net/ipv4/tcp_congestion_control"
    assert run.result["undone"] == list(reversed(list(TWELVE)[:8]))
    unchanged(before, lab.state())
    assert lab.state().times == before.times
    assert lab.state().journals == ["lock"]


def signalled(lab: Lab, scenario: Scenario, name: str) -> tuple[int, int]:
    """Send a signal at every third point; return how often the run undid everything and said so, and how often it was not noticed in time."""
    known = fault_lab.known(lab, scenario)
    begun = next(number for number, point in enumerate(known.points) if point.subject.endswith("-open.json"))
    undone = late = 0
    for point in known.points[begun + 1 :: 3]:
        scenario.set_up(lab)
        result, state = lab.run(scenario.options, f"{point.call}:signal={name}:when={point.when}").result, lab.state()
        assert result is not None, f"{point}: died of {name}"
        assert not state.open_journals
        if result["failed"]:
            refused(result, name)
            assert state.settled == known.before.settled, point
            undone += 1
        else:
            assert state.settled == known.after.settled, point
            late += 1
    return undone, late


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_in_the_middle_undoes_everything(lab: Lab, name: str, say: Callable[[str], None]) -> None:
    undone, late = signalled(lab, TAKE_OVER, name)
    say(f"\n{name} in the middle: {undone + late} points, {undone} undone and told, {late} when everything was done")
    assert undone > 5
    assert late <= 2


def holder(lab: Lab) -> subprocess.Popen[str]:
    """Start a process that keeps the lock."""
    script = f"import fcntl,time;f=open('{JOURNALS}/lock','a');fcntl.flock(f,fcntl.LOCK_EX);print('held',flush=True);time.sleep(60)"
    process = lab.netns.popen(["/usr/bin/env", "python3", "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_who_holds_the_lock_is_named_and_waited_for(lab: Lab) -> None:
    EXISTING.set_up(lab)
    lab.shell(f"mkdir -m 0700 {JOURNALS}")
    process, before = holder(lab), lab.state()
    begun = time.monotonic()
    result = lab.call({**EXISTING.options, "lock_timeout": 2})
    assert 2 <= time.monotonic() - begun < 3
    refused(result, f"{JOURNALS}/lock", "process ", "import fcntl,time", "waited 2 s")
    unchanged(before, lab.state())
    ender = lab.netns.popen(["sh", "-c", f"sleep 1; kill {process.pid}"])
    begun = time.monotonic()
    assert lab.call({**EXISTING.options, "lock_timeout": 20})["changed"] is True
    assert time.monotonic() - begun < 10
    ender.wait(timeout=5)


def test_journals_are_whole_and_private(lab: Lab) -> None:
    EXISTING.set_up(lab)
    lab.call(EXISTING.options)
    assert lab.shell(f"stat -c %a {JOURNALS} {JOURNALS}/*").split() == ["700", "600", "600"]
    record = json.loads(lab.shell(f"cat {JOURNALS}/00000001-applied.json"))
    assert record["number"] == 1
    assert [change["path"] for change in record["files"]] == [DROP_IN]
