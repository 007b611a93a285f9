# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foresee what the next boot makes of a drop-in that is not written yet."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_rules, sysctl_conf, sysctl_value

FAIL, WARN, TAKE_OVER = "fail", "warn", "take_over"
# Whether the loader reads a drop-in: unread is one in a sysctl.d folder that is masked or not read by this version.
READ, UNREAD, OUTSIDE = "read", "unread", "outside"

# A file: path as the loader's folders spell it, real with links followed.
Place = namedtuple("Place", "path real")
# tree is sysctl_conf's Tree, rules those of the loader that the host uses.
Boot = namedtuple("Boot", "tree rules")
# A file of somebody else: the bytes before and after; taken is [(file:line, key)].
Edit = namedtuple("Edit", "path before after taken")
Outlook = namedtuple("Outlook", "edits problems warnings")


def foresee(boot, place, data, targets, shadowed):
    """Return the Outlook of a drop-in with the bytes ``data`` at ``place``.

    ``targets`` are core.plan Targets that the drop-in sets. With ``shadowed`` take_over the edits let them win; what cannot be
    edited is a problem. With warn the problems are warnings. A drop-in that lies outside every folder cannot be judged.
    """
    ahead = Boot(with_file(boot.tree, place, data), boot.rules)
    state = reading(ahead, place)
    if state == READ and not lost(ahead, targets)[1]:
        return Outlook([], [], [])
    from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_shadow
    return boot_shadow.judged(ahead, place, state, targets, shadowed)


def lost(boot, targets):
    """Return (core.sysctl_conf.Boot, [(target, effective or None)]): those of the targets that the next boot does not set as wanted."""
    found = sysctl_conf.boot(boot.tree, boot.rules, [target.name for target in targets])
    effective = [(target, found.effective.get(target.name)) for target in targets]
    return found, [(target, value) for target, value in effective if not _holds(target, value)]


def _holds(target, effective):
    return effective is not None and sysctl_value.same(target.parameter, effective["value"], target.wanted)


def with_file(tree, place, data):
    """Return the Tree as it is once the file at ``place`` holds ``data``; links to it show the same."""
    folder, _slash, name = place.path.rpartition("/")
    directories = list(tree.directories)
    if folder in conf_rules.DIRECTORIES and folder not in [directory.path for directory in directories]:
        directories.append(sysctl_conf.Directory(folder, []))
    directories = [_with_entry(directory, folder, encoded(name), place, data) for directory in directories]
    conf = tree.sysctl_conf
    if place.path == conf_rules.SYSCTL_CONF or (conf and conf.target == place.real):
        conf = _filled(conf or sysctl_conf.Entry(b"sysctl.conf", "file", None, None), data)
    return tree._replace(directories=directories, sysctl_conf=conf)


def _with_entry(directory, folder, name, place, data):
    direct = [entry for entry in directory.entries if directory.path == folder and entry.name == name]
    entries = [_filled(entry, data) if entry in direct or entry.target == place.real else entry for entry in directory.entries]
    if directory.path == folder and not direct:
        entries.append(sysctl_conf.Entry(name, "file", data, None))
    return directory._replace(entries=entries)


def _filled(entry, data):
    return entry._replace(kind="file", content=data)


def encoded(name):
    """Return the bytes of a file name or a line (surrogateescape, PEP 383)."""
    return name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")


def shown(path):
    """Return a path as core.sysctl_conf spells those of its files."""
    return sysctl_conf.text(encoded(path))


def _is_at(path, entry, place):
    return entry.target == place.real if entry.target else path == shown(place.path)


def reading(boot, place):
    """Return whether the loader reads the file at ``place``, which the tree holds: READ, UNREAD or OUTSIDE."""
    if any(_is_at(path, entry, place) for path, entry in sysctl_conf.files(boot.tree, boot.rules)):
        return READ
    known = place.path == conf_rules.SYSCTL_CONF or place.path.rpartition("/")[0] in conf_rules.DIRECTORIES
    return UNREAD if known else OUTSIDE
