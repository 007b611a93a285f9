# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import parameters


class Tree(object):
    """Keys as a dictionary; a value of None cannot be read, names in ``closed`` cannot be written."""

    def __init__(self, running, closed=()):
        self.running, self.closed, self.walked = running, closed, []

    def exists(self, path):
        return path in self.running

    def read(self, path):
        if path in self.running and self.running[path] is None:
            raise errors.SourceUnavailable(path)
        return self.running.get(path)

    def refusal(self, path):
        return errno.EACCES if path in self.closed else 0

    def names(self, folder):
        self.walked.append(folder)
        prefix = folder + "/"
        return sorted(set(path[len(prefix):].split("/")[0] for path in self.running if path.startswith(prefix)))


RUNNING = {
    "net/ipv4/tcp_rmem": "4096\t131072\t6291456", "net/ipv4/tcp_sack": "1", "net/ipv4/tcp_fastopen_key": "s-e-c-r", "net/ipv4/tcp_tw_reuse": None,
    "net/ipv4/conf/eth0.100/rp_filter": "2", "net/ipv4/conf/we ird/rp_filter": "1", "net/ipv4/conf/all/rp_filter": "0", "net/ipv4/conf/all/forwarding": "0",
    "net/core/somaxconn": "4096", "net/netfilter/nf_conntrack_max": "262144",
}


def read(patterns, data=None, release="6.18.44", **options):
    return parameters.read_parameters(patterns, Tree(RUNNING, **options), data, release)


def test_a_key_with_everything():
    found = read(["net/ipv4/tcp_rmem"], b"net/ipv4/tcp_rmem = 1 2 3\nnet.ipv4.tcp_rmem =4096\t1  2\n")
    assert found == {"net.ipv4.tcp_rmem": {
        "supported": True, "runtime": "4096 131072 6291456", "persisted": "4096 1 2", "writable": True, "per_namespace": True}}


def test_what_is_not_known_is_absent():
    assert read(["net.ipv4.tcp_tw_reuse"]) == {"net.ipv4.tcp_tw_reuse": {"supported": True, "writable": True, "per_namespace": True}}
    assert read(["net.ipv4.mystery"]) == {"net.ipv4.mystery": {"supported": False, "reason": "unknown"}}


def test_a_key_that_cannot_be_written():
    found = read(["net.netfilter.nf_conntrack_max"], closed=["net/netfilter/nf_conntrack_max"])["net.netfilter.nf_conntrack_max"]
    assert found == {"supported": True, "runtime": "262144", "writable": False, "per_namespace": False}


@pytest.mark.parametrize("name, release, expected", [
    ("net.ipv4.tcp_tw_recycle", "6.18.44", {"reason": "removed", "removed_in": "4.12", "per_namespace": True}),
    ("net.ipv4.tcp_tw_recycle", "4.9.0-19-amd64", {"reason": "hidden", "per_namespace": False}),
    ("net.ipv4.tcp_tw_recycle", "4.11.12", {"reason": "unknown", "per_namespace": True}),
    ("net.ipv4.tcp_tw_reuse_delay", "6.13.7", {"reason": "too_old", "per_namespace": False}),
    ("net.ipv4.tcp_mem", "6.18.44", {"reason": "hidden", "per_namespace": False}),
    ("net.netfilter.nf_conntrack_buckets", "6.18.44", {"reason": "unknown", "per_namespace": False}),
])
def test_why_a_key_is_missing(name, release, expected):
    assert read([name], release=release) == {name: dict(expected, supported=False)}


def test_a_persisted_key_that_the_kernel_lacks_is_told():
    assert read(["net.ipv4.tcp_tw_recycle"], b"net.ipv4.tcp_tw_recycle = 1")["net.ipv4.tcp_tw_recycle"]["persisted"] == "1"


def test_secrets_are_withheld():
    found = read(["net.ipv4.tcp_fastopen_*"], b"net.ipv4.tcp_fastopen_key = s-e-c-r")
    assert found["net.ipv4.tcp_fastopen_key"]["supported"] is True
    assert "s-e-c-r" not in repr(found)


def test_a_glob_finds_what_runs_and_what_the_catalogue_knows():
    found = read(["net.ipv4.tcp_*"])
    assert found["net.ipv4.tcp_sack"]["runtime"] == "1"
    assert found["net.ipv4.tcp_tw_recycle"]["reason"] == "removed"
    assert all(name.startswith("net.ipv4.tcp_") for name in found)


def test_a_glob_for_interfaces_skips_names_that_cannot_be_spelled():
    found = read(["net/ipv4/conf/*/rp_filter"])
    assert sorted(found) == ["net.ipv4.conf.all.rp_filter", "net.ipv4.conf.eth0/100.rp_filter"]


def test_only_folders_that_can_match_are_walked():
    tree = Tree(RUNNING)
    parameters.read_parameters(["net.ipv4.tcp_*", "net.core.somaxconn"], tree, None, "6.18.44")
    assert tree.walked == ["net/ipv4"]


@pytest.mark.parametrize("pattern", ["vm.swappiness", "kernel.*", "net.ipv4..x", "net/../kernel/*"])
def test_names_outside_net_are_refused(pattern):
    with pytest.raises(errors.InvalidInput):
        read([pattern])


def test_a_release_without_a_number_is_a_parse_error():
    with pytest.raises(errors.ParseError):
        read(["net.ipv4.tcp_sack"], release="unknown")
