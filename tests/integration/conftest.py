# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give each integration test a network namespace of its own and watch that the host keeps its values.

Where the collection comes from: ``LINUXNET_TCP_COLLECTIONS`` (make test sets it to the installed artifact), else this
checkout, linked into a temporary tree.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path[:0] = [str(HERE), str(REPOSITORY / "tools")]

import browser  # noqa: E402
import fault_lab  # noqa: E402
import host_trace  # noqa: E402
import netns_lab  # noqa: E402


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that holds ``ansible_collections`` with the collection under test."""
    given = os.environ.get("LINUXNET_TCP_COLLECTIONS")
    if given:
        return Path(given)
    tree = tmp_path_factory.mktemp("collections")
    link = tree / "ansible_collections" / "linuxnet" / "tcp"
    link.parent.mkdir(parents=True)
    link.symlink_to(REPOSITORY)
    return tree


@pytest.fixture(scope="session", autouse=True)
def no_trace() -> Iterator[None]:
    """Fail the run when a sysctl or a sysctl.d file of this machine differs afterwards."""
    before = host_trace.snapshot()
    yield
    left = host_trace.differences(before, host_trace.snapshot())
    if left:
        pytest.fail("the tests left a trace on this machine:\n" + "\n".join(left), pytrace=False)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return a function that prints a count where the reader of `make test` sees it, also when all is well."""

    def tell(text: str) -> None:
        record_property("count", text.strip("\n"))
        with capsys.disabled():
            print("\n" + text.strip("\n"))

    return tell


@pytest.fixture
def netns(tmp_path: Path, collections: Path) -> Iterator[netns_lab.Namespace]:
    """Yield a private network namespace with lo up; skip, saying why, where none can be made."""
    try:
        namespace = netns_lab.Namespace(tmp_path, collections)
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield namespace
    finally:
        namespace.close()


@pytest.fixture
def lab(netns: netns_lab.Namespace) -> fault_lab.Lab:
    """Return a lab for faults in the private namespace; skip, saying why, where strace cannot be had."""
    try:
        return fault_lab.Lab(netns)
    except netns_lab.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def chromium() -> Iterator[browser.Browser]:
    """Yield a browser; skip, saying why, where there is none."""
    try:
        started = browser.Browser()
    except browser.Unavailable as reason:
        pytest.skip(f"{reason}: no browser opens the report")
    with started:
        yield started


@pytest.fixture
def window(chromium: browser.Browser) -> Iterator[browser.Browser]:
    """Yield the browser with a window of usual size, in the light."""
    chromium.look(1280, 900)
    yield chromium
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)
