#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kill.sh SCHEDULER…: kill -9, at rest and under load; the kernel's own scheduler takes over, the
# machine works, and the scheduler can be started again. Also each polite signal, from the first
# moment on.
. /root/lib.sh
for load in none hackbench; do
	start "$@"
	[ $load = none ] || { hackbench -g 2 -l 2000 >/dev/null & busy=$!; sleep 1; }
	kill -9 $sched; wait $sched 2>/dev/null
	wait_for 10 is_disabled || fail "state is $(state) after kill -9"
	[ $load = none ] || { killall hackbench; wait $busy 2>/dev/null; }
	hackbench -g 1 -l 20 >/dev/null || fail "the machine does not work after kill -9"
done
for signal in INT TERM HUP; do
	start "$@"
	stop $signal
done
# before it is attached
for delay in 0 0.05 0.2 0.5; do
	"$@" & sched=$!
	sleep $delay
	kill -TERM $sched; wait $sched; status=$?
	[ $status -eq 0 ] || [ $status -eq 143 ] || fail "status $status after SIGTERM at $delay s"
	wait_for 10 is_disabled || fail "state is $(state) after SIGTERM at $delay s"
done
no_faults
echo PASS
