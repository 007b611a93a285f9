# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that nobody looks after is reported; one that is under way, or a host that does not say, is not."""

from __future__ import annotations

import pytest

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import open_changes

ROW = {"id": 7, "status": "open", "time": "2026-11-24T19:05:15Z", "attended": False}


def test_a_half_done_change_is_reported_with_its_journal():
    (made,) = open_changes.left_behind({"journals": [ROW]})
    assert (made["id"], made["severity"], made["concerns"]) == ("change-half-done", "medium", "boot")
    assert made["evidence"] == {"journal": 7, "status": "open", "time": "2026-11-24T19:05:15Z"}
    assert "journal: 7" in made["remedy"]


def test_an_unconfirmed_change_is_reported_with_its_comment():
    (made,) = open_changes.left_behind({"journals": [dict(ROW, status="unconfirmed", comment="for the sale")]})
    assert made["id"] == "change-unconfirmed"
    assert "for the sale" in made["title"]
    assert made["evidence"]["comment"] == "for the sale"


@pytest.mark.parametrize("status", ["open", "unconfirmed"])
def test_what_somebody_looks_after_is_no_finding(status):
    assert open_changes.left_behind({"journals": [dict(ROW, status=status, attended=True, seconds_left=9)]}) == []


@pytest.mark.parametrize("facts", [{}, {"journals": []}])
def test_silence_is_no_finding(facts):
    assert open_changes.left_behind(facts) == []
