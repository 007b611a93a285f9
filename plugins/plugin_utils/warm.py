# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make once what every host's worker needs: Ansible forks workers from the process that loads an action plugin, and what they make is lost.

An action that audits, itself or through another action, calls this while it is loaded.
"""

from __future__ import annotations

from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, profiles


def for_audits() -> None:
    """Make the validators and load the collection's own profiles; nothing where jsonschema is missing, of which the audit tells."""
    if not documents.JSONSCHEMA_MISSING:
        documents.warm("audit", "profile")
        profiles.warm()
