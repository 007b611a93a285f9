# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the rows of net.core; catalogue_table.py says how a row is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = """
@ prefix=net.core. source=net/core/sysctl_net_core.c, Documentation/admin-guide/sysctl/net.rst

bypass_prot_mem              | bool | | 0..1 | 0..1 | 6.19- | 6.19 | 0 |
  ! sockets made from then on no longer count towards tcp_mem, their control group alone bounds them
dev_weight                   | int | packets | 1..65535 | pos1 | | host | 64 |
dev_weight_rx_bias           | int | factor | 1..1024 | pos1 | 4.11- | host | 1 | dev_weight
dev_weight_tx_bias           | int | factor | 1..1024 | pos1 | 4.11- | host | 1 | dev_weight
devconf_inherit_init_net     | enum | | 0,1,2,3 | 0..3 | 5.1- | host | 0 |
fb_tunnels_only_for_init_net | enum | | 0,1,2 | 0..2 | 4.17- | host | 0 |
gro_normal_batch             | int | packets | 1..65535 | pos1 | 5.4- | host | 8 |
high_order_alloc_disable     | bool | | 0..1 | 0..1 | 5.3- | host | 0 |
max_skb_frags                | int | fragments | 1..45 | - | 4.5- | host | 17 |
mem_pcpu_rsv                 | int | pages | 1..2147483647 | - | 6.7- | host | 256 |
message_burst                | int | messages | 0..2147483647 | - | | host | 10 |
message_cost                 | int | seconds | 0..86400 | sec | | host | 5 |
netdev_budget                | int | packets | 1..2147483647 | int | | host | 300 |
netdev_budget_usecs          | int | microseconds | 1..2147483647 | - | 4.12- | host | 8000 |
netdev_max_backlog           | int | packets | 1..2147483647 | int | | host | 1000 |
  ! per CPU, and only for packets that pass by the backlog (loopback, veth, RPS)
netdev_rss_key               | string | | | | 3.19- | host | |
  ! read-only: the key of receive side scaling
netdev_tstamp_prequeue       | bool | | 0..1 | int | 2.6.36- | host | 1 |
netdev_unregister_timeout_secs | int | seconds | 1..3600 | 1..3600 | 5.13- | host | 10 |
optmem_max                   | int | bytes | 4096..2147483647 | pos | | 6.8 | 131072 |
qdisc_max_burst              | int | packets | 0..2147483647 | int | 6.19- | host | 1000 |
rmem_default                 | int | bytes | 4096..2147483647 | - | | host | 212992 |
  ! TCP uses the middle value of tcp_rmem instead
rmem_max                     | int | bytes | 4096..2147483647 | - | | host | 4194304 |
  ! limits SO_RCVBUF only; TCP without SO_RCVBUF grows to the last value of tcp_rmem
skb_defer_max                | int | packets | 0..2147483647 | pos | 5.19- | host | |
somaxconn                    | int | connections | 1..2147483647 | pos | | 2.6.24 | 4096 |
  ! counts at listen(): services must listen again before a new limit reaches them; at most 65535 before 4.1
tstamp_allow_data            | bool | | 0..1 | 0..1 | 4.0- | 6.13 | 1 |
txq_reselection_ms           | int | milliseconds | 0..60000 | - | 6.19- | 6.19 | 1000 |
txrehash                     | bool | | 0..1 | 0..1 | 5.18- | 5.18 | 1 |
warnings                     | bool | | 0..1 | int | | host | 0 |
  ! without effect since 3.15
wmem_default                 | int | bytes | 4096..2147483647 | - | | host | 212992 |
  ! TCP uses the middle value of tcp_wmem instead
wmem_max                     | int | bytes | 4096..2147483647 | - | | host | 4194304 |
  ! limits SO_SNDBUF only; TCP without SO_SNDBUF grows to the last value of tcp_wmem

@ prefix=net.core. module=CONFIG_BPF_JIT source=net/core/sysctl_net_core.c, Documentation/admin-guide/sysctl/net.rst
bpf_jit_enable               | enum | | 0,1,2 | - | 3.0- | host | |
  ! 2 writes generated code to the kernel log
bpf_jit_harden               | enum | | 0,1,2 | 0..2 | 4.7- | host | 0 | bpf_jit_enable
bpf_jit_kallsyms             | bool | | 0..1 | 0..1 | 4.7- | host | |
bpf_jit_limit                | int | bytes | 1..9223372036854775807 | - | 4.20- | host | |

@ prefix=net.core. module=CONFIG_NET_RX_BUSY_POLL source=net/core/sysctl_net_core.c, Documentation/admin-guide/sysctl/net.rst
busy_poll                    | int | microseconds | 0..10000 | pos | 3.11- | host | 0 |
  ! every waiting poll() burns CPU for that long
busy_read                    | int | microseconds | 0..10000 | pos | 3.11- | host | 0 |

@ prefix=net.core. module=CONFIG_NET_SCHED source=net/core/sysctl_net_core.c, Documentation/admin-guide/sysctl/net.rst
default_qdisc                | string | | | | 3.12- | host | pfifo_fast |
  ! reaches new interfaces only, and may load a module

@ prefix=net.core. module=CONFIG_NET_FLOW_LIMIT source=net/core/sysctl_net_core.c, Documentation/networking/scaling.rst
flow_limit_cpu_bitmap        | string | | | | 3.11- | host | |
flow_limit_table_len         | int | entries | 1..2147483647 | - | 3.11- | host | 4096 |

@ prefix=net.core. module=CONFIG_RPS source=net/core/sysctl_net_core.c, Documentation/networking/scaling.rst
rps_default_mask             | string | | | | 6.3- | 6.3 | |
rps_sock_flow_entries        | int | entries | 0..536870912 | - | 2.6.35- | host | 0 |

@ prefix=net.core. module=CONFIG_XFRM source=net/xfrm/xfrm_sysctl.c, Documentation/networking/xfrm_proc.rst
xfrm_acq_expires             | int | seconds | 1..2147483647 | int | | 2.6.29 | 30 |
xfrm_aevent_etime            | int | 1/10 seconds | 0..4294967295 | uint | | 2.6.29 | 10 |
xfrm_aevent_rseqth           | int | packets | 0..4294967295 | uint | | 2.6.29 | 2 |
xfrm_larval_drop             | bool | | 0..1 | int | | 2.6.29 | 1 |
"""
