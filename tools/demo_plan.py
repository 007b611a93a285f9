# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run of the demo shall do and what came of it: the two files that pass between its outer and its inner process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

# The article's server, and what it says the kernel's limit was before.
ARTICLE_TIME_WAIT = 25087
ARTICLE_TIME_WAIT_LEAST = 25000
ARTICLE_TIME_WAIT_LIMIT = 5000
ARTICLE_MAX_TW_BUCKETS = 180000


@dataclass(frozen=True)
class Plan:
    """The demo's settings; ``scale`` shrinks every state but TIME_WAIT, which has its own number."""

    repository: str
    build: str
    venv: str | None
    profile: str
    time_wait: int
    time_wait_least: int
    time_wait_limit: int
    scale: float
    outer_namespace: str

    @property
    def drop_in(self) -> str:
        return str(Path(self.build, "sysctl.d", "90-linuxnet-tcp.conf"))

    def save(self, path: Path) -> None:
        """Write the plan as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read what ``save`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


@dataclass
class Promise:
    """One thing that the demo says it shows, and whether it did."""

    text: str
    kept: bool
    detail: str = ""


@dataclass
class Outcome:
    """What the inner process measured."""

    promises: list[Promise] = field(default_factory=list)
    phases: list[tuple[str, float]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    settings: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def promise(self, text: str, kept: bool, detail: str = "") -> None:
        """Record one promise."""
        self.promises.append(Promise(text, kept, detail))

    def save(self, path: Path) -> None:
        """Write the outcome as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Outcome:
        """Read what ``save`` wrote."""
        document = json.loads(path.read_text(encoding="utf-8"))
        document["promises"] = [Promise(**promise) for promise in document["promises"]]
        document["phases"] = [tuple(phase) for phase in document["phases"]]
        return cls(**document)
