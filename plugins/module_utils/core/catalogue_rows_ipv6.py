# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the family net.ipv6.conf as far as hardening benchmarks speak of it; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.ipv6.conf.*. module=ipv6 source=net/ipv6/addrconf.c, Documentation/networking/ip-sysctl.rst

accept_ra                    | enum | | 0,1,2 | int | | 2.6.26 | 1 |
  ! all has no effect: each interface counts, and default reaches only those made later; 0 ends autoconfiguration and default routes from routers
accept_ra_defrtr             | bool | | 0..1 | int | | 2.6.26 | 1 |
accept_ra_pinfo              | bool | | 0..1 | int | | 2.6.26 | 1 |
accept_ra_rtr_pref           | bool | | 0..1 | int | | 2.6.26 | 1 |
accept_redirects             | bool | | 0..1 | int | | 2.6.26 | 1 |
  ! 1 lets a neighbour send traffic through himself
accept_source_route          | int | | -1..1 | int | | 2.6.26 | 0 |
  ! below 0 refuses every routing header, 0 and above still takes type 2 (Mobile IPv6)
autoconf                     | bool | | 0..1 | int | | 2.6.26 | 1 |
forwarding                   | enum | | 0,1,2 | int | | 2.6.26 | 0 |
  ! all sets default and every interface; with it on, accept_ra = 1 means off
max_addresses                | int | addresses | 0..65535 | int | | 2.6.26 | 16 |
  ! 0 means no limit
use_tempaddr                 | int | | -1..2 | int | | 2.6.26 | 0 |
"""
