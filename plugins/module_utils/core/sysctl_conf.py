# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute what the next boot will set from the content of the sysctl.d folders, and which file and line says so."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
from collections import OrderedDict, namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_glob, conf_rules

# kind is file, null (/dev/null), directory, dangling, unreadable or special (FIFO, socket, device);
# name and content are bytes, target is the path that the symbolic link ends at, else None.
Entry = namedtuple("Entry", "name kind content target")
Directory = namedtuple("Directory", "path entries")
# sysctl_conf is /etc/sysctl.conf and credential systemd's sysctl.extra (both Entry or None); credential_path says where it is.
Tree = namedtuple("Tree", "directories sysctl_conf credential credential_path")

# key is relative to /proc/sys as this loader spells it, value None for an exclusion.
Assignment = namedtuple("Assignment", "path line key value")
Problem = namedtuple("Problem", "kind source message")
# effective: {name: {value, source, shadowed, loader}}; assignments in reading order.
Boot = namedtuple("Boot", "effective problems assignments")

_Write = namedtuple("_Write", "key value assignment")

_BOM = b"\xef\xbb\xbf"
_SPACE = " \t\n\r"
_C_SPACE = " \t\n\v\f\r"
_NOT_AN_ASSIGNMENT = "this loader takes nothing from the line; write: key = value"
_DEPRECATED = ("base_reachable_time", "retrans_time")


def text(data):
    """Decode bytes for display: UTF-8, with replacement characters for what is not."""
    return data.decode("utf-8", "replace")


def source(assignment):
    """Return ``file:line`` of an assignment."""
    return "%s:%d" % (assignment.path, assignment.line)


def swap(name):
    """Turn the dotted form of a key into its path below /proc/sys and back: '.' and '/' change places."""
    return name.replace(".", "\0").replace("/", ".").replace("\0", "/")


def _tidy(value):
    """Show a value as the kernel prints its fields: joined by one space."""
    return text(re.sub("[ \t]+", " ", value).encode("latin-1"))


# Which files, in which order


def _selected(tree, rules):
    """Return [(Directory, Entry)] in reading order: per base name the highest directory, then bytewise by name."""
    rank = dict((path, index) for index, path in enumerate(rules.directories))
    chosen = {}
    for directory in sorted((d for d in tree.directories if d.path in rank), key=lambda d: rank[d.path]):
        for entry in directory.entries:
            hidden = entry.name.startswith(b".") and "skip_hidden" in rules.features
            if entry.name.endswith(b".conf") and not hidden:
                chosen.setdefault(entry.name, (directory, entry))
    return [chosen[name] for name in sorted(chosen)]


def _opened(directory, entry, rules):
    """Return the entries that opening ``entry`` really reads: procps passes the file name through glob(3)."""
    name = entry.name.decode("latin-1")
    if "file_name_globs" not in rules.features or not re.search(r"[*?\[{\\]", name):
        return [entry]
    by_name = dict((other.name, other) for other in directory.entries)
    found = []
    for pattern in conf_glob.braces(name):
        found.extend(by_name[other] for other in sorted(by_name) if conf_glob.component_matches(pattern, other.decode("latin-1")))
    # The first match that cannot be opened ends Preload: those behind it are not read.
    last = next((index for index, other in enumerate(found) if other.kind == "dangling"), len(found))
    return found[:last + 1] or [entry]


def files(tree, rules):
    """Return [(path, Entry)] that the loader opens, in order, whatever their kind."""
    out = []
    for directory, entry in _selected(tree, rules):
        for opened in _opened(directory, entry, rules):
            out.append((directory.path + "/" + text(opened.name), opened))
    if "credential" in rules.features and tree.credential:
        out.append((tree.credential_path, tree.credential))
    if "sysctl_conf_last" in rules.features and tree.sysctl_conf:
        out.append((conf_rules.SYSCTL_CONF, tree.sysctl_conf))
    return out


# Which lines


def _lines(content, rules):
    """Yield (line number, text); the number counts LF, as editors do, also where the loader sees more line ends."""
    data = content.decode("latin-1")
    ends = "(?:\n\r?|\r\n?)\0?|\0" if "any_line_end" in rules.features else "\n"
    position, number = 0, 1
    for match in re.finditer("(?:%s)|\\Z" % ends, data):
        yield number, data[position:match.start()].partition("\0")[0]
        number += data.count("\n", match.start(), match.end())
        position = match.end()


def _split_systemd(line, rules):
    line = line.strip(_SPACE)
    key, equals, value = line.partition("=")
    if not equals and not (key.startswith("-") and "exclusions" in rules.features):
        return None
    key = key.rstrip(_SPACE)
    if key.startswith("-") and "dash" in rules.features:
        key = key[1:].strip(_SPACE) if "dash_space" in rules.features else key[1:]
    return key, value.strip(_SPACE) if equals else None


def _split_procps(line, rules):
    line = line.lstrip(_C_SPACE)
    key, equals, value = line.partition("=")
    if not equals and not key.startswith("-"):
        return None
    if key.startswith("-"):
        key = key[1:]
    key = key.rstrip(_C_SPACE)
    if key.startswith("-") and "double_dash" in rules.features:
        key = key[1:]
    return key, value.strip(_C_SPACE) if equals else None


def _split_strtok(line, rules):
    # A carriage return is stripped behind, not in front: the second line of a LF CR file is lost.
    key, dummy, value = line.rstrip(_SPACE).lstrip(" \t").lstrip("=").partition("=")
    value = value.lstrip("\n\r").partition("\r")[0].lstrip(" \t")
    if not value:
        return None
    key = key.rstrip(_SPACE)
    if key.startswith("-") and "dash" in rules.features:
        key = key[1:]
    if "skip_deprecated" in rules.features and re.split("[./]", key)[-1] in _DEPRECATED:
        return None
    return key, value


def _splitter(rules):
    if rules.loader == conf_rules.SYSTEMD:
        return _split_systemd
    return _split_strtok if "strtok" in rules.features else _split_procps


def _key_path(key, rules):
    """Turn a key as written into a path: the first separator says which spelling it is (sysctl.d(5))."""
    first = re.search("[./]", key)
    if first and first.group() == ".":
        key = swap(key)
    if "simplify" in rules.features:
        key = "/".join(part for part in key.split("/") if part not in ("", "."))
    return key


def parse(path, content, rules):
    """Return (assignments, problems) of one file's bytes, as this loader reads them."""
    assignments, problems, split = [], [], _splitter(rules)
    if content.startswith(_BOM):
        problems.append(Problem("bom", path + ":1", "starts with a byte order mark, its first line is lost; remove the mark"))
    for number, line in _lines(content, rules):
        bare = line.strip(_C_SPACE)
        if not bare or bare[0] in "#;":
            continue
        parts = split(line, rules)
        if parts is None:
            problems.append(Problem("unreadable_line", "%s:%d" % (path, number), _NOT_AN_ASSIGNMENT))
            continue
        assignments.append(Assignment(path, number, _key_path(parts[0], rules), parts[1]))
    return assignments, problems


# Which writes, and which of them last


def _is_glob(assignment, rules):
    return "globs" in rules.features and conf_glob.is_glob(assignment.key)


def _matches(assignment, rules, keys):
    """Return [(path as the loader compares it, key)] that an assignment reaches when nothing overrides it."""
    if "refuse_parent" in rules.features and ".." in assignment.key.split("/"):
        return []
    if _is_glob(assignment, rules):
        return keys.glob(assignment.key, "braces" in rules.features)
    key = keys.resolve(assignment.key)
    return [(assignment.key, key)] if key else []


def _slots(assignments):
    """Return systemd's ordered options: the last value of a key at the place where that value was first given."""
    options = OrderedDict()
    for assignment in assignments:
        earlier = options.get(assignment.key)
        if earlier is not None and earlier.value != assignment.value:
            del options[assignment.key]
        # Replacing the value of an OrderedDict keeps its place, and the later line is the one to name.
        options[assignment.key] = assignment
    return list(options.values())


def _overridden(path, literal, exclusions):
    return path in literal or any(conf_glob.fnmatch(pattern, path) for pattern in exclusions)


def _writes(assignments, rules, keys):
    """Return the writes in the order in which the loader makes them."""
    if "one_slot_per_key" in rules.features:
        assignments = _slots(assignments)
    # A pattern never touches a key that is spelled out anywhere, before or after it.
    literal = frozenset(assignment.key for assignment in assignments)
    exclusions = [a.key for a in assignments if a.value is None and "exclusion_patterns" in rules.features]
    out = []
    for assignment in assignments:
        if assignment.value is None:
            continue
        for path, key in _matches(assignment, rules, keys):
            if not (_is_glob(assignment, rules) and _overridden(path, literal, exclusions)):
                out.append(_Write(key, assignment.value, assignment))
    return out


def _winners(writes, accepts, problems):
    winners = {}
    for write in writes:
        name = swap(write.key)
        if accepts is None or accepts(name, write.value):
            winners[name] = write
        else:
            problems.append(Problem("refused_value", source(write.assignment), '%s: the kernel refuses "%s"' % (name, _tidy(write.value))))
    return winners


def _effective(assignments, winners, rules, keys):
    reached = {}
    for assignment in assignments:
        for _path, key in _matches(assignment, rules, keys) if assignment.value is not None else ():
            lines = reached.setdefault(swap(key), [])
            if source(assignment) not in lines:
                lines.append(source(assignment))
    out = {}
    for name, write in winners.items():
        winner = source(write.assignment)
        shadowed = [line for line in reached[name] if line != winner]
        out[name] = {"value": _tidy(write.value), "source": winner, "shadowed": shadowed, "loader": rules.loader}
    return out


# What an operator should know about


_KINDS = {
    "unreadable": ("unreadable_file", "cannot be read from here, so what it sets is not known"),
    "dangling": ("dangling", "is a symbolic link to nothing: it masks the name and sets nothing"),
    "directory": ("directory", "is a directory: it masks the name and sets nothing"),
    "special": ("special_file", "is neither a regular file nor /dev/null; the loader may hang on it"),
}


def _duplicates(assignments, keys):
    seen, out = {}, []
    for assignment in assignments:
        key = keys.resolve(assignment.key)
        if key is None or assignment.value is None:
            continue
        first = seen.setdefault((assignment.path, key), assignment)
        if first is not assignment:
            out.append(Problem("duplicate", source(assignment), "%s is set in line %d already; keep one" % (swap(key), first.line)))
    return out


def _ineffective(assignments, rules, keys):
    """Report lines that this version of the loader takes for a key that cannot exist."""
    out = []
    for assignment in assignments:
        key = assignment.key
        if key[:1] in ("-", " ") and keys.resolve(key.lstrip("- ")):
            out.append(Problem("ineffective", source(assignment), "this loader takes '%s' as part of the key; it sets nothing" % key[0]))
        elif conf_glob.is_glob(key) and "globs" not in rules.features:
            out.append(Problem("ineffective", source(assignment), "this loader knows no patterns; name each key"))
    return out


def _hidden(tree, rules):
    verb = "skips" if "skip_hidden" in rules.features else "applies"
    other = "applies" if "skip_hidden" in rules.features else "skips"
    message = "hidden file: this loader %s it, the other one %s it; rename it" % (verb, other)
    return [Problem("hidden_file", directory.path + "/" + text(entry.name), message)
            for directory in tree.directories for entry in directory.entries
            if entry.name.startswith(b".") and entry.name.endswith(b".conf")]


def _sysctl_conf_ignored(tree, rules):
    """Report a sysctl.conf that sets something and that no drop-in links to, for the loader that never reads it."""
    conf = tree.sysctl_conf
    if "sysctl_conf_last" in rules.features or conf is None or conf.kind != "file":
        return []
    linked = any(entry.target == conf_rules.SYSCTL_CONF for _directory, entry in _selected(tree, rules))
    if linked or not parse(conf_rules.SYSCTL_CONF, conf.content, rules)[0]:
        return []
    message = "systemd-sysctl does not read it at boot; move its lines to /etc/sysctl.d/"
    return [Problem("sysctl_conf_ignored", conf_rules.SYSCTL_CONF, message)]


def read(tree, rules):
    """Return (assignments in reading order, problems) of a whole Tree for one loader's Rules."""
    assignments, problems = [], _hidden(tree, rules) + _sysctl_conf_ignored(tree, rules)
    for path, entry in files(tree, rules):
        if entry.kind in _KINDS:
            kind, message = _KINDS[entry.kind]
            problems.append(Problem(kind, path, message))
        elif entry.kind == "file":
            found, wrong = parse(path, entry.content, rules)
            assignments.extend(found)
            problems.extend(wrong)
    return assignments, problems


def boot(tree, rules, names, accepts=None):
    """Compute the Boot of a Tree: per key what the loader sets last, and the line that says so.

    ``names`` are the keys that exist, dotted; only these get a value, and patterns match only these. ``accepts(name, value)``
    tells whether the kernel takes a value; None takes every value as accepted. A key that no line sets is absent.
    What one key's write does to another (conf.all, ip_forward) is not modelled.
    """
    keys = conf_glob.KeyTree(swap(name) for name in names)
    assignments, problems = read(tree, rules)
    problems.extend(_duplicates(assignments, keys))
    problems.extend(_ineffective(assignments, rules, keys))
    winners = _winners(_writes(assignments, rules, keys), accepts, problems)
    return Boot(_effective(assignments, winners, rules, keys), problems, assignments)
