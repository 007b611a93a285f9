# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together which lines and files of sysctl.d do not do what they seem to."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_lines, modules_load, support


def read_boot_problems(seen, files, tree, release):
    """Return the ``boot_problems`` of docs/architecture.md, 3.4, for the loader that this host uses.

    ``seen``: what readers.boot.observe returned; ``files``: a ports.host_files.HostFiles; ``tree``: a ports.sysctl_tree.SysctlTree.
    Raises ParseError for a strange release.
    """
    late = files.loaded_modules() - modules_load.listed(files.module_lists())
    world = boot_lines.World(
        tree.exists, lambda path: bool(tree.names(path)), files.module_loaded, late.__contains__, support.kernel_version(release), release)
    return boot_lines.examine(seen.tree, seen.rules[seen.loader], world)
