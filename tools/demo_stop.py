# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End the demo's processes once, and cleanly, when somebody stops it."""

from __future__ import annotations

import signal
from collections.abc import Callable


def interrupt_once() -> None:
    """Turn the first signal that asks to stop into KeyboardInterrupt and ignore later ones.

    A terminal's Ctrl-C reaches the outer and the inner process, and cleaning up shall not be interrupted.
    """
    _on_stop(_interrupt)


def _interrupt(*_: object) -> None:
    _on_stop(signal.SIG_IGN)
    raise KeyboardInterrupt


def _on_stop(action: Callable[..., None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, action)
