# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What observe keeps, and the columns that the report makes of it."""

from __future__ import annotations

import json

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import observed, report_samples

BEGAN = "2026-11-29T05:00:00Z"


def sample(seconds, opens=None, **states):
    counters = {} if opens is None else {"Tcp": {"ActiveOpens": opens}}
    return {"seconds": seconds, "total": sum(states.values()), "states": states, "counters": counters}


def test_lines_are_as_documented(tmp_path):
    path = observed.append(tmp_path / "new", "Web/1", BEGAN, [sample(0.0, 7, LISTEN=2)])
    assert path.name == "%57eb%2f1.jsonl"
    assert [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()] == [
        {"schema_version": 1, "host": "Web/1", "started": BEGAN, "seconds": 0.0,
         "sockets": {"total": 2, "states": {"LISTEN": 2}}, "counters": {"Tcp": {"ActiveOpens": 7}}},
    ]  # fmt: skip


def test_a_line_that_was_cut_does_not_swallow_the_next_run(tmp_path):
    path = observed.append(tmp_path, "h", BEGAN, [sample(0.0, LISTEN=1)])
    with path.open("a", encoding="ascii") as stream:
        stream.write('{"host": "h", "star')
    observed.append(tmp_path, "h", "2026-11-29T06:00:00Z", [sample(0.0, LISTEN=5), sample(1.0, LISTEN=6)])
    assert report_samples.of_host("h", [tmp_path])["total"] == [5, 6]


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "other").write_text("", encoding="ascii")
    (tmp_path / "h.jsonl").symlink_to("other")
    with pytest.raises(errors.SourceUnavailable, match=r"spool: cannot write .*h.jsonl"):
        observed.append(tmp_path, "h", BEGAN, [sample(0.0, LISTEN=1)])
    assert (tmp_path / "other").read_text(encoding="ascii") == ""


@pytest.mark.parametrize(
    ("opens", "rates"),
    [
        ([100, 200, 400], [0.0, 10.0, 20.0]),
        ([100, 50, 60], [0.0, 0.0, 1.0]),
        ([None, 50, 60], [0.0, 0.0, 1.0]),
        ([7, 7, 7], None),
        ([None, None, None], None),
    ],
)
def test_rates_are_of_rises_alone(tmp_path, opens, rates):
    observed.append(tmp_path, "h", BEGAN, [sample(10.0 * index, number, LISTEN=1) for index, number in enumerate(opens)])
    assert report_samples.of_host("h", [tmp_path])["rates"].get("ActiveOpens") == rates


def test_many_samples_are_thinned_and_the_last_is_kept(tmp_path):
    observed.append(tmp_path, "h", BEGAN, [sample(float(number), number * number, ESTABLISHED=number + 1) for number in range(1000)])
    columns = report_samples.of_host("h", [tmp_path])
    assert len(columns["seconds"]) == report_samples.MOST == len(columns["total"]) == len(columns["rates"]["ActiveOpens"])
    assert (columns["seconds"][0], columns["seconds"][-1]) == (0.0, 999.0)
    assert columns["seconds"] == sorted(set(columns["seconds"]))


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "[]", "null", '{"host": "h"}',
        '{"host": "other", "started": "%s", "seconds": 0, "sockets": {"total": 1, "states": {}}, "counters": {}}' % BEGAN,
        '{"host": "h", "started": "yesterday", "seconds": 0, "sockets": {"total": 1, "states": {}}, "counters": {}}',
        '{"host": "h", "started": "%s", "seconds": -1, "sockets": {"total": 1, "states": {}}, "counters": {}}' % BEGAN,
        '{"host": "h", "started": "%s", "seconds": true, "sockets": {"total": 1, "states": {}}, "counters": {}}' % BEGAN,
        '{"host": "h", "started": "%s", "seconds": 0, "sockets": {"total": "1", "states": {}}, "counters": {}}' % BEGAN,
        '{"host": "h", "started": "%s", "seconds": 0, "sockets": {"total": 1, "states": {}}, "counters": {"Tcp": {"x": "y"}}}' % BEGAN,
    ],
)  # fmt: skip
def test_broken_lines_are_left_out(tmp_path, line):
    path = observed.append(tmp_path, "h", BEGAN, [sample(0.0, LISTEN=1)])
    with path.open("a", encoding="ascii") as stream:
        stream.write(line + "\n")
    assert report_samples.of_host("h", [tmp_path])["total"] == [1]


def test_without_a_file_there_are_none(tmp_path):
    assert report_samples.of_host("h", [tmp_path]) is None
    (tmp_path / "h.jsonl").write_text("{}\n", encoding="ascii")
    assert report_samples.of_host("h", [tmp_path]) is None


def test_the_latest_run_of_several_spools(tmp_path):
    observed.append(tmp_path / "a", "h", "2026-11-29T06:00:00Z", [sample(0.0, LISTEN=2)])
    observed.append(tmp_path / "b", "h", BEGAN, [sample(0.0, LISTEN=1)])
    assert report_samples.of_host("h", [tmp_path / "a", tmp_path / "b"])["total"] == [2]
