# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give names, values, paths, files and profiles that nobody should give; each is refused in plain words or handled exactly.

``LINUXNET_HOSTILE_CASES`` is the number of cases (default 11,000, the same in every run); any other number is random.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

hypothesis = pytest.importorskip("hypothesis", reason="hypothesis is not installed, so no hostile input can be generated")

import hostile_lab  # noqa: E402
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, drop_in, errors, sysctl_name, sysctl_value  # noqa: E402
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import profiles  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

DEFAULT = 11_000
CASES = int(os.environ.get("LINUXNET_HOSTILE_CASES", str(DEFAULT)))
SHARES = {"transactions": 5, "files": 2, "values": 2, "profiles": 2}
COUNT: Counter[str] = Counter()
# One line of a message; the joined message of a set of settings holds several of them.
MAX_PROBLEM, MAX_MESSAGE = 1000, 4100

MIB = 2**20
NASTY = [
    "\n",
    "\r",
    "\0",
    "\t",
    " ",
    "=",
    "#",
    ";",
    "..",
    "/",
    ".",
    "\x1b[2J",
    "\u202e",
    "\u2066",
    "\x9b",
    "\ud800",
    "\ufeff",
    "-",
    "*",
    "[",
    "'",
    '"',
    "ü",
    "１",
    "1",
]
text = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=3)), max_size=6).map("".join)
# By name: hypothesis prints its strategies, and Python refuses to print integers of thousands of digits.
GIANTS = {
    "letters": "x" * MIB, "digits": "9" * MIB, "bidi": "\u202e" * MIB, "fields": "1 " * (MIB // 2), "ports": "1," * (MIB // 2) + "1", "lines": "\n" * MIB,
    "ranges": "1-65535," * 1000 + "1", "integer": 10**6000, "negative": -(10**6000), "name": "net." + "x" * MIB,
    "dots": "../" * 1000, "parts": "net.ipv4." + "a." * 500,
}  # fmt: skip
# Now and then: each costs as much as dozens of others.
huge = st.integers(0, 15).flatmap(lambda chance: text if chance else st.sampled_from(sorted(GIANTS)).map(lambda giant: GIANTS[giant]))
names_good = st.sampled_from(sorted(name for name in hostile_lab.RUNNING if "fastopen" not in name))
names_bad = st.one_of(
    st.sampled_from(
        ["net.ipv4.tcp_fastopen_key", "vm.swappiness", "kernel/panic", "net/../kernel/panic", "net.ipv4.//.tcp_sack", "net", "", ".", "net.", "net..x",
         "/net/ipv4/tcp_sack", "net.ipv4.tcp_sack\n", "net.ipv4.tcp_sack\nkernel.panic", "net.ipv4.tcp_sack = 0 #", "net.ipv4.tcp_*", "-net.ipv4.tcp_sack",
         "net.ipv4.conf.*.rp_filter", "net.ipv4.tcp_sacк", "NET.IPV4.TCP_SACK"]
    ),
    text,
    huge,
    text.map("net.ipv4.".__add__),
    st.tuples(names_good, text).map("".join),
    st.sampled_from([1, None, True, 1.5, ("net",)]),
)  # fmt: skip
slashed = names_good.map(sysctl_name.to_path)
values_bad = st.one_of(
    text,
    huge,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.sampled_from([2**63, 2**64, "010", "0x1f", "1e3", "1_000", "+1", "-0", "yes", "on", "1\n2", "1 # 2", "1;2", "$(id)", b"1", b"\xff"]),
    st.lists(st.one_of(st.integers(-5, 70000), text, st.none(), st.booleans()), max_size=4),
    st.dictionaries(text, st.integers(), max_size=2),
)  # fmt: skip
VALUES_GOOD = {
    "net.ipv4.tcp_rmem": st.sampled_from(["4096 131072 6291456", [4096, 87380, 4194304], "4096\t16384 4194304"]),
    "net.ipv4.ip_local_port_range": st.sampled_from(["1024 65000", [10240, 65535], "32768 60999"]),
    "net.ipv4.ip_unprivileged_port_start": st.sampled_from([0, 80, "1024"]),
    "net.ipv4.ip_local_reserved_ports": st.sampled_from(["8080,9000-9100", [1, 2, 3, "5-7"], "", "65535"]),
    "net.ipv4.tcp_congestion_control": st.sampled_from(["reno", "cubic", "bbr"]),
    "net.ipv4.tcp_syncookies": st.sampled_from([0, 1, 2, "1", "0x2"]),
    "net.ipv4.conf.eth0/100.rp_filter": st.sampled_from([0, 1, 2, "1"]),
    "net.test.knob": st.sampled_from(["4 5", [1, 2], "-1 0"]),
    "net.ipv4.tcp_keepalive_time": st.sampled_from([1200, "7200", "0x1e"]),
    "net.ipv4.tcp_fin_timeout": st.sampled_from([30, "60"]),
}
FLAGS = st.sampled_from([0, 1, "0", "1", True, False])


def good(name: str) -> Any:
    return st.tuples(st.sampled_from([name, sysctl_name.to_path(name)]), VALUES_GOOD.get(name, FLAGS))


pairs_good = names_good.flatmap(good)
pairs_bad = st.tuples(st.one_of(names_good, slashed, names_bad), values_bad)
settings = st.one_of(
    st.lists(pairs_good, min_size=1, max_size=4).map(dict),
    st.lists(pairs_good, min_size=1, max_size=4).map(dict),
    st.lists(st.one_of(pairs_good, pairs_bad), min_size=1, max_size=4).map(dict),
)
LINES = [b"", b"# a comment", b"; another", b"  # indented \xe2\x80\xae", b"\xff\xfe latin \xe9", b"kernel.panic = 10",
         b"net.ipv4.tcp_sack=0", b"net/ipv4/tcp_sack = 0",
         b" -net.ipv4.tcp_sack = 1 ", b"-net.ipv4.tcp_sack", b"-net.ipv4.conf.*.rp_filter",
         b"net.ipv4.tcp_keepalive_time\t=\t7200", b"net.ipv4.tcp_fin_timeout",
         b"= 5", b"=", b"==", b"net.ipv4.tcp_sack = 1 = 2", b"net.ipv4.tcp_keepalive_time = " + b"9" * 6000,
         b"\xef\xbb\xbfnet.ipv4.tcp_sack = 0", b"a\0b = c", b"\rnet.ipv4.tcp_sack = 0",
         b"net.ipv4.tcp_sack\r= 0", "net.ipv4".encode("utf-16-le"), b"\\", b"net.ipv4.tcp_rmem = 4096 \\", b"[net]",
         b"/net/ipv4/tcp_syncookies=1", b"\x1b[2J", b"--net.ipv4.tcp_sack = 3",
         b"net.ipv4.ip_local_port_range = 32768 60999", b"net.ipv4.tcp_fastopen_key = 1-2-3-4", drop_in.HEADER.rstrip()]  # fmt: skip
files = st.tuples(
    st.lists(st.one_of(st.sampled_from(LINES), st.binary(max_size=12)), max_size=7), st.sampled_from([b"\n", b"\r\n"]), st.booleans()
).map(lambda drawn: drawn[1].join(drawn[0]) + (drawn[1] if drawn[2] else b""))


def share(family: str) -> int:
    return CASES * SHARES[family] // sum(SHARES.values())


def hostile(family: str, *strategies: Any) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Run a function on its family's share of the cases and count them."""

    def decorate(function: Callable[..., None]) -> Callable[[], None]:
        @hypothesis.settings(
            max_examples=share(family),
            derandomize=CASES == DEFAULT,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(st.tuples(*strategies))
        def each(drawn: tuple[Any, ...]) -> None:
            COUNT[family] += 1
            function(*drawn)

        return each

    return decorate


def plain(error: errors.LinuxnetError) -> None:
    """Hold an error to what an operator may expect of it: short, printable, and a way out in each problem."""
    problems = error.details.get("problems", [error.message])
    assert all(line.isprintable() for line in error.message.split("\n")), error.message
    assert len(error.message) < MAX_MESSAGE * (50 if "\n" in error.message else 1)
    for problem in problems:
        assert problem.isprintable()
        assert len(problem) < MAX_PROBLEM, problem
        assert re.search(r"; |, use |allowed: ", problem), f"no way out: {problem}"
    COUNT["refused"] += 1


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hostile_lab.Box]:
    with hostile_lab.box_in(tmp_path_factory.mktemp("hostile")) as made:
        yield made


def test_a_transaction_is_refused_or_exact(box: hostile_lab.Box) -> None:
    options = st.tuples(
        st.sampled_from(["present"] * 3 + ["absent"]), st.sampled_from([True, True, True, False]), st.booleans(), st.booleans()
    )

    @hostile(
        "transactions", settings, st.one_of(st.just("file"), st.sampled_from(sorted(hostile_lab.TRAPS))), files, options, st.booleans()
    )
    def each(given: dict[Any, Any], trap: str, data: bytes, wish: tuple[str, bool, bool, bool], check_mode: bool) -> None:
        state, persist, runtime, follow = wish
        box.fresh()
        path = hostile_lab.TRAPS[trap].lay(box, data)
        before = hostile_lab.snapshot(box.root)
        check = check_mode and len(data) % 4 == 0
        outcome = box.apply(path, follow, settings=given, state=state, persist=persist, runtime=runtime, check_mode=check)
        touched = hostile_lab.changed(before, hostile_lab.snapshot(box.root))
        # A folder that got a new name in it differs by its own time stamp alone, which the snapshot leaves out.
        if isinstance(outcome, errors.LinuxnetError):
            plain(outcome)
            assert touched == set()
            assert outcome.details["changed"] is False
            return
        COUNT["handled"] += 1
        COUNT["changed"] += bool(touched)
        verdict = hostile_lab.TRAPS[trap].follow if follow else hostile_lab.TRAPS[trap].plain
        real = os.path.realpath(path) if persist else ""
        assert not (persist and verdict == "refused"), f"{trap} was accepted"
        assert not (persist and verdict == "unsplit" and real in touched)
        named = {row["name"]: row for row in outcome["settings"]}
        assert touched <= {real, *(str(box.key(name)) for name in named)}
        assert bool(touched) == (outcome["changed"] and not check)
        if not check:
            exact(box, given, named, real, before, (state, persist, runtime))

    each()


def exact(
    box: hostile_lab.Box, given: dict[Any, Any], named: dict[str, Any], real: str, before: dict[str, Any], wish: tuple[str, bool, bool]
) -> None:
    """Compare what is on the disk with what was asked for."""
    state, persist, runtime = wish
    for spelling, raw in given.items():
        name = spelling if spelling in named else sysctl_name.to_dots(spelling)
        if state == "absent" and not box.key(name).exists():
            # Any name may be taken out of the file; what it leaves alone was compared before.
            continue
        now = box.key(name).read_text(encoding="latin-1").rstrip("\n")
        if state == "present" and runtime:
            assert hostile_lab.meaning(name, now) == hostile_lab.meaning(name, raw)
        else:
            assert now == hostile_lab.RUNNING.get(name, now)
    if persist:
        old, new = before.get(real), Path(real).read_bytes() if os.path.exists(real) else None
        in_file(old[4][0] if old else None, new, given, set(named), state)


def in_file(old: bytes | None, new: bytes | None, given: dict[Any, Any], names: set[str], state: str) -> None:
    """Hold the file to its promise: lines of others byte for byte, each key once, the value that was meant."""
    kept = hostile_lab.strangers(old, names) if old is not None else hostile_lab.strangers(drop_in.HEADER if new else None, names)
    left = hostile_lab.strangers(new, names)
    # The last line of a file may lack its end, which gets one when a line follows it.
    assert [line.rstrip(b"\r") for line in left if line.strip()] == [line.rstrip(b"\r") for line in kept if line.strip()] or new is None
    assert [line for line in left if line.strip()][:-1] == [line for line in kept if line.strip()][:-1]
    if new is None:
        return
    mine: dict[str, list[bytes]] = {}
    for line in new.split(b"\n"):
        key = hostile_lab.key_of(line)
        if key in names and b"=" in line:
            mine.setdefault(str(key), []).append(line.partition(b"=")[2])
    if state == "absent":
        assert mine == {}
        return
    for spelling, raw in given.items():
        name = spelling if spelling in names else sysctl_name.to_dots(spelling)
        assert hostile_lab.meaning(name, mine[name][-1].decode("ascii")) == hostile_lab.meaning(name, raw)
        assert new == old or len(mine[name]) == 1


def test_the_lines_of_others_survive() -> None:
    @hostile("files", st.one_of(st.none(), files, st.binary(max_size=60)), st.lists(pairs_good, max_size=3).map(dict), st.booleans())
    def each(data: bytes | None, given: dict[str, Any], absent: bool) -> None:
        wanted = {}
        for spelling, raw in given.items():
            name = sysctl_name.canonical(spelling)
            parameter = catalogue.get(name) or sysctl_value.shape_of(name, hostile_lab.RUNNING[name])
            wanted[name] = sysctl_value.normalise(parameter, raw)
        asked = {name: given.get(name, given.get(sysctl_name.to_path(name))) for name in wanted}
        if absent:
            in_file(data, drop_in.without(data, set(wanted)), asked, set(wanted), "absent")
            return
        new = drop_in.with_settings(data, wanted)
        in_file(data, new, wanted, set(wanted), "present")
        assert drop_in.with_settings(new, wanted) == new
        kept = drop_in.lookup_all(new)
        assert all(kept.get(name) == value for name, value in wanted.items())

    each()


def test_names_and_values_are_refused_or_plain() -> None:
    @hostile("values", st.one_of(names_bad, names_good, slashed), values_bad)
    def each(spelling: Any, raw: Any) -> None:
        try:
            name = sysctl_name.canonical(spelling)
            path = sysctl_name.to_path(name)
            assert path.startswith("net/")
            assert not {"", ".", ".."} & set(path.split("/"))
            assert name.isascii()
            assert name.isprintable()
            value = sysctl_value.normalise(catalogue.get(name) or sysctl_value.shape_of(name, "1"), raw)
            assert len(value) <= sysctl_value.MAX_BYTES
            assert value == "" or (value.isascii() and value.isprintable() and "#" not in value)
            COUNT["handled"] += 1
        except errors.LinuxnetError as error:
            plain(error)

    each()


fragments = st.sampled_from(
    ["name: x\n", "settings:\n", "  net.ipv4.tcp_sack:\n", "    value: 1\n", "    value: yes\n",
     "    value: 2024-99-99\n", "    value: .nan\n", "    accept: {pattern: '('}\n",
     "    accept: {enum: [1, [2, {a: b}]]}\n", "    value: !!int x\n", "    value: &a [*a]\n", "? {a: b}\n: c\n",
     "<<: *x\n", "    value: !!binary '*'\n", "title: \"\\e[2J\"\n", "\t", "---\n",
     "    value: 1:30:00\n", "    value: 0o17\n", "    value: '010'\n", "    why: \u202e\n",
     "  ../../etc/passwd: {value: 1}\n", "  net.ipv4.tcp_rmem: {value: [1, 2]}\n", "&" * 9, "[" * 900, "{" * 900,
     "    value: " + "9" * 5000 + "\n", "!!python/object/apply:os.system ['id']\n", "\ufeff", "%YAML 9.9\n"]
)  # fmt: skip
whole = st.lists(st.one_of(fragments, text), max_size=8).map("".join)
bodies = st.fixed_dictionaries(
    {"value": st.one_of(values_bad, FLAGS)},
    optional={
        "accept": st.dictionaries(
            st.sampled_from(["const", "minimum", "enum", "pattern", "prefixItems", "items", "not", "anyOf", "bad"]), values_bad, max_size=2
        ),
        "why": st.one_of(text, huge),
        "severity": st.sampled_from(["high", "low", "\u202e", 1]),
    },
)
mappings = st.fixed_dictionaries(
    {
        "name": st.one_of(st.just("x"), text),
        "settings": st.dictionaries(st.one_of(names_good, slashed, names_bad.filter(lambda name: name is not None)), bodies, max_size=2),
    },
    optional={"title": text, "x\u202e": values_bad},
)


def test_profiles_are_refused_or_plain(box: hostile_lab.Box) -> None:
    box.fresh()
    path = box.outside / "profile.yml"

    @hostile("profiles", st.one_of(whole, mappings, mappings, text.map(lambda drawn: drawn + ".yml")))
    def each(given: Any) -> None:
        if isinstance(given, str) and not given.endswith(".yml"):
            path.write_bytes(given.encode("utf-8", "surrogateescape" if "\ud800" not in given else "surrogatepass"))
            given = str(path)
        try:
            profile = profiles.load(given, [box.outside])
        except errors.LinuxnetError as error:
            plain(error)
            return
        COUNT["handled"] += 1
        for setting in profile.settings:
            parameter = catalogue.get(setting.name)
            assert sysctl_value.normalise(parameter, setting.value) == setting.value
            assert setting.value.isprintable()
            assert setting.why.replace("\n", "").replace("\t", "").isprintable()

    each()


def test_the_cases_were_many_and_went_both_ways(say: Callable[[str], None]) -> None:
    """Print the count. Whatever escaped has failed one of the tests above, so none did when it is reached in a good run."""
    total = sum(COUNT[family] for family in SHARES)
    parts = ", ".join(f"{COUNT[family]:,} {family}" for family in SHARES)
    say(
        f"\nhostile input: {total:,} cases, {total - COUNT['refused'] - COUNT['handled'] - COUNT['files']} escapes ({parts};"
        f" {COUNT['refused']:,} refused in plain words, {COUNT['handled']:,} handled, of which {COUNT['changed']:,} changed something)"
    )
    assert total >= CASES * 0.9
    assert min(COUNT["refused"], COUNT["handled"]) > CASES / 8
    assert COUNT["changed"] > CASES / 30
    assert total == COUNT["refused"] + COUNT["handled"] + COUNT["files"]
