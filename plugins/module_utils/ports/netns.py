# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find network namespaces, enter them and come back; interpret nothing (namespaces(7), setns(2))."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import errno
import fcntl
import io
import os
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

# What makes a namespace one and the same, through whichever file it is reached.
Identity = namedtuple('Identity', 'device inode')

# iproute2 and most CNI runtimes keep names in the first, Docker its sandboxes in the other; /var/run is /run on most systems.
FOLDERS = ('/run/netns', '/var/run/netns', '/run/docker/netns', '/var/run/docker/netns')

_OWN = '/proc/self/ns/net'
_CLONE_NEWNET = 0x40000000
# linux/nsfs.h; since Linux 4.11.
_NS_GET_NSTYPE = 0xb703
# ESRCH: the process ended between the opening and the reading of its file.
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ESRCH)
_BUFFER_BYTES = 64 * 1024


def process_path(pid):
    """Return the path of a process's network namespace."""
    return '/proc/%d/ns/net' % pid


def _libc_setns(descriptor):
    """Call setns(2); raise OSError when the kernel refuses, SourceUnavailable when this Python cannot call it."""
    try:
        # Only here: on hosts that forbid writable and executable memory (SELinux) old Pythons fail to import it at all, and
        # os.setns() is there since Python 3.12 only.
        import ctypes
        call = ctypes.CDLL(None, use_errno=True).setns
    except (ImportError, AttributeError, MemoryError, OSError) as exc:
        raise errors.SourceUnavailable('this Python cannot call setns(2): %s; use one that has ctypes and a C library with setns' % exc)
    if call(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class NetNamespaces(object):
    """Look at the network namespaces that ``<root>/proc`` and the folders of names show; ``setns(descriptor)`` moves this thread."""

    def __init__(self, root='/', setns=_libc_setns):
        self._root = root.rstrip('/')
        self._setns = setns
        self._device = None

    def own(self):
        """Return the Identity of the namespace that this process is in. Raises SourceUnavailable."""
        try:
            status = os.stat(self._root + _OWN)
        except OSError as exc:
            raise errors.SourceUnavailable('%s: %s; is /proc mounted?' % (self._root + _OWN, exc.strerror))
        return Identity(status.st_dev, status.st_ino)

    def identity(self, path):
        """Return the Identity of the namespace behind a path, None when there is no such file.

        Raises InvalidInput when it is something else, SourceUnavailable when it is hidden from this user.
        """
        try:
            status = os.stat(self._root + path)
        except OSError as exc:
            if exc.errno in _ABSENT:
                return None
            raise errors.SourceUnavailable('%s: %s; root of the host may look there (become: true)' % (path, exc.strerror))
        # Namespaces live in a file system of their own, nsfs, and up to Linux 3.18 in procfs.
        if self._device is None:
            self._device = self.own().device
        if status.st_dev != self._device:
            raise errors.InvalidInput('%s: is no network namespace, or the mount that made it one is gone' % path)
        return Identity(status.st_dev, status.st_ino)

    def pids(self):
        """Return the PIDs of all processes that /proc shows."""
        return sorted(int(name) for name in self._names('/proc') if name.isdigit())

    def paths(self):
        """Return the paths in the folders where programs keep namespaces alive; a folder that is reached twice comes once."""
        seen, out = set(), []
        for folder in FOLDERS:
            real = os.path.realpath(self._root + folder)
            if real not in seen:
                seen.add(real)
                out.extend(folder + '/' + name for name in self._names(folder))
        return out

    def about(self, pid, name):
        """Return the bytes of /proc/PID/<name>, None when the process has ended or hides it."""
        try:
            with io.open('%s/proc/%d/%s' % (self._root, pid, name), 'rb') as stream:
                return stream.read(_BUFFER_BYTES)
        except (IOError, OSError):
            return None

    @contextlib.contextmanager
    def entered(self, paths, identity):
        """Be in the namespace of this identity inside the with block, and back in one's own after it, whatever happens.

        ``paths`` lead to it, any of them will do. No child process is made. Raises Vanished when none leads there any more,
        SourceUnavailable when it cannot be entered, Stranded when the way back is barred.
        """
        own = self.own()
        if identity == own:
            yield
            return
        with self._opened([_OWN], own) as home, self._opened(paths, identity) as target:
            # First go where we are: with rights in the target's user namespace alone one could go there and not come back.
            self._switch(home, own, identity)
            try:
                self._switch(target, identity, identity)
                yield
            finally:
                self._return(home, own)

    @contextlib.contextmanager
    def _opened(self, paths, identity):
        """Open the first path that still leads to the namespace: PIDs and names may belong to another one by now."""
        descriptor = self._open(paths, identity)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _open(self, paths, identity):
        for path in paths:
            try:
                descriptor = os.open(self._root + path, os.O_RDONLY)
            except OSError:
                continue
            status = os.fstat(descriptor)
            if Identity(status.st_dev, status.st_ino) == identity:
                return _checked(descriptor, path)
            os.close(descriptor)
        raise errors.Vanished('network namespace net:[%d] is gone, or hidden from this user by now' % identity.inode)

    def _switch(self, descriptor, there, target):
        """Move this thread and make sure that /proc/self, which all readers use, moved too."""
        try:
            self._setns(descriptor)
        except OSError as exc:
            raise errors.SourceUnavailable(
                'network namespace net:[%d] cannot be entered (%s); it takes CAP_SYS_ADMIN in the user namespaces of that and of this '
                'process\'s own network namespace, to go there and to come back: run as root (become: true)' % (target.inode, _reason(exc)))
        if self.own() != there:
            raise errors.SourceUnavailable(
                'network namespace net:[%d] cannot be read: the module does not run in the main thread of its process' % target.inode)

    def _return(self, home, own):
        try:
            self._setns(home)
            back = self.own() == own
        except (OSError, errors.SourceUnavailable) as exc:
            raise self._stranded(own, _reason(exc))
        if not back:
            raise self._stranded(own, 'setns(2) had no effect')

    @staticmethod
    def _stranded(own, why):
        return errors.Stranded(
            'the module could not come back to its own network namespace net:[%d] (%s) and stops; what it had set in the other one is set '
            'there, look with net_sysctl_info' % (own.inode, why))

    def _names(self, folder):
        try:
            return sorted(os.listdir(self._root + folder))
        except OSError:
            # No such folder, or not for us.
            return []


def _checked(descriptor, path):
    """Return the descriptor when the kernel says that it is a network namespace; old kernels say so in setns(2)."""
    try:
        kind = fcntl.ioctl(descriptor, _NS_GET_NSTYPE)
    except (IOError, OSError):
        return descriptor
    if kind == _CLONE_NEWNET:
        return descriptor
    os.close(descriptor)
    raise errors.InvalidInput('%s: is a namespace of another kind; give a network namespace, such as /proc/PID/ns/net' % path)


def _reason(exc):
    number = getattr(exc, 'errno', None)
    return str(exc) if number is None else '%s: %s' % (errno.errorcode.get(number, 'errno %s' % number), exc.strerror)
