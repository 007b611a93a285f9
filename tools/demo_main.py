# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the collection's main job on real sockets in a private network namespace: docs/demo.md.

The outer process of the demo: it makes the environment, starts demo_inside.py in the namespace, compares the machine's
own values before and after, and prints the tables. Everything is written below build/demo. Exit code 0 when every
promise was kept, 1 when not, 130 when stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import demo_netns
import host_trace
from demo_env import Environment, EnvironmentProblem
from demo_plan import ARTICLE_TIME_WAIT, ARTICLE_TIME_WAIT_LEAST, ARTICLE_TIME_WAIT_LIMIT, Outcome, Plan
from demo_report import promises, report
from demo_stop import interrupt_once
from demo_ui import Screen

REPOSITORY = Path(__file__).resolve().parent.parent
# What the demo could conceivably touch on this machine, and must not.
WATCHED = ("/proc/sys/net/ipv4", "/proc/sys/net/core", *host_trace.CONFIGURATION)
STOP_SECONDS = 20


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; without options it is the article's case."""
    parser = argparse.ArgumentParser(prog="demo", description="The article's table, before and after, on real sockets; see docs/demo.md.")
    parser.add_argument("--build", type=Path, default=REPOSITORY / "build" / "demo", help="folder for everything that is written")
    parser.add_argument("--venv", type=Path, help="use this virtualenv (ansible-core, jsonschema) instead of making one")
    parser.add_argument("--profile", default="article", help="profile: a name or a path (default: article)")
    parser.add_argument("--time-wait", type=int, default=ARTICLE_TIME_WAIT, help="connections per churn (default: %(default)s)")
    parser.add_argument(
        "--time-wait-least", type=int, default=ARTICLE_TIME_WAIT_LEAST, help="TIME_WAIT promised before (default: %(default)s)"
    )
    parser.add_argument(
        "--time-wait-limit", type=int, default=ARTICLE_TIME_WAIT_LIMIT, help="TIME_WAIT promised after (default: %(default)s)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="shrink the other states by this factor (default: 1)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; see the module."""
    options = parse(arguments)
    screen = Screen()
    interrupt_once()
    started = time.monotonic()
    try:
        outcome = Demo(options, screen).run()
    except (EnvironmentProblem, demo_netns.NoNamespace) as problem:
        screen.line(f"demo: {problem}", "red")
        return 1
    except KeyboardInterrupt:
        screen.line("demo: stopped; nothing is left running", "yellow")
        return 130
    kept = promises(screen, outcome)
    screen.line()
    screen.line(
        f"{'All promises kept' if kept else 'Not every promise was kept'}, {time.monotonic() - started:.0f} s in all.",
        "green" if kept else "red",
    )
    return 0 if kept else 1


class Demo:
    """Prepare, run the inner process, compare, report."""

    def __init__(self, options: argparse.Namespace, screen: Screen) -> None:
        self.screen = screen
        self.build: Path = options.build.resolve()
        self.venv: Path | None = options.venv and options.venv.absolute()
        self.environment = Environment(REPOSITORY, self.build, self.venv)
        self.plan = Plan(
            repository=str(REPOSITORY),
            build=str(self.build),
            venv=str(self.venv) if self.venv else None,
            profile=_profile(options.profile),
            time_wait=options.time_wait,
            time_wait_least=options.time_wait_least,
            time_wait_limit=options.time_wait_limit,
            scale=options.scale,
            outer_namespace=demo_netns.current(),
        )

    def run(self) -> Outcome:
        """Do the steps; the machine's values are compared whatever happened in between."""
        prepared = time.monotonic()
        self.prepare()
        seconds = time.monotonic() - prepared
        before = host_trace.snapshot(WATCHED)
        try:
            code = self.inside()
        finally:
            left = host_trace.differences(before, host_trace.snapshot(WATCHED))
            for line in left:
                self.screen.line(f"THIS MACHINE'S OWN VALUE DIFFERS: {line}", "red")
        if code == 130:
            raise KeyboardInterrupt
        outcome = Outcome.load(self.build / "outcome.json")
        outcome.phases.insert(0, ("1-2/8  Environment and collection, namespace probe", seconds))
        outcome.promise("the demo came to its end", code == 0, "" if code == 0 else f"exit code {code}; see the message above")
        outcome.promise(
            "this machine's net.ipv4, net.core and sysctl.d are as before", not left, f"{len(before)} files compared, {len(left)} differ"
        )
        self.report(outcome)
        return outcome

    def prepare(self) -> None:
        """Make the environment, drop what an earlier run left, and make sure that a namespace can be had."""
        self.screen.line("linuxnet.tcp: the article's table, before and after, on real sockets", "bold")
        self.screen.step("1/8  Environment: ansible-core and the collection, built from this checkout and installed")
        started = time.monotonic()
        self.environment.prepare(lambda name: self.screen.progress(f"{name}: {time.monotonic() - started:.0f} s"))
        self.screen.done(f"{self.environment.versions()}; everything is below {self.build}")
        for stale in ("audit-before.json", "audit-after.json", "outcome.json"):
            (self.build / stale).unlink(missing_ok=True)
        shutil.rmtree(self.build / "sysctl.d", ignore_errors=True)
        self.screen.step("2/8  A private network namespace")
        if problem := demo_netns.refusal():
            raise demo_netns.NoNamespace(problem)
        self.screen.done("can be made here: " + " ".join(demo_netns.command([])[:-1]))

    def inside(self) -> int:
        """Run demo_inside.py in the namespace; on interruption wait until it has cleaned up."""
        plan, outcome = self.build / "plan.json", self.build / "outcome.json"
        self.plan.save(plan)
        script = str(Path(__file__).with_name("demo_inside.py"))
        process = subprocess.Popen(demo_netns.command([sys.executable, script, str(plan), str(outcome)]), stdin=subprocess.DEVNULL)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            raise
        finally:
            process.kill()

    def report(self, outcome: Outcome) -> None:
        """Print the tables when both audits are there."""
        paths = [self.build / f"audit-{when}.json" for when in ("before", "after")]
        if all(path.exists() for path in paths):
            before, after = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
            report(self.screen, before, after, outcome)


def _profile(given: str) -> str:
    """Return a profile's path as absolute, as playbooks run in another folder; a name stays as it is."""
    return str(Path(given).resolve()) if "/" in given or given.endswith((".yml", ".yaml")) else given


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # Whoever read our output is gone (head, a closed pager): nothing can be said any more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
