# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Understand how operators call a network namespace, and what /proc tells of a process in one."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import re
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

ALL, PATH, PID, CONTAINER, NAME = 'all', 'path', 'pid', 'container', 'name'
# kind is one of the words above; text is what the operator wrote.
Target = namedtuple('Target', 'kind text')

# PIDs end at 4194304 (PID_MAX_LIMIT); container ids are shown with 12 or all of their 64 digits.
_PID = re.compile(r'[1-9][0-9]{0,9}\Z')
_CONTAINER = re.compile(r'[0-9a-f]{12,64}\Z')
# Docker, podman, containerd and CRI-O, with the cgroup drivers systemd and cgroupfs: /docker/ID, docker-ID.scope, libpod-ID.scope,
# crio-ID.scope, cri-containerd-ID.scope, kubepods-pod1.slice:cri-containerd:ID, kubepods/pod1/ID.
_CGROUP_ID = re.compile(r'(?:^|[-:])([0-9a-f]{64})(?:\.scope)?\Z')


def parse_target(text):
    """Return the Target that an operator's text means. Raises InvalidInput for what can name none."""
    if not text or not text.strip() or any(ord(char) < 32 for char in text):
        raise errors.InvalidInput('netns: %s names no network namespace; give a name, an absolute path, a PID or a container id' % json.dumps(text))
    if text == ALL:
        return Target(ALL, text)
    if text.startswith('/'):
        return Target(PATH, text)
    if _PID.match(text):
        return Target(PID, text)
    if '/' in text or text in ('.', '..'):
        raise errors.InvalidInput('netns: %s: neither a name nor an absolute path; begin a path with /' % json.dumps(text))
    return Target(CONTAINER if _CONTAINER.match(text) else NAME, text)


def container_of(cgroup):
    """Return the id of the container that a process is in, by its /proc/PID/cgroup (bytes or None); None when none shows.

    Of containers within containers it is the innermost. The monitor that stands beside a container (conmon) is not in it.
    """
    for line in (cgroup or b'').decode('latin-1').splitlines():
        for component in reversed(line.split('/')):
            found = _CGROUP_ID.search(component)
            if found:
                if 'conmon' in component:
                    break
                return found.group(1)
    return None


def start_time(stat):
    """Return when a process started, in clock ticks since boot, by its /proc/PID/stat (bytes); proc_pid_stat(5). Raises ParseError."""
    # The command's name, in parentheses, may hold anything, parentheses and blanks too.
    fields = stat.rpartition(b')')[2].split()
    if len(fields) < 20 or not fields[19].isdigit():
        raise errors.ParseError('/proc/PID/stat: field 22 (starttime) is missing or no number')
    return int(fields[19])


def label(inode):
    """Return a namespace's identity as readlink(1) of /proc/PID/ns/net prints it."""
    return 'net:[%d]' % inode
