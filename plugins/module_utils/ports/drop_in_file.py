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
import time

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import durable, leftovers, trusted_path

# NAME_MAX less what the name of a temporary file adds to that of the file.
_MAX_NAME = 255 - len("..12345678.tmp")


class DropInFile(object):
    """Keep one drop-in file below ``root``. ``set_context(temporary, path)`` labels a new file before it gets its name (SELinux).

    ``like`` is a file whose owner, mode and attributes the drop-in takes instead of those of a new file. With ``follow``, check()
    follows links, and what they end at is read and written from then on; without, links are refused.
    """

    # sysctl.d(5) and modules-load.d(5); these may be made when they are missing, any other folder is taken for a mistake.
    _STANDARD_FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d",
                         "/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d",
                         "/lib/modules-load.d")

    def __init__(self, path, set_context=None, root="/", like=None, follow=False, clock=time.time):
        self.path = path
        self._root = root.rstrip("/")
        self._file = self._root + path
        self._folder, self._name = os.path.split(self._file)
        self._like = self._root + like if like else None
        self._set_context, self._follow, self._started = set_context, follow, clock()
        self._is_refused = False

    def place(self):
        """Return the path of the file that is read and written; after check() with ``follow``, where the links end."""
        return self._file[len(self._root):]

    def read(self):
        """Return the file's bytes, None when there is none, or when check() refused the path: what lies there may be a trap.

        Raises SourceUnavailable when it cannot be read or is no plain file.
        """
        if self._is_refused:
            return None
        try:
            # Without O_NONBLOCK the opening of a FIFO would wait for a writer for ever.
            with io.open(os.open(self._file, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
                if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    return stream.read()
        except (IOError, OSError) as exc:
            if exc.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise errors.SourceUnavailable("%s: cannot be read: %s" % (self.path, exc.strerror))
        except (TypeError, ValueError):
            # A NUL in it, or a character that no file name can have; TypeError in Python 2.
            raise errors.SourceUnavailable("%s: cannot be read: no file can have that name" % self.path)
        raise errors.SourceUnavailable("%s: cannot be read: it is no plain file" % self.path)

    def check(self):
        """Raise InvalidInput when the path is none that a loader reads, is no plain file of its own, or could be exchanged by others."""
        self._is_refused = True
        self._check_spelling()
        linked = os.path.islink(self._file)
        if self._follow:
            self._file = trusted_path.resolve(self._file, self.path)
            self._folder, self._name = os.path.split(self._file)
        kind = _kind(self._file)
        if kind not in ("file", None):
            advice = ", or set follow: true" if kind == "symbolic link" else ""
            raise self._refused("is a %s; give the path of a plain file, or of one to be made%s" % (kind, advice))
        if linked and kind is None:
            raise self._refused("is a symbolic link that ends nowhere; make the file, or remove the link")
        if not os.path.isdir(self._folder) and os.path.dirname(self.path) not in self._STANDARD_FOLDERS:
            raise self._refused("the folder does not exist; make it first or use /etc/sysctl.d")
        self._check_place()
        self._is_refused = False

    def _check_spelling(self):
        if not printable.is_line(self.path):
            raise self._refused("holds a control or an invisible character; write it in plain text")
        if not os.path.isabs(self.path) or ".." in self.path.split("/"):
            raise self._refused("not an absolute path without ..; give one like /etc/sysctl.d/90-linuxnet-tcp.conf")
        if not self._name.endswith(".conf") or self._name.startswith("."):
            raise self._refused("no loader reads it; the name has to end in .conf and must not begin with a dot")
        if len(self._name.encode("utf-8") if isinstance(self._name, type(u"")) else self._name) > _MAX_NAME:
            raise self._refused("the name is too long; give one of at most %d bytes" % _MAX_NAME)

    def _check_place(self):
        if os.path.islink(self._folder):
            # Links further up belong to the layout of a distribution (/lib, /var/run); this one moves the drop-in itself.
            raise self._refused("its folder is a symbolic link to %s; give the path without the link, or set follow: true" % (
                os.path.realpath(self._folder)))
        trusted_path.resolve(self._file, self.path)

    def _check_is_ours_alone(self):
        try:
            about = os.lstat(self._file)
        except OSError:
            return
        if about.st_nlink > 1:
            # A rename gives the new bytes to one name; whoever linked the two wants them to stay the same.
            raise self._refused("has %d names (hard links), of which a new file would keep one; make it a file of its own (cp -p, then mv), "
                                "or give another path" % about.st_nlink)
        if about.st_mode & stat.S_IWOTH:
            raise self._refused("everybody may write to it (mode %04o), so that its content could not be relied on; chmod o-w it" % (
                stat.S_IMODE(about.st_mode)))

    def rehearse(self):
        """Raise OSError when the folder, or the one that it will be made in, cannot be written.

        Raises InvalidInput when the file is not this one's alone: hard links, writable by everybody, or in a place that others control.
        """
        self._check_place()
        self._check_is_ours_alone()
        folder = self._folder if os.path.isdir(self._folder) else os.path.dirname(self._folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            # access(2) is true to the file system (EROFS, immutable) but Python drops its errno.
            read_only = hasattr(os, "statvfs") and os.statvfs(folder).f_flag & 1
            number = errno.EROFS if read_only else errno.EACCES
            raise OSError(number, os.strerror(number), folder)

    def replace(self, data, dress=None):
        """Give the file new bytes: readers and a crash find the old file or the new one, never a part.

        Owner, mode and extended attributes stay as they were; a new file is root's, 0644, or has the ``dress`` [mode, uid, gid]. Raises OSError.
        """
        made = self._make_folder()
        leftovers.sweep(self._folder, self._name, self._started)
        try:
            self._swap_in(data, dress)
        except Exception:
            if made:
                durable.quietly(os.rmdir, self._folder)
            raise
        durable.sync_folder(self._folder)

    def remove(self):
        """Remove the file. Raises OSError."""
        os.unlink(self._file)
        durable.sync_folder(self._folder)

    def _swap_in(self, data, dress):
        # mkstemp(3): a name that nobody can foresee, O_EXCL, O_NOFOLLOW, 0600 until it is dressed.
        descriptor, temporary = tempfile.mkstemp(prefix=leftovers.prefix(self._name), suffix=leftovers.SUFFIX, dir=self._folder)
        try:
            with io.open(descriptor, "wb") as stream:
                leftovers.claim(stream.fileno())
                stream.write(data)
                stream.flush()
                self._dress(stream.fileno(), temporary, dress)
                os.fsync(stream.fileno())
            os.rename(temporary, self._file)
        except Exception:
            durable.quietly(os.unlink, temporary)
            raise

    def dress(self):
        """Return [mode, uid, gid] of the file, None when there is none."""
        try:
            about = os.lstat(self._file)
        except OSError:
            return None
        return [stat.S_IMODE(about.st_mode), about.st_uid, about.st_gid]

    def _dress(self, descriptor, temporary, dress):
        """Give the temporary file the owner, the attributes and the mode that the file has or shall have."""
        model = self._like or self._file
        try:
            old = os.lstat(model)
        except OSError:
            old = None
        if old is not None:
            dress = [stat.S_IMODE(old.st_mode), old.st_uid, old.st_gid]
        if dress:
            os.fchown(descriptor, dress[1], dress[2])
        unlabelled = old is None or _without_label(model, temporary)
        # After the ACL: of a file that has one, the group bits are its mask.
        os.fchmod(descriptor, dress[0] if dress else 0o644)
        if self._set_context is not None and unlabelled:
            self._set_context(temporary, self._file)

    def _make_folder(self):
        if os.path.isdir(self._folder):
            return False
        os.mkdir(self._folder)
        os.chmod(self._folder, 0o755)
        durable.sync_folder(os.path.dirname(self._folder))
        return True

    def _refused(self, problem):
        return errors.InvalidInput("%s: %s" % (printable.line(self.path, printable.MAX_PATH), problem))


def _without_label(model, temporary):
    """Give a file the attributes of another one; return whether it still lacks the label of SELinux."""
    # Most runs make a new file or none.
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import xattr
    return xattr.LABEL in xattr.copy(model, temporary)


def _kind(path):
    """Return file, directory, symbolic link, special file, or None when there is nothing."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    kinds = ((stat.S_ISREG, "file"), (stat.S_ISLNK, "symbolic link"), (stat.S_ISDIR, "directory"))
    return ([name for test, name in kinds if test(mode)] or ["special file"])[0]
