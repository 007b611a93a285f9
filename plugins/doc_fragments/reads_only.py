# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what check mode, diff mode and platform mean for a module that only reads."""

from __future__ import annotations


class ModuleDocFragment:
    """Hold the attributes."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return what it would return otherwise, since it changes nothing.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change, in diff mode.
    support: none
    details:
      - Nothing is changed on the host.
  platform:
    description: Linux with Python 2.7 or 3.6 and later; nothing needs to be installed on the host.
    platforms: linux
    support: full
"""
