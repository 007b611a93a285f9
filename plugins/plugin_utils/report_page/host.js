// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Show one host: what it was judged by, what was found, and its sockets.

const hostView = byId("host");

function section(id, title, note, ...content) {
  return make(
    "section",
    { "aria-labelledby": `${id}-title` },
    make("header", {}, make("h3", { id: `${id}-title` }, title), note ? make("p", {}, note) : null),
    content,
  );
}

function factList(pairs) {
  return make(
    "dl",
    { class: "facts" },
    pairs.filter((pair) => pair[1]).map(([words, value]) => [make("dt", {}, words), make("dd", {}, value)]),
  );
}

// The same in lines, for short values.
function factLine(pairs) {
  return make(
    "dl",
    { class: "line" },
    pairs.map(([words, value]) => make("div", {}, make("dt", {}, words), make("dd", {}, value))),
  );
}

function hostTop(host) {
  const at = shown.indexOf(host);
  const step = (to, words, name) =>
    make(
      "button",
      { class: "button", type: "button", disabled: !to, "data-to": to ? linkTo(to) : null },
      name === "back" ? icon(name) : null,
      words,
      name === "next" ? icon(name) : null,
    );
  const walk = make(
    "div",
    { class: "walk screen" },
    step(shown[at - 1], "Previous", "back"),
    step(at >= 0 ? shown[at + 1] : undefined, "Next", "next"),
  );
  walk.addEventListener("click", (event) => {
    const button = event.target.closest("[data-to]");
    if (button) location.hash = button.dataset.to;
  });
  return [
    make("p", { class: "screen" }, make("a", { href: "#hosts" }, "All hosts")),
    make("div", { class: "host-top" }, make("h2", { tabindex: -1 }, isolated(host.name)), verdict(host.status), walk),
  ];
}

function identity(host) {
  const profile = host.profile;
  const nat = Object.entries(host.nat())
    .map(([question, answer]) => `${question.replace("_", " ")}: ${answer.replace("_", " ")}`)
    .join("; ");
  return section(
    "identity",
    "Audit",
    null,
    factList([
      ["Audited", host.time() && when(host.time())],
      ["Profile", profile.profile && [isolated(profile.profile), profile.profile_version ? ` ${seen(profile.profile_version)}` : ""]],
      ["Digest of the profile", profile.profile_digest && make("code", {}, seen(profile.profile_digest))],
      ["Kernel", host.kernel && isolated(host.kernel)],
      ["Address translation (NAT)", seen(nat)],
    ]),
  );
}

function settingRow(control, before) {
  const value = (text, differs) =>
    make(
      "td",
      {},
      text === undefined ? make("span", { class: "soft" }, "none") : make("code", { class: differs ? "differs" : null }, seen(text)),
    );
  const was = before && before.running && before.running[control.id];
  const failed = control.status === "fail";
  const notes = [
    control.reason && seen(control.reason),
    control.waived && `waived until ${seen(control.waived.expires)}: ${seen(control.waived.reason)}`,
    ...(control.benchmark || []).map((item) => `${seen(item.benchmark)}: ${seen(item.id)}`),
  ].filter(Boolean);
  const named = (words, td) => fill(td, { "data-label": words }, []);
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, make("code", {}, seen(control.id))),
    make("td", {}, controlMark(control.status)),
    named("running", value(control.running, failed && control.running !== control.wanted)),
    named("next boot", value(control.boot, failed && control.boot !== control.wanted)),
    named("wanted", value(control.wanted)),
    before ? named("before", make("td", { class: "was" }, was === undefined ? "as now" : make("code", {}, seen(was)))) : null,
    make("td", {}, control.severity ? severityMark(control.severity) : ""),
    make(
      "td",
      { class: "small soft" },
      notes.map((note) => make("div", {}, note)),
    ),
  );
}

function settings(host) {
  const rank = { fail: 0, error: 1, waived: 2, pass: 3, not_applicable: 4 };
  const controls = host.controls().sort((left, right) => rank[left.status] - rank[right.status]);
  const before = host.before();
  const heads = ["Setting", "Status", "Running", "Next boot", "Wanted", ...(before ? ["Before"] : []), "Severity", "Notes"];
  return section(
    "settings",
    "Settings",
    `${number(host.failed)} of ${number(controls.length)} fail`,
    make(
      "div",
      { class: "scroll" },
      make(
        "table",
        { class: "stack" },
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            heads.map((text) => make("th", { scope: "col" }, text)),
          ),
        ),
        make(
          "tbody",
          {},
          controls.map((control) => settingRow(control, before)),
        ),
      ),
    ),
    leftOut(host.leftOut.controls, "setting"),
  );
}

function sockets(host) {
  const before = host.before();
  const was = before && before.sockets;
  return section(
    "sockets",
    "Sockets by state",
    was ? `Before: ${before.time ? when(before.time) : "the baseline"}` : null,
    socketTable(host.sockets, was),
  );
}

function samplesOf(host) {
  const samples = host.samples();
  const thinned = samples.of > samples.seconds.length ? `, ${number(samples.seconds.length)} of ${number(samples.of)} shown` : "";
  const rates = Object.entries(samples.rates);
  return section(
    "samples",
    "Sockets over time",
    `From ${when(samples.time)}, ${plural(samples.of, "sample")}${thinned}`,
    stackedChart(samples),
    rates.length
      ? make(
          "div",
          { class: "sparks" },
          rates.map(([name, column]) => spark(name, column, samples.seconds)),
        )
      : null,
    samplesTable(samples),
  );
}

function noVerdict(host) {
  return make(
    "section",
    { class: "notice" },
    make("h3", {}, `No verdict: ${host.error.kind}`),
    make("p", {}, seenLines(host.error.message)),
  );
}

function showHost(host) {
  const parts =
    host.status === "error"
      ? [noVerdict(host), identity(host)]
      : [findings(host), settings(host), host.sockets && sockets(host), host.samples() && samplesOf(host), identity(host)];
  hostView.replaceChildren(...hostTop(host), ...parts.filter(Boolean));
}
