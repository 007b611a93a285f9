# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name sets of keys that a network namespace has for itself, with values that are not the kernel's defaults."""

from __future__ import annotations

# The article's.
ARTICLE = {
    "net.ipv4.tcp_syncookies": "2",
    "net.ipv4.tcp_tw_reuse": "1",
    "net.ipv4.tcp_fin_timeout": "30",
    "net.ipv4.tcp_keepalive_time": "1200",
    "net.ipv4.ip_local_port_range": "10240 65535",
    "net.ipv4.tcp_max_syn_backlog": "8192",
    "net.ipv4.tcp_max_tw_buckets": "500000",
}
MORE = {
    "net.ipv4.tcp_keepalive_intvl": "30",
    "net.ipv4.tcp_keepalive_probes": "5",
    "net.ipv4.tcp_retries2": "10",
    "net.ipv4.tcp_orphan_retries": "2",
    "net.core.somaxconn": "8192",
}
PER_INTERFACE = {
    "accept_redirects": "0",
    "accept_source_route": "1",
    "arp_accept": "1",
    "arp_announce": "2",
    "arp_filter": "1",
    "arp_ignore": "1",
    "log_martians": "1",
    "proxy_arp": "1",
    "rp_filter": "2",
    "secure_redirects": "0",
    "send_redirects": "0",
    "shared_media": "0",
}
INTERFACES = ("all", "default", "lo")


def some(count: int) -> dict[str, str]:
    """Return so many keys, the article's first; ValueError when there are not as many."""
    keys = {**ARTICLE, **MORE}
    keys.update({f"net.ipv4.conf.{interface}.{name}": value for interface in INTERFACES for name, value in PER_INTERFACE.items()})
    if count > len(keys):
        raise ValueError(f"{count} keys are asked for, {len(keys)} are named here")
    return dict(list(keys.items())[:count])
