#!/bin/sh
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Waits for a change to be applied, does at once what is given, and then looks who watches over the change.
until ls /var/lib/linuxnet-tcp/*-unconfirmed.json; do sleep 0.02; done >/dev/null 2>&1
sh -c "$1"
mkdir -p /run/seen
systemctl list-units --plain --no-legend 'linuxnet-tcp-confirm-*' >/run/seen/units
cat "/proc/$(systemctl show --property MainPID --value 'linuxnet-tcp-confirm-*')/cgroup" >/run/seen/cgroup
