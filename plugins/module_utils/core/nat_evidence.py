# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn what was read of a host into rows of evidence about NAT (core/nat.py says what a row is)."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
from collections import OrderedDict, namedtuple

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import address, nat

# More connections than this at once from one address are told; browsers open six for each site.
MANY_CONNECTIONS = 100
_SHOWN = 3
# The counters that a refused SYN of a client behind NAT moves: the first up to Linux 4.11, with tcp_tw_recycle; the other on newer ones.
_REFUSALS = ("PAWSPassive", "PAWSTimewait")
_LINKS = re.compile(
    r"(?:docker0|br-[0-9a-f]{12}|cni0|cni-podman[0-9]+|podman[0-9]+|nerdctl0|lxcbr0|lxdbr0|virbr[0-9]+|cali[0-9a-f]{11}|flannel[.][0-9]+"
    r"|cilium_host|weave|kube-ipvs0|antrea-gw0|ovn-k8s-mp0)\Z")
_KUBE = re.compile(r"KUBE-(?:SERVICES|NODEPORTS|POSTROUTING|SVC-|SEP-|XLB-|EXT-|FW-)")
_KUBE_TABLES = ("nat", "kube-proxy")
_SOURCE_KINDS = ("masquerade", "snat", "netmap")
_ROUTED, _MASQUERADED = "Route Tunnel Local Bypass".split(), "Masq"

# A rule that translates: backend is nf_tables, ip_tables or ip6_tables, where its table and chain, packets None where not counted.
Translation = namedtuple("Translation", "backend where kind packets")
# A chain of any backend.
Chain = namedtuple("Chain", "backend table name")


def _number(packed):
    return sum(octet << 8 * place for place, octet in enumerate(reversed(bytearray(packed))))


def _within(packed, *networks):
    number = _number(packed)
    return any(number >> 32 - bits == _number(network) >> 32 - bits for network, bits in networks)


_PRIVATE = ((b"\x0a\0\0\0", 8), (b"\xac\x10\0\0", 12), (b"\xc0\xa8\0\0", 16), (b"\x64\x40\0\0", 10))
_NOWHERE = ((b"\0\0\0\0", 8), (b"\x7f\0\0\0", 8), (b"\xa9\xfe\0\0", 16), (b"\xe0\0\0\0", 3))


def is_private(packed):
    """Tell whether an IPv4 address is one of RFC 1918 or of RFC 6598 (carriers' NAT)."""
    return len(packed) == 4 and _within(packed, *_PRIVATE)


def is_public(packed):
    """Tell whether an IPv4 address is neither private nor loopback, link-local, multicast or reserved.

    The ranges for documentation count as public, which they stand for wherever somebody uses them.
    """
    return len(packed) == 4 and not _within(packed, *(_PRIVATE + _NOWHERE))


class Connections(object):
    """Count the established connections: per pair of addresses, and per peer those that came to a listening port."""

    def __init__(self):
        self.listening = set()
        self.pairs = {}
        self._by_port = {}

    def add(self, port, local, remote):
        """Take one connection: local port and packed addresses, IPv4-mapped ones too."""
        local, remote = address.unmapped(local), address.unmapped(remote)
        self.pairs[local, remote] = self.pairs.get((local, remote), 0) + 1
        self._by_port[port, remote] = self._by_port.get((port, remote), 0) + 1

    def by_peer(self):
        """Return {peer: connections to listening ports}; the own addresses of the host are no peers."""
        own = set(local for local, _remote in self.pairs)
        counts = {}
        for (port, remote), count in self._by_port.items():
            if port in self.listening and remote not in own:
                counts[remote] = counts.get(remote, 0) + count
        return counts


def of_connections(connections):
    """Return the rows that Connections give: a private own address that talks to public ones, and peers with many connections."""
    rows = []
    pairs = [pair for pair in sorted(connections.pairs) if is_private(pair[0]) and is_public(pair[1])]
    if pairs:
        count = sum(connections.pairs[pair] for pair in pairs)
        rows.append(nat.evidence(
            nat.OWN_ADDRESS, "private_address", nat.STRONG, "%s between a private and a public address, such as %s with %s" % (
                _counted(count, "connection"), address.text_of(pairs[0][0]), address.text_of(pairs[0][1]))))
    many = sorted(((count, peer) for peer, count in connections.by_peer().items() if count > MANY_CONNECTIONS), reverse=True)
    if many:
        shown = ", ".join("%s (%d)" % (address.text_of(peer), count) for count, peer in many[:_SHOWN])
        rows.append(nat.evidence(
            nat.CLIENTS, "connections_per_address", nat.WEAK, "%s with more than %d connections to this host at once: %s" % (
                _counted(len(many), "address", "addresses"), MANY_CONNECTIONS, shown)))
    return rows


def of_counters(before, after, seconds):
    """Return the rows that the TcpExt counters give, read once (``before`` is None) or twice with ``seconds`` between."""
    rows = []
    for name in _REFUSALS:
        total = (after or {}).get(name) or 0
        grown = total - before.get(name, total) if before else 0
        kind = name.lower()
        if grown > 0:
            rows.append(nat.evidence(
                nat.CLIENTS, kind + "_grows", nat.STRONG, "%s grew by %d in %d s: clients that share an address are refused" % (name, grown, seconds)))
        elif total:
            again = "did not grow in %d s" % seconds if before else "was read once, so it may be long ago"
            rows.append(nat.evidence(nat.CLIENTS, kind, nat.WEAK, "%s is %d since the host started; it %s" % (name, total, again)))
    return rows


def of_rules(translations, forwarding):
    """Return one row for each backend and kind of Translation.

    A rule that no packet met yet is weak, and so is one for sources on a host that forwards nothing (``forwarding`` False; None is unknown).
    """
    groups = OrderedDict()
    for one in translations:
        groups.setdefault((one.backend, one.kind), []).append(one)
    rows = []
    for (backend, kind), group in groups.items():
        idle = kind in _SOURCE_KINDS and forwarding is False
        used = [one for one in group if one.packets != 0]
        shown = ", ".join(_rule(one) for one in (used + [one for one in group if one.packets == 0])[:_SHOWN])
        more = ", and %d more" % (len(group) - _SHOWN) if len(group) > _SHOWN else ""
        note = "; this host forwards nothing" if idle else ""
        strength = nat.WEAK if idle or not used else nat.STRONG
        rows.append(nat.evidence(nat.TRANSLATES, "rule", strength, "%s of %s: %s%s%s" % (
            _counted(len(group), kind + " rule"), backend, shown, more, note)))
    return rows


def _rule(one):
    return one.where if one.packets is None else "%s (%s)" % (one.where, _counted(one.packets, "packet"))


def of_chains(chains):
    """Return the rows that the Chains of kube-proxy give: it translates, and hides clients unless externalTrafficPolicy is Local."""
    names = sorted(set(one.name for one in chains if one.table == "kube-proxy" or one.table in _KUBE_TABLES and _KUBE.match(one.name)))
    if not names:
        return []
    detail = "%s of kube-proxy, such as %s" % (_counted(len(names), "chain"), names[0])
    return [nat.evidence(nat.TRANSLATES, "kube_proxy", nat.STRONG, detail),
            nat.evidence(nat.CLIENTS, "kube_proxy", nat.WEAK, detail + "; services show a node's address in place of the client's by default")]


class Flows(object):
    """Count translated conntrack entries; ``own`` are the packed addresses of the host."""

    def __init__(self, own):
        self._own = own
        self.looked_at = 0
        self._counts, self._examples = {}, {}

    def add(self, flow, source, destination):
        """Take one nf_netlink Flow, and whether its source and its destination are translated."""
        self.looked_at += 1
        if source:
            self._keep("source", flow)
            if flow.original.source in self._own and flow.reply.destination not in self._own:
                self._keep("own", flow)
        if destination:
            self._keep("destination", flow)

    def _keep(self, what, flow):
        self._counts[what] = self._counts.get(what, 0) + 1
        self._examples.setdefault(what, "%s to %s, answered by %s to %s" % tuple(
            address.text_of(one) for one in (flow.original.source, flow.original.destination, flow.reply.source, flow.reply.destination)))

    def rows(self):
        """Return the rows of evidence."""
        questions = (("source", nat.TRANSLATES), ("destination", nat.TRANSLATES), ("own", nat.OWN_ADDRESS))
        return [
            nat.evidence(question, "conntrack_entry", nat.STRONG, "%d of %s with a translated %s, such as %s" % (
                self._counts[what], _counted(self.looked_at, "conntrack entry", "conntrack entries"),
                "source that is this host" if what == "own" else what, self._examples[what]))
            for what, question in questions if what in self._counts
        ]


def of_network(links, addresses, forwarding):
    """Return the rows that interfaces (rt_netlink Link and Address) give: bridges of container engines, forwarding between networks."""
    rows = []
    names = sorted(link.name for link in links if _LINKS.match(link.name))
    if names:
        shown = ", ".join(names[:_SHOWN]) + (", and %d more" % (len(names) - _SHOWN) if len(names) > _SHOWN else "")
        rows.append(nat.evidence(nat.TRANSLATES, "container_network", nat.WEAK, "interfaces as container engines make them: %s" % shown))
    loopback = set(link.index for link in links if link.loopback)
    networks = set(_network(one) for one in addresses if one.index not in loopback and one.prefix_length < 8 * len(one.packed))
    networks.discard(None)
    if forwarding and len(networks) > 1:
        rows.append(nat.evidence(
            nat.TRANSLATES, "forwarding", nat.WEAK, "this host forwards between %d networks: %s" % (len(networks), ", ".join(sorted(networks)[:_SHOWN]))))
    return rows


def _network(one):
    """Print the network of an address; None for link-local ones, which every interface has."""
    bits = 8 * len(one.packed)
    number = _number(one.packed) >> bits - one.prefix_length << bits - one.prefix_length
    packed = b"".join(_OCTETS[number >> place & 0xff] for place in range(bits - 8, -1, -8))
    if packed.startswith((b"\xfe\x80", b"\xa9\xfe")):
        return None
    return "%s/%d" % (address.text_of(packed), one.prefix_length)


_OCTETS = [bytes(bytearray([number])) for number in range(256)]


def of_ipvs(text):
    """Return the rows that /proc/net/ip_vs (bytes) gives: only real servers that are reached by Masq are translated."""
    words = [line.split() for line in text.decode("ascii", "replace").splitlines()]
    ways = [line[2] for line in words if len(line) > 2 and line[0] == "->" and line[2] in _ROUTED + [_MASQUERADED]]
    if not ways:
        return []
    masqueraded = ways.count(_MASQUERADED)
    detail = "IPVS sends to %s, %d of them by masquerading" % (_counted(len(ways), "real server"), masqueraded)
    return [nat.evidence(nat.TRANSLATES, "ipvs", nat.STRONG if masqueraded else nat.WEAK, detail)]


def _counted(count, noun, plural=None):
    return "%d %s" % (count, noun if count == 1 else plural or noun + "s")
