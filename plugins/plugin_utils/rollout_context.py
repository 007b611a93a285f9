# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry the context of a rollout from task to task, and make receipts and results of its steps in one shape."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import store
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_plan import Wave
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.rollout_receipts import Receipts

# Holds the profile although a guard changed what was planned, or a service that started since then is for the next run.
_HOLDS = ("adjusted",)
_MESSAGE = 600
# For the way to the host, its lock, and the change itself.
_ANSWER_SECONDS = 60
_EARLIER = "earlier.json"


@dataclass(frozen=True, slots=True)
class Context:
    """Which wave of which run of which rollout: what the step open of rollout_wave returns and every other step is given."""

    folder: str
    id: str
    run: int
    wave: int
    waves: int
    wave_hosts: int
    hosts: int
    soak_seconds: float
    confirm_within: int

    @classmethod
    def given(cls, raw: Mapping[str, Any]) -> Context:
        """Return the context in a task's option. Raises InvalidInput."""
        try:
            return cls(**{name: kind(raw[name]) for name, kind in _KINDS.items()})
        except (KeyError, TypeError, ValueError) as error:
            raise errors.InvalidInput(f"rollout: not what rollout_wave returned from its step open ({error}); give that") from error

    @classmethod
    def of(cls, folder: Path, rollout: str, run: int, wave: Wave, waves: int, hosts: int) -> Context:
        """Return the context of a wave."""
        return cls(str(folder), rollout, run, wave.number, waves, len(wave.hosts), hosts, wave.soak_seconds, wave.confirm_within)

    def receipts(self) -> Receipts:
        """Return the receipts of this rollout."""
        return Receipts(Path(self.folder), self.id)

    @property
    def comment(self) -> str:
        """Return what the journals of hosts say, by which they are found again."""
        return f"rollout {self.id}, run {self.run}, wave {self.wave}"

    def latest(self) -> str:
        """Return by when a host that is changed from now on has put the change back at the latest, should its answer never come."""
        end = now() + datetime.timedelta(seconds=self.confirm_within + _ANSWER_SECONDS)
        return end.strftime("%Y-%m-%dT%H:%M:%SZ")

    def result(self, **more: Any) -> dict[str, Any]:
        """Return what tasks and the progress callback read."""
        named = {name: getattr(self, name) for name in _KINDS}
        return {**named, **{name: value for name, value in more.items() if value is not None}}

    def record(self, host: str, step: str, status: str, **more: Any) -> None:
        """Write one receipt."""
        self.receipts().append(self.line(host, step, status, **more), now=now())

    def line(self, host: str, step: str, status: str, **more: Any) -> dict[str, Any]:
        """Return one receipt; None leaves a field out, and messages are short and fit for a terminal."""
        for name in ("message", "why"):
            if more.get(name) is not None:
                more[name] = printable.line(str(more[name]), _MESSAGE)
        place = {"run": self.run, "wave": self.wave, "waves": self.waves, "host": host, "step": step, "status": status}
        return {**place, **{name: value for name, value in more.items() if value is not None}}


_KINDS = {
    "folder": str,
    "id": str,
    "run": int,
    "wave": int,
    "waves": int,
    "wave_hosts": int,
    "hosts": int,
    "soak_seconds": float,
    "confirm_within": int,
}


@dataclass(slots=True)
class Outcome:
    """How one step ended on one host: its receipt, and what its task returns beside it."""

    status: str
    receipt: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def is_failure(self) -> bool:
        """Tell whether the task has to fail."""
        return self.status in ("failed", "lost")


def now() -> datetime.datetime:
    """Return this moment."""
    return datetime.datetime.now(datetime.UTC)


def unheld(audit: Mapping[str, Any], shadowed: str) -> list[str]:
    """Return the keys that were planned, or would be again, and do not hold. ``shadowed``: warn tolerates what another file wins over at boot."""
    tolerated = (*_HOLDS, "shadowed") if shadowed == "warn" else _HOLDS
    return [row["name"] for row in audit["settings"] if "planned" in row and row["status"] not in tolerated]


def ours(journals: list[Mapping[str, Any]], comment: str) -> int | None:
    """Return the journal that a change of this run left open or unconfirmed, None when there is none."""
    return next((int(row["id"]) for row in journals if row.get("comment") == comment), None)


def put_back(result: Mapping[str, Any]) -> list[str]:
    """Return the keys that a restoring run changed."""
    return [row["name"] for row in result.get("settings", ()) if row.get("status") == "changed"]


def keep_earlier(receipts: Receipts, states: Mapping[str, str]) -> None:
    """Write what earlier runs made of the hosts, for the steps of a resumed one: a worker cannot read all receipts for each host."""
    store.save_json(receipts.folder / _EARLIER, dict(states), "rollout_dir")


def earlier(receipts: Receipts, host: str) -> str:
    """Return the state in which earlier runs left a host, empty for none."""
    try:
        states = json.loads((receipts.folder / _EARLIER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(states.get(host, ""))
