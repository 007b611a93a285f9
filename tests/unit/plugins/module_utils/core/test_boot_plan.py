# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the next boot makes of a drop-in, and which lines of other files are taken out so that it wins."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_plan, catalogue, conf_rules, plan, sysctl_conf

FIN = "net.ipv4.tcp_fin_timeout"
DROP_IN = "/etc/sysctl.d/90-linuxnet-tcp.conf"
OURS = b"net.ipv4.tcp_fin_timeout = 30\n"
THEIRS = b"net.ipv4.tcp_fin_timeout = 60\n"
SYSTEMD = conf_rules.rules("systemd", (252,))
PROCPS = conf_rules.rules("procps", (4, 0, 2))


def tree(files, links=None):
    """Build a Tree from {path: bytes} and {path: target}; a target outside of the folders needs a file in ``files`` too."""
    links = links or {}
    folders, conf = {}, None
    for path in sorted(set(files) | set(links)):
        folder, _slash, name = path.rpartition("/")
        target = links.get(path)
        kind = "null" if target == "/dev/null" else "file"
        entry = sysctl_conf.Entry(name.encode("ascii"), kind, None if kind == "null" else files[target or path], target)
        if path == conf_rules.SYSCTL_CONF:
            conf = entry
        elif folder in conf_rules.DIRECTORIES:
            folders.setdefault(folder, []).append(entry)
    return sysctl_conf.Tree([sysctl_conf.Directory(folder, folders[folder]) for folder in sorted(folders)], conf, None, "/cred")


def targets(wanted="30", *names):
    return [plan.Target(name, catalogue.get(name), wanted, None, None, None) for name in names or (FIN,)]


def look(files, shadowed="fail", rules=SYSTEMD, links=None, path=DROP_IN, data=OURS, names=()):
    boot = boot_plan.Boot(tree(files, links), rules)
    return boot_plan.foresee(boot, boot_plan.Place(path, path), data, targets("30", *names), shadowed)


NOTHING = boot_plan.Outlook([], [], [])


@pytest.mark.parametrize("files, rules", [
    ({}, SYSTEMD),
    ({"/etc/sysctl.d/10-a.conf": THEIRS}, SYSTEMD),
    ({"/etc/sysctl.d/zz.conf": OURS}, SYSTEMD),
    # The kernel reads 0x1e as 30.
    ({"/etc/sysctl.d/zz.conf": b"net/ipv4/tcp_fin_timeout=0x1e\n"}, SYSTEMD),
    # A key that is spelled out beats a pattern, and a sysctl.conf without a link is not read.
    ({"/etc/sysctl.d/zz.conf": b"net.ipv4.tcp_fin_* = 60\n"}, SYSTEMD),
    ({"/etc/sysctl.d/zz.conf": b"net.ipv4.tcp_fin_* = 60\n"}, PROCPS),
    ({"/etc/sysctl.conf": THEIRS}, SYSTEMD),
    # procps does not let an exclusion cancel what is spelled out.
    ({"/etc/sysctl.d/zz.conf": b"-net.ipv4.tcp_fin_timeout\n"}, PROCPS),
    ({"/etc/sysctl.d/.zz.conf": THEIRS}, SYSTEMD),
    ({"/etc/sysctl.d/.zz.conf": THEIRS}, PROCPS),
    ({DROP_IN: THEIRS}, SYSTEMD),
])
@pytest.mark.parametrize("shadowed", ["fail", "warn", "take_over"])
def test_a_drop_in_that_wins_or_agrees_is_fine(files, rules, shadowed):
    assert look(files, shadowed, rules) == NOTHING


WINNERS = [
    # files, links, rules, source, value, the file to edit
    ({"/etc/sysctl.d/zz.conf": b"# x\n" + THEIRS}, {}, SYSTEMD, "/etc/sysctl.d/zz.conf:2", "60", "/etc/sysctl.d/zz.conf"),
    ({"/etc/sysctl.conf": THEIRS}, {}, PROCPS, "/etc/sysctl.conf:1", "60", "/etc/sysctl.conf"),
    ({"/etc/sysctl.conf": THEIRS}, {"/etc/sysctl.d/99-sysctl.conf": "/etc/sysctl.conf"}, SYSTEMD, "/etc/sysctl.d/99-sysctl.conf:1", "60", "/etc/sysctl.conf"),
    ({"/etc/site": THEIRS}, {"/etc/sysctl.conf": "/etc/site"}, PROCPS, "/etc/sysctl.conf:1", "60", "/etc/site"),
    ({"/opt/app/x": THEIRS}, {"/etc/sysctl.d/zz.conf": "/opt/app/x"}, SYSTEMD, "/etc/sysctl.d/zz.conf:1", "60", "/opt/app/x"),
    ({"/etc/sysctl.d/zz.conf": b"-net/ipv4/tcp_fin_timeout\n"}, {}, SYSTEMD, "/etc/sysctl.d/zz.conf:1", None, "/etc/sysctl.d/zz.conf"),
    ({"/etc/sysctl.d/zz.conf": b"-net.ipv4.tcp_fin_timeout = 60\r\nnet.ipv4.tcp_sack = 1\r\n"}, {}, SYSTEMD, "/etc/sysctl.d/zz.conf:1", "60",
     "/etc/sysctl.d/zz.conf"),
]


@pytest.mark.parametrize("files, links, rules, source, value, edited", WINNERS)
def test_a_line_that_wins_fails_or_warns_with_file_and_line(files, links, rules, source, value, edited):
    failed = look(files, "fail", rules, links)
    problem, = failed.problems
    fate = "leaves it alone" if value is None else 'sets "%s"' % value
    assert problem.startswith('%s: the next boot %s (%s) and not "30"; ' % (FIN, fate, source))
    assert "shadowed: take_over" in problem
    assert (failed.edits, failed.warnings) == ([], [])
    assert look(files, "warn", rules, links) == boot_plan.Outlook([], [], [problem])


@pytest.mark.parametrize("files, links, rules, source, value, edited", WINNERS)
def test_take_over_comments_out_and_is_done_after_once(files, links, rules, source, value, edited):
    outlook = look(files, "take_over", rules, links)
    edit, = outlook.edits
    assert (edit.path, edit.before, edit.taken, outlook.problems) == (edited, files[edited], [(source, FIN)], [])
    number, before, after = int(source.rpartition(":")[2]), edit.before.split(b"\n"), edit.after.split(b"\n")
    # One comment is new, one line has a "#" in front, and that is all.
    assert after[number - 1].startswith(b"# linuxnet.tcp.net_sysctl took the next line out, as " + DROP_IN.encode("ascii"))
    assert after[number] == b"#" + before[number - 1]
    assert after[:number - 1] + after[number + 1:] == before[:number - 1] + before[number:]
    assert after[number - 1].endswith(b"\r") is before[number - 1].endswith(b"\r")
    assert look(dict(files, **{edited: edit.after}), "take_over", rules, links) == NOTHING


def test_every_line_that_would_win_is_taken_out_and_no_other():
    files = {
        "/etc/sysctl.d/10-a.conf": THEIRS, "/etc/sysctl.d/95-b.conf": THEIRS + b"net.ipv4.tcp_sack = 0\n", "/etc/sysctl.d/99-c.conf": b"\n" + THEIRS + THEIRS,
        "/etc/sysctl.d/zz.conf": OURS.replace(b"30", b"45"),
    }
    outlook = look(files, "take_over")
    assert [(edit.path, [source.rpartition(":")[2] for source, _name in edit.taken]) for edit in outlook.edits] == [
        ("/etc/sysctl.d/95-b.conf", ["1"]), ("/etc/sysctl.d/99-c.conf", ["2", "3"]), ("/etc/sysctl.d/zz.conf", ["1"])]
    assert b"net.ipv4.tcp_sack = 0\n" in outlook.edits[0].after


def test_two_keys_in_one_file_are_one_edit():
    files = {"/etc/sysctl.d/zz.conf": b"net.ipv4.tcp_keepalive_time = 1\n" + THEIRS}
    data = OURS + b"net.ipv4.tcp_keepalive_time = 30\n"
    edit, = look(files, "take_over", data=data, names=(FIN, "net.ipv4.tcp_keepalive_time")).edits
    assert [name for _source, name in edit.taken] == ["net.ipv4.tcp_keepalive_time", FIN]
    assert [line[:1] for line in edit.after.split(b"\n")] == [b"#", b"#", b"#", b"#", b""]


@pytest.mark.parametrize("path, words", [
    ("/usr/lib/sysctl.d/zz.conf", "belongs to a package and is not edited; give a path whose name sorts after it, such as /etc/sysctl.d/zz.linuxnet-tcp.conf"),
    ("/usr/local/lib/sysctl.d/zz.conf", "belongs to a package"),
    ("/lib/sysctl.d/zz.conf", "belongs to a package"),
    ("/run/sysctl.d/zz.conf", "makes that file anew at each boot"),
])
def test_what_others_own_is_not_edited(path, words):
    outlook = look({path: THEIRS, "/etc/sysctl.d/95.conf": THEIRS}, "take_over")
    problem, = outlook.problems
    assert "(%s:1)" % path in problem
    assert words in problem


def test_the_path_that_is_proposed_wins():
    files = {"/usr/lib/sysctl.d/zz.conf": THEIRS}
    assert look(files, path="/etc/sysctl.d/zz.linuxnet-tcp.conf") == NOTHING


def test_a_link_to_a_file_of_a_package_is_not_edited():
    outlook = look({"/usr/share/x": THEIRS}, "take_over", links={"/etc/sysctl.d/zz.conf": "/usr/share/x"})
    assert "belongs to a package" in outlook.problems[0]


def test_a_pattern_that_wins_is_refused():
    # procps compares the text: "//" makes the pattern miss that the key is spelled out.
    outlook = look({"/etc/sysctl.d/zz.conf": b"net/ipv4//tcp_fin_tim* = 60\n"}, "take_over", PROCPS)
    assert "it is a pattern that reaches other keys too" in outlook.problems[0]
    assert "(/etc/sysctl.d/zz.conf:1)" in outlook.problems[0]


def test_a_line_of_the_drop_in_in_an_odd_spelling_is_refused():
    outlook = look({}, "take_over", data=OURS + b"net/ipv4//tcp_fin_timeout = 60\n")
    assert outlook.problems[0].startswith('%s: the next boot sets "60" (%s:2)' % (FIN, DROP_IN))
    assert "a line of the drop-in itself" in outlook.problems[0]


def test_a_line_behind_a_carriage_return_cannot_be_commented_out():
    outlook = look({"/etc/sysctl.d/zz.conf": b"net.ipv4.tcp_sack = 1\r" + THEIRS}, "take_over")
    assert "it cannot be commented out; take that line out by hand" in outlook.problems[0]


def test_a_credential_is_named():
    files = tree({})._replace(credential=sysctl_conf.Entry(b"sysctl.extra", "file", THEIRS, None), credential_path="/run/credentials/@system/sysctl.extra")
    outlook = boot_plan.foresee(boot_plan.Boot(files, SYSTEMD), boot_plan.Place(DROP_IN, DROP_IN), OURS, targets(), "take_over")
    assert "it is the system credential sysctl.extra" in outlook.problems[0]


def test_a_drop_in_whose_line_is_lost_says_that_nobody_knows_why():
    # The exclusion is not the reason: procps only keeps patterns from the key.
    outlook = look({"/etc/sysctl.d/zz.conf": b"-net.ipv4.tcp_fin_timeout\n"}, rules=PROCPS, data=b"\xef\xbb\xbf" + OURS)
    assert outlook.problems == ['%s: the next boot leaves it alone and not "30"; no line says why; look for what keeps the loader from it' % FIN]


@pytest.mark.parametrize("files, links, rules, path, words", [
    ({"/etc/sysctl.d/90-x.conf": b""}, {}, SYSTEMD, "/usr/lib/sysctl.d/90-x.conf", "/etc/sysctl.d/90-x.conf hides it"),
    ({}, {"/etc/sysctl.d/90-x.conf": "/dev/null"}, SYSTEMD, "/run/sysctl.d/90-x.conf", "/etc/sysctl.d/90-x.conf hides it"),
    ({}, {}, conf_rules.rules("systemd", (255,)), "/lib/sysctl.d/90-x.conf", "the loader of this host, systemd, does not read it at boot"),
    ({}, {}, SYSTEMD, "/etc/sysctl.conf", "the loader of this host, systemd, does not read it at boot"),
    ({"/etc/sysctl.d/a.conf": b""}, {}, PROCPS, "/etc/sysctl.d/[a].conf", "the loader of this host, procps, does not read it at boot"),
])
def test_a_drop_in_that_the_loader_does_not_read(files, links, rules, path, words):
    for shadowed in ("fail", "take_over"):
        problem, = look(files, shadowed, rules, links, path).problems
        assert words in problem
    assert look(files, "warn", rules, links, path) == boot_plan.Outlook([], [], [problem])


@pytest.mark.parametrize("shadowed", ["fail", "warn", "take_over"])
def test_a_drop_in_outside_of_every_folder_is_a_warning(shadowed):
    outlook = look({"/etc/sysctl.d/zz.conf": THEIRS}, shadowed, path="/srv/x.conf")
    assert (outlook.edits, outlook.problems) == ([], [])
    assert outlook.warnings[0].startswith("/srv/x.conf: lies in no folder that a loader reads at boot")


def test_a_drop_in_that_a_link_leads_to_is_read():
    files = {"/srv/x.conf": b"", "/etc/sysctl.d/10-a.conf": THEIRS}
    links = {"/etc/sysctl.d/50-x.conf": "/srv/x.conf"}
    assert look(files, links=links, path="/srv/x.conf") == NOTHING
    files["/etc/sysctl.d/60-b.conf"] = THEIRS
    assert "/etc/sysctl.d/60-b.conf:1" in look(files, links=links, path="/srv/x.conf").problems[0]


def test_sysctl_conf_as_drop_in_is_read_by_procps():
    assert look({}, rules=PROCPS, path="/etc/sysctl.conf") == NOTHING
