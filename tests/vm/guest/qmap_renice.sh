#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_renice.sh SECONDS: under saturation a task that is re-niced gets at once what the tasks of its
# new queue get. The slices are short: more turns, so that one more or less matters less.
. /root/lib.sh
start scx_qmap -p -s 4000
./guest_load renice ext "$1" 25 8 -9 || fail "a re-niced task"
stop
no_faults
echo PASS
