# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, replace and remove one drop-in of sysctl.d or modules-load.d; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os
import stat
import tempfile

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors


class DropInFile(object):
    """Keep one drop-in file below ``root``. ``set_context(temporary, path)`` labels a new file before it gets its name (SELinux).

    ``like`` is a file whose owner, mode and attributes the drop-in takes instead of those of a new file.
    """

    # sysctl.d(5) and modules-load.d(5); these may be made when they are missing, any other folder is taken for a mistake.
    _STANDARD_FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d",
                         "/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d",
                         "/lib/modules-load.d")

    def __init__(self, path, set_context=None, root="/", like=None):
        self.path = path
        self._root = root.rstrip("/")
        self._file = self._root + path
        self._folder, self._name = os.path.split(self._file)
        self._like = self._root + like if like else None
        self._set_context = set_context

    def read(self):
        """Return the file's bytes, None when there is none. Raises SourceUnavailable when it cannot be read."""
        try:
            with io.open(self._file, "rb") as stream:
                return stream.read()
        except (IOError, OSError) as exc:
            if exc.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise errors.SourceUnavailable("%s: cannot be read: %s" % (self.path, exc.strerror))

    def check(self):
        """Raise InvalidInput when the path is none that a loader reads, or is not a plain file of its own."""
        if not os.path.isabs(self.path) or ".." in self.path.split("/"):
            raise self._refused("not an absolute path without ..; give one like /etc/sysctl.d/90-linuxnet-tcp.conf")
        if not self._name.endswith(".conf") or self._name.startswith("."):
            raise self._refused("no loader reads it; the name has to end in .conf and must not begin with a dot")
        if any(ord(char) < 32 for char in self.path):
            raise self._refused("holds a control character")
        kind = _kind(self._file)
        if kind not in ("file", None):
            raise self._refused("is a %s; give the path of a plain file, or of one to be made" % kind)
        if not os.path.isdir(self._folder) and os.path.dirname(self.path) not in self._STANDARD_FOLDERS:
            raise self._refused("the folder does not exist; make it first or use /etc/sysctl.d")

    def rehearse(self):
        """Raise OSError when the folder, or the one that it will be made in, cannot be written."""
        folder = self._folder if os.path.isdir(self._folder) else os.path.dirname(self._folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            # access(2) is true to the file system (EROFS, immutable) but Python drops its errno.
            read_only = hasattr(os, "statvfs") and os.statvfs(folder).f_flag & 1
            number = errno.EROFS if read_only else errno.EACCES
            raise OSError(number, os.strerror(number), folder)

    def replace(self, data):
        """Give the file new bytes: readers and a crash find the old file or the new one, never a part.

        Owner, mode and extended attributes stay as they were; a new file is root's, 0644. Raises OSError.
        """
        made = self._make_folder()
        try:
            self._swap_in(data)
        except Exception:
            if made:
                _quietly(os.rmdir, self._folder)
            raise
        _sync_folder(self._folder)

    def remove(self):
        """Remove the file. Raises OSError."""
        os.unlink(self._file)
        _sync_folder(self._folder)

    def _swap_in(self, data):
        # Hidden and not ending in .conf: neither systemd-sysctl nor procps reads it, should a crash leave it behind.
        descriptor, temporary = tempfile.mkstemp(prefix=".%s." % self._name, suffix=".tmp", dir=self._folder)
        try:
            with io.open(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                self._dress(stream.fileno(), temporary)
                os.fsync(stream.fileno())
            os.rename(temporary, self._file)
        except Exception:
            _quietly(os.unlink, temporary)
            raise

    def _dress(self, descriptor, temporary):
        """Give the temporary file the owner, the attributes and the mode that the file has or shall have."""
        model = self._like or self._file
        try:
            old = os.lstat(model)
        except OSError:
            old = None
        if old is not None:
            os.fchown(descriptor, old.st_uid, old.st_gid)
            _copy_attributes(model, temporary)
        os.fchmod(descriptor, 0o644 if old is None else stat.S_IMODE(old.st_mode))
        if self._set_context is not None:
            self._set_context(temporary, self._file)

    def _make_folder(self):
        if os.path.isdir(self._folder):
            return False
        os.mkdir(self._folder)
        os.chmod(self._folder, 0o755)
        return True

    def _refused(self, problem):
        return errors.InvalidInput("%s: %s" % (self.path, problem))


def _kind(path):
    """Return file, directory, symbolic link, special file, or None when there is nothing."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    kinds = ((stat.S_ISREG, "file"), (stat.S_ISLNK, "symbolic link"), (stat.S_ISDIR, "directory"))
    return ([name for test, name in kinds if test(mode)] or ["special file"])[0]


def _copy_attributes(source, target):
    """Copy extended attributes, ACLs and the SELinux label among them; Python 2.7 cannot."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(source)
    except OSError as exc:
        if exc.errno == errno.ENOTSUP:
            return
        raise
    for name in names:
        try:
            os.setxattr(target, name, os.getxattr(source, name))
        except OSError:
            # Security modules may keep theirs to themselves; the SELinux label is set_context's matter.
            if not name.startswith("security."):
                raise


def _sync_folder(folder):
    """Make the new directory entry last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quietly(call, path):
    try:
        call(path)
    except OSError:
        pass
