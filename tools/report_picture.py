#!/usr/bin/env python
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make docs/images/report.png: the HTML report over a fleet that does not exist, as a browser shows it.

Needs Chromium; where pngquant is installed, the picture has a palette and is a third as large.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import browser

REPOSITORY = Path(__file__).resolve().parent.parent
PICTURE = REPOSITORY / "docs" / "images" / "report.png"
HOSTS = 600
WIDTH, HEIGHT = 1280, 1180
# Above this a README takes too long to load on a phone.
MOST_BYTES = 200_000


def main() -> None:
    """Write the picture of the beginning of the page; end with a message when it became too large."""
    with tempfile.TemporaryDirectory() as folder:
        page = _page(Path(folder))
        PICTURE.parent.mkdir(exist_ok=True)
        with browser.Browser() as window:
            window.look(WIDTH, HEIGHT)
            window.open(page.as_uri())
            window.wait("document.querySelector('#table tbody tr[data-index]') !== null")
            window.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
            window.picture(PICTURE)
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--strip", "--quality=70-95", "--output", PICTURE, PICTURE], check=True)
    size = PICTURE.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{PICTURE}: {size:,} bytes, more than {MOST_BYTES:,}; install pngquant or show less")
    print(f"{PICTURE.relative_to(REPOSITORY)}: {size:,} bytes")


def _page(folder: Path) -> Path:
    """Write the report as a page, with the code of this checkout."""
    link = folder / "ansible_collections" / "linuxnet" / "tcp"
    link.parent.mkdir(parents=True)
    link.symlink_to(REPOSITORY)
    sys.path[:0] = [str(folder), str(REPOSITORY / "tests" / "integration")]
    fleet = importlib.import_module("made_up_fleet")
    emitter = importlib.import_module("ansible_collections.linuxnet.tcp.plugins.plugin_utils.report_html").EMITTER
    rows = list(fleet.rows(HOSTS))
    path = Path(folder, emitter.file_name)
    with path.open("w", encoding="utf-8", newline="") as stream:
        emitter.write(fleet.head(rows), lambda: iter(rows), stream)
    return path


if __name__ == "__main__":
    main()
