# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import stat

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file


@pytest.fixture
def folder(tmpdir):
    return str(tmpdir)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_new_file_is_readable_by_all_whatever_the_umask(folder):
    store = drop_in_file.DropInFile(os.path.join(folder, "a.conf"))
    assert store.read() is None
    umask = os.umask(0o077)
    try:
        store.replace(b"x = 1\n")
    finally:
        os.umask(umask)
    assert (store.read(), mode(store.path), os.listdir(folder)) == (b"x = 1\n", 0o644, ["a.conf"])


def test_an_old_file_keeps_its_mode_and_a_reader_its_bytes(folder):
    store = drop_in_file.DropInFile(os.path.join(folder, "a.conf"))
    store.replace(b"old")
    os.chmod(store.path, 0o600)
    with open(store.path, "rb") as reader:
        store.replace(b"new")
        assert reader.read() == b"old"
    assert (store.read(), mode(store.path)) == (b"new", 0o600)


def test_extended_attributes_are_kept(folder):
    store = drop_in_file.DropInFile(os.path.join(folder, "a.conf"))
    store.replace(b"old")
    try:
        os.setxattr(store.path, "user.note", b"kept")
    except (AttributeError, OSError) as reason:
        pytest.skip("no extended attributes here: %s" % reason)
    store.replace(b"new")
    assert os.getxattr(store.path, "user.note") == b"kept"


def test_a_label_is_given_before_the_file_has_its_name(folder):
    seen = []

    def set_context(temporary, path):
        seen.append((os.path.basename(temporary), path, os.path.exists(path)))

    store = drop_in_file.DropInFile(os.path.join(folder, "a.conf"), set_context)
    store.replace(b"x")
    (temporary, path, existed), = seen
    assert (path, existed) == (store.path, False)
    assert temporary.startswith(".a.conf.") and not temporary.endswith(".conf")


@pytest.mark.parametrize("call", ["attributes", "fsync", "rename"])
def test_a_failure_on_the_way_leaves_the_old_file_and_nothing_else(folder, monkeypatch, call):
    store = drop_in_file.DropInFile(os.path.join(folder, "a.conf"))
    store.replace(b"old")

    def fail(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "attributes":
        monkeypatch.setattr(store, "_dress", fail)
    else:
        monkeypatch.setattr(drop_in_file.os, call, fail)
    with pytest.raises(OSError):
        store.replace(b"new")
    assert (store.read(), os.listdir(folder)) == (b"old", ["a.conf"])


def test_only_a_standard_folder_is_made_and_taken_away_again(folder, monkeypatch):
    made = os.path.join(folder, "sysctl.d")
    store = drop_in_file.DropInFile(os.path.join(made, "a.conf"))
    with pytest.raises(errors.InvalidInput):
        store.check()
    monkeypatch.setattr(drop_in_file.DropInFile, "_STANDARD_FOLDERS", (made,))
    store.check()
    store.rehearse()

    def fail(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_dress", fail)
        with pytest.raises(OSError):
            store.replace(b"x")
    assert os.listdir(folder) == []
    store.replace(b"x")
    assert mode(made) == 0o755
    store.remove()
    assert (store.read(), os.listdir(made)) == (None, [])


@pytest.mark.parametrize("kind", ["directory", "symbolic link", "special file"])
def test_what_is_not_a_plain_file_is_refused(folder, kind):
    path = os.path.join(folder, "a.conf")
    {"directory": os.mkdir, "special file": os.mkfifo, "symbolic link": lambda name: os.symlink("/dev/null", name)}[kind](path)
    with pytest.raises(errors.InvalidInput) as caught:
        drop_in_file.DropInFile(path).check()
    assert "is a %s" % kind in caught.value.message


@pytest.mark.parametrize("path", ["a.conf", "/etc/sysctl.d/a", "/etc/sysctl.d/.a.conf", "/etc/../a.conf", "/etc/sysctl.d/a\n.conf", "/etc/sysctl.d/", ""])
def test_paths_that_no_loader_reads_are_refused(path):
    with pytest.raises(errors.InvalidInput):
        drop_in_file.DropInFile(path).check()


def test_the_default_path_is_accepted():
    drop_in_file.DropInFile("/etc/sysctl.d/89-linuxnet-test-of-a-name.conf").check()


def test_a_folder_without_write_permission_is_found(monkeypatch, folder):
    monkeypatch.setattr(drop_in_file.os, "access", lambda _path, _mode: False)
    with pytest.raises(OSError) as caught:
        drop_in_file.DropInFile(os.path.join(folder, "a.conf")).rehearse()
    assert caught.value.errno == errno.EACCES


def test_an_unreadable_file_is_not_taken_for_a_missing_one(folder):
    path = os.path.join(folder, "a.conf")
    os.mkdir(path)
    with pytest.raises(errors.SourceUnavailable):
        drop_in_file.DropInFile(path).read()


def test_below_a_root_and_like_another_file(folder):
    model = os.path.join(folder, "model")
    drop_in_file.DropInFile(model).replace(b"x")
    os.chmod(model, 0o600)
    store = drop_in_file.DropInFile("/copy", root=folder, like="/model")
    store.replace(b"y")
    assert (store.path, store.read()) == ("/copy", b"y")
    assert os.stat(os.path.join(folder, "copy")).st_mode & 0o777 == 0o600
    os.chmod(model, 0o640)
    store.replace(b"z")
    assert os.stat(os.path.join(folder, "copy")).st_mode & 0o777 == 0o640
