# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together which value the next boot sets for each key, by the loader that this host uses."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_plan, conf_rules, sysctl_conf, sysctl_name

_OTHER = {conf_rules.SYSTEMD: conf_rules.PROCPS, conf_rules.PROCPS: conf_rules.SYSTEMD}
_CREDENTIAL = "/run/credentials/@system/sysctl.extra"


def _entry(raw):
    return None if raw is None else sysctl_conf.Entry(*raw)


def read_tree(conf_dir):
    """Return the core's Tree of everything that either loader could read."""
    directories = [sysctl_conf.Directory(path, [_entry(raw) for raw in entries]) for path, entries in conf_dir.folders()]
    return sysctl_conf.Tree(directories, _entry(conf_dir.sysctl_conf()), _entry(conf_dir.credential()), _CREDENTIAL)


def choose_loader(init):
    """Return (loader, warnings) for what ``ConfDir.init()`` saw: systemd when it is PID 1 and its sysctl unit is not masked."""
    if init.get("pid1") != "systemd":
        return conf_rules.PROCPS, []
    if init["systemd_sysctl"] != "present":
        return conf_rules.PROCPS, ["systemd-sysctl.service is %s, so the rules of sysctl --system are assumed" % init["systemd_sysctl"]]
    if not init["writable"]:
        return conf_rules.SYSTEMD, ["/proc/sys/net is read-only here, so systemd-sysctl.service sets nothing at boot"]
    return conf_rules.SYSTEMD, []


def _shown(effective, name):
    if name not in effective:
        return "leaves it alone"
    return 'sets "%s" (%s)' % (effective[name]["value"], effective[name]["source"])


def _disagreements(chosen, other, loader):
    out = []
    for name in sorted(set(chosen) | set(other)):
        if chosen.get(name, {}).get("value") != other.get(name, {}).get("value"):
            out.append("%s: %s %s, %s %s" % (name, loader, _shown(chosen, name), _OTHER[loader], _shown(other, name)))
    return out


# loader is the one to go by; rules are those of each loader, versions as the port tells them.
Situation = namedtuple("Situation", "tree loader rules versions warnings")


def observe(conf_dir, loader="auto"):
    """Read everything that decides what the next boot sets: a Situation. Raises ValueError for a loader that is not known."""
    tree, versions, warnings = read_tree(conf_dir), conf_dir.versions(), []
    if loader == "auto":
        loader, warnings = choose_loader(conf_dir.init())
    if loader not in conf_rules.LOADERS:
        raise ValueError('loader "%s" is not known; give one of: auto, %s' % (loader, ", ".join(conf_rules.LOADERS)))
    rules = dict((each, conf_rules.rules(each, versions.get(each))) for each in conf_rules.LOADERS)
    return Situation(tree, loader, rules, versions, warnings)


def read_boot(conf_dir, names, loader="auto", accepts=None):
    """Compute the boot value of each key in ``names`` (dotted, existing here) from a ports.conf_dir.ConfDir.

    Returns ({name: {value, source, shadowed, loader}}, [{kind, source, message}], [warning]); a key that no file sets is absent.
    ``loader`` is auto, systemd or procps; ``accepts`` is passed on to core.sysctl_conf.boot. Raises ValueError for another loader.
    """
    seen = observe(conf_dir, loader)
    warnings = list(seen.warnings)
    if seen.loader not in seen.versions:
        warnings.append("the version of %s cannot be told from the file system; the newest is assumed" % seen.loader)
    chosen, differences = _compare(seen, names, accepts)
    return chosen.effective, [dict(problem._asdict()) for problem in chosen.problems], warnings + differences


def _compare(seen, names, accepts=None):
    """Return (Boot of the loader that counts, where the other one disagrees)."""
    boots = dict((each, sysctl_conf.boot(seen.tree, rules, names, accepts)) for each, rules in seen.rules.items())
    chosen = boots[seen.loader]
    return chosen, _disagreements(chosen.effective, boots[_OTHER[seen.loader]].effective, seen.loader)


def read_parameters_boot(parameters, seen, place):
    """Add ``boot`` to each row of ``parameters`` {name: row} that a file sets; return ({loader, path, version}, warnings).

    ``seen`` is what ``observe`` returned, ``place`` what ``ConfDir.place`` says of the drop-in. ``path`` in the result tells whether the
    loader reads it: read, unread (masked, say) or outside (of every folder). Keys that hold a secret get no boot value.
    """
    names = [name for name, row in parameters.items() if row["supported"] and not sysctl_name.is_secret(name)]
    chosen, differences = _compare(seen, names)
    for name, found in chosen.effective.items():
        parameters[name]["boot"] = found
    facts = {"loader": seen.loader, "path": _reading(seen, boot_plan.Place(*place))}
    if seen.loader in seen.versions:
        facts["version"] = list(seen.versions[seen.loader])
    return facts, seen.warnings + _unreadable(chosen.problems) + differences


def _reading(seen, place):
    # Whether a file is read does not depend on what it holds; it may not be there yet.
    tree = boot_plan.with_file(seen.tree, place, b"")
    return boot_plan.reading(_chosen(seen._replace(tree=tree)), place)


def _chosen(seen):
    """Return the files and the rules of the loader that counts."""
    return boot_plan.Boot(seen.tree, seen.rules[seen.loader])


def _unreadable(problems):
    return ["%s: %s" % (problem.source, problem.message) for problem in problems if problem.kind in ("unreadable_file", "special_file")]


class BootFiles(object):
    """Foresee the next boot for a transaction and open the files that decide it.

    ``open_store(path, like)`` gives a ports.drop_in_file.DropInFile; ``like`` names the file whose owner and mode a new one takes.
    ``open_files`` gives a ports.host_files.HostFiles, for ``modules`` alone.
    """

    # No loader reads a name that does not end in .conf, and systemd takes the tilde for a backup's.
    _BACKUP = ".linuxnet-tcp.bak~"

    def __init__(self, conf_dir, open_store, loader="auto", open_files=None):
        self._conf_dir, self._open, self._loader, self._open_files = conf_dir, open_store, loader, open_files

    def foresee(self, path, data, targets, shadowed):
        """Return core.boot_plan.foresee's Outlook for the files as they are now and the drop-in ``path`` with the bytes ``data``."""
        seen, place = self._observed(path)
        outlook = boot_plan.foresee(_chosen(seen), place, data, targets, shadowed)
        if outlook.problems or outlook.warnings:
            return outlook
        return outlook._replace(warnings=self._doubts(seen, place, data, targets, outlook.edits))

    def problems(self, path, data, targets):
        """Return why the drop-in, with the bytes ``data``, does not win at the next boot; none when it does."""
        seen, place = self._observed(path)
        return boot_plan.foresee(_chosen(seen), place, data, targets, boot_plan.FAIL).problems

    def _observed(self, path):
        return observe(self._conf_dir, self._loader), boot_plan.Place(*self._conf_dir.place(path))

    def retire(self, path, names, release):
        """Return core.boot_retire.retire's Outlook for those of ``names``, which /proc does not show, that this kernel no longer has."""
        from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_retire
        seen, place = self._observed(path)
        return boot_retire.retire(_chosen(seen), place, boot_retire.removed(names, release))

    @staticmethod
    def _doubts(seen, place, data, targets, edits):
        """Return what may make a good outlook wrong: files that cannot be read, and the other loader."""
        tree = boot_plan.with_file(seen.tree, place, data)
        for edit in edits:
            tree = boot_plan.with_file(tree, boot_plan.Place(edit.path, edit.path), edit.after)
        chosen, differences = _compare(seen._replace(tree=tree), [target.name for target in targets])
        return _unreadable(chosen.problems) + differences

    def modules(self, path, before, after, exists):
        """Return core.modules_load.companion's answer for the drop-in ``path``; ``exists`` tells of a dotted key. Raises InvalidInput."""
        from ansible_collections.linuxnet.tcp.plugins.module_utils.core import modules_load
        store = self.store(modules_load.place(path))
        files = self._open_files()
        world = modules_load.World(files.module_lists(), files.loaded_modules(), exists)
        found = modules_load.companion(path, store.read(), before, after, world)
        if found.before != found.after:
            store.check()
        return found

    def store(self, path):
        """Return the port of a file that is taken over, or of a list of modules."""
        return self._open(path, None)

    def backup(self, path):
        """Return the port of the backup beside a file that is taken over."""
        return self._open(path + self._BACKUP, path)
