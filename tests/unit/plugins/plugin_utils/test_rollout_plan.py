# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a rollout: waves that are Ansible's own batches, soaks, how long a change may wait, what is no plan."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from ansible.executor.playbook_executor import PlaybookExecutor

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import rollout_plan

CASES = 3000
SERIALS = [1, 2, 3, 7, 50, 1000, "1", "4", "1%", "3%", "5%", "10%", "25%", "33%", "49%", "50%", "51%", "99%", "100%"]


def named(count):
    return [f"h{number}" for number in range(count)]


def ansibles_batches(hosts, serial):
    """Return what ansible-core itself makes of the hosts."""
    inventory = SimpleNamespace(get_hosts=lambda pattern, order: list(hosts))
    play = SimpleNamespace(hosts="all", order="inventory", serial=list(serial))
    return PlaybookExecutor._get_serialized_batches(SimpleNamespace(_inventory=inventory), play)


def test_waves_are_the_batches_of_ansible_itself():
    chance = random.Random(7)
    sizes = set()
    for _case in range(CASES):
        hosts = named(chance.choice([0, 1, 2, 3, 19, 20, 21, 99, 100, 101, chance.randrange(400)]))
        serial = chance.choices(SERIALS, k=chance.randint(1, 5))
        found = rollout_plan.waves(hosts, serial)
        assert [list(wave) for wave in found] == ansibles_batches(hosts, serial), (len(hosts), serial)
        sizes.add(len(found))
    assert len(sizes) > 50


@pytest.mark.parametrize(
    ("hosts", "serial", "sizes"),
    [
        (200, [1, "5%", "25%", "100%"], [1, 10, 50, 139]),
        (6, [1, 2, "100%"], [1, 2, 3]),
        (3, ["1%"], [1, 1, 1]),
        (5, [2], [2, 2, 1]),
        (1, [1, "100%"], [1]),
        (0, [1], []),
    ],
)
def test_the_last_item_of_serial_repeats_and_a_percentage_is_cut_off(hosts, serial, sizes):
    assert [len(wave) for wave in rollout_plan.waves(named(hosts), serial)] == sizes


@pytest.mark.parametrize("item", [0, "0", "0%", -1, "-5%", "101%", "", "%", "all", 1.5, "1.5%", True, False, None, "٣", "5 %", [1]])
def test_what_is_no_wave(item):
    with pytest.raises(errors.InvalidInput, match=r"rollout_waves: .* is no wave; give a number of hosts from 1 on"):
        rollout_plan.waves(named(3), [1, item])


def test_no_waves_at_all():
    with pytest.raises(errors.InvalidInput, match="rollout_waves: the list is empty; give numbers"):
        rollout_plan.waves(named(3), [])


@pytest.mark.parametrize(
    ("given", "count", "soaks"),
    [
        (60, 3, [60, 60, 60]),
        ("1.5", 2, [1.5, 1.5]),
        ([10, 20], 4, [10, 20, 20, 20]),
        ([10, 20, 30], 2, [10, 20]),
        (1, 0, []),
        (86400, 1, [86400]),
    ],
)
def test_soaks_repeat_the_last_one(given, count, soaks):
    assert rollout_plan.soaks(given, count) == soaks


@pytest.mark.parametrize("given", [0, 0.99, -1, 86401, "soon", "nan", "inf", None, [10, "x"], "", {}])
def test_what_is_no_soak(given):
    with pytest.raises(errors.InvalidInput, match=r"rollout_soak_seconds: .* is not between 1 and 86400; give the seconds"):
        rollout_plan.soaks(given, 2)


def test_no_soaks_at_all():
    with pytest.raises(errors.InvalidInput, match="rollout_soak_seconds: the list is empty"):
        rollout_plan.soaks([], 2)


# Soak, a minute, and four module runs of three seconds for each turn of forks hosts, or of half a second for each host: 179 took 249 s.
@pytest.mark.parametrize(
    ("hosts", "forks", "soak", "seconds"),
    [
        (1, 5, 60, 132),
        (5, 5, 60, 132),
        (6, 5, 60, 144),
        (100, 50, 10, 270),
        (179, 20, 5, 423),
        (1, 1, 1.5, 74),
        (10, 0, 1, 181),
        (100000, 5, 60, 86400),
    ],
)
def test_a_change_may_wait_until_the_last_host_of_its_wave_is_proved(hosts, forks, soak, seconds):
    assert rollout_plan.confirm_within(hosts, forks, soak) == seconds


def test_a_plan_has_soak_and_time_to_confirm_of_each_wave():
    made = rollout_plan.plan(named(6), [1, 2, "100%"], [5, 10], 2)
    assert [(wave.number, wave.hosts, wave.soak_seconds, wave.confirm_within) for wave in made] == [
        (1, ("h0",), 5, 77),
        (2, ("h1", "h2"), 10, 82),
        (3, ("h3", "h4", "h5"), 10, 94),
    ]


def test_the_operators_time_to_confirm_counts_for_all_waves():
    assert {wave.confirm_within for wave in rollout_plan.plan(named(6), [1, 2], 5, 2, 300)} == {300}


@pytest.mark.parametrize(("wanted", "wave"), [(20, 2), (19, 2), (10, 1), (1, 1), (-5, 1)])
def test_a_time_to_confirm_that_is_over_before_the_soak_is_refused(wanted, wave):
    with pytest.raises(
        errors.InvalidInput, match=f"rollout_confirm_within: {wanted} s are over before wave {wave} has soaked for {10 * wave} s"
    ):
        rollout_plan.plan(named(6), [1, 2], [10, 20], 5, wanted)


def test_the_plan_is_shown_with_a_line_for_each_wave():
    made = rollout_plan.plan([f"web{number}" for number in range(12)], [1, 10, "100%"], 60, 5)
    assert list(rollout_plan.lines(made, 5)) == [
        "12 hosts in 3 waves, 7 min or so when every host is changed",
        "  wave 1/3: 1 host, soak 60 s, confirm within 132 s: web0",
        "  wave 2/3: 10 hosts, soak 60 s, confirm within 144 s: web1, web2, web3, web4, web5, web6, web7, web8 and 2 more",
        "  wave 3/3: 1 host, soak 60 s, confirm within 132 s: web11",
    ]


def test_hostile_names_of_hosts_stay_on_their_line():
    made = rollout_plan.plan(["web\n1\x1b[2J", "\u202eevil"], ["100%"], 60, 5)
    assert list(rollout_plan.lines(made, 5))[1:] == ["  wave 1/1: 2 hosts, soak 60 s, confirm within 132 s: web\\n1\\x1b[2J, \\u202eevil"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (45.4, "45 s"), (119, "119 s"), (120, "2 min"), (3540, "59 min"), (3600, "1 h 00 min"), (11100, "3 h 05 min")],
)
def test_a_length_of_time_for_a_person(seconds, text):
    assert rollout_plan.duration(seconds) == text


@pytest.mark.parametrize(("hosts", "forks", "soak", "seconds"), [(1, 5, 60, 125), (5, 1, 10, 45), (179, 20, 5, 457.5), (0, 5, 1, 2)])
def test_how_long_a_wave_takes(hosts, forks, soak, seconds):
    wave = rollout_plan.Wave(1, tuple(named(hosts)), soak, 90)
    assert rollout_plan.seconds_of(wave, forks) == seconds
