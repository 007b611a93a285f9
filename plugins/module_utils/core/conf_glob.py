# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match glob(3) and fnmatch(3) patterns as glibc does, against names instead of a file system."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

MAGIC = "*?["


def is_glob(text):
    """Tell whether both loaders take ``text`` for a pattern: it holds ``*``, ``?`` or ``[``."""
    return any(char in text for char in MAGIC)


def _bracket(pattern, start):
    """Return (regex, index after it) for the bracket expression at ``start``; None when it is not closed."""
    index = start + 1
    negated = pattern[index:index + 1] in ("!", "^")
    index += 1 if negated else 0
    end = pattern.find("]", index + 1)
    if end < 0:
        return None
    body = re.sub(r"([\\\[\]^&~|])", r"\\\1", pattern[index:end])
    return "[%s%s]" % ("^" if negated else "", body), end + 1


def _regex(pattern):
    """Translate ``pattern`` into a regular expression; character classes like [:digit:] are not known."""
    out, index = [], 0
    while index < len(pattern):
        char = pattern[index]
        closed = _bracket(pattern, index) if char == "[" else None
        if closed:
            out.append(closed[0])
            index = closed[1]
            continue
        if char == "\\" and index + 1 < len(pattern):
            index += 1
            out.append(re.escape(pattern[index]))
        else:
            out.append({"*": ".*", "?": "."}.get(char) or re.escape(char))
        index += 1
    return "".join(out)


def fnmatch(pattern, text):
    """Tell whether ``text`` matches as fnmatch(3) with no flags has it: ``*`` crosses slashes and leading dots."""
    try:
        return re.match("(?s)(?:%s)\\Z" % _regex(pattern), text) is not None
    except re.error:
        # A reversed range, [z-a], matches nothing in glibc.
        return False


def component_matches(pattern, text):
    """Tell whether one path component matches as glob(3) has it: a leading dot only matches a literal dot."""
    if text.startswith(".") and not pattern.startswith("."):
        return False
    return fnmatch(pattern, text)


def _alternatives(pattern, start):
    """Return (list of alternatives, index after the closing brace) for the brace at ``start``; None when not closed."""
    depth, parts, last, index = 0, [], start + 1, start
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            index += 1
        elif char == "{":
            depth += 1
        elif char in ",}" and depth == 1:
            parts.append(pattern[last:index])
            last = index + 1
        if char == "}":
            depth -= 1
            if depth == 0:
                return parts, index + 1
        index += 1
    return None


def braces(pattern):
    """Expand ``{a,b}`` as glob(3) does under GLOB_BRACE; ``{}`` and an unclosed brace stay as they are."""
    start = pattern.find("{")
    while start >= 0 and pattern[start:start + 2] == "{}":
        start = pattern.find("{", start + 2)
    found = _alternatives(pattern, start) if start >= 0 else None
    if found is None:
        return [pattern]
    out = []
    for part in found[0]:
        out.extend(braces(pattern[:start] + part + pattern[found[1]:]))
    return out


class KeyTree(object):
    """Hold the keys below /proc/sys as a tree that paths and patterns are looked up in.

    ``paths`` are relative to /proc/sys: ``net/ipv4/tcp_syncookies``.
    """

    def __init__(self, paths):
        self._keys = frozenset(paths)
        self._children = {}
        for path in self._keys:
            self._add(path)

    def _add(self, path):
        parent = ""
        for name in path.split("/"):
            self._children.setdefault(parent, set()).add(name)
            parent = parent + "/" + name if parent else name

    def _step(self, node, component, magic):
        if node not in self._children:
            return []
        if component in ("", "."):
            return [(component, node)]
        if component == "..":
            return [(component, node.rpartition("/")[0])] if node else []
        names = self._children[node]
        if magic:
            names = sorted(name for name in names if component_matches(component, name))
        else:
            names = [component] if component in names else []
        return [(name, node + "/" + name if node else name) for name in names]

    def _walk(self, path, magic):
        found = [((), "")]
        for component in path.split("/"):
            found = [(raw + (name,), child) for raw, node in found for name, child in self._step(node, component, magic)]
        return [("/".join(raw), node) for raw, node in found if node in self._keys]

    def resolve(self, path):
        """Return the key that the kernel opens for ``path`` ('//', '.' and '..' allowed), or None."""
        # Nearly every line spells a key as it is.
        if path in self._keys:
            return path
        found = self._walk(path, False)
        return found[0][1] if found else None

    def glob(self, pattern, with_braces=False):
        """Return [(path as glob(3) spells it, key)] for every key that matches ``pattern``."""
        out = []
        for part in braces(pattern) if with_braces else [pattern]:
            bare = part.rstrip("/")
            # glob(3) drops a slash at the end; a pattern in front of it then matches folders only, a plain name anything.
            if bare == part or not is_glob(bare.rpartition("/")[2]):
                out.extend(self._walk(bare, True))
        return out
