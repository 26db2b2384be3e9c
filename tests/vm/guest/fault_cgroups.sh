#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_cgroups.sh COUNT SEED SCHEDULER…: under load, and so many times, cgroups are made and removed, tasks
# go from one to the other, weights, limits of CPU time and the CPUs of cpusets change. Who is in a cpuset runs there.
. /root/fault.sh
count=$1; seeded "$2"; shift 2
top=/sys/fs/cgroup/changes
cpus=$(nproc)
# which CPU a hog is on, of field 39 of what /proc tells
on_cpu() { sed 's/.*) //' /proc/$1/stat | cut -d ' ' -f 37; }
ticks() { awk '{ print $14 }' /proc/$1/stat; }
is_on() { [ "$(on_cpu $1)" = "$2" ]; }
got_on() { [ "$(ticks $1)" -gt "$2" ]; }

echo '+cpu +cpuset' >/sys/fs/cgroup/cgroup.subtree_control || fail "no cpu and cpuset controllers"
mkdir -p $top
echo '+cpu +cpuset' >$top/cgroup.subtree_control || fail "no controllers below the first cgroup"
mkdir -p $top/0 $top/1
begin_load
for i in 0 1; do
	sh -c 'while :; do :; done' & eval hog$i=$!
done
start "$@" 2>/tmp/err
seq=$(cat $SYS/enable_seq)
plan "$count" 3 >/tmp/plan
round=0
while read -r a b c <&3; do
	round=$((round + 1))
	# one that lives for a moment, with somebody in it
	mkdir -p $top/$round.a/b || fail "no cgroup"
	sh -c "echo \$\$ >$top/$round.a/cgroup.procs; (:); exit 0" || fail "nobody can enter a cgroup"
	echo $((1 + a * 99)) >$top/0/cpu.weight
	[ $b -lt 50 ] && echo max >$top/1/cpu.max || echo "$((5000 + b * 900)) 100000" >$top/1/cpu.max
	echo $((a % cpus)) >$top/0/cpuset.cpus
	echo $((b % cpus))-$((cpus - 1)) >$top/1/cpuset.cpus
	# the two hogs change places, and the load goes along
	echo $hog0 >$top/$((round % 2))/cgroup.procs
	echo $hog1 >$top/$(((round + 1) % 2))/cgroup.procs
	for pid in $(load_processes); do
		echo $pid >$top/$((c % 2))/cgroup.procs || fail "round $round: process $pid cannot move"
	done
	if [ $((round % 10)) -eq 0 ]; then
		alone=$([ $((round % 2)) -eq 0 ] && echo $hog0 || echo $hog1)
		wait_for 20 is_on $alone $((a % cpus)) || fail "round $round: a task is on CPU $(on_cpu $alone), its cpuset is CPU $((a % cpus))"
		t=$(ticks $alone)
		wait_for 20 got_on $alone "$t" || fail "round $round: a task does not get on"
	fi
	rmdir $top/$round.a/b $top/$round.a || fail "a cgroup cannot be removed"
	! is_over $sched || { cat /tmp/err; fail "round $round: the scheduler is gone"; }
done 3</tmp/plan
is_enabled && [ "$(cat $SYS/enable_seq)" = "$seq" ] || { cat /tmp/err; fail "state is $(state)"; }
kill $hog0 $hog1
stop
end_load
works "the changes"
no_faults
echo PASS
