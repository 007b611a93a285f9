# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the rows of connection tracking, old names included; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.netfilter. module=nf_conntrack source=net/netfilter/nf_conntrack_standalone.c, Documentation/networking/nf_conntrack-sysctl.rst

nf_conntrack_acct            | bool | | 0..1 | 0..1 | | 2.6.30 | 0 |
nf_conntrack_buckets         | int | hash buckets | 1..2147483647 | - | | host | |
nf_conntrack_checksum        | bool | | 0..1 | 0..1 | | 2.6.30 | 1 |
nf_conntrack_count           | int | entries | 0..2147483647 | int | | 2.6.30 | |
  ! read-only: entries in use now
nf_conntrack_expect_max      | int | entries | 1..2147483647 | pos1 | | host | |
nf_conntrack_generic_timeout | int | seconds | 1..2147483 | sec |  | 2.6.30 | 600 |
nf_conntrack_icmp_timeout    | int | seconds | 1..2147483 | sec |  | 2.6.30 | 30 |
nf_conntrack_icmpv6_timeout  | int | seconds | 1..2147483 | sec |  | 2.6.30 | 30 |
nf_conntrack_log_invalid     | int | protocol number | 0..255 | u8 | | 2.6.30 | 0 |
nf_conntrack_max             | int | entries | 1..2147483647 | - | | host | |
  ! a full table drops new connections; host-wide up to 6.18 though every namespace counts its own entries
nf_conntrack_tcp_be_liberal  | bool | | 0..1 | 0..1 | | 3.6 | 0 |
nf_conntrack_tcp_ignore_invalid_rst | bool | | 0..1 | 0..1 | 5.14- | 5.14 | 0 |
nf_conntrack_tcp_loose       | bool | | 0..1 | 0..1 | | 3.6 | 1 |
nf_conntrack_tcp_max_retrans | int | retries | 0..255 | u8 | | 3.6 | 3 |
nf_conntrack_tcp_timeout_close | int | seconds | 1..2147483 | sec |  | 3.6 | 10 |
nf_conntrack_tcp_timeout_close_wait | int | seconds | 1..2147483 | sec |  | 3.6 | 60 |
nf_conntrack_tcp_timeout_established | int | seconds | 1..2147483 | sec |  | 3.6 | 432000 |
  ! shorter than the keepalive time of the connections, it cuts idle ones without a word
nf_conntrack_tcp_timeout_fin_wait | int | seconds | 1..2147483 | sec |  | 3.6 | 120 |
nf_conntrack_tcp_timeout_last_ack | int | seconds | 1..2147483 | sec |  | 3.6 | 30 |
nf_conntrack_tcp_timeout_max_retrans | int | seconds | 1..2147483 | sec |  | 3.6 | 300 |
nf_conntrack_tcp_timeout_syn_recv | int | seconds | 1..2147483 | sec |  | 3.6 | 60 |
nf_conntrack_tcp_timeout_syn_sent | int | seconds | 1..2147483 | sec |  | 3.6 | 120 |
nf_conntrack_tcp_timeout_time_wait | int | seconds | 1..2147483 | sec |  | 3.6 | 120 |
  ! the firewall's entry, not the socket's TIME_WAIT
nf_conntrack_tcp_timeout_unacknowledged | int | seconds | 1..2147483 | sec |  | 3.6 | 300 |
nf_conntrack_udp_timeout     | int | seconds | 1..2147483 | sec |  | 3.6 | 30 |
nf_conntrack_udp_timeout_stream | int | seconds | 1..2147483 | sec |  | 3.6 | 120 |
nf_log.*                     | string | | | | | 3.10 | |
nf_log_all_netns             | bool | | 0..1 | - | 4.11- | host | 0 |

@ prefix=net. module=nf_conntrack source=net/netfilter/nf_conntrack_standalone.c, Documentation/networking/nf_conntrack-sysctl.rst
nf_conntrack_max             | int | entries | 1..2147483647 | - | | host | |
  ! the same value as net.netfilter.nf_conntrack_max

@ prefix=net.netfilter. module=nf_conntrack CONFIG_NF_CONNTRACK_EVENTS source=net/netfilter/nf_conntrack_standalone.c
nf_conntrack_events          | enum | | 0,1,2 | 0..2 | | 2.6.31 | 2 |
nf_conntrack_events_retry_timeout | int | seconds | 1..2147483 | sec | -4.8 | 2.6.31 | 15 |

@ prefix=net.netfilter. module=nf_conntrack CONFIG_NF_CONNTRACK_TIMESTAMP source=net/netfilter/nf_conntrack_standalone.c
nf_conntrack_timestamp       | bool | | 0..1 | 0..1 | 2.6.39- | 2.6.39 | 0 |

@ prefix=net.netfilter. module=nf_conntrack CONFIG_LWTUNNEL source=net/netfilter/nf_conntrack_standalone.c
nf_hooks_lwtunnel            | bool | | 0..1 | 0..1 | 5.15- | host | 0 |
  = one way
  ! host-wide, even when written in a namespace

@ prefix=net.netfilter. module=nf_conntrack CONFIG_NF_CT_PROTO_GRE source=net/netfilter/nf_conntrack_standalone.c
nf_conntrack_gre_timeout     | int | seconds | 1..2147483 | sec | 5.1- | 5.1 | 30 |
nf_conntrack_gre_timeout_stream | int | seconds | 1..2147483 | sec | 5.1- | 5.1 | 180 |

@ prefix=net.netfilter. module=nf_conntrack CONFIG_NF_CT_PROTO_SCTP source=net/netfilter/nf_conntrack_standalone.c
nf_conntrack_sctp_timeout_closed | int | seconds | 1..2147483 | sec |  | 3.6 | 10 |
nf_conntrack_sctp_timeout_cookie_echoed | int | seconds | 1..2147483 | sec |  | 3.6 | 3 |
nf_conntrack_sctp_timeout_cookie_wait | int | seconds | 1..2147483 | sec |  | 3.6 | 3 |
nf_conntrack_sctp_timeout_established | int | seconds | 1..2147483 | sec |  | 3.6 | 210 |
nf_conntrack_sctp_timeout_heartbeat_acked | int | seconds | 1..2147483 | sec | 4.3-6.1 | 4.3 | 210 |
nf_conntrack_sctp_timeout_heartbeat_sent | int | seconds | 1..2147483 | sec | 4.3- | 4.3 | 30 |
nf_conntrack_sctp_timeout_shutdown_ack_sent | int | seconds | 1..2147483 | sec |  | 3.6 | 3 |
nf_conntrack_sctp_timeout_shutdown_recd | int | seconds | 1..2147483 | sec |  | 3.6 | 3 |
nf_conntrack_sctp_timeout_shutdown_sent | int | seconds | 1..2147483 | sec |  | 3.6 | 3 |

@ prefix=net.netfilter. module=nf_conntrack CONFIG_NF_CT_PROTO_DCCP source=net/netfilter/nf_conntrack_standalone.c
nf_conntrack_dccp_loose      | bool | | 0..1 | - | -6.16 | 2.6.30 | 1 |
nf_conntrack_dccp_timeout_closereq | int | seconds | 1..2147483 | sec | -6.16 | 2.6.30 | 64 |
nf_conntrack_dccp_timeout_closing | int | seconds | 1..2147483 | sec | -6.16 | 2.6.30 | 64 |
nf_conntrack_dccp_timeout_open | int | seconds | 1..2147483 | sec | -6.16 | 2.6.30 | 43200 |
nf_conntrack_dccp_timeout_partopen | int | seconds | 1..2147483 | sec | -6.16 | 2.6.30 | 480 |
nf_conntrack_dccp_timeout_request | int | seconds | 1..2147483 | sec | -6.16 | 2.6.30 | 240 |
nf_conntrack_dccp_timeout_respond | int | seconds | 1..2147483 | sec | -6.16 | 2.6.30 | 480 |
nf_conntrack_dccp_timeout_timewait | int | seconds | 1..2147483 | sec | -6.16 | 2.6.30 | 240 |

@ prefix=net.netfilter. module=nf_conntrack CONFIG_NF_FLOW_TABLE source=net/netfilter/nf_conntrack_standalone.c
nf_flowtable_tcp_timeout     | int | seconds | 1..2147483 | sec | 5.14- | 5.14 | 30 |
nf_flowtable_udp_timeout     | int | seconds | 1..2147483 | sec | 5.14- | 5.14 | 30 |

@ prefix=net.netfilter. module=nf_defrag_ipv6 source=net/ipv6/netfilter/nf_conntrack_reasm.c
nf_conntrack_frag6_high_thresh | int | bytes | 65536..2147483647 | ulong | | 3.7 | 4194304 |
  ! a kernel such as 5.10 takes lower values only, so that it cannot be put back there
nf_conntrack_frag6_low_thresh | int | bytes | 0..2147483647 | ulong | | 3.7 | 3145728 | nf_conntrack_frag6_high_thresh
nf_conntrack_frag6_timeout   | int | seconds | 1..2147483 | sec |  | 3.7 | 60 |

@ prefix=net.netfilter. module=nf_conntrack source=net/netfilter/nf_conntrack_helper.c
nf_conntrack_helper          | bool | | 0..1 | - | 3.5-5.19 | 3.5 | 0 |
  ! 1 lets any client open holes in the firewall by what he writes into a control connection

@ prefix=net.ipv4. module=nf_conntrack source=net/ipv4/netfilter/nf_conntrack_l3proto_ipv4_compat.c
ip_conntrack_max             | int | entries | 1..2147483647 | - | -2.6.21 | host | |
netfilter.ip_conntrack_buckets | int | hash buckets | 1..2147483647 | - | -4.8 | host | |
netfilter.ip_conntrack_checksum | bool | | 0..1 | - | -4.8 | 2.6.30 | 1 |
netfilter.ip_conntrack_count | int | entries | 0..2147483647 | - | -4.8 | 2.6.30 | |
netfilter.ip_conntrack_generic_timeout | int | seconds | 1..2147483 | sec | -4.8 | 2.6.30 | 600 |
netfilter.ip_conntrack_icmp_timeout | int | seconds | 1..2147483 | sec | -4.8 | 2.6.30 | 30 |
netfilter.ip_conntrack_log_invalid | int | protocol number | 0..255 | - | -4.8 | 2.6.30 | 0 |
netfilter.ip_conntrack_max | int | entries | 1..2147483647 | - | -4.8 | host | |
netfilter.ip_conntrack_tcp_be_liberal | bool | | 0..1 | - | -4.8 | 3.6 | 0 |
netfilter.ip_conntrack_tcp_loose | bool | | 0..1 | - | -4.8 | 3.6 | 1 |
netfilter.ip_conntrack_tcp_max_retrans | int | retries | 0..255 | - | -4.8 | 3.6 | 3 |
netfilter.ip_conntrack_tcp_timeout_close | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 10 |
netfilter.ip_conntrack_tcp_timeout_close_wait | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 60 |
netfilter.ip_conntrack_tcp_timeout_established | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 432000 |
netfilter.ip_conntrack_tcp_timeout_fin_wait | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 120 |
netfilter.ip_conntrack_tcp_timeout_last_ack | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 30 |
netfilter.ip_conntrack_tcp_timeout_max_retrans | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 300 |
netfilter.ip_conntrack_tcp_timeout_syn_recv | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 60 |
netfilter.ip_conntrack_tcp_timeout_syn_sent | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 120 |
netfilter.ip_conntrack_tcp_timeout_syn_sent2 | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 120 |
netfilter.ip_conntrack_tcp_timeout_time_wait | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 120 |
netfilter.ip_conntrack_udp_timeout | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 30 |
netfilter.ip_conntrack_udp_timeout_stream | int | seconds | 1..2147483 | sec | -4.8 | 3.6 | 180 |
"""
