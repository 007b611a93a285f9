# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together what a host says about its sysctl keys."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, drop_in, errors, support, sysctl_name
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot


def read_parameters(patterns, tree, drop_in_bytes, release):
    """Return {name: {supported, runtime, persisted, writable, per_namespace, reason, removed_in}} for names and globs.

    ``*`` stays within one component of a name, as in sysctl.d(5). Catalogue rows that a pattern matches are reported
    also when this kernel lacks them. A field that is not known is absent. What /proc shows comes first, the version
    second. Raises InvalidInput for hostile names.
    """
    version = support.kernel_version(release)
    persisted = drop_in.lookup_all(drop_in_bytes)
    return dict((name, _facts(name, tree, persisted, version)) for name in _names(patterns, tree))


def read_answers(wish, tree, drop_in_bytes, conf_dir):
    """Return ({name: the complete answer}, warnings): read_parameters, the boot value, and what the catalogue says.

    ``wish``: names (names or globs), path (the drop-in) and loader (auto, systemd or procps); ``conf_dir`` is a ConfDir. Adds boot
    {value, source, shadowed, loader}, default, minimum, maximum and unit. Raises what read_parameters raises.
    """
    found = read_parameters(wish["names"], tree, drop_in_bytes, tree.release())
    seen = boot.observe(conf_dir, wish["loader"])
    _facts_of_boot, warnings = boot.read_parameters_boot(found, seen, conf_dir.place(wish["path"]))
    for name, row in found.items():
        row.update(_documented(catalogue.get(name)))
    return found, warnings


def _documented(parameter):
    """Return what the catalogue knows of a key; a limit that there is none of is absent."""
    fields = ((field, getattr(parameter, field, None)) for field in ("default", "minimum", "maximum", "unit"))
    return dict((field, value) for field, value in fields if value not in (None, ""))


def _names(patterns, tree):
    names = set()
    for spelling in patterns:
        if not sysctl_name.is_pattern(spelling):
            names.add(sysctl_name.canonical(spelling))
            continue
        pattern = sysctl_name.canonical_pattern(spelling)
        names.update(_present(tree, pattern))
        names.update(row.name for row in catalogue.parameters() if "*" not in row.name and sysctl_name.matches(row.name, pattern))
    return sorted(names)


def _present(tree, pattern):
    """Return the names of this kernel that a pattern matches, walking only the folders that can hold some."""
    paths = [""]
    for glob in sysctl_name.components(pattern):
        paths = [
            (path + "/" + entry).lstrip("/")
            for path in paths for entry in _entries(tree, path, glob) if sysctl_name.component_matches(entry, glob)
        ]
    return [sysctl_name.to_dots(path) for path in paths if tree.exists(path) and sysctl_name.is_spellable(path)]


def _entries(tree, path, glob):
    return tree.names(path) if sysctl_name.is_pattern(glob) else [glob]


def _facts(name, tree, persisted, version):
    path = sysctl_name.to_path(name)
    parameter = catalogue.get(name)
    facts = {"supported": tree.exists(path)}
    if facts["supported"]:
        facts["writable"] = tree.refusal(path) == 0
        facts.update(_runtime(name, path, tree))
    else:
        facts.update(_absence(parameter, version))
    if parameter is not None:
        facts["per_namespace"] = catalogue.is_per_namespace(parameter, version)
    if name in persisted and not sysctl_name.is_secret(name):
        facts["persisted"] = persisted[name]
    return facts


def _runtime(name, path, tree):
    """Return the running value; none of a secret, nor of a key that refuses, nor of one that just vanished."""
    if sysctl_name.is_secret(name):
        return {}
    try:
        text = tree.read(path)
    except errors.SourceUnavailable:
        return {}
    return {} if text is None else {"runtime": " ".join(text.split())}


def _absence(parameter, version):
    why = support.reason(parameter, version)
    if why != support.REMOVED:
        return {"reason": why}
    return {"reason": why, "removed_in": catalogue.removed_in(parameter)}
