#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# hotplug.sh SCHEDULER…: CPUs go and come under load. The scheduler starts again by itself each time
# and is attached in the end.
. /root/lib.sh
cpu=/sys/devices/system/cpu/cpu3/online
attached_again() { is_enabled && [ "$(cat $SYS/enable_seq)" -gt "$seq" ]; }

# The first CPU goes the moment that the scheduler is enabled, before it can say that it runs.
"$@" & sched=$!
until is_enabled; do kill -0 $sched || fail "$1 is not attached"; done
(while :; do hackbench -g 1 -l 50 >/dev/null; done) & load=$!
for round in 1 2 3; do
	for online in 0 1; do
		seq=$(cat $SYS/enable_seq)
		echo $online >$cpu || fail "cannot write $cpu"
		wait_for 30 attached_again || fail "round $round: not attached again after $online > $cpu"
		kill -0 $sched || fail "the scheduler is gone"
	done
done
kill $load; killall -q hackbench
stop TERM
no_faults
echo PASS
