#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# storm.sh SECONDS [hotplug] SCHEDULER…: a mix of loads, each of which a scheduler has to follow a task
# through another kind of change: CPU, fork, pipe, futex, affinity, policy, nice value, cgroup, weight.
# With hotplug CPUs go and come meanwhile; the scheduler may start again for each of these, no oftener.
. /root/lib.sh
seconds=$1; shift
hotplug=
[ "$1" = hotplug ] && { hotplug=1; shift; }
command -v stress-ng >/dev/null || fail "the guest has no stress-ng"
cpus=$(nproc)
few=$((cpus / 2))
groups="/sys/fs/cgroup/storm/a /sys/fs/cgroup/storm/b"

make_groups() {
	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || fail "no cpu controller"
	mkdir /sys/fs/cgroup/storm
	echo +cpu >/sys/fs/cgroup/storm/cgroup.subtree_control
	mkdir $groups
}

# Its tasks go from cgroup to cgroup, whose weights change.
moves() {
	./guest_load spin 2 $((seconds + 60)) & spinner=$!
	stress-ng --quiet --pipe 1 --timeout $((seconds + 60)) >/dev/null 2>&1 & pipes=$!
	trap 'kill $spinner $pipes; exit 0' TERM
	round=0
	while :; do
		for group in $groups; do
			round=$((round + 1))
			echo $((1 + round * 997 % 10000)) >$group/cpu.weight
			for pid in $spinner $pipes $(cat /proc/$pipes/task/*/children); do
				echo $pid >$group/cgroup.procs
			done 2>/dev/null
			sleep 0.1
		done
	done
}

started_again() { [ "$(cat $SYS/enable_seq)" -gt "$seq" ]; }

# plugged ONLINE CPU [hurried]: and the scheduler has up to ten seconds to start again.
plugged() {
	seq=$(cat $SYS/enable_seq)
	echo $1 >/sys/devices/system/cpu/cpu$2/online && echo "CPU $2: $1" >>/tmp/plugged
	[ "$3" = hurried ] || wait_for 10 started_again
}

# The two highest CPUs: one event after the other at the pace of a person, and at times two at once.
plug() {
	while :; do
		plugged 0 $((cpus - 1))
		plugged 0 $((cpus - 2))
		plugged 1 $((cpus - 1)) hurried
		plugged 1 $((cpus - 2))
		sleep 1
	done
}

# khugepaged has nice 19. Between two runs of the scheduler the kernel's own leaves it waiting for
# half a minute beside cgroups of weight 10000, and if it was preempted in an RCU section, that is a stall.
echo never >/sys/kernel/mm/transparent_hugepage/enabled
make_groups
start "$@" 2>/tmp/err
attached=$(cat $SYS/enable_seq)
end=$(($(date +%s) + seconds))
# Not its schedpolicy: so many real-time hogs take the machine from any scheduler below. And of its CPU
# methods one without instructions that the emulator announces and lacks.
stress-ng --quiet --timeout $((seconds * 2 + 60)) --cpu $few --cpu-method fibonacci --fork 1 --pipe 1 --futex 1 --affinity 2 \
	--affinity-rand >/tmp/stress 2>&1 & stress=$!
./guest_load policies $few "$seconds" >/tmp/policies & policies=$!
moves & moves=$!
[ -z "$hotplug" ] || { plug & plug=$!; }
while [ "$(date +%s)" -lt $end ]; do
	kill -0 $sched 2>/dev/null || { cat /tmp/err; fail "the scheduler is gone"; }
	sleep 1
done
kill $moves $stress ${hotplug:+$plug}
is_over() { [ ! -d /proc/$1 ] || grep -q '^State:.*zombie' /proc/$1/status; }
loads_ended() { for load in $moves $stress ${hotplug:+$plug}; do is_over $load || return 1; done; }
wait_for 120 loads_ended || {
	echo w >/proc/sysrq-trigger	# who is blocked, and where, into the kernel's log
	cat /tmp/err
	fail "a load does not end; state is $(state)"
}
wait $moves $stress ${hotplug:+$plug} 2>/dev/null
if grep 'fail:\|unexpected signal' /tmp/stress; then fail "stress-ng says so"; fi
wait $policies || { cat /tmp/policies; fail "the threads that change policies"; }
cat /tmp/policies

[ -z "$hotplug" ] || for cpu in $((cpus - 1)) $((cpus - 2)); do
	[ "$(cat /sys/devices/system/cpu/cpu$cpu/online)" = 1 ] ||
		plugged 1 $cpu hurried
done
wait_for 60 is_enabled || { cat /tmp/err; fail "state is $(state) at the end of the load"; }
cat /tmp/err
events=$([ -z "$hotplug" ] && echo 0 || wc -l </tmp/plugged)
attached=$(($(cat $SYS/enable_seq) - attached))
restarts=$(grep -c '; starting again$' /tmp/err)
echo "$events times a CPU went or came; the scheduler ended for it $restarts times and was attached again $attached times"
[ "$attached" -le "$events" ] && [ "$restarts" -le "$events" ] || fail "that is oftener than CPUs went or came"
[ -z "$hotplug" ] || [ "$attached" -gt 0 ] || fail "it never started again"
stop
no_faults
echo PASS
