# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import itertools
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils import transaction
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import drop_in, errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, sysctl_tree

ARTICLE = {
    "net.ipv4.tcp_syncookies": 1, "net.ipv4.tcp_tw_reuse": 1, "net.ipv4.tcp_max_tw_buckets": 5000, "net.ipv4.tcp_max_syn_backlog": 8192,
    "net.ipv4.tcp_keepalive_time": 1200, "net.ipv4.ip_local_port_range": "1024 65000",
}
DEFAULTS = {
    "net.ipv4.tcp_syncookies": "0", "net.ipv4.tcp_tw_reuse": "2", "net.ipv4.tcp_max_tw_buckets": "131072", "net.ipv4.tcp_max_syn_backlog": "2048",
    "net.ipv4.tcp_keepalive_time": "7200", "net.ipv4.ip_local_port_range": "32768\t60999", "net.ipv4.ip_unprivileged_port_start": "1024",
    "net.ipv4.tcp_fin_timeout": "60", "net.ipv4.tcp_sack": "1", "net.ipv4.tcp_dsack": "1", "net.ipv4.tcp_window_scaling": "1",
    "net.ipv4.tcp_retries2": "15", "net.ipv4.tcp_rmem": "4096\t131072\t6291456", "net.ipv4.tcp_congestion_control": "cubic",
    "net.ipv4.ip_local_reserved_ports": "", "net.ipv4.tcp_fastopen_key": "0-0-0-0", "net.test.knob": "4\t5",
}


class Tree(sysctl_tree.SysctlTree):
    """Keys as plain files. ``faults`` {(operation, name): errno or text} strike when asked; every write is noted."""

    # A plain file, unlike a key, keeps the rest of a longer old value.
    _WRITE_FLAGS = os.O_WRONLY | os.O_TRUNC

    def __init__(self, root):
        super(Tree, self).__init__(root)
        self.written, self.faults = [], {}

    def write(self, path, value):
        name = path.replace("/", ".")
        number = len(self.written) + 1
        for fault in (("write", name), ("write", number), ("write", name, value)):
            if fault in self.faults:
                raise OSError(self.faults[fault], os.strerror(self.faults[fault]))
        self.written.append((name, value))
        super(Tree, self).write(path, self.faults.get(("round", name), value))

    def refusal(self, path):
        return self.faults.get(("open", path.replace("/", ".")), 0)

    def mode(self, path):
        return self.faults.get(("mode", path.replace("/", ".")), 0o644)

    def read(self, path):
        if ("read", path.replace("/", ".")) in self.faults:
            raise errors.SourceUnavailable("%s: cannot be read" % path)
        return super(Tree, self).read(path)


class Store(drop_in_file.DropInFile):
    """A drop-in whose operations fail when asked."""

    faults = {}

    def rehearse(self):
        self._strike("rehearse")
        super(Store, self).rehearse()

    def replace(self, data, dress=None):
        self._strike("replace")
        super(Store, self).replace(data, dress)
        self._strike("sync")

    def remove(self):
        self._strike("remove")
        super(Store, self).remove()

    def _strike(self, operation):
        if operation in self.faults:
            number = self.faults.pop(operation)
            raise OSError(number, os.strerror(number))


class Host(object):
    """A folder that looks like a host."""

    def __init__(self, root):
        self.root = root
        self.path = os.path.join(root, "sysctl.d", "90-linuxnet-tcp.conf")
        os.mkdir(os.path.dirname(self.path))
        for name, value in dict(DEFAULTS, **{"kernel.osrelease": "6.18.44-test"}).items():
            self.set(name, value)
        self.tree, self.store = Tree(root), Store(self.path)
        self.store.faults = {}

    def set(self, name, value):
        path = os.path.join(self.root, "proc", "sys", *name.split("."))
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        with io.open(path, "w") as stream:
            stream.write(u"%s\n" % value)

    def hide(self, name):
        os.unlink(os.path.join(self.root, "proc", "sys", *name.split(".")))

    def get(self, name):
        with io.open(os.path.join(self.root, "proc", "sys", *name.split("."))) as stream:
            return " ".join(stream.read().split())

    def file(self, data=None):
        """Return the drop-in's bytes, or write it with an old time stamp."""
        if data is not None:
            with io.open(self.path, "wb") as stream:
                stream.write(data)
            os.utime(self.path, (1000, 1000))
        return self.store.read()

    def state(self):
        """Return everything that a transaction could change, time stamps of the drop-in and of its folder too."""
        running = dict((name, self.get(name)) for name in DEFAULTS)
        folder = os.path.dirname(self.path)
        stamp = os.stat(self.path).st_mtime if os.path.exists(self.path) else None
        return running, self.store.read(), stamp, sorted(os.listdir(folder)), os.stat(folder).st_mtime

    def apply(self, settings, **options):
        wish = dict(settings=settings, state="present", persist=True, runtime=True, path=self.path, unsupported="fail", check_mode=False)
        wish.update(options)
        return transaction.apply(transaction.Request(**wish), self.tree, self.store)

    def refuse(self, settings, **options):
        """Apply what must fail; return the TransactionError, what it says about the host checked."""
        before = self.state()
        with pytest.raises(errors.TransactionError) as caught:
            self.apply(settings, **options)
        error = caught.value
        after = self.state()
        if not error.details["left"]:
            assert (after[:2], after[3]) == (before[:2], before[3])
        assert error.details["changed"] is (after[:2] != before[:2])
        return error


@pytest.fixture
def host(tmpdir):
    os.utime(str(tmpdir), (1000, 1000))
    return Host(str(tmpdir))


KEY, WANTED, OTHER = "net.ipv4.tcp_fin_timeout", "30", "60"
FILES = {"no file": None, "other key": b"net.ipv4.tcp_sack = 1\n", "same": b"net.ipv4.tcp_fin_timeout = 30\n", "differs": b"net.ipv4.tcp_fin_timeout = 45\n"}
TABLE = list(itertools.product(["present", "absent"], sorted(FILES), [WANTED, OTHER], [True, False], [True, False], [True, False]))


@pytest.mark.parametrize("state, kept, running, persist, runtime, check_mode", TABLE)
def test_truth_table(host, state, kept, running, persist, runtime, check_mode):
    host.set(KEY, running)
    host.file(FILES[kept])
    before = host.state()
    options = dict(state=state, persist=persist, runtime=runtime, check_mode=check_mode)
    if not (persist or runtime) or (state == "absent" and not persist):
        assert "nothing was changed" in host.refuse({KEY: 30}, **options).message
        return
    result = host.apply({KEY: 30}, **options)
    writes = state == "present" and runtime and running != WANTED
    rewrites = persist and (kept != "same" if state == "present" else kept in ("same", "differs"))
    assert result["changed"] is (writes or rewrites)
    assert [part["after_header"] for part in result["diff"]] == ["running values"] * writes + [host.path] * rewrites
    row, = result["settings"]
    assert row["status"] == ("changed" if writes or rewrites else "unchanged")
    assert row["before"]["runtime"] == running
    assert row["after"]["runtime"] == (WANTED if writes else running)
    assert row["before"].get("persisted") == ({"same": "30", "differs": "45"}.get(kept) if persist else None)
    assert row["after"].get("persisted") == (WANTED if persist and state == "present" else None)
    if check_mode or not (writes or rewrites):
        assert host.state() == before
        assert host.tree.written == []
        return
    assert host.get(KEY) == (WANTED if writes else running)
    unwritten = None if rewrites else drop_in.lookup_all(FILES[kept]).get(KEY)
    assert drop_in.lookup_all(host.file()).get(KEY) == (WANTED if state == "present" and persist else unwritten)
    assert host.apply({KEY: 30}, **options)["changed"] is False


@pytest.mark.parametrize("options", [{}, {"persist": False}, {"runtime": False}])
def test_check_mode_predicts_the_real_run(host, options):
    predicted = host.apply(ARTICLE, check_mode=True, **options)
    assert host.apply(ARTICLE, **options) == predicted


def test_a_second_run_touches_nothing(host):
    assert host.apply(ARTICLE)["changed"] is True
    before, writes = host.state(), len(host.tree.written)
    result = host.apply(ARTICLE)
    assert (result["changed"], result["diff"]) == (False, [])
    assert host.state() == before
    assert len(host.tree.written) == writes


def test_only_what_differs_is_written(host):
    host.set("net.ipv4.tcp_rmem", "4096 87380\t6291456")
    host.file(b"net.ipv4.tcp_rmem=4096\t0x15554 6291456\n")
    assert host.apply({"net.ipv4.tcp_rmem": [4096, 87380, 6291456]})["changed"] is False


@pytest.mark.parametrize("position, name, bad, message", [
    (0, "net.ipv4.tcp_syncookies", 7, "net.ipv4.tcp_syncookies: 7: out of range; allowed: 0, 1, 2"),
    (3, "net.ipv4.tcp_max_tw_buckets", -5, "net.ipv4.tcp_max_tw_buckets: -5: out of range; allowed: 1..2147483647 (sockets)"),
    (6, "net.ipv4.tcp_keepalive_time", "12 13", 'net.ipv4.tcp_keepalive_time: "12 13": 2 fields; give one integer, allowed: 1..32767 (seconds)'),
])
def test_a_bad_value_stops_the_whole_set(host, position, name, bad, message):
    for check_mode in (True, False):
        error = host.refuse(dict(ARTICLE, **{name: bad, "net.ipv4.tcp_fin_timeout": 30}), check_mode=check_mode)
        assert error.message == message + "; nothing was changed"
        assert error.details == {"changed": False, "settings": [], "undone": [], "left": [], "problems": [message]}
    assert host.tree.written == []


def test_all_problems_are_told_at_once(host):
    error = host.refuse({
        "net.ipv4.tcp_fin_timeout": 0, "net.ipv4.tcp_tw_recycle": 1, "vm.swappiness": 1, "net.ipv4.tcp_tw_reuze": 1, "net.ipv4.tcp_fastopen_key": "1",
        "net/ipv4/tcp_sack": 1, "net.ipv4.tcp_sack": 0,
    })
    assert sorted(problem.split(":")[0] for problem in error.details["problems"]) == [
        "net.ipv4.tcp_fastopen_key", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_sack", "net.ipv4.tcp_tw_recycle", "net.ipv4.tcp_tw_reuze", "vm.swappiness"]
    for part in ("removed in 4.12, this kernel is 6.18.44-test", "did you mean net.ipv4.tcp_tw_reuse",
                 "given twice, as net.ipv4.tcp_sack and net/ipv4/tcp_sack", "1 of 6 problems", "ansible.posix.sysctl", "holds a secret"):
        assert part in error.message


@pytest.mark.parametrize("path, problem", [
    ("90-x.conf", "not an absolute path"), ("/etc/sysctl.d/../x.conf", "not an absolute path"), ("/etc/sysctl.d/x", "end in .conf"),
    ("/etc/sysctl.d/.x.conf", "end in .conf"), ("/no/such/folder/x.conf", "folder does not exist"),
])
def test_a_path_that_no_loader_reads_is_refused(host, path, problem):
    host.store = Store(path)
    with pytest.raises(errors.TransactionError) as caught:
        host.apply(ARTICLE, path=path)
    assert problem in caught.value.message
    assert host.tree.written == []


TWELVE = dict(ARTICLE, **{
    "net.ipv4.tcp_fin_timeout": 30, "net.ipv4.tcp_sack": 0, "net.ipv4.tcp_dsack": 0, "net.ipv4.tcp_window_scaling": 0,
    "net.ipv4.tcp_retries2": 8, "net.ipv4.tcp_rmem": "4096 87380 6291456"})


@pytest.mark.parametrize("number", range(1, 13))
def test_a_refusal_at_any_write_puts_everything_back(host, number):
    host.file(b"# mine\n")
    host.tree.faults[("write", number)] = errno.EINVAL
    # The fault counts writes: once it has struck, putting back has to go on.
    original = host.tree.write

    def write(path, value):
        try:
            original(path, value)
        except OSError:
            host.tree.faults.clear()
            raise

    host.tree.write = write
    error = host.refuse(TWELVE)
    done = [name for name, _value in host.tree.written[:number - 1]]
    assert len(done) == number - 1
    assert error.details["undone"] == done[::-1]
    assert error.details["left"] == []
    assert "the kernel refused it (EINVAL: Invalid argument)" in error.message
    assert error.message.endswith("put back: %s; everything is as it was before" % ", ".join(done[::-1]) if done else "nothing was changed")
    assert all(row["status"] == "unchanged" for row in error.details["settings"])


def test_the_refusal_names_key_value_errno_and_range(host):
    host.tree.faults[("write", "net.ipv4.tcp_fin_timeout")] = errno.EINVAL
    assert host.refuse({"net.ipv4.tcp_fin_timeout": 30}).message == (
        'net.ipv4.tcp_fin_timeout: "30": the kernel refused it (EINVAL: Invalid argument); allowed: 1..3600 (seconds); nothing was changed')


@pytest.mark.parametrize("fault, number, words", [
    ("replace", errno.ENOSPC, "cannot be written (ENOSPC: No space left on device)"),
    ("replace", errno.EROFS, "cannot be written (EROFS: Read-only file system)"),
    ("sync", errno.EIO, "cannot be written (EIO: Input/output error)"),
])
@pytest.mark.parametrize("data", [None, b"# mine\nnet.ipv4.tcp_sack = 1\n"])
def test_a_drop_in_that_cannot_be_written_takes_the_running_values_back(host, fault, number, words, data):
    host.file(data)
    host.store.faults[fault] = number
    error = host.refuse(ARTICLE)
    assert words in error.message
    assert set(error.details["undone"]) - set([host.path]) == set(ARTICLE)
    assert error.details["left"] == []


def test_a_drop_in_that_cannot_be_removed_stays(host):
    host.apply(ARTICLE)
    host.store.faults["remove"] = errno.EPERM
    assert "cannot be removed (EPERM" in host.refuse(ARTICLE, state="absent").message


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_folder_that_cannot_be_written_is_found_before_the_first_write(host, check_mode):
    host.store.faults["rehearse"] = errno.EROFS
    error = host.refuse(ARTICLE, check_mode=check_mode)
    assert error.message == "%s: cannot be written (EROFS: Read-only file system); make it writable, or give another path; nothing was changed" % host.path
    assert host.tree.written == []


def test_a_rename_that_fails_leaves_no_temporary_file(host, monkeypatch):
    def rename(_old, _new):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    host.file(b"# mine\n")
    monkeypatch.setattr(drop_in_file.os, "rename", rename)
    assert "EXDEV" in host.refuse(ARTICLE).message


def test_a_file_that_somebody_changes_meanwhile_is_not_overwritten(host):
    original = host.tree.write

    def write(path, value):
        original(path, value)
        host.file(b"# theirs\n")

    host.tree.write = write
    with pytest.raises(errors.TransactionError) as caught:
        host.apply({KEY: 30})
    assert "somebody else changed it meanwhile" in caught.value.message
    assert (host.file(), host.get(KEY)) == (b"# theirs\n", "60")


def test_what_cannot_be_put_back_is_told(host):
    host.tree.faults.update({("write", "net.ipv4.tcp_tw_reuse"): errno.EINVAL, ("write", "net.ipv4.tcp_syncookies", "0"): errno.EROFS})
    error = host.refuse(ARTICLE)
    assert error.details["changed"] is True
    assert error.details["left"] == [{"name": "net.ipv4.tcp_syncookies", "before": "0", "reason": "EROFS: Read-only file system"}]
    assert "could not be put back: net.ipv4.tcp_syncookies (EROFS: Read-only file system)" in error.message
    assert [row["name"] for row in error.details["settings"] if row["status"] == "left"] == ["net.ipv4.tcp_syncookies"]
    assert host.get("net.ipv4.tcp_max_syn_backlog") == "2048"


def test_a_value_that_the_kernel_rounds_is_not_taken_for_success(host):
    host.tree.faults[("round", KEY)] = "32"
    with pytest.raises(errors.TransactionError) as caught:
        host.apply({KEY: 30})
    assert 'net.ipv4.tcp_fin_timeout: "30" was written, the kernel holds "32"; ask for a value that it keeps' in caught.value.message


def test_a_key_that_vanishes_meanwhile_undoes_the_others(host):
    original = host.tree.write

    def write(path, value):
        if path.endswith("tcp_tw_reuse"):
            host.hide("net.ipv4.tcp_tw_reuse")
        original(path, value)

    host.tree.write = write
    with pytest.raises(errors.TransactionError) as caught:
        host.apply(ARTICLE)
    assert "the kernel refused it (ENOENT" in caught.value.message
    assert sorted(caught.value.details["undone"]) == sorted(set(ARTICLE) - set(["net.ipv4.tcp_tw_reuse"]))
    assert all(host.get(name) == DEFAULTS[name].replace("\t", " ") for name in ARTICLE if name != "net.ipv4.tcp_tw_reuse")


def test_a_key_that_another_one_changes_is_noticed(host):
    original = host.tree.write

    def write(path, value):
        original(path, value)
        if path.endswith("tcp_sack") and value == "0":
            host.set("net.ipv4.tcp_dsack", "0")

    host.tree.write = write
    with pytest.raises(errors.TransactionError) as caught:
        host.apply({"net.ipv4.tcp_sack": 0, "net.ipv4.tcp_dsack": 1})
    assert 'net.ipv4.tcp_dsack: "1" was written, the kernel holds "0"' in caught.value.message
    assert host.get("net.ipv4.tcp_sack") == "1"


def test_a_defect_of_ours_puts_the_host_back_too(host):
    def replace(_data, _dress):
        raise KeyError("defect")

    host.store.replace = replace
    error = host.refuse(ARTICLE)
    assert sorted(error.details["undone"]) == sorted(ARTICLE)
    assert error.message.startswith("KeyError: 'defect'; this should not happen")


@pytest.mark.parametrize("name, value, release, reason, words", [
    ("net.ipv4.tcp_tw_recycle", 1, "6.18.44", "removed", "removed in 4.12, this kernel is 6.18.44"),
    ("net.ipv4.tcp_tw_reuse_delay", 500, "6.1.0-18-amd64", "too_old", "exists since 6.14, this kernel is 6.1.0-18-amd64"),
    ("net.ipv4.tcp_tw_recycle", 1, "4.9.115", "hidden", "host-wide key, not visible in this network namespace"),
    ("net.ipv4.tcp_retries1", 3, "6.18.44", "unknown", "this kernel does not show it"),
])
def test_keys_that_this_kernel_lacks(host, name, value, release, reason, words):
    host.set("kernel.osrelease", release)
    error = host.refuse({name: value, KEY: 30})
    assert words in error.message and "unsupported: skip" in error.message
    result = host.apply({name: value, KEY: 30}, unsupported="skip")
    rows = dict((row["name"], row) for row in result["settings"])
    assert rows[name] == {"name": name, "before": {}, "after": {}, "status": "skipped", "reason": reason}
    assert rows[KEY]["status"] == "changed"
    assert name.encode("ascii") not in host.file()


def test_a_bad_value_of_a_key_that_is_skipped_is_still_a_mistake(host):
    assert "allowed: 0..1" in host.refuse({"net.ipv4.tcp_tw_recycle": 5}, unsupported="skip").message


def test_a_name_that_nobody_knows_is_never_skipped(host):
    assert "did you mean net.ipv4.tcp_fin_timeout?" in host.refuse({"net.ipv4.tcp_fin_timeot": 5}, unsupported="skip").message


@pytest.mark.parametrize("number, mode", [(errno.EACCES, 0o444), (errno.EROFS, 0o644)])
def test_read_only_keys(host, number, mode):
    host.tree.faults.update({("open", KEY): number, ("mode", KEY): mode})
    assert "read-only here" in host.refuse({KEY: 30}).message
    assert host.apply({KEY: 30}, unsupported="skip")["settings"][0]["reason"] == "read_only"
    assert host.file() is None
    assert host.apply({KEY: 60})["settings"][0]["status"] == "changed"
    assert host.apply({KEY: 30}, runtime=False)["changed"] is True


@pytest.mark.parametrize("unsupported", ["fail", "skip"])
def test_a_missing_right_is_an_error_and_never_skipped(host, unsupported):
    host.tree.faults[("open", KEY)] = errno.EACCES
    assert "cannot be opened for writing (EACCES); run as root (become: true)" in host.refuse({KEY: 30}, unsupported=unsupported).message


def test_a_key_that_cannot_be_read_is_not_written(host):
    host.tree.faults[("read", KEY)] = True
    assert "cannot be read, so it could not be put back" in host.refuse({KEY: 30}).message


def test_a_key_that_could_not_be_put_back_is_left_to_the_next_boot(host):
    lwtunnel = "net.netfilter.nf_hooks_lwtunnel"
    host.set(lwtunnel, "0")
    assert "stays set until the next boot, so it could not be put back" in host.refuse({KEY: 30, lwtunnel: 1}).message
    host.apply({lwtunnel: 1}, runtime=False)
    assert host.get(lwtunnel) == "0"


def test_a_key_beyond_the_catalogue_takes_the_form_of_its_running_value(host):
    result = host.apply({"net.test.knob": [6, 7]})
    assert host.get("net.test.knob") == "6 7"
    assert result["warnings"] == ["net.test.knob: not in the catalogue; its form was taken from the running value, its range was not checked"]
    assert "give two integers" in host.refuse({"net.test.knob": "6 7 8"}).message


@pytest.mark.parametrize("start, low, new_start, new_range, first", [
    ("1024", "32768\t60999", 80, "80 65535", "net.ipv4.ip_unprivileged_port_start"),
    ("1024", "32768\t60999", 40000, "50000 60000", "net.ipv4.ip_local_port_range"),
    ("80", "80\t65535", 1024, "32768 60999", "net.ipv4.ip_local_port_range"),
    ("50000", "50000\t60000", 1024, "32768 60999", "net.ipv4.ip_unprivileged_port_start"),
])
def test_port_keys_go_in_the_order_that_the_kernel_takes(host, start, low, new_start, new_range, first):
    host.set("net.ipv4.ip_unprivileged_port_start", start)
    host.set("net.ipv4.ip_local_port_range", low)
    host.apply({"net.ipv4.ip_unprivileged_port_start": new_start, "net.ipv4.ip_local_port_range": new_range})
    assert len(host.tree.written) == 2
    assert host.tree.written[0][0] == first


@pytest.mark.parametrize("start, ports, first", [(80, "80 65535", "start"), (50000, "50000 60000", "range"), (1024, "32768 60999", "start")])
def test_the_drop_in_has_port_keys_in_the_order_of_a_booting_kernel(host, start, ports, first):
    host.apply({"net.ipv4.ip_unprivileged_port_start": start, "net.ipv4.ip_local_port_range": ports})
    assert [row.name.rsplit("_", 1)[1] for row in drop_in.assignments(host.file())][0] == first


@pytest.mark.parametrize("settings", [
    {"net.ipv4.ip_local_port_range": "80 65535"}, {"net.ipv4.ip_unprivileged_port_start": 40000},
    {"net.ipv4.ip_local_port_range": "2000 3000", "net.ipv4.ip_unprivileged_port_start": 2500},
])
def test_port_keys_that_the_kernel_refuses_in_any_order_are_found_before(host, settings):
    assert "which the kernel refuses" in host.refuse(settings, check_mode=True).message
    assert host.tree.written == []


def test_absent_ignores_values_and_support_and_leaves_the_runtime_alone(host):
    host.file(drop_in.HEADER + b"net.ipv4.tcp_tw_recycle = 1\nnet/ipv4/tcp_sack = 0\nnet.ipv4.tcp_fastopen_key = s-e-c-r\n")
    result = host.apply({"net.ipv4.tcp_tw_recycle": None, "net.ipv4.tcp_sack": "x", "net.ipv4.tcp_fastopen_key": None}, state="absent")
    assert [row["status"] for row in result["settings"]] == ["changed"] * 3
    assert "s-e-c-r" not in repr(result)
    assert host.file() is None
    assert host.get("net.ipv4.tcp_sack") == "1"


def test_a_reserved_port_list_can_be_cleared(host):
    host.set("net.ipv4.ip_local_reserved_ports", "8080,9000-9100")
    row, = host.apply({"net.ipv4.ip_local_reserved_ports": ""})["settings"]
    assert (row["before"], row["after"]) == ({"runtime": "8080,9000-9100"}, {"runtime": "", "persisted": ""})


def test_no_settings_change_nothing(host):
    before = host.state()
    assert host.apply({}) == {"changed": False, "settings": [], "diff": [], "warnings": []}
    assert host.state() == before
