# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Be in the network namespace that was asked for; where none was, nothing of it is loaded."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib


def visited(wanted, open_world):
    """Be in a namespace as readers.namespaces.visited does; ``open_world()`` gives a NetNamespaces and is called only when ``wanted`` names one."""
    if wanted is None:
        return _at_home()
    from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespaces
    return namespaces.visited(wanted, open_world())


def visited_to_write(wanted, persist, open_world):
    """Be in a namespace in order to set its sysctls as readers.namespaces.visited_to_write does, loaded as ``visited`` loads it."""
    if wanted is None:
        return _at_home()
    from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import namespaces
    return namespaces.visited_to_write(wanted, persist, open_world())


@contextlib.contextmanager
def _at_home():
    """Stay in one's own namespace."""
    yield {}
