# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know when nothing may be changed: freeze windows, once or every week, in a named time zone."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = {"from", "until", "days", "timezone", "reason"}
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Freeze:
    """One stretch of time in which nothing is changed, with why."""

    start: datetime.datetime
    end: datetime.datetime
    reason: str

    def __str__(self) -> str:
        """Return it for a person, in its own time zone."""
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} {self.start.tzname()}{why}"


def in_the_way(windows: Sequence[Any], now: datetime.datetime, seconds: float) -> Freeze | None:
    """Return the first freeze that holds at ``now`` (aware) or begins within so many seconds.

    A window is ``{from, until}`` with dates (2026-12-20T18:00), or with times of day (18:00) and, optionally, the ``days`` on which it begins;
    ``until`` is the next day when it is not later than ``from``. ``timezone`` is a name such as Europe/Berlin, UTC without it. Raises InvalidInput.
    """
    # Moments of one time zone compare by their wall clock, which jumps; in UTC they do not.
    now = now.astimezone(datetime.UTC)
    end = now + datetime.timedelta(seconds=seconds)
    held = [freeze for index, window in enumerate(windows) for freeze in _stretches(f"rollout_freeze[{index}]", window, now, end)]
    found = [freeze for freeze in held if freeze.start <= end and freeze.end > now]
    return min(found, key=lambda freeze: freeze.start, default=None)


def _stretches(where: str, window: Any, now: datetime.datetime, end: datetime.datetime) -> Iterator[Freeze]:
    if not isinstance(window, Mapping) or not {"from", "until"} <= set(window) or set(window) - _KEYS:
        raise errors.InvalidInput(f"{where}: no freeze window; give from and until, and if need be days, timezone and reason")
    zone, reason = _zone(where, window.get("timezone", "UTC")), str(window.get("reason", ""))
    # With seconds, YAML makes a date of it by itself.
    if "T" in str(window["from"]) or isinstance(window["from"], datetime.date):
        yield _once(where, window, zone, reason)
        return
    begins, ends = _time(f"{where}.from", window["from"]), _time(f"{where}.until", window["until"])
    days, today = _days(where, window.get("days", DAYS)), now.astimezone(zone).date()
    # A freeze of yesterday may go on, and one of the days to come may begin within a long wave.
    for day in (today + offset * _DAY for offset in range(-1, (end.astimezone(zone).date() - today).days + 1)):
        if DAYS[day.weekday()] in days:
            last = day if ends > begins else day + _DAY
            yield Freeze(datetime.datetime.combine(day, begins, zone), datetime.datetime.combine(last, ends, zone), reason)


def _once(where: str, window: Mapping[str, Any], zone: zoneinfo.ZoneInfo, reason: str) -> Freeze:
    if "days" in window:
        raise errors.InvalidInput(f"{where}: days go with times of day (18:00), not with dates; leave them out")
    start, end = (_moment(f"{where}.{name}", window[name], zone) for name in ("from", "until"))
    if end <= start:
        raise errors.InvalidInput(f"{where}: until {window['until']} is not later than from {window['from']}")
    return Freeze(start, end, reason)


def _zone(where: str, name: Any) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(str(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise errors.InvalidInput(
            f"{where}.timezone: {name} is not known on the controller; give a name such as Europe/Berlin, and install tzdata where it is missing"
        ) from error


def _moment(where: str, text: Any, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    try:
        found = datetime.datetime.fromisoformat(str(text))
    except ValueError as error:
        raise errors.InvalidInput(f'{where}: "{text}" is no date and time; give 2026-12-20T18:00') from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _time(where: str, text: Any) -> datetime.time:
    # YAML 1.1 makes 1080 of an unquoted 18:00.
    hint = "; quote it, YAML reads 18:00 as a number" if isinstance(text, int) else ""
    try:
        found = datetime.time.fromisoformat(str(text))
    except ValueError as error:
        raise errors.InvalidInput(f'{where}: "{text}" is no time of day; give "18:00"{hint}') from error
    if hint or found.tzinfo or len(str(text)) < 5:
        raise errors.InvalidInput(f'{where}: "{text}" is no time of day; give "18:00"{hint}')
    return found


def _days(where: str, given: Any) -> set[str]:
    names = [str(name).lower()[:3] for name in given] if isinstance(given, Sequence) and not isinstance(given, str) else []
    if not names or set(names) - set(DAYS):
        raise errors.InvalidInput(f"{where}.days: {given} are no days; give a list of {', '.join(DAYS)}")
    return set(names)
