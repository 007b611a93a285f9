# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the watchdog of a journal as a process that outlives this one, and tell whether it is alive; interpret nothing.

The only place that starts a process on a managed node, and only where the operator asked for confirm_within.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os
import pkgutil
import subprocess
import sys
import time
import zipfile

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import watchdog_lock

_PACKAGE = "ansible_collections.linuxnet.tcp.plugins.module_utils"
_PROGRAM = "import sys\nfrom %s.programs import watchdog\nsys.exit(watchdog.main(sys.argv))\n" % _PACKAGE
_SYSTEMD_RUN = ("/usr/bin/systemd-run", "/bin/systemd-run")
_READY_SECONDS = 20
_POLL_SECONDS = 0.05


def program_name(number):
    """Return the name of the program of a journal's watchdog: this collection's code on the node lasts no longer than the task."""
    return "%08d-watchdog.pyz" % number


class WatchdogProcess(watchdog_lock.WatchdogLocks):
    """Start ``watchdog.main`` for journals in the folder ``path``."""

    def start(self, number):
        """Start the watchdog of a journal and see it at work. Raises SourceUnavailable, and the journal has to be taken away then."""
        path = self._folder.full(program_name(number))
        try:
            self._folder.create(program_name(number), _program())
            self._launch(number)
            self._await(number)
        except (IOError, OSError, subprocess.CalledProcessError) as exc:
            raise errors.SourceUnavailable("the watchdog of journal %d cannot be started (%s); leave confirm_within out to go without" % (
                number, _told(exc, path)))

    def _await(self, number):
        deadline = time.time() + _READY_SECONDS
        while not self.alive(number):
            if time.time() > deadline:
                raise errors.SourceUnavailable("the watchdog of journal %d did not start within %d s; leave confirm_within out to go without" % (
                    number, _READY_SECONDS))
            time.sleep(_POLL_SECONDS)

    def _launch(self, number):
        command = [sys.executable, "-E", "-s", self._folder.full(program_name(number)), self._folder.path, str(number)]
        runner = _systemd_run()
        if runner and _quiet(subprocess.call, [runner, "--unit=linuxnet-tcp-confirm-%d-%d" % (number, int(time.time())),
                                               "--description=linuxnet.tcp: put back journal %d unless it is confirmed" % number, "--"] + command) == 0:
            return
        # Its own session: neither the end of the task nor a hangup of its terminal ends it.
        _quiet(subprocess.Popen, command, preexec_fn=os.setsid)


def _told(exc, path):
    """Return an error with file and errno; ``path`` is what it was about where it names none, as for a write."""
    number = getattr(exc, "errno", None)
    if number is None:
        return str(exc)
    return "%s: %s: %s" % (getattr(exc, "filename", None) or path, errno.errorcode.get(number, number), exc.strerror)


def _systemd_run():
    """Return systemd-run where it would start the watchdog in the namespaces that we are in, else None."""
    if os.geteuid() != 0 or not os.path.isdir("/run/systemd/system"):
        return None
    try:
        for kind in ("net", "mnt", "pid"):
            if os.readlink("/proc/1/ns/%s" % kind) != os.readlink("/proc/self/ns/%s" % kind):
                return None
    except OSError:
        return None
    return ([path for path in _SYSTEMD_RUN if os.access(path, os.X_OK)] or [None])[0]


def _quiet(call, command, **options):
    with io.open(os.devnull, "r+b") as nothing:
        return call(command, stdin=nothing, stdout=nothing, stderr=nothing, close_fds=True, cwd="/", env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, **options)


def _program():
    """Return a zip that Python runs: the sources of this package as they are loaded now."""
    names = sorted(name for name in sys.modules if sys.modules[name] is not None and (name + ".").startswith(_PACKAGE + "."))
    parts = _PACKAGE.split(".")
    folders = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("__main__.py", _PROGRAM)
        for name in sorted(set(names + folders)):
            package = name in folders or hasattr(sys.modules[name], "__path__")
            archive.writestr(name.replace(".", "/") + ("/__init__.py" if package else ".py"), "" if package else _source(name))
    return stream.getvalue()


def _source(name):
    source = pkgutil.get_loader(name).get_source(name) if sys.version_info < (3, 4) else sys.modules[name].__spec__.loader.get_source(name)
    if source is None:
        raise OSError(0, "the source of %s is not at hand" % name)
    return source
