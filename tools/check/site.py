# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site without a warning, and follow every link that stays within it."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import zlib
from pathlib import Path

from check import collection, interpreters, places, site_findings, site_links, site_schemas
from check.stage import Argv, Stage

FOLDER = places.BUILD / "site"
SOURCE, PAGES = FOLDER / "source", FOLDER / "html"
PYTHONS = ("3.13", "3.12", "3.11")
# What the reference points to in Ansible's own documentation: label, page, title.
ANSIBLE_LABELS = (
    ("action_plugins", "plugins/action.html#action-plugins", "Action plugins"),
    ("ansible_collections.ansible.posix.sysctl_module", "collections/ansible/posix/sysctl_module.html", "ansible.posix.sysctl"),
    ("ansible_configuration_settings", "reference_appendices/config.html#ansible-configuration-settings", "Ansible Configuration Settings"),
    ("callback_plugins", "plugins/callback.html#callback-plugins", "Callback plugins"),
    ("filter_plugins", "plugins/filter.html#filter-plugins", "Filter plugins"),
    ("common_return_values", "reference_appendices/common_return_values.html#common-return-values", "Return Values"),
)
# A forge lists a folder, a site has a page for it.
FINDINGS = re.compile(r"\]\(([./]*(?:docs/)?)findings\)")
COPIED = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "docs", "schemas")


def site(stage: Stage) -> None:
    """Lay out the pages, have antsibull-docs write the reference, and build; the site is build/site/html."""
    tree, found = collection.copy_tree(stage), [path for path in map(interpreters.find, PYTHONS) if path]
    requirement = places.ROOT / "requirements" / "site.txt"
    commands = interpreters.environment(stage, "site-tools", found[0], requirement) if found else None
    if commands is None:
        stage.skip("documentation site", f"no Python {' or '.join(PYTHONS)} {interpreters.NOWHERE}, or its packages could not be had")
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    _lay_out(tree)
    path = os.pathsep.join([str(commands), places.environment()["PATH"]])
    env = {"ANSIBLE_COLLECTIONS_PATH": str(places.INSTALLED), "PATH": path}
    reference: Argv = ["collection", "--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", SOURCE / "reference"]
    if stage.check("antsibull-docs writes the reference", [commands / "antsibull-docs", *reference, "linuxnet.tcp"], env=env):
        sphinx: Argv = [commands / "sphinx-build", "-q", "-W", "--keep-going", "-b", "html", SOURCE, PAGES]
        stage.check("sphinx builds without a warning", sphinx, env=env)
        _follow(stage)


def _lay_out(tree: Path) -> None:
    """Copy pages and settings to where sphinx reads them; the places are those of the checkout, so that links between them hold."""
    # antsibull-docs refuses a folder that others may enter.
    (SOURCE / "reference").mkdir(parents=True, mode=0o700)
    for name in COPIED:
        (shutil.copytree if (tree / name).is_dir() else shutil.copy)(tree / name, SOURCE / name)
    for path in (tree / "roles").glob("*/README.md"):
        (SOURCE / path.relative_to(tree)).parent.mkdir(parents=True)
        shutil.copy(path, SOURCE / path.relative_to(tree))
    for path in (tree / "tools" / "site").iterdir():
        shutil.copy(path, SOURCE / path.name)
    _list_pages(SOURCE / "index.md")
    _index_findings(SOURCE / "docs" / "findings")
    _write_schemas(SOURCE / "docs" / "schemas")
    for page in (path for pattern in ("*.md", "docs/*.md", "docs/how-to/*.md", "roles/*/*.md") for path in SOURCE.glob(pattern)):
        page.write_text(FINDINGS.sub(r"](\1findings/index.md)", page.read_text(encoding="utf-8")), encoding="utf-8")
    (SOURCE / "ansible.inv").write_bytes(_inventory())


def _inventory() -> bytes:
    """Return the labels as sphinx's list of what another site has (version 2): four lines, then rows packed by zlib."""
    head = "# Sphinx inventory version 2\n# Project: ansible\n# Version: latest\n# The remainder of this file is compressed using zlib.\n"
    rows = "".join(f"{label} std:label -1 {page} {title}\n" for label, page, title in ANSIBLE_LABELS)
    return head.encode() + zlib.compress(rows.encode())


def _list_pages(index: Path) -> None:
    """Put the pages that the index does not name by itself where it says so: a new page needs no entry there."""
    text = index.read_text(encoding="utf-8")
    for mark, patterns in (("@how-to@", ("docs/how-to/*.md",)), ("@others@", ("docs/*.md", "roles/*/README.md"))):
        pages = [str(path.relative_to(SOURCE).with_suffix("")) for pattern in patterns for path in sorted(SOURCE.glob(pattern))]
        text = text.replace(mark, "\n".join(page for page in pages if page not in text.splitlines()))
    index.write_text(text, encoding="utf-8")


def _index_findings(folder: Path) -> None:
    pages = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    (folder / "index.md").write_text(site_findings.render(pages), encoding="utf-8")


def _write_schemas(folder: Path) -> None:
    """Write a page for each schema, and one that lists them."""
    folder.mkdir()
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((SOURCE / "schemas").glob("*.json"))}
    for name, schema in schemas.items():
        (folder / f"{site_schemas.stem(name)}.md").write_text(site_schemas.render(name, schema), encoding="utf-8")
    (folder / "index.md").write_text(site_schemas.index(schemas), encoding="utf-8")


def _follow(stage: Stage) -> None:
    """Check the links between the pages, their anchors included."""
    mark, started = stage.mark(), time.monotonic()
    count, broken = site_links.check(PAGES)
    stage.note("\n".join(broken))
    good = count > 0 and not broken
    stage.verdict(
        f"{count} internal links lead somewhere", good, time.monotonic() - started, mark, "; ".join(broken[:5]) or "there are no links"
    )
