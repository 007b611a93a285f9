# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which lines of other files win over a drop-in at the next boot, or hide it, and take out those that may be edited."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_plan, conf_glob, conf_rules, sysctl_conf

# One key: boot sets value (None: leaves it alone) because of source (None: no line says so); obstacle says why the line stays.
Shadow = namedtuple("Shadow", "name wanted value source obstacle")

_Line = namedtuple("_Line", "place number assignment content obstacle")

# What packages and programs own: an edit would be undone by the next update or boot.
_OWNERS = (
    ("/run/credentials/", "it is the system credential sysctl.extra; change it where it is given"),
    ("/run/", "a program makes that file anew at each boot; change it there, or give a path whose name sorts after it"),
    ("/usr/", "that file belongs to a package and is not edited; %s"),
    ("/lib/", "that file belongs to a package and is not edited; %s"),
)
_BY_HAND = "take that line out by hand"
_MARKER = '# linuxnet.tcp.net_sysctl took the next line out, as %s sets %s. To undo it, remove this line and the next "#".'


def judged(ahead, place, state, targets, shadowed):
    """Return the Outlook of core.boot_plan.foresee where not all is well; ``ahead`` is the Boot with the drop-in, ``state`` whether it is read."""
    if state == boot_plan.OUTSIDE:
        return boot_plan.Outlook([], [], [_outside(place)])
    if state == boot_plan.UNREAD:
        return _sorted_out([], [_unread(ahead, place)], shadowed)
    if shadowed == boot_plan.TAKE_OVER:
        edits, left = take_over(ahead, place, targets)
    else:
        edits, left = [], shadows(ahead, place, targets)
    return _sorted_out(edits, [explain(shadow) for shadow in left], shadowed)


def _sorted_out(edits, problems, shadowed):
    return boot_plan.Outlook(edits, [], problems) if shadowed == boot_plan.WARN else boot_plan.Outlook(edits, problems, [])


def _outside(place):
    return ("%s: lies in no folder that a loader reads at boot (sysctl.d(5)), so nobody can tell which value the next boot sets; "
            "give a path in /etc/sysctl.d" % place.path)


def _unread(boot, place):
    name, loader = place.path.rpartition("/")[2], boot.rules.loader
    for path, _entry in sysctl_conf.files(boot.tree, boot.rules):
        if path.rpartition("/")[2] == boot_plan.shown(name):
            return "%s: %s hides it, the next boot does not read it; give a path of another name" % (place.path, path)
    return "%s: the loader of this host, %s, does not read it at boot; give a path in /etc/sysctl.d" % (place.path, loader)


def shadows(boot, place, targets):
    """Return the Shadow of each target that another file, or nobody, sets at boot."""
    return [shadow for shadow, _line in _shadowing(boot, place, targets)]


def _shadowing(boot, place, targets):
    """Return [(Shadow, _Line or None)]."""
    found, lost = boot_plan.lost(boot, targets)
    out = []
    for target, effective in lost:
        line = _winning_line(boot, place, found.assignments, target.name, effective)
        out.append((_shadow(target, effective, line), line))
    return out


def _shadow(target, effective, line):
    value = effective["value"] if effective else None
    if line is None:
        return Shadow(target.name, target.wanted, value, None, "no line says why; look for what keeps the loader from it")
    return Shadow(target.name, target.wanted, value, sysctl_conf.source(line.assignment), line.obstacle)


def _winning_line(boot, place, assignments, name, effective):
    """Return the _Line that sets the key last, or that excludes it."""
    keys = conf_glob.KeyTree([sysctl_conf.swap(name)])
    if effective:
        fitting = [each for each in assignments if each.value is not None and sysctl_conf.source(each) == effective["source"]]
    else:
        # Only systemd lets an exclusion cancel what is spelled out before it.
        fitting = [each for each in assignments if each.value is None and "one_slot_per_key" in boot.rules.features and keys.resolve(each.key)]
    if not fitting:
        return None
    exact = [each for each in fitting if keys.resolve(each.key)]
    assignment = (exact or fitting)[-1]
    entry = dict(sysctl_conf.files(boot.tree, boot.rules))[assignment.path]
    # Editing goes to the file that a link ends at.
    path = entry.target or assignment.path
    line = _Line(boot_plan.Place(path, path), assignment.line, assignment, entry.content, None)
    return line._replace(obstacle=_obstacle(line, place, bool(exact)))


def _obstacle(line, place, exact):
    """Return why a winning line is not commented out, with the way out; None when it can be."""
    if boot_plan.shown(place.real) in (boot_plan.shown(line.place.real), line.assignment.path) or boot_plan.shown(place.path) == line.assignment.path:
        return "that is a line of the drop-in itself, in a spelling that is not rewritten; " + _BY_HAND
    if not exact:
        return "it is a pattern that reaches other keys too; %s, or exclude the key from it" % _BY_HAND
    return owner(line.place.real, 'give a path whose name sorts after it, such as %s' % _later(line.assignment.path))


def owner(path, way_out="change it where the package takes it from"):
    """Return why a file is not edited, since a package or a program owns it, with the way out; None for the operator's files."""
    for prefix, reason in _OWNERS:
        if path.startswith(prefix):
            return reason % way_out if "%s" in reason else reason
    return None


def _later(path):
    """Return a path in /etc/sysctl.d that the loaders read after ``path``."""
    name = path.rpartition("/")[2]
    stem = name[:-len(".conf")] if name.endswith(".conf") else name
    return "/etc/sysctl.d/%s.linuxnet-tcp.conf" % stem


def take_over(boot, place, targets):
    """Return (edits, shadows left): comment out one winning line after the other until the drop-in wins, or nothing helps."""
    lines, tree = [], boot.tree
    while True:
        found = _shadowing(boot._replace(tree=tree), place, targets)
        done = set((line.place, line.number) for line, _name in lines)
        movable = [(line, shadow.name) for shadow, line in found if line and not line.obstacle and (line.place, line.number) not in done]
        if not movable:
            break
        lines.append(movable[0])
        tree = boot_plan.with_file(tree, movable[0][0].place, _commented(movable[0][0]))
    edits = _edits(boot, place, lines)
    for edit in edits:
        tree = boot_plan.with_file(tree, boot_plan.Place(edit.path, edit.path), edit.after)
    left = shadows(boot._replace(tree=tree), place, targets)
    # A line that is out and wins all the same stands behind a carriage return or a NUL in it.
    return edits, [shadow if shadow.obstacle else shadow._replace(obstacle="it cannot be commented out; " + _BY_HAND) for shadow in left]


def _commented(line):
    """Return the file with this line commented out; the numbers of the others stay."""
    pieces = line.content.split(b"\n")
    pieces[line.number - 1] = b"#" + pieces[line.number - 1]
    return b"\n".join(pieces)


def _edits(boot, place, lines):
    """Return one Edit for each file, with a comment above each line that is taken out."""
    contents = {}
    for path, entry in sysctl_conf.files(boot.tree, boot.rules):
        contents[entry.target or path] = entry.content
    out = []
    for path in sorted(set(line.place.path for line, _name in lines)):
        mine = sorted(((line.number, sysctl_conf.source(line.assignment), name) for line, name in lines if line.place.path == path))
        numbers = dict((number, name) for number, _source, name in mine)
        after = marked(contents[path], dict((number, _MARKER % (place.path, name)) for number, name in numbers.items()))
        out.append(boot_plan.Edit(path, contents[path], after, [(source, name) for _number, source, name in mine]))
    return out


def marked(content, markers):
    """Return the bytes of a file with the lines of ``markers`` {number: comment} commented out, each below its comment."""
    pieces = []
    for number, piece in enumerate(content.split(b"\n"), 1):
        if number in markers:
            end = b"\r" if piece.endswith(b"\r") else b""
            pieces.extend([boot_plan.encoded(markers[number]) + end, b"#" + piece])
        else:
            pieces.append(piece)
    return b"\n".join(pieces)


def explain(shadow):
    """Return one line about a Shadow: which value comes from where instead, and the ways out."""
    fate = "leaves it alone" if shadow.value is None else 'sets "%s"' % shadow.value
    where = " (%s)" % shadow.source if shadow.source else ""
    return '%s: the next boot %s%s and not "%s"; %s' % (shadow.name, fate, where, shadow.wanted, _way_out(shadow))


def _way_out(shadow):
    if shadow.obstacle:
        return shadow.obstacle
    path = shadow.source.rpartition(":")[0]
    name = "" if path == conf_rules.SYSCTL_CONF else "give a path whose name sorts after it, such as %s, " % _later(path)
    return "take that line out, %sor set shadowed: take_over, which comments it out" % name
