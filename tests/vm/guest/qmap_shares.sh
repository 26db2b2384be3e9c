#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_shares.sh SECONDS: under saturation the five queues get CPU time as 1:2:4:8:16. Only tasks of
# SCHED_EXT are scheduled (-p): kernel threads that wake up would take turns from the hogs of their
# queues.
. /root/lib.sh
start scx_qmap -p
./guest_load shares ext "$1" 10 8:1 4:2 0:4 -4:8 -9:16 || fail "the shares of the queues"
[ "$(value gone)" -eq 0 ] || fail "tasks were taken out of a queue that had ended: $(value gone)"
stop
no_faults
echo PASS
