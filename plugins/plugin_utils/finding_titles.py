# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say in a few words what each kind of finding is, for reports over many hosts; the title of a finding itself has the numbers of one host."""

from __future__ import annotations

TITLES: dict[str, str] = {
    "setting-differs": "A running value is not what the profile accepts",
    "setting-not-persisted": "A value holds now and not after a reboot",
    "setting-shadowed": "The drop-in has the value, and another file wins at boot",
    "setting-removed": "The kernel no longer has a sysctl of the profile",
    "setting-unsupported": "A sysctl of the profile cannot be set or read here",
    "tw-recycle-needs-nat-declaration": "tcp_tw_recycle is wanted and left off",
    "tw-recycle-behind-nat": "tcp_tw_recycle is on and drops clients behind NAT",
    "namespaces-not-tuned": "Other network namespaces do not have the values of the host",
    "other-writer": "Another program sets a sysctl of the profile",
    "waiver-expired": "A waiver is over",
    "boot-line-stale": "A boot file sets a sysctl that the kernel no longer has",
    "boot-line-unknown-key": "A boot file sets a sysctl that does not exist",
    "boot-line-duplicate": "A boot file sets a sysctl twice",
    "boot-line-unreadable": "A line of a boot file does nothing",
    "boot-file-hidden": "A boot file is skipped for its name",
    "boot-file-ignored": "/etc/sysctl.conf is not read at boot",
    "boot-module-not-loaded": "A boot file sets a sysctl whose module is not loaded then",
    "change-unconfirmed": "A change was not confirmed, and no watchdog waits",
    "change-half-done": "A change was interrupted and is half done",
    "max-tw-buckets-below-kernel-default": "tcp_max_tw_buckets is below the kernel's own default",
    "port-range-overlaps-listeners": "The ephemeral port range holds ports of services",
    "port-range-parity": "Both ends of the ephemeral port range are even, or both odd",
    "max-tw-buckets-below-in-use": "tcp_max_tw_buckets would be below what is in use",
    "port-range-below-unprivileged-start": "The port range would begin among privileged ports",
    "ip-forward-needed": "Forwarding would be switched off on a host that forwards",
    "tcp-mem-beyond-ram": "tcp_mem allows more than the machine's memory",
    "conntrack-max-below-load": "nf_conntrack_max would be near or below the load",
    "ip-forward-resets-conf": "Changing ip_forward resets other sysctls",
    "tw-reuse-without-timestamps": "tcp_tw_reuse does nothing without TCP timestamps",
    "tw-reuse-helps-outgoing-only": "tcp_tw_reuse does not help incoming connections",
    "fin-timeout-not-time-wait": "tcp_fin_timeout does not shorten TIME_WAIT",
    "syncookies-off": "SYN cookies are off",
    "max-syn-backlog-without-effect": "tcp_max_syn_backlog has no effect beside SYN cookies",
    "syn-queue-capped-by-backlog": "The SYN queue is as short as the listener's backlog",
    "keepalive-without-users": "No connection asked for keepalive",
    "ephemeral-ports-near-exhaustion": "Ephemeral ports to one destination run out",
    "time-wait-overflow": "Connections skipped TIME_WAIT, as there were too many",
    "ephemeral-ports-bound-early": "Programs bind a port before they connect, and ports run out",
    "syn-sent-pile": "A destination does not answer",
    "time-wait-on-listeners": "Many sockets in TIME_WAIT on ports that serve",
    "paws-rejects": "SYNs were dropped for older timestamps (NAT in front)",
    "close-wait-leak": "A program does not close its connections",
    "close-wait-blocks-connects": "Leaked connections block new ones on this host",
    "fin-wait2-orphaned": "Many connections wait for the peer's FIN without an owner",
    "fin-wait2-held": "A program holds half-closed connections",
    "last-ack-pile": "Peers do not acknowledge the end of connections",
    "idle-without-keepalive": "Idle connections without keepalive",
    "accept-queue-overflow": "An accept queue is full",
    "listen-backlog-small": "A busy listener has a small backlog",
    "syn-queue-overflow": "A queue of half-open connections is full",
    "syn-cookies-in-use": "The kernel answers with SYN cookies",
    "orphans-near-limit": "Sockets without an owner are near their limit",
    "tcp-memory-pressure": "TCP is short of memory",
    "conntrack-near-full": "The connection tracking table is nearly full",
}


def title(finding_id: str) -> str:
    """Return the title of a kind of finding; a kind that this version does not know is called by its id."""
    return TITLES.get(finding_id, finding_id)
