# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together everything that an audit needs to know of a host."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import parameters, sockets

_DETAILS = ('listeners', 'ephemeral', 'counters')
_RELEASE = re.compile(r'([0-9]+)\.([0-9]+)(?:\.([0-9]+))?')


def read_host(wish, procfs, diag, tree, drop_in):
    """Read the ``tcp_facts`` of docs/architecture.md, 3.4: (facts, warnings).

    ``wish``: parameters (names or globs), source (auto, netlink or proc). Raises InvalidInput, SourceUnavailable or ParseError.
    """
    release = _release(procfs)
    facts, warnings = sockets.read_sockets({'source': wish['source'], 'details': _DETAILS}, procfs, diag)
    facts['kernel'] = {'release': release, 'version': version(release)}
    facts['parameters'] = parameters.read_parameters(wish['parameters'], tree, drop_in.read(), release)
    return facts, warnings


def version(release):
    """Return the numbers at the start of a kernel release as a list: ``3.10.0-1160.el7`` gives [3, 10, 0].

    Raises ParseError when it does not start with two numbers.
    """
    found = _RELEASE.match(release)
    if not found:
        raise errors.ParseError('kernel release "%s": does not start with two numbers like 6.18' % release)
    return [int(number) for number in found.groups() if number is not None]


def _release(procfs):
    text = procfs.read('sys/kernel/osrelease')
    if text is None:
        raise errors.SourceUnavailable(
            '/proc/sys/kernel/osrelease is missing: this is no Linux host, or /proc is not mounted; run the audit on Linux hosts')
    return text.decode('ascii', 'replace').strip()
