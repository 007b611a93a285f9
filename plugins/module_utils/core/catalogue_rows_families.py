# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the families of net.ipv4, conf and neigh, for any interface; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.ipv4.conf.*. source=net/ipv4/devinet.c, Documentation/networking/ip-sysctl.rst

accept_local                 | bool | | 0..1 | int | 2.6.33- | 2.6.33 | 0 |
  ! 1 takes packets with one of our own addresses as source: spoofing becomes possible
accept_redirects             | bool | | 0..1 | int | | 2.6.25 | 1 | net.ipv4.conf.*.forwarding
  ! 1 lets a neighbour send traffic through himself
accept_source_route          | bool | | 0..1 | int | | 2.6.25 | |
  ! 1 lets the sender choose the way around a firewall
arp_accept                   | enum | | 0,1,2 | int | | 2.6.25 | 0 |
arp_announce                 | enum | | 0,1,2 | int | | 2.6.25 | 0 |
arp_evict_nocarrier          | bool | | 0..1 | int | 5.16- | 5.16 | 1 |
arp_filter                   | bool | | 0..1 | int | | 2.6.25 | 0 |
arp_ignore                   | enum | | 0,1,2,3,4,5,6,7,8 | int | | 2.6.25 | 0 |
  ! load balancers with direct routing need 1 on the real servers; 8 answers nobody
arp_notify                   | bool | | 0..1 | int | 2.6.30- | 2.6.30 | 0 |
bc_forwarding                | bool | | 0..1 | int | 4.19- | 4.19 | 0 |
bootp_relay                  | bool | | 0..1 | int | | 2.6.25 | 0 |
disable_policy               | bool | | 0..1 | int | | 2.6.25 | |
disable_xfrm                 | bool | | 0..1 | int | | 2.6.25 | |
drop_gratuitous_arp          | bool | | 0..1 | int | 4.6- | 4.6 | 0 |
drop_unicast_in_l2_multicast | bool | | 0..1 | int | 4.6- | 4.6 | 0 |
force_igmp_version           | enum | | 0,1,2,3 | int | | 2.6.25 | 0 |
forwarding                   | bool | | 0..1 | int | | 2.6.25 | 0 | net.ipv4.ip_forward
  ! conf/all/forwarding is ip_forward under another name and sets every interface
igmpv2_unsolicited_report_interval | int | milliseconds | 1..2147483647 | int | 3.12- | 3.12 | 10000 |
igmpv3_unsolicited_report_interval | int | milliseconds | 1..2147483647 | int | 3.12- | 3.12 | 1000 |
ignore_routes_with_linkdown  | bool | | 0..1 | int | 4.2- | 4.2 | 0 |
log_martians                 | bool | | 0..1 | int | | 2.6.25 | 0 |
mc_forwarding                | bool | | 0..1 | int | | 2.6.25 | 0 |
  ! read-only: set by the multicast routing daemon
medium_id                    | int | | -1..2147483647 | int | | 2.6.25 | 0 |
promote_secondaries          | bool | | 0..1 | int | | 2.6.25 | 0 |
proxy_arp                    | bool | | 0..1 | int | | 2.6.25 | 0 |
proxy_arp_pvlan              | bool | | 0..1 | int | 2.6.34- | 2.6.34 | 0 |
route_localnet               | bool | | 0..1 | int | 3.6- | 3.6 | 0 |
  ! 1 makes services on 127.0.0.1 reachable from the network unless a firewall stops it (CVE-2020-8558)
rp_filter                    | enum | | 0,1,2 | int | | 2.6.25 | 0 |
  ! the higher of all and the interface counts; 1 drops asymmetrically routed traffic, 2 exists since 2.6.31
secure_redirects             | bool | | 0..1 | int | | 2.6.25 | 1 | net.ipv4.conf.*.accept_redirects
send_redirects               | bool | | 0..1 | int | | 2.6.25 | 1 |
shared_media                 | bool | | 0..1 | int | | 2.6.25 | 1 |
src_valid_mark               | bool | | 0..1 | int | 2.6.33- | 2.6.33 | 0 |
tag                          | int | | -2147483648..2147483647 | int | | 2.6.25 | 0 |

@ prefix=net.ipv4.neigh.*. source=net/core/neighbour.c, man 7 arp

anycast_delay                | int | 1/100 seconds | 0..6000 | - | | 2.6.26 | 100 |
app_solicit                  | int | probes | 0..255 | pos | | 2.6.26 | 0 |
base_reachable_time          | int | seconds | 1..86400 | sec | | 2.6.26 | 30 |
  ! the same value as base_reachable_time_ms: set one of the two
base_reachable_time_ms       | int | milliseconds | 1..86400000 | - | | 2.6.26 | 30000 |
delay_first_probe_time       | int | seconds | 0..3600 | sec | | 2.6.26 | 5 |
gc_stale_time                | int | seconds | 1..86400 | sec | | 2.6.26 | 60 |
interval_probe_time_ms       | int | milliseconds | 1..86400000 | - | 6.0- | 6.0 | 5000 |
locktime                     | int | 1/100 seconds | 0..6000 | - | | 2.6.26 | 100 |
mcast_resolicit              | int | probes | 0..255 | pos | 4.1- | 4.1 | 0 |
mcast_solicit                | int | probes | 0..255 | pos | | 2.6.26 | 3 |
proxy_delay                  | int | 1/100 seconds | 0..6000 | - | | 2.6.26 | 80 |
proxy_qlen                   | int | packets | 0..65535 | pos | | 2.6.26 | 64 |
retrans_time                 | int | 1/100 seconds | 1..6000 | - | | 2.6.26 | 100 |
  ! the same value as retrans_time_ms: set one of the two
retrans_time_ms              | int | milliseconds | 1..60000 | - | | 2.6.26 | 1000 |
ucast_solicit                | int | probes | 0..255 | pos | | 2.6.26 | 3 |
unres_qlen                   | int | packets | 0..65535 | - | | 2.6.26 | |
  ! the same value as unres_qlen_bytes: set one of the two
unres_qlen_bytes             | int | bytes | 0..2147483647 | pos | 3.3- | 3.3 | |

@ prefix=net.ipv4.neigh.default. source=net/core/neighbour.c, man 7 arp
gc_interval                  | int | seconds | 1..86400 | sec | | host | 30 |
gc_thresh1                   | int | entries | 0..2147483647 | - | | host | 128 |
gc_thresh2                   | int | entries | 1..2147483647 | - | | host | 512 |
gc_thresh3                   | int | entries | 1..2147483647 | - | | host | 1024 |
  ! the table is shared by every namespace; at this size new neighbours are refused
"""
