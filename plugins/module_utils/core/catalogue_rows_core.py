# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the rows of net.core; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.core. source=net/core/sysctl_net_core.c, Documentation/admin-guide/sysctl/net.rst

somaxconn                    | int | connections | 1..2147483647 | pos | | 2.6.24 | 4096 |
  ! counts at listen(): services must listen again before a new limit reaches them
"""
