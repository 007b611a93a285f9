# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the rows of net.ipv4 beside TCP: forwarding, ports, ICMP, fragments, UDP, routes; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.ipv4. source=net/ipv4/sysctl_net_ipv4.c, Documentation/networking/ip-sysctl.rst

fib_notify_on_flag_change    | enum | | 0,1,2 | 0..2 | 5.12- | 5.12 | 0 |
fib_sync_mem                 | int | bytes | 65536..67108864 | 65536..67108864 | 5.2- | host | 524288 |
fwmark_reflect               | bool | | 0..1 | u8 | 3.15- | 3.15 | 0 |
icmp_echo_enable_probe       | bool | | 0..1 | 0..1 | 5.13- | 5.13 | 0 |
  ! answers anybody who asks which addresses and interfaces this host has (RFC 8335)
icmp_echo_ignore_all         | bool | | 0..1 | 0..1 | | 2.6.26 | 0 |
icmp_echo_ignore_broadcasts  | bool | | 0..1 | 0..1 | | 2.6.26 | 1 |
  ! 0 makes this host an amplifier of smurf attacks
icmp_errors_extension_mask   | bitmask | | 0..1 | 0..1 | 6.19- | 6.19 | 0 |
  ! tells whoever gets an ICMP error which interface the packet came in by (RFC 5837)
icmp_errors_use_inbound_ifaddr | bool | | 0..1 | 0..1 | | 2.6.26 | 0 |
icmp_ignore_bogus_error_responses | bool | | 0..1 | 0..1 | | 2.6.26 | 1 |
icmp_msgs_burst              | int | messages | 0..2147483647 | pos | 3.18- | 6.12 | 50 |
icmp_msgs_per_sec            | int | messages per second | 0..2147483647 | pos | 3.18- | 6.12 | 1000 |
icmp_ratelimit               | int | milliseconds | 0..60000 | - | | 2.6.26 | 1000 |
icmp_ratemask                | bitmask | | 0..2147483647 | int | | 2.6.26 | 6168 | icmp_ratelimit
inet_peer_maxttl             | int | seconds | 1..86400 | sec | | host | 600 |
inet_peer_minttl             | int | seconds | 1..86400 | sec | | host | 120 |
inet_peer_threshold          | int | bytes | 0..2147483647 | int | | host | |
ip_autobind_reuse            | bool | | 0..1 | 0..1 | 5.7- | 5.7 | 0 |
  ! a connect() that would have failed at bind() fails later, or never: wanted by few programs
ip_default_ttl               | int | hops | 1..255 | 1..255 | | 4.6 | 64 |
ip_dynaddr                   | enum | | 0,1,2 | u8 | | 4.6 | 0 |
ip_early_demux               | bool | | 0..1 | u8 | 3.6- | 4.6 | 1 |
ip_forward                   | bool | | 0..1 | int | | 2.6.26 | 0 |
  ! a change also sets conf/*/forwarding and conf/all/accept_redirects to what a router or a host needs
ip_forward_update_priority   | bool | | 0..1 | 0..1 | 4.19- | 4.19 | 1 | ip_forward
ip_forward_use_pmtu          | bool | | 0..1 | u8 | 3.14- | 3.14 | 0 | ip_forward
ip_local_port_range          | int_pair | ports | 1..65535 | 0..65535 | | 3.13 | 32768 60999 | ip_unprivileged_port_start ip_local_reserved_ports
  ! ports that services listen on get in the way; reserve them in ip_local_reserved_ports
ip_local_port_step_width     | int | ports | 0..65535 | uint | 7.1- | 7.1 | 0 | ip_local_port_range
ip_local_reserved_ports      | port_list | ports | | | 2.6.35- | 3.16 | |
ip_no_pmtu_disc              | enum | | 0,1,2,3 | u8 | | 3.14 | 0 |
ip_nonlocal_bind             | bool | | 0..1 | u8 | | 3.18 | 0 |
ip_unprivileged_port_start   | int | port | 0..65535 | 0..65535 | 4.11- | 4.11 | 1024 |
  ! below 1024 any user may listen where clients expect a system service
ipfrag_high_thresh           | int | bytes | 65536..2147483647 | ulong | | 2.6.26 | 4194304 |
ipfrag_low_thresh            | int | bytes | 0..2147483647 | ulong | | 2.6.26 | 3145728 | ipfrag_high_thresh
ipfrag_max_dist              | int | fragments | 0..2147483647 | pos | | 4.6 | 64 |
ipfrag_secret_interval       | int | seconds | 0..86400 | sec | | host | 0 |
  ! without effect since 3.17
ipfrag_time                  | int | seconds | 1..300 | sec | | 2.6.26 | 30 |
nexthop_compat_mode          | bool | | 0..1 | 0..1 | 5.8- | 5.8 | 1 |
ping_group_range             | int_pair | group ids | 0..4294967294 | 0..4294967294 | 3.0- | 3.0 | 1 0 |
udp_child_hash_entries       | int | hash buckets | 0..65536 | 0..65536 | 6.2- | 6.2 | 0 |
udp_early_demux              | bool | | 0..1 | u8 | 4.12- | 4.12 | 1 | ip_early_demux
udp_hash_entries             | int | hash buckets | -2147483648..2147483647 | int | 6.2- | 6.2 | |
  ! read-only: negative means that this namespace shares the table of the host
udp_mem                      | int_triple | pages | 1..9223372036854775807 | ulong | | host | |
udp_rmem_min                 | int | bytes | 1024..2147483647 | pos1 | | 4.17 | 4096 |
udp_wmem_min                 | int | bytes | 1024..2147483647 | pos1 | | 4.17 | 4096 |

@ prefix=net.ipv4. module=CONFIG_IP_ROUTE_MULTIPATH source=net/ipv4/sysctl_net_ipv4.c, Documentation/networking/ip-sysctl.rst
fib_multipath_hash_fields    | bitmask | | 1..4095 | 1..4095 | 5.14- | 5.14 | 7 | fib_multipath_hash_policy
fib_multipath_hash_policy    | enum | | 0,1,2,3 | 0..3 | 4.12- | 4.12 | 0 |
fib_multipath_hash_seed      | int | | 0..4294967295 | uint | 6.11- | 6.11 | 0 |
fib_multipath_use_neigh      | bool | | 0..1 | 0..1 | 4.7- | 4.7 | 0 |

@ prefix=net.ipv4. module=CONFIG_NET_L3_MASTER_DEV source=net/ipv4/sysctl_net_ipv4.c, Documentation/networking/vrf.rst
raw_l3mdev_accept            | bool | | 0..1 | 0..1 | 5.0- | 5.0 | 1 |
tcp_l3mdev_accept            | bool | | 0..1 | 0..1 | 4.5- | 4.5 | 0 |
  ! a listener outside every VRF then serves connections of all of them
udp_l3mdev_accept            | bool | | 0..1 | 0..1 | 4.14- | 4.14 | 0 |

@ prefix=net.ipv4. module=CONFIG_IP_MULTICAST source=net/ipv4/sysctl_net_ipv4.c, net/ipv4/igmp.c
igmp_link_local_mcast_reports | bool | | 0..1 | u8 | 4.3- | 4.6 | 1 |
igmp_max_memberships         | int | groups | 1..2147483647 | int | | 4.6 | 20 |
igmp_max_msf                 | int | sources | 1..2147483647 | int | | 4.6 | 10 |
igmp_qrv                     | int | | 1..2147483647 | pos1 | 3.18- | 4.6 | 2 |

@ prefix=net.ipv4. module=CONFIG_NETLABEL source=net/ipv4/sysctl_net_ipv4.c, net/ipv4/cipso_ipv4.c
cipso_cache_bucket_size      | int | entries | 0..2147483647 | int | | host | 10 | cipso_cache_enable
cipso_cache_enable           | bool | | 0..1 | int | | host | 1 |
cipso_rbm_optfmt             | bool | | 0..1 | int | | host | 0 |
cipso_rbm_strictvalid        | bool | | 0..1 | int | | host | 1 |

@ prefix=net.ipv4. module=CONFIG_XFRM source=net/ipv4/xfrm4_policy.c
xfrm4_gc_thresh              | int | entries | 0..2147483647 | int | | 3.9 | 32768 |
  ! without effect since 4.14: the flow cache that it limited is gone

@ prefix=net.ipv4. source=man 7 ip, net/ipv4/inetpeer.c
inet_peer_gc_maxtime         | int | seconds | 1..86400 | sec | -3.0 | host | 120 |
inet_peer_gc_mintime         | int | seconds | 1..86400 | sec | -3.0 | host | 10 |
ip_autoconfig                | bool | | 0..1 | int | -2.6.17 | host | 0 |

@ prefix=net.ipv4.route. source=net/ipv4/route.c, Documentation/networking/ip-sysctl.rst

error_burst                  | int | jiffies | 0..2147483647 | int | | host | |
error_cost                   | int | jiffies | 0..2147483647 | int | | host | |
flush                        | int | | 0..2147483647 | int | | 2.6.26 | |
  ! write-only: an action, not a setting; drops cached routes and path MTUs
gc_elasticity                | int | entries | 0..2147483647 | int | | host | 8 |
  ! without effect since 3.6: the routing cache is gone
gc_interval                  | int | seconds | 1..86400 | sec | | host | 60 |
  ! without effect since 3.6: the routing cache is gone
gc_min_interval              | int | seconds | 0..86400 | sec | | host | 0 |
gc_min_interval_ms           | int | milliseconds | 0..86400000 | - | | host | 500 |
gc_thresh                    | int | entries | -1..2147483647 | int | | host | -1 |
gc_timeout                   | int | seconds | 1..86400 | sec | | host | 300 |
max_size                     | int | entries | 1..2147483647 | int | | host | 2147483647 |
  ! without effect since 3.6: the routing cache is gone
min_adv_mss                  | int | bytes | 1..65495 | int | | 5.18 | 256 |
min_pmtu                     | int | bytes | 68..65535 | 68..2147483647 | | 5.18 | 552 |
  ! a forged ICMP message can push the path MTU of a connection down to this
mtu_expires                  | int | seconds | 1..86400 | sec | | 5.18 | 600 |
redirect_load                | int | jiffies | 0..2147483647 | int | | host | |
redirect_number              | int | packets | 0..2147483647 | int | | host | 9 |
redirect_silence             | int | jiffies | 0..2147483647 | int | | host | |
"""
