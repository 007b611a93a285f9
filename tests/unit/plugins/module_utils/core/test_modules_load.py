# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which modules the keys of a drop-in need, which lists load them, and what the drop-in's own list becomes."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, modules_load

PATH, OWN = "/etc/sysctl.d/90-linuxnet-tcp.conf", "/etc/modules-load.d/90-linuxnet-tcp.conf"
TRACK, BRIDGE = b"net.netfilter.nf_conntrack_max = 9\n", b"net.bridge.bridge-nf-call-iptables = 1\n"
PLAIN = b"# theirs\nnet.ipv4.tcp_sack = 1\n"


def made(data=None, before=None, after=None, lists=(), loaded=("nf_conntrack", "br_netfilter"), exists=True, path=PATH):
    return modules_load.companion(path, data, before, after, modules_load.World(list(lists), frozenset(loaded), lambda name: exists))


@pytest.mark.parametrize("name, module", [
    ("net.netfilter.nf_conntrack_max", "nf_conntrack"), ("net.netfilter.nf_conntrack_frag6_timeout", "nf_defrag_ipv6"),
    ("net.bridge.bridge-nf-call-iptables", "br_netfilter"), ("net.ipv4.vs.conntrack", "ip_vs"), ("net.ipv4.tcp_sack", None),
    ("net.ipv4.tcp_congestion_control", None), ("net.ipv4.tcp_l3mdev_accept", None), ("net.ipv4.conf.eth0/1.rp_filter", None), ("../..", None),
])
def test_module_of_a_key(name, module):
    assert modules_load.module_of(name) == module


def test_names_are_read_as_systemd_reads_them():
    lists = [("/etc/modules-load.d/a.conf", b"# rds\n; smc\n\n  nf-conntrack \r\nsctp\nrds option=1\n"), ("/etc/modules", b"ip_vs\n")]
    assert modules_load.listed(lists) == frozenset(["nf_conntrack", "sctp", "rds option=1", "ip_vs"])


def test_a_list_hides_those_of_its_name_with_lower_precedence():
    assert modules_load.listed([("/etc/modules-load.d/a.conf", b""), ("/usr/lib/modules-load.d/a.conf", b"sctp\n")]) == frozenset()


def test_a_list_is_made_of_what_nobody_else_loads():
    found = made(after=TRACK + BRIDGE + PLAIN, lists=[("/etc/modules", b"br_netfilter\n")])
    assert (found.path, found.added, found.removed) == (OWN, ["nf_conntrack"], [])
    assert found.after == modules_load.HEADER + b"nf_conntrack\n"


@pytest.mark.parametrize("exists, loaded, added", [
    (True, ["nf_conntrack"], True), (False, ["nf_conntrack"], True), (False, [], True),
    # There without being loaded: built into the kernel.
    (True, [], False),
])
def test_what_is_built_in_needs_no_list(exists, loaded, added):
    assert made(after=TRACK, exists=exists, loaded=loaded).added == ["nf_conntrack"] * added


@pytest.mark.parametrize("after", [PLAIN, None, b"", b"#net.netfilter.nf_conntrack_max = 9\n"])
def test_no_key_no_list(after):
    assert made(after=after)[1:] == (None, None, [], [])


def test_its_own_list_is_no_other_list():
    data = modules_load.HEADER + b"nf_conntrack\n"
    assert made(data, TRACK, TRACK, [(OWN, data)])[1:] == (data, data, [], [])


@pytest.mark.parametrize("data, expected", [
    (b"# mine\n\twireguard  \n", b"# mine\n\twireguard  \nnf_conntrack\n"), (b"wireguard", b"wireguard\nnf_conntrack\n"), (b"", b"nf_conntrack\n"),
    (b"nf-conntrack\n", b"nf-conntrack\n"), (b"\xff\r\n", b"\xff\r\nnf_conntrack\n"),
])
def test_foreign_lines_stay_byte_for_byte(data, expected):
    assert made(data, None, TRACK).after == expected


def test_modules_leave_with_the_last_key_that_needs_them():
    data = modules_load.HEADER + b"nf_conntrack\nwireguard\nbr_netfilter\n"
    more = b"net.netfilter.nf_conntrack_acct = 1\n"
    assert made(data, TRACK + more, more).after == data
    found = made(data, TRACK + BRIDGE + PLAIN, PLAIN)
    assert (found.after, found.removed) == (modules_load.HEADER + b"wireguard\n", ["br_netfilter", "nf_conntrack"])


@pytest.mark.parametrize("data, after", [(modules_load.HEADER + b"nf_conntrack\n", None), (b"nf_conntrack\n", b""), (b"# mine\nnf_conntrack\n", b"# mine\n")])
def test_the_list_goes_when_only_its_header_is_left(data, after):
    assert made(data, TRACK, None).after == after


def test_a_module_that_no_key_of_ours_needed_is_not_ours_to_remove():
    assert made(b"nf_conntrack\n", PLAIN, None).removed == []


@pytest.mark.parametrize("path, place", [
    (PATH, OWN), ("/mnt/etc/sysctl.d/x.conf", "/mnt/etc/modules-load.d/x.conf"), ("/usr/lib/sysctl.d/x.conf", "/usr/lib/modules-load.d/x.conf")])
def test_the_list_stands_beside_the_drop_in(path, place):
    assert modules_load.place(path) == place


@pytest.mark.parametrize("path", ["/etc/sysctl.conf", "/srv/90.conf", "/srv/mysysctl.d/90.conf"])
def test_a_drop_in_elsewhere_has_no_place_for_it(path):
    with pytest.raises(errors.InvalidInput, match="in the folder modules-load.d beside sysctl.d"):
        modules_load.place(path)


@pytest.mark.parametrize("other", ["/usr/lib/modules-load.d/90-linuxnet-tcp.conf", "/run/modules-load.d/90-linuxnet-tcp.conf"])
def test_a_new_list_hides_no_other(other):
    with pytest.raises(errors.InvalidInput) as caught:
        made(after=TRACK, lists=[(other, b"")])
    assert caught.value.message == "%s: boot would read only one of this file and %s; give the drop-in another name" % (OWN, other)
    assert made(after=PLAIN, lists=[(other, b"")]).after is None
