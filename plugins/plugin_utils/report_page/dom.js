// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Make elements: text goes in as text and never as markup.

const SVG = "http://www.w3.org/2000/svg";
// Characters that hide or reorder others, as core/printable.py has them; no-break spaces too.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const WORDS = { compliant: "compliant", noncompliant: "not compliant", error: "no verdict" };
const CONTROL_WORDS = { pass: "pass", fail: "fail", waived: "waived", not_applicable: "not applicable", error: "cannot be read" };
const CONTROL_ICONS = { pass: "compliant", fail: "noncompliant", waived: "waived", not_applicable: "not_applicable", error: "error" };

const byId = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en-US");
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

function escaped(char) {
  const short = { "\t": "\\t", "\n": "\\n", "\r": "\\r" }[char];
  if (short) return short;
  const code = char.codePointAt(0);
  if (code < 256) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 65536 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

// Text that shows what it holds.
const seen = (text) => String(text).replace(UNSEEN, escaped);
// The same, with its lines.
const seenLines = (text) => String(text).replace(UNSEEN, (char) => (char === "\n" ? char : escaped(char)));

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== "") node.append(child);
  }
  return node;
}

const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const icon = (name) => draw("svg", { class: "icon", "aria-hidden": "true" }, draw("use", { href: `#i-${name}` }));
const isolated = (text) => make("bdi", {}, seen(text));
const verdict = (status) => make("span", { class: `state v-${status}` }, icon(status), WORDS[status]);
const severityMark = (name) => make("span", { class: `sev sev-${name}` }, icon(name), name);
const controlMark = (status) => make("span", { class: `state v-${status}` }, icon(CONTROL_ICONS[status]), CONTROL_WORDS[status]);
const when = (time) => time.replace("T", " ").replace("Z", " UTC");
const linkTo = (host) => `#host/${encodeURIComponent(host.name)}`;
const hostLink = (host) => make("a", { href: linkTo(host) }, isolated(host.name));

// A colour as the page shows it now: the canvas does not know light-dark().
function colour(name) {
  const probe = make("span", { hidden: true });
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
