# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell the time that never goes back, and wait."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import time


def _since_boot():
    """Python 2.7 has no monotonic clock of its own; times(2) counts from an arbitrary moment, in hundredths of a second."""
    return os.times()[4]


class Clock(object):
    """Count seconds as float; only differences mean anything."""

    def __init__(self):
        self.now = getattr(time, 'monotonic', _since_boot)

    def sleep(self, seconds):
        """Wait that many seconds."""
        time.sleep(seconds)
