# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the commands of one stage, keep their output and count them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from check import places
from check.tally import Tally, from_junit

TAIL_LINES = 60
Argv = Sequence[str | Path]


class Stage:
    """Carry one stage's log and tally; every method that runs something counts it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tally = Tally()
        self.log = places.LOGS / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text("", encoding="utf-8")

    def run(self, argv: Argv, cwd: Path = places.ROOT, env: dict[str, str] | None = None, seconds: int = 900) -> int:
        """Run argv with its output in the log and return its exit code; 124 when it took longer than seconds."""
        command = [str(part) for part in argv]
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n$ cd {cwd}; {' '.join(command)}\n")
            log.flush()
            settings = {**places.environment(), **(env or {})}
            try:
                process = subprocess.Popen(
                    command, cwd=cwd, env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            except OSError as error:
                log.write(f"{command[0]}: {error}\n")
                return 127
            return _wait(process, seconds)

    def check(self, name: str, argv: Argv, cwd: Path = places.ROOT, env: dict[str, str] | None = None, seconds: int = 900) -> bool:
        """Run argv as one test that passes when it exits 0."""
        mark, started = self.mark(), time.monotonic()
        code = self.run(argv, cwd, env, seconds)
        self.verdict(name, code == 0, time.monotonic() - started, mark, f"exit code {code}")
        return code == 0

    def suite(
        self, name: str, argv: Argv, reports: Path, cwd: Path = places.ROOT, env: dict[str, str] | None = None, seconds: int = 1800
    ) -> None:
        """Run argv and count the test cases of the JUnit files that it leaves in the folder reports.

        A bad exit code without a failed case, or no case at all, counts as one failure: something did not run.
        """
        for stale in reports.glob("*.xml"):
            stale.unlink()
        mark, started = self.mark(), time.monotonic()
        code = self.run(argv, cwd, env, seconds)
        counted = from_junit(sorted(reports.glob("*.xml")))
        if not counted.failures and (code != 0 or counted.passed + counted.skipped == 0):
            counted.failures.append(f"{name}: exit code {code} with {counted.line()}")
        self.tally.add(counted)
        self._say("FAIL" if counted.failures else "ok", f"{name}: {counted.line()}", time.monotonic() - started)
        for text in counted.counts:
            print(f"       {text}", flush=True)
        if counted.failures:
            self.tail(mark)

    def verdict(self, name: str, good: bool, seconds: float, mark: int, reason: str) -> None:
        """Count one test whose outcome the caller knows; show the log since mark when it failed."""
        if good:
            self.tally.passed += 1
        else:
            self.tally.failures.append(f"{self.name}: {name}: {reason}")
            self.tail(mark)
        self._say("ok" if good else "FAIL", name, seconds)

    def skip(self, name: str, reason: str) -> None:
        """Count one test as not run, and keep the reason."""
        self.tally.skips[f"{name}: {reason}"] += 1
        self._say("skip", f"{name}: {reason}", 0.0)

    def note(self, text: str) -> None:
        """Write text to the log."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(text + "\n")

    def mark(self) -> int:
        """Return the present end of the log, to show later only what came after."""
        return self.log.stat().st_size

    def since(self, mark: int) -> str:
        """Return what the log got since mark."""
        with self.log.open("rb") as log:
            log.seek(mark)
            return log.read().decode("utf-8", "backslashreplace")

    def tail(self, mark: int) -> None:
        """Print the last lines that the log got since mark."""
        for line in self.since(mark).splitlines()[-TAIL_LINES:]:
            print(f"    | {line}")
        print(f"    | (all of it: {self.log.relative_to(places.ROOT)})", flush=True)

    def _say(self, word: str, text: str, seconds: float) -> None:
        print(f"  {word:<4} {self.name}: {text} ({seconds:.1f} s)", flush=True)


def _wait(process: subprocess.Popen[bytes], seconds: int) -> int:
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return 124
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
