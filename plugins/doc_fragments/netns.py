# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how a network namespace is named, for every module that enters one; the module's notes say what else it takes there."""

from __future__ import annotations


class ModuleDocFragment:
    """Hold the option netns."""

    DOCUMENTATION = r"""
options:
  netns:
    description:
      - Network namespace to work in, see also the notes. Without it that of the module's own process, on a host without containers the only one.
      - A name is one of C(/run/netns), as C(ip netns) makes them.
      - An absolute path leads to a namespace (V(/run/docker/netns/1a2b3c4d5e6f), V(/proc/4711/ns/net)).
      - A number is the PID of a process in it.
      - Twelve or more hexadecimal digits are the id of a container of Docker, podman, containerd or CRI-O, or the beginning of one.
        It is found by the control groups of the processes; no command of a container engine is run. A name in C(/run/netns) goes first.
      - To enter another network namespace takes root, more exactly C(CAP_SYS_ADMIN) in the user namespaces that own it and the module's own one.
        The module enters by itself, without a child process, and comes back.
    type: str
"""
