#!/bin/sh
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts ansible-playbook with the arguments and kills it as soon as the journal of the change in the folder $1 waits for its confirmation.
folder=$1
shift
ansible-playbook "$@" >kill_controller.log 2>&1 &
until ls "$folder"/*-unconfirmed.json >/dev/null 2>&1; do
  kill -0 $! || { cat kill_controller.log; exit 1; }
  sleep 0.02
done
kill -9 $!
wait $!
test $? = 137
