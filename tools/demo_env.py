# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the demo's own environment: a virtualenv with ansible-core, and the collection built and installed from this checkout.

Standard library only: it runs before anything is installed. Everything it writes is below the folder it is given, except
that root on Debian or Ubuntu gets the missing python3-venv package, and is told so.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Progress = Callable[[str], None]
POLL_SECONDS = 0.2
TAIL_LINES = 25
ENSUREPIP = "ensurepip.version()"
PIP = "pip.__version__"


class EnvironmentProblem(Exception):
    """The environment could not be made; the text says what to do."""


class Environment:
    """Hold the paths below one build folder and the variables that keep every tool inside it."""

    def __init__(self, repository: Path, build: Path, venv: Path | None = None) -> None:
        self.repository = repository
        self.build = build
        self.venv = venv or build / "venv"
        self.given = venv is not None
        self.collections = build / "collections"
        self.logs = build / "logs"

    def prepare(self, progress: Progress) -> None:
        """Make the folders, the virtualenv and the installed collection, or renew what is out of date."""
        for folder in ("logs", "tmp", "ansible"):
            (self.build / folder).mkdir(parents=True, exist_ok=True)
        (self.build / "ansible.cfg").write_text("# The demo's: keeps your own ansible.cfg out.\n[defaults]\n", encoding="utf-8")
        if not self.given:
            self._virtualenv(progress)
        self._collection(progress)

    def tool(self, name: str) -> str:
        """Return the path of a command of the virtualenv."""
        path = self.venv / "bin" / name
        if not path.exists():
            raise EnvironmentProblem(f"{path} is missing; remove {self.venv} and run the demo again")
        return str(path)

    def variables(self) -> dict[str, str]:
        """Return the process environment: the caller's without its Ansible and Python settings, with ours instead."""
        dropped = ("ANSIBLE_", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        temporary = str(self.build / "tmp")
        return {
            **kept,
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_CONFIG": str(self.build / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.build / "ansible"),
            "ANSIBLE_LOCAL_TEMP": temporary,
            "ANSIBLE_REMOTE_TEMP": temporary,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_RETRY_FILES_ENABLED": "0",
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self.venv / 'bin'}:{kept.get('PATH', os.defpath)}",
            "PIP_CACHE_DIR": str(self.build / "pip-cache"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "TMPDIR": temporary,
        }

    def run(self, name: str, argv: list[str], progress: Progress) -> str:
        """Run one command to its end with its output in logs/NAME.log, and return the output.

        Raises EnvironmentProblem with the last lines when it fails. Stopped early, it takes its whole session with it.
        """
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv, cwd=self.build, env=self.variables(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        try:
            while _running(process):
                progress(name)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        text = log.read_text(encoding="utf-8", errors="replace")
        if process.returncode:
            tail = "\n".join("    " + line for line in text.splitlines()[-TAIL_LINES:])
            raise EnvironmentProblem(f"{' '.join(argv[:3])} ... failed (exit code {process.returncode}); the end of {log}:\n{tail}")
        return text

    def _virtualenv(self, progress: Progress) -> None:
        requirements = self.repository / "requirements" / "demo.txt"
        stamp = self.venv / "demo-stamp"
        wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode() + str(self.venv).encode()).hexdigest()
        if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
            return
        shutil.rmtree(self.venv, ignore_errors=True)
        install = self._installer(progress)
        self.run("install-ansible-core", [*install, "install", "-q", "-r", str(requirements)], progress)
        stamp.write_text(wanted, encoding="ascii")

    def _installer(self, progress: Progress) -> list[str]:
        """Make the virtualenv and return the pip that installs into it.

        Debian and Ubuntu ship Python without ensurepip: then an installed pip does it, or root adds the package.
        """
        if not _works(ENSUREPIP) and not _works(PIP):
            self._install_ensurepip(progress)
        python = str(self.venv / "bin" / "python")
        if _works(ENSUREPIP):
            self.run("make-virtualenv", [sys.executable, "-m", "venv", str(self.venv)], progress)
            return [python, "-m", "pip"]
        self.run("make-virtualenv", [sys.executable, "-m", "venv", "--without-pip", str(self.venv)], progress)
        return [sys.executable, "-m", "pip", "--python", python]

    def _install_ensurepip(self, progress: Progress) -> None:
        package = f"python3.{sys.version_info.minor}-venv"
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise EnvironmentProblem(
                f"this Python ({sys.executable}) comes without ensurepip and pip, so no virtualenv can be made; as root: apt-get install python3-venv"
            )
        progress(f"installing the system package {package}, which Python needs to make a virtualenv")
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        self.run("apt-get-update", ["apt-get", "update", "-q"], progress)
        self.run(f"install-{package}", ["apt-get", "install", "-q", "-y", "--no-install-recommends", package], progress)

    def _collection(self, progress: Progress) -> None:
        """Build the artifact from the checkout and install it as a user would."""
        galaxy = self.tool("ansible-galaxy")
        artifacts = self.build / "artifact"
        for stale in (artifacts, self.collections):
            shutil.rmtree(stale, ignore_errors=True)
        source = self._source()
        self.run("build-collection", [galaxy, "collection", "build", str(source), "--output-path", str(artifacts)], progress)
        (artifact,) = artifacts.glob("linuxnet-tcp-*.tar.gz")
        target = ["-p", str(self.collections)]
        self.run("install-collection", [galaxy, "collection", "install", str(artifact), "--offline", "--force", *target], progress)

    def _source(self) -> Path:
        """Return a copy of what git knows of this checkout: caches of tools stay out. Without git, the checkout itself."""
        listing = ["git", "-C", str(self.repository), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            names = subprocess.run(listing, text=True, capture_output=True, check=True).stdout.split("\0")
        except (OSError, subprocess.CalledProcessError):
            return self.repository
        copy = self.build / "source"
        shutil.rmtree(copy, ignore_errors=True)
        for name in filter(None, names):
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(self.repository / name, target, follow_symlinks=False)
        return copy

    def versions(self) -> str:
        """Return what was installed, for the record."""
        python = str(self.venv / "bin" / "python")
        code = "import ansible.release, sys; print('ansible-core', ansible.release.__version__, 'on Python', sys.version.split()[0])"
        return subprocess.run([python, "-c", code], text=True, capture_output=True, check=True, env=self.variables()).stdout.strip()


def _running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _works(expression: str) -> bool:
    """Ask a fresh interpreter, as the package may have been installed a moment ago.

    Debian and Ubuntu leave ensurepip out of Python, and may leave traces of it.
    """
    module = expression.partition(".")[0]
    return subprocess.run([sys.executable, "-c", f"import {module}; {expression}"], capture_output=True, check=False).returncode == 0
