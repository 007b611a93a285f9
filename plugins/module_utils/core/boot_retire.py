# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take lines of keys that this kernel no longer has out of the files that the next boot reads."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_plan, boot_shadow, catalogue, conf_glob, support, sysctl_conf

_MARKER = '# linuxnet.tcp.net_sysctl took the next line out, as this kernel has no %s. To undo it, remove this line and the next "#".'


def removed(names, release):
    """Return those of ``names``, keys that /proc does not show, that the catalogue says were removed before this kernel."""
    version = support.kernel_version(release)
    return [name for name in names if support.reason(catalogue.get(name), version) == support.REMOVED]


def retire(boot, place, names):
    """Return the boot_plan.Outlook of commenting out every line that sets one of ``names`` in a file other than the drop-in at ``place``.

    Lines in files that packages and programs own are left, each with a warning: they set nothing, so they are no reason to fail.
    """
    edits, warnings = [], []
    lines = _lines(boot, names)
    for path in sorted(set(line[0] for line in lines)):
        if path in (place.path, place.real):
            continue
        obstacle = boot_shadow.owner(path)
        mine = [(number, source, name) for at, number, source, name in lines if at == path]
        if obstacle:
            warnings.extend("%s: the line %s sets nothing on this kernel and stays: %s" % (name, source, obstacle) for _number, source, name in mine)
        else:
            edits.append(_edit(boot, path, mine))
    return boot_plan.Outlook(edits, [], warnings)


def _lines(boot, names):
    """Return [(path of the file that a link ends at, line number, file:line, name)] of the lines that spell one of the keys out."""
    wanted = dict((sysctl_conf.swap(name), name) for name in names)
    targets = dict((path, entry.target or path) for path, entry in sysctl_conf.files(boot.tree, boot.rules))
    assignments, _problems = sysctl_conf.read(boot.tree, boot.rules)
    found = set()
    for one in assignments:
        # An old loader takes the prefix for a part of the key.
        key = one.key.lstrip("- ")
        if one.value is not None and not conf_glob.is_glob(key) and key in wanted and targets.get(one.path, "").startswith("/"):
            found.add((targets[one.path], one.line, sysctl_conf.source(one), wanted[key]))
    return sorted(found)


def _edit(boot, path, lines):
    content = next(entry.content for at, entry in sysctl_conf.files(boot.tree, boot.rules) if (entry.target or at) == path)
    names = dict((number, name) for number, _source, name in lines)
    return boot_plan.Edit(path, content, boot_shadow.marked(content, dict((number, _MARKER % name) for number, name in names.items())),
                          [(source, name) for _number, source, name in lines])
