# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate random trees of sysctl.d files over namespaced net.ipv4 keys, as boot_oracle.py takes them.

Few keys, few values and few names on purpose: they have to collide to decide anything.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Tree = dict[str, Any]

FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d")
NAMES = (
    "10-a.conf",
    "9-a.conf",
    "20-b.conf",
    "90-mine.conf",
    "99-sysctl.conf",
    "Z.conf",
    "zz-mine.conf",
    "a.conf",
    "é.conf",
    ".hidden.conf",
    ".conf",
    "a.conf~",
    "note.txt",
    "[a].conf",
    "{a,Z}.conf",
    "z?-mine.conf",
    "a\\b.conf",
    "b.CONF",
)

KEYS = (
    "net/ipv4/tcp_keepalive_time",
    "net/ipv4/tcp_keepalive_intvl",
    "net/ipv4/tcp_keepalive_probes",
    "net/ipv4/tcp_fin_timeout",
    "net/ipv4/ip_default_ttl",
    "net/ipv4/conf/lt0.5/log_martians",
    "net/ipv4/conf/lo/log_martians",
    "net/ipv4/conf/lt0.5/arp_ignore",
    "net/ipv4/conf/lt0.5/arp_announce",
    "net/core/somaxconn",
)
PATTERNS = (
    "net/ipv4/tcp_keepalive_*",
    "net/ipv4/tcp_keepalive_[ip]*",
    "net/ipv4/tcp_keepalive_[!t]*",
    "net/ipv4/tcp_keepalive_????",
    "net/ipv4/tcp_fin_timeou?",
    "net/*/tcp_keepalive_*",
    "net/ipv4/conf/*/log_martians",
    "net/ipv4/conf/l*/log_martians",
    "net/ipv4/conf/lt0.5/arp_[ai][cgn]*",
    "net/ipv4/tcp_{keepalive_intvl,fin_timeout}*",
    "net/ipv4/conf/{lo,lt*}/log_martians",
    "net/ipv4//tcp_keepalive_*",
    "*/ipv4/tcp_fin_timeout",
    "net/ipv4/tcp_fin\\_time*",
    "net/ipv4/nothing_*",
)
NUMBERS = ("5", "6", "7")
ODD_VALUES = ("0x10", "010", "banana", "", "5#", "=5", "5\r6", "5 # x", "6 7")
SPACES = ("", " ", "\t", "  ", "\v")


def swapped(path: str) -> str:
    return path.translate({ord("/"): ".", ord("."): "/"})


def spell(path: str, how: str) -> str:
    """Write a path below /proc/sys in one of the spellings that files have, right ones and wrong ones."""
    parent, _slash, name = path.rpartition("/")
    return {
        "slashes": path,
        "dots": swapped(path),
        "all dots": path.replace("/", "."),
        "doubled": f"{parent}//{name}",
        "doubled dots": f"{swapped(parent)}..{swapped(name)}",
        "leading": "/" + path,
        "leading dot": "." + swapped(path),
        "trailing": path + "/",
        "here": f"{parent}/./{name}",
        "parent": f"{parent}/../{parent.rpartition('/')[2]}/{name}",
        "dash": "-" + path,
    }[how]


# Mostly plain: a rare spelling in every line would hide the rules about order.
spelling = st.sampled_from(
    ["dots"] * 8 + ["slashes"] * 4 + ["all dots", "doubled", "doubled dots", "leading", "leading dot", "trailing", "here", "parent", "dash"]
)
prefix = st.sampled_from([""] * 7 + ["-"] * 3 + ["- ", "--"])
space = st.sampled_from(["", " "] * 6 + list(SPACES))
value = st.sampled_from(list(NUMBERS) * 5 + list(ODD_VALUES))
key = st.builds(spell, st.sampled_from(KEYS * 2 + PATTERNS), spelling)
port_range = st.sampled_from(["2000 3000", "2000\t4000", " 0x800  5000", "5000 2000", "2000 x"])

assignment = st.builds("{}{}{}{}={}{}{}".format, space, prefix, key, space, space, value, space)
exclusion = st.builds("{}{}{}{}".format, space, st.sampled_from(["-", "-", "-", "- ", "--"]), key, space)
ports = st.builds("net.ipv4.ip_local_port_range ={}{}".format, space, port_range)
noise = st.sampled_from(
    [
        "",
        "# comment",
        "; comment",
        "  # net.ipv4.tcp_fin_timeout = 5",
        "net.ipv4.tcp_fin_timeout",
        "= 5",
        "-",
        "x",
        "net.ipv4 = 5",
        "net.ipv4.no_such_key = 5",
        "tcp_fin_timeout = 5",
        "-\t",
        "net.ipv4.tcp_fin_timeout 5",
    ]
)
line = st.one_of(assignment, assignment, assignment, assignment, exclusion, ports, noise)
ending = st.sampled_from(["\n"] * 12 + ["\r\n"] * 3 + ["\r", "\n\r", "\0", "\0\n", "\n\n"])


@st.composite
def content(draw: st.DrawFn) -> str:
    """A file's bytes as latin-1 text: lines with their ends, now and then a byte order mark or no last line end."""
    body = "".join(draw(line) + draw(ending) for dummy in range(draw(st.sampled_from([0, 1, 2, 3, 4, 4, 5, 6]))))
    mark = "\xef\xbb\xbf" if draw(st.integers(0, 14)) == 7 else ""
    return mark + (body.rstrip("\n") if draw(st.integers(0, 4)) == 3 else body)


regular = content().map(lambda text: {"file": text})
link = st.sampled_from(
    ["/dev/null", "/nowhere", "/etc/sysctl.conf", "../sysctl.conf", "/usr/lib/sysctl.d/10-a.conf", "a.conf", "../../dev/null"]
).map(lambda target: {"link": target})
entry = st.one_of(*[regular] * 7, link, link, st.just({"directory": True}))
folder = st.dictionaries(st.sampled_from(NAMES), entry, min_size=1, max_size=5)
sysctl_conf = st.one_of(
    st.none(),
    regular,
    regular,
    st.sampled_from(
        [{"link": "/dev/null"}, {"link": "sysctl.d/99-sysctl.conf"}, {"link": "/usr/lib/sysctl.d/10-a.conf"}, {"directory": True}]
    ),
)
mixed = st.fixed_dictionaries(
    {
        "folders": st.fixed_dictionaries(dict.fromkeys(FOLDERS, folder)),
        "sysctl_conf": sysctl_conf,
        "credential": st.one_of(st.none(), st.none(), st.none(), content()),
    }
)

# Many lines about three keys, so that what a spelling, an exclusion or the order does decides the outcome.
rivals = st.sampled_from([path for path in KEYS * 2 + PATTERNS if "tcp_keepalive" in path])
rival = st.builds(spell, rivals, st.one_of(st.just("dots"), spelling))
claim = st.builds("{}{}={}\n".format, st.sampled_from(["", "", "", "-"]), rival, st.sampled_from((*NUMBERS, "8", "9", "x")))
waiver = st.builds("-{}\n".format, rival)
claims = st.lists(st.one_of(claim, claim, claim, claim, waiver), min_size=3, max_size=9).map(lambda lines: {"file": "".join(lines)})
contest = st.builds(
    lambda first, second: {"folders": {"/run/sysctl.d": {"a.conf": first, "b.conf": second}}, "sysctl_conf": None, "credential": None},
    claims,
    claims,
)
trees = st.one_of(mixed, mixed, contest)
