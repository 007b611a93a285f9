# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the code blocks out of a page of documentation, each with what its info string and the comments before it say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

KINDS = ("console", "ini", "json", "text", "yaml inventory", "yaml play", "yaml profile", "yaml tasks", "yaml vars")
FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|~{3,}) *(?P<info>.*)$")
COMMENT = re.compile(r"^ *<!-- *(?P<what>exit|not run)\b:? *(?P<said>.*?) *-->$")
NAME = re.compile(r"^# (?P<name>[\w./-]*(?:\.(?:cfg|ini|yaml|yml)|\binventory))$")
PROMPT = "$ "


class Wrong(Exception):
    """A block, or what it says, is not as it should be; the text says what and where."""


@dataclass(frozen=True)
class Block:
    """One code block: where it begins, what it says it is, and its text without the page's own indentation."""

    page: str
    line: int
    info: str
    text: str
    exit: int = 0
    not_run: str = ""

    @property
    def where(self) -> str:
        """Return page and line as editors know them."""
        return f"{self.page}:{self.line}"

    @property
    def name(self) -> str:
        """Return the file that a reader saves the block as, empty where it names none."""
        found = None if self.info in ("console", "text") else NAME.match(self.text.partition("\n")[0])
        return found["name"] if found else ""

    @property
    def commands(self) -> list[str]:
        """Return the commands of a console block, each as a shell takes it; lines without a prompt are what it answered."""
        return list(_commands(self.text.splitlines()))


def blocks(page: str, text: str) -> list[Block]:
    """Return the blocks of a page in their order; raise Wrong for one that is not closed or not of a known kind."""
    return [_checked(block) for block in _blocks(page, text.splitlines())]


def _blocks(page: str, lines: list[str]) -> Iterator[Block]:
    said: dict[str, str] = {}
    rows = iter(enumerate(lines, 1))
    for number, line in rows:
        if opened := FENCE.match(line):
            block = Block(page, number, opened["info"], _body(page, number, opened, rows))
            yield _told(block, said)
            said = {}
        elif comment := COMMENT.match(line):
            said[comment["what"]] = comment["said"]
        elif line.strip() and said:
            raise Wrong(f"{page}:{number}: a comment about a block has to stand right before it")
    if said:
        raise Wrong(f"{page}: no block follows the last comment about one")


def _body(page: str, number: int, opened: re.Match[str], rows: Iterator[tuple[int, str]]) -> str:
    kept: list[str] = []
    for _number, line in rows:
        if re.fullmatch(rf" *{re.escape(opened['marks'])}{opened['marks'][0]}*", line.rstrip()):
            return "".join(f"{row}\n" for row in kept)
        kept.append(line.removeprefix(opened["indent"]))
    raise Wrong(f"{page}:{number}: the block is not closed")


def _told(block: Block, said: dict[str, str]) -> Block:
    if "not run" in said and not said["not run"]:
        raise Wrong(f"{block.where}: say why the block is not run")
    if "exit" in said and (block.info != "console" or not said["exit"].isdigit()):
        raise Wrong(f"{block.where}: exit: and a number go before a console block")
    return replace(block, exit=int(said.get("exit", 0)), not_run=said.get("not run", ""))


def _checked(block: Block) -> Block:
    if block.info not in KINDS:
        raise Wrong(f"{block.where}: {block.info!r} is no kind of block; there are {', '.join(KINDS)}")
    if not block.text.strip():
        raise Wrong(f"{block.where}: the block is empty")
    if block.info == "console" and not block.text.startswith(PROMPT):
        raise Wrong(f"{block.where}: the first line of a console block is a command, and begins with {PROMPT!r}")
    if block.name.startswith("/") or ".." in block.name.split("/"):
        raise Wrong(f"{block.where}: {block.name} lies outside of the reader's folder")
    return block


def _commands(lines: list[str]) -> Iterator[str]:
    """Yield what a prompt begins: the line, those that a backslash or a here-document takes in, nothing that was printed."""
    rest = iter(lines)
    for line in rest:
        if not line.startswith(PROMPT):
            continue
        command = [line.removeprefix(PROMPT)]
        while command[-1].endswith("\\"):
            command.append(next(rest, "").removeprefix("> "))
        if ends := re.search(r"<<-?\s*'?\"?(\w+)", command[-1]):
            while command[-1].strip() != ends[1]:
                command.append(next(rest, ends[1]).removeprefix("> "))
        yield "\n".join(command)
