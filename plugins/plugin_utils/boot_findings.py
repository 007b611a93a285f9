# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what in the files that the next boot reads does not do what it seems to; nothing here is the plan's to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings

# Lines that a finding shows; the document has all of them under boot_problems.
SHOWN = 10

_Problems = Sequence[Mapping[str, Any]]


def found(facts: Mapping[str, Any]) -> list[findings.Finding]:
    """Return at most one finding of each kind from the ``boot_problems`` of a host (docs/architecture.md, 3.4)."""
    return [made for rule in RULES for made in rule(facts.get("boot_problems", ()))]


def stale(problems: _Problems) -> Iterator[findings.Finding]:
    """Report lines for keys that this kernel no longer has."""
    lines = _of(problems, "removed")
    if lines:
        yield findings.finding(
            "boot-line-stale",
            "info",
            f"{_count(lines, 'line')} set a key that this kernel no longer has: {_first(lines)}",
            _evidence(lines),
            "Delete the lines, or let net_sysctl comment them out with state: absent and shadowed: take_over. They set nothing, and whoever "
            "reads them believes that they do.",
            will_not_help=["sysctl -p: it prints an error for each of them and sets nothing"],
        )


def unknown_key(problems: _Problems) -> Iterator[findings.Finding]:
    """Report lines for keys that neither the kernel nor the catalogue knows (misspelled), and for keys of other kernels."""
    unknown = _of(problems, "unknown_key")
    lines = unknown + _of(problems, "too_old", "not_in_this_kernel")
    if lines:
        yield findings.finding(
            "boot-line-unknown-key",
            "low" if unknown else "info",
            f"{_count(lines, 'line')} set a key that this kernel does not have: {_first(lines)}",
            _evidence(lines),
            "Correct the spelling, or delete the lines. A line whose key may be missing begins with a dash: -key = value.",
            will_not_help=["sysctl --system: it passes over unknown keys without a word"],
        )


def duplicate(problems: _Problems) -> Iterator[findings.Finding]:
    """Report keys that one file sets more than once."""
    differing = _of(problems, "duplicate")
    lines = differing + _of(problems, "repeated")
    if lines:
        yield findings.finding(
            "boot-line-duplicate",
            "low" if differing else "info",
            f"{_count(lines, 'line')} set a key that the same file has set before{', to another value' * bool(differing)}: {_first(lines)}",
            _evidence(lines),
            "Keep one line for each key in a file: the last one counts, and whoever edits the first one changes nothing.",
        )


def unreadable(problems: _Problems) -> Iterator[findings.Finding]:
    """Report lines and files from which the loader takes nothing."""
    broken = _of(problems, "unreadable_line", "ineffective", "bom", "unreadable_file", "special_file")
    lines = broken + _of(problems, "dangling", "directory")
    if lines:
        yield findings.finding(
            "boot-line-unreadable",
            "low" if broken else "info",
            f"{_count(lines, 'place')} in the files that the next boot reads set nothing: {_first(lines)}",
            _evidence(lines),
            "Write each line as: key = value. Delete links that lead nowhere. To switch off a vendor's file on purpose, link its name to /dev/null.",
        )


def hidden(problems: _Problems) -> Iterator[findings.Finding]:
    """Report files that one loader applies and the other skips because their names begin with a dot."""
    lines = _of(problems, "hidden_file")
    if lines:
        yield findings.finding(
            "boot-file-hidden",
            "low",
            f"{_count(lines, 'hidden file')} hold sysctls: {_first(lines)}",
            _evidence(lines),
            "Rename the file so that it does not begin with a dot, or delete it.",
            will_not_help=["sysctl --system: it applies the file, and the boot with systemd does not"],
        )


def ignored(problems: _Problems) -> Iterator[findings.Finding]:
    """Report an /etc/sysctl.conf that the loader of this host never reads."""
    lines = _of(problems, "sysctl_conf_ignored")
    if lines:
        yield findings.finding(
            "boot-file-ignored",
            "low",
            "/etc/sysctl.conf sets sysctls, and the next boot does not read it",
            _evidence(lines),
            "Move its lines to a file in /etc/sysctl.d.",
            will_not_help=["sysctl -p, sysctl --system: they read the file now, and the boot with systemd does not"],
        )


def module(problems: _Problems) -> Iterator[findings.Finding]:
    """Report lines for keys that a kernel module brings which is not there, or is not there in time."""
    absent = _of(problems, "module_not_loaded")
    lines = absent + _of(problems, "module_late")
    if lines:
        when = "is not loaded" if absent else "may be loaded too late"
        yield findings.finding(
            "boot-module-not-loaded",
            "low" if absent else "info",
            f"{_count(lines, 'line')} set a key of a kernel module that {when}: {_first(lines)}",
            _evidence(lines),
            "Name the module in a file of /etc/modules-load.d, one module a line; systemd loads those before it sets the sysctls.",
            will_not_help=["loading the module by hand: the sysctls are not set again, and the next boot does not load it"],
        )


def _of(problems: _Problems, *kinds: str) -> list[Mapping[str, Any]]:
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


RULES = (stale, unknown_key, duplicate, unreadable, hidden, ignored, module)
