# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, journal

RECORD = journal.Record(
    42, "2026-11-24T19:05:15Z", "boot-1", 4026531840, False, u"change 4711 \u2192 tcp", "/etc/sysctl.d/90-x.conf", {"within": 60, "deadline": 1234.5},
    [journal.KeyChange("net.ipv4.tcp_sack", "1", "0"), journal.KeyChange("net.ipv4.ip_local_reserved_ports", "", "8080")],
    [journal.FileChange("/etc/sysctl.d/90-x.conf", None, b"net.ipv4.tcp_sack = 0\n"), journal.FileChange("/etc/sysctl.conf", b"\xff\xfe\r\n\x00", b"")])


def test_what_is_written_is_read_back():
    assert journal.decode(journal.encode(RECORD), "x") == RECORD


def test_text_stays_readable_and_bytes_are_kept():
    content = json.loads(journal.encode(RECORD).decode("ascii"))
    assert content["files"][0]["after"] == {"text": "net.ipv4.tcp_sack = 0\n"}
    assert content["files"][0]["before"] is None
    assert sorted(content["files"][1]["before"]) == ["base64"]
    assert content["schema_version"] == journal.SCHEMA_VERSION


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"7", b"{}", b'{"schema_version": 1}', b"\xff", b'{"schema_version": 1, "keys": 3, "files": []}'])
def test_anything_else_is_refused_with_its_name(data):
    with pytest.raises(errors.ParseError) as caught:
        journal.decode(data, "/j/00000042-open.json")
    assert caught.value.message.startswith("/j/00000042-open.json: ")
    assert "move it away" in caught.value.message


def test_a_newer_schema_is_told_apart():
    data = journal.encode(RECORD).replace(b'"schema_version": 1', b'"schema_version": 9')
    with pytest.raises(errors.ParseError) as caught:
        journal.decode(data, "j")
    assert caught.value.message == "j: has schema version 9, this release reads version 1; use the release that wrote it"


@pytest.mark.parametrize("entry", [(1, "open"), (42, "unconfirmed"), (99999999, "applied"), (1234567890, "restored")])
def test_names_say_number_and_status(entry):
    name = journal.file_name(journal.Entry(*entry))
    assert journal.parse_name(name) == entry
    assert journal.companion_of(name) is None


@pytest.mark.parametrize("name", ["lock", "00000001.json", "00000001-gone.json", "1-open.json", ".00000001-open.json.tmp", "00000001-watchdog.pyz"])
def test_other_names_are_no_journals(name):
    assert journal.parse_name(name) is None


@pytest.mark.parametrize("name, number", [
    ("00000007-watchdog.pyz", 7), ("00000007-watchdog.lock", 7), (".00000007-open.json.tmp", 0), ("lock", None), ("notes.tmp", None)])
def test_companions(name, number):
    assert journal.companion_of(name) == number


def test_only_closed_journals_are_outdated():
    entries = [journal.Entry(number, status) for number, status in enumerate(["open", "applied", "unconfirmed", "restored", "applied", "applied"], 1)]
    assert journal.outdated(entries, 2) == [(4, "restored"), (2, "applied")]
    assert journal.outdated(entries, 0) == [(5, "applied"), (4, "restored"), (2, "applied")]
    assert journal.outdated(entries, 6) == []
