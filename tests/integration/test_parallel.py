# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let 20 runs go for one drop-in at once: what each of them wants is there afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import fault_lab
from fault_lab import DROP_IN, Lab

# Twenty keys and what nobody has by default; the first five are set through ansible, as five hosts at once.
WANTED = {
    "net.ipv4.tcp_fin_timeout": "31",
    "net.ipv4.tcp_keepalive_time": "1201",
    "net.ipv4.tcp_keepalive_intvl": "31",
    "net.ipv4.tcp_keepalive_probes": "5",
    "net.ipv4.tcp_max_syn_backlog": "2049",
    "net.ipv4.tcp_retries1": "4",
    "net.ipv4.tcp_retries2": "9",
    "net.ipv4.tcp_syn_retries": "5",
    "net.ipv4.tcp_synack_retries": "4",
    "net.ipv4.tcp_orphan_retries": "3",
    "net.ipv4.tcp_reordering": "4",
    "net.ipv4.tcp_sack": "0",
    "net.ipv4.tcp_dsack": "0",
    "net.ipv4.tcp_timestamps": "2",
    "net.ipv4.tcp_window_scaling": "0",
    "net.ipv4.tcp_slow_start_after_idle": "0",
    "net.ipv4.tcp_abort_on_overflow": "1",
    "net.ipv4.tcp_autocorking": "0",
    "net.ipv4.tcp_base_mss": "1201",
    "net.ipv4.tcp_mtu_probing": "1",
}
THROUGH_ANSIBLE = 5
PLAY = """
- hosts: all:!localhost
  gather_facts: false
  tasks:
    - name: set one key
      vars:
        mine: "{{ wanted[ansible_play_hosts_all.index(inventory_hostname)] }}"
      linuxnet.tcp.net_sysctl: {settings: "{{ {mine[0]: mine[1]} }}"}
"""


def single(lab: Lab, name: str, value: str) -> subprocess.Popen[str]:
    """Start the module for one key in a process of its own."""
    options = json.dumps({"settings": {name: value}, "lock_timeout": 120})
    argv = [sys.executable, "-S", "-B", str(fault_lab.HERE / "fault_driver.py"), str(lab.netns.collections), "once", options]
    return lab.netns.popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_twenty_runs_at_once_lose_nothing(lab: Lab, say: Callable[[str], None]) -> None:
    lab.reset({}, {DROP_IN: {"text": "# by hand\n"}})
    pairs = list(WANTED.items())
    processes = [single(lab, name, value) for name, value in pairs[THROUGH_ANSIBLE:]]
    hosts = ",".join(f"n{number}" for number in range(THROUGH_ANSIBLE)) + ","
    run = lab.netns.playbook(PLAY, {"wanted": pairs[:THROUGH_ANSIBLE]}, arguments=("-i", hosts, "-f", str(THROUGH_ANSIBLE)))
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    results = run.results("set one key")
    assert run.returncode == 0, run.stdout
    assert len(results) == THROUGH_ANSIBLE
    assert [answer for answer in answers + results if answer.get("changed") is not True] == []

    lines = lab.shell(f"cat {DROP_IN}").splitlines()
    assert lines[0] == "# by hand"
    assert dict(line.split(" = ") for line in lines[1:]) == WANTED
    assert {name: lab.netns.sysctl(name) for name in WANTED} == WANTED
    state = lab.state()
    assert state.journals == [f"{number:08d}-applied.json" for number in range(1, 21)] + ["lock"]
    assert not state.leftovers
    for name in state.journals[:-1]:
        assert len(json.loads(state.texts[name])["keys"]) == 1
    say(
        f"\n20 runs at once, {THROUGH_ANSIBLE} of them through ansible: {len(lines) - 1} keys in the drop-in, {len(state.journals) - 1} journals"
    )
