// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Start the page: the parts that need a script appear, and the address says what is shown.

const pageTitle = document.title;
const overview = byId("content");
let scrolled = 0;

function hostOfAddress() {
  const wanted = location.hash.match(/^#host\/(.*)$/s);
  if (!wanted) return null;
  try {
    return hosts[placeOf.get(decodeURIComponent(wanted[1]))] || null;
  } catch {
    return null; // No address of ours: a broken escape in it.
  }
}

function route() {
  const host = hostOfAddress();
  const wasHost = overview.hidden;
  if (host && !wasHost) scrolled = scrollY;
  overview.hidden = Boolean(host);
  hostView.hidden = !host;
  if (host) {
    showHost(host);
    document.title = `${seen(host.name)} · ${pageTitle}`;
    scrollTo({ top: 0, behavior: "instant" });
    hostView.querySelector("h2").focus({ preventScroll: true });
  } else if (wasHost) {
    hostView.replaceChildren();
    document.title = pageTitle;
    comeBack();
  }
}

// Back in the overview, be where the reader was.
function comeBack() {
  drawn = "";
  drawMap();
  drawRows();
  if (location.hash && location.hash !== "#hosts") {
    byId(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });
    return;
  }
  scrollTo({ top: scrolled, behavior: "instant" });
  linkAt(current)?.focus({ preventScroll: true });
}

function startFilter() {
  const rules = byId("filter-rule");
  head.rules.forEach((rule, place) => {
    if (rule.counts.fail + rule.counts.info + rule.counts.waived + rule.counts.error)
      rules.append(make("option", { value: place }, seen(rule.kind === "setting" ? rule.id : rule.title)));
  });
  const form = byId("filter");
  form.addEventListener("input", readFilter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    chooseState(null);
    setTimeout(readFilter);
  });
}

function readFilter() {
  filter.text = byId("filter-text").value;
  filter.statuses = new Set([...document.querySelectorAll("[name=status]:checked")].map((box) => box.value));
  filter.severity = byId("filter-severity").value;
  filter.rule = head.rules[byId("filter-rule").value || -1] || null;
  if (!byId("filter-class").value) chooseState(null);
  refresh();
}

function chooseState(state) {
  filter.state = state;
  const choice = byId("filter-class");
  byId("filter-class-label").hidden = !state;
  choice.replaceChildren(make("option", { value: "" }, "any"));
  if (state) choice.append(make("option", { value: "state", selected: true }, `${seen(state.name)}: ${state.words}`));
}

function showFiltered(change) {
  byId("filter").reset();
  setTimeout(() => {
    change();
    readFilter();
    byId("hosts").scrollIntoView();
    byId("count").focus?.();
  });
}

function startButtons() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-rule], button[data-state]");
    if (!button) return;
    const { rule, state } = button.dataset;
    const words = state === undefined ? "" : byId("pressure").querySelectorAll("thead th")[Number(button.dataset.class) + 1].textContent;
    showFiltered(() => {
      if (rule !== undefined) byId("filter-rule").value = rule;
      else chooseState({ name: state, place: Number(button.dataset.class), words });
    });
  });
  byId("print").addEventListener("click", () => print());
  byId("download").addEventListener("click", download);
}

// The data of the page in the form of report.json, but for what was cut.
function download() {
  const text = JSON.stringify({ ...head, hosts: hosts.map((host) => host.row()) }, null, 1);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { href: address, download: "report-embedded.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function startPrint() {
  const details = byId("worst-details");
  if (!details) return;
  details.open = false;
  let wasOpen = false;
  addEventListener("beforeprint", () => {
    wasOpen = details.open;
    details.open = true;
  });
  addEventListener("afterprint", () => {
    details.open = wasOpen;
  });
}

for (const node of document.querySelectorAll("[data-script]")) node.hidden = false;
for (const node of document.querySelectorAll("[data-plain]")) node.hidden = true;
for (const node of document.querySelectorAll("bdi[data-place]")) node.replaceWith(hostLink(hosts[node.dataset.place]));
byId("tools").hidden = false;
startTheme();
startTable();
startMap();
startFilter();
startButtons();
startPrint();
refresh();
drawMap();
addEventListener("hashchange", route);
route();
