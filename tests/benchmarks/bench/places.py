# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say where things lie; all that the benchmark makes lies below build/bench, but for the result."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "tests" / "benchmarks"
SOURCES = HERE / "c"
SCHEMA = HERE / "bench.schema.json"
REFERENCE = HERE / "reference.json"
BUILD = ROOT / "build" / "bench"
PROGRAMS = BUILD / "bin"
# ansible_collections with this collection and those of the peers.
COLLECTIONS = BUILD / "collections"
# The managed node's code as AnsiballZ lays it out, for any Python.
NODE = BUILD / "node"
RESULT = ROOT / "build" / "bench.json"
VENV_BIN = Path(sys.executable).parent
PYTHONS = Path.home() / ".pyenv" / "versions"
