# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receipts of a rollout: many writers at once, lines that were cut, folders and disks that refuse, and which rollout is the last."""

from __future__ import annotations

import datetime
import errno
import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_receipts as receipts_of

ID = "20261129T052243Z-3f9a1c"
NOW = datetime.datetime(2026, 11, 29, 6, 22, 43, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
LINE = {"run": 1, "wave": 1, "waves": 4, "host": "web1", "step": "confirm", "status": "confirmed", "journal": 12}
WRITERS, EACH = 20, 25


def keep_writing(folder, host, go):
    """Append lines as soon as everybody is ready, in a process of its own."""
    go.wait()
    mine = receipts_of.Receipts(folder, ID)
    for number in range(EACH):
        # Longer than a page, so that a write without a lock could be torn.
        mine.append({"host": host, "number": number, "message": host[-1] * 5000}, now=NOW)


@pytest.fixture
def receipts(tmp_path):
    made = receipts_of.Receipts(tmp_path / "rollouts", ID)
    made.make()
    return made


def hosts(receipts):
    return [line["host"] for line in receipts.read()]


def test_the_receipts_of_one_host_are_read_without_the_others(receipts, monkeypatch):
    hosts = ["web1", "web11", "web1", 'we"b', "wéb"]
    receipts.append(*({**LINE, "host": host, "message": "as web1 was"} for host in hosts), now=NOW)
    parsed, parse = [], receipts_of._parsed
    monkeypatch.setattr(receipts_of, "_parsed", lambda raw: parsed.append(raw) or parse(raw))
    for host, count in (("web1", 2), ("web11", 1), ('we"b', 1), ("wéb", 1), ("web", 0)):
        del parsed[:]
        assert [line["host"] for line in receipts.read(host)] == [host] * count
        assert len(parsed) == count


def test_a_receipt_is_what_its_schema_says(receipts):
    receipts.append(LINE, now=NOW)
    [line] = receipts.read()
    assert documents.problems(line, "receipt") == []
    assert {name: line[name] for name in LINE} == LINE
    assert (line["rollout"], line["time"], line["schema_version"]) == (ID, "2026-11-29T05:22:43Z", 1)
    assert line["id"].startswith(f"{ID}.")


def test_every_receipt_has_an_id_of_its_own(receipts):
    receipts.append(*[LINE] * 100, now=NOW)
    receipts.append(LINE, now=NOW)
    assert len({line["id"] for line in receipts.read()}) == 101


def test_only_their_owner_may_read_them(receipts):
    previous = os.umask(0)
    try:
        receipts.append(LINE, now=NOW)
    finally:
        os.umask(previous)
    assert stat.S_IMODE(receipts.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((receipts.folder / "receipts.jsonl").stat().st_mode) == 0o600


def test_lines_of_many_writers_stay_whole(receipts):
    forking = multiprocessing.get_context("fork")
    go = forking.Barrier(WRITERS)
    writers = [forking.Process(target=keep_writing, args=(receipts.folder.parent, f"host{number}", go)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=120)
        assert writer.exitcode == 0
    raw = (receipts.folder / "receipts.jsonl").read_bytes().splitlines()
    lines = [json.loads(line) for line in raw]
    assert sorted((line["host"], line["number"]) for line in lines) == sorted(
        (f"host{host}", number) for host in range(WRITERS) for number in range(EACH)
    )
    assert all(line["message"] == line["host"][-1] * 5000 for line in lines)
    # The order of one writer is kept.
    for host in range(WRITERS):
        assert [line["number"] for line in lines if line["host"] == f"host{host}"] == list(range(EACH))


@pytest.mark.parametrize("cut", [1, 2, 40, -3])
def test_a_line_that_was_cut_is_left_out_and_swallows_none(receipts, cut):
    path = receipts.folder / "receipts.jsonl"
    receipts.append({**LINE, "host": "first"}, {**LINE, "host": "cut"}, now=NOW)
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:cut])
    assert hosts(receipts) == ["first"]
    receipts.append({**LINE, "host": "next"}, now=NOW)
    assert hosts(receipts) == ["first", "next"]
    receipts.append({**LINE, "host": "last"}, now=NOW)
    assert hosts(receipts) == ["first", "next", "last"]


def test_a_line_that_lacks_its_newline_alone_waits_for_it(receipts):
    path = receipts.folder / "receipts.jsonl"
    receipts.append({**LINE, "host": "first"}, now=NOW)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert hosts(receipts) == []
    receipts.append({**LINE, "host": "next"}, now=NOW)
    assert hosts(receipts) == ["first", "next"]


@pytest.mark.parametrize("raw", [b"\n", b"[]\n", b"1\n", b"\xff\xfe\n", b"\0\0\0\n", b'{"a":\n', b"null\n"])
def test_lines_that_are_no_receipts_are_left_out(receipts, raw):
    path = receipts.folder / "receipts.jsonl"
    path.write_bytes(raw)
    receipts.append(LINE, now=NOW)
    assert hosts(receipts) == ["web1"]


def test_text_of_strangers_stays_on_its_line(receipts):
    hostile = "web\n1\r\u2028\ud83d\ude00\udc80\x1b[2J"
    receipts.append({**LINE, "host": hostile, "message": hostile}, now=NOW)
    receipts.append(LINE, now=NOW)
    assert len((receipts.folder / "receipts.jsonl").read_bytes().splitlines()) == 2
    first = next(iter(receipts.read()))
    assert first["host"].encode("utf-16", "surrogatepass") == hostile.encode("utf-16", "surrogatepass")


def refusal(call, *arguments, **options):
    with pytest.raises(errors.SourceUnavailable) as raised:
        call(*arguments, **options)
    return raised.value.message


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    message = refusal(receipts_of.Receipts(tmp_path / "file", ID).make)
    assert message.startswith(f"rollout_dir: cannot write {tmp_path}/file/{ID} on the controller: File exists; give a folder")


def test_a_folder_that_nobody_may_write():
    # /proc refuses root as well.
    message = refusal(receipts_of.Receipts(Path("/proc/self"), ID).make)
    assert "rollout_dir: cannot write /proc/self/" in message
    assert "nothing is changed without a receipt" in message


def test_a_folder_that_is_gone(receipts):
    receipts.folder.rmdir()
    message = refusal(receipts.append, LINE, now=NOW)
    assert "receipts.jsonl on the controller: No such file or directory" in message


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_disk_that_is_full_or_broken(receipts, monkeypatch, call, number):
    receipts.append(LINE, now=NOW)
    before = len(os.listdir("/proc/self/fd"))

    def refuse(*_arguments):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    message = refusal(receipts.append, LINE, now=NOW)
    assert f"receipts.jsonl on the controller: {os.strerror(number)}; give a folder that you may write" in message
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_disk_that_is_full_after_half_a_line(receipts, monkeypatch):
    receipts.append({**LINE, "host": "first"}, now=NOW)
    real, calls = os.write, []

    def half(descriptor, raw):
        calls.append(len(raw))
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, raw[:30])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        assert "No space left on device" in refusal(receipts.append, {**LINE, "host": "cut"}, now=NOW)
    assert hosts(receipts) == ["first"]
    receipts.append({**LINE, "host": "next"}, now=NOW)
    assert hosts(receipts) == ["first", "next"]


def test_a_write_that_takes_only_a_part_goes_on(receipts, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, raw: real(descriptor, raw[:7]))
    receipts.append(LINE, {**LINE, "host": "web2"}, now=NOW)
    assert hosts(receipts) == ["web1", "web2"]


def test_a_receipt_is_synced_before_the_call_ends(receipts, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(os.fstat(descriptor).st_size), real(descriptor)))
    receipts.append(LINE, now=NOW)
    assert synced == [(receipts.folder / "receipts.jsonl").stat().st_size]


def test_the_last_rollout_is_the_newest_with_receipts(tmp_path):
    folder = tmp_path / "rollouts"
    for rollout in ("20261129T052243Z-3f9a1c", "20261130T000000Z-000000", "20251231T235959Z-ffffff"):
        made = receipts_of.Receipts(folder, rollout)
        made.make()
        made.append(LINE, now=NOW)
    # Later, and yet none: no receipts, no id, no folder.
    receipts_of.Receipts(folder, "20261201T000000Z-000000").make()
    (folder / "zzz").mkdir()
    (folder / "20261202T000000Z-000000").write_text("")
    assert receipts_of.find(folder, "last") == "20261130T000000Z-000000"
    assert receipts_of.find(folder, ID) == ID


def test_there_is_no_last_rollout(tmp_path):
    with pytest.raises(errors.InvalidInput, match="holds no rollout; give the rollout_dir of the one that you mean"):
        receipts_of.find(tmp_path, "last")
    with pytest.raises(errors.InvalidInput, match="none cannot be read: No such file or directory; give the rollout's id"):
        receipts_of.find(tmp_path / "none", "last")


def test_receipts_that_are_not_there(receipts):
    with pytest.raises(
        errors.InvalidInput, match=r"receipts.jsonl cannot be read: No such file or directory; give the rollout's id and the"
    ):
        list(receipts.read())


@pytest.mark.parametrize(
    "name", ["", "last", "..", "../x", "20261129T052243Z", f"{ID}/..", f"{ID}\n", f" {ID}", ID.upper(), f"{ID}.0badcafe"]
)
def test_what_is_no_id_never_becomes_a_path(tmp_path, name):
    with pytest.raises(errors.InvalidInput, match="is no id of a rollout; give one as 20261129T052243Z-3f9a1c"):
        receipts_of.Receipts(tmp_path, name)


def test_a_new_id_sorts_by_time_and_is_in_utc(tmp_path):
    made = receipts_of.new_id(NOW)
    assert made.startswith("20261129T052243Z-")
    assert receipts_of.Receipts(tmp_path, made).rollout == made
    assert len({receipts_of.new_id(NOW) for _number in range(50)}) == 50
    assert made < receipts_of.new_id(NOW + datetime.timedelta(seconds=1))


def test_the_rollout_of_a_receipt():
    assert receipts_of.of_rollout(f"{ID}.0badcafe") == receipts_of.of_rollout(ID) == ID
