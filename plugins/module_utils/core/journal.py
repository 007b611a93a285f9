# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what a transaction is about to change as one JSON record, and read such records back."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import json
import re
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors

SCHEMA_VERSION = 1
# The name of the file beside the journals that a run locks.
LOCK = "lock"

# OPEN: being written, or left so by a run that died. UNCONFIRMED: applied, and put back unless somebody confirms it.
OPEN, UNCONFIRMED, APPLIED, RESTORED = STATUSES = ("open", "unconfirmed", "applied", "restored")
# Somebody still has to act on these.
PENDING = (OPEN, UNCONFIRMED)

# Which journal; the status stands in the file's name, so that one rename(2) changes it, also on a full disk.
Entry = namedtuple("Entry", "number status")

# One key of the running kernel: what it held before, and what it was to hold.
KeyChange = namedtuple("KeyChange", "name before after")
# One file: its bytes before and after; None where there is no file. ``dress`` is [mode, uid, gid] of a file that goes away, else None.
FileChange = namedtuple("FileChange", "path before after dress")
FileChange.__new__.__defaults__ = (None,)

# ``time`` is UTC, ``boot_id`` and ``netns`` (an inode) tell where the running values belong. ``visited`` is true for another network namespace than the
# run's own. ``confirm`` is None or {within: seconds, deadline: seconds of uptime}; ``path`` is the drop-in.
Record = namedtuple("Record", "number time boot_id netns visited comment path confirm keys files")

_NAME = re.compile(r"^([0-9]{8,10})-(%s)\.json$" % "|".join(STATUSES))
_COMPANION = re.compile(r"^(?:([0-9]{8,10})-watchdog\.(?:pyz|lock)|\..*\.tmp)$")


def file_name(entry):
    """Return the name of a journal's file: ``00000042-applied.json``."""
    return "%08d-%s.json" % entry


def parse_name(name):
    """Return the Entry that a file's name tells, None for any other file."""
    match = _NAME.match(name)
    return Entry(int(match.group(1)), match.group(2)) if match else None


def companion_of(name):
    """Return the number of the journal whose watchdog a file belongs to, 0 for what a killed run left half-written, None for other files."""
    match = _COMPANION.match(name)
    return int(match.group(1) or 0) if match else None


def encode(record):
    """Return the record as bytes of JSON; what is not UTF-8 stands there in base64."""
    content = dict(record._asdict(), schema_version=SCHEMA_VERSION)
    content["keys"] = [dict(change._asdict()) for change in record.keys]
    content["files"] = [dict(change._asdict(), before=_packed(change.before), after=_packed(change.after)) for change in record.files]
    return json.dumps(content, indent=1, sort_keys=True).encode("ascii") + b"\n"


def decode(data, source):
    """Return the Record in ``data``; ``source`` names the file in the ParseError that is raised for anything else."""
    try:
        content = json.loads(data.decode("ascii"))
        version = content.pop("schema_version")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise _unreadable(source, error)
    if version != SCHEMA_VERSION:
        raise errors.ParseError("%s: has schema version %s, this release reads version %d; use the release that wrote it" % (
            source, version, SCHEMA_VERSION))
    try:
        content["keys"] = [KeyChange(**_strings(change)) for change in content["keys"]]
        content["files"] = [_file_change(**_strings(change)) for change in content["files"]]
        return Record(**_strings(content))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise _unreadable(source, error)


def _unreadable(source, error):
    return errors.ParseError("%s: is no journal of ours (%s); move it away to go on without it" % (source, error))


def _file_change(path, before, after, dress=None):
    if dress is not None:
        dress = [int(number) for number in dress]
    return FileChange(path, _unpacked(before), _unpacked(after), dress)


def _strings(mapping):
    # Python 2.7 takes only native strings as the names of arguments.
    return dict((str(name), value) for name, value in mapping.items())


def _packed(data):
    if data is None:
        return None
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def _unpacked(packed):
    if packed is None:
        return None
    if "text" in packed:
        return packed["text"].encode("utf-8")
    return base64.b64decode(packed["base64"].encode("ascii"))


def belongs(record, boot_id, netns, visited):
    """Tell whether a journal's running values are those of this life of this network namespace; after a reboot a visited one is gone."""
    if record.boot_id == boot_id:
        return record.netns == netns
    return not record.visited and not visited


def newest_first(entries):
    """Return the entries, the latest journal first."""
    return sorted(entries, key=lambda entry: -entry.number)


def outdated(entries, keep):
    """Return the entries beyond the ``keep`` newest that nobody waits for; open and unconfirmed ones are always kept."""
    return [entry for entry in newest_first(entries)[max(keep, 1):] if entry.status in (APPLIED, RESTORED)]
