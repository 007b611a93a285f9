# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the network namespaces of a host, say whose they are, and be in them."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, net_namespace

# paths lead to the namespace, pids are the processes in it.
Namespace = namedtuple('Namespace', 'identity paths pids')

PROCESSES_SHOWN = 10
_NAME_FOLDERS = ('/run/netns/', '/var/run/netns/')


@contextlib.contextmanager
def visited(wanted, world):
    """Be in the namespace that the operator's text names, inside the with block; yield {netns: its facts}.

    None stands for the own namespace and gives {}. Raises InvalidInput, SourceUnavailable or Stranded.
    """
    if wanted is None:
        yield {}
        return
    target = net_namespace.parse_target(wanted)
    # What is hidden, or no namespace any more, is told where all are asked for; here it only shortens the list of processes.
    found, _warnings = survey(world)
    namespace = _located(target, world, found)
    with world.entered(namespace.paths, namespace.identity):
        yield {'netns': describe(namespace, world)}


def visited_to_write(wanted, persist, world):
    """Be in a namespace in order to set its sysctls, see ``visited``; a drop-in speaks for the host's own namespace alone."""
    if wanted is not None and persist:
        raise errors.InvalidInput(
            'netns: a drop-in is read when the host boots and never for a network namespace; set persist: false with netns, and run again '
            'when the namespace has been made anew')
    return visited(wanted, world)


def survey(world):
    """Return ([Namespace], warnings): every namespace that a process is in or that has a name, one's own first."""
    own = world.own()
    groups, warnings = {own: Namespace(own, [], [])}, []
    _add_processes(world, groups, warnings)
    for path in world.paths():
        _add_path(world, path, groups, warnings)
    rest = sorted(identity for identity in groups if identity != own)
    return [groups[own]] + [groups[identity] for identity in rest], warnings


def describe(namespace, world):
    """Return {inode, names, processes, process_count, container}; each name can be given to ``netns``.

    ``processes`` lists the first ones only. ``container`` is absent when the cgroup of the first process shows none.
    """
    about = {
        'inode': namespace.identity.inode, 'names': _names(namespace.paths), 'process_count': len(namespace.pids),
        'processes': [_process(pid, world) for pid in namespace.pids[:PROCESSES_SHOWN]],
    }
    container = net_namespace.container_of(world.about(namespace.pids[0], 'cgroup')) if namespace.pids else None
    return dict(about, container=container) if container else about


def visit(found, world, look, warnings):
    """Return [(namespace, what look() gave inside, None where it could not be entered or read)], without those that vanished."""
    visits, refusals = [], []
    for namespace in found:
        try:
            with world.entered(namespace.paths, namespace.identity):
                visits.append((namespace, look()))
        except errors.Vanished as error:
            warnings.append('%s; it is left out' % error.message)
        except errors.SourceUnavailable as error:
            visits.append((namespace, None))
            refusals.append(error.message)
    if refusals:
        warnings.append('%d of %d network namespaces could not be read; the first: %s' % (len(refusals), len(found), refusals[0]))
    return visits


def _add_processes(world, groups, warnings):
    pids, hidden = world.pids(), 0
    for pid in pids:
        try:
            identity = world.identity(_process_path(pid))
        except errors.SourceUnavailable:
            hidden += 1
            continue
        # None: it ended meanwhile, or nobody has fetched its exit status yet.
        if identity is not None:
            group = groups.setdefault(identity, Namespace(identity, [], []))
            group.pids.append(pid)
            group.paths.append(_process_path(pid))
    if hidden or 1 not in pids:
        warnings.append('%s hidden from this user, and so are the network namespaces that only they are in; root of the host sees them (become: true)' % (
            'Other users\' processes are' if not hidden else '1 process is' if hidden == 1 else '%d processes are' % hidden))


def _add_path(world, path, groups, warnings):
    try:
        identity = world.identity(path)
    except errors.InvalidInput as error:
        warnings.append('%s; it is left out' % error.message)
        return
    except errors.SourceUnavailable as error:
        warnings.append(error.message)
        return
    if identity is not None:
        group = groups.setdefault(identity, Namespace(identity, [], []))
        group.paths.append(path)


def _process_path(pid):
    return '/proc/%d/ns/net' % pid


def _names(paths):
    """Return what a namespace is called: iproute2's names, and the paths that other programs keep."""
    named = [path for path in paths if not path.startswith('/proc/')]
    return [path.rpartition('/')[2] if path.startswith(_NAME_FOLDERS) else path for path in named]


def _process(pid, world):
    comm = world.about(pid, 'comm')
    return {'pid': pid} if comm is None else {'pid': pid, 'comm': comm.decode('utf-8', 'replace').rstrip('\n')}


def _located(target, world, found):
    """Return the Namespace that a target means; the path that leads there comes first."""
    if target.kind == net_namespace.ALL:
        raise errors.InvalidInput('netns: all is for reading with socket_info; name one network namespace')
    path, identity = _FINDERS[target.kind](target.text, world, found)
    known = [namespace for namespace in found if namespace.identity == identity]
    others = [other for other in known[0].paths if other != path] if known else []
    return Namespace(identity, [path] + others, known[0].pids if known else [])


def _by_path(text, world, _found):
    return _existing(text, world, 'netns: %s: there is no such file; give the path of a network namespace' % text)


def _by_pid(text, world, _found):
    path = _process_path(int(text))
    return _existing(path, world, 'netns: %s: there is no process with this PID; a namespace with a name of digits goes by its path' % text)


def _by_name(text, world, found):
    named = _first_name(text, world)
    if named:
        return named
    names = sorted(set(name for namespace in found for name in _names(namespace.paths)))
    raise errors.InvalidInput('netns: %s: there is no network namespace of this name in /run/netns; there %s' % (
        text, 'are: ' + ', '.join(names) if names else 'are none with a name'))


def _by_container(text, world, _found):
    """Take a name before an id: where /run/netns shows Docker's sandboxes, their names look like ids."""
    named = _first_name(text, world)
    if named:
        return named
    members = {}
    for pid in world.pids():
        container = net_namespace.container_of(world.about(pid, 'cgroup'))
        if container and container.startswith(text):
            members.setdefault(container, []).append(pid)
    if len(members) > 1:
        raise errors.InvalidInput('netns: %s: %d containers have ids that begin so; give more digits' % (text, len(members)))
    for pid in _oldest_first(members.popitem()[1] if members else [], world):
        identity = world.identity(_process_path(pid))
        if identity is not None:
            return _process_path(pid), identity
    raise errors.InvalidInput(
        'netns: %s: no process is in a container of this id; does it run, and may this user see its processes (become: true)?' % text)


def _oldest_first(pids, world):
    """Sort by age: a service inside a container may have a network namespace of its own, the container's first process does not."""
    stats = [(world.about(pid, 'stat'), pid) for pid in pids]
    return [pid for _start, pid in sorted((net_namespace.start_time(stat), pid) for stat, pid in stats if stat)]


def _first_name(text, world):
    for folder in _NAME_FOLDERS:
        identity = world.identity(folder + text)
        if identity is not None:
            return folder + text, identity
    return None


def _existing(path, world, missing):
    identity = world.identity(path)
    if identity is None:
        raise errors.InvalidInput(missing)
    return path, identity


_FINDERS = {
    net_namespace.PATH: _by_path, net_namespace.PID: _by_pid, net_namespace.NAME: _by_name, net_namespace.CONTAINER: _by_container,
}
