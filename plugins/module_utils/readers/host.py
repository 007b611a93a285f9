# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together everything that an audit needs to know of a host."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import support
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot, machine, nat, parameters, sockets, stale, watched, writers

_DETAILS = ('listeners', 'ephemeral', 'counters', 'groups', 'keepalive', 'time_wait')
# These need to see processes, or a clock.
_WATCHED = ('owners', 'ages')


def read_host(wish, procfs, diag, tree, drop_in, world=None, files=None, processes=None, clock=None, nat_ports=None):
    """Read the ``tcp_facts`` of docs/architecture.md, 3.4: (facts, warnings).

    ``wish``: parameters (names or globs), source (auto, netlink or proc), namespaces (whether to look into the others, too; then
    ``world`` is a NetNamespaces). Without ``files``, a HostFiles, nothing is said of the next boot, its files and other writers.
    Without ``processes`` (a ProcessFiles) and ``clock`` there are no owners, ages and samples (``wish``: samples, interval), without
    ``nat_ports``, a nat.Ports, nothing of NAT.
    Raises InvalidInput, SourceUnavailable or ParseError.
    """
    # First: it says so when this is no Linux host, or one without /proc.
    release = tree.release()
    facts, warnings = _sockets(wish, procfs, diag, processes, clock)
    facts['kernel'] = {'release': release, 'version': list(support.kernel_version(release))}
    facts.update(machine.read_machine(procfs))
    facts['parameters'] = parameters.read_parameters(wish['parameters'], tree, drop_in.read(), release)
    if wish.get('namespaces'):
        from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespace_facts
        facts['namespaces'], more = namespace_facts.read_parameters(facts['parameters'], world, tree)
        warnings = warnings + more
    if files is not None:
        warnings = warnings + _add_boot(facts, files, tree, drop_in, release)
        facts['writers'] = writers.read_writers(files)
    if nat_ports is not None:
        # One read: an audit does not wait for counters to grow.
        facts['nat'] = nat.read_nat({'source': wish['source']}, nat_ports)
    return facts, warnings


def _add_boot(facts, files, tree, drop_in, release):
    """Add what the next boot does, and which of its files mislead; return warnings. The folders are read once for both."""
    folders = files.conf_dir()
    seen = boot.observe(folders)
    facts['boot'], doubts = boot.read_parameters_boot(facts['parameters'], seen, folders.place(drop_in.path))
    facts['boot_problems'] = stale.read_boot_problems(seen, files, tree, release)
    return doubts


def _sockets(wish, procfs, diag, processes, clock):
    options = {'source': wish['source'], 'details': _DETAILS}
    if processes is None:
        return sockets.read_sockets(options, procfs, diag)
    options = dict(options, details=_DETAILS + _WATCHED, samples=wish.get('samples'), interval=wish.get('interval'))
    return watched.read_watched(options, procfs, diag, processes, clock)
