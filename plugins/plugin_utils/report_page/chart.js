// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Draw the charts of one host as SVG; each has a table that says the same.

const WIDE = 720;
const HIGH = 220;
const LEFT = 56;
const RIGHT = 110;

// A bar of sockets now and, outlined, before.
function meter(now, before, most) {
  const share = (count) => `${count ? Math.max(0.6, (100 * count) / most) : 0}%`;
  return draw(
    "svg",
    { class: "meter", "aria-hidden": "true" },
    draw("rect", { class: "now", width: share(now), y: 4, height: 10, rx: 2 }),
    before === undefined ? null : draw("rect", { class: "before", width: share(before), y: 1, height: 16, rx: 2 }),
  );
}

function socketTable(sockets, before) {
  const names = [...new Set([...Object.keys(sockets.states), ...Object.keys(before ? before.states : {})])];
  names.sort((left, right) => (sockets.states[right] || 0) - (sockets.states[left] || 0));
  const most = Math.max(1, ...names.map((name) => Math.max(sockets.states[name] || 0, before ? before.states[name] || 0 : 0)));
  const row = (name, now, was, bar) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, make("code", {}, seen(name))),
      make("td", { class: "n" }, number(now)),
      before ? [make("td", { class: "n was" }, number(was)), make("td", { class: "n" }, change(now - was))] : null,
      make("td", {}, bar),
    );
  const rows = names.map((name) => {
    const [now, was] = [sockets.states[name] || 0, before ? before.states[name] || 0 : undefined];
    return row(name, now, was, meter(now, was, most));
  });
  const total = row("all", sockets.total, before ? before.total : undefined, null);
  const titles = before ? ["State", "Now", "Before", "Change", ""] : ["State", "Sockets", ""];
  const heads = titles.map((text, place) =>
    text ? make("th", { scope: "col", class: place && "n" }, text) : make("td", {}, before ? "filled: now, outlined: before" : ""),
  );
  return make(
    "div",
    { class: "scroll" },
    make("table", { class: "sockets" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows, total)),
  );
}

const change = (difference) => (difference > 0 ? `+${number(difference)}` : difference < 0 ? `−${number(-difference)}` : "0");

// Six states at most get a band of their own, the largest; the others share one.
function bands(samples) {
  const peaks = Object.entries(samples.states)
    .map(([name, column]) => [Math.max(...column), name, column])
    .sort((left, right) => right[0] - left[0]);
  const own = peaks.slice(0, 6).map(([, name, column]) => ({ name, column }));
  const rest = peaks.slice(6);
  if (rest.length)
    own.push({
      name: "others",
      column: samples.seconds.map((_second, place) => rest.reduce((sum, [, , column]) => sum + column[place], 0)),
    });
  return own;
}

function niceStep(most) {
  const raw = most / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, raw)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw) || power * 10;
}

const duration = (seconds) =>
  seconds >= 7200
    ? `${+(seconds / 3600).toFixed(1)} h`
    : seconds >= 180
      ? `${+(seconds / 60).toFixed(1)} min`
      : `${+seconds.toFixed(1)} s`;

function stackedChart(samples) {
  const stack = bands(samples);
  const sums = samples.seconds.map((_second, place) => stack.reduce((sum, band) => sum + band.column[place], 0));
  const step = niceStep(Math.max(1, ...sums));
  const top = Math.ceil(Math.max(1, ...sums) / step) * step;
  const span = samples.seconds.at(-1) - samples.seconds[0] || 1;
  const x = (place) => LEFT + ((samples.seconds[place] - samples.seconds[0]) / span) * (WIDE - LEFT - RIGHT);
  const y = (count) => 10 + (1 - count / top) * (HIGH - 40);
  const chart = draw("svg", {
    class: "chart",
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    role: "img",
    "aria-label": "Sockets by state over time; the table below says the same",
  });
  for (let count = 0; count <= top; count += step) {
    chart.append(
      draw("line", { class: "axis", x1: LEFT, x2: WIDE - RIGHT, y1: y(count), y2: y(count) }),
      draw("text", { x: LEFT - 6, y: y(count) + 4, "text-anchor": "end" }, number(count)),
    );
  }
  const base = samples.seconds.map(() => 0);
  let free = Infinity;
  stack.forEach((band, place) => {
    const lower = [...base];
    band.column.forEach((count, index) => {
      base[index] += count;
    });
    const forth = base.map((count, index) => `${x(index).toFixed(1)},${y(count).toFixed(1)}`);
    const back = lower.map((count, index) => `${x(index).toFixed(1)},${y(count).toFixed(1)}`).reverse();
    chart.append(draw("path", { class: `s${place}`, d: `M${[...forth, ...back].join("L")}Z` }, draw("title", {}, seen(band.name))));
    const middle = Math.min(free, y((base.at(-1) + lower.at(-1)) / 2) + 4);
    chart.append(
      draw("rect", { class: `s${place}`, x: WIDE - RIGHT + 6, y: middle - 8, width: 9, height: 9 }),
      draw("text", { class: "name", x: WIDE - RIGHT + 20, y: middle }, seen(band.name)),
    );
    free = middle - 14;
  });
  for (const place of [0, samples.seconds.length - 1]) {
    chart.append(draw("text", { x: x(place), y: HIGH - 10, "text-anchor": place ? "end" : "start" }, duration(samples.seconds[place])));
  }
  return chart;
}

function spark(name, column, seconds) {
  const most = Math.max(...column);
  const span = seconds.at(-1) - seconds[0] || 1;
  const points = column.map(
    (rate, place) => `${(((seconds[place] - seconds[0]) / span) * 100).toFixed(2)},${(1 + (1 - rate / (most || 1)) * 30).toFixed(2)}`,
  );
  return make(
    "figure",
    {},
    make(
      "figcaption",
      { class: "small" },
      make("code", {}, seen(name)),
      make("span", { class: "soft" }, ` up to ${+most.toFixed(1)} per second`),
    ),
    draw(
      "svg",
      { class: "spark", viewBox: "0 0 100 32", preserveAspectRatio: "none", "aria-hidden": "true" },
      draw("path", { d: `M${points.join("L")}` }),
    ),
  );
}

function samplesTable(samples) {
  const names = Object.keys(samples.states);
  const heads = ["Seconds", "All", ...names].map((text) => make("th", { scope: "col", class: "n" }, seen(text)));
  const rows = samples.seconds.map((second, place) =>
    make(
      "tr",
      {},
      [second, samples.total[place], ...names.map((name) => samples.states[name][place])].map((value) =>
        make("td", { class: "n" }, number(value)),
      ),
    ),
  );
  return make(
    "details",
    { class: "screen" },
    make("summary", {}, "The same as a table"),
    make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows))),
  );
}
