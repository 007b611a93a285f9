# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the laboratory itself: a namespace that leaks into the host would make every other result worthless."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

# Host-wide although it is below net: the one that a network namespace does not make private.
LWTUNNEL = "net/netfilter/nf_hooks_lwtunnel"
KEY = Path("/proc/sys/net/ipv4/tcp_fin_timeout")


def test_values_are_private(netns):
    host = KEY.read_text()
    netns.run(["sysctl", "-w", "net.ipv4.tcp_fin_timeout=41"])
    assert netns.sysctl("net.ipv4.tcp_fin_timeout") == "41"
    assert KEY.read_text() == host
    assert host.strip() != "41"


@pytest.mark.parametrize("key", ["vm/swappiness", "kernel/printk_ratelimit", "fs/lease-break-time", LWTUNNEL])
def test_host_wide_values_cannot_be_written(netns, key):
    if not Path("/proc/sys", key).exists():
        pytest.skip(f"this kernel has no {key}")
    before = Path("/proc/sys", key).read_text()
    outcome = netns.run(["sh", "-c", f'echo "$1" > /proc/sys/{key}', "sh", before.strip()], check=False)
    assert outcome.returncode != 0
    assert "Read-only file system" in outcome.stderr or "ermission denied" in outcome.stderr


def test_drop_in_folder_is_private(netns):
    netns.run(["sh", "-c", "echo net.ipv4.tcp_fin_timeout=41 > /etc/sysctl.d/90-lab-test.conf"])
    assert "41" in netns.run(["cat", "/etc/sysctl.d/90-lab-test.conf"]).stdout
    assert not Path("/etc/sysctl.d/90-lab-test.conf").exists()


def test_loopback_is_up_and_there_is_nothing_else(netns):
    links = netns.run(["ip", "-o", "link", "show", "up"]).stdout.splitlines()
    assert [line.split()[1] for line in links] == ["lo:"]


def test_helpers_end_with_the_namespace(tmp_path, collections, netns):
    import netns_lab

    other = netns_lab.Namespace(tmp_path / "other", collections)
    helper = other.popen(["sleep", "300"])
    orphan = int(other.run(["sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo $!"]).stdout)
    other.close()
    assert helper.poll() is not None
    with pytest.raises(OSError):
        os.stat(f"/proc/{orphan}/ns/net")


def test_module_result_is_returned(netns):
    result = netns.module("ansible.builtin.command", {"argv": ["sysctl", "-n", "net.ipv4.tcp_fin_timeout"]})
    assert result["stdout"] == netns.sysctl("net.ipv4.tcp_fin_timeout")
    assert result["failed"] is False


def test_failed_module_result_is_returned(netns):
    result = netns.module("ansible.builtin.command", {"argv": ["false"]})
    assert result["failed"] is True
    assert result["rc"] == 1


def test_module_as_ordinary_user(netns):
    if os.geteuid() != 0:
        pytest.skip("only root can drop to another user; the tests already run as an ordinary one")
    result = netns.module("ansible.builtin.command", {"argv": ["id", "-u"]}, user="nobody")
    assert result["stdout"] == subprocess.run(["id", "-u", "nobody"], capture_output=True, text=True, check=True).stdout.strip()


def test_playbook_events_are_returned(netns):
    play = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Say it
      ansible.builtin.debug: {msg: "{{ word }}"}
    - name: Fail
      ansible.builtin.fail: {msg: "enough"}
"""
    returncode, events = run = netns.playbook(play, {"word": "here"})
    assert returncode == 2
    assert [(event["task"], event["status"]) for event in events] == [("Say it", "ok"), ("Fail", "failed")]
    assert run.results("Say it")[0]["msg"] == "here"
