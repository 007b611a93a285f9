# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_rules, sysctl_conf

TIME = "net.ipv4.tcp_keepalive_time"
FIN = "net.ipv4.tcp_fin_timeout"
VLAN = "net.ipv4.conf.eth0/100.rp_filter"
NAMES = (TIME, "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", FIN, VLAN, "net.ipv4.ip_local_port_range")
SYSTEMD, PROCPS = "systemd", "procps"


def entry(name, what):
    if isinstance(what, sysctl_conf.Entry):
        return what._replace(name=name)
    return sysctl_conf.Entry(name, "file", what, None)


def special(kind, target=None, content=None):
    return sysctl_conf.Entry(b"", kind, content, target)


def tree(sysctl_conf_bytes=None, credential=None, **folders):
    """Build a Tree; etc={b"a.conf": b"..."} stands for /etc/sysctl.d."""
    paths = {"etc": "/etc/sysctl.d", "run": "/run/sysctl.d", "local": "/usr/local/lib/sysctl.d", "usr": "/usr/lib/sysctl.d", "lib": "/lib/sysctl.d"}
    directories = [sysctl_conf.Directory(paths[short], [entry(name, what) for name, what in files.items()]) for short, files in folders.items()]
    conf = None if sysctl_conf_bytes is None else entry(b"sysctl.conf", sysctl_conf_bytes)
    return sysctl_conf.Tree(directories, conf, None if credential is None else entry(b"sysctl.extra", credential), "/run/credentials/@system/sysctl.extra")


def boot(loader, given, version=None, accepts=None):
    return sysctl_conf.boot(given, conf_rules.rules(loader, version), NAMES, accepts)


def values(loader, given, version=None, accepts=None):
    return dict((name, found["value"]) for name, found in boot(loader, given, version, accepts).effective.items())


def one(loader, content, version=None, accepts=None):
    return values(loader, tree(etc={b"a.conf": content}), version, accepts)


def kinds(loader, given, version=None):
    return [(problem.kind, problem.source) for problem in boot(loader, given, version).problems]


def test_the_result_names_the_winning_and_the_shadowed_lines():
    given = tree(etc={b"90-z.conf": b"# ours\nnet.ipv4.tcp_fin_timeout = 20\n"},
                 usr={b"10-a.conf": b"net/ipv4/tcp_fin_timeout=10\n\nnet.ipv4.tcp_fin*=11\n"})
    for loader in (SYSTEMD, PROCPS):
        assert boot(loader, given).effective == {FIN: {
            "value": "20", "source": "/etc/sysctl.d/90-z.conf:2", "loader": loader,
            "shadowed": ["/usr/lib/sysctl.d/10-a.conf:1", "/usr/lib/sysctl.d/10-a.conf:3"]}}


@pytest.mark.parametrize("loader, version, value", [(SYSTEMD, None, "1"), (PROCPS, None, "1"), (PROCPS, (3, 3, 17), "1"), (PROCPS, (3, 3, 16), "2")])
def test_the_same_base_name_counts_in_the_highest_folder_only(loader, version, value):
    given = tree(usr={b"a.conf": FIN.encode() + b"=3\n"}, run={b"a.conf": FIN.encode() + b"=2\n"}, etc={b"a.conf": FIN.encode() + b"=1\n"})
    assert values(loader, given, version) == {FIN: value}


def test_files_are_ordered_by_base_name_bytewise_across_folders():
    given = tree(etc={b"Z.conf": FIN.encode() + b"=1", b"10-b.conf": FIN.encode() + b"=2"}, usr={b"9-a.conf": FIN.encode() + b"=3"})
    assert values(SYSTEMD, given) == values(PROCPS, given) == {FIN: "1"}
    given = tree(etc={b"a.conf": FIN.encode() + b"=1"}, usr={b"Z.conf": FIN.encode() + b"=2"})
    assert values(SYSTEMD, given) == values(PROCPS, given) == {FIN: "1"}


@pytest.mark.parametrize("mask", [special("null", "/dev/null"), special("dangling"), special("directory"), b""])
def test_a_mask_hides_the_name_below(mask):
    given = tree(etc={b"a.conf": mask}, usr={b"a.conf": FIN.encode() + b"=3"})
    assert values(SYSTEMD, given) == values(PROCPS, given) == {}


def test_sysctl_conf_is_last_for_procps_and_in_name_order_or_never_for_systemd():
    linked = special("file", conf_rules.SYSCTL_CONF, b"net.ipv4.tcp_fin_timeout=11\n")
    given = tree(b"net.ipv4.tcp_fin_timeout=11\n", etc={b"99-sysctl.conf": linked, b"zz-mine.conf": b"net.ipv4.tcp_fin_timeout=22\n"})
    assert values(SYSTEMD, given) == {FIN: "22"}
    assert values(PROCPS, given) == {FIN: "11"}
    assert boot(PROCPS, given).effective[FIN]["source"] == "/etc/sysctl.conf:1"
    assert "sysctl_conf_ignored" not in dict(kinds(SYSTEMD, given))
    bare = tree(b"net.ipv4.tcp_fin_timeout=11\n")
    assert values(SYSTEMD, bare) == {}
    assert kinds(SYSTEMD, bare) == [("sysctl_conf_ignored", "/etc/sysctl.conf")]
    assert kinds(PROCPS, bare) == kinds(SYSTEMD, tree(b"# nothing\n")) == []


@pytest.mark.parametrize("name", [b".x.conf", b".conf"])
def test_hidden_files(name):
    given = tree(etc={name: b"net.ipv4.tcp_fin_timeout=5"})
    assert values(SYSTEMD, given) == {}
    assert values(PROCPS, given) == {FIN: "5"}
    assert kinds(SYSTEMD, given) == kinds(PROCPS, given) == [("hidden_file", "/etc/sysctl.d/" + name.decode())]


def test_other_endings_are_not_read():
    given = tree(etc={b"a.conf~": b"net.ipv4.tcp_fin_timeout=5", b"a.CONF": b"net.ipv4.tcp_fin_timeout=5", b"README": b"x"})
    assert values(SYSTEMD, given) == values(PROCPS, given) == {}


@pytest.mark.parametrize("line, systemd, procps", [
    (b"net.ipv4.tcp_fin_timeout = 5", "5", "5"),
    (b"net/ipv4/tcp_fin_timeout=5", "5", "5"),
    (b"  -net.ipv4.tcp_fin_timeout\t=\t5\r", "5", "5"),
    (b"- net.ipv4.tcp_fin_timeout=5", "5", None),
    (b"--net.ipv4.tcp_fin_timeout=5", None, "5"),
    (b"net.ipv4..tcp_fin_timeout=5", "5", "5"),
    (b"/net/ipv4/tcp_fin_timeout=5", "5", "5"),
    (b"net/ipv4/tcp_fin_timeout/=5", "5", None),
    (b"net/ipv4/../ipv4/tcp_fin_timeout=5", None, "5"),
    (b"\vnet.ipv4.tcp_fin_timeout=5", None, "5"),
    (b"\xef\xbb\xbfnet.ipv4.tcp_fin_timeout=5", None, None),
    (b"# net.ipv4.tcp_fin_timeout=5", None, None),
    (b"; net.ipv4.tcp_fin_timeout=5", None, None),
    (b"net.ipv4.tcp_fin_timeout 5", None, None),
    (b"net.ipv4.tcp_fin_timeout=5\0 6", "5", "5"),
    (b"net.ipv4.tcp_fin_timeout=", "", ""),
    (b"x=1\rnet.ipv4.tcp_fin_timeout=5", "5", None),
])
def test_one_line(line, systemd, procps):
    assert one(SYSTEMD, line).get(FIN) == systemd
    assert one(PROCPS, line).get(FIN) == procps


@pytest.mark.parametrize("spelling, found", [
    (b"net.ipv4.conf.eth0/100.rp_filter", True), (b"net/ipv4/conf/eth0.100/rp_filter", True), (b"net.ipv4.conf.eth0.100.rp_filter", False)])
def test_a_dot_inside_a_component(spelling, found):
    for loader in (SYSTEMD, PROCPS):
        assert one(loader, spelling + b"=1") == ({VLAN: "1"} if found else {})


def test_fields_are_joined_by_one_space():
    assert one(SYSTEMD, b"net.ipv4.ip_local_port_range = 1024 \t 65000\n") == {"net.ipv4.ip_local_port_range": "1024 65000"}


@pytest.mark.parametrize("loader, version, line, value", [
    (SYSTEMD, (219,), b"-net.ipv4.tcp_fin_timeout=5", None), (SYSTEMD, (243,), b"-net.ipv4.tcp_fin_timeout=5", "5"),
    (SYSTEMD, (243,), b"- net.ipv4.tcp_fin_timeout=5", None), (SYSTEMD, (244,), b"net.ipv4.tcp_fin*=5", None),
    (SYSTEMD, (245,), b"net.ipv4.tcp_fin*=5", "5"), (SYSTEMD, (245,), b"net.ipv4.tcp_{fin,x}*=5", "5"),
    (SYSTEMD, (219,), b"x=1\rnet.ipv4.tcp_fin_timeout=5", None), (SYSTEMD, (249,), b"net/ipv4/../ipv4/tcp_fin_timeout=5", "5"),
    (PROCPS, (3, 3, 15), b"-net.ipv4.tcp_fin_timeout=5", None), (PROCPS, (3, 3, 16), b"-net.ipv4.tcp_fin_timeout=5", "5"),
    (PROCPS, (3, 3, 17), b"--net.ipv4.tcp_fin_timeout=5", None), (PROCPS, (3, 3, 17), b"net.ipv4.tcp_fin*=5", None),
    (PROCPS, (4, 0, 0), b"net.ipv4.tcp_fin*=5", "5"), (PROCPS, (4, 0, 0), b"net.ipv4.tcp_{fin,x}*=5", None),
    (PROCPS, (3, 3, 10), b"==net.ipv4.tcp_fin_timeout=5", "5"), (PROCPS, (3, 3, 10), b"net.ipv4.tcp_fin_timeout=", None),
    (PROCPS, (3, 3, 10), b"net.ipv4.tcp_fin_timeout = 5\r6", "5"),
    (PROCPS, (3, 3, 17), b"\rnet.ipv4.tcp_fin_timeout=5", None), (PROCPS, (4, 0, 0), b"\rnet.ipv4.tcp_fin_timeout=5", "5"),
])
def test_a_line_by_version(loader, version, line, value):
    assert one(loader, line, version).get(FIN) == value


@pytest.mark.parametrize("content, systemd, procps", [
    (b"net.ipv4.tcp_fin_timeout=1\nnet/ipv4/tcp_fin_timeout=2\n", "2", "2"),
    (b"net.ipv4.tcp_fin_timeout=1\nnet.ipv4.tcp_fin*=2\n", "1", "1"),
    (b"net.ipv4.tcp_fin*=1\nnet.ipv4.tcp_f*=2\n", "2", "2"),
    (b"net.ipv4.tcp_fin*=1\nnet.ipv4.tcp_f*=2\nnet.ipv4.tcp_fin*=1\n", "2", "1"),
    (b"net.ipv4.tcp_fin*=1\n-net.ipv4.tcp_fin_timeout\n", None, None),
    (b"net.ipv4.tcp_fin_timeout=1\n-net.ipv4.tcp_fin_timeout\n", None, "1"),
    (b"-net.ipv4.tcp_fin_timeout\nnet.ipv4.tcp_fin_timeout=1\n", "1", "1"),
    (b"net.ipv4.tcp_fin*=1\n-net.ipv4.tcp_*\n", "1", None),
    (b"net/ipv4//tcp_fin*=1\nnet.ipv4.tcp_fin_timeout=2\n", "2", "2"),
    (b"net.ipv4.tcp_fin_timeout=2\nnet/ipv4//tcp_fin*=1\n", "2", "1"),
])
def test_which_assignment_wins(content, systemd, procps):
    assert one(SYSTEMD, content).get(FIN) == systemd
    assert one(PROCPS, content).get(FIN) == procps


def test_a_pattern_among_the_exclusions_counts_since_procps_4_0_5():
    content = b"net.ipv4.tcp_fin*=1\n-net.ipv4.tcp_*\n"
    assert one(PROCPS, content, (4, 0, 4)) == {FIN: "1"}
    assert one(PROCPS, content, (4, 0, 5)) == {}


def test_a_refused_value_leaves_the_earlier_one_to_procps():
    content = b"net.ipv4.tcp_fin_timeout=1\nnet.ipv4.tcp_fin_timeout=x\n"

    def accepts(name, value):
        assert name == FIN
        return value.isdigit()

    assert one(PROCPS, content, accepts=accepts) == {FIN: "1"}
    assert one(SYSTEMD, content, accepts=accepts) == {}
    problems = boot(SYSTEMD, tree(etc={b"a.conf": content}), accepts=accepts).problems
    assert ("refused_value", "/etc/sysctl.d/a.conf:2") in [problem[:2] for problem in problems]


def test_procps_passes_file_names_through_glob():
    given = tree(etc={b"[a].conf": b"net.ipv4.tcp_fin_timeout=5", b"{x,y}.conf": TIME.encode() + b"=6"})
    assert values(PROCPS, given) == {FIN: "5", TIME: "6"}
    both = tree(etc={b"[a].conf": b"net.ipv4.tcp_fin_timeout=5", b"a.conf": TIME.encode() + b"=7"})
    assert values(PROCPS, both) == {TIME: "7"}
    assert values(SYSTEMD, both) == {TIME: "7", FIN: "5"}


def test_the_system_credential_is_read_last_by_systemd_since_252():
    given = tree(credential=b"net.ipv4.tcp_fin_timeout=9\n", etc={b"a.conf": b"net.ipv4.tcp_fin_timeout=5\n"})
    assert values(SYSTEMD, given, (252,)) == {FIN: "9"}
    assert values(SYSTEMD, given, (251,)) == values(PROCPS, given) == {FIN: "5"}


def test_problems():
    given = tree(etc={
        b"a.conf": b"\xef\xbb\xbf# c\nnonsense\nnet.ipv4.tcp_fin_timeout=1\nnet/ipv4/tcp_fin_timeout=2\n- net.ipv4.tcp_keepalive_time=3\n",
        b"b.conf": special("unreadable"), b"c.conf": special("dangling"), b"d.conf": special("directory"), b"e.conf": special("special")})
    assert sorted(kinds(PROCPS, given)) == [
        ("bom", "/etc/sysctl.d/a.conf:1"), ("dangling", "/etc/sysctl.d/c.conf"), ("directory", "/etc/sysctl.d/d.conf"),
        ("duplicate", "/etc/sysctl.d/a.conf:4"), ("ineffective", "/etc/sysctl.d/a.conf:5"), ("special_file", "/etc/sysctl.d/e.conf"),
        ("unreadable_file", "/etc/sysctl.d/b.conf"), ("unreadable_line", "/etc/sysctl.d/a.conf:1"), ("unreadable_line", "/etc/sysctl.d/a.conf:2")]
    old = kinds(SYSTEMD, tree(etc={b"a.conf": b"net.ipv4.tcp_*=1\n-net.ipv4.tcp_fin_timeout=1\n"}), (219,))
    assert old == [("ineffective", "/etc/sysctl.d/a.conf:1"), ("ineffective", "/etc/sysctl.d/a.conf:2")]


def test_values_and_names_that_are_not_ascii_are_shown_as_utf8():
    given = tree(etc={u"\xe9.conf".encode("utf-8"): FIN.encode() + u"=\xe9\n".encode("utf-8")})
    found = boot(SYSTEMD, given).effective[FIN]
    assert (found["value"], found["source"]) == (u"\xe9", u"/etc/sysctl.d/\xe9.conf:1")


def test_line_numbers_count_line_feeds():
    found = boot(SYSTEMD, tree(etc={b"a.conf": b"x=1\r\n\r\n\n\rx=2\0net.ipv4.tcp_fin_timeout=5\n"})).effective
    assert found[FIN]["source"] == "/etc/sysctl.d/a.conf:4"
