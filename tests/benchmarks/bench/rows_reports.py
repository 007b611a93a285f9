# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row: the report over a fleet of generated audits, beside reading the files."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import places
from bench.harness import Contestant, Refused, take_turns
from bench.lab import Lab
from bench.model import FLOOR, OURS, Case, Row, Sample, Target

WORKER = places.HERE / "report_worker.py"
READ = "cat of the spool"
REPORT = "linuxnet.tcp.report"
MANY = 10_000
# A round of 100,000 takes minutes.
FEWER_ROUNDS = 2


def run(lab: Lab) -> Row:
    """Measure every size."""
    row = Row("reports", "report of generated audits")
    for size in lab.plan.audits:
        case = _case(lab, size)
        row.cases.append(case)
        row.targets[case.name] = [
            Target("seconds of processor", "cpu", REPORT, at_most=10.0 if size == MANY else None),
            Target("peak memory, KiB", "peak_kib", REPORT, at_most=300 * 1024 if size >= MANY else None),
            Target("processor time, report / cat", "cpu", REPORT, READ),
        ]
    return row


def _case(lab: Lab, size: int) -> Case:
    case = Case(f"{size:,} audits", "audits", size)
    folder = Path(tempfile.mkdtemp(prefix="linuxnet-bench-reports-"))
    try:
        _python("make", str(folder / "spool"), str(size))
        contestants = [Contestant(READ, FLOOR, lambda: _cat(lab, folder)), Contestant(REPORT, OURS, lambda: _report(lab, folder, size))]
        take_turns(case, contestants, lab.plan.rounds if size < MANY else min(FEWER_ROUNDS, lab.plan.rounds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return case


def _cat(lab: Lab, folder: Path) -> Sample:
    return _metered(lab, folder, ["sh", "-c", f"find {folder}/spool -name '*.json' -print0 | xargs -0 cat > /dev/null"])[0]


def _report(lab: Lab, folder: Path, size: int) -> Sample:
    dest = folder / "report"
    shutil.rmtree(dest, ignore_errors=True)
    sample, text = _metered(lab, folder, [sys.executable, str(WORKER), "report", str(folder / "spool"), str(dest)])
    if text.strip() != str(size):
        raise Refused(f"the report holds {text.strip()} of {size} hosts")
    return sample


def _metered(lab: Lab, folder: Path, argv: list[str]) -> tuple[Sample, str]:
    return lab.metered_here(folder, argv, {"PYTHONPATH": str(places.COLLECTIONS), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})


def _python(*words: str) -> None:
    env = {"PYTHONPATH": str(places.COLLECTIONS), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, str(WORKER), *words], env=env, text=True, capture_output=True, check=False)
    if done.returncode:
        raise Refused(f"the generator of audits failed: {done.stderr.strip().splitlines()[-1]}")
