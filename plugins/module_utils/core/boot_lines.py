# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the lines and files of sysctl.d that do not do what whoever wrote them expects, for keys below net."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import (
    catalogue, conf_glob, errors, modules_load, support, sysctl_conf, sysctl_name)

# What this host shows: exists(path) and folder(path) below /proc/sys, loaded(module), late(module), the kernel's version and release.
World = namedtuple("World", "exists folder loaded late version release")

_INTERFACE = re.compile(r"(net/ipv[46]/(?:conf|neigh)/([^/]+))/")
# Similar names are looked up for this many keys; each takes milliseconds.
_SUGGESTIONS = 20
_NEEDS_A_LINE = ("unreadable_line", "ineffective", "duplicate")


def examine(tree, rules, world):
    """Return [{kind, source, text, name?}] of a sysctl_conf.Tree, for one loader's conf_rules.Rules on one World.

    Kinds: removed, too_old, not_in_this_kernel, unknown_key, module_not_loaded, module_late, duplicate (another value), repeated (the same),
    unreadable_line, ineffective, bom, unreadable_file, special_file, dangling, directory, hidden_file, sysctl_conf_ignored. Lines that
    are known to be about keys outside net are left out, and so are those with the prefix ``-`` whose key is missing.
    """
    assignments, _problems = sysctl_conf.read(tree, rules)
    ours = [one for one in assignments if one.value is not None and one.key.startswith("net/") and not conf_glob.is_glob(one.key)]
    # An old loader takes the prefix for a part of the key.
    asked = set(one.key.lstrip("- ") for one in assignments)
    present = set(key for key in asked if key.startswith("net/") and not conf_glob.is_glob(key) and world.exists(key))
    problems = sysctl_conf.boot(tree, rules, [sysctl_conf.swap(key) for key in present]).problems
    lines = _Lines(tree, rules)
    found = [_known(problem, lines, ours) for problem in problems if lines.is_ours(problem)]
    return found + _keys(ours, present, lines, world)


class _Lines(object):
    """Look up the text behind ``file:line``."""

    def __init__(self, tree, rules):
        self._tree, self._rules = tree, rules
        self._content = dict((path, entry.content) for path, entry in sysctl_conf.files(tree, rules) if entry.kind == "file")

    def text(self, source):
        """Return one line; the byte order mark and blanks around are not part of it."""
        path, _colon, number = source.rpartition(":")
        lines = (self._content.get(path) or b"").split(b"\n")
        return sysctl_conf.text(lines[int(number) - 1]).lstrip(u"\ufeff").strip() if int(number) <= len(lines) else u""

    def is_ours(self, problem):
        """Tell whether a problem can be about a key below net."""
        if problem.kind in _NEEDS_A_LINE:
            return self._line_is_ours(problem.source) and not self._after_mark(problem)
        if problem.kind == "bom":
            line = self.text(problem.source)
            return bool(line) and line[0] not in "#;" and self._line_is_ours(problem.source)
        if problem.kind in ("hidden_file", "sysctl_conf_ignored"):
            return self._file_is_ours(problem.source)
        return True

    def tolerated(self, source):
        """Tell whether a line says that its key may be missing (sysctl.d(5), prefix ``-``)."""
        return self.text(source).startswith("-")

    def _line_is_ours(self, source):
        word = re.split(r"[=\s]", self.text(source).lstrip("- "))[0]
        return "/" not in word and "." not in word or sysctl_name.to_path(sysctl_name.to_dots(word.lstrip("/"))).startswith("net/")

    def _after_mark(self, problem):
        """Tell whether the byte order mark, reported by itself, is why this line is not understood."""
        path, _colon, number = problem.source.rpartition(":")
        return number == "1" and (self._content.get(path) or b"").startswith(b"\xef\xbb\xbf")

    def _file_is_ours(self, path):
        entries = [(directory.path + "/" + sysctl_conf.text(entry.name), entry) for directory in self._tree.directories for entry in directory.entries]
        entries.append((path, self._tree.sysctl_conf))
        content = next(entry.content for name, entry in entries if name == path and entry is not None)
        if content is None:
            return True
        return any(one.key.startswith("net/") for one in sysctl_conf.parse(path, content, self._rules)[0])


def _problem(kind, source, text, name=None):
    made = {"kind": kind, "source": source, "text": text}
    if name is not None:
        made["name"] = name
    return made


def _known(problem, lines, ours):
    """Turn a Problem of the boot prediction into a row; only the first word of a line is shown, its value may be a secret."""
    if problem.kind == "unreadable_line":
        word = lines.text(problem.source)[:60].split()[0]
        return _problem(problem.kind, problem.source, 'the line that begins with "%s" is no assignment; write: key = value' % word)
    if problem.kind != "duplicate":
        return _problem(problem.kind, problem.source, problem.message)
    line = next(one for one in ours if sysctl_conf.source(one) == problem.source)
    others = [one for one in ours if one.path == line.path and one.key == line.key and one.line < line.line]
    differs = any(one.value != line.value for one in others)
    return _problem("duplicate" if differs else "repeated", problem.source, problem.message, sysctl_conf.swap(line.key))


def _keys(ours, present, lines, world):
    """Return the rows about keys that are missing, or that a module brings too late."""
    out, asked = [], 0
    for assignment in ours:
        source = sysctl_conf.source(assignment)
        if assignment.key in present:
            found = _late(assignment.key, world)
        elif lines.tolerated(source):
            found = None
        else:
            found = _missing(assignment.key, world, asked < _SUGGESTIONS)
            asked += 1
        if found:
            out.append(_problem(found[0], source, found[1], sysctl_conf.swap(assignment.key)))
    return out


def _late(key, world):
    module = modules_load.module_of(sysctl_conf.swap(key))
    if module is None or not world.late(module):
        return None
    return "module_late", "the kernel module %s is not in modules-load.d; the boot sets the key only when something loads it before" % module


def _not_here(key, world):
    """Tell whether a key is missing because of an interface that is not there now, or because IPv6 is off."""
    interface = _INTERFACE.match(key)
    if interface and interface.group(2) not in ("all", "default"):
        return not world.folder(interface.group(1))
    return key.startswith("net/ipv6/") and not world.folder("net/ipv6")


def _missing(key, world, suggest):
    """Return (kind, text) for a key that /proc does not show; None where that is no fault of the line."""
    try:
        name = sysctl_name.canonical(sysctl_conf.swap(key))
    except errors.InvalidInput as exc:
        return "unknown_key", exc.message
    if _not_here(key, world):
        return None
    parameter = catalogue.get(name)
    why = support.reason(parameter, world.version)
    module = modules_load.module_of(name)
    if why == support.HIDDEN:
        return None
    if why == support.UNKNOWN and module is not None and not world.loaded(module):
        return "module_not_loaded", "the kernel module %s is not loaded" % module
    if parameter is None:
        advice = support.unknown(name) if suggest else "neither this kernel nor the catalogue knows it"
        return "unknown_key", advice[len(name) + 2:] if advice.startswith(name + ": ") else advice
    return _versioned(parameter, why, world)


def _versioned(parameter, why, world):
    if why == support.REMOVED:
        return "removed", "removed in Linux %s, this kernel is %s" % (catalogue.removed_in(parameter), world.release)
    if why == support.TOO_OLD:
        return "too_old", "exists since Linux %s, this kernel is %s" % (".".join(str(number) for number in parameter.since), world.release)
    needs = " without %s" % parameter.module if parameter.module else ""
    return "not_in_this_kernel", "this kernel (%s) was built%s and does not show it" % (world.release, needs or " otherwise")
