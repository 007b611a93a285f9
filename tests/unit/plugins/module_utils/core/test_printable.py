# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable


@pytest.mark.parametrize("text, shown", [
    ("net.ipv4.tcp_sack", "net.ipv4.tcp_sack"), ("a\x1b[2Jb", "a\\x1b[2Jb"), ("a\nb\tc\rd", "a\\nb\\tc\\rd"), ("\x00", "\\x00"),
    (u"a\u202eb", "a\\u202eb"), (u"\u2066\u200b\ufeff", "\\u2066\\u200b\\ufeff"), (u"\x9b1m", "\\x9b1m"), (u"\ud800", "\\ud800"), ("", ""),
])
def test_what_a_terminal_would_obey_is_shown_as_an_escape(text, shown):
    assert printable.line(text) == shown
    assert printable.is_line(text) == (text == shown)


def test_letters_of_all_languages_stay():
    name = b"/etc/sysctl.d/90-\xc3\xbc.conf"
    assert printable.line(name) == printable.line(name.decode("utf-8"))
    assert isinstance(printable.line(name), str)
    assert printable.is_line(name.decode("utf-8"))


def test_characters_may_be_kept_and_long_texts_are_cut():
    assert printable.line(u"a\n\tb\x07", keep=u"\n\t") == "a\n\tb\\x07"
    assert printable.line(u"a" * 5000) == "a" * 4000 + "... (5000 characters)"
    assert printable.line(u"a" * 5000, limit=None) == "a" * 5000


class Odd(object):
    def __repr__(self):
        raise ValueError("no")


CIRCLE = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize("raw, shown", [
    (5, "5"), (u"a\u202e\n", '"a\\u202e\\n"'), (None, "null"), ([1, "x"], '[1, "x"]'), (float("nan"), "NaN"), (CIRCLE, "[[...]]"),
    ("x" * 2 ** 20, '"' + "x" * 99 + "... (1048578 characters)"), (Odd(), "(Odd)"),
])
def test_any_value_is_shown_on_one_line(raw, shown):
    assert printable.show(raw) == shown


def test_an_integer_of_thousands_of_digits_is_shown_somehow():
    assert 0 < len(printable.show(10 ** 6000)) < 200


def test_an_error_is_one_printable_line_whatever_it_quotes():
    error = errors.InvalidInput(u"\x1b[31m: bad\nline", problems=[u"a\u202eb"], path="\x1b")
    assert (error.message, str(error)) == ("\\x1b[31m: bad\\nline", "\\x1b[31m: bad\\nline")
    assert error.details == {"problems": ["a\\u202eb"], "path": "\x1b"}
