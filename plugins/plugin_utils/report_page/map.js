// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Draw the fleet on a canvas: one cell is one host.

const canvas = byId("map-canvas");
const map = { cells: [], columns: 1, size: 8, cursor: -1, mode: "verdict", largest: 1 };
const RAMP = 5;

function startMap() {
  for (const name of stateNames) byId("map-show").append(make("option", { value: name }, `sockets in ${seen(name)}`));
  byId("map-show").addEventListener("change", drawMap);
  byId("map-order").addEventListener("change", drawMap);
  new ResizeObserver(drawMap).observe(canvas.parentElement);
  themeListeners.push(drawMap);
  canvas.addEventListener("pointermove", (event) => pointAt(cellAt(event)));
  canvas.addEventListener("pointerleave", () => pointAt(-1));
  canvas.addEventListener("click", (event) => openCell(cellAt(event)));
  canvas.addEventListener("keydown", moveInMap);
  canvas.addEventListener("blur", () => pointAt(-1));
}

function cellAt(event) {
  const column = Math.floor(event.offsetX / map.size);
  const index = Math.floor(event.offsetY / map.size) * map.columns + column;
  return column < map.columns && index < map.cells.length ? index : -1;
}

function openCell(index) {
  if (index >= 0) location.hash = linkTo(map.cells[index]);
}

function arrange() {
  const value = map.mode === "verdict" ? badness : (host) => (host.sockets ? host.inState(map.mode) : -1);
  map.cells =
    byId("map-order").value === "name" ? hosts : [...hosts].sort((left, right) => value(right) - value(left) || left.place - right.place);
  map.largest = map.mode === "verdict" ? 1 : hosts.reduce((most, host) => Math.max(most, host.inState(map.mode)), 1);
}

// Few hosts get large cells, many small ones: the map stays about as high as it is wide at most.
function layOut(width) {
  const room = Math.sqrt((width * Math.min(width, 520)) / Math.max(1, map.cells.length));
  map.size = Math.max(7, Math.min(26, Math.floor(room)));
  map.columns = Math.max(1, Math.floor(width / map.size));
}

function drawMap() {
  map.mode = byId("map-show").value;
  const width = canvas.parentElement.clientWidth;
  if (!width) return;
  arrange();
  layOut(width);
  const height = Math.ceil(map.cells.length / map.columns) * map.size;
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const paint = map.mode === "verdict" ? verdictPainter(pen) : statePainter(pen);
  map.cells.forEach((host, index) =>
    paint(host, (index % map.columns) * map.size, Math.floor(index / map.columns) * map.size, map.size - 1),
  );
  if (map.cursor >= 0) drawCursor(pen);
  drawKey();
}

// The worse, the larger: lightness, size and shape say the same as the hue.
function verdictPainter(pen) {
  const colours = Object.fromEntries(["pass", "low", "medium", "high", "error", "paper"].map((name) => [name, colour(name)]));
  const square = (name, part) => (x, y, size) => {
    const side = Math.max(2, Math.round(size * part));
    const inset = (size - side) / 2;
    pen.fillStyle = colours[name];
    pen.fillRect(x + inset, y + inset, side, side);
  };
  const hollow = (x, y, size) => {
    pen.strokeStyle = colours.error;
    pen.lineWidth = 1.5;
    pen.strokeRect(x + 1, y + 1, size - 2, size - 2);
    pen.beginPath();
    pen.moveTo(x + 1, y + 1);
    pen.lineTo(x + size - 1, y + size - 1);
    pen.stroke();
  };
  const shapes = {
    compliant: square("pass", 0.45),
    low: square("low", 0.7),
    medium: square("medium", 0.85),
    high: square("high", 1),
    error: hollow,
  };
  return (host, x, y, size) => shapes[mapKind(host)](x, y, size);
}

const mapKind = (host) => (host.status === "error" ? "error" : host.worst || (host.status === "compliant" ? "compliant" : "low"));

const rampOf = (count) => (count ? Math.min(RAMP, 1 + Math.floor((RAMP * Math.log1p(count)) / Math.log1p(map.largest + 1))) : 0);

function ramp() {
  const probe = colour("s0");
  const paper = colour("sunk");
  return [paper, ...[18, 36, 56, 78, 100].map((share) => mixed(probe, paper, share))];
}

function mixed(one, other, share) {
  const [left, right] = [one, other].map((text) => text.match(/[\d.]+/g).map(Number));
  return `rgb(${[0, 1, 2].map((index) => Math.round((left[index] * share + right[index] * (100 - share)) / 100)).join(",")})`;
}

function statePainter(pen) {
  const colours = ramp();
  const firm = colour("firm");
  return (host, x, y, size) => {
    if (!host.sockets) {
      pen.strokeStyle = firm;
      pen.lineWidth = 1;
      pen.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
      return;
    }
    pen.fillStyle = colours[rampOf(host.inState(map.mode))];
    pen.fillRect(x, y, size, size);
  };
}

function drawCursor(pen) {
  pen.strokeStyle = colour("ink");
  pen.lineWidth = 2;
  pen.strokeRect((map.cursor % map.columns) * map.size - 0.5, Math.floor(map.cursor / map.columns) * map.size - 0.5, map.size, map.size);
}

function keyItem(paint, words) {
  const swatch = make("canvas", { class: "swatch", "aria-hidden": "true", width: 28, height: 28 });
  const pen = swatch.getContext("2d");
  pen.scale(2, 2);
  paint(pen);
  return make("li", {}, swatch, words);
}

function drawKey() {
  if (map.mode === "verdict") {
    const words = { high: "high finding", medium: "medium", low: "low", compliant: "nothing to do", error: "no verdict" };
    const sample = {
      high: { worst: "high" },
      medium: { worst: "medium" },
      low: { worst: "low" },
      compliant: { worst: "", status: "compliant" },
      error: { status: "error" },
    };
    byId("map-key").replaceChildren(
      ...Object.entries(words).map(([kind, text]) => keyItem((pen) => verdictPainter(pen)(sample[kind], 0, 0, 13), text)),
    );
    return;
  }
  const colours = ramp();
  const ends = colours.map((_colour, step) => (step ? Math.ceil(Math.expm1(((step - 1) * Math.log1p(map.largest + 1)) / RAMP)) : 0));
  const items = colours.map((paint, step) =>
    keyItem(
      (pen) => {
        pen.fillStyle = paint;
        pen.fillRect(0, 0, 13, 13);
      },
      step ? `from ${number(Math.max(1, ends[step]))}` : "none",
    ),
  );
  byId("map-key").replaceChildren(...items);
}

function cellWords(host) {
  if (host.status === "error") return `${seen(host.name)}: no verdict, ${host.error.kind}`;
  if (map.mode !== "verdict")
    return `${seen(host.name)}: ${host.sockets ? number(host.inState(map.mode)) : "no"} sockets in ${seen(map.mode)}`;
  const found = SEVERITIES.slice(0, 3)
    .filter((name) => host.counts[name])
    .map((name) => `${host.counts[name]} ${name}`);
  return `${seen(host.name)}: ${WORDS[host.status]}${found.length ? `; findings: ${found.join(", ")}` : ""}`;
}

function pointAt(index, said) {
  const tip = byId("map-tip");
  const moved = index !== map.cursor;
  map.cursor = index;
  tip.hidden = index < 0;
  if (index >= 0) {
    tip.textContent = cellWords(map.cells[index]);
    const x = (index % map.columns) * map.size;
    const right = x > canvas.clientWidth / 2;
    tip.style.left = right ? "auto" : `${x + map.size + 6}px`;
    tip.style.right = right ? `${canvas.clientWidth - x + 6}px` : "auto";
    tip.style.top = `${Math.floor(index / map.columns) * map.size}px`;
    if (said) byId("map-said").textContent = tip.textContent;
  }
  if (moved) drawMap();
}

function moveInMap(event) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: map.columns, ArrowUp: -map.columns, Home: -Infinity, End: Infinity };
  if (event.key === "Enter") openCell(map.cursor);
  if (!(event.key in steps)) return;
  event.preventDefault();
  pointAt(Math.min(map.cells.length - 1, Math.max(0, map.cursor < 0 ? 0 : map.cursor + steps[event.key])), true);
}
