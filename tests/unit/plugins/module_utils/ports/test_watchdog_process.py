# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of starting a watchdog where that does not work; nothing is started here."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import watchdog_process


def refuse(*_arguments, **_options):
    raise OSError(errno.ENOMEM, "Cannot allocate memory")


@pytest.mark.parametrize("where", ["_launch", "alive"])
def test_whatever_goes_wrong_names_the_watchdog_its_file_and_the_errno(tmpdir, monkeypatch, where):
    os.chmod(str(tmpdir), 0o700)
    process = watchdog_process.WatchdogProcess(str(tmpdir))
    monkeypatch.setattr(process, "_launch", lambda number: None)
    monkeypatch.setattr(process, where, refuse)
    with pytest.raises(errors.SourceUnavailable) as caught:
        process.start(7)
    assert caught.value.message == (
        "the watchdog of journal 7 cannot be started (%s/00000007-watchdog.pyz: ENOMEM: Cannot allocate memory); "
        "leave confirm_within out to go without" % tmpdir)
