# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import struct

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import xattr

# linux/posix_acl_xattr.h: version 2; user::rw-, user:1234:rw-, group::r--, mask::rw-, other::r--
ACL = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in [
    (1, 6, 0xffffffff), (2, 6, 1234), (4, 4, 0xffffffff), (16, 6, 0xffffffff), (32, 4, 0xffffffff)])
CALLS = [calls for calls in (xattr.libc_calls(), xattr._calls()) if calls]


@pytest.fixture
def pair(tmpdir):
    paths = [str(tmpdir.join(name)) for name in ("model", "copy")]
    for path in paths:
        open(path, "w").close()
    try:
        CALLS[0].set(paths[0], "user.note", b"kept\0bytes")
    except (IndexError, OSError) as reason:
        pytest.skip("no extended attributes here: %s" % reason)
    return paths


@pytest.mark.parametrize("calls", CALLS)
def test_attributes_and_acl_are_copied(pair, calls):
    calls.set(pair[0], xattr.ACL, ACL)
    assert xattr.copy(pair[0], pair[1], calls) == []
    assert calls.get(pair[1], "user.note") == b"kept\0bytes"
    assert calls.get(pair[1], xattr.ACL) == ACL
    assert sorted(calls.names(pair[1])) == sorted(calls.names(pair[0]))


@pytest.mark.parametrize("calls", CALLS)
def test_an_acl_that_the_model_lacks_does_not_stay(pair, calls):
    calls.set(pair[1], xattr.ACL, ACL)
    xattr.copy(pair[0], pair[1], calls)
    assert xattr.ACL not in calls.names(pair[1])


@pytest.mark.parametrize("calls", CALLS)
def test_errors_carry_their_errno(pair, calls):
    with pytest.raises(OSError) as caught:
        calls.get(pair[1], "user.none")
    assert caught.value.errno == errno.ENODATA
    with pytest.raises(OSError) as caught:
        calls.names(pair[1] + "-missing")
    assert caught.value.errno == errno.ENOENT


def fake(names, refused=(), number=errno.EPERM):
    done = {}

    def set_(path, name, value):
        if name in refused:
            raise OSError(number, os.strerror(number))
        done[name] = value

    return xattr.Calls(lambda path: names, lambda path, name: b"v", set_, None), done


def test_what_speaks_of_the_old_bytes_is_not_copied():
    calls, done = fake(["security.ima", "security.evm", "security.capability", "user.a"])
    assert xattr.copy("x", "y", calls) == []
    assert sorted(done) == ["user.a"]


def test_a_label_that_cannot_be_set_is_told_and_another_attribute_is_an_error():
    calls, done = fake([xattr.LABEL, "user.a"], [xattr.LABEL])
    assert xattr.copy("x", "y", calls) == [xattr.LABEL]
    assert sorted(done) == ["user.a"]
    with pytest.raises(OSError):
        xattr.copy("x", "y", fake(["user.a"], ["user.a"])[0])


def test_a_file_system_without_attributes_is_no_error():
    def names(path):
        raise OSError(errno.ENOTSUP, "not supported")

    assert xattr.copy("x", "y", xattr.Calls(names, None, None, None)) == []


def test_where_nothing_can_be_called_the_label_is_lost(monkeypatch):
    monkeypatch.setattr(xattr, "_calls", lambda: None)
    assert xattr.copy("x", "y") == [xattr.LABEL]
