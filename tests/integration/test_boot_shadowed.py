# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let other files win over the drop-in, take them over, and ask the real loaders whether the promise is kept.

The real systemd-sysctl and ``sysctl --system`` run only after every folder that they read is seen to be covered and nothing of
/proc/sys but net can be written.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

FIN, KEEPALIVE = "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time"
DROP_IN, MINE = "/etc/sysctl.d/90-linuxnet-tcp.conf", "/etc/sysctl.d/zz-mine.conf"
THEIRS = f"# by hand\n{FIN} = 22\nnet.ipv4.tcp_retries2 = 9\n"
DEFAULTS = {FIN: "60", KEEPALIVE: "7200", "net.ipv4.tcp_retries2": "15"}
PROFILE = {"name": "fin", "settings": {FIN: {"value": 30, "severity": "high"}}}
SYSTEMD_SYSCTL = next((p for p in ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl") if os.path.exists(p)), None)
UNIT = "systemd-sysctl.service"

# Everything that a loader could read lies below a tmpfs of this mount namespace, or is empty.
COVER = """
set -e
for folder in /run /etc/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d /lib/sysctl.d; do
  test ! -d "$folder" || mount -t tmpfs -o size=1m,mode=0755 tmpfs "$folder"
done
test ! -e /etc/sysctl.conf || mount --bind /dev/null /etc/sysctl.conf
mkdir -p /run/systemd/system
"""
# Run before each loader: the network namespace is private, nothing host-wide can be written, every file is of this test.
BELTS = """
import os, sys
files = sys.argv[2:]
if os.readlink("/proc/self/ns/net") == sys.argv[1]:
    sys.exit("this is the host's network namespace")
for tree in ("kernel", "vm", "fs"):
    key = {"kernel": "pid_max", "vm": "swappiness", "fs": "file-max"}[tree]
    try:
        os.close(os.open(f"/proc/sys/{tree}/{key}", os.O_WRONLY))
    except OSError:
        continue
    sys.exit(f"/proc/sys/{tree} can be written")
for folder in ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"):
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if os.path.join(os.path.realpath(folder), name) not in files:
            sys.exit(f"{folder}/{name} is not of this test")
if os.path.lexists("/etc/sysctl.conf") and open("/etc/sysctl.conf", "rb").read():
    sys.exit("/etc/sysctl.conf is not covered")
if os.path.lexists("/run/credentials"):
    sys.exit("there may be a credential")
"""


class Machine:
    """A namespace that looks like a host of one loader, with no configuration but what the test writes."""

    def __init__(self, netns: Namespace, loader: str) -> None:
        self.netns, self.loader = netns, loader
        self._made = {DROP_IN}
        covered = netns.run(["sh", "-c", COVER], check=False)
        if covered.returncode:
            pytest.skip("the folders cannot be covered here: " + covered.stderr.strip())
        if loader == "procps":
            # Masked, systemd-sysctl does not run at boot, and the rules of sysctl --system count.
            netns.run(["ln", "-s", "/dev/null", f"/run/systemd/system/{UNIT}"])

    def put(self, path: str, text: str) -> None:
        self._made |= {path, f"{path}.linuxnet-tcp.bak~"}
        self.netns.run(["sh", "-c", 'cat > "$0"', path], input=text)

    def get(self, path: str) -> str:
        return self.netns.run(["cat", path]).stdout

    def listing(self) -> list[str]:
        return sorted(self.netns.run(["ls", "-A", "/etc/sysctl.d"]).stdout.split())

    def apply(self, settings: dict[str, Any], check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        self._made.add(options.get("path", DROP_IN))
        return self.netns.module("net_sysctl", {"settings": settings, **options}, check=check, diff=diff)

    def info(self) -> dict[str, Any]:
        found: dict[str, Any] = self.netns.module("net_sysctl_info", {"names": [FIN]})["parameters"][FIN]
        return found

    def boot(self) -> dict[str, str]:
        """Put the kernel's defaults in place, run the real loader, and return what sysctl(8) then reads."""
        for name, value in DEFAULTS.items():
            self.netns.run(["sysctl", "-w", f"{name}={value}"])
        self.netns.run([sys.executable, "-c", BELTS, os.readlink("/proc/self/ns/net"), *sorted(self._made)])
        loader = [str(SYSTEMD_SYSCTL)] if self.loader == "systemd" else ["sysctl", "--system"]
        self.netns.run(loader, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}, check=False)
        return {name: self.netns.sysctl(name) for name in DEFAULTS}


def unavailable(loader: str) -> str | None:
    if not os.path.isdir("/etc/sysctl.d") or not os.path.isdir("/usr/lib/sysctl.d"):
        return "/etc/sysctl.d or /usr/lib/sysctl.d does not exist, so it cannot be covered"
    if loader == "systemd" and SYSTEMD_SYSCTL is None:
        return "systemd-sysctl is not installed (Debian: package systemd)"
    if loader == "systemd" and not any(os.path.exists(f"{folder}/{UNIT}") for folder in ("/usr/lib/systemd/system", "/lib/systemd/system")):
        return f"{UNIT} is not installed, so no host is one that boots with it"
    return None


@pytest.fixture(params=["systemd", "procps"])
def machine(request: pytest.FixtureRequest, netns: Namespace) -> Machine:
    reason = unavailable(request.param)
    if reason:
        pytest.skip(reason)
    return Machine(netns, request.param)


@pytest.fixture
def systemd(netns: Namespace) -> Machine:
    reason = unavailable("systemd")
    if reason:
        pytest.skip(reason)
    return Machine(netns, "systemd")


def test_a_later_file_is_refused_then_taken_over_and_the_real_loader_agrees(machine: Machine) -> None:
    machine.put(MINE, THEIRS)
    assert machine.boot()[FIN] == "22"
    before = machine.netns.sysctl(FIN)
    for check in (True, False):
        refused = machine.apply({FIN: 30}, check=check)
        assert refused["failed"] is True
        assert f'{FIN}: the next boot sets "22" ({MINE}:2) and not "30"' in refused["msg"]
        assert (machine.netns.sysctl(FIN), machine.listing()) == (before, ["zz-mine.conf"])

    predicted = machine.apply({FIN: 30}, check=True, diff=True, shadowed="take_over")
    assert machine.get(MINE) == THEIRS
    result = machine.apply({FIN: 30}, diff=True, shadowed="take_over")
    assert (result["changed"], result["diff"], result["taken_over"]) == (True, predicted["diff"], predicted["taken_over"])
    assert result["taken_over"] == [{"name": FIN, "source": f"{MINE}:2", "path": MINE}]
    assert machine.get(f"{MINE}.linuxnet-tcp.bak~") == THEIRS
    assert machine.listing() == ["90-linuxnet-tcp.conf", "zz-mine.conf", "zz-mine.conf.linuxnet-tcp.bak~"]

    assert machine.boot() == {FIN: "30", KEEPALIVE: "7200", "net.ipv4.tcp_retries2": "9"}
    assert machine.info()["boot"] == {"value": "30", "source": f"{DROP_IN}:2", "shadowed": [], "loader": machine.loader}
    again = machine.apply({FIN: 30}, diff=True, shadowed="take_over")
    assert (again["changed"], again["diff"], "taken_over" in again) == (False, [], False)


def test_a_warning_tells_what_the_boot_then_does(machine: Machine) -> None:
    machine.put(MINE, THEIRS)
    result = machine.apply({FIN: 30}, shadowed="warn")
    assert machine.netns.sysctl(FIN) == "30"
    assert any(f'the next boot sets "22" ({MINE}:2)' in warning for warning in result["warnings"])
    assert machine.boot()[FIN] == machine.info()["boot"]["value"] == "22"


def test_an_exclusion_is_taken_over_where_it_counts(machine: Machine) -> None:
    machine.put(MINE, f"-{FIN}\n")
    result = machine.apply({FIN: 30}, shadowed="take_over")
    assert machine.info()["boot"]["value"] == "30"
    assert machine.boot()[FIN] == "30"
    assert bool(result.get("taken_over")) is (machine.loader == "systemd")


def test_a_file_of_a_package_is_left_alone_and_the_proposed_path_wins(machine: Machine) -> None:
    machine.put("/usr/lib/sysctl.d/zz-vendor.conf", THEIRS)
    refused = machine.apply({FIN: 30}, shadowed="take_over")
    proposed = "/etc/sysctl.d/zz-vendor.linuxnet-tcp.conf"
    assert "belongs to a package and is not edited" in refused["msg"]
    assert proposed in refused["msg"]
    assert machine.get("/usr/lib/sysctl.d/zz-vendor.conf") == THEIRS
    assert machine.apply({FIN: 30}, path=proposed)["changed"] is True
    assert machine.boot()[FIN] == "30"


def test_a_key_that_the_kernel_refuses_leaves_the_other_file_as_it_was(systemd: Machine) -> None:
    systemd.put(MINE, THEIRS)
    algorithm = "net.ipv4.tcp_congestion_control"
    result = systemd.apply({FIN: 30, algorithm: "no_such_algorithm"}, shadowed="take_over")
    assert "the kernel refused it" in result["msg"]
    assert (systemd.get(MINE), systemd.listing()) == (THEIRS, ["zz-mine.conf"])


def test_audit_names_the_line_and_the_role_takes_it_over(systemd: Machine) -> None:
    def tune(**more: str) -> Any:
        return systemd.netns.playbook("linuxnet.tcp.tune", {"tune_profile": PROFILE, **more})

    assert tune().returncode == 0
    systemd.put(MINE, THEIRS)
    audit = systemd.netns.module("audit", {"profile": PROFILE})["audit"]
    (found,) = [item for item in audit["findings"] if item["concerns"] == "setting"]
    assert (found["id"], found["severity"], found["evidence"]["boot"]["source"]) == ("setting-shadowed", "high", f"{MINE}:2")
    assert (audit["compliant"], audit["declared"]["path_read_at_boot"], audit["settings"][0]["boot"]) == (False, True, "22")

    refused = tune()
    assert refused.returncode != 0
    assert f"{MINE}:2" in refused.stdout
    warned = tune(tune_shadowed="warn")
    assert warned.returncode == 0, warned.stdout
    assert systemd.get(MINE) == THEIRS
    taken = tune(tune_shadowed="take_over")
    assert taken.returncode == 0, taken.stdout
    assert taken.results("Sum up")[-1]["ansible_facts"]["tune_result"]["compliant"] is True
    assert systemd.boot()[FIN] == "30"


def test_a_drop_in_elsewhere_is_judged_by_its_content_and_says_so(systemd: Machine) -> None:
    path = Path(systemd.netns.root) / "90-linuxnet-tcp.conf"
    systemd.put(MINE, THEIRS)
    result = systemd.apply({FIN: 30}, path=str(path))
    assert result["changed"] is True
    assert any("lies in no folder that a loader reads at boot" in warning for warning in result["warnings"])
    audit = systemd.netns.module("audit", {"profile": PROFILE, "path": str(path)})["audit"]
    assert audit["declared"]["path_read_at_boot"] is False
    assert audit["settings"][0]["status"] == "holds"
    assert audit["parameters"][FIN]["boot"]["value"] == "22"
