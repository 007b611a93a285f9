# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the stages named on the command line, or all that have no need of being named, and print a count that a reader can trust."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from check import places
from check.ansible_test import all_sanity, sanity, units
from check.collection import build
from check.integration import fleets, integration
from check.kernels import kernel_sample, kernels
from check.lint import docs, lint, quick
from check.matrix import matrix
from check.molecule import molecule
from check.old_python import old_python
from check.release import release
from check.site import site
from check.stage import Stage
from check.tally import Tally


class Entry(NamedTuple):
    """One row of the table of stages."""

    name: str
    run: Callable[[Stage], None]
    needs_build: bool
    # Stages of one lane run one after the other, lanes beside each other; they are shared out so that all lanes end at about the same time.
    lane: int = 0
    always: bool = True


STAGES = (
    Entry("build", build, False),
    Entry("lint", lint, False),
    Entry("docs", docs, True),
    Entry("sanity", sanity, False),
    Entry("units", units, False),
    Entry("old-python", old_python, False, lane=1),
    Entry("matrix", matrix, True),
    Entry("integration", integration, True, lane=1),
    Entry("fleets", fleets, True, lane=2),
    Entry("molecule", molecule, True),
    Entry("kernels", kernel_sample, True, lane=2),
    Entry("release", release, False, lane=2),
    Entry("site", site, True, lane=2),
    Entry("quick", quick, False, always=False),
    Entry("all-kernels", kernels, True, always=False),
    Entry("all-sanity", all_sanity, False, always=False),
)


def chosen(names: list[str]) -> list[Entry]:
    """Return the stages to run, in the table's order, with the build when one of them needs the artifact."""
    wanted = [entry for entry in STAGES if entry.name in names or (not names and entry.always)]
    if any(entry.needs_build for entry in wanted) and wanted[0].name != "build":
        return [STAGES[0], *wanted]
    return wanted


def run(entry: Entry) -> tuple[Tally, float]:
    """Run one stage; whatever it raises is one failure and does not stop the others."""
    print(f"== {entry.name}{' (beside the others)' if entry.lane else ''}", flush=True)
    stage, started = Stage(entry.name), time.monotonic()
    try:
        entry.run(stage)
    except Exception as error:
        mark = stage.mark()
        stage.note(traceback.format_exc())
        stage.verdict("the stage itself", False, time.monotonic() - started, mark, repr(error))
    return stage.tally, time.monotonic() - started


def run_all(entries: list[Entry]) -> dict[str, tuple[Tally, float]]:
    """Run the stages, the build alone and first, then all lanes at once."""
    results = {entry.name: run(entry) for entry in entries if entry.name == "build"}
    rest = [entry for entry in entries if entry.name not in results]
    lanes = [[entry for entry in rest if entry.lane == lane] for lane in {entry.lane: None for entry in rest}]
    with ThreadPoolExecutor(max(1, len(lanes))) as pool:
        for lane in pool.map(lambda lane: {entry.name: run(entry) for entry in lane}, lanes):
            results.update(lane)
    return {entry.name: results[entry.name] for entry in entries}


def summary(results: dict[str, tuple[Tally, float]]) -> Tally:
    """Print reasons, failures and a table of stages, and return the sum."""
    total = Tally()
    for tally, _seconds in results.values():
        total.add(tally)
    for heading, lines in (
        ("skipped, and why", [f"{count} x {reason}" for reason, count in sorted(total.skips.items())]),
        ("failed", total.failures),
    ):
        if lines:
            print("\n".join([f"\n{heading}:", *(f"  {line}" for line in lines)]))
    print(f"\n{'stage':<14}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for name, (tally, seconds) in results.items():
        print(f"{name:<14}{tally.passed:>8}{tally.failed:>8}{tally.skipped:>9}{seconds:>9.1f}")
    return total


def main() -> int:
    parser = argparse.ArgumentParser(prog="check", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(entry.name for entry in STAGES))
    names = parser.parse_args().stages
    unknown = sorted(set(names) - {entry.name for entry in STAGES})
    if unknown:
        parser.error(f"no such stage: {', '.join(unknown)}; there are {', '.join(entry.name for entry in STAGES)}")
    print(f"Python {sys.version.split()[0]}, logs in {places.LOGS.relative_to(places.ROOT)}/", flush=True)
    total = summary(run_all(chosen(names)))
    places.REPORTS.mkdir(parents=True, exist_ok=True)
    # .ci/run repeats it when make adds a line of its own after a failure.
    (places.REPORTS / "count").write_text(f"{total.line()}\n", encoding="utf-8")
    print(f"\n{total.line()}", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
