# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the parts of OSCAL assessment results: metadata, hosts, observations, risks and findings."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import report_results
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_model import Head, Row, Rule
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_oscal_index import Index, Waiver, named, observation_of
from ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_results import Result

OSCAL_VERSION = "1.1.3"
# For all properties, also where NIST has the name: which of NIST's names are allowed where is what validators disagree about.
NAMESPACE = "urn:linuxnet.tcp"
_TOOL = "component", "linuxnet.tcp"
_PLAN = "resource", "assessment plan"
_UNTOKEN = re.compile(r"[^A-Za-z0-9.\-]")
# What CommonMark and OSCAL's insertions give a meaning within a line; an underscore within a word has none.
_MARKUP = re.compile(r"[\\`*\[\]{}~^|$#!]|(?<![^\W_])_|_(?![^\W_])")
Json = dict[str, Any]
# A finding or risk, and the observations that it refers to, which are too many to be held at once: a rule may fail on every host.
Referring = tuple[Json, Iterator[str]]


def token(text: str) -> str:
    """Return text as OSCAL's token: letters, digits, dots and hyphens stay, the rest is written as ``_2f_``; two texts stay two."""
    coded = "".join(_coded(char) for char in text)
    return coded if coded[:1].isalpha() or coded[:1] == "_" else f"_{coded}"


def _coded(char: str) -> str:
    # Names of sysctls are full of underscores, which therefore stay; what is coded has two of them around hexadecimal digits.
    return f"_{ord(char):x}_" if char != "_" and _UNTOKEN.match(char) else char


def markup(text: str, limit: int = report_results.MAX_TEXT) -> str:
    """Return text of a stranger so that a reader that renders Markdown or HTML shows it as it is."""
    shown = report_results.line(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\g<0>", shown).strip() or "-"


def prop(name: str, value: str, remarks: str = "") -> Json:
    """Return a property in the namespace of this collection; values are one line and not empty."""
    shown = report_results.line(value).strip() or "-"
    return {"name": token(name), "ns": NAMESPACE, "value": shown, **({"remarks": markup(remarks)} if remarks else {})}


def document(head: Head) -> Json:
    """Return the document without its results; the plan that OSCAL wants to be named is the audit's profiles, as a resource of the back matter."""
    run = head["run"]
    title = markup(report_results.title(head))
    plan = named(*_PLAN)
    told = ", ".join(f"{row['name']} {row.get('version', '')} {row.get('digest', '')}".strip() for row in head["profiles"])
    resource = {"uuid": plan, "title": "Profiles of linuxnet.tcp", "description": markup(told or "no host was audited")}
    return {
        "uuid": named("report", f"{run['generated']} {run.get('title', '')}"),
        "metadata": {
            "title": title,
            "last-modified": run["generated"],
            "version": run["generated"],
            "oscal-version": OSCAL_VERSION,
            "props": [prop("tool-version", head["tool"]["version"])],
        },
        "import-ap": {"href": f"#{plan}", "remarks": "Hosts are audited against profiles of linuxnet.tcp; there is no plan in OSCAL."},
        "back-matter": {"resources": [resource]},
    }


def result(head: Head) -> Json:
    """Return the result without hosts, observations, risks and findings."""
    run, hosts = head["run"], head["summary"]["hosts"]
    audits = run.get("audits", {"oldest": run["generated"], "newest": run["generated"]})
    counts: Json = {**{f"hosts-{name}": number for name, number in hosts.items()}, **_named(head, "controls"), **_named(head, "findings")}
    return {
        "uuid": named("result", f"{run['generated']} {run.get('title', '')}"),
        "title": markup(report_results.title(head)),
        "description": f"TCP settings of hosts: {hosts['total']} in all, of which {hosts['error']} could not be audited.",
        "start": audits["oldest"],
        "end": max(audits["newest"], run["generated"]),
        "props": [prop(name, str(number)) for name, number in counts.items()],
        "reviewed-controls": {"control-selections": [_selection(head)]},
    }


def _named(head: Head, part: str) -> Json:
    counts: Json = head["summary"][part]  # type: ignore[literal-required]
    return {f"{part}-{name.replace('_', '-')}": number for name, number in counts.items()}


def _selection(head: Head) -> Json:
    """Return what was reviewed: the settings and findings, by their own ids; benchmarks are named by the findings."""
    reviewed = [{"control-id": token(rule["id"])} for rule in head["rules"]]
    return {"include-controls": reviewed} if reviewed else {"include-all": {}}


def definitions(head: Head) -> Json:
    """Return what made the assessment, without the hosts."""
    component = {
        "uuid": named(*_TOOL),
        "type": "software",
        "title": "linuxnet.tcp",
        "description": "Ansible collection that audits the TCP stack of Linux hosts.",
        "props": [prop("version", head["tool"]["version"])],
        "status": {"state": "operational"},
    }
    return {"components": [component]}


def item(row: Row) -> Json:
    """Return a host as an item of the inventory."""
    kernel = [prop("kernel", row["kernel"])] if "kernel" in row else []
    return {
        "uuid": named("host", row["host"]),
        "description": markup(row["host"]),
        "props": [prop("asset-id", row["host"]), *kernel],
    }


def observation(head: Head, row: Row) -> Json:
    """Return what was seen of a host: each control by its status, evidence of what is not as it should be, or why there is nothing."""
    found = list(report_results.of_host(row))
    evidence = [_evidence(result) for result in found if result.status in ("fail", "error", "waived")]
    names = ("profile", "profile_version", "profile_digest")
    given = [prop(name.replace("_", "-"), row[name]) for name in names if name in row]  # type: ignore[literal-required]
    return {
        "uuid": observation_of(row["host"]),
        "title": markup(row["host"]),
        "description": _description(row),
        "props": [prop("host-status", row["status"]), *given, *map(_status, found)],
        "methods": ["TEST"],
        "types": ["control-objective"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": named(*_TOOL)}]}],
        "subjects": [{"subject-uuid": named("host", row["host"]), "type": "inventory-item", "title": markup(row["host"])}],
        **({"relevant-evidence": evidence} if evidence else {}),
        "collected": row.get("time", head["run"]["generated"]),
        **({"remarks": markup(": ".join(report_results.error(row)))} if row["status"] == "error" else {}),
    }


def _description(row: Row) -> str:
    if row["status"] == "error":
        return "The host could not be audited, so that nothing is known of it; the remarks say why."
    return f"The host is {row['status']} with profile {markup(row['profile'])}."


def _status(found: Result) -> Json:
    reason = report_results.said(found) if found.status == "not_applicable" else ""
    return prop(found.status.replace("_", "-"), found.name, reason)


def _evidence(found: Result) -> Json:
    lines = [f"{found.name}: {report_results.said(found)}", *report_results.advice(found).splitlines()]
    if found.status == "waived":
        lines.insert(1, report_results.waiver(found))
    drift = [prop("finding", found.key)] if found.key else []
    return {"description": "\n\n".join(map(markup, lines)), "props": [prop("severity", found.severity), *drift]}


def risks(head: Head, index: Index) -> Iterator[Referring]:
    """Yield an open risk for each rule that fails, and one with an approved deviation for each waiver."""
    for rule in head["rules"]:
        if index.fails(rule["id"]):
            yield _open_risk(rule, index), iter(())
    for waiver, observations in index.waivers():
        yield _deviation(waiver), observations


def _open_risk(rule: Rule, index: Index) -> Json:
    remedy = {
        "uuid": named("remediation", rule["id"]),
        "lifecycle": "recommendation",
        "title": "Remedy",
        "description": markup(rule.get("remedy", "Set it with the role linuxnet.tcp.tune.")),
    }
    return {
        "uuid": _risk(rule["id"]),
        "title": markup(rule["title"]),
        "description": f"Hosts that do not meet this, or could not be judged by it: {index.fails(rule['id'])}.",
        "statement": markup(rule.get("why") or rule["title"]),
        "props": [prop("severity", rule["severity"])],
        "status": "open",
        "remediations": [remedy],
    }


def _deviation(waiver: Waiver) -> Json:
    return {
        "uuid": _waived_risk(waiver),
        "title": markup(waiver.rule),
        "description": markup(f"A waiver accepts this deviation until {waiver.expires}."),
        "statement": markup(waiver.reason),
        "props": [prop("expires", waiver.expires)],
        "status": "deviation-approved",
        **_deadline(waiver.expires),
    }


def _deadline(day: str) -> Json:
    """Return the end of the last day as OSCAL has it; nothing for what is no day."""
    try:
        return {"deadline": f"{datetime.date.fromisoformat(day).isoformat()}T23:59:59Z"}
    except ValueError:
        return {}


def _risk(rule: str) -> str:
    return named("risk", rule)


def _waived_risk(waiver: Waiver) -> str:
    return named("waiver", "\n".join(waiver))


def findings(head: Head, index: Index) -> Iterator[Referring]:
    """Yield a finding for each rule: satisfied when every host was audited and none fails.

    A kind of finding about settings is told with the settings that it is about, and stands alone only where it is about none or another one.
    """
    for rule in head["rules"]:
        if rule.get("concerns") != "setting" or index.knows(rule["id"]):
            yield _finding(rule, index, head["summary"]["hosts"]["error"]), index.failing(rule["id"])


def _finding(rule: Rule, index: Index, missing: int) -> Json:
    fails, waivers = index.fails(rule["id"]), index.waivers_of(rule["id"])
    reason = "fail" if fails else "other" if missing else "pass"
    remarks = {"remarks": f"Hosts that could not be audited: {missing}."} if reason == "other" else {}
    related = [_risk(rule["id"])] if fails else []
    related += map(_waived_risk, waivers)
    return {
        "uuid": named("finding", rule["id"]),
        "title": markup(rule["title"]),
        "description": _counted(rule, fails),
        "props": [prop("severity", rule["severity"]), *_benchmarks(rule)],
        "target": {
            "type": "objective-id",
            "target-id": token(rule["id"]),
            "status": {"state": "satisfied" if reason == "pass" else "not-satisfied", "reason": reason, **remarks},
        },
        **({"related-risks": [{"risk-uuid": risk} for risk in related]} if related else {}),
    }


def _counted(rule: Rule, fails: int) -> str:
    if rule.get("concerns") == "setting":
        return f"Hosts that have it, apart from those where it is told with the setting that it is about: {fails}."
    return "Hosts by status: " + ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in rule["counts"].items()) + "."


def _benchmarks(rule: Rule) -> list[Json]:
    return [prop("benchmark-control", f"{row['benchmark']} {row['id']}") for row in rule.get("controls", ())]
