# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work out what a set of sysctl settings needs: which keys to write, in which order, and the new drop-in."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
from collections import OrderedDict, namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import (
    catalogue, drop_in, errors, sysctl_name, sysctl_value)

# settings is {name: raw value}; state is present or absent, unsupported fail or skip, shadowed fail, warn or take_over.
Request = namedtuple("Request", "settings state persist runtime path unsupported check_mode shadowed restore_runtime load_modules")
Request.__new__.__defaults__ = ("fail", False, False)

# What a host says about one key: runtime is None when it cannot be read, refusal the errno of opening it for writing.
Observation = namedtuple("Observation", "exists runtime refusal mode")

# One key of the request; wanted is None for state absent, skipped says why the key is left alone.
Target = namedtuple("Target", "name parameter wanted runtime persisted skipped")

# writes are the targets to be written, in order; the bytes are None where there is no file; edits are boot_plan's, of other files;
# modules is modules_load's Companion, None when nobody asked for one.
Plan = namedtuple("Plan", "targets writes file_before file_after warnings edits modules")
Plan.__new__.__defaults__ = (None,)

_START, _RANGE = PORT_KEYS = ("net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_port_range")
_FORWARDING = frozenset(["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"])
_RESET_BY_FORWARDING = frozenset(["net.ipv4.conf.all.accept_redirects"])
# What a booting kernel has before the drop-in is read (net/ipv4/af_inet.c, inet_init_net).
_BOOT_START, _BOOT_LOW = 1024, 32768
_READ_ONLY = (errno.EACCES, errno.EPERM)


def names(request):
    """Return ({canonical name: raw value} in order of name, problems): hostile names and keys that are given twice."""
    raws, spellings, problems = {}, {}, []
    for spelling, raw in request.settings.items():
        try:
            name = sysctl_name.canonical(spelling)
        except errors.InvalidInput as error:
            problems.append(error.message)
            continue
        if name in raws:
            problems.append("%s: given twice, as %s and %s; keep one" % ((name,) + tuple(sorted([spellings[name], spelling]))))
        raws[name], spellings[name] = raw, spelling
    return OrderedDict(sorted(raws.items())), problems


def observed_names(raws):
    """Return the keys to look at: those of the request, and the port key that the kernel compares with another."""
    return sorted(set(raws).union(PORT_KEYS if set(raws).intersection(PORT_KEYS) else ()))


def build(request, raws, observed, data, release, recorded=None):
    """Return (Plan, problems) from what the host says.

    ``observed`` is {name: Observation}, ``data`` the drop-in's bytes or None, ``recorded`` {name: running value} from before our first
    change, for state absent with restore_runtime. The plan counts only without problems.
    """
    persisted, targets, problems = drop_in.lookup_all(data), [], []
    for name, raw in raws.items():
        try:
            targets.append(_target(request, name, raw, observed, (persisted.get(name), (recorded or {}).get(name)), release))
        except errors.InvalidInput as error:
            problems.append(error.message)
    problems.extend(_port_problems(request, targets, observed))
    kept = [target for target in targets if not target.skipped]
    writes = write_order(_with_resets([target for target in kept if _has_to_write(request, target)], kept))
    problems.extend(problem for problem in (_obstacle(target, observed[target.name]) for target in writes) if problem)
    after = data if problems else _file_after(request, kept, data)
    return Plan(targets, writes, data, after, _warnings(targets), []), problems


def _target(request, name, raw, observed, known, release):
    seen, parameter, persisted = observed[name], catalogue.get(name), known[0]
    if request.state == "absent":
        return _taken_out(request, Target(name, parameter, known[1], seen.runtime, persisted, None), seen)
    if sysctl_name.is_secret(name):
        raise errors.InvalidInput(
            "%s: holds a secret (mode 0600), which results, diffs and a world-readable drop-in would spread; set it by other means" % name)
    if parameter is None and not seen.exists:
        raise errors.InvalidInput(_support().unknown(name))
    parameter = parameter or sysctl_value.shape_of(name, seen.runtime or "")
    wanted = sysctl_value.normalise(parameter, raw)
    target = Target(name, parameter, wanted, seen.runtime, persisted, None)
    skipped = _unsupported(request, target, seen, release)
    if skipped and request.unsupported == "fail":
        raise errors.InvalidInput(_support().explain(parameter, skipped, release))
    return target._replace(skipped=skipped)


def _taken_out(request, target, seen):
    """Return the target for state absent; ``wanted`` is the recorded value, None where the running value stays."""
    if not request.restore_runtime or not seen.exists:
        return target._replace(wanted=None)
    if target.wanted is None:
        raise errors.InvalidInput("%s: no journal holds a running value of it; set one with state: present, or leave restore_runtime out" % target.name)
    return target._replace(parameter=target.parameter or sysctl_value.shape_of(target.name, seen.runtime or ""))


def _unsupported(request, target, seen, release):
    if not seen.exists:
        support = _support()
        why = support.reason(target.parameter, support.kernel_version(release))
        return None if why == support.UNKNOWN and _comes_at_boot(request, target.name) else why
    if not _has_to_write(request, target):
        return None
    # Without a write bit not even the owner may write; with one, it is the user that lacks the right.
    closed = seen.refusal in _READ_ONLY and not seen.mode & 0o222
    return _support().READ_ONLY if closed or seen.refusal == errno.EROFS else None


def _support():
    """Return what knows why a key is missing or closed, which most sets never ask."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.core import support
    return support


def _comes_at_boot(request, name):
    """Tell whether the key may be missing now, as the next boot loads its module first."""
    if not request.load_modules or request.runtime:
        return False
    from ansible_collections.linuxnet.tcp.plugins.module_utils.core import modules_load
    return modules_load.module_of(name) is not None


def _has_to_write(request, target):
    if target.wanted is None or not request.runtime:
        return False
    return not sysctl_value.same(target.parameter, target.runtime, target.wanted)


def _with_resets(writes, kept):
    """Add the targets that hold now and that a write of forwarding in the same set resets; they come after it in order.

    A change of ip_forward, or of conf/all/forwarding, sets every conf/*/forwarding and conf/all/accept_redirects
    (net/ipv4/devinet.c, inet_forward_change).
    """
    names_written = set(target.name for target in writes)
    if not names_written.intersection(_FORWARDING):
        return writes
    return writes + [
        target for target in kept
        if target.name not in names_written and target.wanted is not None and _is_reset_by_forwarding(target.name)]


def _is_reset_by_forwarding(name):
    return name in _RESET_BY_FORWARDING or (name not in _FORWARDING and sysctl_name.matches(name, "net.ipv4.conf.*.forwarding"))


def _obstacle(target, seen):
    """Return why a key cannot be written, or not be put back afterwards; None when it can."""
    if seen.refusal:
        return "%s: cannot be opened for writing (%s); run as root (become: true)" % (target.name, errno_text(seen.refusal))
    if seen.runtime is None:
        return "%s: cannot be read, so it could not be put back; set it by other means" % target.name
    if getattr(target.parameter, "one_way", False):
        return "%s: stays set until the next boot, so it could not be put back; leave it to the drop-in with runtime: false" % target.name
    if len(seen.runtime) > sysctl_value.MAX_BYTES:
        return "%s: its running value is too long for one write, so it could not be put back; shorten it first" % target.name
    return None


def errno_text(number, text=None):
    """Return an errno for people: ``EINVAL: Invalid argument``."""
    name = errno.errorcode.get(number, "errno %s" % number)
    return "%s: %s" % (name, text) if text else name


def _port_problems(request, targets, observed):
    """Find what the kernel refuses in any order: a port range that begins below the first unprivileged port."""
    values = _port_values(targets, observed if request.runtime else {})
    if values is None or values[0] <= values[1]:
        return []
    return ["%s: begins at %d, below %s (%d), which the kernel refuses; raise the one or lower the other" % (
        _RANGE, values[1], _START, values[0])]


def _port_values(targets, observed):
    """Return (first unprivileged port, low end of the range) as they would be; None when they are not at stake."""
    wanted = dict((target.name, target.wanted) for target in targets if target.wanted and not target.skipped)
    if not set(wanted).intersection(PORT_KEYS):
        return None
    running = dict((name, seen.runtime) for name, seen in observed.items())
    texts = [wanted.get(name, running.get(name)) for name in PORT_KEYS]
    return None if None in texts else tuple(int(text.split()[0]) for text in texts)


def write_order(targets):
    """Return targets so that each comes after those it depends on, and the port keys as the running kernel takes them."""
    ordered = sorted(targets, key=lambda target: (getattr(target.parameter, "order", 0) or 0, target.name))
    by_name = dict((target.name, target) for target in targets)
    if _START in by_name and _RANGE in by_name:
        low = int((by_name[_RANGE].runtime or "0").split()[0])
        return _arranged(ordered, int(by_name[_START].wanted) > low)
    return ordered


def _arranged(ordered, range_first):
    """Swap the two port keys when the range has to come first; else the order of the catalogue is right."""
    if not range_first:
        return ordered
    start, low = [[target.name for target in ordered].index(name) for name in PORT_KEYS]
    swapped = list(ordered)
    swapped[start], swapped[low] = ordered[low], ordered[start]
    return swapped


def _file_after(request, kept, data):
    if not request.persist:
        return data
    if request.state == "absent":
        return drop_in.without(data, set(target.name for target in kept))
    if all(sysctl_value.same(target.parameter, target.persisted, target.wanted) for target in kept):
        return data
    ordered, sequence = _boot_order(kept)
    return drop_in.with_settings(data, OrderedDict((target.name, target.wanted) for target in ordered), sequence)


def _boot_order(kept):
    """Return targets as a booting kernel takes them, and the names whose order in the file matters."""
    ordered = sorted(kept, key=lambda target: (getattr(target.parameter, "order", 0) or 0, target.name))
    by_name = dict((target.name, target.wanted) for target in kept)
    if _START not in by_name or _RANGE not in by_name:
        return ordered, ()
    start, low = int(by_name[_START]), int(by_name[_RANGE].split()[0])
    if start > _BOOT_LOW:
        return _arranged(ordered, True), (_RANGE, _START)
    return ordered, (_START, _RANGE) if low < _BOOT_START else ()


def _warnings(targets):
    return [
        "%s: not in the catalogue; its form was taken from the running value, its range was not checked" % target.name
        for target in targets if target.wanted is not None and isinstance(target.parameter, sysctl_value.Shape)
    ]
