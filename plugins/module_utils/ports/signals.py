# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Note the signals that ask this process to end, so that it can end in order; interpret nothing."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import signal

_ASKING = (("SIGTERM", signal.SIGTERM), ("SIGINT", signal.SIGINT), ("SIGHUP", signal.SIGHUP))


class Signals(object):
    """Note signals instead of dying of them."""

    def __init__(self):
        self._noted = None

    @contextlib.contextmanager
    def watched(self):
        """Note SIGTERM, SIGINT and SIGHUP inside the with block; afterwards they do what they did before."""
        names = dict((number, name) for name, number in _ASKING)

        def note(number, _frame):
            self._noted = names[number]

        before = [(number, signal.signal(number, note)) for number in sorted(names)]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def noted(self):
        """Return the name of the signal that came last, None when there was none."""
        return self._noted
