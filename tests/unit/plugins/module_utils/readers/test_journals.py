# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open journals of this life of this namespace are told; those of others, and what is settled, are not."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, journal
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import journals

TIME = "2026-11-24T19:05:15Z"


def record(number, **changes):
    fields = {
        "number": number, "time": TIME, "boot_id": "boot", "netns": 1, "visited": False, "comment": None, "path": "/etc/sysctl.d/90-x.conf",
        "confirm": None, "keys": [], "files": [],
    }
    return journal.Record(**dict(fields, **changes))


class Folder(object):
    def __init__(self, *pairs):
        self.files = dict((journal.file_name(journal.Entry(row.number, status)), journal.encode(row)) for status, row in pairs)

    def names(self):
        return sorted(self.files)

    def read(self, name):
        if name not in self.files:
            raise errors.SourceUnavailable("%s: gone" % name)
        return self.files[name]

    def full(self, name):
        return "/folder/" + name


class Lock(object):
    def __init__(self, held=False):
        self._held = held

    def held(self):
        return self._held


class Watchdogs(object):
    def __init__(self, *alive):
        self._alive = alive

    def alive(self, number):
        return number in self._alive


class Machine(object):
    def __init__(self, boot_id="boot", netns=1):
        self._boot_id, self._netns = boot_id, netns

    def boot_id(self):
        return self._boot_id

    def netns(self):
        return self._netns

    def uptime(self):
        return 100.5


def read(folder, lock=None, watchdogs=None, machine=None):
    return journals.read_journals(folder, lock or Lock(), watchdogs or Watchdogs(), machine or Machine())


def test_only_open_and_unconfirmed_ones_latest_first():
    folder = Folder(("open", record(1)), ("applied", record(2)), ("restored", record(3)), ("unconfirmed", record(4, comment="why")))
    assert read(folder) == ([
        {"id": 4, "status": "unconfirmed", "time": TIME, "attended": False, "comment": "why"},
        {"id": 1, "status": "open", "time": TIME, "attended": False}], [])


def test_a_living_watchdog_attends_and_tells_the_time_left():
    folder = Folder(("unconfirmed", record(1, confirm={"within": 60, "deadline": 130.0})))
    (row,), warnings = read(folder, watchdogs=Watchdogs(1))
    assert (row["attended"], row["seconds_left"], warnings) == (True, 29, [])


def test_a_held_lock_is_a_run_at_work():
    (row,), _warnings = read(Folder(("open", record(1))), lock=Lock(True))
    assert row["attended"]


@pytest.mark.parametrize("row, machine, told", [
    (record(1), Machine(netns=2), False),
    (record(1), Machine(boot_id="next", netns=2), True),
    (record(1, visited=True), Machine(boot_id="next"), False),
    (record(1, visited=True, netns=2), Machine(), False),
])
def test_whose_journals_are_told(row, machine, told):
    assert len(read(Folder(("open", row)), machine=machine)[0]) == told


def test_an_unreadable_folder_is_no_empty_folder():
    class Closed(Folder):
        def names(self):
            raise errors.SourceUnavailable("closed")

    assert read(Closed()) == (None, [])


def test_a_journal_that_is_none_is_a_warning_and_hides_no_other():
    folder = Folder(("open", record(1)))
    folder.files["00000002-open.json"] = b"{"
    rows, warnings = read(folder)
    assert [row["id"] for row in rows] == [1]
    assert len(warnings) == 1 and "00000002-open.json" in warnings[0]


def test_a_journal_that_changes_its_name_meanwhile_is_passed_over():
    folder = Folder(("open", record(1)))
    names = folder.names()
    folder.names = lambda: names + ["00000002-unconfirmed.json"]
    assert [row["id"] for row in read(folder)[0]] == [1]
