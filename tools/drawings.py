# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw tools/drawings/*.dot into docs/images/*.svg with graphviz; a unit test says when a drawing has other words than its source."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES, IMAGES = ROOT / "tools" / "drawings", ROOT / "docs" / "images"
# The version of graphviz changes with the machine, the name of the graph helps nobody.
_NOISE = re.compile(r"<!--.*?-->\n?|<!DOCTYPE[^>]*>\n?", re.DOTALL)
_LABEL = re.compile(r'label="([^"]*)"')
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


def words(source: str) -> list[str]:
    """Return the lines of all labels of a graph, sorted."""
    return sorted(line.strip() for label in _LABEL.findall(source) for line in label.split("\\n"))


def drawn(image: str) -> list[str]:
    """Return the lines of text of a drawing, sorted."""
    return sorted(html.unescape(text).replace("\xa0", " ").strip() for text in _TEXT.findall(image))


def draw(source: Path) -> str:
    """Return a graph as SVG, with real text in it."""
    run = subprocess.run(["dot", "-Tsvg", str(source)], text=True, capture_output=True, check=True)
    return _NOISE.sub("", run.stdout)


def main() -> int:
    """Draw all of them."""
    if not shutil.which("dot"):
        print("graphviz is not installed (apt-get install graphviz)", file=sys.stderr)
        return 1
    for source in sorted(SOURCES.glob("*.dot")):
        (IMAGES / f"{source.stem}.svg").write_text(draw(source), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
