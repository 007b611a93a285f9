# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read out of other programs' configuration which sysctls they set: tuned, ufw, systemd-networkd, NetworkManager, CNI, cloud-init."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import re
from collections import namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import conf_rules, errors, sysctl_conf, sysctl_name

# One ``key = value`` of a configuration file, with the section that it stands in.
Option = namedtuple("Option", "section key value line")
# A sysctl that a program sets: dotted name (``*`` for any interface), the value or None when it is not known beforehand, file:line.
Set = namedtuple("Set", "name value source")

_YES = ("1", "yes", "y", "true", "t", "on")
_NO = ("0", "no", "n", "false", "f", "off")
_DROP_IN = re.compile(r"path[\"']?\s*[:=]\s*[\"']?(/etc/sysctl\.conf|/(?:etc|run|usr/lib|usr/local/lib)/sysctl\.d/[\w.@+-]+\.conf)")

# systemd.network(5), src/network/networkd-sysctl.c: option, key below conf/<interface>, values.
_PER_LINK = {
    "IPv4Forwarding": ("ipv4", "forwarding", {}),
    "IPv4ProxyARP": ("ipv4", "proxy_arp", {}),
    "IPv4AcceptLocal": ("ipv4", "accept_local", {}),
    "IPv4RouteLocalnet": ("ipv4", "route_localnet", {}),
    "IPv4ReversePathFilter": ("ipv4", "rp_filter", {"strict": "1", "loose": "2"}),
    "IPv6Forwarding": ("ipv6", "forwarding", {}),
    "IPv6ProxyNDP": ("ipv6", "proxy_ndp", {}),
    "IPv6PrivacyExtensions": ("ipv6", "use_tempaddr", {"prefer-public": "1", "yes": "2", "true": "2", "on": "2"}),
    "IPv6HopLimit": ("ipv6", "hop_limit", {}),
    "IPv6DuplicateAddressDetection": ("ipv6", "dad_transmits", {}),
}
# The kernel keeps one value under both names (net/ipv4/devinet.c, devinet_sysctl_forward).
_FORWARD = {"ipv4": ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"), "ipv6": ("net.ipv6.conf.all.forwarding",)}
_BOTH = ("ipv4", "ipv6")


def options(data):
    """Return the Options of an INI file (systemd.syntax(7), GKeyFile, tuned); section is "" before the first one."""
    out, section = [], ""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif "=" in line and line[0] not in "#;":
            key, _equals, value = line.partition("=")
            out.append(Option(section, key.strip(), value.strip(), number))
    return out


def shell(data):
    """Return {variable: value} of a file of shell assignments; the last one counts."""
    out = {}
    for option in options(data):
        words = re.match(r"\"([^\"]*)\"|'([^']*)'|([^\s#]*)", option.value)
        out[option.key] = next((text for text in words.groups() if text is not None), "")
    return out


def is_true(text, default=False):
    """Tell whether a switch is on; ``default`` for what is neither."""
    word = (text or "").strip().lower()
    return True if word in _YES else False if word in _NO else default


def net_name(spelling):
    """Return the dotted name of a key below net that may be shown with its value, else None."""
    try:
        name = sysctl_name.canonical(spelling)
    except errors.InvalidInput:
        return None
    return None if sysctl_name.is_secret(name) else name


def sysctl_file(path, data):
    """Return the Sets of a file that is handed to ``sysctl -p``; the last line of a key counts."""
    found = {}
    for assignment in sysctl_conf.parse(path, data, conf_rules.rules(conf_rules.PROCPS))[0]:
        name = net_name(sysctl_conf.swap(assignment.key)) if assignment.value is not None else None
        if name is not None:
            found[name] = Set(name, " ".join(assignment.value.split()), sysctl_conf.source(assignment))
    return [found[name] for name in sorted(found)]


# tuned


def tuned_includes(profile):
    """Return the profiles that a tuned.conf builds upon (tuned.conf(5): include), optional ones without their ``-``."""
    texts = [option.value for option in profile if option.section == "main" and option.key == "include"]
    return [name.lstrip("-") for name in re.split(r"[\s,;]+", texts[-1]) if name] if texts else []


def tuned_sets(profiles):
    """Return the Sets of tuned profiles, given as [(path, [Option])] in the order in which they are merged.

    Follows tuned/profiles/merger.py: a unit of the same name is updated, or replaced with ``replace``, options in ``drop`` leave it.
    A value that tuned computes (``${f:...}``) is not known. ``>`` and ``<`` before a value stay: only raise, only lower.
    """
    variables, units = {}, {}
    for path, profile in profiles:
        for name in sorted(set(option.section for option in profile)):
            _merge(units, variables, path, name, [option for option in profile if option.section == name])
    out = {}
    for name in sorted(units):
        if is_true(units[name]["enabled"], True) and units[name]["type"] == "sysctl":
            out.update(units[name]["sets"])
    return [Set(one.name, _expand(one.value, variables), one.source) for _name, one in sorted(out.items())]


def _merge(units, variables, path, name, given):
    plain = dict((option.key, option.value) for option in given)
    if name == "variables":
        variables.update(plain)
        return
    unit = units.get(name)
    if unit is None or is_true(plain.get("replace")):
        unit = units[name] = {"sets": {}}
    unit.update(type=plain.get("type", name), enabled=plain.get("enabled", "1"))
    for dropped in re.split(r"[\s,;]+", plain.get("drop", "")):
        unit["sets"].pop(sysctl_name.to_dots(dropped), None)
    for option in given:
        key = net_name(option.key)
        if key is not None:
            unit["sets"][key] = Set(key, option.value, "%s:%d" % (path, option.line))


def _expand(value, variables):
    """Replace ``${variable}``, take the comment and the quotes off; None when something remains that only tuned can compute."""
    value = re.split(r"(?:^|\s)#", value)[0].strip().strip("\"'")
    for _depth in range(8):
        value = re.sub(r"\$\{(\w+)\}", lambda match: variables.get(match.group(1), match.group(0)), value)
    return None if "${" in value else " ".join(value.split())


# systemd-networkd


def networkd_sets(path, data):
    """Return the Sets of one .network file: per link by the names of its [Match], and host-wide forwarding where it is implied."""
    out, config = [], options(data)
    for option in config:
        if option.section == "Network":
            source = "%s:%d" % (path, option.line)
            out.extend(Set(name, "1", source) for family in _forwarded(option) for name in _FORWARD[family])
            out.extend(_per_link(option, _links(config), source))
    return out


def networkd_global_sets(path, data):
    """Return the Sets of networkd.conf(5), which forwards for the whole host since systemd 256."""
    out = []
    for option in options(data):
        family = {"IPv4Forwarding": "ipv4", "IPv6Forwarding": "ipv6"}.get(option.key)
        if option.section == "Network" and family and option.value:
            value = "1" if is_true(option.value) else "0"
            names = _FORWARD[family] + ("net.%s.conf.default.forwarding" % family,)
            out.extend(Set(name, value, "%s:%d" % (path, option.line)) for name in names)
    return out


def _forwarded(option):
    """Return the address families whose forwarding an option switches on for the whole host."""
    if option.key not in ("IPForward", "IPMasquerade"):
        return ()
    word = option.value.lower()
    if word in _BOTH:
        return (word,)
    # A plain yes means IPv4 for IPMasquerade, both for IPForward; "kernel" leaves the sysctl alone.
    if is_true(word):
        return _BOTH if option.key == "IPForward" else ("ipv4",)
    return _BOTH if word == "both" else ()


def _links(config):
    words = [word for option in config if (option.section, option.key) == ("Match", "Name") for word in option.value.split()]
    return words if words and not any(word.startswith("!") for word in words) else ["*"]


def _per_link(option, links, source):
    if option.key not in _PER_LINK:
        return []
    family, key, words = _PER_LINK[option.key]
    word = option.value.lower()
    value = words.get(word) or ("1" if word in _YES else "0" if word in _NO else word)
    if not value.isdigit():
        return []
    return [Set("net.%s.conf.%s.%s" % (family, link.replace(".", "/"), key), value, source) for link in links]


# NetworkManager


def networkmanager_sets(path, data):
    """Return the Sets of one connection (nm-settings-keyfile(5)): sharing forwards, ``forwarding`` and ``ip6-privacy`` are per interface.

    Follows src/core/devices/nm-device.c; up to 1.52 sharing wrote ip_forward, since then the forwarding of each interface: so neither is certain.
    """
    config = options(data)
    link = next((option.value for option in config if (option.section, option.key) == ("connection", "interface-name")), "*").replace(".", "/")
    out = []
    for option in config:
        source, what = "%s:%d" % (path, option.line), (option.section, option.key, option.value)
        if what == ("ipv4", "method", "shared"):
            out += [Set("net.ipv4.ip_dynaddr", "1", source), Set("net.ipv4.ip_forward", None, source)]
        elif what == ("ipv6", "method", "shared"):
            out.append(Set("net.ipv6.conf.all.forwarding", "1", source))
        elif what[:2] == ("ipv4", "forwarding") and option.value in ("0", "1"):
            out.append(Set("net.ipv4.conf.%s.forwarding" % link, option.value, source))
        elif what[:2] == ("ipv6", "ip6-privacy") and option.value in ("0", "1", "2"):
            out.append(Set("net.ipv6.conf.%s.use_tempaddr" % link, option.value, source))
    return out


# Containers


def docker_sets(path, data):
    """Return the Sets of dockerd's daemon.json: it switches forwarding on unless told not to. Raises ParseError for bad JSON."""
    config = _json(data)
    if isinstance(config, dict) and config.get("ip-forward") is False:
        return []
    return [Set(name, "1", path) for name in _FORWARD["ipv4"]]


def cni_sets(path, data):
    """Return the Sets of one CNI network: a bridge that is a gateway and ptp forward, portmap routes 127/8 on the host's interface.

    Follows containernetworking/plugins; what the plugin ``tuning`` sets is the container's own. Raises ParseError for bad JSON.
    """
    config = _json(data)
    plugins = config.get("plugins", [config]) if isinstance(config, dict) else []
    out = []
    for plugin in plugins if isinstance(plugins, list) else []:
        kind = plugin.get("type") if isinstance(plugin, dict) else None
        if kind == "ptp" or kind == "bridge" and (plugin.get("isGateway") or plugin.get("isDefaultGateway")):
            out.extend(Set(name, "1", path) for name in _FORWARD["ipv4"])
        elif kind == "portmap":
            out.append(Set("net.ipv4.conf.*.route_localnet", None, path))
    return out


def _json(data):
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError as exc:
        raise errors.ParseError("is no JSON (%s)" % exc)


# cloud-init


def cloud_init_paths(data):
    """Return the sysctl files that user data writes (write_files of cloud-config)."""
    return sorted(set(_DROP_IN.findall(data.decode("utf-8", "replace"))))
