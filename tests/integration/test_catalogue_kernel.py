# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the catalogue to the running kernel: no key unknown, no row missing, no limit elsewhere than the table says.

The host is read only. Writes happen in a private namespace, and only to rows that are per namespace: "writable there" proves
nothing, since net.netfilter.nf_hooks_lwtunnel is writable in a namespace, host-wide, and cannot be put back.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import netns_lab
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "tools"))

import catalogue_docs  # noqa: E402

catalogue = catalogue_docs.load_catalogue()

SYS = Path("/proc/sys")
RELEASE = tuple(int(number) for number in re.findall(r"\d+", platform.release())[:3])
# The ranges in the table are those of this release; older kernels differ where their integers were wider.
PROBED_RELEASE = (6, 18)
NUMERIC = ("bool", "int", "enum", "bitmask")

UNPROBED = {
    "net.ipv4.route.flush": "a write flushes instead of setting",
}
# The kernel takes one key as the limit of the other: move the other one out of the way first.
COUPLED = {
    "net.ipv4.ip_unprivileged_port_start": ("net.ipv4.ip_local_port_range", "65535 65535"),
    "net.ipv4.tcp_reordering": ("net.ipv4.tcp_max_reordering", "2147483647"),
    "net.ipv4.ipfrag_high_thresh": ("net.ipv4.ipfrag_low_thresh", "0"),
    "net.ipv4.ipfrag_low_thresh": ("net.ipv4.ipfrag_high_thresh", "18446744073709551615"),
    "net.netfilter.nf_conntrack_frag6_high_thresh": ("net.netfilter.nf_conntrack_frag6_low_thresh", "0"),
    "net.netfilter.nf_conntrack_frag6_low_thresh": ("net.netfilter.nf_conntrack_frag6_high_thresh", "18446744073709551615"),
}
HZ_CHOICES = (100, 250, 300, 1000)

# Runs inside the namespace: one write(2) for each value, then the old values back, the coupled key last.
PROBE = r"""
import json, os, sys

def read(path):
    with open(path) as handle:
        return handle.read().strip()

def write(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)

answers = {}
for job in json.load(sys.stdin):
    before = read(job["path"])
    coupled = job["coupled"]
    saved = read(coupled[0]) if coupled else None
    if coupled and not write(coupled[0], coupled[1]):
        sys.exit("%s: %s refused" % tuple(coupled))
    answers[job["name"]] = [write(job["path"], value) for value in job["tried"]]
    write(job["path"], before)
    if coupled:
        write(coupled[0], saved)
        write(job["path"], before)
    if read(job["path"]) != before or (coupled and read(coupled[0]) != saved):
        sys.exit("%s: not put back" % job["name"])
json.dump(answers, sys.stdout)
"""


def keys_below(root: Path) -> Iterator[str]:
    """Yield the dotted names of the keys below a folder, as sysctl(8) spells them."""
    for folder, _folders, names in os.walk(root):
        for name in names:
            relative = Path(folder, name).relative_to(SYS)
            yield ".".join(part.replace(".", "/") for part in relative.parts)


def path_of(name: str) -> Path:
    """Return the file of a concrete dotted name."""
    return SYS.joinpath(*(part.replace("/", ".") for part in name.split(".")))


def in_initial_namespace() -> bool:
    """Say whether host-wide keys are in sight: a namespace other than the first does not show tcp_mem."""
    return path_of("net.ipv4.tcp_mem").exists()


@pytest.fixture
def host() -> None:
    """Skip where the host itself is only a network namespace: it cannot show the host-wide keys."""
    if not in_initial_namespace():
        pytest.skip("this process is in a network namespace of its own (a container): host-wide keys are out of sight")


def test_every_key_of_this_kernel_is_in_the_catalogue(host: None, say: Callable[[str], None]) -> None:
    """A new kernel with a new key must fail here, so that the key gets a row."""
    found = sorted(keys_below(SYS / "net" / "ipv4"))
    say(f"catalogue: {len(found)} keys below net.ipv4 of {platform.release()}")
    assert len(found) > 150
    assert [name for name in found if catalogue.get(name) is None] == []


@pytest.mark.parametrize("folder", ["core", "netfilter"])
def test_every_key_beside_ipv4_is_in_the_catalogue(host: None, folder: str, say: Callable[[str], None]) -> None:
    """The keys of net.core and of connection tracking are known as well."""
    if not (SYS / "net" / folder).is_dir():
        pytest.skip(f"net.{folder} is not there: its module is not loaded")
    found = sorted(keys_below(SYS / "net" / folder))
    say(f"catalogue: {len(found)} keys below net.{folder} of {platform.release()}")
    assert [name for name in found if catalogue.get(name) is None] == []


def test_every_row_for_this_kernel_is_there(host: None, say: Callable[[str], None]) -> None:
    """A row that mainline has in this version must exist, unless it needs something loaded or compiled in."""
    rows = [row for row in catalogue.parameters() if catalogue.supported_by(row, RELEASE)]
    absent = [row for row in rows if not path_of(row.name.replace("*", "0" if "nf_log" in row.name else "default")).exists()]
    optional = sorted({str(row.module) for row in absent if row.module})
    say(f"catalogue: {len(rows)} rows for {platform.release()}, {len(rows) - len(absent)} there; not loaded or compiled in: {optional}")
    assert [row.name for row in absent if not row.module] == []


def test_no_row_that_the_kernel_dropped_is_still_there(host: None) -> None:
    """A backport may bring a key early, but nobody brings one back."""
    dropped = [row.name for row in catalogue.parameters() if row.until and not catalogue.supported_by(row, RELEASE)]
    assert len(dropped) > 10
    assert [name for name in dropped if path_of(name).exists()] == []


def test_scope_is_what_a_private_namespace_shows(host: None, netns: netns_lab.Namespace, say: Callable[[str], None]) -> None:
    """A key is in the private namespace and writable there only if its row is per namespace."""
    if os.geteuid() != 0:
        pytest.skip("a namespace below an ordinary user's user namespace lacks more keys (net.core.xfrm_*) than the table is about")
    rows = [row for row in _concrete_rows() if path_of(row.name).exists() and not row.one_way]
    script = "import os, sys; print('\\n'.join(p for p in sys.stdin.read().split() if os.path.exists(p) and os.stat(p).st_mode & 0o200))"
    paths = "\n".join(str(path_of(row.name)) for row in rows)
    writable = set(netns.run([sys.executable, "-c", script], input=paths).stdout.split())
    read_only = {row.name for row in rows if not os.stat(path_of(row.name)).st_mode & 0o200}
    wrong = [
        row.name
        for row in rows
        if row.name not in read_only and catalogue.is_per_namespace(row, RELEASE) != (str(path_of(row.name)) in writable)
    ]
    say(
        f"catalogue: {len(rows)} keys looked for in a private namespace, {len(writable)} writable there, {len(read_only)} read-only everywhere"
    )
    assert wrong == []


def test_limits_are_where_the_table_says(netns: netns_lab.Namespace, say: Callable[[str], None]) -> None:
    """Write min-1, min, max and max+1 of the enforced range of every numeric key that is per namespace."""
    if RELEASE[:2] != PROBED_RELEASE:
        pytest.skip(f"the table holds the limits of {PROBED_RELEASE}, this is {platform.release()}: bounds move between releases")
    hertz = _hertz(netns)
    jobs, skipped = _jobs(netns, hertz)
    answers = _probe(netns, jobs)
    wrong = {job["name"]: (job["tried"], answers[job["name"]]) for job in jobs if answers[job["name"]] != job["expected"]}
    say(f"catalogue: {len(jobs)} keys probed at four values each (HZ={hertz}), {len(skipped)} not probed")
    for name, reason in sorted(skipped.items()):
        print(f"  {name}: {reason}")
    assert len(jobs) > 150
    assert wrong == {}


def _concrete_rows() -> Iterator[Any]:
    """Yield every numeric row under a name that a fresh namespace has; families stand for lo."""
    for row in catalogue.parameters():
        if row.type in NUMERIC and catalogue.supported_by(row, RELEASE):
            yield catalogue.get(row.name.replace("*", "lo"))


def _hertz(netns: netns_lab.Namespace) -> int:
    """Return HZ, found by the only limit of one seconds key that fits; every other one must then agree."""
    path = str(path_of("net.ipv4.ipfrag_time"))
    limits = [(2**31 - 1) // hertz for hertz in HZ_CHOICES]
    job = {"name": "hz", "path": path, "coupled": None, "tried": [str(limit) for limit in limits]}
    accepted = _probe(netns, [job])["hz"]
    assert True in accepted, f"{path} takes none of {limits}"
    return HZ_CHOICES[accepted.index(True)]


def _probe(netns: netns_lab.Namespace, jobs: list[dict[str, Any]]) -> dict[str, list[bool]]:
    answers: dict[str, list[bool]] = json.loads(netns.run([sys.executable, "-c", PROBE], input=json.dumps(jobs)).stdout)
    return answers


def _jobs(netns: netns_lab.Namespace, hertz: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    jobs, skipped = [], {}
    for row in _concrete_rows():
        reason = _unprobed(netns, row)
        if reason:
            skipped[row.name] = reason
        else:
            jobs.append(_job(row, hertz))
    return jobs, skipped


def _unprobed(netns: netns_lab.Namespace, row: Any) -> str | None:
    if row.name in UNPROBED:
        return UNPROBED[row.name]
    if not catalogue.is_per_namespace(row, RELEASE):
        return "host-wide: never written"
    if row.enforced_minimum is None:
        return "the table claims no limit: it wraps around or depends on the machine"
    if netns.run(["test", "-w", str(path_of(row.name))], check=False).returncode:
        return f"not there or read-only (needs {row.module})" if row.module else "read-only"
    return None


def _job(row: Any, hertz: int) -> dict[str, Any]:
    low, high = _limits(row, hertz)
    partner = COUPLED.get(row.name)
    return {
        "name": row.name,
        "path": str(path_of(row.name)),
        "coupled": [str(path_of(partner[0])), partner[1]] if partner else None,
        "tried": [str(value) for value in (low - 1, low, high, high + 1)],
        "expected": [False, True, True, False],
    }


def _limits(row: Any, hertz: int) -> tuple[int, int]:
    bounds = (row.enforced_minimum, row.enforced_maximum)
    if bounds == catalogue.JIFFIES:
        return -((2**31 - 1) // hertz), (2**31 - 1) // hertz
    if bounds == catalogue.UNSIGNED_JIFFIES:
        return 0, (2**32 - 1) // hertz
    return bounds
