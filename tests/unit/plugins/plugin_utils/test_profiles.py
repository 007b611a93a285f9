# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles: where they come from, and what is said about bad ones."""

from __future__ import annotations

import datetime
import itertools

import pytest
import yaml

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, profiles

REUSE = "net.ipv4.tcp_tw_reuse"
MINIMAL = {"name": "edge", "settings": {REUSE: {"value": 1}}}


def with_setting(name, **body):
    return {"name": "edge", "settings": {name: {"value": 1, **body}}}


def problems_of(document):
    with pytest.raises(profiles.InvalidProfile) as caught:
        profiles.parse(document, "edge.yml")
    assert caught.value.message == "\n".join(caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize("name", profiles.shipped())
def test_shipped_profiles_are_valid_and_give_reasons(name):
    profile = profiles.load(name, [])
    assert profile.name == name
    for setting in profile.settings:
        assert setting.why, setting.name
        assert setting.source, setting.name


def test_article_has_the_articles_seven_values():
    values = {setting.name: setting.value for setting in profiles.load("article", []).settings}
    assert values == {
        "net.ipv4.tcp_syncookies": "1",
        "net.ipv4.tcp_tw_reuse": "1",
        "net.ipv4.tcp_tw_recycle": "1",
        "net.ipv4.tcp_max_tw_buckets": "5000",
        "net.ipv4.tcp_max_syn_backlog": "8192",
        "net.ipv4.tcp_keepalive_time": "1200",
        "net.ipv4.ip_local_port_range": "1024 65000",
    }


@pytest.mark.parametrize(
    ("name", "text", "accepted"),
    [
        ("net.ipv4.tcp_syncookies", 0, False),
        ("net.ipv4.tcp_syncookies", 1, True),
        ("net.ipv4.tcp_syncookies", 2, True),
        ("net.ipv4.tcp_tw_reuse", 2, False),
        ("net.ipv4.tcp_max_tw_buckets", 5000, True),
        ("net.ipv4.tcp_max_tw_buckets", 5001, False),
        # no limit since 5.18, no TIME_WAIT at all
        ("net.ipv4.tcp_max_tw_buckets", -1, False),
        ("net.ipv4.tcp_max_tw_buckets", 0, False),
        ("net.ipv4.tcp_max_syn_backlog", 8191, False),
        ("net.ipv4.tcp_max_syn_backlog", 8192, True),
        ("net.ipv4.tcp_keepalive_time", 1200, True),
        ("net.ipv4.tcp_keepalive_time", 1201, False),
        ("net.ipv4.tcp_keepalive_time", 0, False),
        ("net.ipv4.ip_local_port_range", [1024, 65000], True),
        ("net.ipv4.ip_local_port_range", [1024, 64999], False),
        ("net.ipv4.ip_local_port_range", [1025, 65000], False),
        ("net.ipv4.ip_local_port_range", [1000, 65535], True),
    ],
)
def test_what_article_accepts(name, text, accepted):
    (setting,) = [row for row in profiles.load("article", []).settings if row.name == name]
    assert documents.accepts(setting.accept, text) is accepted


def test_defaults_of_a_minimal_profile():
    profile = profiles.parse(MINIMAL, "edge.yml")
    assert (profile.name, profile.title, profile.names()) == ("edge", "edge", [REUSE])
    assert profile.settings[0] == profiles.Setting(REUSE, "1", {"const": 1}, "medium", "", "", "")


@pytest.mark.parametrize(
    ("name", "value", "canonical"),
    [
        ("net/ipv4/tcp_tw_reuse", "0x1", "1"),
        ("net.ipv4.ip_local_port_range", [1024, 65000], "1024 65000"),
        ("net.ipv4.tcp_sack", True, "1"),
        ("net.ipv4.tcp_congestion_control", "cubic", "cubic"),
        ("net.ipv4.ip_local_reserved_ports", "9000,8080", "8080,9000"),
    ],
)
def test_values_become_what_the_kernel_prints(name, value, canonical):
    (setting,) = profiles.parse({"name": "edge", "settings": {name: {"value": value}}}, "edge.yml").settings
    assert setting.value == canonical
    assert setting.name == name.replace("/", ".")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "edge.yml: the document: [] has the wrong type; allowed: object"),
        ({}, "edge.yml: name: is missing; give it"),
        ({"name": "edge"}, "edge.yml: settings: is missing; give it"),
        (
            {"name": "Edge", "settings": MINIMAL["settings"]},
            'edge.yml: name: "Edge" is not allowed; allowed: text that matches ^[a-z][a-z0-9_]*$',
        ),
        ({"name": "edge", "settings": {}}, "edge.yml: settings: {} is empty; give at least 1"),
        ({"name": "edge", "settings": {REUSE: {}}}, f"edge.yml: settings.{REUSE}.value: is missing; give it"),
        (
            {**MINIMAL, "setings": 1},
            'edge.yml: setings: unknown field (did you mean "settings"?); allowed: description, name, settings, source, title',
        ),
        (
            with_setting(REUSE, severity="urgent"),
            f'edge.yml: settings.{REUSE}.severity: "urgent" is not allowed; allowed: low, medium, high',
        ),
        (
            with_setting(REUSE, accept={"minumum": 1}),
            (
                f'edge.yml: settings.{REUSE}.accept.minumum: unknown field (did you mean "minimum"?); allowed: '
                "anyOf, const, enum, exclusiveMaximum, exclusiveMinimum, items, maximum, minimum, multipleOf, not, pattern, prefixItems"
            ),
        ),
        (
            with_setting(REUSE, accept={"minimum": "1"}),
            f'edge.yml: settings.{REUSE}.accept.minimum: "1" has the wrong type; allowed: number',
        ),
        (with_setting(REUSE, why=""), f'edge.yml: settings.{REUSE}.why: "" is empty; give at least 1'),
        (with_setting(REUSE, accept={"enum": []}), f"edge.yml: settings.{REUSE}.accept.enum: [] is empty; give at least 1"),
        (
            with_setting(REUSE, accept={"multipleOf": 0}),
            f"edge.yml: settings.{REUSE}.accept.multipleOf: 0 is out of range; allowed: exclusiveMinimum 0",
        ),
        (
            with_setting(REUSE, value=1.5),
            f"edge.yml: settings.{REUSE}.value: 1.5 has the wrong type; allowed: integer, string, boolean, array",
        ),
        (
            with_setting(REUSE, value=datetime.date(2026, 1, 2)),
            f'edge.yml: settings.{REUSE}.value: "2026-01-02" has the wrong type; allowed: integer, string, boolean, array',
        ),
        (
            with_setting("kernel.panic"),
            'edge.yml: settings: "kernel.panic" is not a name that is allowed here; allowed: names that match ^net[./]',
        ),
        (
            with_setting("net.ipv4.tcp_sak"),
            'edge.yml: settings.net.ipv4.tcp_sak: unknown sysctl (did you mean "net.ipv4.tcp_sack"?); allowed: the keys in docs/parameters.md',
        ),
        (
            with_setting(REUSE, accept={"const": 2}),
            f"edge.yml: settings.{REUSE}.accept: refuses the profile's own value 1; change one of them",
        ),
        (
            with_setting(REUSE, accept={"pattern": "1"}),
            (
                f"edge.yml: settings.{REUSE}.accept.pattern: means nothing for an integer; allowed: "
                "anyOf, const, enum, exclusiveMaximum, exclusiveMinimum, maximum, minimum, multipleOf, not"
            ),
        ),
        (
            with_setting("net.ipv4.ip_local_port_range", value=[1024, 65000], accept={"prefixItems": [{"maximum": 1024}] * 3}),
            "edge.yml: settings.net.ipv4.ip_local_port_range.accept.prefixItems: has 3 rules for 2 fields; give one for each field",
        ),
        ({"name": "edge", "settings": {1: {"value": 1}}}, "edge.yml: settings: the key 1 is not a string; put it in quotes"),
    ],
)
def test_a_problem_says_where_what_and_the_way_out(document, expected):
    assert expected in problems_of(document)


def test_a_value_outside_the_sensible_range_is_refused_by_the_catalogue():
    (problem,) = problems_of(with_setting(REUSE, value=3))
    assert problem.startswith(f"edge.yml: settings.{REUSE}.value: ")
    assert "allowed: 0, 1, 2" in problem


def test_every_problem_is_told_at_once():
    document = {
        "name": "edge",
        "settings": {REUSE: {"value": 9}, "net.ipv4.tcp_sak": {"value": 1}, "net.ipv4.tcp_sack": {"value": 1, "accept": {"const": 0}}},
    }
    assert len(problems_of(document)) == 3


def test_one_key_in_two_spellings_is_a_duplicate():
    document = {"name": "edge", "settings": {REUSE: {"value": 1}, "net/ipv4/tcp_tw_reuse": {"value": 2}}}
    assert problems_of(document) == [f"edge.yml: settings.net/ipv4/tcp_tw_reuse: is the same key as {REUSE}; keep one of them"]


def test_a_file_with_a_duplicate_key_is_refused(tmp_path):
    path = tmp_path / "edge.yml"
    path.write_text(f"name: edge\nsettings:\n  {REUSE}: {{value: 1}}\n  {REUSE}: {{value: 2}}\n", encoding="utf-8")
    with pytest.raises(profiles.InvalidProfile) as caught:
        profiles.load(str(path), [])
    assert caught.value.problems == [f'{path}: line 4: "{REUSE}" is already given in line 3; keep one of them']


@pytest.mark.parametrize(("data", "said"), [(b"a: [", "is not valid YAML"), (b"\xff\xfe\x00", "cannot be read"), (b"", "wrong type")])
def test_a_broken_file_is_named(tmp_path, data, said):
    path = tmp_path / "edge.yml"
    path.write_bytes(data)
    with pytest.raises(profiles.InvalidProfile, match=said) as caught:
        profiles.load(str(path), [])
    assert caught.value.message.startswith(str(path))


def test_a_relative_path_is_looked_for_in_each_folder_in_turn(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, name in ((first, "one"), (second, "two")):
        folder.mkdir()
        (folder / f"{name}.yml").write_text(yaml.safe_dump({**MINIMAL, "name": name}), encoding="utf-8")
    assert profiles.load("one.yml", [first, second]).name == "one"
    assert profiles.load("./two.yml", [first, second]).name == "two"
    with pytest.raises(errors.InvalidInput, match=r"there is no file .*first/three.yml or .*second/three.yml on the controller"):
        profiles.load("three.yml", [first, second])


@pytest.mark.parametrize("given", [None, "", "  ", 7, ["article"]])
def test_what_is_no_profile_is_refused(given):
    with pytest.raises(errors.InvalidInput, match=r"is no profile; give a name \(.*article.*\), a path or a mapping"):
        profiles.load(given, [])


def test_a_misspelt_name_is_met_with_the_right_one():
    with pytest.raises(errors.InvalidInput, match=r'"artcle" is not a profile of this collection \(did you mean "article"\?\)'):
        profiles.load("artcle", [])


def test_without_jsonschema_the_way_out_is_told(monkeypatch):
    monkeypatch.setattr(documents, "JSONSCHEMA_MISSING", True)
    with pytest.raises(errors.SourceUnavailable, match="pip install jsonschema"):
        profiles.load("article", [])


def test_plain_drops_subclasses_that_would_leak_into_documents():
    class Tagged(str):
        pass

    copy = documents.plain({Tagged("a"): [Tagged("b"), True, 1, None, (1,)]})
    assert copy == {"a": ["b", True, 1, None, [1]]}
    assert not isinstance(next(iter(copy)), Tagged)
    assert [item.__class__.__name__ for item in copy["a"]] == ["str", "bool", "int", "NoneType", "list"]


def test_long_values_are_cut_in_messages():
    assert len(documents.show("x" * 200)) == 80


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{letter}: &{letter} [{', '.join([f'*{before}'] * 10)}]\n" for before, letter in itertools.pairwise("abcdefgh")
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\nvalue: 2024-99-99\n", "month must be in 1..12"),
        ("name: !!int x\n", "is not valid YAML"),
        ("name: !!bool maybe\n", "is not valid YAML"),
        ("name: !!timestamp x\n", "is not valid YAML"),
        ("name: !!python/object:os.system x\n", "could not determine a constructor"),
        ("name: " + "[" * 5000, "is not valid YAML"),
        ("name: " + "1" * 5000, "is not valid YAML"),
        ("name: &a [*a]\n", "nested more than 40 deep"),
        (BOMB, "more than 1000000 values"),
        ("name: x\nsettings: {net.ipv4.tcp_sack: {value: 1, accept: {minimum: .nan}}}\n", "nan is no number that JSON has"),
        ("name: x\nsettings: {net.ipv4.tcp_sack: {value: 1, accept: {maximum: .inf}}}\n", "inf is no number that JSON has"),
        ('name: x\nsettings: {net.ipv4.tcp_congestion_control: {value: cubic, accept: {pattern: "("}}}\n', "is no regular expression"),
        ('name: "x\\n"\nsettings: {net.ipv4.tcp_sack: {value: 1}}\n', '"x\\n" holds a control'),
        ('name: x\ntitle: "\\e[2J"\nsettings: {net.ipv4.tcp_sack: {value: 1}}\n', "title: "),
        ("name: x\ntitle: \u202eabc\nsettings: {net.ipv4.tcp_sack: {value: 1}}\n", "title: "),
        ("name: x\n" + "# long\n" * 200000, "is longer than 1048576 characters"),
        ("name: x\nsettings:\n  ? net.ipv4." + "x" * 300000 + "\n  : {value: 1}\n", "too long for a key"),
        ("name: x\n? 1\n: 2\n", "the key 1 is not a string"),
    ],
)
def test_hostile_yaml_is_refused_in_plain_words(tmp_path, text, said):
    path = tmp_path / "edge.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(errors.InvalidInput) as caught:
        profiles.load(str(path), [])
    assert said in caught.value.message
    assert len(caught.value.message) < 5000
    assert all(line.isprintable() for line in caught.value.message.split("\n"))


def test_of_many_problems_the_first_are_told(tmp_path):
    document = {"name": "x", "settings": {f"net.ipv4.none_{number}": {"value": 1} for number in range(200)}}
    with pytest.raises(profiles.InvalidProfile) as caught:
        profiles.parse(document, "edge.yml")
    assert len(caught.value.problems) == 200
    assert caught.value.message.split("\n")[-1] == "edge.yml: and 150 more problems"
