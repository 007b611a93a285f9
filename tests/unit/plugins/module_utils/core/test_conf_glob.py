# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_glob

PATHS = ("net/ipv4/tcp_keepalive_time", "net/ipv4/tcp_keepalive_intvl", "net/ipv4/conf/lo/log_martians",
         "net/ipv4/conf/eth0.100/log_martians", "net/core/somaxconn")


@pytest.mark.parametrize("pattern, text, matches", [
    ("a*c", "abc", True), ("a*c", "ab", False), ("a?c", "abc", True), ("a?c", "ac", False),
    ("[ab]c", "bc", True), ("[!ab]c", "bc", False), ("[^ab]c", "cc", True), ("[a-c]", "b", True), ("[z-a]", "b", False),
    ("[]]", "]", True), ("[", "[", True), ("a[b", "a[b", True), ("\\*", "*", True), ("\\*", "a", False), ("a.c", "abc", False),
    ("*", "a/b", True), ("*", ".a", True), ("a", "a\n", False),
])
def test_fnmatch(pattern, text, matches):
    assert conf_glob.fnmatch(pattern, text) is matches


def test_a_leading_dot_needs_a_dot_in_a_path_component():
    assert not conf_glob.component_matches("*", ".a")
    assert conf_glob.component_matches(".*", ".a")


@pytest.mark.parametrize("pattern, alternatives", [
    ("a{b,c}d", ["abd", "acd"]), ("{a,b{c,d}}", ["a", "bc", "bd"]), ("{a}", ["a"]), ("{}", ["{}"]), ("{a,b", ["{a,b"]),
    ("\\{a,b}", ["\\a", "\\b"]), ("x", ["x"]), ("{,a}b", ["b", "ab"]), ("{}{a,b}", ["{}a", "{}b"]),
])
def test_braces(pattern, alternatives):
    assert conf_glob.braces(pattern) == alternatives


@pytest.mark.parametrize("path, key", [
    ("net/core/somaxconn", "net/core/somaxconn"), ("net//core/./somaxconn", "net/core/somaxconn"), ("/net/core/somaxconn", "net/core/somaxconn"),
    ("net/ipv4/../core/somaxconn", "net/core/somaxconn"), ("../net/core/somaxconn", None), ("net/core/somaxconn/", None), ("net/core", None),
    ("net/nowhere/../core/somaxconn", None), ("net/core/*", None), ("", None), ("net/core/somaxconn/..", None),
])
def test_a_path_is_resolved_as_the_kernel_does(path, key):
    assert conf_glob.KeyTree(PATHS).resolve(path) == key


@pytest.mark.parametrize("pattern, keys", [
    ("net/ipv4/tcp_keepalive_*", [PATHS[1], PATHS[0]]),
    ("net/*/somaxconn", [PATHS[4]]),
    ("net/*", []),
    ("net/ipv4/conf/*/log_martians", [PATHS[3], PATHS[2]]),
    ("net/ipv4/conf/*/log_martians/", [PATHS[3], PATHS[2]]),
    ("net/ipv4/tcp_keepalive_*/", []),
    ("net/ipv4/tcp\\_keepalive_t*", [PATHS[0]]),
])
def test_a_pattern_is_expanded_as_glob_does(pattern, keys):
    assert [key for _path, key in conf_glob.KeyTree(PATHS).glob(pattern)] == keys


def test_a_pattern_keeps_its_spelling_and_knows_braces_on_request():
    tree = conf_glob.KeyTree(PATHS)
    assert tree.glob("net//core/so*") == [("net//core/somaxconn", "net/core/somaxconn")]
    assert tree.glob("net/{core,ipv4}/so*") == []
    assert tree.glob("net/{core,ipv4}/so*", with_braces=True) == [("net/core/somaxconn", "net/core/somaxconn")]
