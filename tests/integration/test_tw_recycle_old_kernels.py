# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tcp_tw_recycle on kernels that have it, and what is left of it on one that has not.

The keys of a 3.10 and a 4.9 kernel, as captured from real ones, are laid over /proc/sys/net as plain files, with the release over
/proc/sys/kernel/osrelease, in the mount namespace of a private network namespace. Plain files keep what is written; the real keys
are not reached.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from netns_lab import Namespace

FIXTURES = Path(__file__).resolve().parent.parent / "unit" / "fixtures"
OLD = ("3.10.105", "4.9.115")
RECYCLE, REUSE = "net.ipv4.tcp_tw_recycle", "net.ipv4.tcp_tw_reuse"
PROFILE = {"name": "old", "settings": {RECYCLE: {"value": 1, "severity": "low"}, REUSE: {"value": 1}}}
EARLY, LATE, DROP_IN = "/etc/sysctl.d/10-article.conf", "/etc/sysctl.d/zz-local.conf", "/etc/sysctl.d/90-linuxnet-tcp.conf"
THEIRS = f"# from the article\n{RECYCLE} = 1\nnet.ipv4.tcp_fin_timeout = 30\n"
DECLARED = {"nat": "absent", "accept_risk": [RECYCLE]}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may lay files over /proc/sys")


class OldHost:
    """A namespace that looks like a host with an old kernel on which somebody followed the article to the letter."""

    def __init__(self, netns: Namespace, tree: Path, kernel: str, release: str | None = None) -> None:
        self.netns, self._net = netns, tree / "net"
        for folder in ("ipv4", "core"):
            self._lay_out(folder, (FIXTURES / kernel / f"sysctl_{folder}.tsv").read_text(encoding="utf-8"))
        (tree / "osrelease").write_text(f"{release or kernel}\n", encoding="ascii")
        netns.run(["mount", "--bind", str(self._net), "/proc/sys/net"])
        netns.run(["mount", "--bind", str(tree / "osrelease"), "/proc/sys/kernel/osrelease"])
        self.key(RECYCLE).write_text("1\n", encoding="ascii")
        for path in (EARLY, LATE):
            netns.run(["tee", path], input=THEIRS)

    def _lay_out(self, folder: str, table: str) -> None:
        (self._net / folder).mkdir(parents=True)
        rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
        for name, mode, value in rows:
            path = self._net / folder / name
            if value == "<dir>":
                path.mkdir()
            else:
                path.write_text(value.replace("\\t", "\t") + "\n", encoding="utf-8")
                path.chmod(int(mode, 8))

    def key(self, name: str) -> Path:
        """Return the file that stands for a key."""
        return self._net.joinpath(*name.split(".")[1:])

    def text(self, path: str) -> str:
        return self.netns.run(["cat", path]).stdout

    def audit(self, **options: Any) -> dict[str, Any]:
        answer = self.netns.module("audit", {"profile": PROFILE, **options})
        assert not answer["failed"], answer
        document: dict[str, Any] = answer["audit"]
        return document

    def tune(self, **declared: Any) -> dict[str, Any]:
        """Run the tune role, which takes lines of other files over, and return its result."""
        variables = {f"tune_{name}": value for name, value in {"profile": PROFILE, "shadowed": "take_over", **declared}.items()}
        run = self.netns.playbook("linuxnet.tcp.tune", {"target": "localhost", **variables})
        assert run.returncode == 0, run.stdout
        result: dict[str, Any] = run.results("Sum up")[-1]["ansible_facts"]["tune_result"]
        return result


@pytest.fixture(params=OLD)
def old_host(request: pytest.FixtureRequest, netns: Namespace, tmp_path: Path) -> OldHost:
    return OldHost(netns, tmp_path / "tree", request.param)


def lines(text: str) -> list[str]:
    """Return the lines that set something."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def recycling(document: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = next(row for row in document["settings"] if row["name"] == RECYCLE)
    return row


def test_it_is_switched_off_and_the_boot_files_are_cleaned(old_host: OldHost) -> None:
    before = old_host.audit()
    assert before["kernel"]["version"][:2] in ([3, 10], [4, 9])
    assert recycling(before)["running"] == "1"
    result = old_host.tune()
    assert result["planned"] == {RECYCLE: "0", REUSE: "1"}
    assert result["changed"]
    assert [row["reason"] for row in result["refused"]] == ["nat_unknown"]
    assert [old_host.key(name).read_text() for name in (RECYCLE, REUSE)] == ["0\n", "1\n"]
    assert lines(old_host.text(DROP_IN)) == [f"{RECYCLE} = 0", f"{REUSE} = 1"]
    assert lines(old_host.text(LATE)) == ["net.ipv4.tcp_fin_timeout = 30"]
    assert old_host.text(LATE + ".linuxnet-tcp.bak~") == THEIRS
    after = old_host.audit()
    assert after["parameters"][RECYCLE]["boot"]["value"] == "0"
    assert "tw-recycle-behind-nat" not in [item["id"] for item in after["findings"]]
    assert not old_host.tune()["changed"]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"nat": "present", "accept_risk": [RECYCLE]}, "nat_present"),
        ({"accept_risk": [RECYCLE]}, "nat_unknown"),
        ({"nat": "absent"}, "risk_not_accepted"),
        ({"nat": "absent", "accept_risk": ["tw-recycle-behind-nat"]}, "risk_not_accepted"),
    ],
)
def test_half_a_promise_is_none(old_host: OldHost, declared: dict[str, Any], reason: str) -> None:
    document = old_host.audit(**declared)
    assert document["plan"]["settings"][RECYCLE] == "0"
    assert [row["reason"] for row in document["plan"]["refused"]] == [reason]
    assert "tw-recycle-behind-nat" in [item["id"] for item in document["findings"]]


def test_it_is_kept_where_nat_is_declared_absent_and_the_risk_is_taken(old_host: OldHost) -> None:
    result = old_host.tune(**DECLARED)
    assert result["planned"] == {REUSE: "1"}
    assert old_host.key(RECYCLE).read_text() == "1\n"
    assert old_host.text(LATE) == THEIRS
    assert recycling(old_host.audit(**DECLARED))["status"] == "holds"


@pytest.mark.skipif(not shutil.which("nft", path=os.defpath + ":/usr/sbin:/sbin"), reason="nft is not installed")
def test_evidence_overrules_the_promise(old_host: OldHost) -> None:
    old_host.netns.run(["nft", "-f", "-"], input="add table ip nat\nadd chain ip nat KUBE-SERVICES\n")
    document = old_host.audit(**DECLARED)
    assert document["nat"]["verdicts"]["clients"]["verdict"] == "possible"
    assert document["plan"]["settings"][RECYCLE] == "0"
    assert [row["reason"] for row in document["plan"]["refused"]] == ["nat_evidence"]


@pytest.mark.parametrize("release", ["4.10.17", "4.11.12"])
def test_random_timestamps_make_every_promise_void(netns: Namespace, tmp_path: Path, release: str) -> None:
    host = OldHost(netns, tmp_path / "tree", "4.9.115", release)
    result = host.tune(**DECLARED)
    assert result["planned"][RECYCLE] == "0"
    assert [row["reason"] for row in result["refused"]] == ["timestamps_random"]
    assert host.key(RECYCLE).read_text() == "0\n"


STALE_FILES = {EARLY: THEIRS, LATE: f"net/ipv4/tcp_tw_recycle=1\n{REUSE} = 1\n"}


def test_on_this_kernel_the_dead_line_is_told_and_cleared_on_request(netns: Namespace) -> None:
    if netns.run(["test", "-e", "/proc/sys/net/ipv4/tcp_tw_recycle"], check=False).returncode == 0:
        pytest.skip("this kernel still has net.ipv4.tcp_tw_recycle")
    for path, text in STALE_FILES.items():
        netns.run(["tee", path], input=text)
    request = {"settings": {RECYCLE: None}, "state": "absent", "shadowed": "take_over"}

    def stale() -> list[str]:
        answer = netns.module("audit", {"profile": {"name": "reuse", "settings": {REUSE: {"value": 1}}}})
        found = [item for item in answer["audit"]["findings"] if item["id"] == "boot-line-stale"]
        return [line["source"] for item in found for line in item["evidence"]["lines"]]

    assert sorted(stale()) == [f"{EARLY}:2", f"{LATE}:1"]
    # Not asked for: only the drop-in is looked at.
    assert not netns.module("net_sysctl", {**request, "shadowed": "fail"})["changed"]
    foreseen = netns.module("net_sysctl", request, check=True, diff=True)
    assert foreseen["changed"]
    assert sorted(stale()) == [f"{EARLY}:2", f"{LATE}:1"]
    done = netns.module("net_sysctl", request)
    assert done["changed"]
    assert {row["source"] for row in done["taken_over"]} == {f"{EARLY}:2", f"{LATE}:1"}
    assert stale() == []
    assert lines(netns.run(["cat", EARLY]).stdout) == ["net.ipv4.tcp_fin_timeout = 30"]
    assert lines(netns.run(["cat", LATE]).stdout) == [f"{REUSE} = 1"]
    for path, text in STALE_FILES.items():
        assert netns.run(["cat", path + ".linuxnet-tcp.bak~"]).stdout == text
    assert not netns.module("net_sysctl", request)["changed"]
