# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spell the names of sysctl keys: one canonical form, and the path below /proc/sys."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import fnmatch
import re

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable

# sysctl.d(5) gives blanks, "=" and the glob characters a meaning; interface names may hold any other printable character.
_UNSPELLABLE = re.compile(r"[^!-~]|[=*?\[\]\\]")

# NAME_MAX of one component; the longest key of a kernel has about 60 characters.
_MAX_NAME = 255

# Reading them needs root (mode 0600): facts, diffs and a world-readable drop-in must not spread them.
_SECRETS = ("net.ipv4.tcp_fastopen_key", "net.ipv6.conf.*.stable_secret")
# Nearly no key ends as one of them, which is asked first.
_SECRET_ENDS = tuple(pattern.rpartition("*")[2] for pattern in _SECRETS)


def canonical(name):
    """Return the dotted name of a key, as sysctl(8) prints it.

    Accepts ``net.ipv4.tcp_sack`` and ``net/ipv4/tcp_sack``: the first separator decides which of the two characters
    separates, the other one then stands for a dot inside a component (sysctl.d(5), procps src/sysctl.c slashdot).
    Raises InvalidInput for hostile or empty names and for keys outside ``net``.
    """
    dotted = to_dots(_text(name))
    parts = components(dotted)
    if any(part in ("", ".", "..") for part in parts):
        raise errors.InvalidInput('"%s": a component is empty, "." or ".."; write it like net.ipv4.tcp_syncookies' % dotted)
    if parts[0] != "net":
        raise errors.InvalidInput("%s: outside net.; this collection manages net.* only, use ansible.posix.sysctl for other keys" % dotted)
    if len(parts) < 2:
        raise errors.InvalidInput('"%s": names a folder, not a key; write it like net.ipv4.tcp_syncookies' % dotted)
    return dotted


def _text(name):
    if not isinstance(name, (type(""), type(u""))):
        raise errors.InvalidInput("%s: no name; give text like net.ipv4.tcp_syncookies" % printable.show(name))
    if _UNSPELLABLE.search(name):
        raise errors.InvalidInput("%s: holds a blank, a control character or one of = * ? [ ] \\; name one key exactly" % printable.show(name))
    if len(name) > _MAX_NAME:
        raise errors.InvalidInput("%s: too long for a key; name one key exactly" % printable.show(name))
    return str(name)


def to_path(name):
    """Return the path below /proc/sys of a canonical name: ``net/ipv4/conf/eth0.100/rp_filter``."""
    return _swap(name)


def to_dots(spelling):
    """Return the dotted form of either spelling, without judging the name."""
    separators = [char for char in spelling if char in "./"]
    return _swap(spelling) if separators[:1] == ["/"] else spelling


def _swap(text):
    return "/".join(part.replace("/", ".") for part in text.split("."))


def is_secret(name):
    """Say whether the value of a key is a secret that only root may read."""
    return name.endswith(_SECRET_ENDS) and any(matches(name, pattern) for pattern in _SECRETS)


def is_pattern(spelling):
    """Say whether a spelling holds glob characters."""
    return any(char in spelling for char in "*?[")


def canonical_pattern(spelling):
    """Return the dotted form of a glob in either spelling. Raises InvalidInput when it reaches outside ``net``."""
    pattern = to_dots(spelling)
    if components(pattern)[0] != "net" or any(part in ("", ".", "..") for part in components(pattern)):
        raise errors.InvalidInput("%s: outside net.; write a glob like net.ipv4.tcp_*" % printable.show(spelling))
    return pattern


def components(name):
    """Return the parts of a dotted name or glob as they are called below /proc/sys."""
    return to_path(name).split("/")


def is_spellable(path):
    """Say whether a path below /proc/sys can be written as a name: an interface may have been named otherwise."""
    return not _UNSPELLABLE.search(path)


def component_matches(component, glob):
    """Say whether one component of a path matches a glob."""
    return fnmatch.fnmatchcase(component, glob)


def matches(name, pattern):
    """Say whether a canonical name matches a dotted glob; ``*`` stays within one component, as in sysctl.d(5)."""
    pairs = list(zip(components(name), components(pattern)))
    return len(components(name)) == len(components(pattern)) and all(component_matches(part, glob) for part, glob in pairs)
