# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Freeze windows: over midnight, on some days, in summer and winter time, and what is none."""

from __future__ import annotations

import datetime

import pytest
import yaml

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_freeze

NIGHT = {"from": "22:00", "until": "06:00", "reason": "backups"}
BERLIN_NIGHT = {**NIGHT, "timezone": "Europe/Berlin"}
WEEKEND = {"from": "17:00", "until": "08:00", "days": ["fri", "sat", "sun"], "timezone": "Europe/Berlin"}
HOLIDAYS = {"from": "2026-12-20T18:00", "until": "2027-01-04T06:00", "timezone": "Europe/Berlin"}
# On 2026-03-29 Berlin's clocks go from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00.
GAP = {"from": "02:30", "until": "04:00", "timezone": "Europe/Berlin"}
LONG = {"from": "2026-10-24T12:00", "until": "2026-10-25T12:00", "timezone": "Europe/Berlin"}


def utc(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


# Window, now (UTC), seconds that the wave takes, does it stand in the way.
TABLE = [
    ("before it", NIGHT, "2026-11-27T21:59:59", 0, False),
    ("at its begin", NIGHT, "2026-11-27T22:00:00", 0, True),
    ("before midnight", NIGHT, "2026-11-27T23:30:00", 0, True),
    ("after midnight", NIGHT, "2026-11-28T01:00:00", 0, True),
    ("a second before its end", NIGHT, "2026-11-28T05:59:59", 0, True),
    ("at its end", NIGHT, "2026-11-28T06:00:00", 0, False),
    ("the wave would run into it", NIGHT, "2026-11-27T21:00:00", 3600, True),
    ("the wave ends just before it", NIGHT, "2026-11-27T21:00:00", 3599, False),
    ("a wave of two days", NIGHT, "2026-11-27T06:00:00", 2 * 86400, True),
    ("Berlin's winter is an hour ahead", BERLIN_NIGHT, "2026-11-27T21:00:00", 0, True),
    ("and not yet at", BERLIN_NIGHT, "2026-11-27T20:59:59", 0, False),
    ("Berlin's summer is two hours ahead", BERLIN_NIGHT, "2026-07-27T20:00:00", 0, True),
    ("and over at", BERLIN_NIGHT, "2026-07-27T04:00:00", 0, False),
    ("the night when clocks go forward ends an hour earlier", BERLIN_NIGHT, "2026-03-29T03:59:59", 0, True),
    ("and is over", BERLIN_NIGHT, "2026-03-29T04:00:00", 0, False),
    ("the night when clocks go back ends an hour later", BERLIN_NIGHT, "2026-10-25T04:59:59", 0, True),
    ("and is over as well", BERLIN_NIGHT, "2026-10-25T05:00:00", 0, False),
    ("a time that the clock leaves out", GAP, "2026-03-29T01:30:00", 0, True),
    ("until the one that it shows", GAP, "2026-03-29T02:00:00", 0, False),
    ("a day of 25 hours", LONG, "2026-10-25T10:59:59", 0, True),
    ("is over", LONG, "2026-10-25T11:00:00", 0, False),
    ("Thursday is no weekend", WEEKEND, "2026-11-26T18:00:00", 0, False),
    ("Friday evening is", WEEKEND, "2026-11-27T16:00:00", 0, True),
    ("Saturday morning belongs to Friday", WEEKEND, "2026-11-28T06:59:59", 0, True),
    ("Saturday noon is free", WEEKEND, "2026-11-28T11:00:00", 0, False),
    ("Monday morning belongs to Sunday", WEEKEND, "2026-11-30T06:59:59", 0, True),
    ("Monday is free", WEEKEND, "2026-11-30T07:00:00", 0, False),
    ("a wave from Thursday on into Friday", WEEKEND, "2026-11-26T18:00:00", 22 * 3600, True),
    ("a wave of two days that ends on the third", WEEKEND, "2026-11-24T23:30:00", 2 * 86400 + 59400, True),
    (
        "a wave of two days from just before midnight on",
        {"from": "00:05", "until": "01:00", "days": ["fri"]},
        "2026-11-24T23:50:00",
        2 * 86400 + 1200,
        True,
    ),
    ("the day before the holidays", HOLIDAYS, "2026-12-20T16:59:59", 0, False),
    ("within the holidays", HOLIDAYS, "2026-12-31T23:00:00", 0, True),
    ("holidays are over", HOLIDAYS, "2027-01-04T05:00:00", 0, False),
    ("a whole day", {"from": "00:00", "until": "00:00", "days": ["sat"]}, "2026-11-28T23:59:59", 0, True),
    ("and not the next", {"from": "00:00", "until": "00:00", "days": ["sat"]}, "2026-11-29T00:00:00", 0, False),
    ("an offset of its own", {"from": "2026-12-01T00:00+05:30", "until": "2026-12-02T00:00+05:30"}, "2026-11-30T18:30:00", 0, True),
    ("long names of days", {**NIGHT, "days": ["Friday"]}, "2026-11-27T22:00:00", 0, True),
]


@pytest.mark.parametrize(("window", "now", "seconds", "holds"), [case[1:] for case in TABLE], ids=[case[0] for case in TABLE])
def test_a_window_holds_exactly_from_its_begin_to_its_end(window, now, seconds, holds):
    assert (rollout_freeze.in_the_way([window], utc(now), seconds) is not None) is holds
    # Python compares moments of one time zone by their wall clock, which is another answer in two nights of the year.
    berlin = utc(now).astimezone(rollout_freeze.zoneinfo.ZoneInfo("Europe/Berlin"))
    assert (rollout_freeze.in_the_way([window], berlin, seconds) is not None) is holds


def test_the_first_of_several_is_named_with_its_time_zone_and_reason():
    found = rollout_freeze.in_the_way([HOLIDAYS, BERLIN_NIGHT], utc("2026-12-20T12:00:00"), 86400)
    assert str(found) == "2026-12-20 18:00 to 2027-01-04 06:00 CET"
    found = rollout_freeze.in_the_way([BERLIN_NIGHT, HOLIDAYS], utc("2026-12-19T20:59:00"), 86400)
    assert str(found) == "2026-12-19 22:00 to 2026-12-20 06:00 CET (backups)"


def test_without_windows_nothing_is_in_the_way():
    assert rollout_freeze.in_the_way([], utc("2026-12-20T12:00:00"), 86400) is None


@pytest.mark.parametrize(
    "text",
    [
        '{from: "2026-12-20T18:00", until: "2026-12-21T06:00"}',
        "{from: 2026-12-20T18:00, until: 2026-12-21T06:00}",
        "{from: 2026-12-20T18:00:00, until: 2026-12-21T06:00:00}",
        "{from: 2026-12-20T18:00:00Z, until: 2026-12-21T06:00:00Z}",
        "{from: 2026-12-20, until: 2026-12-21}",
    ],
)
def test_dates_are_taken_as_yaml_gives_them(text):
    assert rollout_freeze.in_the_way([yaml.safe_load(text)], utc("2026-12-20T20:00:00"), 0) is not None


BAD = [
    ("no mapping", "22:00", "no freeze window; give from and until"),
    ("no end", {"from": "22:00"}, "no freeze window; give from and until"),
    ("a key too many", {**NIGHT, "zone": "UTC"}, "no freeze window; give from and until"),
    (
        "an unquoted 18:00",
        yaml.safe_load("{from: 18:00, until: '20:00'}"),
        r'from: "1080" is no time of day; give "18:00"; quote it, YAML reads 18:00 as a',
    ),
    ("an unquoted end", yaml.safe_load("{from: '18:00', until: 20:00}"), r'until: "1200" is no time of day; give "18:00"; quote it'),
    ("an hour alone", {**NIGHT, "from": "22"}, r'from: "22" is no time of day; give "18:00"'),
    ("no such hour", {**NIGHT, "from": "25:00"}, r'from: "25:00" is no time of day'),
    ("an offset in a time of day", {**NIGHT, "from": "22:00+01:00"}, r'from: "22:00\+01:00" is no time of day'),
    ("a date until a time", {"from": "2026-12-20T18:00", "until": "06:00"}, r'until: "06:00" is no date and time; give 2026-12-20T18:00'),
    ("a time until a date", {"from": "18:00", "until": "2026-12-20T18:00"}, r'until: "2026-12-20T18:00" is no time of day'),
    ("no such date", {**HOLIDAYS, "from": "2026-02-30T18:00"}, r'from: "2026-02-30T18:00" is no date and time'),
    ("ends before it begins", {**HOLIDAYS, "until": "2026-12-20T17:00"}, "until 2026-12-20T17:00 is not later than from 2026-12-20T18:00"),
    ("days with dates", {**HOLIDAYS, "days": ["mon"]}, "days go with times of day"),
    ("no such day", {**NIGHT, "days": ["mon", "xyz"]}, "are no days; give a list of mon, tue, wed, thu, fri, sat, sun"),
    ("a day that is no list", {**NIGHT, "days": "mon"}, "are no days; give a list"),
    ("no days", {**NIGHT, "days": []}, "are no days; give a list"),
    (
        "no such zone",
        {**NIGHT, "timezone": "Europe/Atlantis"},
        "timezone: Europe/Atlantis is not known on the controller; give a name such as",
    ),
    ("a path for a zone", {**NIGHT, "timezone": "../../etc/passwd"}, "is not known on the controller"),
    ("a folder for a zone", {**NIGHT, "timezone": "Europe"}, "is not known on the controller"),
    ("no zone", {**NIGHT, "timezone": ""}, "is not known on the controller"),
]


@pytest.mark.parametrize(("window", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_is_no_window(window, message):
    with pytest.raises(errors.InvalidInput, match=rf"^rollout_freeze\[1\].*{message}"):
        rollout_freeze.in_the_way([NIGHT, window], utc("2026-12-20T12:00:00"), 0)
