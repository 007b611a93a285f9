# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the rows of net.ipv4 that TCP reads, with those that the kernel dropped; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.ipv4. source=net/ipv4/sysctl_net_ipv4.c, Documentation/networking/ip-sysctl.rst

tcp_abort_on_overflow        | bool | | 0..1 | u8 | | 4.15 | 0 |
  ! resets clients that a full accept queue could still have served after a moment
tcp_adv_win_scale            | int | | -31..31 | -31..31 | | 4.15 | 1 |
tcp_allowed_congestion_control | string | | | | 2.6.20- | host | |
tcp_app_win                  | int | | 0..31 | 0..31 | | 4.15 | 31 |
tcp_autocorking              | bool | | 0..1 | 0..1 | 3.14- | 4.15 | 1 |
tcp_available_congestion_control | string | | | | 2.6.20- | 4.15 | |
  ! read-only: lists what is built in or loaded
tcp_available_ulp            | string | | | | 4.14- | host | |
  ! read-only: lists what is built in or loaded
tcp_backlog_ack_defer        | bool | | 0..1 | 0..1 | 6.7- | 6.7 | 1 | tcp_sack
tcp_base_mss                 | int | bytes | 88..65495 | int | 2.6.17- | 4.1 | 1024 | tcp_mtu_probing
tcp_challenge_ack_limit      | int | segments per second | 0..2147483647 | int | 3.6- | 4.15 | 2147483647 |
  ! a low limit is shared by all connections and can be measured from outside (CVE-2016-5696)
tcp_child_ehash_entries      | int | hash buckets | 0..16777216 | 0..16777216 | 6.1- | 6.1 | 0 |
  ! read when a child namespace is made; 1 gives that child no TIME_WAIT at all
tcp_comp_sack_delay_ns       | int | nanoseconds | 0..1000000000 | u64 | 4.18- | 4.18 | 1000000 | tcp_sack
tcp_comp_sack_nr             | int | acknowledgements | 0..255 | 0..255 | 4.18- | 4.18 | 44 | tcp_sack
tcp_comp_sack_rtt_percent    | int | percent of the RTT | 1..1000 | 1..1000 | 6.19- | 6.19 | 33 | tcp_sack
tcp_comp_sack_slack_ns       | int | nanoseconds | 0..1000000000 | u64 | 5.8- | 5.8 | 100000 | tcp_sack
tcp_congestion_control       | string | | | | 2.6.13- | 4.15 | |
  ! naming an algorithm may load its module; bbr before 4.13 needs the fq qdisc for pacing
tcp_dsack                    | bool | | 0..1 | u8 | | 4.15 | 1 | tcp_sack
tcp_early_demux              | bool | | 0..1 | u8 | 4.12- | 4.12 | 1 | ip_early_demux
tcp_early_retrans            | enum | | 0,1,2,3,4 | 0..4 | 3.5- | 4.15 | 3 |
tcp_ecn                      | enum | | 0,1,2 | 0..2 | | 3.10 | 2 |
  ! 1 asks for ECN on every outgoing connection; old middleboxes drop such SYNs
tcp_ecn_fallback             | bool | | 0..1 | 0..1 | 4.2- | 4.2 | 1 | tcp_ecn
tcp_ecn_option               | enum | | 0,1,2 | 0..2 | 6.18- | 6.18 | 2 | tcp_ecn
tcp_ecn_option_beacon        | int | options per round trip | 0..3 | 0..3 | 6.18- | 6.18 | 3 | tcp_ecn_option
tcp_ehash_entries            | int | hash buckets | -2147483648..2147483647 | int | 6.1- | 6.1 | |
  ! read-only: negative means that this namespace shares the table of the host
tcp_fack                     | bool | | 0..1 | u8 | | 4.15 | 0 | tcp_sack
  ! without effect since 4.15
tcp_fastopen                 | bitmask | | 0..1543 | int | 3.6- | 4.15 | 1 |
  ! 0x200 and 0x4 accept or send data without a cookie: replays and reflection become possible
tcp_fastopen_blackhole_timeout_sec | int | seconds | 0..604800 | pos | 4.12- | 4.15 | 0 | tcp_fastopen
tcp_fastopen_key             | string | | | | 3.7- | 4.15 | | tcp_fastopen
  ! secret (mode 0600): hosts behind one address need the same key, nobody else may learn it
tcp_fin_timeout              | int | seconds | 1..3600 | sec | | 4.6 | 60 |
  ! governs orphaned FIN_WAIT2 only; TIME_WAIT stays 60 s whatever stands here
tcp_frto                     | enum | | 0,1,2 | u8 | | 4.15 | 2 |
tcp_fwmark_accept            | bool | | 0..1 | u8 | 3.15- | 3.15 | 0 |
tcp_invalid_ratelimit        | int | milliseconds | 0..60000 | - | 4.0- | 4.15 | 500 |
tcp_keepalive_intvl          | int | seconds | 1..32767 | sec | | 4.5 | 75 |
tcp_keepalive_probes         | int | probes | 1..127 | u8 | | 4.5 | 9 |
tcp_keepalive_time           | int | seconds | 1..32767 | sec | | 4.5 | 7200 |
  ! sockets with SO_KEEPALIVE only; very low values cost a probe per idle connection
tcp_limit_output_bytes       | int | bytes | 4096..1073741824 | int | 3.6- | 4.15 | 4194304 |
tcp_low_latency              | bool | | 0..1 | int | | host | 0 |
  ! without effect since 4.14
tcp_max_orphans              | int | sockets | 1024..2147483647 | int | | host | |
  ! orphans above the limit are reset; trouble starts at a quarter of it
tcp_max_reordering           | int | segments | 1..2147483647 | 1..2147483647 | 3.19- | 4.15 | 300 |
tcp_max_syn_backlog          | int | connection requests | 1..2147483647 | int | | 4.11 | | tcp_syncookies
  ! since 4.4 it limits only while tcp_syncookies is 0; somaxconn and the listen backlog decide otherwise
tcp_max_tw_buckets           | int | sockets | 1..2147483647 | int | | 4.11 | |
  ! above the limit a connection skips TIME_WAIT, which protects the next one against stray segments
tcp_mem                      | int_triple | pages | 1..9223372036854775807 | ulong | | host | |
  ! shared by every namespace of the host (3.10 kept a copy in each); wrong limits stop all of TCP
tcp_migrate_req              | bool | | 0..1 | 0..1 | 5.14- | 5.14 | 0 |
tcp_min_rtt_wlen             | int | seconds | 0..86400 | 0..86400 | 4.4- | 4.15 | 300 |
tcp_min_snd_mss              | int | bytes | 48..65535 | 48..65535 | 5.2- | 5.2 | 48 |
tcp_min_tso_segs             | int | segments | 1..255 | 1..255 | 3.12- | 4.15 | 2 |
tcp_moderate_rcvbuf          | bool | | 0..1 | u8 | | 4.15 | 1 |
  ! 0 freezes every receive window at the middle value of tcp_rmem
tcp_mtu_probe_floor          | int | bytes | 48..65535 | 48..65535 | 5.5- | 5.5 | 48 | tcp_mtu_probing
tcp_mtu_probing              | enum | | 0,1,2 | u8 | 2.6.17- | 4.1 | 0 |
tcp_no_metrics_save          | bool | | 0..1 | u8 | | 4.15 | 0 |
tcp_no_ssthresh_metrics_save | bool | | 0..1 | 0..1 | 5.6- | 5.6 | 1 |
tcp_notsent_lowat            | int | bytes | 0..4294967295 | uint | 3.12- | 4.6 | 4294967295 |
tcp_orphan_retries           | int | retries | 0..255 | u8 | | 4.6 | 0 |
  ! 0 means 8 for a peer that still answers
tcp_pacing_ca_ratio          | int | percent | 1..1000 | 0..1000 | 4.3- | 4.15 | 120 |
tcp_pacing_ss_ratio          | int | percent | 1..1000 | 0..1000 | 4.3- | 4.15 | 200 |
tcp_pingpong_thresh          | int | packets | 1..255 | 1..255 | 6.7- | 6.7 | 1 |
tcp_plb_cong_thresh          | int | 1/256 | 0..256 | 0..256 | 6.2- | 6.2 | 128 | tcp_plb_enabled
tcp_plb_enabled              | bool | | 0..1 | 0..1 | 6.2- | 6.2 | 0 |
tcp_plb_idle_rehash_rounds   | int | round trips | 0..31 | 0..31 | 6.2- | 6.2 | 3 | tcp_plb_enabled
tcp_plb_rehash_rounds        | int | round trips | 0..31 | 0..31 | 6.2- | 6.2 | 12 | tcp_plb_enabled
tcp_plb_suspend_rto_sec      | int | seconds | 0..255 | 0..255 | 6.2- | 6.2 | 60 | tcp_plb_enabled
tcp_probe_interval           | int | seconds | 0..86400 | usec | 4.1- | 4.1 | 600 | tcp_mtu_probing
tcp_probe_threshold          | int | bytes | 0..65535 | int | 4.1- | 4.1 | 8 | tcp_mtu_probing
tcp_rcvbuf_low_rtt           | int | microseconds | 0..2147483647 | pos | 6.19- | 6.19 | 1000 |
tcp_recovery                 | bitmask | | 0..7 | u8 | 4.4- | 4.15 | 1 |
tcp_reflect_tos              | bool | | 0..1 | 0..1 | 5.10- | 5.10 | 0 |
tcp_reordering               | int | segments | 1..300 | 1..2147483647 | | 4.6 | 3 | tcp_max_reordering
tcp_retrans_collapse         | bool | | 0..1 | u8 | | 4.15 | 1 |
tcp_retries1                 | int | retries | 0..255 | 0..255 | | 4.6 | 3 |
tcp_retries2                 | int | retries | 1..255 | u8 | | 4.6 | 15 |
  ! RFC 1122 asks for at least 100 s, which is 8 here
tcp_rfc1337                  | bool | | 0..1 | u8 | | 4.15 | 0 |
tcp_rmem                     | int_triple | bytes | 1..2147483647 | pos1 | | 4.15 | |
tcp_rto_max_ms               | int | milliseconds | 1000..120000 | 1000..120000 | 6.15- | 6.15 | 120000 |
tcp_rto_min_us               | int | microseconds | 1..120000000 | pos1 | 6.11- | 6.11 | 200000 |
  ! below the peer's delayed acknowledgement every pause turns into a retransmission
tcp_sack                     | bool | | 0..1 | u8 | | 4.13 | 1 |
  ! 0 costs throughput after every loss; patch CVE-2019-11477 instead
tcp_shrink_window            | bool | | 0..1 | 0..1 | 6.5- | 6.5 | 0 |
tcp_slow_start_after_idle    | bool | | 0..1 | u8 | 2.6.18- | 4.15 | 1 |
tcp_stdurg                   | bool | | 0..1 | u8 | | 4.15 | 0 |
tcp_syn_linear_timeouts      | int | timeouts | 0..127 | 0..127 | 6.5- | 6.5 | 4 |
tcp_syn_retries              | int | retries | 1..127 | 1..127 | | 4.6 | 6 |
tcp_synack_retries           | int | retries | 0..255 | u8 | | 4.6 | 5 |
tcp_syncookies               | enum | | 0,1,2 | u8 | | 4.6 | 1 |
  ! 0 lets a small SYN flood lock clients out; 2 is for tests and sends cookies always
tcp_thin_linear_timeouts     | bool | | 0..1 | u8 | 2.6.34- | 4.15 | 0 |
tcp_timestamps               | enum | | 0,1,2 | u8 | | 4.13 | 1 |
  ! 0 also takes away PAWS and the reuse of TIME_WAIT; 2 exists since 4.10 and gives away the uptime
tcp_tso_rtt_log              | int | log2 microseconds | 0..255 | 0..255 | 5.18- | 5.18 | 9 |
tcp_tso_win_divisor          | int | fraction | 0..255 | u8 | | 4.15 | 3 |
tcp_tw_reuse                 | enum | | 0,1,2 | 0..2 | | 4.10 | 2 | tcp_timestamps
  ! helps the side that connects, never a server that closes first; 2 exists since 4.18
tcp_tw_reuse_delay           | int | milliseconds | 1..60000 | 1..60000 | 6.14- | 6.14 | 1000 | tcp_tw_reuse
  ! below a second stray segments of the old connection may reach the new one
tcp_window_scaling           | bool | | 0..1 | u8 | | 4.13 | 1 |
  ! 0 caps every window at 64 KiB
tcp_wmem                     | int_triple | bytes | 1..2147483647 | pos1 | | 4.15 | |
tcp_workaround_signed_windows | bool | | 0..1 | u8 | | 4.15 | 0 |

@ prefix=net.ipv4. source=man 7 tcp, net/ipv4/sysctl_net_ipv4.c
tcp_bic                      | bool | | 0..1 | int | -2.6.12 | host | 0 |
tcp_vegas_cong_avoid         | bool | | 0..1 | int | -2.6.12 | host | 0 |
tcp_westwood                 | bool | | 0..1 | int | -2.6.12 | host | 0 |
tcp_abc                      | enum | | 0,1,2 | int | 2.6.15-3.8 | host | 0 |
tcp_cookie_size              | int | bytes | 0..16 | int | 2.6.33-3.9 | host | 0 |
tcp_frto_response            | enum | | 0,1,2 | int | 2.6.22-3.9 | host | 0 |
tcp_max_ssthresh             | int | segments | 0..2147483647 | int | 2.6.20-3.13 | host | 0 |
tcp_thin_dupack              | bool | | 0..1 | int | 2.6.34-4.10 | host | 0 |
tcp_rx_skb_cache             | bool | | 0..1 | 0..1 | 5.3-5.15 | host | 0 |
  ! a packet more of memory for each connection
tcp_tw_recycle               | bool | | 0..1 | int | -4.11 | 4.11 | 0 | tcp_timestamps
  ! silently drops the SYNs of clients that share an address: never behind or in front of NAT
tcp_tx_skb_cache             | bool | | 0..1 | 0..1 | 5.3-5.15 | host | 0 |
  ! a packet more of memory for each connection

@ prefix=net.ipv4. module=CONFIG_NET_DMA source=man 7 tcp, net/ipv4/sysctl_net_ipv4.c
tcp_dma_copybreak            | int | bytes | 0..2147483647 | int | 2.6.18-3.17 | host | 4096 |
"""
