# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know which kernel module brings a key, which modules the boot loads before the sysctls, and the list beside a drop-in that names more.

systemd-modules-load.service comes before systemd-sysctl.service and reads modules-load.d(5): one name a line, ``#`` and ``;`` begin
comments, a file hides those of its name in folders of lower precedence. tcp_congestion_control and default_qdisc need no list: a write
makes the kernel load the module (net/ipv4/tcp_cong.c, net/sched/sch_api.c).
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, drop_in, errors, sysctl_name

HEADER = b"# Made by linuxnet.tcp.net_sysctl, which adds and removes the modules of its own keys and keeps every other line.\n"

# lists are [(path, bytes)] of modules-load.d, highest precedence first; loaded holds the names in /proc/modules; exists tells of a dotted key.
World = namedtuple("World", "lists loaded exists")
# The list beside a drop-in: bytes before and after (None: no file), names that come and go.
Companion = namedtuple("Companion", "path before after added removed")

# Keys outside the catalogue that come with a module, by the folder that it makes.
_MODULES = {"net/bridge": "br_netfilter", "net/sctp": "sctp", "net/rds": "rds", "net/rxrpc": "rxrpc", "net/smc": "smc", "net/ipv4/vs": "ip_vs"}
_SYSCTL_FOLDER, _FOLDER = "/sysctl.d", "/modules-load.d"


def module_of(name):
    """Return the kernel module that brings a dotted key, or None; what has to be compiled in is none."""
    parameter = catalogue.get(name)
    words = parameter.module.split() if parameter is not None and parameter.module else []
    if words and not words[0].startswith("CONFIG_"):
        return words[0]
    path = sysctl_name.to_path(name)
    return next((module for folder, module in _MODULES.items() if path.startswith(folder + "/")), None)


def listed(lists):
    """Return the names of the modules that ``lists`` [(path, bytes)] load, with underscores, as a frozenset."""
    return frozenset(name for data in _effective(lists).values() for name in _names(data))


def _effective(lists):
    """Return {path: bytes} without the files that one of the same name hides."""
    seen, out = set(), {}
    for path, data in lists:
        name = path.rpartition("/")[2]
        if name not in seen:
            seen.add(name)
            out[path] = data
    return out


def _names(data):
    return [name for name in (_name(line) for line in _lines(data)) if name]


def _name(line):
    # systemd takes the whole line for a name: "nf_conntrack hashsize=9" loads nothing.
    text = line.decode("utf-8", "replace").strip(" \t\r\n")
    return text.replace("-", "_") if text and text[0] not in "#;" else None


def _lines(data):
    pieces = (data or b"").split(b"\n")
    return [piece + b"\n" for piece in pieces[:-1]] + [piece for piece in pieces[-1:] if piece]


def place(path):
    """Return the path of the list that goes with the drop-in ``path``. Raises InvalidInput where the folder is no sysctl.d."""
    folder, _slash, name = path.rpartition("/")
    if not folder.endswith(_SYSCTL_FOLDER):
        raise errors.InvalidInput(
            "%s: load_modules keeps a list of modules in the folder modules-load.d beside sysctl.d; give a path like /etc/sysctl.d/%s" % (path, name))
    return folder[:-len(_SYSCTL_FOLDER)] + _FOLDER + "/" + name


def companion(path, data, before, after, world):
    """Return the Companion of the drop-in ``path`` whose bytes turn from ``before`` to ``after``; ``data`` is the list now, or None.

    Added are the modules of the drop-in's keys that no other list loads and that are not built in, removed those that only keys needed
    which leave the drop-in. Raises InvalidInput where a new list would hide another one, or be hidden.
    """
    own = place(path)
    kept, present = _modules(after, lambda name, module: True), _names(data)
    needed = _modules(after, lambda name, module: module in world.loaded or not world.exists(name))
    elsewhere = listed([(other, text) for other, text in world.lists if other != own])
    added = sorted(needed - elsewhere - set(present))
    removed = sorted((_modules(before, lambda name, module: True) - kept).intersection(present))
    if added and data is None:
        _refuse_to_share_a_name(own, world.lists)
    return Companion(own, data, _rewritten(data, added, removed), added, removed)


def _modules(data, wanted):
    """Return the modules of the keys that a drop-in's bytes set."""
    pairs = ((name, module_of(name)) for name in drop_in.lookup_all(data))
    return set(module for name, module in pairs if module and wanted(name, module))


def _refuse_to_share_a_name(own, lists):
    for path, _data in lists:
        if path.rpartition("/")[2] == own.rpartition("/")[2] and _FOLDER + "/" in path:
            raise errors.InvalidInput("%s: boot would read only one of this file and %s; give the drop-in another name" % (own, path))


def _rewritten(data, added, removed):
    if not added and not removed:
        return data
    lines = [line for line in _lines(HEADER if data is None else data) if _name(line) not in removed]
    text = b"".join(lines)
    if added and text and not text.endswith(b"\n"):
        text += b"\n"
    text += b"".join(name.encode("ascii") + b"\n" for name in added)
    # A file that somebody else made stays, even empty: it hides files of the same name in lower folders.
    return None if text.strip() == HEADER.strip() else text
