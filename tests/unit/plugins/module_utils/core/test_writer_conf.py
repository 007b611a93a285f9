# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the configuration of other programs sets, in the shapes that their packages ship and operators write."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, writer_conf


def values(sets):
    return dict((one.name, one.value) for one in sets)


def tuned(*profiles):
    return values(writer_conf.tuned_sets([("/%d" % number, writer_conf.options(text)) for number, text in enumerate(profiles)]))


def test_options_keep_section_and_line():
    assert writer_conf.options(b"a=0\n[one]\n# c=1\n  b = 2 = 3\n;d=4\nnothing\n[two]\ne=\n") == [
        ("", "a", "0", 1), ("one", "b", "2 = 3", 4), ("two", "e", "", 8)]


def test_shell_takes_quotes_and_comments_off_and_the_last_line_counts():
    assert writer_conf.shell(b"A=no\nA=\"yes\" # on\nB='x y'\nC=/etc/x # y\n#D=1\nE=\n") == {"A": "yes", "B": "x y", "C": "/etc/x", "E": ""}


def test_a_sysctl_file_in_ufws_spelling():
    text = b"#net/ipv4/ip_forward=1\nnet/ipv4/tcp_sack=1\nnet.ipv4.tcp_sack=0\nkernel.x=1\nnet.ipv4.tcp_fastopen_key=1\n"
    assert writer_conf.sysctl_file("/etc/ufw/sysctl.conf", text) == [("net.ipv4.tcp_sack", "0", "/etc/ufw/sysctl.conf:3")]


def test_tuned_profile_with_comment_quotes_and_foreign_keys():
    text = b'[main]\nsummary=x\n[sysctl]\nnet.ipv4.tcp_rmem="4096 131072\t16777216"\n'
    text += b'vm.swappiness=10\nnet.core.somaxconn=>2048 # raise\n[vm]\nnet.ipv4.tcp_sack=0\n'
    assert tuned(text) == {"net.ipv4.tcp_rmem": "4096 131072 16777216", "net.core.somaxconn": ">2048"}


def test_tuned_later_profiles_update_drop_and_replace():
    base = b"[sysctl]\nnet.ipv4.tcp_sack=0\nnet.ipv4.tcp_fin_timeout=5\nnet.core.somaxconn=1\n"
    assert tuned(base, b"[sysctl]\nnet.ipv4.tcp_sack=1\ndrop=net.core.somaxconn\n") == {"net.ipv4.tcp_sack": "1", "net.ipv4.tcp_fin_timeout": "5"}
    assert tuned(base, b"[sysctl]\nreplace=1\nnet.ipv4.tcp_sack=1\n") == {"net.ipv4.tcp_sack": "1"}
    assert tuned(base, b"[sysctl]\nenabled=0\n") == {}
    assert tuned(b"[mine]\ntype=sysctl\nnet.ipv4.tcp_sack=1\n") == {"net.ipv4.tcp_sack": "1"}


def test_tuned_variables_and_what_only_tuned_can_compute():
    text = b"[variables]\na=${b}\nb=7\n[sysctl]\nnet.core.somaxconn=${a}\nnet.ipv4.tcp_sack=${f:exec:/bin/x}\n"
    assert tuned(text) == {"net.core.somaxconn": "7", "net.ipv4.tcp_sack": None}
    assert tuned(b"[variables]\na=${a}\n[sysctl]\nnet.core.somaxconn=${a}\n") == {"net.core.somaxconn": None}


def test_tuned_includes():
    assert writer_conf.tuned_includes(writer_conf.options(b"[main]\ninclude=a, -b;c\n")) == ["a", "b", "c"]
    assert writer_conf.tuned_includes(writer_conf.options(b"[other]\ninclude=a\n")) == []


NETWORK = b"[Match]\nName=eth0 ve-*\n[Network]\n"


@pytest.mark.parametrize("line, expected", [
    (b"IPForward=yes", {"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.forwarding": "1", "net.ipv6.conf.all.forwarding": "1"}),
    (b"IPForward=ipv6", {"net.ipv6.conf.all.forwarding": "1"}),
    (b"IPForward=no", {}),
    (b"IPForward=kernel", {}),
    (b"IPMasquerade=yes", {"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.forwarding": "1"}),
    (b"IPv4Forwarding=yes", {"net.ipv4.conf.eth0.forwarding": "1", "net.ipv4.conf.ve-*.forwarding": "1"}),
    (b"IPv4ReversePathFilter=loose", {"net.ipv4.conf.eth0.rp_filter": "2", "net.ipv4.conf.ve-*.rp_filter": "2"}),
    (b"IPv4ReversePathFilter=no", {"net.ipv4.conf.eth0.rp_filter": "0", "net.ipv4.conf.ve-*.rp_filter": "0"}),
    (b"IPv6PrivacyExtensions=kernel", {}),
    (b"DHCP=yes", {}),
])
def test_networkd(line, expected):
    assert values(writer_conf.networkd_sets("/n", NETWORK + line + b"\n")) == expected


def test_networkd_without_a_name_may_mean_any_link_and_a_vlan_has_its_dot():
    text = b"[Network]\nIPv4ProxyARP=1\n"
    assert writer_conf.networkd_sets("/n", text) == [("net.ipv4.conf.*.proxy_arp", "1", "/n:2")]
    assert list(values(writer_conf.networkd_sets("/n", b"[Match]\nName=!eth0\n" + text))) == ["net.ipv4.conf.*.proxy_arp"]
    assert list(values(writer_conf.networkd_sets("/n", b"[Match]\nName=eth0.7\n" + text))) == ["net.ipv4.conf.eth0/7.proxy_arp"]


def test_networkd_conf_is_for_the_whole_host():
    assert values(writer_conf.networkd_global_sets("/c", b"[Network]\nIPv4Forwarding=no\n[DHCPv4]\nIPv6Forwarding=yes\n")) == {
        "net.ipv4.ip_forward": "0", "net.ipv4.conf.all.forwarding": "0", "net.ipv4.conf.default.forwarding": "0"}


def test_networkmanager_shares_and_forwards():
    text = b"[connection]\ninterface-name=wlan0\n[ipv4]\nmethod=shared\nforwarding=1\n[ipv6]\nmethod=shared\nip6-privacy=2\n"
    assert values(writer_conf.networkmanager_sets("/c", text)) == {
        "net.ipv4.ip_dynaddr": "1", "net.ipv4.ip_forward": None, "net.ipv4.conf.wlan0.forwarding": "1", "net.ipv6.conf.all.forwarding": "1",
        "net.ipv6.conf.wlan0.use_tempaddr": "2"}
    assert writer_conf.networkmanager_sets("/c", b"[ipv4]\nmethod=auto\nforwarding=-1\n[ipv6]\nmethod=auto\n") == []


def test_docker_forwards_unless_told_not_to():
    assert values(writer_conf.docker_sets("/d", b"{}"))["net.ipv4.ip_forward"] == "1"
    assert writer_conf.docker_sets("/d", b'{"ip-forward": false}') == []
    with pytest.raises(errors.ParseError):
        writer_conf.docker_sets("/d", b"{")


def test_cni_plugins_that_write_on_the_host():
    text = b'{"plugins": [{"type": "bridge", "isGateway": true}, {"type": "portmap"}, {"type": "tuning", "sysctl": {"net.core.somaxconn": "1"}}]}'
    assert values(writer_conf.cni_sets("/c", text)) == {
        "net.ipv4.ip_forward": "1", "net.ipv4.conf.all.forwarding": "1", "net.ipv4.conf.*.route_localnet": None}
    assert writer_conf.cni_sets("/c", b'{"type": "bridge"}') == []
    assert writer_conf.cni_sets("/c", b'[1]') == []
    with pytest.raises(errors.ParseError):
        writer_conf.cni_sets("/c", b"\xff")


def test_cloud_init_user_data_names_sysctl_files():
    text = b"write_files:\n- path: /etc/sysctl.d/50-x.conf\n- path: '/etc/motd'\n- {path: \"/etc/sysctl.conf\"}\n"
    assert writer_conf.cloud_init_paths(text) == ["/etc/sysctl.conf", "/etc/sysctl.d/50-x.conf"]
