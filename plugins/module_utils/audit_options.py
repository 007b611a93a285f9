# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which options the audit takes: its module and its action plugin check the same ones."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

ARGUMENT_SPEC = {
    'profile': {'type': 'raw', 'default': 'article'},
    'nat': {'type': 'str', 'choices': ['unknown', 'absent', 'present'], 'default': 'unknown'},
    'workload': {'type': 'list', 'elements': 'str', 'default': []},
    'accept_risk': {'type': 'list', 'elements': 'str', 'default': []},
    'persist': {'type': 'bool', 'default': True},
    'path': {'type': 'str', 'default': '/etc/sysctl.d/90-linuxnet-tcp.conf'},
    'source': {'type': 'str', 'choices': ['auto', 'netlink', 'proc'], 'default': 'auto'},
    'parameters': {'type': 'list', 'elements': 'str', 'default': []},
    'namespaces': {'type': 'bool', 'default': False},
    'samples': {'type': 'int', 'default': 1},
    'interval': {'type': 'float', 'default': 1.0},
    'journal_dir': {'type': 'path', 'default': '/var/lib/linuxnet-tcp'},
    'save_to': {'type': 'str'},
    'spool': {'type': 'str'},
}
