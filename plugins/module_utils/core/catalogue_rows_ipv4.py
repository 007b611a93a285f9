# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the other rows of net.ipv4: forwarding, ports, ICMP, fragments, UDP; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.ipv4. source=net/ipv4/sysctl_net_ipv4.c, Documentation/networking/ip-sysctl.rst

ip_early_demux               | bool | | 0..1 | u8 | 3.6- | 4.9 | 1 |
ip_forward                   | bool | | 0..1 | int | | 2.6.26 | 0 |
  ! a change resets conf/*/{forwarding,accept_redirects,send_redirects} to what a host or a router needs
ip_local_port_range          | int_pair | ports | 1..65535 | 0..65535 | | 3.15 | 32768 60999 | ip_unprivileged_port_start
  ! ports that services listen on get in the way; reserve them in ip_local_reserved_ports
ip_local_reserved_ports      | port_list | ports | | | 2.6.35- | 3.18 | | ip_local_port_range
ip_unprivileged_port_start   | int | port | 0..65535 | 0..65535 | 4.11- | 4.11 | 1024 |
  ! below 1024 any user may listen where clients expect a system service
"""
