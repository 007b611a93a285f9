# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal's whole life on a folder that looks like a host: written, closed, put back, confirmed, recovered."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import io
import os
import stat

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils import changes, keeper as keeping, steps, transaction
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import drop_in, errors, journal
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import drop_in_file, file_lock, journal_dir, signals, sysctl_tree

FIN, ALIVE, SACK = "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_sack"
DEFAULTS = {FIN: "60", ALIVE: "7200", SACK: "1"}


class Tree(sysctl_tree.SysctlTree):
    """Keys as plain files. ``killed_at`` is the number of the write at which the process dies."""

    _WRITE_FLAGS = os.O_WRONLY | os.O_TRUNC
    killed_at, refused, count = None, {}, 0

    def write(self, path, value):
        self.count += 1
        if self.count == self.killed_at:
            raise Killed()
        if path.replace("/", ".") in self.refused:
            raise OSError(self.refused[path.replace("/", ".")], "no")
        super(Tree, self).write(path, value)


class Killed(BaseException):
    """Stand for SIGKILL: nothing of ours may run after it, and no ``except Exception`` sees it."""


class Machine(object):
    """A machine whose time passes only in sleep."""

    now, boot, space = 1000.0, "boot-1", 4026531840
    on_sleep = None

    def uptime(self):
        return self.now

    def boot_id(self):
        return self.boot

    def netns(self):
        return self.space

    def utc(self, later=0):
        return "2026-11-24T19:%02d:15Z" % (5 + later // 60)

    def sleep(self, seconds):
        self.now += seconds
        if self.on_sleep:
            self.on_sleep()

    def locks(self):
        return ""


class Watchdogs(object):
    """Watchdogs that are alive when the test says so."""

    def __init__(self):
        self.living, self.problem = set(), None

    def start(self, number):
        if self.problem:
            raise errors.SourceUnavailable(self.problem)
        self.living.add(number)

    def alive(self, number):
        return number in self.living


class Host(object):
    def __init__(self, root):
        self.root, self.folder = root, os.path.join(root, "journals")
        self.path = os.path.join(root, "sysctl.d", "90-linuxnet-tcp.conf")
        os.mkdir(os.path.dirname(self.path))
        for name, value in dict(DEFAULTS, **{"kernel.osrelease": "6.18.44-test"}).items():
            self.set(name, value)
        self.tree, self.machine, self.watchdogs = Tree(root), Machine(), Watchdogs()

    def _file(self, name):
        return os.path.join(self.root, "proc", "sys", *name.split("."))

    def set(self, name, value):
        if not os.path.isdir(os.path.dirname(self._file(name))):
            os.makedirs(os.path.dirname(self._file(name)))
        with io.open(self._file(name), "w") as stream:
            stream.write(u"%s\n" % value)

    def get(self, name):
        with io.open(self._file(name)) as stream:
            return stream.read().strip()

    def data(self, data=None):
        if data is not None:
            with io.open(self.path, "wb") as stream:
                stream.write(data)
        return drop_in_file.DropInFile(self.path).read()

    def state(self):
        return dict((name, self.get(name)) for name in DEFAULTS), self.data()

    def journals(self):
        return [name for name in sorted(os.listdir(self.folder)) if name != keeping.LOCK]

    def keeper(self, **wish):
        ports = keeping.Ports(
            journal_dir.JournalDir(self.folder), file_lock.FileLock(os.path.join(self.folder, keeping.LOCK)), self.machine, self.watchdogs,
            signals.Signals(), drop_in_file.DropInFile)
        return keeping.Keeper(keeping.Wish(**wish), ports)

    def run(self, settings=None, check_mode=False, **options):
        wish = {
            "settings": settings, "state": "present", "persist": True, "runtime": True, "path": self.path, "unsupported": "fail", "shadowed": "fail",
            "restore_runtime": False, "load_modules": False, "journal": None, "conflicts": "fail", "comment": None,
            "confirm_within": None, "lock_timeout": 2, "journal_keep": 20,
        }
        wish.update(options)
        changes.check(wish)
        keeper = self.keeper(
            comment=wish["comment"], confirm_within=wish["confirm_within"], lock_timeout=wish["lock_timeout"], keep=wish["journal_keep"])
        store = drop_in_file.DropInFile(self.path)
        return changes.carry_out(wish, check_mode, self.tree, store, None, keeper)

    def refuse(self, *arguments, **options):
        with pytest.raises(errors.LinuxnetError) as caught:
            self.run(*arguments, **options)
        return caught.value

    def kill(self, settings, write, **options):
        """Run until the write with this number, and die there."""
        self.tree.killed_at, self.tree.count = write, 0
        with pytest.raises(Killed):
            self.run(settings, **options)
        self.tree.killed_at = None


@pytest.fixture
def host(tmpdir):
    return Host(str(tmpdir))


SET = {FIN: 30, ALIVE: 1200}


def test_the_journal_is_there_before_the_first_write_and_closed_after_the_last(host):
    before = host.state()
    host.kill(SET, 1, comment="change 4711")
    assert host.journals() == ["00000001-open.json"]
    record = host.keeper().record(journal.Entry(1, "open"))
    assert record.keys == [(FIN, "60", "30"), (ALIVE, "7200", "1200")]
    assert [change.before for change in record.files] == [before[1]]
    assert (record.comment, record.boot_id, record.netns) == ("change 4711", "boot-1", 4026531840)
    assert host.run(SET)["journal"] == {"id": 2, "status": "applied", "path": os.path.join(host.folder, "00000002-applied.json")}


def test_nobody_else_may_enter(host):
    host.run(SET)
    assert stat.S_IMODE(os.stat(host.folder).st_mode) == 0o700
    for name in os.listdir(host.folder):
        assert stat.S_IMODE(os.stat(os.path.join(host.folder, name)).st_mode) == 0o600


def test_an_unchanged_run_and_check_mode_leave_no_journal(host):
    assert host.run(SET, check_mode=True)["changed"] is True
    assert not os.path.exists(host.folder)
    host.run(SET)
    assert "journal" not in host.run(SET)
    assert host.journals() == ["00000001-applied.json"]


def test_a_failure_leaves_no_journal(host):
    before = host.state()
    host.tree.refused = {ALIVE: errno.EINVAL}
    error = host.refuse(SET)
    assert error.details["changed"] is False
    assert (host.state(), host.journals()) == (before, [])


def test_what_cannot_be_put_back_leaves_the_journal_open_and_the_next_run_mends_it(host):
    host.data(b"# mine\n")
    before = host.state()
    host.tree.refused = {ALIVE: errno.EINVAL}
    original = host.tree.write

    def write(path, value):
        original(path, value)
        if path.replace("/", ".") == FIN:
            host.tree.refused = {FIN: errno.EIO, ALIVE: errno.EINVAL}
    host.tree.write = write
    error = host.refuse(SET)
    assert (error.details["changed"], [row["name"] for row in error.details["left"]]) == (True, [FIN])
    assert host.journals() == ["00000001-open.json"]
    del host.tree.write
    host.tree.refused = {}
    result = host.run({SACK: 1}, persist=False)
    assert result["changed"] is True
    assert [(row["id"], row["reason"], row["undone"]) for row in result["recovered"]] == [(1, "half-done", [FIN])]
    assert host.state() == before


@pytest.mark.parametrize("write", [1, 2])
@pytest.mark.parametrize("state", ["restored", "same", "other", "absent"])
def test_after_a_kill_the_next_run_makes_it_whole(host, write, state):
    host.data(b"# mine\nnet.ipv4.tcp_sack = 1\n")
    before = host.state()
    host.kill(SET, write)
    if state == "restored":
        result = host.run(state="restored")
        assert (host.state(), result["changed"]) == (before, write > 1)
        assert host.journals() == ["00000001-restored.json"]
    elif state == "same":
        result = host.run(SET)
        assert [host.get(name) for name in sorted(SET)] == [str(SET[name]) for name in sorted(SET)]
        assert host.journals() == ["00000001-restored.json", "00000002-applied.json"]
    else:
        result = host.run({SACK: 0}) if state == "other" else host.run({SACK: None}, state="absent")
        assert [host.get(name) for name in sorted(SET)] == [DEFAULTS[name] for name in sorted(SET)]
        assert host.get(SACK) == ("0" if state == "other" else "1")
    if state != "restored":
        assert "a run that died half-way" in result["warnings"][0]
        assert result["recovered"][0]["undone"] == ([] if write == 1 else [FIN])


def test_recovery_counts_as_a_change_even_if_the_set_is_refused_then(host):
    host.kill(SET, 2)
    error = host.refuse({FIN: -5})
    assert error.details["changed"] is True
    assert "nothing was changed; before that, journal 1" in error.message


def test_check_mode_only_says_that_a_journal_is_open(host):
    host.kill(SET, 2)
    before = host.state()
    result = host.run({SACK: 0}, check_mode=True)
    assert host.state() == before
    assert result["warnings"][0].startswith("journal 1 is open")


def test_restored_puts_everything_back_once(host):
    host.data(b"\xef\xbb\xbf# bytes \xff\r\n")
    before = host.state()
    host.run(SET, comment="why")
    predicted = host.run(state="restored", check_mode=True)
    result = host.run(state="restored")
    assert host.state() == before
    assert (predicted["changed"], predicted["diff"], predicted["settings"]) == (True, result["diff"], result["settings"])
    assert result["journal"]["comment"] == "why"
    assert host.run(state="restored")["changed"] is False
    assert host.run(state="restored", journal=1)["changed"] is False


def test_restored_refuses_what_others_changed_since_and_names_the_way_out(host):
    host.run(SET)
    host.set(FIN, "45")
    before = host.state()
    error = host.refuse(state="restored")
    assert '%s: holds "45" now' % FIN in error.message and "conflicts: keep" in error.message
    assert host.state() == before
    result = host.run(state="restored", conflicts="keep")
    assert (host.get(FIN), host.get(ALIVE)) == ("45", "7200")
    assert dict((row["name"], row["status"]) for row in result["settings"]) == {FIN: "kept", ALIVE: "changed"}
    assert len(result["warnings"]) == 1


def test_lines_of_other_keys_survive_a_restore(host):
    host.data(b"# top\nnet.ipv4.tcp_fin_timeout = 55\n")
    host.run(SET)
    host.data(host.data() + b"net.ipv4.tcp_sack = 0\n# end\n")
    host.run(state="restored")
    assert host.data() == b"# top\nnet.ipv4.tcp_fin_timeout = 55\nnet.ipv4.tcp_sack = 0\n# end\n"


def test_a_line_of_ours_that_somebody_changed_is_a_conflict(host):
    host.run(SET)
    host.data(b"net.ipv4.tcp_fin_timeout = 20\nnet.ipv4.tcp_keepalive_time = 1200\n")
    assert "%s: %s stands there as" % (host.path, FIN) in host.refuse(state="restored").message
    host.run(state="restored", conflicts="keep")
    assert host.data() == b"net.ipv4.tcp_fin_timeout = 20\n"


def test_a_drop_in_that_somebody_removed_is_a_conflict_unless_there_was_none(host):
    host.run(SET)
    os.unlink(host.path)
    assert host.run(state="restored")["changed"] is True
    host.data(b"# mine\n")
    host.run(SET)
    os.unlink(host.path)
    assert "somebody else removed it since" in host.refuse(state="restored").message


def test_an_older_journal_can_be_put_back_when_nothing_stands_in_its_way(host):
    host.run({FIN: 30})
    host.run({ALIVE: 1200})
    host.run(state="restored", journal=1)
    assert (host.get(FIN), host.get(ALIVE)) == ("60", "1200")
    assert FIN.encode() not in host.data() and ALIVE.encode() in host.data()
    host.run(state="restored")
    assert host.state() == (DEFAULTS, None)


@pytest.mark.parametrize("number, words", [(7, "there is no journal 7; there are: 1"), (None, "no journal of a change")])
def test_a_journal_that_is_not_there(host, number, words):
    if number:
        host.run(SET)
    assert words in host.refuse(state="restored", journal=number).message


def test_a_restore_that_fails_is_undone_and_can_be_tried_again(host):
    host.run(SET)
    before = host.state()
    host.tree.refused = {ALIVE: errno.EIO}
    error = host.refuse(state="restored")
    assert (host.state(), error.details["changed"]) == (before, False)
    assert host.journals() == ["00000001-applied.json"]
    host.tree.refused = {}
    host.run(state="restored")
    assert host.state() == (DEFAULTS, None)


def test_a_restore_that_is_killed_goes_on_with_the_next_run(host):
    host.run(SET)
    host.tree.killed_at, host.tree.count = 2, 0
    with pytest.raises(Killed):
        host.run(state="restored")
    host.tree.killed_at = None
    assert host.journals() == ["00000001-open.json"]
    host.run({SACK: 1}, persist=False)
    assert host.state() == (DEFAULTS, None)


def test_values_of_another_network_namespace_are_left_alone(host):
    host.run(SET, persist=False)
    host.machine.space = 4026532000
    assert "no journal of a change" in host.refuse(state="restored").message
    assert "another network namespace" in host.refuse(state="restored", journal=1).message
    host.machine.boot = "boot-2"
    assert host.run(state="restored")["changed"] is True


def test_confirmed_in_time_stays(host):
    result = host.run(SET, confirm_within=60)
    assert (result["journal"]["status"], result["journal"]["confirm_within"]) == ("unconfirmed", 60)
    assert result["journal"]["confirm_by"] == "2026-11-24T19:06:15Z"
    assert host.watchdogs.living == {1}
    assert host.run(state="confirmed", check_mode=True)["journal"]["status"] == "unconfirmed"
    confirmed = host.run(state="confirmed", journal=1)
    assert (confirmed["changed"], confirmed["journal"]["status"]) == (False, "applied")
    assert host.run(state="confirmed")["journal"]["status"] == "applied"
    assert host.get(FIN) == "30"


def test_a_change_that_waits_is_nobody_elses_to_touch(host):
    host.run(SET, confirm_within=60, comment="ours")
    host.machine.now += 20
    error = host.refuse({SACK: 0})
    assert "journal 1 (2026-11-24T19:05:15Z, ours) waits to be confirmed for another 40 s" in error.message
    assert host.run(state="restored")["changed"] is True
    assert host.run({SACK: 0})["changed"] is True


def test_a_watchdog_that_cannot_be_started_stops_everything(host):
    before = host.state()
    host.watchdogs.problem = "the watchdog of journal 1 cannot be started (no memory)"
    error = host.refuse(SET, confirm_within=60)
    assert error.message.startswith(host.watchdogs.problem)
    assert (host.state(), host.journals()) == (before, [])


@pytest.mark.parametrize("reboot", [False, True])
def test_when_the_watchdog_died_the_next_run_puts_back_what_nobody_confirmed(host, reboot):
    host.run(SET, confirm_within=60)
    host.watchdogs.living = set()
    if reboot:
        host.machine.boot = "boot-2"
        assert "restarted" in host.refuse(state="confirmed").message
    result = host.run({SACK: 0})
    assert result["recovered"][0]["reason"] == "unconfirmed"
    assert (host.get(FIN), host.get(ALIVE), host.get(SACK)) == ("60", "7200", "0")
    assert "already" in host.refuse(state="confirmed", journal=1).message


def test_nothing_to_confirm_after_a_kill(host):
    host.kill(SET, 2, confirm_within=60)
    assert "died half-way" in host.refuse(state="confirmed").message


def test_absent_gives_the_oldest_recorded_value_back(host):
    host.run({FIN: 30})
    host.run({FIN: 20})
    result = host.run({FIN: None}, state="absent", restore_runtime=True)
    assert (host.get(FIN), host.data(), result["changed"]) == ("60", None, True)
    assert host.run({FIN: None}, state="absent", restore_runtime=True)["changed"] is False


def test_absent_without_a_recorded_value_is_refused(host):
    host.data(b"net.ipv4.tcp_fin_timeout = 30\n")
    assert "no journal holds a running value" in host.refuse({FIN: None}, state="absent", restore_runtime=True).message
    assert "needs state: absent" in host.refuse({FIN: 30}, restore_runtime=True).message


def test_journals_are_pruned_and_remains_too(host):
    host.run(SET)
    for name in ("00000001-watchdog.pyz", "00000001-watchdog.lock", ".00000009-open.json.tmp"):
        io.open(os.path.join(host.folder, name), "w").close()
    for value in (31, 32, 33):
        host.run({FIN: value}, journal_keep=2)
    assert host.journals() == ["00000003-applied.json", "00000004-applied.json"]


def test_a_number_is_not_given_again_while_its_watchdog_may_live(host):
    host.run(SET)
    host.watchdogs.living.add(7)
    io.open(os.path.join(host.folder, "00000007-watchdog.lock"), "w").close()
    assert host.run({FIN: 31})["journal"]["id"] == 8


def test_the_second_run_waits_and_then_fails(host):
    host.run(SET)
    other = file_lock.FileLock(os.path.join(host.folder, keeping.LOCK))
    assert other.take()
    error = host.refuse({FIN: 20}, lock_timeout=3)
    assert "holds the lock of this host; waited 3 s" in error.message
    assert host.machine.now >= 1003
    host.machine.on_sleep = other.drop
    assert host.run({FIN: 20}, lock_timeout=3)["changed"] is True


def test_without_a_place_for_the_journal_nothing_is_changed_and_unchanged_runs_pass(host):
    host.run(SET)
    os.rename(host.folder, host.folder + ".away")
    os.symlink(host.folder + ".away", host.folder)
    assert host.run(SET)["changed"] is False
    before = host.state()
    error = host.refuse({FIN: 20})
    assert "journal cannot be kept" in error.message and "journal_dir" in error.message
    assert host.state() == before


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_that_lets_others_in_is_refused(host, mode):
    os.mkdir(host.folder)
    os.chmod(host.folder, mode)
    assert "lets others in" in host.refuse(SET).message


def test_a_damaged_journal_stops_the_next_run_and_is_named(host):
    host.kill(SET, 1)
    with io.open(os.path.join(host.folder, "00000001-open.json"), "wb") as stream:
        stream.write(b"{")
    assert "00000001-open.json: is no journal of ours" in host.refuse({SACK: 0}).message


@pytest.mark.parametrize("options, words", [
    ({"settings": SET, "state": "restored"}, "leave settings out"),
    ({"state": "confirmed", "confirm_within": 60}, "goes with state present"),
    ({"settings": SET, "journal": 3}, "needs state: restored"),
    ({"settings": SET, "confirm_within": 0}, "confirm_within: 0: out of range; allowed: 5..86400"),
    ({"settings": SET, "journal_keep": 0}, "journal_keep: 0: out of range"),
    ({"settings": SET, "comment": "x" * 1001}, "has 1001 characters"),
])
def test_options_that_do_not_go_together(host, options, words):
    assert words in host.refuse(**options).message


def test_transaction_without_a_keeper_is_still_whole(host):
    request = transaction.Request(SET, "present", True, True, host.path, "fail", False)
    assert transaction.apply(request, host.tree, drop_in_file.DropInFile(host.path))["changed"] is True
    assert not os.path.exists(host.folder)


def test_putting_one_key_back_does_not_leave_another_changed(host):
    """Model what ip_forward does to accept_redirects (net/ipv4/devinet.c, inet_forward_change)."""
    forward, redirects = "net.ipv4.ip_forward", "net.ipv4.conf.all.accept_redirects"
    host.set(forward, "1")
    host.set(redirects, "0")
    original = host.tree.write

    def write(path, value):
        original(path, value)
        if path.replace("/", ".") == forward:
            host.set(redirects, "0" if value == "1" else "1")
    host.tree.write = write
    host.tree.refused = {FIN: errno.EIO}
    error = host.refuse({forward: 0, redirects: 0, FIN: 30}, persist=False)
    assert (host.get(forward), host.get(redirects), error.details["left"]) == ("1", "0", [])
    host.tree.refused = {}
    host.run({forward: 0, redirects: 0, FIN: 30}, persist=False)
    assert (host.get(forward), host.get(redirects)) == ("0", "0")
    host.run(state="restored")
    assert (host.get(forward), host.get(redirects), host.get(FIN)) == ("1", "0", "60")


@pytest.mark.parametrize("way", ["restored", "undone"])
def test_a_drop_in_that_went_away_comes_back_with_its_mode(host, way):
    host.data(drop_in.HEADER + b"net.ipv4.tcp_fin_timeout = 30\n")
    os.chmod(host.path, 0o640)
    before = host.state()
    if way == "restored":
        host.run({FIN: None}, state="absent")
        assert host.data() is None
        host.run(state="restored")
    else:
        step = steps.FileStep(drop_in_file.DropInFile(host.path), host.data(), None)
        step.do()
        assert host.data() is None
        step.undo()
    assert host.data() == before[1]
    assert stat.S_IMODE(os.stat(host.path).st_mode) == 0o640
