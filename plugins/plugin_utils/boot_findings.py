# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what in the files that the next boot reads does not do what it seems to; nothing here is the plan's to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings

# Lines that a finding shows; the document has all of them under boot_problems.
SHOWN = 10

_Problems = Sequence[Mapping[str, Any]]


class Rule(NamedTuple):
    """Which kinds of problems make one finding, and its words.

    Any problem of ``low`` makes the finding low, those of ``info`` alone make it info; the former come first. ``title`` may use
    {lines} (how many, with ``noun``), {first} (key and place of the first) and {when}: ``when`` says it of low, then of info.
    """

    id: str
    low: tuple[str, ...]
    info: tuple[str, ...]
    noun: str
    title: str
    remedy: str
    when: tuple[str, str] = ("", "")
    will_not_help: tuple[str, ...] = ()


RULES = (
    Rule(
        id="boot-line-stale",
        low=(),
        info=("removed",),
        noun="line",
        title="{lines} set a key that this kernel no longer has: {first}",
        remedy="Delete the lines. They set nothing, and whoever reads them believes that they do.",
        will_not_help=("sysctl -p: it prints an error for each of them and sets nothing",),
    ),
    # Misspelled keys, and keys of other kernels.
    Rule(
        id="boot-line-unknown-key",
        low=("unknown_key",),
        info=("too_old", "not_in_this_kernel"),
        noun="line",
        title="{lines} set a key that this kernel does not have: {first}",
        remedy="Correct the spelling, or delete the lines. A line whose key may be missing begins with a dash: -key = value.",
        will_not_help=("sysctl --system: it passes over unknown keys without a word",),
    ),
    Rule(
        id="boot-line-duplicate",
        low=("duplicate",),
        info=("repeated",),
        noun="line",
        title="{lines} set a key that the same file has set before{when}: {first}",
        when=(", to another value", ""),
        remedy="Keep one line for each key in a file: the last one counts, and whoever edits the first one changes nothing.",
    ),
    Rule(
        id="boot-line-unreadable",
        low=("unreadable_line", "ineffective", "bom", "unreadable_file", "special_file"),
        info=("dangling", "directory"),
        noun="place",
        title="{lines} in the files that the next boot reads set nothing: {first}",
        remedy=(
            "Write each line as: key = value. Delete links that lead nowhere. To switch off a vendor's file on purpose, link its name to /dev/null."
        ),
    ),
    Rule(
        id="boot-file-hidden",
        low=("hidden_file",),
        info=(),
        noun="hidden file",
        title="{lines} hold sysctls: {first}",
        remedy="Rename the file so that it does not begin with a dot, or delete it.",
        will_not_help=("sysctl --system: it applies the file, and the boot with systemd does not",),
    ),
    Rule(
        id="boot-file-ignored",
        low=("sysctl_conf_ignored",),
        info=(),
        noun="file",
        title="/etc/sysctl.conf sets sysctls, and the next boot does not read it",
        remedy="Move its lines to a file in /etc/sysctl.d.",
        will_not_help=("sysctl -p, sysctl --system: they read the file now, and the boot with systemd does not",),
    ),
    Rule(
        id="boot-module-not-loaded",
        low=("module_not_loaded",),
        info=("module_late",),
        noun="line",
        title="{lines} set a key of a kernel module that {when}: {first}",
        when=("is not loaded", "may be loaded too late"),
        remedy=(
            "Name the module in a file of /etc/modules-load.d, one module a line; systemd loads those before it sets the sysctls. "
            "net_sysctl does it for its own keys with load_modules: true."
        ),
        will_not_help=("loading the module by hand: the sysctls are not set again, and the next boot does not load it",),
    ),
)


def found(facts: Mapping[str, Any]) -> list[findings.Finding]:
    """Return at most one finding of each kind from the ``boot_problems`` of a host (docs/architecture.md, 3.4)."""
    made = (_judged(rule, facts.get("boot_problems", ())) for rule in RULES)
    return [finding for finding in made if finding is not None]


def _judged(rule: Rule, problems: _Problems) -> findings.Finding | None:
    worse = _of(problems, rule.low)
    lines = worse + _of(problems, rule.info)
    if not lines:
        return None
    return findings.finding(
        rule.id,
        "low" if worse else "info",
        rule.title.format(lines=_count(lines, rule.noun), first=_first(lines), when=rule.when[0 if worse else 1]),
        _evidence(lines),
        rule.remedy,
        will_not_help=list(rule.will_not_help),
    )


def _of(problems: _Problems, kinds: Sequence[str]) -> list[Mapping[str, Any]]:
    return [problem for problem in problems if problem["kind"] in kinds]


def _count(lines: _Problems, noun: str) -> str:
    return f"{len(lines)} {noun}{'s' * (len(lines) > 1)}"


def _first(lines: _Problems) -> str:
    line = lines[0]
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{line.get('name', line['text'])} ({line['source']}){more}"


def _evidence(lines: _Problems) -> dict[str, Any]:
    """Show the first lines, and how many are left out."""
    shown = [{key: line[key] for key in ("kind", "name", "source", "text") if key in line} for line in lines[:SHOWN]]
    return {"lines": shown, "more": len(lines) - SHOWN if len(lines) > SHOWN else None}
