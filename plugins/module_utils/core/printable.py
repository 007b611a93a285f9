# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make text of strangers fit for a terminal: no control characters, no characters that reorder or hide others, not too much of it."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import re
import unicodedata

MAX_MESSAGE, MAX_PATH, MAX_SHOWN = 4000, 300, 100

_SUSPECT = re.compile(u"[^ -~]")
# Control, format (bidirectional overrides and zero width among them), surrogates (bytes that are no UTF-8), private and unassigned
# characters, and whatever separates without being a blank: the ones that str.isprintable() of Python 3 refuses.
_UNSEEN = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"])


def line(text, limit=MAX_MESSAGE, keep=u""):
    """Return text as one line that can be printed anywhere: ``\\n`` or ``\\u202e`` stands for what could not be seen.

    ``keep`` names characters to leave as they are; ``limit`` is in characters, None for no limit. Bytes are taken for UTF-8.
    """
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    shown = _SUSPECT.sub(lambda found: found.group() if found.group() in keep else _visible(found.group()), _shortened(decoded, limit))
    # Python 2 wants its own str in exceptions and results.
    return shown if isinstance(shown, str) else shown.encode("utf-8")


def is_line(text, keep=u""):
    """Say whether nothing in the text has to be replaced."""
    return all(char in keep or unicodedata.category(char) not in _UNSEEN for char in _SUSPECT.findall(text))


def show(raw, limit=MAX_SHOWN):
    """Return a value of any type as JSON writes it, on one printable line, cut when it is long. Never raises for what YAML can hold."""
    try:
        text = json.dumps(raw, default=repr)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        # A key that is no text, a list within itself, an integer of more digits than Python prints.
        text = _described(raw)
    return line(text, limit)


def _described(raw):
    try:
        return repr(raw)
    except (ValueError, RuntimeError):
        return "(%s)" % type(raw).__name__


def _shortened(text, limit):
    if limit is None or len(text) <= limit:
        return text
    return text[:limit] + u"... (%d characters)" % len(text)


def _visible(char):
    if unicodedata.category(char) not in _UNSEEN:
        return char
    number = ord(char)
    common = {9: u"\\t", 10: u"\\n", 13: u"\\r"}
    return common.get(number) or (u"\\x%02x" if number < 0x100 else u"\\u%04x" if number < 0x10000 else u"\\U%08x") % number
