# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import trusted_path

ROOT = os.geteuid() == 0


@pytest.fixture
def folder(tmpdir):
    path = os.path.realpath(str(tmpdir))
    os.mkdir(os.path.join(path, "real"))
    return path


def refusal(path):
    with pytest.raises(errors.InvalidInput) as caught:
        trusted_path.resolve(path)
    assert caught.value.message.startswith(path[:200])
    return caught.value.message


def test_links_are_followed_and_what_is_missing_is_kept(folder):
    os.symlink("real", os.path.join(folder, "relative"))
    os.symlink(os.path.join(folder, "relative", "..", "relative"), os.path.join(folder, "absolute"))
    wanted = os.path.join(folder, "real", "new", "a.conf")
    for name in ("real", "relative", "absolute", "./real/"):
        assert trusted_path.resolve(os.path.join(folder, name, "new", "a.conf")) == wanted
    assert trusted_path.resolve("/") == "/"


def test_a_circle_of_links_ends(folder):
    os.symlink("b", os.path.join(folder, "a"))
    os.symlink("a", os.path.join(folder, "b"))
    assert "circle" in refusal(os.path.join(folder, "a", "x.conf"))


@pytest.mark.parametrize("mode, sound", [(0o755, True), (0o775, True), (0o1777, True), (0o777, False), (0o757, False)])
def test_a_folder_in_which_everybody_may_rename_is_refused(folder, mode, sound):
    os.chmod(os.path.join(folder, "real"), mode)
    path = os.path.join(folder, "real", "sub", "a.conf")
    os.mkdir(os.path.dirname(path))
    if sound:
        assert trusted_path.resolve(path) == path
    else:
        assert "real (mode %04o); chmod o-w it" % mode in refusal(path)


def test_a_folder_behind_a_link_counts_too(folder):
    os.mkdir(os.path.join(folder, "open"))
    os.chmod(os.path.join(folder, "open"), 0o777)
    os.symlink("../open", os.path.join(folder, "real", "link"))
    assert "open (mode 0777)" in refusal(os.path.join(folder, "real", "link", "a.conf"))


@pytest.mark.skipif(not ROOT, reason="only root can give files away")
@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_folder_or_link_of_somebody_else_is_refused(folder, kind):
    path = os.path.join(folder, "theirs")
    os.mkdir(path) if kind == "folder" else os.symlink("real", path)
    os.lchown(path, 1234, -1)
    assert "theirs belongs to uid 1234" in refusal(os.path.join(path, "a.conf"))


@pytest.mark.skipif(not ROOT, reason="only root can give files away")
def test_a_file_of_somebody_else_is_refused_in_a_shared_folder_only(folder):
    path = os.path.join(folder, "real", "a.conf")
    open(path, "w").close()
    os.chown(path, 1234, -1)
    assert trusted_path.resolve(path) == path
    os.chmod(os.path.dirname(path), 0o1777)
    assert "a.conf belongs to uid 1234" in refusal(path)


def test_what_cannot_be_looked_at_is_refused(folder):
    assert "cannot be looked at" in refusal(os.path.join(folder, "x" * 300, "a.conf"))
