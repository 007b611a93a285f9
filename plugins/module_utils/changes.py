# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out what net_sysctl was asked for: a set, the way back, or the word that a change may stay."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils import transaction
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

_SETS = ("present", "absent")
_LEAST = {"lock_timeout": 0, "journal_keep": 1, "confirm_within": 5, "journal": 1}
_MOST = {"confirm_within": 86400, "lock_timeout": 86400, "journal_keep": 10000}
_COMMENT_CHARACTERS = 1000


def persists(options):
    """Tell whether a drop-in is at stake."""
    return options["persist"] and options["state"] in _SETS


def check(options):
    """Raise InvalidInput for options that do not go together or are out of range."""
    for problem in _problems(options):
        raise errors.InvalidInput(problem)


def _problems(options):
    for name in sorted(_LEAST):
        value, most = options[name], _MOST.get(name)
        if value is not None and (value < _LEAST[name] or most is not None and value > most):
            yield "%s: %d: out of range; allowed: %d..%s" % (name, value, _LEAST[name], "" if most is None else most)
    if options["settings"] is not None and options["state"] not in _SETS:
        yield "settings: state %s takes the keys from the journal; leave settings out" % options["state"]
    if options["confirm_within"] is not None and options["state"] not in _SETS:
        yield "confirm_within: goes with state present and absent only; leave it out"
    if options["journal"] is not None and options["state"] in _SETS:
        yield "journal: names what to put back or to confirm; it needs state: restored or state: confirmed"
    if len(options["comment"] or "") > _COMMENT_CHARACTERS:
        yield "comment: has %d characters; allowed: %d" % (len(options["comment"]), _COMMENT_CHARACTERS)


def carry_out(options, check_mode, tree, store, boot, keeper):
    """Do what the module's ``options`` ask for and return its result. Raises TransactionError, InvalidInput."""
    if options["state"] not in _SETS:
        return _journaled(options, check_mode, tree, keeper)
    request = transaction.Request(
        check_mode=check_mode, **dict((name, options[name]) for name in transaction.Request._fields if name != "check_mode"))
    return transaction.apply(request, tree, store, boot, keeper)


def _journaled(options, check_mode, tree, keeper):
    # Compiled only where it is needed: most runs set keys.
    from ansible_collections.linuxnet.tcp.plugins.module_utils import restore
    if options["state"] == "confirmed":
        return restore.confirmed(options["journal"], check_mode, keeper)
    return restore.restored(options["journal"], options["conflicts"], check_mode, tree, keeper)
