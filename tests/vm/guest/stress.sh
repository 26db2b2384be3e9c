#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# stress.sh SECONDS FORKS SCHEDULER…: a mix of loads under the scheduler, a storm of FORKS short
# processes among them; it must still be the one that was started, with no fault in the kernel's log.
. /root/lib.sh
seconds=$1 forks=$2; shift 2
cpus=$(nproc)
for tool in hackbench nice taskset; do
	command -v $tool >/dev/null || fail "the guest has no $tool"
done
start "$@"
seq_before=$(cat $SYS/enable_seq)

spin() { while :; do :; done; }

# a crowd that chats
(while :; do hackbench -g 2 -l 100 >/dev/null 2>&1 || echo "FAIL: hackbench"; done) & loads=$!
# hogs at both ends of nice, so that the light ones meet heavy ones
for n in 19 19 -19 -19; do nice -n $n sh -c 'while :; do :; done' & loads="$loads $!"; done
# one pinned hog a CPU, and one that moves from CPU to CPU
cpu=0
while [ $cpu -lt $cpus ]; do
	taskset -c $cpu sh -c 'while :; do :; done' & loads="$loads $!"
	cpu=$((cpu + 1))
done
spin & mover=$!
loads="$loads $mover"
(cpu=0; while sleep 0.05; do taskset -pc $cpu $mover >/dev/null; cpu=$(((cpu + 1) % cpus)); done) &
loads="$loads $!"

# a storm of short processes, at a nice value of its own; how long it takes is the emulator's affair,
# but it must come to an end
end=$(($(date +%s) + seconds))
nice -n -10 sh -c '
	forked=0
	while [ $forked -lt '$forks' ]; do
		i=0
		while [ $i -lt 50 ]; do /bin/true & i=$((i + 1)); done
		wait
		forked=$((forked + 50))
	done' & storm=$!
storm_ended() { ! kill -0 $storm 2>/dev/null; }
wait_for $((8 * seconds)) storm_ended || fail "the storm of $forks short processes does not end"
wait $storm || fail "the storm ended with status $?"
echo "forked $forks short processes"

while [ $(date +%s) -lt $end ]; do
	kill -0 $sched 2>/dev/null || fail "the scheduler is gone"
	sleep 1
done
kill $loads 2>/dev/null; killall -q hackbench
is_enabled || fail "state is $(state) at the end of the load"
[ "$(cat $SYS/enable_seq)" = "$seq_before" ] || fail "the scheduler was restarted"
stop INT
no_faults
echo PASS
