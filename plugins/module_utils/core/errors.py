# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the ways in which this collection fails; modules turn them into fail_json."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import printable


class LinuxnetError(Exception):
    """Carry a message that says what is wrong, where, and the way out.

    ``details`` holds JSON-ready facts that the module returns beside the message. The message, and each of ``problems``, is one
    printable line whatever names, paths and file contents it quotes.
    """

    def __init__(self, message, **details):
        message = printable.line(message)
        if "problems" in details:
            details["problems"] = [printable.line(problem) for problem in details["problems"]]
        super(LinuxnetError, self).__init__(message)
        self.message = message
        self.details = details


class InvalidInput(LinuxnetError):
    """The operator's input cannot be used; nothing was changed."""


class ParseError(LinuxnetError):
    """The kernel's text or message does not have the documented shape."""


class SourceUnavailable(LinuxnetError):
    """A source of facts refused to answer; another source may be asked."""


class IncompleteDump(SourceUnavailable):
    """A dump ended early, was cut or was interrupted; its counts must not be used."""


class Vanished(SourceUnavailable):
    """What was there a moment ago is gone: a process ended, a namespace was removed."""


class Stranded(LinuxnetError):
    """This process could not come back to its own network namespace; nothing more may be done in it."""


class TransactionError(LinuxnetError):
    """A set could not be applied; ``details`` says what was changed, undone and left."""
