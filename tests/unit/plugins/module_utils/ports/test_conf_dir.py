# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir


class Root(object):
    def __init__(self, path):
        self.path = path

    def put(self, path, content=b""):
        full = self.path.join(path.lstrip("/"))
        full.write_binary(content, ensure=True)
        return full

    def link(self, path, target):
        full = str(self.path.join(path.lstrip("/")))
        if not os.path.isdir(os.path.dirname(full)):
            os.makedirs(os.path.dirname(full))
        os.symlink(target, full)

    def port(self):
        return conf_dir.ConfDir(str(self.path) + "/")


@pytest.fixture
def root(tmpdir):
    return Root(tmpdir)


def entries(root):
    return dict(root.port().folders()).get("/etc/sysctl.d")


def test_kinds_of_entries(root):
    root.put("/etc/sysctl.d/file.conf", b"a=1\n")
    root.put("/etc/sysctl.conf", b"b=2\n")
    root.link("/etc/sysctl.d/null.conf", "/dev/null")
    root.link("/etc/sysctl.d/up.conf", "../../dev/null")
    root.link("/etc/sysctl.d/dangling.conf", "/nowhere")
    root.link("/etc/sysctl.d/loop.conf", "loop.conf")
    root.link("/etc/sysctl.d/relative.conf", "../sysctl.conf")
    root.link("/etc/sysctl.d/absolute.conf", "/etc/sysctl.conf")
    root.path.join("etc/sysctl.d/folder.conf").mkdir()
    os.mkfifo(str(root.path.join("etc/sysctl.d/fifo.conf")))
    assert sorted(tuple(entry) for entry in entries(root)) == [
        (b"absolute.conf", "file", b"b=2\n", "/etc/sysctl.conf"),
        (b"dangling.conf", "dangling", None, None),
        (b"fifo.conf", "special", None, None),
        (b"file.conf", "file", b"a=1\n", None),
        (b"folder.conf", "directory", None, None),
        (b"loop.conf", "dangling", None, None),
        (b"null.conf", "null", None, "/dev/null"),
        (b"relative.conf", "file", b"b=2\n", "/etc/sysctl.conf"),
        (b"up.conf", "null", None, "/dev/null"),
    ]


def test_an_unreadable_file_is_told_from_an_empty_one(root, monkeypatch):
    root.put("/etc/sysctl.d/a.conf")
    if os.geteuid() != 0:
        root.path.join("etc/sysctl.d/a.conf").chmod(0)
    else:
        # Mode 0 does not stop root.
        def refuse(path, mode):
            raise IOError(13, "Permission denied", path)

        monkeypatch.setattr(conf_dir.io, "open", refuse)
    assert [(entry.kind, entry.content) for entry in entries(root)] == [("unreadable", None)]


def test_folders_in_order_and_each_once(root):
    for folder in ("usr/lib", "etc", "run"):
        root.put(folder + "/sysctl.d/x.conf")
    root.link("/lib", "usr/lib")
    assert [path for path, _entries in root.port().folders()] == ["/etc/sysctl.d", "/run/sysctl.d", "/usr/lib/sysctl.d"]
    assert root.port().sysctl_conf() is None
    assert root.port().credential() is None


def test_a_separate_lib_counts_as_a_folder_of_its_own(root):
    root.put("/usr/lib/sysctl.d/x.conf")
    root.put("/lib/sysctl.d/x.conf")
    assert [path for path, _entries in root.port().folders()] == ["/usr/lib/sysctl.d", "/lib/sysctl.d"]


def test_the_signs_of_systemd(root):
    assert root.port().init() == {"systemd_sysctl": "absent", "writable": False}
    root.put("/proc/1/comm", b"systemd\n")
    root.put("/usr/lib/systemd/system/systemd-sysctl.service", b"[Unit]\n")
    root.put("/proc/sys/net/ipv4/x")
    assert root.port().init() == {"pid1": "systemd", "systemd_sysctl": "present", "writable": True}
    root.link("/etc/systemd/system/systemd-sysctl.service", "/dev/null")
    assert root.port().init()["systemd_sysctl"] == "masked"


def test_an_empty_unit_file_masks_and_sd_booted_is_enough(root):
    root.put("/etc/systemd/system/systemd-sysctl.service")
    root.put("/run/systemd/system/x")
    assert root.port().init()["systemd_sysctl"] == "masked"
    assert root.port().init()["pid1"] == "systemd"


def test_another_init(root):
    root.put("/proc/1/comm", b"init\n")
    assert root.port().init()["pid1"] == "init"


@pytest.mark.parametrize("path, found", [
    ("/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so", {"systemd": (252,)}),
    ("/usr/lib64/systemd/libsystemd-shared-253.7-1.fc38.so", {"systemd": (253,)}),
    ("/usr/lib/systemd/libsystemd-shared-239.so", {"systemd": (239,)}),
    ("/lib64/libsystemd.so.0.6.0", {"systemd": (219,)}),
    ("/usr/lib64/libprocps.so.7.1.0", {"procps": (3, 3, 15)}),
    ("/lib/x86_64-linux-gnu/libprocps.so.8.0.3", {"procps": (3, 3, 17)}),
    ("/usr/lib/x86_64-linux-gnu/libproc2.so.0.0.1", {"procps": (4, 0, 2)}),
    ("/usr/lib/libproc2.so.99.0.0", {}),
    ("/usr/share/doc/procps-ng-3.3.10/NEWS", {"procps": (3, 3, 10)}),
    ("/var/lib/pacman/local/procps-ng-4.0.4-3/desc", {"procps": (4, 0, 4)}),
    ("/var/lib/pacman/local/systemd-libs-255-1/desc", {}),
])
def test_versions_from_file_names(root, path, found):
    root.put(path)
    assert root.port().versions() == found


def test_versions_from_dpkg(root):
    root.put("/var/lib/dpkg/status", b"Package: procps\nStatus: install ok installed\nVersion: 2:3.3.15-2\n\n"
             b"Package: libsystemd0\nStatus: install ok installed\nVersion: 1-1\n\n"
             b"Package: systemd\nStatus: deinstall ok config-files\nVersion: 241-7~deb10u8\n")
    assert root.port().versions() == {"procps": (3, 3, 15)}


def test_nothing_to_read(root):
    assert root.port().folders() == []
    assert root.port().versions() == {}


@pytest.mark.parametrize("links, path, spelled, real", [
    ({}, "/etc/sysctl.d/x.conf", "/etc/sysctl.d/x.conf", "/etc/sysctl.d/x.conf"),
    ({"/lib": "usr/lib"}, "/lib/sysctl.d/x.conf", "/usr/lib/sysctl.d/x.conf", "/usr/lib/sysctl.d/x.conf"),
    ({}, "/lib/sysctl.d/x.conf", "/lib/sysctl.d/x.conf", "/lib/sysctl.d/x.conf"),
    ({"/etc/sysctl.d": "../srv/d"}, "/etc/sysctl.d/x.conf", "/etc/sysctl.d/x.conf", "/srv/d/x.conf"),
    ({"/etc/sysctl.d": "../srv/d"}, "/srv/d/x.conf", "/etc/sysctl.d/x.conf", "/srv/d/x.conf"),
    ({}, "/srv/d/e/x.conf", "/srv/d/e/x.conf", "/srv/d/e/x.conf"),
    ({}, "/x.conf", "/x.conf", "/x.conf"),
])
def test_where_a_file_is_that_need_not_exist(root, links, path, spelled, real):
    for folder in ("usr/lib", "srv/d"):
        root.path.join(folder).ensure(dir=True)
    for link, target in links.items():
        root.link(link, target)
    assert root.port().place(path) == (spelled, real)


def test_the_place_of_a_drop_in_that_is_a_link(tmpdir):
    root = str(tmpdir)
    for folder in ("etc/sysctl.d", "opt"):
        os.makedirs(os.path.join(root, folder))
    for name in ("there", "plain.conf"):
        open(os.path.join(root, "opt" if name == "there" else "etc/sysctl.d", name), "w").close()
    os.symlink("/opt/there", os.path.join(root, "etc/sysctl.d/link.conf"))
    os.symlink("/opt/none", os.path.join(root, "etc/sysctl.d/dangling.conf"))
    port = conf_dir.ConfDir(root)
    for name, real in (("link", "/opt/there"), ("plain", "/etc/sysctl.d/plain.conf"), ("dangling", "/etc/sysctl.d/dangling.conf")):
        assert port.place("/etc/sysctl.d/%s.conf" % name) == ("/etc/sysctl.d/%s.conf" % name, real)
