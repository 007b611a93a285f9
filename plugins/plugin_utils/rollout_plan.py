# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Divide a fleet into waves exactly as Ansible's ``serial`` does, and say how long each takes and how long a change may wait in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable

# Seconds that one host keeps a fork busy in each of the four module runs of a change, on a slow host over a slow link.
_SECONDS_PER_RUN = 3.0
# What the controller itself needs for one module run, however many forks it has: 200 network namespaces of a machine with two cores took
# 0.34 s a host and run, the hosts' own work included.
_SECONDS_PER_HOST = 0.5
# Module runs between a change and its confirmation, the last one included: change, look, prove, confirm.
_RUNS = 4
# For connections that hang until they time out, and user tasks that take their time.
_MARGIN_SECONDS = 60
# What net_sysctl takes for confirm_within.
_LEAST_SECONDS, _MOST_SECONDS = 5, 86400
_SHOWN_HOSTS = 8


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave of a rollout; ``number`` counts from 1."""

    number: int
    hosts: tuple[str, ...]
    soak_seconds: float
    confirm_within: int


def waves(hosts: Sequence[str], serial: Sequence[object]) -> list[tuple[str, ...]]:
    """Return the batches that ansible-core makes of ``hosts`` (executor/playbook_executor.py, _get_serialized_batches).

    Each item of ``serial`` is a number of hosts or a percentage of all of them; the last one repeats. Raises InvalidInput for anything else.
    """
    steps = [_size(item, len(hosts)) for item in serial]
    if not steps:
        raise errors.InvalidInput(
            'rollout_waves: the list is empty; give numbers of hosts or percentages, such as [1, "5%", "25%", "100%"]'
        )
    found: list[tuple[str, ...]] = []
    start = 0
    while start < len(hosts):
        size = steps[min(len(found), len(steps) - 1)]
        found.append(tuple(hosts[start : start + size]))
        start += size
    return found


def _size(item: object, total: int) -> int:
    """Return a wave's size as ansible.utils.helpers.pct_to_int does: a percentage is cut off, and at least one host."""
    text = str(item).strip()
    number = text.removesuffix("%")
    if isinstance(item, bool) or not number.isascii() or not number.isdigit() or not int(number) or (number != text and int(number) > 100):
        raise errors.InvalidInput(f'rollout_waves: "{text}" is no wave; give a number of hosts from 1 on, or a percentage from 1% to 100%')
    return int(number) if number == text else max(1, int(int(number) / 100.0 * total))


def soaks(given: object, count: int) -> list[float]:
    """Return the soak of each of ``count`` waves: ``given`` is a number of seconds, or a list of them whose last one repeats."""
    values = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    if not values:
        raise errors.InvalidInput("rollout_soak_seconds: the list is empty; give seconds, or seconds for each wave")
    numbers = [_soak(value) for value in values]
    return [numbers[min(index, len(numbers) - 1)] for index in range(count)]


def _soak(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = math.nan
    if not 1 <= seconds <= _MOST_SECONDS:
        raise errors.InvalidInput(
            f'rollout_soak_seconds: "{value}" is not between 1 and {_MOST_SECONDS}; give the seconds that clients get to show harm'
        )
    return seconds


def confirm_within(hosts: int, forks: int, soak: float) -> int:
    """Return for how many seconds a change has to wait at most: the first host changed is confirmed after the last one is proved."""
    return min(_MOST_SECONDS, math.ceil(soak + _MARGIN_SECONDS + _busy(hosts, forks, _RUNS, _SECONDS_PER_RUN)))


def _busy(hosts: int, forks: int, runs: int, seconds_per_run: float) -> float:
    """Return for how long module runs keep the controller busy: in turns of ``forks``, or as fast as it can by itself."""
    return runs * max(math.ceil(hosts / max(1, forks)) * seconds_per_run, hosts * _SECONDS_PER_HOST)


def plan(hosts: Sequence[str], serial: Sequence[object], soak: object, forks: int, wanted_confirm: int = 0) -> list[Wave]:
    """Return all waves. ``wanted_confirm`` replaces what is computed; it must outlast the longest soak. Raises InvalidInput."""
    batches = waves(hosts, serial)
    made = []
    for number, (batch, seconds) in enumerate(zip(batches, soaks(soak, len(batches)), strict=True), 1):
        if wanted_confirm and wanted_confirm <= seconds:
            raise errors.InvalidInput(
                f"rollout_confirm_within: {wanted_confirm} s are over before wave {number} has soaked for {seconds:g} s; give more, or 0 to have it computed"
            )
        if wanted_confirm and not _LEAST_SECONDS <= wanted_confirm <= _MOST_SECONDS:
            raise errors.InvalidInput(
                f"rollout_confirm_within: {wanted_confirm} is not between {_LEAST_SECONDS} and {_MOST_SECONDS} seconds; 0 has it computed"
            )
        made.append(Wave(number, batch, seconds, wanted_confirm or confirm_within(len(batch), forks, seconds)))
    return made


def seconds_of(wave: Wave, forks: int) -> float:
    """Return about how long a wave takes when all of its hosts are changed: two windows, and the module runs in turns of ``forks``."""
    return 2 * wave.soak_seconds + _busy(len(wave.hosts), forks, _RUNS + 1, 1.0)


def lines(made: Sequence[Wave], forks: int) -> Iterator[str]:
    """Yield the plan for a person, one line for each wave."""
    total = sum(len(wave.hosts) for wave in made)
    yield f"{total} hosts in {len(made)} waves, {duration(sum(seconds_of(wave, forks) for wave in made))} or so when every host is changed"
    for wave in made:
        shown = printable.line(", ".join(wave.hosts[:_SHOWN_HOSTS]))
        more = len(wave.hosts) - _SHOWN_HOSTS
        yield (
            f"  wave {wave.number}/{len(made)}: {len(wave.hosts)} host{'s' * (len(wave.hosts) > 1)}, soak {wave.soak_seconds:g} s, "
            f"confirm within {wave.confirm_within} s: {shown}{f' and {more} more' if more > 0 else ''}"
        )


def duration(seconds: float) -> str:
    """Return a length of time for a person: 45 s, 12 min, 3 h 05 min."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
