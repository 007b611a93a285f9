# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put running values and files back to what a journal holds: on request, after a crash, and when nobody confirmed a change."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import OrderedDict, namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils import keeper as keeping, steps
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import (
    catalogue, drop_in, errors, journal, plan as planning, sysctl_name, sysctl_value,
)

FAIL, KEEP = CONFLICTS = ("fail", "keep")

# What putting a journal back takes: ``steps`` to walk, ``conflicts`` [text] with what others changed since, rows and diffs for the result.
Way = namedtuple("Way", "steps conflicts rows diffs")

_WAY_OUT = ("conflicts: keep puts the rest back and leaves these as they are; to have the old values all the same, set them with state: present")


def way_back(record, tree, open_store):
    """Return the Way from the host as it is now to what it was before ``record``. Raises SourceUnavailable."""
    way = Way([], [], [], [])
    for change in reversed(record.files):
        _file_back(change, change.path == record.path, open_store(change.path), way)
    targets = [target for target in (_key_back(change, tree, way) for change in record.keys) if target]
    # As the kernel wants them, not as they were written: one key may change another, and some take values only in an order.
    way.steps.extend(steps.KeyStep(target, tree) for target in planning.write_order(targets))
    return way


def _key_back(change, tree, way):
    """Return the Target that puts a key back, None when there is nothing to do or somebody else changed it."""
    now = tree.read(sysctl_name.to_path(change.name))
    if now is None:
        way.conflicts.append("%s: the kernel does not have it any more" % change.name)
        return None
    now = sysctl_value.squeeze(now)
    parameter = catalogue.get(change.name) or sysctl_value.shape_of(change.name, now)
    row = {"name": change.name, "before": {"runtime": now}, "after": {"runtime": now}, "status": "unchanged"}
    way.rows.append(row)
    if sysctl_value.same(parameter, now, change.before):
        return None
    if not sysctl_value.same(parameter, now, change.after):
        way.conflicts.append('%s: holds "%s" now, neither what was set ("%s") nor what it was before ("%s")' % (
            change.name, now, change.after, change.before))
        row["status"] = "kept"
        return None
    row.update(status="changed", after={"runtime": change.before})
    return planning.Target(change.name, parameter, change.before, now, None, None)


def _file_back(change, is_drop_in, store, way):
    now = store.read()
    if now == change.before:
        return
    if now == change.after:
        wanted = change.before
    elif is_drop_in and now is not None:
        wanted = _merged(change, now, way)
    else:
        way.conflicts.append("%s: somebody else %s it since" % (change.path, "removed" if now is None else "changed"))
        return
    if wanted != now:
        _rehearse(store)
        way.steps.append(steps.FileStep(store, now, wanted, change.dress))
        way.diffs.append(steps.file_diff(change.path, now, wanted))


def _rehearse(store):
    """Raise InvalidInput or SourceUnavailable where the file cannot be written, or not be trusted any more."""
    try:
        store.rehearse()
    except (IOError, OSError) as error:
        raise errors.SourceUnavailable("%s: cannot be written (%s); make it writable first" % (store.path, steps.reason(error)))


def _merged(change, now, way):
    """Return the drop-in as it is now with only the journal's own lines put back."""
    before, after, held = [drop_in.lookup_all(data) for data in (change.before, change.after, now)]
    changed = [name for name in sorted(set(before) | set(after)) if before.get(name) != after.get(name)]
    ours = [name for name in changed if held.get(name) != before.get(name)]
    foreign = [name for name in ours if held.get(name) != after.get(name)]
    way.conflicts.extend("%s: %s stands there as %s now" % (change.path, name, _quoted(held.get(name))) for name in foreign)
    back = [name for name in ours if name not in foreign]
    restored = OrderedDict((name, before[name]) for name in back if name in before)
    data = drop_in.with_settings(now, restored) if restored else now
    return drop_in.without(data, set(back) - set(restored)) if set(back) - set(restored) else data


def _quoted(value):
    return "nothing" if value is None else '"%s"' % value


def restored(number, conflicts, check_mode, tree, keeper):
    """Put back what journal ``number``, or the latest one, changed: the module's result. Raises TransactionError."""
    if check_mode:
        return _restored(number, conflicts, True, tree, keeper)
    with keeper.held():
        _insist(keeper)
        return _restored(number, conflicts, False, tree, keeper)


def _restored(number, conflicts, check_mode, tree, keeper):
    entry, record = chosen(number, keeper)
    if entry.status == journal.RESTORED:
        return _told(Way([], [], [], []), entry, record, keeper)
    try:
        way = way_back(record, tree, keeper.open_store)
    except errors.LinuxnetError as error:
        raise keeping.refused([error.message])
    if way.conflicts and conflicts == FAIL:
        raise keeping.refused(["journal %d: others changed since what it would put back: %s; %s" % (
            entry.number, "; ".join(way.conflicts), _WAY_OUT)])
    if not check_mode:
        entry = carry_out(entry, way, keeper)
    return _told(way, entry, record, keeper)


def _insist(keeper):
    if keeper.unavailable:
        raise keeping.refused([keeper.unavailable])


def carry_out(entry, way, keeper):
    """Walk the way back; a crash on it leaves the journal open, and the next run goes on. Raises TransactionError."""
    before = entry.status
    entry = _moved(entry, journal.OPEN, keeper)
    closing = steps.Check(lambda: _closed(entry, keeper))
    try:
        with keeper.watching_signals():
            steps.walk(way.steps + [closing], keeper.interrupted)
    except steps.Stopped as stopped:
        if not stopped.left:
            _moved(entry, before, keeper)
        raise steps.failure(stopped, [])
    return entry._replace(status=journal.RESTORED)


def _closed(entry, keeper):
    try:
        keeper.move(entry, journal.RESTORED)
    except (IOError, OSError) as error:
        raise steps.Failure("%s: cannot be closed (%s)" % (keeper.path(entry), steps.reason(error)))


def _moved(entry, status, keeper):
    try:
        return keeper.move(entry, status)
    except (IOError, OSError) as error:
        raise keeping.refused(["%s: cannot be renamed (%s)" % (keeper.path(entry), steps.reason(error))])


def _told(way, entry, record, keeper):
    rows = sorted(way.rows, key=lambda row: row["name"])
    changed = [row for row in rows if row["status"] == "changed"]
    diffs = [steps.runtime_diff([(row["name"], row["before"]["runtime"], row["after"]["runtime"]) for row in changed])] if changed else []
    result = {
        "changed": bool(way.steps), "settings": rows, "diff": diffs + way.diffs,
        "warnings": ["journal %d: left as it is: %s" % (entry.number, conflict) for conflict in way.conflicts],
        "journal": dict(keeper.described(entry), time=record.time),
    }
    if record.comment:
        result["journal"]["comment"] = record.comment
    return result


def chosen(number, keeper):
    """Return (Entry, Record) of a journal, of the latest one in this network namespace for None. Raises TransactionError."""
    entries = keeper.entries()
    if number is not None:
        entries = [entry for entry in entries if entry.number == number]
    for entry in entries:
        record = keeper.record(entry)
        if keeper.belongs_here(record):
            return entry, record
        if number is not None:
            raise keeping.refused(["journal %d: is about another network namespace; run in that one (netns)" % number])
    raise keeping.refused([_nothing_there(number, keeper)])


def _nothing_there(number, keeper):
    have = ", ".join(str(entry.number) for entry in keeper.entries())
    what = "there is no journal of a change" if number is None else "there is no journal %d" % number
    return "%s: %s%s" % (keeper.folder(), what, "; there are: %s" % have if have else "")


def confirmed(number, check_mode, keeper):
    """Make a change stay that was waiting for this: the module's result. Raises TransactionError."""
    if check_mode:
        return _confirmed(number, True, keeper)
    with keeper.held():
        _insist(keeper)
        return _confirmed(number, False, keeper)


def _confirmed(number, check_mode, keeper):
    entry, record = chosen(number, keeper)
    if entry.status == journal.OPEN:
        raise keeping.refused(["journal %d: its run died half-way; put it back with state: restored, or run the settings again" % entry.number])
    if entry.status == journal.RESTORED:
        raise keeping.refused(["journal %d: was put back already, so there is nothing to confirm; run the settings again" % entry.number])
    if entry.status == journal.UNCONFIRMED and record.boot_id != keeper.machine.boot_id():
        raise keeping.refused(["journal %d: the host was restarted before this; put it back with state: restored, or run the settings again" % (
            entry.number)])
    if not check_mode:
        entry = _moved(entry, journal.APPLIED, keeper)
    return _told(Way([], [], [], []), entry, record, keeper)


def refuse_waiting(entry, record, keeper):
    """Raise TransactionError when the change of a journal still waits to be confirmed."""
    if entry.status == journal.UNCONFIRMED and record.boot_id == keeper.machine.boot_id() and keeper.watched(entry):
        left = max(0, int(record.confirm["deadline"] - keeper.machine.uptime()))
        raise keeping.refused([
            "journal %d (%s%s) waits to be confirmed for another %d s; confirm it with state: confirmed or put it back with state: restored first" % (
                entry.number, record.time, ", " + record.comment if record.comment else "", left)])


def settled(entry, record, tree, keeper):
    """Put back what a journal holds; return its row, see pending.settle. Raises TransactionError."""
    try:
        way = way_back(record, tree, keeper.open_store)
        carry_out(entry, way, keeper)
    except errors.LinuxnetError as error:
        raise errors.TransactionError("journal %d of %s, whose run died, could not be put back, so nothing new was begun: %s" % (
            entry.number, record.time, error.message), **(error.details or keeping.refused([error.message]).details))
    row = {
        "id": entry.number, "time": record.time, "undone": [step.name for step in way.steps], "kept": way.conflicts,
        "reason": "half-done" if entry.status == journal.OPEN else "unconfirmed",
    }
    return dict(row, comment=record.comment) if record.comment else row
