# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep a key whose kernel module is not loaded for the next boot, and ask the real systemd-modules-load which modules it would load.

It runs without any capability, so that it names the modules and the kernel refuses to load them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

KEY, PLAIN = "net.netfilter.nf_conntrack_max", "net.ipv4.tcp_fin_timeout"
DROP_IN, LIST = "/etc/sysctl.d/90-linuxnet-tcp.conf", "/etc/modules-load.d/90-linuxnet-tcp.conf"
FOLDERS = "/etc/modules-load.d /run/modules-load.d /usr/local/lib/modules-load.d /usr/lib/modules-load.d /lib/modules-load.d"
LOADER = next((p for p in ("/usr/lib/systemd/systemd-modules-load", "/lib/systemd/systemd-modules-load") if os.path.exists(p)), None)

# The machine's own lists are covered, and so is what shows that connection tracking is there: to the module it is not loaded.
COVER = f"""
set -e
for folder in {FOLDERS} /proc/sys/net/netfilter; do
  test ! -d "$folder" || mount -t tmpfs -o size=1m,mode=0755 tmpfs "$folder"
done
for file in /etc/modules /proc/modules; do
  test ! -e "$file" || mount --bind /dev/null "$file"
done
"""


class Machine:
    """A host on which nothing loads nf_conntrack, now or at boot."""

    def __init__(self, netns: Namespace) -> None:
        self.netns = netns
        covered = netns.run(["sh", "-c", COVER], check=False)
        if covered.returncode:
            pytest.skip("the lists of modules cannot be covered here: " + covered.stderr.strip())

    def apply(self, settings: dict[str, Any], **options: Any) -> dict[str, Any]:
        how = {name: options.pop(name) for name in ("check", "diff") if name in options}
        return self.netns.module("net_sysctl", {"settings": settings, "load_modules": True, "runtime": False, **options}, **how)

    def get(self, path: str) -> str | None:
        found = self.netns.run(["cat", path], check=False)
        return found.stdout if found.returncode == 0 else None

    def at_boot(self) -> list[str]:
        """Return the names that systemd-modules-load reads."""
        weak = ["--inh-caps=-all", "--bounding-set=-all"]
        user = ["--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        settings = {"SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_TARGET": "console", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        said = self.netns.run(["setpriv", *user, *weak, str(LOADER)], env=settings, check=False).stderr
        return [line.partition(": ")[2] for line in said.splitlines() if line.startswith("Loading module: ")]


@pytest.fixture
def machine(netns: Namespace) -> Machine:
    if not Path("/etc/modules-load.d").is_dir():
        pytest.skip("/etc/modules-load.d does not exist, so it cannot be covered")
    return Machine(netns)


def test_a_module_is_named_for_the_next_boot_and_leaves_with_its_key(machine: Machine) -> None:
    asked = {KEY: 65536, PLAIN: 30}
    refused = machine.apply(asked, load_modules=False)
    assert refused["failed"]
    assert "it needs nf_conntrack" in refused["msg"]

    foreseen = machine.apply(asked, check=True, diff=True)
    assert foreseen["modules"] == {"path": LIST, "added": ["nf_conntrack"], "removed": []}
    assert [part["after_header"] for part in foreseen["diff"]] == [DROP_IN, LIST]
    assert machine.get(LIST) is None

    done = machine.apply(asked)
    assert done["changed"], done
    lines = (machine.get(LIST) or "").splitlines()
    assert (lines[0][0], lines[1:]) == ("#", ["nf_conntrack"])
    assert f"{KEY} = 65536\n" in (machine.get(DROP_IN) or "")
    assert not machine.apply(asked)["changed"]

    machine.netns.run(["sh", "-c", f"echo wireguard >> {LIST}"])
    gone = machine.apply({KEY: None}, state="absent")
    assert gone["modules"]["removed"] == ["nf_conntrack"]
    assert (machine.get(LIST) or "").splitlines() == [lines[0], "wireguard"]


@pytest.mark.skipif(LOADER is None, reason="systemd-modules-load is not installed (Debian: package systemd)")
def test_systemd_would_load_exactly_what_the_list_names(machine: Machine) -> None:
    assert machine.at_boot() == []
    machine.apply({KEY: 65536})
    assert machine.at_boot() == ["nf_conntrack"]
    machine.netns.run(["sh", "-c", f"mv {LIST} /etc/modules-load.d/firewall.conf"])
    assert machine.apply({KEY: 65536})["modules"]["added"] == []
    assert machine.at_boot() == ["nf_conntrack"]


def test_the_role_hands_the_option_on(machine: Machine) -> None:
    """The drop-in holds the keys already, so the plan is empty: the list is made all the same."""
    machine.netns.run(["sh", "-c", f"printf '{KEY} = 65536\\n{PLAIN} = 60\\n' > {DROP_IN}"])
    profile = {"name": "nothing_to_do", "settings": {PLAIN: {"value": 60, "accept": {"minimum": 1}}}}
    wanted = {"tune_profile": profile, "tune_load_modules": True, "tune_path": DROP_IN}
    run = machine.netns.playbook("linuxnet.tcp.tune", wanted)
    assert run.returncode == 0, run.stdout
    assert [result["audit"]["plan"]["settings"] for result in run.results("Judge the host before")] == [{}]
    assert "nf_conntrack" in (machine.get(LIST) or "")
    again = machine.netns.playbook("linuxnet.tcp.tune", wanted)
    assert [result["changed"] for result in again.results("Apply the plan as one transaction")] == [False]
