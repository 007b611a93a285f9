# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read sockets and sysctls in the network namespaces of a host."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, net_namespace, sysctl_name, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespaces, watched


def read_sockets(options, world, procfs, diag, processes=None, clock=None):
    """Read the sockets that socket_info was asked for: (facts, warnings).

    Without ``options['netns']`` those of one's own namespace, with ``all`` a list ``namespaces`` with one row for each, else
    those of the namespace that it names, and ``netns`` about it. ``world`` is a NetNamespaces, ``processes`` a ProcessFiles, ``clock`` a
    Clock. Raises what readers.watched raises.
    """
    wanted = options.get('netns')
    if wanted is not None and net_namespace.parse_target(wanted).kind == net_namespace.ALL:
        return _sockets_of_all(options, world, lambda: watched.read_watched(options, procfs, diag, processes, clock))
    with namespaces.visited(wanted, world) as about:
        facts, warnings = watched.read_watched(options, procfs, diag, processes, clock)
    return dict(facts, **about), warnings


def _sockets_of_all(options, world, look):
    if (options.get('samples') or 1) > 1:
        raise errors.InvalidInput('samples: one look is taken where netns is all; ask for samples of one namespace at a time')
    if 'series' in (options.get('details') or ()):
        raise errors.InvalidInput('details: there is no series where netns is all; ask for one namespace at a time')
    found, warnings = namespaces.survey(world)
    visits = namespaces.visit(found, world, look, warnings)
    rows = []
    for namespace, (facts, more) in ((namespace, result or ({}, [])) for namespace, result in visits):
        rows.append(dict(facts, netns=namespaces.describe(namespace, world)))
        warnings.extend('%s: %s' % (net_namespace.label(namespace.identity.inode), warning) for warning in more)
    return {'namespaces': rows}, warnings


def read_parameters(parameters, world, tree):
    """Read in every namespace but one's own the keys that it has for itself: (rows, warnings).

    ``parameters`` is what readers.parameters found here. A row: inode, names, process_count, container (when a cgroup shows one) and
    parameters {name: value}, which is absent when the namespace could not be entered.
    """
    names = sorted(name for name, row in parameters.items() if 'runtime' in row and row.get('per_namespace', True))
    found, warnings = namespaces.survey(world)
    visits = namespaces.visit(found[1:], world, lambda: _values(names, tree), warnings)
    return [_row(namespaces.describe(namespace, world), values) for namespace, values in visits], warnings


def _values(names, tree):
    values = dict((name, _value(name, tree)) for name in names)
    return dict((name, value) for name, value in values.items() if value is not None)


def _value(name, tree):
    try:
        text = tree.read(sysctl_name.to_path(name))
    except errors.SourceUnavailable:
        return None
    return None if text is None else sysctl_value.squeeze(text)


def _row(about, values):
    row = dict((field, about[field]) for field in ('inode', 'names', 'process_count', 'container') if field in about)
    return row if values is None else dict(row, parameters=values)
