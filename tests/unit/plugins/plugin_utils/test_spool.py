# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The spool: names of files for any host, records of hosts that failed, what a reader makes of broken files."""

from __future__ import annotations

import datetime
import json
import os
import stat

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import spool

HOSTILE = [
    "", ".", "..", "...", "-", "-rf", "a", "A", "a.json", ".hidden", "a/b", "/etc/passwd", "../../etc/passwd", "a\0b", "%", "%41", "%%", "~", "a~b", "a\nb",
    "ä", "\u202eevil", "=cmd|'/c'!A1", "CON", "con", "web 1", "web\t1", "\udc80", "\ud83d\ude00", "😀", "x" * 180, "x" * 181, "x" * 300, "x" * 300 + "y",
    "X" * 70, "é" * 100, "é" * 101, "a\\b", "a:b", "a*b", "[::1]", "host;rm -rf", "<script>", '"', "'",
]  # fmt: skip


def test_every_host_has_a_file_of_its_own_that_means_nothing_to_the_file_system():
    names = [spool.file_name(host) for host in HOSTILE]
    assert len({name.casefold() for name in names}) == len(set(HOSTILE))
    for name in names:
        assert len(name) <= 200
        assert name.isascii() and name.isprintable()
        assert not set(name) & set("/\\\0 :*?\"<>|;'") and name[0] not in ".-" and name == name.lower()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("web1.example.net", "web1.example.net.json"),
        ("Web", "%57eb.json"),
        ("", "%.json"),
        ("..", "%2e..json"),
        ("a/b", "a%2fb.json"),
        ("ä", "%c3%a4.json"),
    ],
)
def test_file_names_are_as_documented(host, name):
    assert spool.file_name(host) == name


def test_every_host_is_found_again_by_its_name(tmp_path):
    for host in HOSTILE:
        spool.write(tmp_path, spool.error_record(host, "failed", "x", "2026-11-29T05:00:00Z"))
    found = [entry.host for entry in spool.entries([tmp_path])]
    assert found == sorted(spool.shown(host) for host in HOSTILE)
    assert [entry.host for entry in spool.entries([tmp_path], HOSTILE)] == found
    assert spool.strangers([tmp_path], HOSTILE[:3]) == len(HOSTILE) - 3


def test_a_file_is_its_owners_alone_and_nothing_is_left_beside_it(tmp_path):
    path = spool.write(tmp_path / "new", spool.error_record("web1", "unreachable", "no\nroute", "2026-11-29T05:00:00Z"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["web1.json"]
    assert spool.read(path) == {
        "schema_version": 1, "host": "web1", "error": {"kind": "unreachable", "message": "no\\nroute"}, "time": "2026-11-29T05:00:00Z",
    }  # fmt: skip


def test_a_spool_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(errors.SourceUnavailable, match=r"spool: cannot write .*file/web1.json"):
        spool.write(tmp_path / "file", spool.error_record("web1", "failed", "x", "2026-11-29T05:00:00Z"))


def test_messages_of_any_length_are_cut():
    assert len(spool.error_record("h", "failed", "x" * 100_000, "t")["error"]["message"]) < 2100
    assert spool.error_record("h", "failed", "", "t")["error"]["message"] == "failed"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[]", "holds no JSON object"),
        (b"null", "holds no JSON object"),
        (b"{}", "has no host"),
        (b'{"host": 7}', "has no host"),
        (b'{"host": "web2"}', "whose file is web2.json"),
        (b'{"host": "web1", "n": NaN}', "NaN is no number"),
        (b'{"host": "web1", "n": Infinity}', "Infinity is no number"),
        (b'{"a":' * 100_000, "no JSON"),
        (b"\xff\xfe\xff", "no JSON"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path, content, said):
    path = tmp_path / "web1.json"
    path.write_bytes(content)
    with pytest.raises(spool.Broken, match=said):
        spool.read(path)


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo, lambda path: path.symlink_to("nowhere"), lambda path: None])
def test_what_is_no_file_is_broken_and_does_not_block(tmp_path, make):
    make(tmp_path / "web1.json")
    with pytest.raises(spool.Broken, match="is no file"):
        spool.read(tmp_path / "web1.json")


def test_text_that_nothing_can_hold_is_escaped(tmp_path):
    path = tmp_path / "web1.json"
    path.write_text('{"host": "web1", "\\ud800k": ["\\u0000", "\\ud83d\\ude00", {"x": "\\udc80"}]}', encoding="utf-8")
    assert spool.read(path) == {"host": "web1", "\\ud800k": ["\\u0000", "\U0001f600", {"x": "\\udc80"}]}


def test_spools_are_merged_by_host(tmp_path):
    for folder, hosts in (("a", "db1 web1"), ("b", "web1 app1")):
        for host in hosts.split():
            spool.write(tmp_path / folder, spool.error_record(host, "failed", folder, "2026-11-29T05:00:00Z"))
    (tmp_path / "a" / ".web9.json.x").write_text("{", encoding="utf-8")
    (tmp_path / "a" / "web1.jsonl").write_text("{}", encoding="utf-8")
    found = {entry.host: [path.parent.name for path in entry.paths] for entry in spool.entries([tmp_path / "a", tmp_path / "b"])}
    assert found == {"app1": ["b"], "db1": ["a"], "web1": ["a", "b"]}
    wanted = list(spool.entries([tmp_path / "a"], ["web1", "none"]))
    assert [(entry.host, len(entry.paths)) for entry in wanted] == [("none", 0), ("web1", 1)]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(errors.InvalidInput, match=r"spool: cannot read .*nowhere.*give the folder"):
        list(spool.entries([tmp_path / "nowhere"]))


def test_two_files_that_mean_one_host_are_one_entry(tmp_path):
    """A file that this version would not have written is called by its own name, and that may be the name of a host too."""
    spool.write(tmp_path, spool.error_record("A.json", "failed", "x", "2026-11-29T05:00:00Z"))
    (tmp_path / "A.json").write_text(json.dumps({"host": "A.json"}), encoding="utf-8")
    (entry,) = spool.entries([tmp_path])
    assert (entry.host, len(entry.paths)) == ("A.json", 2)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("2026-11-29T05:22:43Z", True),
        ("2026-11-29 05:22:43", False),
        ("2026-11-29T05:22:43Z\n", False),
        ("", False),
        # Digits that are no date: formats that count seconds would stop over them.
        ("2026-13-01T05:22:43Z", False),
        ("2026-02-30T05:22:43Z", False),
        ("0000-01-01T00:00:00Z", False),
    ],
)
def test_moments(text, holds):
    assert spool.is_moment(text) is holds


def test_a_moment_is_told_in_utc():
    zone = datetime.timezone(datetime.timedelta(hours=2))
    assert spool.moment(datetime.datetime(2026, 11, 29, 7, 22, 43, 999999, tzinfo=zone)) == "2026-11-29T05:22:43Z"
