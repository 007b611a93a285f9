# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's main part, run inside the private network namespace: churn, audit, tune, drain, churn again, audit again.

Started by demo_main.py as ``demo_inside.py PLAN OUTCOME``; ends with 0 when it came to its end, whatever was measured:
whether each promise was kept stands in OUTCOME.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import demo_netns
from demo_env import Environment, EnvironmentProblem
from demo_plan import ARTICLE_MAX_TW_BUCKETS, Outcome, Plan
from demo_population import ARTICLE, Population, PopulationError, count_states, die_with_parent, shrink, time_wait_now
from demo_stop import interrupt_once
from demo_ui import Screen

# TIME_WAIT lasts 60 s and no sysctl changes that; what a loaded machine adds is a few seconds.
DRAIN_SECONDS = 60
DRAIN_PATIENCE = 120
OVERFLOWS = "TCPTimeWaitOverflow"

Document = dict[str, Any]


class Show:
    """Walk through the demo's steps; what each one measured is kept in ``outcome``."""

    def __init__(self, plan: Plan, screen: Screen, population: Population, outcome: Outcome) -> None:
        self.plan = plan
        self.screen = screen
        self.population = population
        self.outcome = outcome
        self.build = Path(plan.build)
        self.environment = Environment(Path(plan.repository), self.build, Path(plan.venv) if plan.venv else None)
        self._last_churn = 0.0

    def run(self) -> None:
        """Do all steps in the article's order."""
        with self.phase("3/8  A web server with nine listeners, and its clients, in the namespace"):
            demo_netns.write("net.ipv4.tcp_max_tw_buckets", str(ARTICLE_MAX_TW_BUCKETS))
            self.screen.done(
                f"net.ipv4.tcp_max_tw_buckets set to the article's old default, {ARTICLE_MAX_TW_BUCKETS}, in the namespace only"
            )
            self.start_population()
        with self.phase("4/8  Audit: read the sockets and settings, judge them against the profile"):
            before = self.audit("before")
            enough = before["sockets"]["states"].get("TIME_WAIT", 0)
            least = self.plan.time_wait_least
            self.outcome.promise(f"at least {least:,} sockets in TIME_WAIT before", enough >= least, f"{enough:,}")
        with self.phase("5/8  Tune: apply the profile as one transaction, with a drop-in for the next boot"):
            self.tune(before)
        with self.phase("6/8  Wait for the first TIME_WAITs to end: a lower limit removes nothing that is already there"):
            self.drain()
        with self.phase("7/8  The same clients, the same number of connections, once more"):
            self.churn()
        with self.phase("8/8  Audit again"):
            after = self.audit("after")
            self.check_after(after)

    @contextmanager
    def phase(self, title: str) -> Iterator[None]:
        """Announce a step and keep how long it took."""
        started = time.monotonic()
        self.screen.step(title)
        yield
        self.outcome.phases.append((title, time.monotonic() - started))

    def waiting(self, what: str) -> Callable[[str], None]:
        """Return a progress callback that says what is waited for, and since when."""
        started = time.monotonic()
        return lambda name: self.screen.progress(f"{what} ({name}): {time.monotonic() - started:.0f} s")

    def start_population(self) -> None:
        """Make the sockets that stay, then the first churn."""
        self.population.hold()
        held = count_states()
        self.screen.done("sockets that stay: " + ", ".join(f"{name} {held[name]:,}" for name in sorted(held)))
        self.churn()

    def churn(self) -> None:
        """Open and close the connections; say how fast, and how many TIME_WAITs they left."""
        total = self.plan.time_wait
        overflows = _overflows()
        started = time.monotonic()
        seconds = self.population.churn(total, lambda done: self.screen.progress(_rate(done, total, time.monotonic() - started)))
        self._last_churn = time.monotonic()
        lost = _overflows() - overflows
        self.screen.done(f"{total:,} connections in {seconds:.1f} s ({total / seconds:,.0f} a second), closed by the server first")
        self.screen.done(f"TIME_WAIT is now {time_wait_now():,}")
        if lost:
            remark = (
                f"{lost:,} of {total:,} connections left no TIME_WAIT ({OVERFLOWS} +{lost:,}): net.ipv4.tcp_max_tw_buckets threw them away"
            )
            self.outcome.remarks.append(remark)
            self.screen.done(remark)

    def audit(self, when: str) -> Document:
        """Run the audit playbook, keep its document, and compare its counts with an independent reader's."""
        path = self.build / f"audit-{when}.json"
        first = count_states()
        self.playbook("linuxnet.tcp.audit", f"audit-{when}", {**self.variables("audit"), "audit_save_to": str(path)})
        second = count_states()
        document: Document = json.loads(path.read_text(encoding="utf-8"))
        states = document["sockets"]["states"]
        off = _outside(states, first, second)
        text = f"the audit {when} counts what /proc/net/tcp shows, state by state"
        self.outcome.promise(
            text, not off, "; ".join(off) or f"{document['sockets']['total']:,} sockets, read by {document['sockets']['source']}"
        )
        self.screen.done(
            f"{document['sockets']['total']:,} sockets, {states.get('TIME_WAIT', 0):,} of them in TIME_WAIT; {_verdict(document)}"
        )
        self.screen.done(f"written to {path}")
        return document

    def tune(self, before: Document) -> None:
        """Run the tune playbook; then look at the running values and the drop-in without the collection's help."""
        wanted = before["plan"]["settings"]
        names = [row["name"] for row in before["settings"]]
        earlier = {name: demo_netns.read(name) for name in names}
        self.playbook("linuxnet.tcp.tune", "tune", self.variables("tune"))
        running = {name: demo_netns.read(name) for name in names}
        kept = _drop_in(Path(self.plan.drop_in))
        self.outcome.settings = {name: {"before": earlier[name], "after": running[name], "drop_in": kept.get(name)} for name in running}
        wrong = [
            f"{name}: wanted {value}, running {running[name]}, drop-in {kept.get(name)}"
            for name, value in wanted.items()
            if (running[name], kept.get(name)) != (value, value)
        ]
        detail = "; ".join(wrong) or f"{len(wanted)} of {len(wanted)}"
        self.outcome.promise("every planned setting is running and stands in the drop-in", bool(wanted) and not wrong, detail)
        for name, value in wanted.items():
            self.screen.done(f"{name}: {earlier[name]} -> {value}")
        for refused in before["plan"]["refused"]:
            self.screen.done(f"{refused['name']} = {refused['value']} not set: {refused['reason']}")
        self.screen.done(f"kept for the next boot in {self.plan.drop_in} (a real host: /etc/sysctl.d)")

    def drain(self) -> None:
        """Count down until no TIME_WAIT of the first churn is left."""
        deadline = self._last_churn + DRAIN_PATIENCE
        while (left := time_wait_now()) and time.monotonic() < deadline:
            seconds = max(0.0, self._last_churn + DRAIN_SECONDS - time.monotonic())
            self.screen.progress(f"{left:,} still in TIME_WAIT, gone in about {seconds:.0f} s")
            time.sleep(0.5)
        self.outcome.promise("the first churn drained before the second began", left == 0, f"{left:,} left")
        self.screen.done(f"{left:,} left")

    def check_after(self, after: Document) -> None:
        """Hold the second audit against what tuning was for."""
        number, limit = after["sockets"]["states"].get("TIME_WAIT", 0), self.plan.time_wait_limit
        self.outcome.promise(f"at most {limit:,} sockets in TIME_WAIT after", number <= limit, f"{number:,}")
        self.outcome.promise("the host is compliant with the profile after", after["compliant"])
        left = after["plan"]["settings"]
        self.outcome.promise(
            "the tuning held: nothing is left to set", not left, "; ".join(f"{name} = {value}" for name, value in left.items())
        )

    def variables(self, role: str) -> Document:
        """Return the variables of the role: which profile, what is known of NAT, and a drop-in below the build folder."""
        return {f"{role}_profile": self.plan.profile, f"{role}_nat": "unknown", f"{role}_path": self.plan.drop_in}

    def playbook(self, name: str, log: str, variables: Document) -> None:
        """Run a playbook of the installed collection on this namespace; EnvironmentProblem when it fails."""
        Path(self.plan.drop_in).parent.mkdir(parents=True, exist_ok=True)
        extra = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **variables}
        argv = [self.environment.tool("ansible-playbook"), name, "-i", "demo,", "-c", "local", "-e", json.dumps(extra)]
        self.environment.run(log, argv, self.waiting("ansible-playbook"))


def _drop_in(path: Path) -> dict[str, str]:
    """Read ``key = value`` lines as sysctl.d(5) has them, without the collection's own parser."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = [line.partition("=") for line in lines if "=" in line and line.strip()[0] not in "#;"]
    return {name.strip(): " ".join(value.split()) for name, dummy, value in pairs}


def _rate(done: int, total: int, seconds: float) -> str:
    return f"{done:,} of {total:,} connections, {done / max(seconds, 0.01):,.0f} a second"


def _overflows() -> int:
    """Return TcpExt's counter of TIME_WAITs that were not made because of the limit; 0 when it has not been counted."""
    rows = [line.split() for line in Path("/proc/net/netstat").read_text(encoding="ascii").splitlines() if line.startswith("TcpExt:")]
    return int(dict(zip(*rows, strict=True)).get(OVERFLOWS, 0))


def _outside(states: dict[str, int], first: Counter[str], second: Counter[str]) -> list[str]:
    """Name the states whose count does not lie between the independent counts taken before and after."""
    off = []
    for state in sorted({*states, *first, *second}):
        low, high = sorted((first[state], second[state]))
        if not low <= states.get(state, 0) <= high:
            off.append(f"{state}: audit {states.get(state, 0)}, /proc/net/tcp {low} to {high}")
    return off


def _verdict(document: Document) -> str:
    serious = [finding for finding in document["findings"] if finding["severity"] != "info"]
    return f"compliant: {'yes' if document['compliant'] else 'no'}, findings above info: {len(serious)}"


def main(plan_file: str, outcome_file: str) -> int:
    """Run the show and always leave an outcome and no process behind."""
    die_with_parent(signal.SIGTERM)
    interrupt_once()
    screen = Screen()
    outcome = Outcome()
    try:
        plan = Plan.load(Path(plan_file))
        demo_netns.set_up(plan.outer_namespace)
        with Population(shrink(ARTICLE, plan.scale)) as population:
            Show(plan, screen, population, outcome).run()
    except BrokenPipeError:
        return 1
    except (EnvironmentProblem, PopulationError, demo_netns.NoNamespace, OSError) as problem:
        screen.line(f"demo: {problem}", "red")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        outcome.save(Path(outcome_file))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
