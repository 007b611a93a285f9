# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles that extend others: what wins, what goes, and which chains are refused."""

from __future__ import annotations

import datetime

import pytest
import yaml

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import profile_chain, profiles

REUSE = "net.ipv4.tcp_tw_reuse"
BACKLOG = "net.ipv4.tcp_max_syn_backlog"
SACK = "net.ipv4.tcp_sack"
PARENT = {
    "name": "parent",
    "title": "The parent",
    "version": "7",
    "benchmark": "Book 1",
    "settings": {
        BACKLOG: {"value": 8192, "accept": {"minimum": 8192}, "why": "room", "severity": "high", "control": [{"id": "1.1"}]},
        SACK: {"value": 1},
    },
    "thresholds": {"ephemeral_medium": 50, "ephemeral_high": 90},
    "waivers": [{"id": "other-writer", "reason": "r", "expires": "2026-12-31"}],
}


@pytest.fixture
def folder(tmp_path):
    """Return a folder with parent.yml and a function that puts other profiles beside it."""

    def write(name, document):
        path = tmp_path / f"{name}.yml"
        path.write_text(yaml.safe_dump({"name": name, **document}, sort_keys=False), encoding="utf-8")
        return path

    write("parent", PARENT)
    return tmp_path, write


def child(folder, **document):
    path, write = folder
    return profiles.load(str(write("child", {"extends": "parent.yml", **document})), [])


def problems(folder, **document):
    with pytest.raises(profiles.InvalidProfile) as caught:
        child(folder, **document)
    return caught.value.problems


def setting(profile, name):
    (found,) = [row for row in profile.settings if row.name == name]
    return found


def test_a_child_that_says_nothing_is_its_parent_under_another_name(folder):
    made, parent = child(folder), profiles.load(str(folder[0] / "parent.yml"), [])
    assert (made.name, made.title, made.version) == ("child", "child", "")
    assert (made.settings, made.thresholds, made.waivers) == (parent.settings, parent.thresholds, parent.waivers)
    assert made.digest != parent.digest


def test_the_childs_fields_win_and_the_others_stay(folder):
    made = setting(child(folder, settings={BACKLOG: {"severity": "low", "caveat": "half a fix"}}), BACKLOG)
    assert (made.value, made.accept, made.why, made.severity, made.caveat) == ("8192", {"minimum": 8192}, "room", "low", "half a fix")


def test_another_value_does_not_keep_what_the_parent_accepted(folder):
    assert setting(child(folder, settings={BACKLOG: {"value": 4096}}), BACKLOG).accept == {"const": 4096}
    both = {BACKLOG: {"value": 4096, "accept": {"minimum": 4096}}}
    assert setting(child(folder, settings=both), BACKLOG).accept == {"minimum": 4096}


def test_parents_come_first_and_a_key_is_one_in_any_spelling(folder):
    made = child(folder, settings={REUSE: {"value": 1}, "net/ipv4/tcp_max_syn_backlog": {"value": 16384}})
    assert made.names() == [BACKLOG, SACK, REUSE]
    assert setting(made, BACKLOG).value == "16384"


def test_a_removed_setting_is_gone(folder):
    assert child(folder, remove=["net/ipv4/tcp_sack"]).names() == [BACKLOG]


def test_thresholds_are_overridden_by_name_and_waivers_add_up(folder):
    more = {"setting": SACK, "reason": "s", "expires": datetime.date(2027, 1, 31), "hosts": ["lb*"]}
    made = child(folder, thresholds={"ephemeral_high": 95}, waivers=[more])
    assert made.thresholds == {"ephemeral_medium": 50, "ephemeral_high": 95}
    assert made.waivers == (
        profiles.Waiver("r", datetime.date(2026, 12, 31), id="other-writer"),
        profiles.Waiver("s", datetime.date(2027, 1, 31), setting=SACK, hosts=("lb*",)),
    )


def test_a_control_keeps_the_benchmark_of_the_file_that_names_it(folder):
    own = {REUSE: {"value": 1, "control": [{"id": "9"}, {"id": "8", "benchmark": "Book 3", "title": "t"}]}}
    made = child(folder, benchmark="Book 2", settings=own)
    assert setting(made, BACKLOG).control == (profiles.Control("Book 1", "1.1"),)
    assert setting(made, REUSE).control == (profiles.Control("Book 2", "9"), profiles.Control("Book 3", "8", "t"))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"remove": ["net.ipv4.tcp_sak"]}, 'remove[0]: "net.ipv4.tcp_sak" is no setting of parent.yml (did you mean "net.ipv4.tcp_sack"?)'),
        ({"remove": [SACK, BACKLOG]}, "remove: leaves no setting; keep one"),
        ({"settings": {REUSE: {"why": "no value"}}}, f"settings.{REUSE}.value: is missing; give it, since no profile that is extended"),
        ({"settings": {BACKLOG: {"accept": {"minimum": 9000}}}}, f"settings.{BACKLOG}.accept: refuses the profile's own value 8192"),
        ({"settings": {SACK: {"control": [{"id": "1"}]}}}, f"settings.{SACK}.control[0].benchmark: is missing"),
        ({"settings": {SACK: {"soften": {"port-range-parrity": "r"}}}}, 'no finding has this id (did you mean "port-range-parity"?)'),
        ({"settings": {SACK: {"soften": {"tw-recycle-behind-nat": "r"}}}}, "tw-recycle-behind-nat: cannot be softened"),
        ({"settings": {SACK: {"when": {"kernel": "4.12"}}}}, f'settings.{SACK}.when.kernel: "4.12" is not allowed'),
        ({"settings": {SACK: {"when": {"kernels": ">=4"}}}}, f'settings.{SACK}.when.kernels: unknown field (did you mean "kernel"?)'),
        ({"settings": {SACK: {"when": {"workload": "web"}}}}, f'settings.{SACK}.when.workload: "web" has the wrong type; allowed: array'),
        ({"thresholds": {"ephemeral_hi": 1}}, 'thresholds.ephemeral_hi: unknown threshold (did you mean "ephemeral_high"?)'),
        ({"thresholds": {"ephemeral_high": "9"}}, 'thresholds.ephemeral_high: "9" has the wrong type; allowed: number'),
        ({"waivers": [{"reason": "r", "expires": "2026-01-01"}]}, "waivers[0]: waives nothing; give the id of a finding, a setting, or both"),
        ({"waivers": [{"id": "other-writer", "reason": "r"}]}, "waivers[0].expires: is missing"),
        ({"waivers": [{"id": "other-writer", "reason": "r", "expires": "2026-02-30"}]}, "is no day of the calendar; give YYYY-MM-DD"),
        ({"waivers": [{"id": "other-writer", "reason": "r", "expires": "soon"}]}, "waivers[0].expires: \"soon\" is not allowed"),
        ({"waivers": [{"id": "other-riter", "reason": "r", "expires": "2026-01-01"}]}, 'no finding has this id (did you mean "other-writer"?)'),
        ({"waivers": [{"id": "tw-recycle-behind-nat", "reason": "r", "expires": "2026-01-01"}]}, "cannot be waived"),
        ({"waivers": [{"setting": "net.ipv4.tcp_sak", "reason": "r", "expires": "2026-01-01"}]}, "waivers[0].setting: unknown sysctl"),
        ({"waivers": [{"setting": "net..x", "reason": "r", "expires": "2026-01-01"}]}, "waivers[0].setting: "),
        ({"extends": "artcle"}, 'extends: "artcle" is not a profile of this collection (did you mean "article"?)'),
        ({"extends": "nowhere.yml"}, "extends: there is no file"),
    ],
)  # fmt: skip
def test_a_problem_of_a_child_says_where_and_the_way_out(folder, document, said):
    (problem,) = problems(folder, **document)
    assert problem.startswith(str(folder[0] / "child.yml"))
    assert said in problem


def test_without_a_parent_there_is_nothing_to_remove():
    with pytest.raises(profiles.InvalidProfile, match="remove: there is nothing to remove from; give extends too"):
        profiles.parse({"name": "x", "remove": [SACK], "settings": {REUSE: {"value": 1}}}, "x.yml")


def test_a_problem_of_the_parent_is_told_of_the_parent(folder):
    folder[1]("broken", {"settings": {SACK: {"value": 7}}})
    (problem,) = problems(folder, extends="broken.yml")
    assert problem.startswith(f"{folder[0] / 'broken.yml'}: settings.{SACK}.value: ")


def test_a_circle_is_refused_with_its_files(folder):
    folder[1]("one", {"extends": "two.yml"})
    folder[1]("two", {"extends": "./one.yml"})
    with pytest.raises(profiles.InvalidProfile, match=r"one.yml -> .*two.yml -> .*one.yml is a circle; take one of these extends out"):
        profiles.load(str(folder[0] / "one.yml"), [])
    folder[1]("self", {"extends": "self.yml"})
    with pytest.raises(profiles.InvalidProfile, match="is a circle"):
        profiles.load(str(folder[0] / "self.yml"), [])


def test_a_chain_ends_somewhere(folder):
    files = profile_chain.MAX_FILES
    folder[1]("p1", {"settings": {SACK: {"value": 1}}})
    for number in range(2, files + 2):
        folder[1](f"p{number}", {"extends": f"p{number - 1}.yml"})
    assert profiles.load(str(folder[0] / f"p{files}.yml"), []).names() == [SACK]
    with pytest.raises(profiles.InvalidProfile, match=f"are more than {files} files; merge some of them"):
        profiles.load(str(folder[0] / f"p{files + 1}.yml"), [])


def test_a_mapping_extends_a_file_beside_the_playbook_and_a_shipped_profile(folder):
    assert profiles.load({"name": "inline", "extends": "parent.yml"}, [folder[0]]).names() == [BACKLOG, SACK]
    assert profiles.load({"name": "inline", "extends": "article"}, []).names() == profiles.load("article", []).names()


def test_a_relative_path_starts_at_the_file_that_says_it(folder, monkeypatch):
    (folder[0] / "sub").mkdir()
    folder[1]("sub/low", {"extends": "../parent.yml"}).write_text("name: low\nextends: ../parent.yml\n", encoding="utf-8")
    assert profiles.load("sub/low.yml", [folder[0]]).names() == [BACKLOG, SACK]


def test_a_file_that_changed_is_read_again(folder):
    path = folder[1]("live", {"settings": {SACK: {"value": 1}}})
    before = profiles.load(str(path), [])
    folder[1]("live", {"settings": {SACK: {"value": 0}, REUSE: {"value": 1}}})
    assert [row.value for row in before.settings] == ["1"]
    assert [row.value for row in profiles.load(str(path), []).settings] == ["0", "1"]


def test_the_digest_knows_the_rules_and_not_the_spelling():
    def digest(**body):
        return profiles.parse({"name": "x", "settings": {SACK: {"value": 1, **body}}}, "x").digest

    assert digest() == digest(value="0x1") == digest(value=True)
    assert len({digest(), digest(severity="low"), digest(accept={"enum": [0, 1]}), digest(when={"exists": True}), digest(value=0)}) == 5


def test_a_date_may_be_quoted_or_not():
    for day in ("2027-01-31", datetime.date(2027, 1, 31)):
        waiver = {"id": "other-writer", "reason": "r", "expires": day}
        made = profiles.parse({"name": "x", "settings": {SACK: {"value": 1}}, "waivers": [waiver]}, "x")
        assert made.waivers[0].expires == datetime.date(2027, 1, 31)
