// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Read the data of the page back: report_island.py says how they are packed.

const STATUSES = ["compliant", "noncompliant", "error"];
const SEVERITIES = ["high", "medium", "low", "info"];
const island = JSON.parse(document.getElementById("data").textContent);
const head = island.head;
const things = [];
const hosts = [];

const thing = (reference) => (Array.isArray(reference) ? reference[0] : things[reference]);
const timeOf = (cell) => (typeof cell === "number" ? new Date(cell * 1000).toISOString().replace(".000Z", "Z") : cell);

function unpackFinding(reference) {
  const [shared, title, evidence] = thing(reference);
  return { ...thing(shared), title, evidence: evidence || {}, short: evidence === 0 };
}

function unpackSockets(cell) {
  const states = {};
  for (let place = 1; place < cell.length; place += 2) states[thing(cell[place])] = cell[place + 1];
  return { total: cell[0], states };
}

class Host {
  constructor(cells, place) {
    this.cells = cells;
    this.place = place;
    this.name = cells[0];
    this.status = STATUSES[cells[1] || 0];
    this.sockets = cells[6] ? unpackSockets(cells[6]) : null;
    this.kernel = cells[4] ? thing(cells[4]) : "";
    this.profile = cells[3] ? thing(cells[3]) : {};
    this.error = cells[12] ? thing(cells[12]) : null;
    this.leftOut = { findings: cells[13] || 0, controls: cells[14] || 0 };
    this.counts = { high: 0, medium: 0, low: 0, info: 0 };
    for (const reference of cells[8] || []) {
      const shared = thing(thing(reference)[0]);
      if (!shared.waived) this.counts[shared.severity] += 1;
    }
    this.worst = SEVERITIES.find((name) => name !== "info" && this.counts[name]) || "";
    this.failed = this.controlReferences().reduce((sum, reference) => sum + (thing(reference).status === "fail"), 0);
    const drift = this.drift();
    this.fresh = drift ? drift.new.length : 0;
  }

  controlReferences() {
    return this.cells[7] ? thing(this.cells[7]) : [];
  }
  controls() {
    return this.controlReferences().map(thing);
  }
  findings() {
    return (this.cells[8] || []).map(unpackFinding);
  }
  time() {
    return this.cells[2] ? timeOf(this.cells[2]) : "";
  }
  nat() {
    return this.cells[5] ? thing(this.cells[5]) : {};
  }
  drift() {
    return this.cells[9] ? thing(this.cells[9]) : null;
  }
  before() {
    if (!this.cells[10]) return null;
    const [time, sockets, running] = this.cells[10];
    return {
      ...(time ? { time: timeOf(time) } : {}),
      ...(sockets ? { sockets: unpackSockets(sockets) } : {}),
      ...(running ? { running: thing(running) } : {}),
    };
  }
  samples() {
    return this.cells[11] ? this.cells[11] : null;
  }
  inState(name) {
    return this.sockets ? this.sockets.states[name] || 0 : 0;
  }

  // What a rule of the report says of this host: a status of a control; of a finding fail, info, waived or pass.
  byRule(rule) {
    if (this.status === "error") return "";
    if (rule.kind === "setting") {
      const reference = this.controlReferences().find((control) => thing(control).id === rule.id);
      return reference === undefined ? "" : thing(reference).status;
    }
    const said = new Set();
    for (const reference of this.cells[8] || []) {
      const shared = thing(thing(reference)[0]);
      if (shared.id === rule.id) said.add(shared.waived ? "waived" : shared.severity === "info" ? "info" : "fail");
    }
    return ["fail", "waived", "info"].find((status) => said.has(status)) || "pass";
  }

  // The host as report.json has it, but for what was cut.
  row() {
    const row = { host: this.name, status: this.status, controls: this.controls(), findings: [] };
    for (const { short, ...finding } of this.findings()) row.findings.push(finding);
    if (this.time()) row.time = this.time();
    Object.assign(row, this.profile);
    if (this.kernel) row.kernel = this.kernel;
    if (this.cells[5]) row.nat = this.nat();
    if (this.sockets) row.sockets = this.sockets;
    for (const name of ["drift", "before", "samples"]) if (this[name]()) row[name] = this[name]();
    if (row.samples) {
      const { of, ...samples } = row.samples;
      row.samples = samples;
    }
    if (this.error) row.error = this.error;
    return row;
  }
}

for (const chunk of island.chunks) {
  things.push(...chunk.things);
  for (const cells of chunk.hosts) hosts.push(new Host(cells, hosts.length));
}
const placeOf = new Map(hosts.map((host) => [host.name, host.place]));
const stateNames = (() => {
  const totals = new Map();
  for (const host of hosts) {
    for (const [name, count] of Object.entries(host.sockets ? host.sockets.states : {}))
      totals.set(name, (totals.get(name) || 0) + count);
  }
  const first = ["TIME_WAIT", "CLOSE_WAIT", "FIN_WAIT2", "SYN_RECV"];
  return [...first.filter((name) => totals.has(name)), ...[...totals.keys()].filter((name) => !first.includes(name)).sort()];
})();
