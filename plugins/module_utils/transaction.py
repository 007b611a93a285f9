# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply a set of sysctl settings as one transaction: all of it holds now and after a reboot, or everything is put back."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_plan, drop_in, errors, plan as planning, sysctl_name, sysctl_value

Request = planning.Request

_NOTHING = "nothing was changed"


def apply(request, tree, store, boot=None):
    """Bring the host to what the request says and return {changed, settings, diff, warnings}, and taken_over where lines were.

    ``tree`` is a SysctlTree, ``store`` a DropInFile and ``boot`` a readers.boot.BootFiles; without one, nobody asks what the next
    boot makes of the drop-in. Check mode walks the same path up to the first write. The result tells of each key: name, before and
    after {runtime, persisted}, status changed, unchanged or skipped (with reason).
    Raises TransactionError; its details {changed, settings, undone, left, problems} say how things stand.
    """
    try:
        plan = _foreseen(request, _prepare(request, tree, store), boot, tree)
    except errors.TransactionError:
        raise
    except errors.LinuxnetError as error:
        raise _refusal([error.message])
    if not request.check_mode:
        _execute(request, plan, tree, _Files(store, boot))
    return _result(request, plan)


def _prepare(request, tree, store):
    """Work out the whole plan and try every door; raise TransactionError with all problems before anything is written."""
    raws, problems = planning.names(request)
    problems = _contradictions(request) + problems + _path_problems(request, store)
    if problems and not raws:
        raise _refusal(problems)
    observed = dict((name, _observe(tree, name)) for name in planning.observed_names(raws))
    plan, found = planning.build(request, raws, observed, store.read() if request.persist else None, tree.release())
    if problems or found:
        raise _refusal(problems + found)
    if plan.file_after != plan.file_before:
        _rehearse_file(store)
    return plan


def _foreseen(request, plan, boot, tree):
    """Return the plan with the edits that let the drop-in win at boot; raise TransactionError where another file wins."""
    outlook = _outlook(request, plan, boot, tree)
    if outlook is None:
        return plan
    if outlook.problems:
        raise _refusal(outlook.problems)
    for edit in outlook.edits:
        _rehearse_file(boot.store(edit.path))
    return plan._replace(edits=outlook.edits, warnings=plan.warnings + outlook.warnings)


def _outlook(request, plan, boot, tree):
    """Return what boot_plan foresees, or for state absent how boot_retire clears lines of keys that are gone; None when nobody asks."""
    if boot is not None and request.state == "absent" and request.shadowed == boot_plan.TAKE_OVER:
        missing = [target.name for target in plan.targets if not tree.exists(sysctl_name.to_path(target.name))]
        return boot.retire(request.path, missing, tree.release())
    wanted = _booted(request, plan, boot)
    return boot.foresee(request.path, plan.file_after, wanted, request.shadowed) if wanted else None


def _booted(request, plan, boot):
    """Return the targets that the next boot shall set."""
    if boot is None or not request.persist or request.state == "absent":
        return []
    return [target for target in plan.targets if not target.skipped]


def _contradictions(request):
    if not (request.persist or request.runtime):
        return ["persist and runtime are both false, so there is nothing to do; set one of them to true"]
    if request.state == "absent" and not request.persist:
        return ["state absent takes keys out of the drop-in and leaves the running values alone; it needs persist: true"]
    return []


def _path_problems(request, store):
    try:
        if request.persist:
            store.check()
    except errors.InvalidInput as error:
        return [error.message]
    return []


def _observe(tree, name):
    path = sysctl_name.to_path(name)
    if not tree.exists(path):
        return planning.Observation(False, None, 0, 0)
    try:
        text = tree.read(path)
    except errors.SourceUnavailable:
        text = None
    runtime = None if text is None else sysctl_value.squeeze(text)
    return planning.Observation(True, runtime, tree.refusal(path), tree.mode(path))


def _rehearse_file(store):
    try:
        store.rehearse()
    except (IOError, OSError) as error:
        raise _refusal(["%s: cannot be written (%s)" % (store.path, _reason(error))])


def _refusal(problems):
    more = "" if len(problems) == 1 else " (1 of %d problems; also: %s)" % (len(problems), "; ".join(problems[1:]))
    return errors.TransactionError(
        "%s%s; %s" % (problems[0], more, _NOTHING), changed=False, settings=[], undone=[], left=[], problems=problems)


class _Failure(errors.LinuxnetError):
    """One step did not work; the message says which and why."""


# boot is None where nobody asks what the next boot sets.
_Files = namedtuple("_Files", "store boot")


def _execute(request, plan, tree, files):
    """Write, read back and persist; on any failure put back what was touched, last first."""
    touched = []
    try:
        for target in plan.writes:
            touched.append(_KeyStep(target, tree))
            touched[-1].do()
        _confirm(request, plan, tree)
        for step in _file_steps(plan, files):
            touched.append(step)
            step.do()
        _confirm_boot(request, plan, files)
    except Exception as failure:
        # Whatever it was, a defect of ours included: the host is put back before anybody hears of it.
        raise _rolled_back(failure, [step.undo() for step in reversed(touched)], plan)


def _file_steps(plan, files):
    """Yield the drop-in first, then backup and file of each edit: whenever the power fails, the next boot has a value to set."""
    if plan.file_after != plan.file_before:
        yield _FileStep(files.store, plan.file_before, plan.file_after)
    for edit in plan.edits:
        backup = files.boot.backup(edit.path)
        kept = backup.read()
        if kept != edit.before:
            yield _FileStep(backup, kept, edit.before)
        yield _FileStep(files.boot.store(edit.path), edit.before, edit.after)


def _confirm_boot(request, plan, files):
    """Ask once more, now that all files are written, what the next boot sets."""
    wanted = _booted(request, plan, files.boot)
    if wanted and request.shadowed != boot_plan.WARN:
        problems = files.boot.foresee(request.path, files.store.read(), wanted, boot_plan.FAIL).problems
        if problems:
            raise _Failure("after writing: %s" % "; ".join(problems))


def _confirm(request, plan, tree):
    """Read every wanted key once more: writing one key may change another (ip_forward, conf.all)."""
    for target in plan.targets:
        if request.runtime and target.wanted is not None and not target.skipped:
            _hold(target, tree)


def _hold(target, tree):
    text = tree.read(sysctl_name.to_path(target.name))
    if text is None:
        raise _Failure('%s: "%s": the key vanished' % (target.name, target.wanted))
    if not sysctl_value.same(target.parameter, text, target.wanted):
        raise _Failure('%s: "%s" was written, the kernel holds "%s"; ask for a value that it keeps' % (
            target.name, target.wanted, sysctl_value.squeeze(text)))


class _KeyStep(object):
    """Write one key, or put back what it was."""

    def __init__(self, target, tree):
        self._target, self._tree = target, tree
        self._path = sysctl_name.to_path(target.name)
        self.name = target.name

    def do(self):
        try:
            self._tree.write(self._path, self._target.wanted)
        except (IOError, OSError) as error:
            raise _Failure('%s: "%s": the kernel refused it (%s)%s' % (
                self.name, self._target.wanted, _reason(error), _allowed(self._target.parameter)))
        _hold(self._target, self._tree)

    def undo(self):
        """Return None when the key holds its old value by itself, else (name, None) or (name, why it is left so)."""
        try:
            now = self._tree.read(self._path)
            if now is None or sysctl_value.squeeze(now) == self._target.runtime:
                return None
            self._tree.write(self._path, self._target.runtime)
            now = self._tree.read(self._path)
        except (errors.LinuxnetError, IOError, OSError) as error:
            return self.name, _left(self.name, self._target.runtime, _reason(error))
        if now is None or sysctl_value.squeeze(now) == self._target.runtime:
            return self.name, None
        return self.name, _left(self.name, self._target.runtime, 'the kernel holds "%s"' % sysctl_value.squeeze(now))


class _FileStep(object):
    """Give one file its new bytes, or the old ones; None is no file."""

    def __init__(self, store, before, after):
        self._store, self._before, self._after = store, before, after
        self.name = store.path

    def do(self):
        if self._store.read() != self._before:
            raise _Failure("%s: somebody else changed it meanwhile; run again" % self.name)
        try:
            self._become(self._after)
        except (IOError, OSError) as error:
            raise _Failure("%s: cannot be %s (%s)" % (self.name, "removed" if self._after is None else "written", _reason(error)))

    def undo(self):
        try:
            # Only our own bytes are taken back; those of somebody else are not ours to undo.
            if self._store.read() != self._after:
                return None
            self._become(self._before)
        except (errors.LinuxnetError, IOError, OSError) as error:
            return self.name, _left(self.name, None, _reason(error))
        return self.name, None

    def _become(self, data):
        if data is None:
            self._store.remove()
        else:
            self._store.replace(data)


def _left(name, before, why):
    return {"name": name, "reason": why} if before is None else {"name": name, "before": before, "reason": why}


def _reason(error):
    if getattr(error, "errno", None) is None:
        return str(error)
    return planning.errno_text(error.errno, error.strerror)


def _allowed(parameter):
    if parameter.type in ("string", "port_list") or (parameter.minimum, parameter.maximum) == (None, None):
        return ""
    return "; allowed: %s" % sysctl_value.allowed(parameter)


def _rolled_back(failure, outcomes, plan):
    """Return the TransactionError that says what failed, what was undone and what could not be."""
    outcomes = [outcome for outcome in outcomes if outcome]
    undone = [name for name, left in outcomes if left is None]
    left = [left for _name, left in outcomes if left is not None]
    return errors.TransactionError(
        "%s; %s" % (_message(failure), _standing(undone, left)),
        changed=bool(left), undone=undone, left=left, problems=[_message(failure)],
        settings=[_stopped_row(target, set(item["name"] for item in left)) for target in plan.targets])


def _message(failure):
    if isinstance(failure, errors.LinuxnetError):
        return failure.message
    return "%s: %s; this should not happen, please report it" % (type(failure).__name__, failure)


def _standing(undone, left):
    put_back = "put back: %s" % ", ".join(undone) if undone else ""
    if left:
        stuck = "; ".join("%s (%s)" % (item["name"], item["reason"]) for item in left)
        return "%scould not be put back: %s" % (put_back + "; " if put_back else "", stuck)
    return "%s; everything is as it was before" % put_back if put_back else _NOTHING


def _stopped_row(target, left):
    row = {"name": target.name, "before": _facts(target, target.runtime, target.persisted)}
    row["status"] = "left" if target.name in left else "unchanged"
    return row


def _result(request, plan):
    settings = [_row(request, plan, target) for target in plan.targets]
    result = {
        "changed": bool(plan.writes or plan.edits) or plan.file_after != plan.file_before,
        "settings": settings,
        "diff": _runtime_diff(plan) + _file_diffs(request, plan),
        "warnings": plan.warnings,
    }
    if plan.edits:
        result["taken_over"] = [{"name": name, "source": source, "path": edit.path} for edit in plan.edits for source, name in edit.taken]
    return result


def _row(request, plan, target):
    """Return what a key was and is; the drop-in's part is read out of the bytes that were written."""
    persisted = drop_in.lookup(plan.file_after, target.name) if request.persist else None
    runtime = target.wanted if target in plan.writes else target.runtime
    differs = (runtime, persisted) != (target.runtime, target.persisted)
    row = {"name": target.name, "status": "skipped" if target.skipped else "changed" if differs else "unchanged"}
    row.update(before=_facts(target, target.runtime, target.persisted), after=_facts(target, runtime, persisted))
    if target.skipped:
        row["reason"] = target.skipped
    return row


def _facts(target, runtime, persisted):
    """Return the fields that are known; missing is not empty, and secrets are not shown."""
    facts = {} if sysctl_name.is_secret(target.name) else {"runtime": runtime, "persisted": persisted}
    return dict((field, value) for field, value in facts.items() if value is not None)


def _runtime_diff(plan):
    if not plan.writes:
        return []
    return [{
        "before_header": "running values", "after_header": "running values",
        "before": "".join("%s = %s\n" % (target.name, target.runtime) for target in plan.writes),
        "after": "".join("%s = %s\n" % (target.name, target.wanted) for target in plan.writes),
    }]


def _file_diffs(request, plan):
    files = [(request.path, plan.file_before, plan.file_after)] + [(edit.path, edit.before, edit.after) for edit in plan.edits]
    return [{
        "before_header": path, "after_header": path,
        "before": drop_in.display(before), "after": drop_in.display(after),
    } for path, before, after in files if before != after]
