// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Show what was found on a host, with its evidence.

const plain = (value) => value === null || typeof value !== "object";

// Evidence is what the audit saw: rows of one shape become a table, the rest a list of names and values.
function evidence(value) {
  if (plain(value)) return make("code", {}, seen(value));
  if (!Array.isArray(value)) {
    const pairs = Object.entries(value).map(([name, item]) => [seen(name).replaceAll("_", " "), evidence(item)]);
    return Object.values(value).every((item) => plain(item) && String(item).length < 60) ? factLine(pairs) : factList(pairs);
  }
  if (value.every(plain)) return make("code", {}, value.map(seen).join(", ") || "none");
  const rows = value.filter((row) => !plain(row) && !Array.isArray(row) && Object.values(row).every(plain));
  if (rows.length + 1 < value.length || !rows.length)
    return make(
      "ul",
      {},
      value.map((item) => make("li", {}, evidence(item))),
    );
  const names = [...new Set(rows.flatMap(Object.keys))];
  const more = value
    .filter((row) => !rows.includes(row))
    .map((row) => make("p", { class: "soft" }, typeof row === "string" ? seen(row) : evidence(row)));
  return [
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          names.map((name) => make("th", { scope: "col" }, seen(name).replaceAll("_", " "))),
        ),
      ),
      make(
        "tbody",
        {},
        rows.map((row) =>
          make(
            "tr",
            {},
            names.map((name) => make("td", {}, name in row ? make("code", {}, seen(row[name])) : "")),
          ),
        ),
      ),
    ),
    more,
  ];
}

const leftOut = (count, word) =>
  count ? make("p", { class: "soft" }, `${plural(count, word)} more in report.json; left out to keep this page small.`) : null;

function drifted(finding, drift) {
  if (!drift) return null;
  const key = finding.parameter ? `${finding.id}:${finding.parameter}` : finding.id;
  return drift.new.includes(key) ? "new since the baseline" : drift.unchanged.includes(key) ? "in the baseline too" : null;
}

function findingCard(finding, drift) {
  const about = { setting: "settings", traffic: "traffic", boot: "files read at boot" }[finding.concerns];
  const since = drifted(finding, drift);
  return make(
    "article",
    { class: `finding ${finding.waived ? "" : finding.severity}` },
    make("h4", {}, seen(finding.title)),
    make(
      "div",
      { class: "meta" },
      severityMark(finding.severity),
      make("span", {}, `about ${about}`),
      make("code", {}, seen(finding.id)),
      since && make("span", {}, since),
    ),
    make(
      "dl",
      { class: "facts" },
      finding.waived && [
        make("dt", {}, "Waived"),
        make("dd", {}, icon("waived"), ` until ${seen(finding.waived.expires)}: ${seen(finding.waived.reason)}`),
      ],
      make("dt", {}, "What to do"),
      make("dd", {}, make("p", {}, seenLines(finding.remedy))),
      finding.will_not_help && [
        make("dt", {}, "Does not help"),
        make(
          "dd",
          {},
          make(
            "ul",
            {},
            finding.will_not_help.map((text) => make("li", {}, seenLines(text))),
          ),
        ),
      ],
      finding.short
        ? [make("dt", {}, "Evidence"), make("dd", { class: "soft" }, "left out to keep this page small; report.json has it")]
        : Object.keys(finding.evidence).length
          ? [make("dt", {}, "Evidence"), make("dd", { class: "evidence" }, evidence(finding.evidence))]
          : null,
    ),
  );
}

function findings(host) {
  const found = host.findings();
  const drift = host.drift();
  const open = found.filter((finding) => !finding.waived && finding.severity !== "info").length;
  const fixed =
    drift && drift.fixed.length
      ? make(
          "p",
          {},
          "Fixed since the baseline: ",
          drift.fixed.map((key, place) => [place ? ", " : "", make("code", {}, seen(key))]),
        )
      : null;
  const left = leftOut(host.leftOut.findings, "finding");
  return section(
    "host-findings",
    "Findings",
    found.length ? `${number(open)} to deal with, ${number(found.length - open)} waived or for information` : "None",
    found.map((finding) => findingCard(finding, drift)),
    left,
    fixed,
  );
}
