# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which rules a version of systemd-sysctl or of procps' ``sysctl --system`` follows."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

SYSTEMD = "systemd"
PROCPS = "procps"
LOADERS = (SYSTEMD, PROCPS)

# sysctl.d(5), highest first: a base name seen in one directory hides that name in those after it.
DIRECTORIES = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
SYSCTL_CONF = "/etc/sysctl.conf"

# since and until are inclusive upstream versions, None is open; distributions may carry a feature back.
Row = namedtuple("Row", "loader feature since until source")

ROWS = (
    # One slot per key: a later value replaces the earlier one and goes to the end, an equal one keeps its place.
    Row(SYSTEMD, "one_slot_per_key", None, None, "src/sysctl/sysctl.c parse_file"),
    Row(SYSTEMD, "skip_hidden", None, None, "src/basic/dirent-util.h FOREACH_DIRENT"),
    # Built for split /usr only; with a merged /usr it is /usr/lib/sysctl.d once more.
    Row(SYSTEMD, "lib_directory", None, (254,), "src/basic/def.h CONF_PATHS; dropped in 255"),
    # CR and NUL end a line as LF does.
    Row(SYSTEMD, "any_line_end", (236,), None, "src/basic/fileio.c read_line_full"),
    Row(SYSTEMD, "dash", (243,), None, "src/sysctl/sysctl.c parse_file"),
    Row(SYSTEMD, "dash_space", (245,), None, "src/sysctl/sysctl.c parse_file strips after the dash"),
    Row(SYSTEMD, "globs", (245,), None, "src/sysctl/sysctl.c apply_glob_option"),
    Row(SYSTEMD, "braces", (245,), None, "src/basic/glob-util.c glob_extend, GLOB_BRACE"),
    Row(SYSTEMD, "exclusions", (245,), None, "src/sysctl/sysctl.c parse_file, value NULL"),
    Row(SYSTEMD, "simplify", (245,), None, "src/basic/sysctl-util.c sysctl_normalize, path_simplify"),
    Row(SYSTEMD, "refuse_parent", (250,), None, "src/basic/sysctl-util.c sysctl_write, path_is_normalized"),
    Row(SYSTEMD, "credential", (252,), None, "src/sysctl/sysctl.c read_credential_lines"),

    Row(PROCPS, "sysctl_conf_last", None, None, "sysctl.c PreloadSystem"),
    Row(PROCPS, "lib_directory", None, None, "sysctl.c PreloadSystem"),
    # The file name goes through glob(3): [a].conf reads a.conf when that exists.
    Row(PROCPS, "file_name_globs", None, None, "sysctl.c Preload, GLOB_NOCHECK"),
    Row(PROCPS, "run_before_etc", None, (3, 3, 16), "sysctl.c PreloadSystem, dirs[]"),
    # strtok(3): leading '=' skipped, an empty value is a syntax error, CR ends the value.
    Row(PROCPS, "strtok", None, (3, 3, 17), "sysctl.c Preload"),
    Row(PROCPS, "skip_deprecated", None, (3, 3, 17), "sysctl.c WriteSetting, is_deprecated"),
    Row(PROCPS, "dash", (3, 3, 16), None, "sysctl.c WriteSetting"),
    Row(PROCPS, "double_dash", (4, 0, 0), None, "src/sysctl.c parse_setting_line and setting_new strip one each"),
    Row(PROCPS, "globs", (4, 0, 0), None, "src/sysctl.c write_setting_list"),
    Row(PROCPS, "exclusions", (4, 0, 0), None, "src/sysctl.c parse_setting_line"),
    Row(PROCPS, "exclusion_patterns", (4, 0, 5), None, "src/sysctl.c settinglist_findpath, fnmatch"),
)

Rules = namedtuple("Rules", "loader version features directories")


def _applies(row, loader, version):
    if row.loader != loader:
        return False
    if version is None:
        return row.until is None
    after = row.since is None or version >= row.since
    # (3, 3, 16, 1) is still 3.3.16: compare as many fields as the row has.
    before = row.until is None or version[:len(row.until)] <= row.until
    return after and before


def rules(loader, version=None):
    """Return the Rules of one loader; ``version`` is a tuple of int, None assumes the newest.

    ``features`` is a frozenset of names from ROWS, ``directories`` the folders from the highest precedence down.
    Raises ValueError for a loader not in LOADERS.
    """
    if loader not in LOADERS:
        raise ValueError("loader %r is not known; give one of: %s" % (loader, ", ".join(LOADERS)))
    features = frozenset(row.feature for row in ROWS if _applies(row, loader, version))
    directories = list(DIRECTORIES)
    if "lib_directory" not in features:
        directories.remove("/lib/sysctl.d")
    if "run_before_etc" in features:
        directories[:2] = ["/run/sysctl.d", "/etc/sysctl.d"]
    return Rules(loader, version, features, tuple(directories))
