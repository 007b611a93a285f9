#!/bin/sh
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# PID 1 of a virtual machine whose root is this initramfs: run guest.py once, its answer to the second serial port, and power off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONPATH=/job PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
busybox mount -t tmpfs -o mode=1777 tmpfs /tmp
busybox mkdir -p /run /etc/sysctl.d /var/lib
busybox ip link set lo up
# By its path: this shell would take the applet of the same name, whose index modprobe cannot read.
/usr/sbin/depmod -a
busybox stty -F /dev/ttyS1 raw
python3 /job/guest.py >/dev/ttyS1
echo "guest.py: exit code $?"
busybox sync
busybox poweroff -f
