// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Filter and sort the hosts; the table and the page of a host show what is left.

const CLASSES = [
  [0, 0],
  [1, 9],
  [10, 99],
  [100, 999],
  [1000, 9999],
  [10000, Infinity],
];
const filter = { text: "", statuses: new Set(STATUSES), severity: "", rule: null, state: null };
const order = { key: "worst", down: true };
let shown = hosts;
let haystacks = null;

const COLUMNS = [
  { key: "name", title: "Host", value: (host) => host.name, first: "up" },
  { key: "worst", title: "Verdict", value: badness },
  { key: "failed", title: "Fails", help: "settings that fail", numeric: true, value: (host) => host.failed },
  { key: "high", title: "High", help: "findings of high severity", numeric: true, value: (host) => host.counts.high },
  { key: "medium", title: "Medium", help: "findings of medium severity", numeric: true, value: (host) => host.counts.medium },
  { key: "low", title: "Low", help: "findings of low severity", numeric: true, value: (host) => host.counts.low },
  ...(head.summary.drift
    ? [{ key: "fresh", title: "New", help: "findings that the baseline does not have", numeric: true, value: (host) => host.fresh }]
    : []),
  ...["TIME_WAIT", "CLOSE_WAIT"]
    .filter((name) => stateNames.includes(name))
    .map((name) => ({
      key: name,
      title: name,
      help: `sockets in ${name}`,
      numeric: true,
      value: (host) => host.inState(name),
      empty: (host) => !host.sockets,
    })),
  {
    key: "sockets",
    title: "Sockets",
    help: "TCP sockets in all",
    numeric: true,
    value: (host) => (host.sockets ? host.sockets.total : 0),
    empty: (host) => !host.sockets,
  },
  { key: "profile", title: "Profile", value: (host) => host.profile.profile || "", text: true },
  { key: "kernel", title: "Kernel", value: (host) => host.kernel, text: true },
];

// Worst first: hosts that are not compliant, by severity; those without a verdict; those that are compliant.
function badness(host) {
  const counts = host.counts;
  const findings = Math.min(counts.high, 999) * 1e6 + Math.min(counts.medium, 999) * 1e3 + Math.min(counts.low, 999);
  return { noncompliant: 2e9, error: 1e9, compliant: 0 }[host.status] + findings;
}

function haystack(host) {
  const found = (host.cells[8] || []).map((reference) => {
    const [shared, title] = thing(reference);
    return `${thing(shared).id} ${title}`;
  });
  const error = host.error ? `${host.error.kind} ${host.error.message}` : "";
  return [host.name, host.kernel, host.profile.profile || "", error, ...found].join("\n").toLowerCase();
}

function matches(host) {
  if (!filter.statuses.has(host.status)) return false;
  if (filter.severity && !SEVERITIES.slice(0, SEVERITIES.indexOf(filter.severity) + 1).some((name) => host.counts[name])) return false;
  if (filter.state) {
    const count = host.inState(filter.state.name);
    if (!host.sockets || count < CLASSES[filter.state.place][0] || count > CLASSES[filter.state.place][1]) return false;
  }
  if (filter.rule && !["fail", "info", "waived", "error"].includes(host.byRule(filter.rule))) return false;
  return filter.words.every((word) => haystacks[host.place].includes(word));
}

function compare(left, right) {
  return left < right ? -1 : left > right ? 1 : 0;
}

// Refresh the list of hosts that are shown, in order.
function select() {
  filter.words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (filter.words.length && !haystacks) haystacks = hosts.map(haystack);
  const column = COLUMNS.find((item) => item.key === order.key);
  const rows = hosts.filter(matches).map((host) => [column.value(host), host]);
  const sign = order.down ? -1 : 1;
  rows.sort((left, right) => sign * compare(left[0], right[0]) || left[1].place - right[1].place);
  shown = rows.map((row) => row[1]);
}

function countWords() {
  if (shown.length === hosts.length) return `${plural(hosts.length, "host")}`;
  return `${number(shown.length)} of ${plural(hosts.length, "host")}`;
}
