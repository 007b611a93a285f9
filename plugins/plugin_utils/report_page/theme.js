// Copyright (c) 2026, linuxnet.tcp contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Let the reader choose light or dark; the system's choice comes first.

const THEMES = ["system", "light", "dark"];
const themeListeners = [];

function storedTheme() {
  try {
    return localStorage.getItem("linuxnet-tcp-theme");
  } catch {
    return null; // A file that was opened from a mail, say, may have no storage.
  }
}

function applyTheme(name) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  byId("theme").querySelector("span").textContent = `Theme: ${name}`;
  themeListeners.forEach((listener) => listener());
}

function startTheme() {
  let current = THEMES.includes(storedTheme()) ? storedTheme() : "system";
  byId("theme").addEventListener("click", () => {
    current = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length];
    try {
      localStorage.setItem("linuxnet-tcp-theme", current);
    } catch {
      // It holds until the page is closed, then.
    }
    applyTheme(current);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyTheme(current));
  applyTheme(current);
}
