# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_rules


@pytest.mark.parametrize("loader, version, present, absent", [
    ("systemd", (219,), "one_slot_per_key lib_directory", "dash globs any_line_end simplify"),
    ("systemd", (239,), "any_line_end", "dash globs exclusions"),
    ("systemd", (243,), "dash", "dash_space globs exclusions simplify"),
    ("systemd", (245,), "dash dash_space globs exclusions simplify", "refuse_parent credential"),
    ("systemd", (252, 38), "refuse_parent credential lib_directory", ""),
    ("systemd", (254, 5), "lib_directory", ""),
    ("systemd", None, "globs credential", "lib_directory"),
    ("procps", (3, 3, 10), "run_before_etc strtok skip_deprecated sysctl_conf_last", "dash globs exclusions"),
    ("procps", (3, 3, 16), "run_before_etc dash", "globs"),
    ("procps", (3, 3, 16, 1), "run_before_etc", ""),
    ("procps", (3, 3, 17), "dash strtok", "run_before_etc globs"),
    ("procps", (4, 0, 0), "globs exclusions double_dash", "strtok exclusion_patterns"),
    ("procps", (4, 0, 5), "exclusion_patterns", ""),
    ("procps", None, "exclusion_patterns globs", "strtok run_before_etc"),
])
def test_features_by_version(loader, version, present, absent):
    features = conf_rules.rules(loader, version).features
    assert set(present.split()) <= features
    assert not set(absent.split()) & features


def test_folders_by_version():
    etc, run = "/etc/sysctl.d", "/run/sysctl.d"
    assert conf_rules.rules("procps", (3, 3, 16)).directories[:2] == (run, etc)
    assert conf_rules.rules("procps", (3, 3, 17)).directories[:2] == (etc, run)
    assert conf_rules.rules("systemd", (252,)).directories[-1] == "/lib/sysctl.d"
    assert conf_rules.rules("systemd", (255,)).directories[-1] == "/usr/lib/sysctl.d"


def test_an_unknown_loader_is_refused():
    with pytest.raises(ValueError, match="systemd, procps"):
        conf_rules.rules("busybox")


def test_every_row_is_for_a_loader_and_has_a_source():
    for row in conf_rules.ROWS:
        assert row.loader in conf_rules.LOADERS and row.source
        assert None in (row.since, row.until) or row.since <= row.until
    assert len(set((row.loader, row.feature) for row in conf_rules.ROWS)) == len(conf_rules.ROWS)
