# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the journals of one host in a folder that only root may enter; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os
import stat

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import durable

FOLDER = "/var/lib/linuxnet-tcp"
_WAY_OUT = "give journal_dir another folder, such as /run/linuxnet-tcp"


class JournalDir(object):
    """Make, list, read, rename and remove the files in ``path``. What goes wrong with a file raises OSError."""

    def __init__(self, path=FOLDER):
        self.path = path

    def prepare(self):
        """Make the folder if it is missing, 0700. Raises SourceUnavailable where that is impossible, InvalidInput where others could write in it."""
        if not os.path.isabs(self.path) or ".." in self.path.split("/"):
            raise errors.InvalidInput("journal_dir: %r: not an absolute path without ..; give one like %s" % (str(self.path), FOLDER))
        try:
            self._make()
            about = os.lstat(self.path)
        except OSError as exc:
            raise errors.SourceUnavailable("%s: cannot be made (%s: %s); %s" % (
                self.path, errno.errorcode.get(exc.errno, exc.errno), exc.strerror, _WAY_OUT))
        self._check(about)

    def _make(self):
        if not os.path.lexists(self.path):
            parent = os.path.dirname(self.path)
            if not os.path.isdir(parent):
                os.makedirs(parent, 0o755)
            os.mkdir(self.path, 0o700)
            durable.sync_folder(parent)

    def _check(self, about):
        if not stat.S_ISDIR(about.st_mode):
            raise errors.InvalidInput("%s: is no folder of its own (a link, or a file); %s" % (self.path, _WAY_OUT))
        if about.st_uid != os.geteuid():
            raise errors.InvalidInput("%s: belongs to uid %d, who could change the journals; chown it to uid %d, or %s" % (
                self.path, about.st_uid, os.geteuid(), _WAY_OUT))
        if about.st_mode & 0o077:
            raise errors.InvalidInput("%s: mode %04o lets others in; chmod it to 0700, or %s" % (
                self.path, stat.S_IMODE(about.st_mode), _WAY_OUT))

    def names(self):
        """Return the names of all files, none where there is no folder. Raises SourceUnavailable where it cannot be read."""
        try:
            return sorted(os.listdir(self.path))
        except OSError as exc:
            if exc.errno in (errno.ENOENT, errno.ENOTDIR):
                return []
            raise errors.SourceUnavailable("%s: cannot be read (%s); run as root (become: true)" % (self.path, exc.strerror))

    def read(self, name):
        """Return a file's bytes. Raises SourceUnavailable."""
        try:
            with io.open(self.full(name), "rb") as stream:
                return stream.read()
        except (IOError, OSError) as exc:
            raise errors.SourceUnavailable("%s: cannot be read (%s)" % (self.full(name), exc.strerror))

    def create(self, name, data):
        """Make a file, 0600, synced together with the folder."""
        durable.write_new(self.full(name), data, 0o600)

    def rename(self, old, new):
        """Rename a file, synced."""
        durable.rename(self.full(old), self.full(new))

    def remove(self, name):
        """Remove a file, synced."""
        durable.remove(self.full(name))

    def full(self, name):
        """Return the path of a file."""
        return os.path.join(self.path, name)
