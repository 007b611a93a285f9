// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Show the hosts as a table of which only the visible rows exist.

const ROW = 36;
const SPARE = 8;
const grid = byId("grid");
const tableBody = byId("table").tBodies[0];
let current = 0;
let drawn = "";

function startTable() {
  const columns = byId("table").querySelector("colgroup");
  const row = byId("table").tHead.rows[0];
  for (const column of COLUMNS) {
    columns.append(make("col", { class: columnClass(column) }));
    const button = make("button", { type: "button", title: column.help ? `${column.title}: ${column.help}` : null }, column.title);
    button.addEventListener("click", () => sortBy(column));
    row.append(make("th", { scope: "col", class: column.numeric ? "n" : null, "data-key": column.key }, button));
  }
  grid.addEventListener("scroll", () => requestAnimationFrame(drawRows), { passive: true });
  tableBody.addEventListener("keydown", moveInTable);
  tableBody.addEventListener("click", openRow);
  tableBody.addEventListener("focusin", (event) => {
    const tr = event.target.closest("tr[data-index]");
    if (tr && Number(tr.dataset.index) !== current) {
      current = Number(tr.dataset.index);
      markCurrent();
    }
  });
  new ResizeObserver(() => drawRows()).observe(grid);
}

function columnClass(column) {
  if (column.key === "name") return "c-host";
  if (column.key === "worst") return "c-verdict";
  return column.text ? "c-text" : column.title.includes("_") ? "c-state" : "c-count";
}

function sortBy(column) {
  if (order.key === column.key) order.down = !order.down;
  else Object.assign(order, { key: column.key, down: column.first !== "up" && !column.text });
  refresh();
}

function markOrder() {
  for (const th of byId("table").tHead.rows[0].cells) {
    const button = th.firstChild;
    button.querySelector("svg")?.remove();
    if (th.dataset.key !== order.key) {
      th.removeAttribute("aria-sort");
      continue;
    }
    th.setAttribute("aria-sort", order.down ? "descending" : "ascending");
    button.append(icon(order.down ? "down" : "up"));
  }
}

// Filter and sort again and show the result from its beginning.
function refresh() {
  select();
  markOrder();
  current = 0;
  drawn = "";
  grid.scrollTop = 0;
  byId("count").textContent = countWords();
  byId("table").setAttribute("aria-rowcount", shown.length + 1);
  drawRows();
}

function cell(column, host, index) {
  if (column.key === "name") {
    return make(
      "th",
      { scope: "row", title: seen(host.name) },
      make("a", { href: linkTo(host), tabindex: index === current ? 0 : -1 }, isolated(host.name)),
    );
  }
  if (column.key === "worst") return make("td", {}, verdict(host.status));
  const value = column.value(host);
  if (!column.numeric) return make("td", { title: seen(value) }, isolated(value));
  const empty = host.status === "error" || (column.empty && column.empty(host));
  return make("td", { class: value ? "n" : "n zero" }, empty ? "" : number(value));
}

const spacer = (rows) => {
  const td = make("td", { colspan: COLUMNS.length });
  td.style.height = `${rows * ROW}px`;
  return make("tr", { class: "spacer", "aria-hidden": "true" }, td);
};

function drawRows() {
  const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - SPARE);
  const last = Math.min(shown.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW) + SPARE);
  if (drawn === `${first} ${last}`) return;
  drawn = `${first} ${last}`;
  const focused = tableBody.contains(document.activeElement);
  const rows = shown.slice(first, last).map((host, offset) => {
    const index = first + offset;
    return make(
      "tr",
      { "data-index": index, "aria-rowindex": index + 2 },
      COLUMNS.map((column) => cell(column, host, index)),
    );
  });
  if (!shown.length) rows.push(make("tr", {}, make("td", { colspan: COLUMNS.length, class: "soft" }, "No host is like that.")));
  tableBody.replaceChildren(...(first ? [spacer(first)] : []), ...rows, ...(last < shown.length ? [spacer(shown.length - last)] : []));
  if (focused) linkAt(current)?.focus({ preventScroll: true });
}

const linkAt = (index) => tableBody.querySelector(`tr[data-index="${index}"] a`);

function markCurrent() {
  for (const link of tableBody.querySelectorAll("a")) {
    link.tabIndex = Number(link.closest("tr").dataset.index) === current ? 0 : -1;
  }
}

function moveInTable(event) {
  const page = Math.max(1, Math.floor(grid.clientHeight / ROW) - 2);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
  if (!(event.key in steps) || !shown.length) return;
  event.preventDefault();
  current = Math.min(shown.length - 1, Math.max(0, current + steps[event.key]));
  const top = current * ROW;
  const headHeight = byId("table").tHead.offsetHeight;
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top + ROW + headHeight > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + ROW + headHeight - grid.clientHeight;
  drawRows();
  markCurrent();
  linkAt(current)?.focus({ preventScroll: true });
}

function openRow(event) {
  const row = event.target.closest("tr[data-index]");
  if (row && !event.target.closest("a") && !String(getSelection())) location.hash = linkTo(shown[Number(row.dataset.index)]);
}
