# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change one key or one file, or put it back: the steps that a transaction is made of."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import OrderedDict

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import drop_in, errors, journal, plan as planning, sysctl_name, sysctl_value


class Failure(errors.LinuxnetError):
    """One step did not work; the message says which and why."""


def hold(target, tree):
    """Raise Failure unless the kernel holds what ``target`` wants."""
    text = tree.read(sysctl_name.to_path(target.name))
    if text is None:
        raise Failure('%s: "%s": the key vanished' % (target.name, target.wanted))
    if not sysctl_value.same(target.parameter, text, target.wanted):
        raise Failure('%s: "%s" was written, the kernel holds "%s"; ask for a value that it keeps' % (
            target.name, target.wanted, sysctl_value.squeeze(text)))


class KeyStep(object):
    """Write one key, or put back what it was."""

    def __init__(self, target, tree):
        self._target, self._tree = target, tree
        self._path = sysctl_name.to_path(target.name)
        self.name = target.name

    def change(self):
        """Return the KeyChange for the journal."""
        return journal.KeyChange(self.name, self._target.runtime, self._target.wanted)

    def do(self):
        try:
            self._tree.write(self._path, self._target.wanted)
        except (IOError, OSError) as error:
            raise Failure('%s: "%s": the kernel refused it (%s)%s' % (
                self.name, self._target.wanted, reason(error), _allowed(self._target.parameter)))
        hold(self._target, self._tree)

    def undo(self):
        """Return None when the key holds its old value by itself, else (name, None) or (name, why it is left so)."""
        try:
            now = self._tree.read(self._path)
            if now is None or sysctl_value.squeeze(now) == self._target.runtime:
                return None
            self._tree.write(self._path, self._target.runtime)
            now = self._tree.read(self._path)
        except (errors.LinuxnetError, IOError, OSError) as error:
            return self.name, _left(self.name, self._target.runtime, reason(error))
        if now is None or sysctl_value.squeeze(now) == self._target.runtime:
            return self.name, None
        return self.name, _left(self.name, self._target.runtime, 'the kernel holds "%s"' % sysctl_value.squeeze(now))


class FileStep(object):
    """Give one file its new bytes, or the old ones; None is no file."""

    def __init__(self, store, before, after, dress=None):
        self._store, self._before, self._after = store, before, after
        self.name = store.path
        # What goes away comes back as it was, not as a new file; what stays keeps its dress by itself.
        self._dress = store.dress() if after is None and before is not None else dress

    def change(self):
        """Return the FileChange for the journal."""
        return journal.FileChange(self._store.place(), self._before, self._after, self._dress)

    def do(self):
        if self._store.read() != self._before:
            raise Failure("%s: somebody else changed it meanwhile; run again" % self.name)
        try:
            self._become(self._after)
        except (IOError, OSError) as error:
            raise Failure("%s: cannot be %s (%s)" % (self.name, "removed" if self._after is None else "written", reason(error)))

    def undo(self):
        try:
            # Only our own bytes are taken back; those of somebody else are not ours to undo.
            if self._store.read() != self._after:
                return None
            self._become(self._before)
        except (errors.LinuxnetError, IOError, OSError) as error:
            return self.name, _left(self.name, None, reason(error))
        return self.name, None

    def _become(self, data):
        if data is None:
            self._store.remove()
        else:
            self._store.replace(data, self._dress)


def _left(name, before, why):
    return {"name": name, "reason": why} if before is None else {"name": name, "before": before, "reason": why}


def reason(error):
    """Return an error for people, with its errno where it has one."""
    if getattr(error, "errno", None) is None:
        return str(error)
    return planning.errno_text(error.errno, error.strerror)


def _allowed(parameter):
    if parameter.type in ("string", "port_list") or (parameter.minimum, parameter.maximum) == (None, None):
        return ""
    return "; allowed: %s" % sysctl_value.allowed(parameter)


class Check(object):
    """Ask something between two steps; ``call`` raises Failure, or OSError, when the answer is no."""

    def __init__(self, call):
        self._call = call

    def do(self):
        self._call()

    def undo(self):
        """Return None: there is nothing to take back."""
        return None


class Stopped(errors.LinuxnetError):
    """A walk ended early. ``undone`` names what was put back, ``left`` {name, reason, before?} what could not be."""

    def __init__(self, message, outcomes):
        super(Stopped, self).__init__(message)
        last = OrderedDict(outcome for outcome in outcomes if outcome)
        self.undone = [name for name, left in last.items() if left is None]
        self.left = [left for left in last.values() if left is not None]
        self.notes = []

    def standing(self):
        """Return how things stand now, for people."""
        put_back = "put back: %s" % ", ".join(self.undone) if self.undone else ""
        if self.left:
            stuck = "; ".join("%s (%s)" % (item["name"], item["reason"]) for item in self.left)
            return "%scould not be put back: %s" % (put_back + "; " if put_back else "", stuck)
        return "%s; everything is as it was before" % put_back if put_back else NOTHING


NOTHING = "nothing was changed"


def walk(steps, interrupted=None):
    """Do the steps in order; when one fails, undo those that were touched, last first, and raise Stopped.

    ``interrupted`` returns the name of a signal that asks for an end, else None; it is asked before each step.
    """
    touched = []
    try:
        for step in steps:
            signal = interrupted() if interrupted else None
            if signal:
                raise Failure("%s: stopped before everything was done" % signal)
            touched.append(step)
            step.do()
    except Exception as failure:
        # Whatever it was, a defect of ours included: the host is put back before anybody hears of it.
        outcomes = [step.undo() for step in reversed(touched)]
        # Putting one key back may change another (ip_forward, conf.all): what does not hold any more is put back once more.
        raise Stopped(_message(failure), outcomes + [step.undo() for step in touched if isinstance(step, KeyStep)])


def _message(failure):
    if isinstance(failure, errors.LinuxnetError):
        return failure.message
    if isinstance(failure, (IOError, OSError)) and failure.filename:
        return "%s: %s" % (failure.filename, reason(failure))
    return "%s: %s; this should not happen, please report it" % (type(failure).__name__, failure)


def runtime_diff(rows):
    """Return the diff of running values from (name, before, after) rows."""
    return {
        "before_header": "running values", "after_header": "running values",
        "before": "".join("%s = %s\n" % (name, before) for name, before, _after in rows),
        "after": "".join("%s = %s\n" % (name, after) for name, _before, after in rows),
    }


def file_diff(path, before, after):
    """Return the diff of a file's bytes, the values of secret keys left out."""
    return {"before_header": path, "after_header": path, "before": drop_in.display(before), "after": drop_in.display(after)}


def failure(stopped, rows):
    """Return the TransactionError that says what stopped a walk, what was undone and what could not be."""
    return errors.TransactionError(
        "; ".join([stopped.message, stopped.standing()] + stopped.notes),
        changed=bool(stopped.left), undone=stopped.undone, left=stopped.left, problems=[stopped.message], settings=rows)
