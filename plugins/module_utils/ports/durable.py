# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make, rename and remove files so that they last through a power cut; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os


def write_new(path, data, mode):
    """Give ``path`` these bytes in one rename(2), synced; its folder has to be nobody else's. Raises OSError."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, ".%s.tmp" % name)
    # The name can be foreseen because nobody else may write here; a killed run's remains are overwritten.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(temporary, path)
    except Exception:
        quietly(os.unlink, temporary)
        raise
    sync_folder(folder)


def write_all(descriptor, data):
    """Write every byte; write(2) may take a part. Raises OSError."""
    while data:
        data = data[os.write(descriptor, data):]


def rename(old, new):
    """Rename a file within its folder and sync the folder. Raises OSError, and the old name is the right one then."""
    os.rename(old, new)
    try:
        sync_folder(os.path.dirname(new))
    except OSError:
        quietly(os.rename, new, old)
        raise


def remove(path):
    """Remove a file and sync its folder. Raises OSError."""
    os.unlink(path)
    sync_folder(os.path.dirname(path))


def sync_folder(folder):
    """Make the folder's entries last. Raises OSError, which names the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as exc:
        raise OSError(exc.errno, exc.strerror, folder)
    finally:
        os.close(descriptor)


def quietly(call, *paths):
    """Call with paths and pass over an OSError."""
    try:
        call(*paths)
    except OSError:
        pass
