# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the sysctl.d folders, and the signs of which loader this host uses, below a root folder."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os
import re
import stat
from collections import namedtuple

# kind: file, null, directory, dangling, unreadable, special. name and content are bytes; target is the path below the
# root that a symbolic link ends at, else None.
RawEntry = namedtuple("RawEntry", "name kind content target")

FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
SYSCTL_CONF = "/etc/sysctl.conf"
CREDENTIAL = "/run/credentials/@system/sysctl.extra"

# systemd.unit(5), highest first; the first folder that holds the unit decides.
_UNIT_FOLDERS = ("/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient", "/etc/systemd/system",
                 "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_UNIT = "systemd-sysctl.service"
_LIBRARY_FOLDERS = ("/usr/lib/systemd", "/lib/systemd", "/usr/lib64/systemd", "/usr/lib", "/usr/lib64", "/lib", "/lib64")

# Each so-name is what that release's libtool version-info gives (configure.ac, Makefile.am of each tag). Where two releases
# share a so-name, the rules of both are the same.
_SONAMES = {
    "libsystemd.so.0.3.1": ("systemd", (215,)),
    "libsystemd.so.0.6.0": ("systemd", (219,)),
    "libsystemd.so.0.14.0": ("systemd", (229,)),
    "libprocps.so.1.1.2": ("procps", (3, 3, 8)),
    "libprocps.so.3.0.0": ("procps", (3, 3, 9)),
    "libprocps.so.4.0.0": ("procps", (3, 3, 10)),
    "libprocps.so.5.0.0": ("procps", (3, 3, 11)),
    "libprocps.so.6.0.0": ("procps", (3, 3, 12)),
    "libprocps.so.6.1.0": ("procps", (3, 3, 13)),
    "libprocps.so.7.1.0": ("procps", (3, 3, 15)),
    "libprocps.so.8.0.2": ("procps", (3, 3, 16)),
    "libprocps.so.8.0.3": ("procps", (3, 3, 17)),
    "libproc-2.so.0.0.0": ("procps", (4, 0, 0)),
    "libproc2.so.0.0.0": ("procps", (4, 0, 1)),
    "libproc2.so.0.0.1": ("procps", (4, 0, 2)),
    "libproc2.so.0.0.2": ("procps", (4, 0, 4)),
    "libproc2.so.1.0.0": ("procps", (4, 0, 5)),
    "libproc2.so.1.1.0": ("procps", (4, 0, 6)),
    "libproc2.so.1.2.0": ("procps", (4, 0, 7)),
}
_SHARED = re.compile(r"libsystemd-shared-(\d+)")
_PACKAGES = {"systemd": "systemd", "procps": "procps", "procps-ng": "procps"}
_MAX_LINKS = 40
# statvfs(3): ST_RDONLY has no name in Python 2.
_READ_ONLY = 1


class ConfDir(object):
    """Give the files that decide what the next boot sets; ``root`` stands for / (links are followed inside it)."""

    def __init__(self, root="/"):
        self._root = root.rstrip("/")
        self._versions = None

    def folders(self):
        """Return [(path, [RawEntry])], highest precedence first; a folder reached twice (/lib is /usr/lib) comes once."""
        seen, out = set(), []
        for path in FOLDERS:
            real = self._resolve(path)
            if real is None or real in seen:
                continue
            names = self._names(real)
            if names is not None:
                seen.add(real)
                out.append((path, [self._entry(real, name) for name in names]))
        return out

    def sysctl_conf(self):
        """Return /etc/sysctl.conf as a RawEntry, or None when there is no such name."""
        return self._single(SYSCTL_CONF)

    def credential(self):
        """Return the system credential sysctl.extra (systemd.system-credentials(7)) as a RawEntry, or None."""
        return self._single(CREDENTIAL)

    def place(self, path):
        """Return (path as ``folders()`` spells it, real path) of a file that is there or is to be made."""
        folder, _slash, name = path.rpartition("/")
        real = self._real(folder)
        spelled = [standard for standard in FOLDERS if self._real(standard) == real]
        # The file itself may be a link, too; one that ends nowhere stands for itself.
        return (spelled + [real])[0] + "/" + name, self._resolve(real + "/" + name) or real + "/" + name

    def init(self):
        """Return {pid1: command name, systemd_sysctl: present|masked|absent, writable: bool}; ``pid1`` is absent when hidden.

        ``writable`` tells whether /proc/sys/net can be written at all, the condition that systemd-sysctl.service has.
        """
        out = {"systemd_sysctl": self._unit(), "writable": self._writable("/proc/sys/net")}
        comm = self._content("/proc/1/comm")
        if os.path.isdir(self._root + "/run/systemd/system"):
            # sd_booted(3): also true where /proc hides PID 1.
            out["pid1"] = "systemd"
        elif comm:
            out["pid1"] = comm.decode("utf-8", "replace").strip()
        return out

    def versions(self):
        """Return {systemd: (252,), procps: (4, 0, 2)} from library names, else package records; unknown ones are absent. Looked up once."""
        if self._versions is None:
            self._versions = self._found_versions()
        return dict(self._versions)

    def _found_versions(self):
        out = {}
        for folder in self._library_folders():
            for name in self._libraries(folder):
                self._from_library(name, out)
        for found in (self._dpkg, self._pacman, self._documentation):
            if len(out) < 2:
                for package, version in found():
                    out.setdefault(package, version)
        return out

    def _names(self, folder):
        try:
            return sorted(os.listdir(_bytes(self._root + folder)))
        except (IOError, OSError):
            # Absent, not a folder, or closed to us: the loaders pass over each of these, too.
            return None

    def _resolve(self, path):
        """Follow symbolic links inside the root; return the final path, or None when it does not exist."""
        parts, done, links = [p for p in path.split("/") if p], [], 0
        while parts:
            if done + parts == ["dev", "null"]:
                # The device need not exist below a root that is not /.
                return "/dev/null"
            part = parts.pop(0)
            if part in (".", ".."):
                done = done[:-1] if part == ".." else done
                continue
            try:
                target = os.readlink(self._root + "/" + "/".join(done + [part]))
            except (IOError, OSError) as error:
                if error.errno != errno.EINVAL:
                    return None
                done.append(part)
                continue
            links += 1
            if links > _MAX_LINKS:
                return None
            done = [] if target.startswith("/") else done
            parts = [p for p in target.split("/") if p] + parts
        return "/" + "/".join(done)

    def _real(self, folder):
        """Follow the links of a folder of which the last parts need not exist; / is ""."""
        if not folder.strip("/"):
            return ""
        found = self._resolve(folder)
        if found is not None:
            return found.rstrip("/")
        parent, _slash, name = folder.rstrip("/").rpartition("/")
        return self._real(parent) + "/" + name

    def _single(self, path):
        if not os.path.lexists(self._root + path):
            return None
        folder, _slash, name = path.rpartition("/")
        return self._entry(folder, name.encode("ascii"))

    def _entry(self, folder, name):
        shown = os.fsdecode(name) if hasattr(os, "fsdecode") else name
        path = folder + "/" + shown
        target = self._resolve(path) if os.path.islink(self._root + path) else None
        if target is None and os.path.islink(self._root + path):
            return RawEntry(name, "dangling", None, None)
        if target == "/dev/null":
            return RawEntry(name, "null", None, target)
        kind, content = self._read(target or path)
        return RawEntry(name, kind, content, target)

    def _read(self, path):
        try:
            mode = os.stat(self._root + path).st_mode
            if stat.S_ISDIR(mode):
                return "directory", None
            if not stat.S_ISREG(mode):
                # Opening a FIFO would wait for a writer for ever.
                return "special", None
            with io.open(self._root + path, "rb") as handle:
                return "file", handle.read()
        except (IOError, OSError) as error:
            # ENOENT: removed between listing and reading, as if it had never been listed.
            return ("dangling" if error.errno == errno.ENOENT else "unreadable"), None

    def _content(self, path):
        real = self._resolve(path)
        return self._read(real)[1] if real else None

    def _unit(self):
        for folder in _UNIT_FOLDERS:
            path = folder + "/" + _UNIT
            if not os.path.lexists(self._root + path):
                continue
            real = self._resolve(path)
            if real == "/dev/null" or (real and self._content(real) == b""):
                return "masked"
            return "present"
        return "absent"

    def _writable(self, path):
        try:
            return not os.statvfs(self._root + path).f_flag & _READ_ONLY
        except (IOError, OSError):
            return False

    def _library_folders(self):
        for folder in _LIBRARY_FOLDERS:
            yield folder
            if folder in ("/usr/lib", "/lib"):
                # Debian's multiarch folders: /usr/lib/x86_64-linux-gnu.
                for name in self._names(folder) or ():
                    if b"-linux-" in name:
                        yield folder + "/" + name.decode("latin-1")
                        yield folder + "/" + name.decode("latin-1") + "/systemd"

    def _libraries(self, folder):
        """Return the names in a folder that may tell a version; there may be thousands of others, so the folder itself is not read."""
        if folder.endswith("/systemd"):
            return [name.decode("latin-1") for name in self._names(folder) or ()]
        return [name for name in sorted(_SONAMES) if os.path.lexists("%s%s/%s" % (self._root, folder, name))]

    @staticmethod
    def _from_library(name, out):
        shared = _SHARED.match(name)
        if shared:
            out["systemd"] = (int(shared.group(1)),)
        elif name in _SONAMES:
            package, version = _SONAMES[name]
            out.setdefault(package, version)

    def _dpkg(self):
        package = installed = None
        for line in (self._content("/var/lib/dpkg/status") or b"").decode("utf-8", "replace").splitlines():
            field, _colon, value = line.partition(": ")
            if field == "Package":
                package = _PACKAGES.get(value.strip())
            elif field == "Status":
                installed = value.strip().endswith(" installed")
            elif field == "Version" and package and installed and _upstream(value):
                yield package, _upstream(value)

    def _pacman(self):
        return self._named("/var/lib/pacman/local")

    def _documentation(self):
        # rpm's database needs a library; before EL8 its documentation folders carry the version: procps-ng-3.3.10.
        return self._named("/usr/share/doc")

    def _named(self, folder):
        for name in self._names(folder) or ():
            match = re.match(r"(systemd|procps-ng|procps)-(\d[0-9.]*)", name.decode("latin-1"))
            if match:
                yield _PACKAGES[match.group(1)], _upstream(match.group(2))


def _bytes(path):
    if isinstance(path, bytes):
        return path
    return os.fsencode(path) if hasattr(os, "fsencode") else path.encode("utf-8")


def _upstream(version):
    """Turn ``2:4.0.2-3`` or ``252.38-1~deb12u1`` into (4, 0, 2) or (252, 38), what is no version into ()."""
    digits = re.match(r"\d+(?:\.\d+)*", version.strip().rpartition(":")[2])
    return tuple(int(field) for field in digits.group().split(".")) if digits else ()
