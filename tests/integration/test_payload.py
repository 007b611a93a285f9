# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules as Ansible sends them, and count how often their Python compiles each file (docs/performance.md)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import netns_lab
import pytest

# Imported by site.py before the payload; sys.addaudithook() tells of each compile() (PEP 578).
COUNTER = """
import atexit, collections, json, sys
seen = collections.Counter()
def note(event, args):
    if event == "compile" and args[1]:
        name = args[1].decode() if isinstance(args[1], bytes) else str(args[1])
        seen[name.partition(".zip/")[2]] += 1
sys.addaudithook(note)
@atexit.register
def write():
    with open(%r, "w") as target:
        json.dump(seen, target)
"""
OURS = "ansible_collections/linuxnet/tcp/plugins/module_utils/"
# What is loaded before the finder is there.
EARLIER = {OURS + "ports/payload.py", OURS + "ports/__init__.py", OURS + "__init__.py"}


@pytest.mark.parametrize(
    ("module", "args"),
    [
        ("net_sysctl", {"settings": {"net.ipv4.tcp_keepalive_time": 1200}}),
        ("net_sysctl_info", {"names": ["net.ipv4.tcp_keepalive_time"]}),
        ("socket_info", {"source": "auto"}),
        ("health_info", {"netns": None}),
        ("nat_info", {"source": "auto"}),
        ("audit", {"profile": "article"}),
    ],
)
def test_each_file_of_a_payload_is_compiled_once(netns: netns_lab.Namespace, tmp_path: Path, module: str, args: dict[str, Any]) -> None:
    (tmp_path / "sitecustomize.py").write_text(COUNTER % str(tmp_path / "counts"), encoding="utf-8")
    counting = tmp_path / "python"
    counting.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n', encoding="utf-8")
    counting.chmod(0o755)
    result = netns.module(module, args, python=str(counting))
    assert not result["failed"], result
    counts = json.loads((tmp_path / "counts").read_text(encoding="utf-8"))
    ours = {name: count for name, count in counts.items() if name.startswith(OURS) and name not in EARLIER}
    assert len(ours) > 8
    assert {name: count for name, count in ours.items() if count != 1} == {}
