# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check which risks the operator accepts: each is named by a finding's id or by a sysctl."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, sysctl_name
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import findings


def accepted(given: Iterable[str]) -> tuple[str, ...]:
    """Return ids and canonical names; raise InvalidInput for what is neither, which would otherwise silently accept nothing."""
    return tuple(dict.fromkeys(_known(str(one)) for one in given))


def _known(text: str) -> str:
    if text in findings.KINDS:
        return text
    try:
        return str(sysctl_name.canonical(text))
    except errors.InvalidInput as error:
        raise errors.InvalidInput(
            f'accept_risk: "{text}" is neither the id of a finding (docs/findings) nor a sysctl; give for example net.ipv4.tcp_tw_recycle'
        ) from error
