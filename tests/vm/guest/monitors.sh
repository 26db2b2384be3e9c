#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# monitors.sh COUNT SCHEDULER…: so many of its own monitors, each ended with SIGINT or SIGKILL at some
# moment of its life; afterwards the scheduler is as big as before, and a monitor shows something.
. /root/lib.sh
count=$1; shift
fds() { ls /proc/$sched/fd | wc -l; }
resident_kb() { awk '/^VmRSS/ { print $2 }' /proc/$sched/status; }
no_more_fds() { [ "$(fds)" -le "$fds" ]; }
monitors() {
	i=0
	while [ $i -lt "$1" ]; do
		"$command" --monitor 1 >/tmp/monitor 2>&1 & monitor=$!
		sleep 0.$((i * 37 % 10))
		if [ $((i % 2)) -eq 0 ]; then signal=INT want=0; else signal=KILL want=137; fi
		# what the shell starts in the background has no ear for SIGINT until it asks for it
		while kill -$signal $monitor 2>/dev/null; do sleep 0.1; done
		wait $monitor; status=$?
		[ $status -eq $want ] || { cat /tmp/monitor; fail "monitor $i ended with status $status after SIG$signal"; }
		i=$((i + 1))
	done
}
command=$1
start "$@"
seq=$(cat $SYS/enable_seq)
(while :; do hackbench -g 1 -l 50 >/dev/null; done) & load=$!
monitors 10
fds=$(fds) kb=$(resident_kb)
monitors "$count"
wait_for 10 no_more_fds || fail "$(fds) open files, $fds before"
echo "$count monitors: open files $fds, then $(fds); resident $kb kB, then $(resident_kb)"
[ "$(resident_kb)" -le $((kb + 128)) ] || fail "it grew"
"$command" --monitor 1 >/tmp/monitor 2>&1 & monitor=$!
sleep 5
kill -INT $monitor; wait $monitor || fail "the last monitor ended with status $?"
grep -q '[1-9]' /tmp/monitor || fail "the last monitor showed: $(cat /tmp/monitor)"
kill $load; killall -q hackbench
is_enabled || fail "state is $(state)"
[ "$(cat $SYS/enable_seq)" = "$seq" ] || fail "the scheduler started again"
stop
no_faults
echo PASS
