# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together which value the next boot sets for each key, by the loader that this host uses."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_rules, sysctl_conf

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


def read_boot(conf_dir, names, loader="auto", accepts=None):
    """Compute the boot value of each key in ``names`` (dotted, existing here) from a ports.conf_dir.ConfDir.

    Returns ({name: {value, source, shadowed, loader}}, [{kind, source, message}], [warning]); a key that no file sets is absent.
    ``loader`` is auto, systemd or procps; ``accepts`` is passed on to core.sysctl_conf.boot. Raises ValueError for another loader.
    """
    tree, versions, warnings = read_tree(conf_dir), conf_dir.versions(), []
    if loader == "auto":
        loader, warnings = choose_loader(conf_dir.init())
    boots = {}
    for each in conf_rules.LOADERS:
        boots[each] = sysctl_conf.boot(tree, conf_rules.rules(each, versions.get(each)), names, accepts)
    if loader not in boots:
        raise ValueError('loader "%s" is not known; give one of: auto, %s' % (loader, ", ".join(conf_rules.LOADERS)))
    if loader not in versions:
        warnings.append("the version of %s cannot be told from the file system; the newest is assumed" % loader)
    chosen = boots[loader]
    warnings.extend(_disagreements(chosen.effective, boots[_OTHER[loader]].effective, loader))
    return chosen.effective, [dict(problem._asdict()) for problem in chosen.problems], warnings
