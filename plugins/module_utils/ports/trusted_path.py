# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out whether somebody else could put another file or folder in the place of a path; interpret nothing.

Whoever may write in a folder may rename what is in it, so a check of a path is worth something only where nobody but
the checker may. The walk begins at /, and looks at each name only after the folder that holds it was found to be
closed to others. So what it saw of a name stays true until root or this user changes it: between the check and the
use there is nothing that an unprivileged user could exchange. That is why plain paths do afterwards, and no
openat(2), which Python 2.7 does not have.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import stat

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable

_MAX_LINKS = 40


def resolve(path, shown=None):
    """Return the path with every link followed, each of its parts found safe; the last ones need not exist.

    ``path`` is absolute, ``shown`` what messages call it. Raises InvalidInput with the way out when a folder or link belongs to
    somebody else, when a folder lets everybody rename what is in it, for a circle of links, and for what cannot be looked at.
    A file at the end may be somebody else's, as its owner cannot put another in its place, but not in a shared folder like /tmp.
    """
    return _Walk(shown or path).to(path)


class _Walk(object):
    def __init__(self, shown):
        self._shown, self._links = shown, 0
        root = os.lstat("/")
        # Root of a user namespace sees the files of the real root as those of the owner of /.
        self._trusted = (0, os.geteuid(), root.st_uid)
        self._check_folder("/", root)

    def to(self, path):
        done, pending = "", _parts(path)
        while pending:
            part = pending.pop(0)
            if part == "..":
                done = os.path.dirname(done).rstrip("/")
                continue
            here = done + "/" + part
            about = self._look(here)
            if about is None:
                return "/".join([here] + pending)
            self._check_owner(here, about)
            if stat.S_ISLNK(about.st_mode):
                target = self._followed(here)
                done, pending = "" if target.startswith("/") else done, _parts(target) + pending
            else:
                self._check_folder(here, about)
                done = here
        return done or "/"

    def _look(self, here):
        try:
            return os.lstat(here)
        except OSError as exc:
            if exc.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise self._refused("%s cannot be looked at (%s); give another path" % (printable.line(here, printable.MAX_PATH), exc.strerror))

    def _followed(self, here):
        self._links += 1
        if self._links > _MAX_LINKS:
            raise self._refused("%s: the links go round in a circle; give another path" % here)
        return os.readlink(here)

    def _check_owner(self, here, about):
        plain = stat.S_ISREG(about.st_mode) and not self._shared
        if about.st_uid not in self._trusted and not plain:
            raise self._refused("%s belongs to uid %d, who could put something else in its place; chown it to root, or give another path" % (
                here, about.st_uid))

    def _check_folder(self, here, about):
        self._shared = bool(about.st_mode & stat.S_IWOTH)
        if stat.S_ISDIR(about.st_mode) and self._shared and not about.st_mode & stat.S_ISVTX:
            raise self._refused("everybody may put something else into %s (mode %04o); chmod o-w it, or give another path" % (
                here, stat.S_IMODE(about.st_mode)))

    def _refused(self, problem):
        return errors.InvalidInput("%s: %s" % (printable.line(self._shown, printable.MAX_PATH), problem))


def _parts(path):
    return [part for part in path.split("/") if part not in ("", ".")]
