# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the lock and the journal of one host, so that whatever stops a transaction, the next run knows what to put back."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import errno
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils import steps
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, journal, plan as planning

# comment is the operator's; confirm_within seconds or None; lock_timeout seconds, None for as long as it takes; keep how many journals;
# visited whether the running values are those of another network namespace.
Wish = namedtuple("Wish", "comment confirm_within lock_timeout keep visited")
Wish.__new__.__defaults__ = (None, None, 60, 20, False)

# folder a JournalDir, lock a FileLock in it, machine a Machine, watchdogs WatchdogLocks or, to start one, a WatchdogProcess, signals a Signals.
Ports = namedtuple("Ports", "folder lock machine watchdogs signals open_store")

LOCK = journal.LOCK
_POLL_SECONDS = 0.1
_WAY_OUT = "wait for it, or give a longer lock_timeout"


class Keeper(object):
    """Hold the lock, write the journal before the first change and close it after the last one.

    ``unavailable`` says why there can be no journal here, None when there can; then nothing may be changed.
    """

    def __init__(self, wish, ports):
        self.wish, self._ports = wish, ports
        self.open_store, self.machine = ports.open_store, ports.machine
        self.unavailable = None
        self._current = self._confirm_by = None

    @contextlib.contextmanager
    def held(self):
        """Hold the host's lock inside the with block. Raises TransactionError when another run holds it for too long."""
        taken = self._taken()
        try:
            yield self
        finally:
            if taken:
                self._ports.lock.drop()

    def _taken(self):
        try:
            self._ports.folder.prepare()
            self._wait()
        except errors.TransactionError:
            raise
        except errors.LinuxnetError as error:
            self.unavailable = error.message
        except (IOError, OSError) as error:
            self.unavailable = "%s: cannot be locked (%s)" % (self._ports.lock.path, planning.errno_text(error.errno, error.strerror))
        return self.unavailable is None

    def _wait(self):
        begun, patience = self.machine.uptime(), self.wish.lock_timeout
        while not self._ports.lock.take():
            if patience is not None and self.machine.uptime() - begun >= patience:
                raise refused(["%s: %s holds the lock of this host; waited %s s; %s" % (
                    self._ports.lock.path, self._holder(), patience, _WAY_OUT)])
            self.machine.sleep(_POLL_SECONDS)

    def _holder(self):
        from ansible_collections.linuxnet.tcp.plugins.module_utils.core import lock_holder
        pids = lock_holder.holders(self.machine.locks(), self._ports.lock.inode())
        described = [lock_holder.describe(pid, self.machine.command(pid), self.machine.age(pid)) for pid in pids if pid]
        return " and ".join(described) or lock_holder.describe(0, "", None)

    def interrupted(self):
        """Return the name of a signal that came since ``watching_signals`` began, else None."""
        return self._ports.signals.noted()

    def watching_signals(self):
        """Return a context manager in which SIGTERM, SIGINT and SIGHUP are noted and do not end the process."""
        return self._ports.signals.watched()

    def entries(self):
        """Return the Entry of every journal, the latest first. Raises SourceUnavailable."""
        return journal.newest_first(entry for entry in map(journal.parse_name, self._ports.folder.names()) if entry)

    def record(self, entry):
        """Return the Record of a journal. Raises SourceUnavailable or ParseError."""
        name = journal.file_name(entry)
        return journal.decode(self._ports.folder.read(name), self._ports.folder.full(name))

    def folder(self):
        """Return the path of the folder of journals."""
        return self._ports.folder.path

    def path(self, entry):
        """Return where a journal stands."""
        return self._ports.folder.full(journal.file_name(entry))

    def move(self, entry, status):
        """Give a journal another status and return its new Entry. Raises OSError."""
        moved = entry._replace(status=status)
        if moved != entry:
            self._ports.folder.rename(journal.file_name(entry), journal.file_name(moved))
        return moved

    def belongs_here(self, record):
        """Tell whether a journal's running values are those of this network namespace."""
        return journal.belongs(record, self.machine.boot_id(), self.machine.netns(), self.wish.visited)

    def watched(self, entry):
        """Tell whether the watchdog of a journal is alive."""
        return self._ports.watchdogs.alive(entry.number)

    def begin(self, path, keys, files):
        """Write the journal of what is about to change, and arm the watchdog if one is wanted. Raises Failure; nothing is left then."""
        if self.unavailable:
            raise steps.Failure("the journal cannot be kept: %s" % self.unavailable)
        self._current = journal.Entry(self._next_number(), journal.OPEN)
        record = journal.Record(
            self._current.number, self.machine.utc(), self.machine.boot_id(), self.machine.netns(), self.wish.visited, self.wish.comment,
            path, self._confirmation(), keys, files)
        try:
            self._ports.folder.create(journal.file_name(self._current), journal.encode(record))
            if record.confirm:
                self._ports.watchdogs.start(self._current.number)
        except (errors.LinuxnetError, IOError, OSError) as error:
            problem = error.message if isinstance(error, errors.LinuxnetError) else "%s: cannot be written (%s)" % (
                self.path(self._current), steps.reason(error))
            self.abandon()
            raise steps.Failure(problem)

    def _next_number(self):
        # The watchdog of a journal that was taken away may live on for a second; it must not take another journal for its own.
        try:
            names = self._ports.folder.names()
        except errors.SourceUnavailable as error:
            raise steps.Failure(error.message)
        return 1 + max([0] + [entry.number for entry in map(journal.parse_name, names) if entry] + [
            number for number in map(journal.companion_of, names) if number])

    def _confirmation(self):
        if self.wish.confirm_within is None:
            return None
        self._confirm_by = self.machine.utc(self.wish.confirm_within)
        return {"within": self.wish.confirm_within, "deadline": self.machine.uptime() + self.wish.confirm_within}

    def finish(self):
        """Close the journal: everything it holds was done. Raises Failure."""
        status = journal.APPLIED if self.wish.confirm_within is None else journal.UNCONFIRMED
        try:
            self._current = self.move(self._current, status)
        except (IOError, OSError) as error:
            raise steps.Failure("%s: cannot be closed (%s)" % (self.path(self._current), steps.reason(error)))

    def abandon(self):
        """Take the journal away: everything was put back. Return why it is still there, else None."""
        entry, self._current = self._current, None
        for name in [journal.file_name(journal.Entry(entry.number, status)) for status in journal.STATUSES]:
            try:
                if name in self._ports.folder.names():
                    self._ports.folder.remove(name)
            except (errors.LinuxnetError, IOError, OSError) as error:
                return "%s: cannot be removed (%s); the next run looks at it" % (self._ports.folder.full(name), error)
        return None

    def facts(self):
        """Return {id, path, status, confirm_within?, confirm_by?} of the journal that was just written, None when there was none."""
        if self._current is None:
            return None
        waiting = {"confirm_within": self.wish.confirm_within, "confirm_by": self._confirm_by} if self._current.status == journal.UNCONFIRMED else {}
        return dict(self.described(self._current), **waiting)

    def described(self, entry):
        """Return a journal's facts as the result shows them."""
        return {"id": entry.number, "status": entry.status, "path": self.path(entry)}

    def prune(self):
        """Remove journals beyond those to be kept, and what dead watchdogs and runs left; return a warning for each that resists."""
        names = [journal.file_name(entry) for entry in journal.outdated(self.entries(), self.wish.keep)] + self._remains()
        return [warning for warning in map(self._removed, names) if warning]

    def _remains(self):
        waiting = set(entry.number for entry in self.entries() if entry.status in journal.PENDING)
        found = [(journal.companion_of(name), name) for name in self._ports.folder.names()]
        return [name for number, name in found if number is not None and number not in waiting and not self._ports.watchdogs.alive(number)]

    def _removed(self, name):
        try:
            self._ports.folder.remove(name)
        except (IOError, OSError) as error:
            # A watchdog that ends removes its own files.
            return None if error.errno == errno.ENOENT else "%s: cannot be removed (%s)" % (self._ports.folder.full(name), steps.reason(error))

    def recorded(self, names):
        """Return {name: running value} from before the oldest journal here that changed the key and was not put back."""
        found = {}
        for entry in self.entries():
            record = self.record(entry) if entry.status in (journal.APPLIED, journal.UNCONFIRMED) else None
            if record and self.belongs_here(record):
                found.update((change.name, change.before) for change in record.keys if change.name in names)
        return found


def refused(problems, **details):
    """Return the TransactionError of a set that nothing was changed for."""
    more = "" if len(problems) == 1 else " (1 of %d problems; also: %s)" % (len(problems), "; ".join(problems[1:]))
    facts = dict({"changed": False, "settings": [], "undone": [], "left": [], "problems": problems}, **details)
    return errors.TransactionError("%s%s; %s" % (problems[0], more, steps.NOTHING), **facts)
