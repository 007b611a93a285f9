# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module loads is compiled on every host at every run (docs/performance.md), so what few runs need is loaded by those alone."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import subprocess
import sys

import pytest

PACKAGE = 'ansible_collections.linuxnet.tcp.plugins.'
SCRIPT = 'import sys; import %s; print("\\n".join(name for name in sys.modules if sys.modules[name] is not None))'
NAMESPACES = ('ports.netns', 'readers.namespaces', 'core.net_namespace')
DETAILS = ('readers.sockets', 'readers.watched', 'readers.owners', 'core.close_look', 'core.ephemeral', 'core.proc_net')


def loaded_with(module):
    """Return what one of our modules loads of this package when it is imported, and of the standard library."""
    env = {'PYTHONPATH': ':'.join(path for path in sys.path if path)}
    output = subprocess.check_output([sys.executable, '-c', SCRIPT % (PACKAGE + module)], env=env)
    return set(output.decode('ascii').split())


@pytest.mark.parametrize('module, spared', [
    ('socket_info', NAMESPACES + DETAILS + ('ports.clock', 'ports.process_files', 'readers.sockstat', 'core.sysctl_value')),
    ('net_sysctl', NAMESPACES + DETAILS + (
        'restore', 'programs.watchdog', 'core.inet_diag', 'core.boot_retire', 'core.modules_load', 'readers.health', 'ports.procfs', 'ports.system_log',
        'core.boot_shadow', 'core.catalogue_check', 'core.lock_holder', 'core.support', 'ports.host_files', 'ports.watchdog_process', 'ports.xattr')),
    ('net_sysctl_info', NAMESPACES + DETAILS + ('core.boot_retire', 'core.modules_load')),
    ('health_info', NAMESPACES + ('readers.sockets', 'core.inet_diag')),
    ('nat_info', NAMESPACES + DETAILS[:1]),
    ('audit', ('readers.namespaces', 'core.net_namespace', 'core.boot_retire', 'restore', 'programs.watchdog')),
])
def test_what_few_runs_need_is_not_loaded_by_all(module, spared):
    loaded = loaded_with('modules.' + module)
    assert PACKAGE + 'module_utils.core.errors' in loaded
    assert [name for name in spared if PACKAGE + 'module_utils.' + name in loaded] == []
    assert 'difflib' not in loaded


def test_where_a_watchdog_may_start_its_program_is_loaded():
    """It is made of the modules that are loaded, see ports.watchdog_process."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.programs import keeper_ports
    script = 'module_utils.programs.keeper_ports as k; k.ports_with_watchdog("/nonexistent", None)'
    loaded = loaded_with(script)
    for name in ('programs.watchdog', 'restore', 'ports.system_log', 'ports.drop_in_file', 'ports.sysctl_tree', 'programs.keeper_ports'):
        assert PACKAGE + 'module_utils.' + name in loaded
    assert keeper_ports.ports('/nonexistent', None)._fields == keeper_ports.ports_with_watchdog('/nonexistent', None)._fields
