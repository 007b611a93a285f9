# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the smoke play in a private network namespace, from the ansible-core beside this interpreter.

``build/core-2.16/bin/python tests/smoke/drive.py --python /usr/bin/python2.7 --version 2.7 --collections build/installed``
exits 0 when the play passed and left the namespace's sysctls as they were, 75 where no namespace can be made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import netns_lab  # noqa: E402

# EX_TEMPFAIL of sysexits.h: not a verdict about the collection.
NO_NAMESPACE = 75
# Of the play, its end included; fewer mean that it stopped in silence.
TASKS = 23


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="interpreter of the managed node")
    parser.add_argument("--version", required=True, help="what it is expected to be, such as 2.7")
    parser.add_argument("--collections", required=True, type=Path, help="folder that holds ansible_collections")
    return parser.parse_args()


def values(namespace: netns_lab.Namespace) -> list[str]:
    """Return what sysctl(8) reads of the namespace, sorted."""
    return sorted(namespace.run(["sysctl", "-a", "--pattern", "^net\\.(ipv4|core)\\."], check=False).stdout.splitlines())


def smoke(namespace: netns_lab.Namespace, python: str, version: str) -> list[str]:
    """Run the play and return what is wrong; nothing when all is well."""
    before = values(namespace)
    run = namespace.playbook(HERE / "smoke.yml", {"ansible_python_interpreter": python, "smoke_python": version})
    print(run.stdout)
    wrong = [] if run.returncode == 0 else [f"ansible-playbook: exit code {run.returncode}"]
    done = [event for event in run.events if event["status"] == "ok"]
    if len(done) < TASKS:
        wrong.append(f"{len(done)} tasks were done, not {TASKS}: the play did not reach its end")
    moved = sorted(set(before) ^ set(values(namespace)))
    return wrong + [f"not as before: {line}" for line in moved]


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="linuxnet-smoke-") as folder:
        try:
            namespace = netns_lab.Namespace(Path(folder), options.collections.resolve())
        except netns_lab.Unavailable as reason:
            print(reason)
            return NO_NAMESPACE
        try:
            wrong = smoke(namespace, options.python, options.version)
        finally:
            namespace.close()
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
