# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody else could do to a drop-in, and what a rename would do to it."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import stat
import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, xattr

ACL = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in [
    (1, 6, 0xffffffff), (2, 6, 1234), (4, 4, 0xffffffff), (16, 6, 0xffffffff), (32, 4, 0xffffffff)])


class Lab(object):
    """A folder ``sysctl.d`` with a drop-in, and a file outside of it."""

    def __init__(self, root):
        self.root = os.path.realpath(root)
        self.folder, self.outside = os.path.join(self.root, "sysctl.d"), os.path.join(self.root, "outside")
        self.path, self.victim = os.path.join(self.folder, "a.conf"), os.path.join(self.outside, "victim")
        os.mkdir(self.folder)
        os.mkdir(self.outside)
        self.put(self.victim, b"theirs")

    def put(self, path, data):
        with open(path, "wb") as stream:
            stream.write(data)

    def get(self, path):
        with open(path, "rb") as stream:
            return stream.read()

    def refusal(self, call, path=None, **options):
        store = drop_in_file.DropInFile(path or self.path, **options)
        with pytest.raises(errors.InvalidInput) as caught:
            getattr(store, call)()
        return caught.value.message

    def write(self, path=None, **options):
        store = drop_in_file.DropInFile(path or self.path, **options)
        store.check()
        store.rehearse()
        store.replace(b"new")
        return store


@pytest.fixture
def lab(tmpdir):
    return Lab(str(tmpdir))


def test_a_link_is_refused_and_with_follow_its_target_is_written(lab):
    os.symlink(lab.victim, lab.path)
    assert "symbolic link; give" in lab.refusal("check") and "follow: true" in lab.refusal("check")
    store = lab.write(follow=True)
    assert (os.readlink(lab.path), lab.get(lab.victim), store.read()) == (lab.victim, b"new", b"new")
    assert (os.listdir(lab.folder), os.listdir(lab.outside)) == (["a.conf"], ["victim"])


def test_a_link_that_ends_nowhere_is_refused(lab):
    os.symlink(lab.victim + "-missing", lab.path)
    assert "ends nowhere" in lab.refusal("check", follow=True)
    assert "symbolic link" in lab.refusal("check")


@pytest.mark.parametrize("target", ["folder", "fifo", "circle"])
def test_a_followed_link_has_to_end_at_a_plain_file(lab, target):
    there = os.path.join(lab.outside, "there")
    {"folder": os.mkdir, "fifo": os.mkfifo, "circle": lambda path: os.symlink(lab.path, path)}[target](there)
    os.symlink(there, lab.path)
    assert {"folder": "is a directory", "fifo": "is a special file", "circle": "circle"}[target] in lab.refusal("check", follow=True)


def test_the_folder_may_be_a_link_only_when_asked(lab):
    link = os.path.join(lab.root, "link")
    os.symlink(lab.folder, link)
    path = os.path.join(link, "a.conf")
    for call in ("check", "rehearse"):
        assert "its folder is a symbolic link to %s" % lab.folder in lab.refusal(call, path)
    lab.write(path, follow=True)
    assert lab.get(lab.path) == b"new"


def test_links_further_up_belong_to_the_layout(lab):
    os.mkdir(os.path.join(lab.root, "usr"))
    os.rename(lab.folder, os.path.join(lab.root, "usr", "sysctl.d"))
    os.symlink("usr", os.path.join(lab.root, "lib"))
    lab.write(os.path.join(lab.root, "lib", "sysctl.d", "a.conf"))
    assert lab.get(os.path.join(lab.root, "usr", "sysctl.d", "a.conf")) == b"new"


def test_a_file_with_two_names_is_refused_before_it_is_split(lab):
    os.link(lab.victim, lab.path)
    drop_in_file.DropInFile(lab.path).check()
    message = lab.refusal("rehearse")
    assert "has 2 names (hard links)" in message and "cp -p" in message


def test_a_file_that_everybody_may_write_is_refused(lab):
    lab.put(lab.path, b"x")
    os.chmod(lab.path, 0o666)
    assert "everybody may write to it (mode 0666)" in lab.refusal("rehearse")


@pytest.mark.parametrize("call", ["check", "rehearse"])
def test_a_folder_that_everybody_may_write_is_refused(lab, call):
    os.chmod(lab.folder, 0o777)
    assert "sysctl.d (mode 0777); chmod o-w it" in lab.refusal(call)
    os.chmod(lab.folder, 0o755)
    os.chmod(lab.root, 0o777)
    assert "(mode 0777)" in lab.refusal(call)
    os.chmod(lab.root, 0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_of_somebody_else_is_refused_and_a_file_keeps_its_owner(lab):
    lab.put(lab.path, b"x")
    os.chown(lab.path, 1234, 4321)
    os.chmod(lab.path, 0o640)
    lab.write()
    about = os.stat(lab.path)
    assert (about.st_uid, about.st_gid, stat.S_IMODE(about.st_mode)) == (1234, 4321, 0o640)
    os.chown(lab.folder, 1234, -1)
    assert "belongs to uid 1234" in lab.refusal("check")


@pytest.mark.parametrize("path, word", [
    (u"/etc/sysctl.d/a\u202e.conf", "invisible"), ("/etc/sysctl.d/a\x1b.conf", "control"), ("/etc/sysctl.d/a\0.conf", "control"),
    (u"/etc/sysctl.d/\ud800.conf", "invisible"), ("/etc/sysctl.d/%s.conf" % ("x" * 237), "too long"), (u"/etc/sysctl.d/%s.conf" % (u"\xfc" * 120), "too long"),
])
@pytest.mark.parametrize("follow", [True, False])
def test_hostile_names_are_refused_in_plain_text(path, word, follow):
    with pytest.raises(errors.InvalidInput) as caught:
        drop_in_file.DropInFile(path, follow=follow).check()
    assert word in caught.value.message
    assert not [char for char in caught.value.message if ord(char) < 32 or char in u"\u202e\ud800"]


def test_the_longest_name_that_is_accepted_can_be_written(lab):
    lab.write(os.path.join(lab.folder, "x" * (drop_in_file._MAX_NAME - 5) + ".conf"))
    assert [len(name) for name in os.listdir(lab.folder)] == [drop_in_file._MAX_NAME]


def test_a_fifo_is_no_file_to_wait_for(lab):
    os.mkfifo(lab.path)
    with pytest.raises(errors.SourceUnavailable) as caught:
        drop_in_file.DropInFile(lab.path).read()
    assert "no plain file" in caught.value.message


def attributes(path, attribute):
    calls = xattr._calls()
    try:
        calls.set(path, *attribute)
    except (AttributeError, OSError) as reason:
        pytest.skip("no such attributes here: %s" % reason)
    return calls


def test_the_acl_of_a_file_survives(lab):
    lab.put(lab.path, b"x")
    calls = attributes(lab.path, (xattr.ACL, ACL))
    mode = os.stat(lab.path).st_mode
    lab.write()
    assert (calls.get(lab.path, xattr.ACL), os.stat(lab.path).st_mode) == (ACL, mode)


def test_the_folders_default_acl_gives_nobody_rights_to_an_old_file(lab):
    lab.put(lab.path, b"x")
    calls = attributes(lab.folder, ("system.posix_acl_default", ACL))
    lab.write()
    assert xattr.ACL not in calls.names(lab.path)


@pytest.mark.parametrize("existed, lost, asked", [(False, [], True), (True, [], False), (True, [xattr.LABEL], True)])
def test_a_label_comes_from_the_file_and_only_else_from_the_policy(lab, monkeypatch, existed, lost, asked):
    if existed:
        lab.put(lab.path, b"x")
    monkeypatch.setattr(xattr, "copy", lambda source, target: lost)
    seen = []
    lab.write(set_context=lambda temporary, path: seen.append(path))
    assert seen == ([lab.path] if asked else [])


@pytest.mark.parametrize("path", ["/etc/sysctl.d/a\0.conf", u"/etc/sysctl.d/\ud800\0.conf"])
def test_a_path_that_no_file_can_have_is_told_to_readers_too(path):
    with pytest.raises(errors.SourceUnavailable) as caught:
        drop_in_file.DropInFile(path).read()
    assert "no file can have that name" in caught.value.message and "\\x00" in caught.value.message


def test_a_refused_path_is_not_read(lab):
    os.symlink(lab.victim, lab.path)
    store = drop_in_file.DropInFile(lab.path)
    assert store.read() == b"theirs"
    with pytest.raises(errors.InvalidInput):
        store.check()
    assert store.read() is None
