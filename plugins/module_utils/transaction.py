# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply a set of sysctl settings as one transaction: all of it holds now and after a reboot, or everything is put back."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils import keeper as keeping, pending, steps
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_plan, drop_in, errors, plan as planning, sysctl_name, sysctl_value

Request = planning.Request


def apply(request, tree, store, boot=None, keeper=None):
    """Bring the host to what the request says and return {changed, settings, diff, warnings}, taken_over where lines were, and modules on request.

    ``tree`` is a SysctlTree, ``store`` a DropInFile and ``boot`` a readers.boot.BootFiles; without one, nobody asks what the next
    boot makes of the drop-in. With a ``keeper`` the host is locked, and a journal is written before the first change; the result then has
    journal {id, path, status} when something changed, and recovered where a run that died had left something. Check mode walks the same
    path up to the first write. The result tells of each key: name, before and after {runtime, persisted}, status changed, unchanged or
    skipped (with reason).
    Raises TransactionError; its details {changed, settings, undone, left, problems} say how things stand.
    """
    if keeper is None or request.check_mode:
        result = _applied(request, tree, _Files(store, boot), keeper)
        return dict(result, warnings=pending.unsettled(keeper) + result["warnings"]) if keeper else result
    with keeper.held():
        recovered = pending.settle(tree, keeper)
        try:
            result = _applied(request, tree, _Files(store, boot), keeper)
        except errors.TransactionError as error:
            raise _after_recovery(error, recovered)
        return _kept(result, recovered, keeper)


def _applied(request, tree, files, keeper):
    try:
        plan = _foreseen(request, _prepare(request, tree, files.store, keeper), files.boot, tree)
        plan = _with_modules(request, plan, tree, files.boot)
    except errors.TransactionError:
        raise
    except errors.LinuxnetError as error:
        raise keeping.refused([error.message])
    result = _result(request, plan)
    if result["changed"] and not request.check_mode:
        _execute(request, plan, tree, files, keeper)
    return result


def _after_recovery(error, recovered):
    """Return the error with what was put back of an earlier run, which is a change even if nothing else is."""
    if not recovered:
        return error
    details = dict(error.details, recovered=recovered, changed=error.details["changed"] or any(row["undone"] for row in recovered))
    return errors.TransactionError("%s; before that, %s" % (error.message, "; ".join(_told(row) for row in recovered)), **details)


def _kept(result, recovered, keeper):
    """Return the result with what the keeper has to say."""
    more = {"warnings": [_told(row) for row in recovered] + result["warnings"]}
    if recovered:
        more.update(recovered=recovered, changed=result["changed"] or any(row["undone"] for row in recovered))
    if keeper.facts():
        more["warnings"] = more["warnings"] + keeper.prune()
        more["journal"] = keeper.facts()
    return dict(result, **more)


def _told(row):
    what = "a change that nobody confirmed" if row["reason"] == "unconfirmed" else "a run that died half-way"
    comment = " (%s)" % row["comment"] if "comment" in row else ""
    undone = "put back: %s" % ", ".join(row["undone"]) if row["undone"] else "nothing of it was left"
    kept = "; left as it is: %s" % "; ".join(row["kept"]) if row["kept"] else ""
    return "journal %d of %s%s: %s: %s%s" % (row["id"], row["time"], comment, what, undone, kept)


def _prepare(request, tree, store, keeper):
    """Work out the whole plan and try every door; raise TransactionError with all problems before anything is written."""
    raws, problems = planning.names(request)
    problems = _contradictions(request) + problems + _path_problems(request, store)
    if problems and not raws:
        raise keeping.refused(problems)
    observed = dict((name, _observe(tree, name)) for name in planning.observed_names(raws))
    plan, found = planning.build(request, raws, observed, store.read() if request.persist else None, tree.release(), _recorded(request, raws, keeper))
    if problems or found:
        raise keeping.refused(problems + found)
    if plan.file_after != plan.file_before:
        _rehearse_file(store)
    return plan


def _recorded(request, raws, keeper):
    return keeper.recorded(set(raws)) if keeper and request.state == "absent" and request.restore_runtime else {}


def _foreseen(request, plan, boot, tree):
    """Return the plan with the edits that let the drop-in win at boot; raise TransactionError where another file wins."""
    outlook = _outlook(request, plan, boot, tree)
    if outlook is None:
        return plan
    if outlook.problems:
        raise keeping.refused(outlook.problems)
    for edit in outlook.edits:
        _rehearse_file(boot.store(edit.path))
    return plan._replace(edits=outlook.edits, warnings=plan.warnings + outlook.warnings)


def _with_modules(request, plan, tree, boot):
    """Return the plan with the list of kernel modules that goes with the drop-in, when one is asked for."""
    if boot is None or not request.load_modules:
        return plan
    modules = boot.modules(request.path, plan.file_before, plan.file_after, lambda name: tree.exists(sysctl_name.to_path(name)))
    if modules.before != modules.after:
        _rehearse_file(boot.store(modules.path))
    return plan._replace(modules=modules)


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
    if request.load_modules and not request.persist:
        return ["load_modules names kernel modules for the next boot, beside the drop-in; it needs persist: true"]
    if request.state == "absent" and not request.persist:
        return ["state absent takes keys out of the drop-in and leaves the running values alone; it needs persist: true"]
    if request.restore_runtime and not (request.state == "absent" and request.runtime):
        return ["restore_runtime sets the running values that journals recorded; it needs state: absent and runtime: true"]
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
        raise keeping.refused(["%s: cannot be written (%s); make it writable, or give another path" % (store.path, steps.reason(error))])


# boot is None where nobody asks what the next boot sets.
_Files = namedtuple("_Files", "store boot")


def _execute(request, plan, tree, files, keeper):
    """Write, read back and persist; on any failure put back what was touched, last first."""
    keys = [steps.KeyStep(target, tree) for target in plan.writes]
    changed = list(_file_steps(plan, files))
    todo = keys + [steps.Check(lambda: _confirm(request, plan, tree))] + changed + [steps.Check(lambda: _confirm_boot(request, plan, files))]
    try:
        if keeper is None:
            steps.walk(todo)
        else:
            _journalled(files.store.place(), todo, [step.change() for step in keys], [step.change() for step in changed], keeper)
    except steps.Stopped as stopped:
        left = set(item["name"] for item in stopped.left)
        raise steps.failure(stopped, [_stopped_row(target, left) for target in plan.targets])


def _journalled(path, todo, keys, files, keeper):
    with keeper.watching_signals():
        try:
            keeper.begin(path, keys, files)
        except steps.Failure as failure:
            raise keeping.refused([failure.message])
        try:
            steps.walk(todo + [steps.Check(keeper.finish)], keeper.interrupted)
        except steps.Stopped as stopped:
            # With something left the journal stays open: it holds the values before, and the next run tries again.
            if not stopped.left:
                stopped.notes.extend(note for note in [keeper.abandon()] if note)
            raise


def _file_steps(plan, files):
    """Yield the modules and the drop-in, then backup and file of each edit: whenever the power fails, the next boot has a value to set."""
    if plan.modules and plan.modules.before != plan.modules.after:
        yield steps.FileStep(files.boot.store(plan.modules.path), plan.modules.before, plan.modules.after)
    if plan.file_after != plan.file_before:
        yield steps.FileStep(files.store, plan.file_before, plan.file_after)
    for edit in plan.edits:
        backup = files.boot.backup(edit.path)
        kept = backup.read()
        if kept != edit.before:
            yield steps.FileStep(backup, kept, edit.before)
        yield steps.FileStep(files.boot.store(edit.path), edit.before, edit.after)


def _confirm_boot(request, plan, files):
    """Ask once more, now that all files are written, what the next boot sets."""
    wanted = _booted(request, plan, files.boot)
    if wanted and request.shadowed != boot_plan.WARN:
        problems = files.boot.problems(request.path, files.store.read(), wanted)
        if problems:
            raise steps.Failure("after writing: %s" % "; ".join(problems))


def _confirm(request, plan, tree):
    """Read every wanted key once more: writing one key may change another (ip_forward, conf.all)."""
    for target in plan.targets:
        if request.runtime and target.wanted is not None and not target.skipped:
            steps.hold(target, tree)


def _stopped_row(target, left):
    row = {"name": target.name, "before": _facts(target, target.runtime, target.persisted)}
    row["status"] = "left" if target.name in left else "unchanged"
    return row


def _result(request, plan):
    persisted = drop_in.lookup_all(plan.file_after) if request.persist else {}
    settings = [_row(plan, target, persisted.get(target.name)) for target in plan.targets]
    result = {
        "changed": bool(plan.writes or plan.edits or (plan.modules and (plan.modules.added or plan.modules.removed)))
        or plan.file_after != plan.file_before,
        "settings": settings,
        "diff": _diffs(request, plan),
        "warnings": plan.warnings,
    }
    if plan.edits:
        result["taken_over"] = [{"name": name, "source": source, "path": edit.path} for edit in plan.edits for source, name in edit.taken]
    if plan.modules:
        result["modules"] = {"path": plan.modules.path, "added": plan.modules.added, "removed": plan.modules.removed}
    return result


def _row(plan, target, persisted):
    """Return what a key was and is; ``persisted`` is what the bytes that were written give it."""
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


def _diffs(request, plan):
    running = [(target.name, target.runtime, target.wanted) for target in plan.writes]
    files = [(request.path, plan.file_before, plan.file_after)] + [(edit.path, edit.before, edit.after) for edit in plan.edits]
    files += [plan.modules[:3]] if plan.modules else []
    return ([steps.runtime_diff(running)] if running else []) + [
        steps.file_diff(path, before, after) for path, before, after in files if before != after]
