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


class NoFiles(object):
    """A ConfDir of a host that boots with systemd."""

    def __init__(self, lines, sysctl_conf=None, kind="file"):
        self._folders = [("/etc/sysctl.d", [(b"zz.conf", kind, lines, None)])]
        self._sysctl_conf = sysctl_conf and (b"sysctl.conf", "file", sysctl_conf, None)

    def folders(self):
        return self._folders

    def sysctl_conf(self):
        return self._sysctl_conf

    def credential(self):
        return None

    def versions(self):
        return {"systemd": (252,), "procps": (4, 0, 2)}

    def init(self):
        return {"pid1": "systemd", "systemd_sysctl": "present", "writable": True}

    def place(self, path):
        return path, path


def answers(conf_dir, names, loader="auto", path="/etc/sysctl.d/90-linuxnet-tcp.conf"):
    tree = Tree(RUNNING)
    tree.release = lambda: "6.18.44"
    return parameters.read_answers({"names": names, "loader": loader, "path": path}, tree, b"net.ipv4.tcp_sack = 1\n", conf_dir)


def test_one_complete_answer():
    found, warnings = answers(NoFiles(b"net.ipv4.tcp_sack = 1\nnet/ipv4/tcp_sack=0\n"), ["net.ipv4.tcp_sack"])
    assert found == {"net.ipv4.tcp_sack": {
        "supported": True, "runtime": "1", "persisted": "1", "writable": True, "per_namespace": True, "default": "1", "minimum": 0, "maximum": 1,
        "boot": {"value": "0", "source": "/etc/sysctl.d/zz.conf:2", "shadowed": ["/etc/sysctl.d/zz.conf:1"], "loader": "systemd"},
    }}
    assert warnings == []


def test_what_the_files_and_the_catalogue_do_not_know_is_absent():
    found, warnings = answers(NoFiles(b""), ["net.ipv4.tcp_rmem", "net.ipv4.tcp_tw_recycle", "net.ipv4.tcp_mystery"])
    assert "boot" not in found["net.ipv4.tcp_rmem"]
    # Its default depends on the memory of the machine.
    assert "default" not in found["net.ipv4.tcp_rmem"]
    assert (found["net.ipv4.tcp_rmem"]["unit"], found["net.ipv4.tcp_tw_recycle"]["removed_in"]) == ("bytes", "4.12")
    assert found["net.ipv4.tcp_mystery"] == {"supported": False, "reason": "unknown"}
    assert warnings == []


@pytest.mark.parametrize("loader, value", [("auto", "0"), ("systemd", "0"), ("procps", "1")])
def test_the_loader_can_be_given_and_a_disagreement_is_told(loader, value):
    found, warnings = answers(NoFiles(b"net.ipv4.tcp_sack=0\n", b"net.ipv4.tcp_sack=1\n"), ["net.ipv4.tcp_*"], loader)
    assert found["net.ipv4.tcp_sack"]["boot"]["value"] == value
    assert [warning.split(":")[0] for warning in warnings] == ["net.ipv4.tcp_sack"]


def test_a_file_that_cannot_be_read_is_told():
    assert "/etc/sysctl.d/zz.conf: cannot be read from here" in answers(NoFiles(None, kind="unreadable"), ["net.ipv4.tcp_sack"])[1][0]


def test_the_boot_value_of_a_secret_is_not_told():
    found, warnings = answers(NoFiles(b"net.ipv4.tcp_fastopen_key=s-e-c-r\n", b"net.ipv4.tcp_fastopen_key=t-o-p\n"), ["net.ipv4.tcp_fastopen_key"])
    assert "s-e-c-r" not in repr((found, warnings))
    assert "t-o-p" not in repr((found, warnings))
