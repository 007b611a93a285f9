# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember for the findings and risks of OSCAL which hosts they are about: a number for each host and rule that fails, 16 bytes for each host."""

from __future__ import annotations

import uuid
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_results
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Row

# Made once at random; what is named below it is this collection's.
_OURS = uuid.UUID("5f0c2c2e-0d4b-4c5b-9f0e-6d5a3f1b7c11")
_FAILS = ("fail", "error")


class Waiver(NamedTuple):
    """A rule, and why and until when a deviation from it is accepted."""

    rule: str
    reason: str
    expires: str


def named(kind: str, name: str) -> str:
    """Return the UUID of a thing: the same whenever its kind and name are."""
    return str(_of(kind, name))


def _of(kind: str, name: str) -> uuid.UUID:
    # uuid5() encodes the name as UTF-8, which has no lone surrogates; rows have none.
    return uuid.uuid5(_OURS, f"{kind}:{name}")


def observation_of(host: str) -> str:
    """Return the UUID of the observation of a host."""
    return named("observation", host)


class Index:
    """Take rows; then say which observations speak against a rule, and which waivers were used."""

    def __init__(self) -> None:
        """Start with no host."""
        self._observations = bytearray()
        self._failing: dict[str, array[int]] = {}
        self._waived: dict[Waiver, array[int]] = {}

    def add(self, row: Row) -> None:
        """Note the host, what fails on it and what is waived."""
        number = len(self._observations) // 16
        self._observations += _of("observation", row["host"]).bytes
        for result in report_results.of_host(row):
            if result.status in _FAILS:
                _note(self._failing.setdefault(result.rule, array("I")), number)
            elif result.status == "waived" and result.waived:
                waiver = Waiver(result.rule, result.waived["reason"], result.waived["expires"])
                _note(self._waived.setdefault(waiver, array("I")), number)

    def failing(self, rule: str) -> Iterator[str]:
        """Yield the observations of hosts on which a rule fails or could not be judged."""
        return map(self._observation, self._failing.get(rule, ()))

    def fails(self, rule: str) -> int:
        """Return on how many hosts a rule fails or could not be judged."""
        return len(self._failing.get(rule, ()))

    def knows(self, rule: str) -> bool:
        """Tell whether something fails or is waived by a rule itself."""
        return rule in self._failing or bool(self.waivers_of(rule))

    def waivers(self) -> Iterator[tuple[Waiver, Iterator[str]]]:
        """Yield waivers and the observations of the hosts that they cover."""
        for waiver, numbers in sorted(self._waived.items()):
            yield waiver, map(self._observation, numbers)

    def waivers_of(self, rule: str) -> list[Waiver]:
        """Return the waivers of a rule."""
        return [waiver for waiver in self._waived if waiver.rule == rule]

    def _observation(self, number: int) -> str:
        return str(uuid.UUID(bytes=bytes(self._observations[number * 16 : number * 16 + 16])))


def _note(numbers: array[int], number: int) -> None:
    """Note a host once, though a kind of finding may be there more than once."""
    if not numbers or numbers[-1] != number:
        numbers.append(number)
