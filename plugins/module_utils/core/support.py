# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say why a kernel does not show a sysctl key."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, errors

REMOVED, TOO_OLD, HIDDEN, UNKNOWN, READ_ONLY = "removed", "too_old", "hidden", "unknown", "read_only"


def kernel_version(release):
    """Return the numbers that a kernel release begins with: ``3.10.0-1160.el7`` gives (3, 10, 0). Raises ParseError."""
    found = re.match(r"\d+(?:\.\d+){1,2}", release)
    if not found:
        raise errors.ParseError('kernel release "%s": does not begin with two numbers like 6.18' % release)
    return tuple(int(number) for number in found.group().split("."))


def reason(parameter, version):
    """Return why a key that /proc does not show is missing, as the catalogue's row (or None) tells."""
    if parameter is None:
        return UNKNOWN
    if parameter.until and version[:len(parameter.until)] > parameter.until:
        return REMOVED
    if parameter.since and version < parameter.since:
        return TOO_OLD
    # Without its module or kernel option a key is missing everywhere; only the host itself could tell.
    if not parameter.module and not catalogue.is_per_namespace(parameter, version):
        return HIDDEN
    return UNKNOWN


def explain(parameter, why, release):
    """Return one line on a missing key that the catalogue knows: what is the case and the way out."""
    return "%s: %s; leave it out or set unsupported: skip" % (parameter.name, _situation(parameter, why, release))


def _situation(parameter, why, release):
    if why == REMOVED:
        return "removed in %s, this kernel is %s" % (catalogue.removed_in(parameter), release)
    if why == TOO_OLD:
        return "exists since %s, this kernel is %s" % (".".join(str(number) for number in parameter.since), release)
    if why == HIDDEN:
        return "a host-wide key, not visible in this network namespace"
    if why == READ_ONLY:
        return "read-only here (a host-wide key seen from a namespace, or /proc/sys mounted read-only)"
    return "this kernel does not show it" + (" (it needs %s)" % parameter.module if parameter.module else "")


def unknown(name):
    """Return one line on a key that neither the catalogue nor this kernel knows, with the nearest known names."""
    # A typing mistake is rare, and the library is not small.
    import difflib
    known = sorted(row.name for row in catalogue.parameters() if "*" not in row.name)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.9)
    advice = "did you mean %s?" % " or ".join(near) if near else "check the spelling, or load the kernel module that brings it"
    return "%s: neither this kernel nor the catalogue knows it; %s" % (name, advice)
