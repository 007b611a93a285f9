# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each program as its packages lay it out: absent, there but idle, active, and closed to us."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import host_files
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import writers

SOMAXCONN = "net.core.somaxconn"


class Closed(host_files.HostFiles):
    """Refuse some paths, as the kernel refuses an ordinary user."""

    closed = ()

    def read(self, path):
        if path in self.closed:
            raise errors.SourceUnavailable(path + ": Permission denied")
        return super(Closed, self).read(path)


@pytest.fixture
def host(tmpdir):
    """Return a function: ({path: text}, closed paths) -> rows."""
    def read(files, closed=()):
        for path, text in files.items():
            tmpdir.join(path).write(text, ensure=True)
        port = Closed(str(tmpdir))
        port.closed = closed
        return writers.read_writers(port)

    return read


def running(name):
    return {"proc/77/comm": name + "\n"}


def test_a_host_without_any(host):
    assert host({"proc/1/comm": "systemd\n", "usr/lib/systemd/system/systemd-networkd.service": "[Unit]\n"}) == []


def test_vendor_files_of_networkd_are_for_containers(host):
    assert host({"usr/lib/systemd/network/80-container-ve.network": "[Match]\nName=ve-*\n[Network]\nIPMasquerade=both\n"}) == []


TUNED = {
    "etc/tuned/active_profile": "mine\n",
    "etc/tuned/mine/tuned.conf": "[main]\ninclude=throughput-performance\n[sysctl]\nnet.core.somaxconn=7\n",
    "usr/lib/tuned/throughput-performance/tuned.conf": "[sysctl]\nnet.core.somaxconn=>2048\nnet.ipv4.tcp_rmem=4096 131072 16777216\nvm.swappiness=10\n",
}


def test_tuned_with_an_included_profile(host):
    row, = host(dict(TUNED, **running("tuned")))
    assert row == {
        "writer": "tuned", "active": True, "source": "/etc/tuned/active_profile", "profile": "mine", "reapplies_files": True,
        "sets": {SOMAXCONN: "7", "net.ipv4.tcp_rmem": "4096 131072 16777216"},
        "where": {SOMAXCONN: "/etc/tuned/mine/tuned.conf:4", "net.ipv4.tcp_rmem": "/usr/lib/tuned/throughput-performance/tuned.conf:3"}}


def test_tuned_enabled_and_not_yet_running_and_stopped(host):
    row, = host(TUNED)
    assert not row["active"]
    row, = host({"usr/lib/systemd/system/tuned.service": "", "etc/systemd/system/multi-user.target.wants/tuned.service": ""})
    assert row["active"]


def test_tuned_that_does_not_read_the_files_again(host):
    conf = {"etc/tuned/tuned-main.conf": "daemon = 1\nreapply_sysctl = 0\nreapply_sysctl_exclude = net.ipv4.*; net.core.x\n"}
    row, = host(dict(TUNED, **conf))
    assert (row["reapplies_files"], row["reapply_excluded"]) == (False, ["net.ipv4.*", "net.core.x"])


def test_tuned_profiles_that_include_each_other_end(host):
    loop = {
        "etc/tuned/active_profile": "a",
        "etc/tuned/profiles/a/tuned.conf": "[main]\ninclude=b,gone\n[sysctl]\nnet.core.somaxconn=1\n",
        "usr/lib/tuned/profiles/b/tuned.conf": "[main]\ninclude=a\n[sysctl]\nnet.core.somaxconn=2\n",
    }
    row, = host(loop)
    assert row["sets"] == {SOMAXCONN: "1"}


def test_tuned_switched_off(host):
    assert host(dict(TUNED, **{"etc/tuned/active_profile": "\n"})) == []


def test_tuned_that_is_closed_to_us(host):
    row, = host(TUNED, closed=("/etc/tuned/active_profile",))
    assert row == {"writer": "tuned", "source": "/etc/tuned/active_profile", "unreadable": "/etc/tuned/active_profile: Permission denied"}


def test_bpftune_running(host):
    row, = host(running("bpftune"))
    assert (row["active"], row["source"]) == (True, "process bpftune")
    assert "net.ipv4.tcp_rmem" in row["sets"]


UFW = {
    "etc/ufw/ufw.conf": "ENABLED=yes\nLOGLEVEL=low\n",
    "etc/default/ufw": "IPV6=yes\n# backend\nIPT_SYSCTL=/etc/ufw/sysctl.conf\n",
    "etc/ufw/sysctl.conf": "#net/ipv4/ip_forward=1\nnet/ipv4/tcp_syncookies=0\n",
}


def test_ufw(host):
    row, = host(UFW)
    assert row == {
        "writer": "ufw", "active": True, "source": "/etc/ufw/sysctl.conf", "sets": {"net.ipv4.tcp_syncookies": "0"},
        "where": {"net.ipv4.tcp_syncookies": "/etc/ufw/sysctl.conf:2"}}


def test_ufw_off_and_without_a_file_of_its_own(host):
    row, = host(dict(UFW, **{"etc/ufw/ufw.conf": "ENABLED=no\n"}))
    assert not row["active"]
    assert host({"etc/default/ufw": "#IPT_SYSCTL=/etc/ufw/sysctl.conf\n"}) == []


def test_networkd_files_hide_each_other_by_name(host):
    rows = host(dict({
        "etc/systemd/network/10-a.network": "[Match]\nName=eth0\n[Network]\nIPv4ReversePathFilter=strict\n",
        "run/systemd/network/10-a.network": "[Network]\nIPForward=yes\n",
        "etc/systemd/networkd.conf.d/f.conf": "[Network]\nIPv6Forwarding=no\n",
    }, **running("systemd-network")))
    assert [(row["active"], row["source"], sorted(row["sets"])) for row in rows] == [
        (True, "/etc/systemd/network/10-a.network", ["net.ipv4.conf.eth0.rp_filter"]),
        (True, "/etc/systemd/networkd.conf.d/f.conf", ["net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding"])]


def test_networkmanager_where_one_connection_is_closed(host):
    folder = "etc/NetworkManager/system-connections/"
    rows = host(dict({folder + "a.nmconnection": "", folder + "b.nmconnection": "[ipv4]\nmethod=shared\n"}, **running("NetworkManager")),
                closed=("/" + folder + "a.nmconnection",))
    assert [("unreadable" in row, row.get("sets")) for row in rows[1:]] == [
        (True, None), (False, {"net.ipv4.ip_dynaddr": "1"}), (False, ["net.ipv4.ip_forward"])]
    assert rows[0]["source"] == "process NetworkManager"


def test_cloud_init_files_of_the_image_and_of_user_data(host):
    rows = host({
        "etc/cloud/cloud.cfg": "", "etc/sysctl.d/99-cloudimg-ipv6.conf": "net.ipv6.conf.all.use_tempaddr = 0\n",
        "etc/sysctl.d/50-x.conf": "net.core.somaxconn=5\n", "var/lib/cloud/instance/cloud-config.txt": "write_files:\n- path: /etc/sysctl.d/50-x.conf\n",
    }, closed=("/var/lib/cloud/instance/user-data.txt",))
    assert [(row["source"], row.get("boot_file"), row.get("sets")) for row in rows] == [
        ("/etc/sysctl.d/50-x.conf", True, {SOMAXCONN: "5"}), ("/etc/sysctl.d/99-cloudimg-ipv6.conf", True, {"net.ipv6.conf.all.use_tempaddr": "0"}),
        ("/var/lib/cloud/instance/user-data.txt", None, None)]


def test_docker_with_and_without_a_configuration(host):
    rows = host(running("dockerd"))
    assert [row["sets"]["net.ipv4.ip_forward"] for row in rows if isinstance(row["sets"], dict)] == ["1"]
    rows = host({"etc/docker/daemon.json": '{"ip-forward": false}'})
    assert [row["sets"] for row in rows if isinstance(row["sets"], dict)] == []
    rows = host({"etc/docker/daemon.json": "{"})
    assert [row["unreadable"][:29] for row in rows if "unreadable" in row] == ["/etc/docker/daemon.json: is n"]


def test_cni(host):
    rows = host({"etc/cni/net.d/10-x.conflist": '{"plugins": [{"type": "ptp"}]}', "etc/cni/net.d/README": "{"})
    assert [(row["writer"], row["sets"]["net.ipv4.ip_forward"]) for row in rows] == [("cni", "1")]
