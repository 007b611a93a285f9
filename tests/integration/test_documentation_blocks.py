# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code block of README.md and of the how-to pages works as it stands there, in the order of its page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import documentation_truth as truth
import netns_lab
import pytest
from documentation_blocks import KINDS, Block, Wrong, blocks
from documentation_lab import REPOSITORY, Reader

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs/how-to").glob("*.md"))]
BLOCKS = {
    name: blocks(name, path.read_text(encoding="utf-8")) for path in PAGES for name in [str(path.relative_to(REPOSITORY))]
}  # fmt: skip
Follow = Callable[[str, Sequence[Block]], Reader]


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what readers install: the artifact that lies beside the installed collection, else one that is built here."""
    given = os.environ.get("LINUXNET_TCP_COLLECTIONS")
    found = sorted((Path(given).parent / "artifact").glob("*.tar.gz")) if given else []
    if not found:
        folder = tmp_path_factory.mktemp("artifact")
        galaxy = str(Path(sys.executable).parent / "ansible-galaxy")
        command = [galaxy, "collection", "build", str(REPOSITORY), "--output-path", str(folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        found = sorted(folder.glob("*.tar.gz"))
    return found[-1]


@pytest.fixture(scope="module")
def follow(tmp_path_factory: pytest.TempPathFactory, collections: Path, artifact: Path) -> Iterator[Follow]:
    """Return a function that gives each page one reader, who lives until the next page is begun."""
    if os.geteuid() != 0:
        pytest.skip("only root goes from one private namespace into another, as the reader's ssh has to")
    readers: dict[str, Reader] = {}

    def reader_of(page: str, rows: Sequence[Block]) -> Reader:
        if page not in readers:
            while readers:
                readers.popitem()[1].close()
            try:
                readers[page] = Reader(tmp_path_factory.mktemp("reader"), collections, artifact, rows)
            except netns_lab.Unavailable as reason:
                pytest.skip(str(reason))
        return readers[page]

    yield reader_of
    for reader in readers.values():
        reader.close()


@pytest.mark.parametrize("block", [pytest.param(block, id=block.where) for rows in BLOCKS.values() for block in rows])
def test_block_works(block: Block, follow: Follow) -> None:
    if block.not_run:
        pytest.skip(f"{block.where}: {block.not_run}")
    follow(block.page, BLOCKS[block.page]).follow(block)
