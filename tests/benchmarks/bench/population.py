# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have as many sockets in a private network namespace as a case asks for, for as long as a contestant needs them."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import netns_lab

from bench import places
from bench.harness import Refused
from bench.lab import Lab

# The kernel keeps a TIME_WAIT for 60 seconds (TCP_TIMEWAIT_LEN); a little less is counted on.
LIFE_SECONDS = 56.0
HELPER = places.ROOT / "tests" / "integration" / "sockets_helper.py"
# What a busy web server holds besides; each makes the sockets that sockets_helper's functions say.
MIX = {"established": 1000, "close_wait": 125, "fin_wait2": 122, "listen": 9, "ipv6": 100, "mapped": 50, "syn_sent": 3}


def said(error: subprocess.SubprocessError) -> str:
    """Return what a failed command printed last."""
    return str(getattr(error, "stderr", None) or error).strip().splitlines()[-1]


class Population:
    """Sockets in TIME_WAIT (and others, when mixed), made anew in a new namespace before they end."""

    def __init__(self, lab: Lab, waiting: int, mixed: bool = False) -> None:
        self.waiting = waiting
        self._lab, self._mixed = lab, mixed
        self._context: AbstractContextManager[netns_lab.Namespace] | None = None
        self._space: netns_lab.Namespace | None = None
        self._born = 0.0

    def __enter__(self) -> Population:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._leave()

    def space(self, seconds: float) -> netns_lab.Namespace:
        """Return a namespace whose sockets will all be there for so long; Refused when they cannot be."""
        if self._space is None or time.monotonic() + seconds > self._born + LIFE_SECONDS:
            self._renew()
        left = self._born + LIFE_SECONDS - time.monotonic()
        if seconds > left:
            raise Refused(f"takes about {seconds:.0f} s for {self.waiting:,} sockets, and TIME_WAIT lasts 60 s")
        if self._space is None:
            raise Refused("no namespace could be made")
        return self._space

    def _renew(self) -> None:
        self._leave()
        self._context = self._lab.space()
        self._space = self._context.__enter__()
        self._space.run(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=4000000"])
        if self._mixed:
            self._hold(self._space)
        self._born = time.monotonic()
        try:
            self._space.run([self._lab.programs["populate"], "0", str(self.waiting)])
        except subprocess.SubprocessError as error:
            raise Refused(f"{self.waiting:,} sockets could not be made before the first of them ends: {said(error)}") from error

    def _hold(self, space: netns_lab.Namespace) -> None:
        options = [word for kind, count in MIX.items() for word in (f"--{kind.replace('_', '-')}", str(count))]
        # Its standard input stays open, and so do its sockets, until the namespace is closed.
        helper = space.popen([sys.executable, str(HELPER), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ready: Any = helper.stdout.readline() if helper.stdout else ""
        if ready != "ready\n":
            raise Refused("the mixed population could not be made")

    def _leave(self) -> None:
        context, self._context, self._space = self._context, None, None
        if context is not None:
            context.__exit__(None, None, None)
