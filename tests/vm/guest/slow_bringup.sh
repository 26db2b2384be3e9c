#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# slow_bringup.sh SCHEDULER…: a CPU goes and comes on a machine so slow that the kernel's thread that
# brings it up needs more than a time slice (20 ms). The kernel asks no scheduler about a CPU in that
# state; before 7.2, one with SCX_OPS_ENQ_LAST has to see that the thread goes on.
. /root/lib.sh
"$@" & sched=$!
for online in 0 1; do
	wait_for 600 is_enabled || fail "not attached before $online"
	echo $online >/sys/devices/system/cpu/cpu3/online || fail "CPU 3 stays as it was"
done
wait_for 600 is_enabled || fail "not attached in the end"
kill -INT $sched
wait $sched || fail "status $?"
no_faults
echo PASS
