# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write lines to the system's log (syslog(3))."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import syslog


class SystemLog(object):
    """Log as ``linuxnet-tcp``; where nobody listens, the line is lost without a word."""

    def warn(self, message):
        """Log a warning; ``message`` is one line."""
        syslog.openlog("linuxnet-tcp", syslog.LOG_PID, syslog.LOG_DAEMON)
        syslog.syslog(syslog.LOG_WARNING, message)
        syslog.closelog()
