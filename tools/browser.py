# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drive a headless Chromium over a pipe (the Chrome DevTools Protocol): no port is opened, no package is needed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
# So that pictures look alike wherever one of these fonts is installed.
_PREFERRED = "<prefer><family>Inter</family><family>Noto Sans</family><family>Liberation Sans</family></prefer>"
FONTS = f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<alias binding="same"><family>sans-serif</family>{_PREFERRED}</alias>
<alias binding="same"><family>system-ui</family>{_PREFERRED}</alias>
<alias binding="same"><family>monospace</family><prefer><family>Noto Mono</family><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""
KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Tab": ("Tab", 9, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    "End": ("End", 35, ""),
    "Home": ("Home", 36, ""),
    "PageDown": ("PageDown", 34, ""),
}
_MODIFIERS = {"": 0, "Shift": 8}


class Unavailable(Exception):
    """There is no browser here."""


class Failed(Exception):
    """The browser refused a command, or a script in the page threw."""


def executable() -> str:
    """Return the path of a Chromium; raise Unavailable."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise Unavailable(f"none of {', '.join(NAMES)} is installed")


class Browser:
    """One browser with one page. ``events`` are those of the protocol since the last ``open``; use it as a context manager."""

    def __init__(self, seconds: float = 180) -> None:
        """Start it with an empty profile; raise Unavailable."""
        program, self._seconds = executable(), seconds
        self.events: list[dict[str, Any]] = []
        self._folder = tempfile.TemporaryDirectory(prefix="linuxnet-tcp-browser-", ignore_cleanup_errors=True)
        self._number, self._buffer, self._session = 0, b"", ""
        fonts = Path(self._folder.name, ".config", "fontconfig", "fonts.conf")
        fonts.parent.mkdir(parents=True)
        fonts.write_text(FONTS, encoding="utf-8")
        self._pid, self._to, self._from = _start([program, *FLAGS, f"--user-data-dir={self._folder.name}/profile", "about:blank"], self.log)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    @property
    def log(self) -> Path:
        """Return the file that holds what the browser says on its standard error."""
        return Path(self._folder.name, "log")

    def __enter__(self) -> Browser:
        """Return itself."""
        return self

    def __exit__(self, *_details: object) -> None:
        """End the browser and its children."""
        os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._to)
        os.close(self._from)
        self._folder.cleanup()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; raise Failed."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, **({"sessionId": self._session} if self._session else {})}
        self._write(message)
        answer = self._until(lambda received: received.get("id") == self._number)
        if "error" in answer:
            raise Failed(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, url: str) -> None:
        """Open a page anew and wait until it is loaded; the address of an open page with another fragment would load nothing."""
        for address in ("about:blank", url):
            self.events.clear()
            self.call("Page.navigate", url=address)
            if not self._seen("Page.loadEventFired"):
                self._until(lambda received: received.get("method") == "Page.loadEventFired")

    def run(self, script: str) -> Any:
        """Return the value of a script in the page, awaited when it is a promise; raise Failed when it throws."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failed(
                f"{script[:200]}: {answer['exceptionDetails'].get('exception', {}).get('description', answer['exceptionDetails'])}"
            )
        return answer["result"].get("value")

    def wait(self, script: str) -> Any:
        """Return the value of a script once it is true; raise Failed."""
        deadline = time.monotonic() + self._seconds
        while time.monotonic() < deadline:
            value = self.run(script)
            if value:
                return value
            time.sleep(0.02)
        raise Failed(f"never true: {script}")

    def press(self, key: str, modifier: str = "") -> None:
        """Press a key of KEYS and let it go."""
        code, number, text = KEYS[key]
        shared = {"key": code, "code": code, "windowsVirtualKeyCode": number, "modifiers": _MODIFIERS[modifier]}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **shared)
        self.call("Input.dispatchKeyEvent", type="keyUp", **shared)

    def write(self, text: str) -> None:
        """Type text where the focus is."""
        self.call("Input.insertText", text=text)

    def click(self, x: float, y: float) -> None:
        """Click at a point of the window."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def look(self, width: int, height: int, scheme: str = "light", scale: float = 1) -> None:
        """Set the size of the window and what the system prefers, light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def picture(self, path: Path, whole: bool = False) -> None:
        """Write a PNG file of the window, or of the whole page."""
        path.write_bytes(
            base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole))["data"])
        )

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def pdf(self, path: Path) -> None:
        """Print the page to a PDF file (A4)."""
        answer = self.call("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(answer["data"]))

    def complaints(self) -> list[str]:
        """Return what the page complained of since it was opened: errors, warnings of the browser, refused content."""
        self.run("0")
        found = [event["params"]["entry"] for event in self.events if event["method"] == "Log.entryAdded"]
        thrown = [event["params"]["exceptionDetails"] for event in self.events if event["method"] == "Runtime.exceptionThrown"]
        written = [event["params"] for event in self.events if event["method"] == "Runtime.consoleAPICalled"]
        return [json.dumps(item) for item in (*found, *thrown, *written)]

    def requests(self) -> list[str]:
        """Return the addresses of everything that was asked for since the page was opened."""
        self.run("0")
        return [event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"]

    def _seen(self, method: str) -> bool:
        return any(event["method"] == method for event in self.events)

    def _write(self, message: dict[str, Any]) -> None:
        raw = json.dumps(message).encode() + b"\0"
        while raw:
            raw = raw[os.write(self._to, raw) :]

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + self._seconds
        while True:
            received = self._receive(deadline)
            if "method" in received:
                self.events.append(received)
            if wanted(received):
                return received

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _writable, _broken = select.select([self._from], [], [], max(0, deadline - time.monotonic()))
            raw = os.read(self._from, 1 << 20) if ready else b""
            if not raw:
                raise Failed(f"the browser {'ended' if ready else 'does not answer'}: {self.log.read_text(errors='replace')[-2000:]}")
            self._buffer += raw
        message, _zero, self._buffer = self._buffer.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded


def _start(command: list[str], log: Path) -> tuple[int, int, int]:
    """Start the browser in a process group of its own; return its PID, and the descriptors to write to and to read from."""
    its_input, ours_out = os.pipe()
    ours_in, its_output = os.pipe()
    # Chromium reads descriptor 3 and writes 4; ours may have those numbers, so they go out of the way first.
    actions = [
        (os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT, 0o600),
        (os.POSIX_SPAWN_DUP2, its_input, 100),
        (os.POSIX_SPAWN_DUP2, its_output, 101),
        (os.POSIX_SPAWN_DUP2, 100, 3),
        (os.POSIX_SPAWN_DUP2, 101, 4),
        (os.POSIX_SPAWN_CLOSE, 100),
        (os.POSIX_SPAWN_CLOSE, 101),
    ]
    environment = {**os.environ, "HOME": str(log.parent)}
    pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setsid=True)
    for descriptor in (its_input, its_output):
        os.close(descriptor)
    return pid, ours_out, ours_in
