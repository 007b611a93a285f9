# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the benchmark, or compare the last run with an earlier one."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema

from bench import (
    compare,
    document,
    environment,
    lab,
    node,
    peers,
    places,
    programs,
    rows_apply,
    rows_audit,
    rows_boot,
    rows_counts,
    rows_module,
    rows_reports,
    rows_sockets,
    rows_start,
    table,
)
from bench.harness import Refused
from bench.model import SCHEMA_VERSION, Row

ROWS: dict[str, Callable[[lab.Lab], Row]] = {
    "sockets": rows_sockets.run,
    "counts": rows_counts.run,
    "start": rows_start.run,
    "module": rows_module.run,
    "apply": rows_apply.run,
    "audit": rows_audit.run,
    "reports": rows_reports.run,
    "boot": rows_boot.run,
}


def measure(plan: lab.Plan, names: list[str], save: Callable[[dict[str, Any]], None], begun: dict[str, Any] | None) -> dict[str, Any]:
    """Run the rows and return what bench.json holds; it is saved after each row, as a run takes long.

    Rows of ``begun``, a run that was cut off, are not measured again. Raises CannotResume when it was measured with something else.
    """
    where = environment.describe()
    node.lay_out()
    peers.link_ours()
    peer_python, lacking = (None, dict.fromkeys(peers.ALL, "not looked for in a quick run")) if plan.quick else peers.prepare()
    tools = lab.Lab(plan, programs.compile_all(), node.pythons(), peer_python, lacking)
    told = {
        "plan": {"sizes": plan.sizes, "hosts": plan.hosts, "audits": plan.audits, "rounds": plan.rounds, "tasks": plan.tasks},
        "versions": environment.versions(tools.pythons, peer_python),
    }
    rows = _rows_of(begun, json.loads(json.dumps(told)), where)
    result: dict[str, Any] = begun or {}
    for name in names:
        if name in [row["id"] for row in rows]:
            continue
        rows.append(_row(name, tools).to_json())
        then = {**where, **{key: begun["environment"][key] for key in ("time", "load")}} if begun else where
        result = {"schema_version": SCHEMA_VERSION, "environment": {**then, "load_after": list(os.getloadavg())}, **told, "rows": rows}
        save(check(json.loads(json.dumps(result))))
    return result


class CannotResume(Exception):
    """The run that was cut off was another one."""


def _rows_of(begun: dict[str, Any] | None, told: dict[str, Any], where: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that there are already; those of another plan, other versions or another kernel do not go with new ones."""
    if begun is None:
        return []
    differing = [key for key in told if begun[key] != told[key]]
    differing += [key for key in where if key not in ("time", "load") and begun["environment"][key] != where[key]]
    if differing:
        raise CannotResume(f"what was measured differs in: {', '.join(differing)}; begin anew without --resume")
    return list(begun["rows"])


def _row(name: str, tools: lab.Lab) -> Row:
    """Run one row; one that cannot run is told with its reason, and the others go on."""
    print(f"-- {name}", file=sys.stderr, flush=True)
    try:
        return ROWS[name](tools)
    except (Refused, OSError, subprocess.SubprocessError) as reason:
        return Row(name, name, skipped=f"{type(reason).__name__}: {reason}")


def _write(path: Path, result: dict[str, Any]) -> None:
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def check(result: dict[str, Any]) -> dict[str, Any]:
    """Return the result; raise jsonschema.ValidationError when it is not as bench.schema.json says."""
    jsonschema.Draft202012Validator(json.loads(places.SCHEMA.read_text(encoding="utf-8"))).validate(result)
    return result


def read(path: Path) -> dict[str, Any]:
    """Read a result and check it."""
    return check(json.loads(path.read_text(encoding="utf-8")))


def keep(result: dict[str, Any]) -> None:
    """Keep a result as the one to compare with, and put its figures into the page."""
    places.REFERENCE.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")
    document.PAGE.write_text(document.rewritten(document.PAGE.read_text(encoding="utf-8"), result), encoding="utf-8")


def arguments(words: list[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"all by default: {', '.join(ROWS)}")
    parser.add_argument(
        "--quick", action="store_true", help="tiny counts, one round, no peers: shows that the benchmark works and measures nothing"
    )
    parser.add_argument("--rounds", type=int, help=f"samples of each contestant, {lab.Plan.rounds} by default")
    parser.add_argument("--sizes", type=_sizes, help="numbers of sockets, such as 25000,500000")
    parser.add_argument("--hosts", type=_sizes, help="numbers of hosts to audit")
    parser.add_argument("--audits", type=_sizes, help="numbers of audits to report over")
    parser.add_argument("--output", type=Path, default=places.RESULT, help="where to write the result")
    parser.add_argument("--resume", action="store_true", help="measure the rows that --output does not have yet")
    parser.add_argument("--compare", type=Path, metavar="BASE", help="measure nothing; print the ratios of --output to this earlier result")
    parser.add_argument(
        "--document", action="store_true", help="measure nothing; keep --output as the reference and renew docs/performance.md"
    )
    options = parser.parse_args(words)
    unknown = sorted(set(options.rows) - set(ROWS))
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return options


def _sizes(word: str) -> tuple[int, ...]:
    return tuple(int(part) for part in word.split(","))


def main(words: list[str] | None = None) -> int:
    """Do what the command line says."""
    options = arguments(words)
    if options.compare:
        print("\n".join(compare.lines(read(options.output), read(options.compare))))
        return 0
    if options.document:
        keep(read(options.output))
        return 0
    plan = lab.QUICK if options.quick else lab.Plan()
    wanted = {name: value for name in ("rounds", "sizes", "hosts", "audits") if (value := getattr(options, name)) is not None}
    try:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        save = partial(_write, options.output)
        begun = read(options.output) if options.resume else None
        result = measure(lab.replaced(plan, wanted), options.rows or list(ROWS), save, begun)
    except (programs.NoCompiler, CannotResume) as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 1
    print(table.text(result))
    print(f"written to {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
