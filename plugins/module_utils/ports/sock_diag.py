# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a request to the kernel's sock_diag and its datagrams back; interpret nothing (sock_diag(7))."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netlink


class SockDiag(netlink.Netlink):
    """Ask the kernel of the network namespace that this process is in for its sockets."""

    def __init__(self, *args, **kwargs):
        super(SockDiag, self).__init__(netlink.SOCK_DIAG, *args, **kwargs)
