# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let those who define a format, or read it, judge a file: Jenkins' XSD, NIST's metaschema, OASIS' schema, promtool.

They lie in the folder that LINUXNET_TCP_VALIDATORS names, build/validators by itself; tools/check/validators.py fetches them.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema

FOLDER = Path(os.environ.get("LINUXNET_TCP_VALIDATORS") or Path(__file__).resolve().parents[2] / "build" / "validators")
SECONDS = 300
# Both revisions of the schema: the later one wants failures and errors, the earlier one has no other elements.
XSD = """
import sys
from lxml import etree
for schema in sys.argv[2:]:
    found = etree.XMLSchema(etree.parse(schema))
    if not found.validate(etree.parse(sys.argv[1])):
        print("\\n".join(str(problem) for problem in list(found.error_log)[:20]))
"""
# validate() takes everything as valid where it knows no metaschema of the version that a document names; an unknown one is a problem here.
OSCAL = """
import sys
import oscal
with open(sys.argv[1], encoding="utf-8") as stream:
    read = oscal.OSCAL.loads(stream.read())
if not read.is_well_formed or read.model != "assessment-results":
    print("not well-formed assessment results:", read.model)
elif read._support.get_metaschema_index(read.oscal_version, read.model) is None:
    print("no metaschema of", read.oscal_version)
elif not read.validate():
    print("\\n".join(str(problem) for problem in read.validation_errors[:20]) or str(read.validation_status))
"""


class Unavailable(Exception):
    """A judge could not be had; the message says why."""


def junit(path: Path) -> list[str]:
    """Return what Jenkins' schemas have against a file."""
    schemas = sorted(_folder("junit").glob("*.xsd"))
    assert len(schemas) == 2
    return _lines([_python(), "-c", XSD, path, *schemas])


def oscal(path: Path) -> list[str]:
    """Return what NIST's metaschema, as the oscal package holds it, has against a file."""
    # The package unpacks a database of 160 MB below the folder that it runs in, and finds it there the next time.
    state = FOLDER / "oscal-state"
    state.mkdir(exist_ok=True)
    return _lines([_python(), "-c", OSCAL, path.resolve()], cwd=state)


def prometheus(path: Path) -> list[str]:
    """Return what promtool has against a file, and which series are there twice, which only the collector itself refuses."""
    program = _folder("prometheus") / "promtool"
    with path.open("rb") as stream:
        argv = [program, "check", "metrics"]
        done = subprocess.run(argv, stdin=stream, capture_output=True, text=True, timeout=SECONDS, check=False)
    said = (done.stdout + done.stderr).splitlines()
    series = Counter(line.rpartition(" ")[0] for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    said += [f"{name} is there {times} times" for name, times in series.items() if times > 1]
    return said or ([f"exit code {done.returncode}"] if done.returncode else [])


def sarif(path: Path) -> list[str]:
    """Return what the schema of SARIF has against a file, and what GitHub refuses though the schema allows it."""
    (schema,) = _folder("sarif").glob("*-sarif-2.1.0*.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(json.loads(schema.read_text(encoding="utf-8")))
    problems = [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(document)]
    return problems[:20] or _github(document)


def _github(document: dict[str, Any]) -> list[str]:
    """Return which of GitHub's documented limits a document that fits the schema exceeds."""
    problems = []
    for run in document["runs"]:
        if len(run["results"]) > 25_000:
            problems.append(f"{len(run['results'])} results; GitHub takes 25,000")
        for result in run["results"]:
            if not 1 <= len(result.get("locations", [])) <= 1_000:
                problems.append(f"{result['ruleId']}: {len(result.get('locations', []))} locations; GitHub takes 1 to 1,000")
            uris = [place.get("physicalLocation", {}).get("artifactLocation", {}).get("uri") for place in result.get("locations", [])]
            if not all(uris):
                problems.append(f"{result['ruleId']}: a location without physicalLocation.artifactLocation.uri")
    return problems


JUDGES: dict[str, Callable[[Path], list[str]]] = {"junit": junit, "oscal": oscal, "prometheus": prometheus, "sarif": sarif}


def _folder(name: str) -> Path:
    folder = FOLDER / name
    if (folder / "stamp").is_file():
        return folder
    lacking = FOLDER / "lacking.json"
    if lacking.is_file():
        raise Unavailable(json.loads(lacking.read_text(encoding="utf-8")).get(name, f"{folder} is not there"))
    raise Unavailable(f"{FOLDER} is not there; make it with: PYTHONPATH=tools build/venv/bin/python -m check.validators")


def _python() -> Path:
    return _folder("venv") / "bin" / "python"


def _lines(argv: list[str | Path], cwd: Path | None = None) -> list[str]:
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        return (done.stdout + done.stderr).splitlines()[-20:] or [f"exit code {done.returncode}"]
    return done.stdout.splitlines()
