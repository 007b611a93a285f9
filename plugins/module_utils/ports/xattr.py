# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give one file the extended attributes of another, ACLs and the SELinux label among them (xattr(7)); Python 2.7 included."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
from collections import namedtuple

LABEL, ACL = "security.selinux", "system.posix_acl_access"

# These speak of the bytes or the inode that they were made for, and would be wrong on any other.
_OF_THE_CONTENT = frozenset(["security.ima", "security.evm", "security.capability"])
_NO_SUCH_THING = (errno.ENOTSUP, errno.ENODATA, errno.ENOSYS)
_MAX_BYTES = 64 * 1024

Calls = namedtuple("Calls", "names get set remove")


def copy(source, target, calls=None):
    """Copy the attributes of ``source`` to ``target`` (paths, no links) and return the names of those that could not be.

    An access ACL that ``source`` lacks is taken from ``target``, which may have got it from the folder's default. Only attributes
    of security modules may be left out; raises OSError for any other that cannot be copied.
    """
    calls = calls or _calls()
    if calls is None:
        return [LABEL]
    wanted = [name for name in _names(calls, source) if name not in _OF_THE_CONTENT]
    if ACL not in wanted and ACL in _names(calls, target):
        calls.remove(target, ACL)
    return [name for name in wanted if not _copied(calls, source, target, name)]


def _names(calls, path):
    try:
        return calls.names(path)
    except OSError as exc:
        if exc.errno not in _NO_SUCH_THING:
            raise
        return []


def _copied(calls, source, target, name):
    try:
        calls.set(target, name, calls.get(source, name))
    except OSError:
        if not name.startswith("security."):
            raise
        return False
    return True


def _calls():
    """Return the calls of Python 3, else those of the C library, None where neither can be called."""
    if hasattr(os, "listxattr"):
        return Calls(os.listxattr, os.getxattr, os.setxattr, os.removexattr)
    return libc_calls()


def libc_calls():
    """Return the Calls through ctypes, None where this Python cannot have them."""
    try:
        # Only here: on hosts that forbid writable and executable memory (SELinux) old Pythons fail to import it at all.
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        functions = [getattr(libc, name) for name in ("listxattr", "getxattr", "setxattr", "removexattr")]
    except (ImportError, AttributeError, MemoryError, OSError):
        return None
    return Calls(*_wrapped(ctypes, functions))


def _wrapped(ctypes, functions):
    listing, getting, setting, removing = functions
    sizes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    listing.argtypes, getting.argtypes, setting.argtypes, removing.argtypes = [sizes[0], sizes[2], sizes[3]], sizes[:4], sizes, sizes[:2]
    listing.restype = getting.restype = ctypes.c_ssize_t

    def checked(result, path):
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), path)
        return result

    def filled(call, path, *arguments):
        buffer = ctypes.create_string_buffer(_MAX_BYTES)
        size = checked(call(*(arguments + (buffer, _MAX_BYTES))), path)
        return buffer.raw[:size]

    def names(path):
        return [name.decode("utf-8") for name in filled(listing, path, _bytes(path)).split(b"\0") if name]

    def get(path, name):
        return filled(getting, path, _bytes(path), _bytes(name))

    def set_(path, name, value):
        checked(setting(_bytes(path), _bytes(name), value, len(value), 0), path)

    def remove(path, name):
        checked(removing(_bytes(path), _bytes(name)), path)

    return names, get, set_, remove


def _bytes(text):
    if isinstance(text, bytes):
        return text
    return os.fsencode(text) if hasattr(os, "fsencode") else text.encode("utf-8")
