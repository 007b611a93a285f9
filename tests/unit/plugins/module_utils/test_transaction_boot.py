# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transaction and the next boot: what other files say is foreseen, taken over, put back."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import itertools
import os
import stat

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils import transaction
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir, drop_in_file, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot

KEY, OTHER = "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time"
DROP_IN, LATER, LAST = "/etc/sysctl.d/90-linuxnet-tcp.conf", "/etc/sysctl.d/95-site.conf", "/etc/sysctl.d/zz-mine.conf"
BACKUP = ".linuxnet-tcp.bak~"
THEIRS = b"# theirs\nnet.ipv4.tcp_fin_timeout = 45\nnet.ipv4.tcp_sack = 1\n"


class Tree(sysctl_tree.SysctlTree):
    """Keys as plain files."""

    _WRITE_FLAGS = os.O_WRONLY | os.O_TRUNC

    def refusal(self, path):
        return 0


class Host(object):
    """A folder that looks like a host whose PID 1 is systemd 252. ``faults`` {(operation, path): errno} strike once."""

    def __init__(self, root):
        self.root, self.faults, self.opened = root, {}, []
        for path in ("proc/sys/net/ipv4", "proc/sys/kernel", "etc/sysctl.d", "run/systemd/system", "usr/lib/systemd/system", "usr/lib/sysctl.d"):
            os.makedirs(os.path.join(root, path))
        for path, data in {
            "/proc/sys/net/ipv4/tcp_fin_timeout": b"60\n", "/proc/sys/net/ipv4/tcp_keepalive_time": b"7200\n", "/proc/sys/kernel/osrelease": b"6.18.44\n",
            "/usr/lib/systemd/system/systemd-sysctl.service": b"[Unit]\n", "/usr/lib/systemd/libsystemd-shared-252.so": b"",
        }.items():
            self.put(path, data)

    def put(self, path, data, mode=0o644):
        with io.open(self.root + path, "wb") as stream:
            stream.write(data)
        os.chmod(self.root + path, mode)

    def link(self, path, target):
        os.symlink(target, self.root + path)

    def get(self, path):
        with io.open(self.root + path, "rb") as stream:
            return stream.read()

    def mode(self, path):
        return stat.S_IMODE(os.stat(self.root + path).st_mode)

    def files(self):
        """Return every file below /etc and /usr/lib/sysctl.d, and the running values."""
        found = {}
        for top in ("/etc", "/usr/lib/sysctl.d", "/proc/sys/net"):
            for folder, _subfolders, names in os.walk(self.root + top):
                for name in names:
                    path = os.path.join(folder, name)[len(self.root):]
                    found[path] = self.get(path)
        return found

    def open(self, path, like=None):
        store = drop_in_file.DropInFile(path, root=self.root, like=like)
        for operation in ("rehearse", "replace", "remove"):
            setattr(store, operation, self._striking(store, operation, getattr(store, operation)))
        return store

    def _striking(self, store, operation, original):
        def call(*arguments):
            self.opened.append((operation, store.path))
            number = self.faults.pop((operation, store.path), None)
            if number == "meddle":
                # Somebody else is faster, with a file that comes later still.
                self.put("/etc/sysctl.d/zzz.conf", THEIRS)
            elif number:
                raise OSError(number, os.strerror(number))
            return original(*arguments)
        return call

    def apply(self, settings=None, path=DROP_IN, **options):
        wish = dict(settings=settings or {KEY: 30}, state="present", persist=True, runtime=True, path=path, unsupported="fail", check_mode=False)
        wish.update(options)
        files = boot.BootFiles(conf_dir.ConfDir(self.root), self.open)
        return transaction.apply(transaction.Request(**wish), Tree(self.root), self.open(path), files)

    def refuse(self, *arguments, **options):
        """Apply what must fail and leave everything as it was."""
        before = self.files()
        with pytest.raises(errors.TransactionError) as caught:
            self.apply(*arguments, **options)
        assert self.files() == before
        assert (caught.value.details["changed"], caught.value.details["left"]) == (False, [])
        return caught.value


@pytest.fixture
def host(tmpdir):
    return Host(str(tmpdir))


FILES = {
    "nobody": {}, "earlier": {"/etc/sysctl.d/10-a.conf": THEIRS}, "agrees": {LAST: b"net.ipv4.tcp_fin_timeout=30\n"}, "later": {LAST: THEIRS},
    "twice": {LATER: THEIRS, LAST: THEIRS}, "excluded": {LAST: b"-net.ipv4.tcp_fin_timeout\n"}, "vendor": {"/usr/lib/sysctl.d/zz.conf": THEIRS},
}
OURS_BEFORE = {"no drop-in": None, "stale": b"net.ipv4.tcp_fin_timeout = 5\n", "kept": b"net.ipv4.tcp_fin_timeout = 30\n"}
TABLE = list(itertools.product(sorted(FILES), sorted(OURS_BEFORE), ["fail", "warn", "take_over"], [True, False], [True, False]))


@pytest.mark.parametrize("others, ours, shadowed, persist, check_mode", TABLE)
def test_truth_table(host, others, ours, shadowed, persist, check_mode):
    for path, data in FILES[others].items():
        host.put(path, data)
    if OURS_BEFORE[ours] is not None:
        host.put(DROP_IN, OURS_BEFORE[ours])
    before = host.files()
    options = dict(shadowed=shadowed, persist=persist, check_mode=check_mode)
    loses = persist and others in ("later", "twice", "excluded", "vendor")
    if loses and (shadowed == "fail" or (shadowed == "take_over" and others == "vendor")):
        error = host.refuse(**options)
        assert KEY + ": the next boot " in error.message
        assert error.message.endswith("nothing was changed")
        assert host.opened == [] or {operation for operation, _path in host.opened} == {"rehearse"}
        return
    result = host.apply(**options)
    taken = sorted(FILES[others]) if loses and shadowed == "take_over" else []
    assert sorted(row["path"] for row in result.get("taken_over", [])) == taken
    assert len(result["warnings"]) == (1 if loses and shadowed == "warn" else 0)
    rewrites = persist and ours != "kept"
    assert [part["after_header"] for part in result["diff"]] == ["running values"] + [DROP_IN] * rewrites + taken
    if check_mode:
        assert host.files() == before
        return
    after = host.files()
    changed = set(path for path in after if after[path] != before.get(path))
    assert changed == set(["/proc/sys/net/ipv4/tcp_fin_timeout"] + [DROP_IN] * rewrites + taken + [path + BACKUP for path in taken])
    assert all(after[path + BACKUP] == before[path] for path in taken)
    again = host.apply(**options)
    assert (again["changed"], again["diff"]) == (False, [])
    assert host.files() == after


@pytest.mark.parametrize("shadowed", ["warn", "take_over"])
def test_check_mode_predicts_the_real_run(host, shadowed):
    host.put(LATER, THEIRS)
    host.put(LAST, THEIRS)
    predicted = host.apply(shadowed=shadowed, check_mode=True)
    assert host.apply(shadowed=shadowed) == predicted


def test_what_wins_now_agrees_with_what_was_promised(host):
    host.put(LAST, THEIRS)
    host.apply(shadowed="take_over")
    effective, _problems, _warnings = boot.read_boot(conf_dir.ConfDir(host.root), [KEY])
    assert (effective[KEY]["value"], effective[KEY]["source"], effective[KEY]["shadowed"]) == ("30", DROP_IN + ":2", [])
    assert b"#net.ipv4.tcp_fin_timeout = 45\nnet.ipv4.tcp_sack = 1\n" in host.get(LAST)


def test_a_drop_in_that_holds_already_is_shadowed_all_the_same(host):
    host.apply()
    host.put(LAST, THEIRS)
    assert LAST + ":2" in host.refuse().message
    assert host.apply(shadowed="take_over")["changed"] is True


def test_all_keys_that_lose_are_told_at_once(host):
    host.put(LAST, THEIRS + b"net.ipv4.tcp_keepalive_time = 9\n")
    assert len(host.refuse({KEY: 30, OTHER: 1200}).details["problems"]) == 2


def test_keys_of_others_are_nobodys_business(host):
    host.put(LAST, THEIRS)
    assert host.apply({OTHER: 1200})["warnings"] == []


def test_absent_does_not_ask(host):
    host.apply()
    host.put(LAST, THEIRS)
    assert host.apply({KEY: None}, state="absent")["changed"] is True


def test_the_file_behind_a_link_is_edited_and_the_link_stays(host):
    host.put("/etc/sysctl.conf", THEIRS, 0o640)
    host.link("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf")
    row, = host.apply(shadowed="take_over")["taken_over"]
    assert row == {"name": KEY, "source": "/etc/sysctl.d/99-sysctl.conf:2", "path": "/etc/sysctl.conf"}
    assert os.path.islink(host.root + "/etc/sysctl.d/99-sysctl.conf")
    assert host.get("/etc/sysctl.conf" + BACKUP) == THEIRS
    assert (host.mode("/etc/sysctl.conf"), host.mode("/etc/sysctl.conf" + BACKUP)) == (0o640, 0o640)


def test_no_loader_reads_the_backup(host):
    host.put(LAST, THEIRS)
    host.apply(shadowed="take_over")
    assert os.path.exists(host.root + LAST + BACKUP)
    for loader in ("systemd", "procps"):
        effective, problems, _warnings = boot.read_boot(conf_dir.ConfDir(host.root), [KEY], loader)
        assert (effective[KEY]["value"], effective[KEY]["shadowed"], problems) == ("30", [], [])


def test_an_older_backup_gives_way_and_comes_back_on_failure(host):
    host.put(LAST, THEIRS)
    host.put(LAST + BACKUP, b"older\n")
    host.faults[("replace", LAST)] = errno.EIO
    host.refuse(shadowed="take_over")
    host.apply(shadowed="take_over")
    assert host.get(LAST + BACKUP) == THEIRS


@pytest.mark.parametrize("backup", [None, b"older\n", THEIRS])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EPERM])
@pytest.mark.parametrize("operation, path", [
    ("rehearse", LATER), ("rehearse", LAST), ("rehearse", DROP_IN), ("replace", DROP_IN), ("replace", LATER + BACKUP), ("replace", LATER),
    ("replace", LAST + BACKUP), ("replace", LAST),
])
@pytest.mark.parametrize("ours", [None, b"# ours\n"])
def test_a_fault_at_any_step_of_a_take_over_puts_everything_back(host, operation, path, number, ours, backup):
    for each in (LATER, LAST):
        host.put(each, THEIRS)
        if backup is not None:
            host.put(each + BACKUP, backup)
    if ours is not None:
        host.put(DROP_IN, ours)
    if backup == THEIRS and path.endswith(BACKUP):
        # That one is there already and is not written.
        host.apply(shadowed="take_over")
        assert (operation, path) not in host.opened
        return
    host.faults[(operation, path)] = number
    error = host.refuse(shadowed="take_over")
    assert "%s: cannot be written (%s" % (path, errno.errorcode[number]) in error.message
    if operation == "rehearse":
        assert error.message.endswith("nothing was changed")
        assert {done for done, _path in host.opened} == {"rehearse"}
    else:
        assert KEY in error.details["undone"]


def test_a_file_that_somebody_changes_meanwhile_is_not_overwritten(host):
    host.put(LAST, THEIRS)
    original = Tree.write

    def write(tree, path, value):
        original(tree, path, value)
        host.put(LAST, b"# new\n")

    Tree.write = write
    try:
        with pytest.raises(errors.TransactionError) as caught:
            host.apply(shadowed="take_over")
    finally:
        Tree.write = original
    assert LAST + ": somebody else changed it meanwhile" in caught.value.message
    assert host.get(LAST) == b"# new\n"
    assert not os.path.exists(host.root + DROP_IN)
    assert host.get("/proc/sys/net/ipv4/tcp_fin_timeout") == b"60\n"


@pytest.mark.parametrize("shadowed", ["fail", "take_over"])
def test_what_wins_only_after_writing_is_found_and_everything_is_put_back(host, shadowed):
    host.put(LATER, b"net.ipv4.tcp_fin_timeout = 30\n")
    host.faults[("replace", DROP_IN)] = "meddle"
    with pytest.raises(errors.TransactionError) as caught:
        host.apply(shadowed=shadowed)
    assert "after writing: %s: the next boot sets \"45\" (/etc/sysctl.d/zzz.conf:2)" % KEY in caught.value.message
    assert (caught.value.details["undone"], caught.value.details["left"]) == ([DROP_IN, KEY], [])
    assert not os.path.exists(host.root + DROP_IN)


def test_what_cannot_be_put_back_is_told(host):
    host.put(LATER, THEIRS)
    host.put(LAST, THEIRS)
    original = host._striking

    def striking(store, operation, call):
        struck = original(store, operation, call)
        if (store.path, operation) == (LAST, "replace"):
            def refuse(_data, _dress):
                # From here on the other file cannot be written either.
                host.faults[("replace", LATER)] = errno.EROFS
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            return refuse
        return struck

    host._striking = striking
    with pytest.raises(errors.TransactionError) as caught:
        host.apply(shadowed="take_over")
    assert caught.value.details["left"] == [{"name": LATER, "reason": "EROFS: Read-only file system"}]
    assert caught.value.details["changed"] is True


def test_a_masked_drop_in_fails_or_warns(host):
    host.put("/etc/sysctl.d/50-x.conf", b"")
    assert "/etc/sysctl.d/50-x.conf hides it" in host.refuse(path="/usr/lib/sysctl.d/50-x.conf").message
    assert "hides it" in host.apply(path="/usr/lib/sysctl.d/50-x.conf", shadowed="warn")["warnings"][0]


def test_a_folder_of_another_name_is_the_same_folder(host):
    host.link("/lib", "usr/lib")
    host.put("/usr/lib/sysctl.d/95-x.conf", THEIRS)
    assert "/usr/lib/sysctl.d/95-x.conf:2" in host.refuse(path="/lib/sysctl.d/90-x.conf").message
    assert host.apply(path="/lib/sysctl.d/96-x.conf")["warnings"] == []


def test_a_path_outside_of_the_folders_is_used_with_a_warning(host):
    host.put(LAST, THEIRS)
    os.mkdir(host.root + "/srv")
    result = host.apply(path="/srv/x.conf")
    assert "lies in no folder that a loader reads at boot" in result["warnings"][0]
    assert host.apply(path="/srv/x.conf")["changed"] is False


def test_the_missing_folder_of_the_drop_in_is_foreseen(host):
    os.rmdir(host.root + "/etc/sysctl.d")
    assert host.apply()["warnings"] == []


def test_where_the_other_loader_differs_is_a_warning(host):
    host.put("/etc/sysctl.conf", THEIRS)
    warning, = host.apply()["warnings"]
    assert warning == '%s: systemd sets "30" (%s:2), procps sets "45" (/etc/sysctl.conf:2)' % (KEY, DROP_IN)


def test_a_file_that_cannot_be_read_is_a_warning(host):
    os.mkfifo(host.root + LAST)
    warning, = host.apply()["warnings"]
    assert warning.startswith(LAST + ": is neither a regular file nor /dev/null")
