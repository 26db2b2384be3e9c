#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_memory.sh KIB[,KIB…] SCHEDULER…: memory runs out, for the scheduler alone by the limit of its cgroup,
# at the start (each of these limits, of which the last has to be enough) and later, and for the whole
# machine. It runs, or it ends and the machine works: it is killed by the kernel, or says that there is no memory.
. /root/fault.sh
group=/sys/fs/cgroup/memory
limits=$(echo $1 | tr , ' '); shift
kills() { awk '$1 == "oom_kill" { print $2 }' $group/memory.events; }
limit() { echo "$1" >$group/memory.max || fail "no limit of $1"; }
# in the background: what is started is the shell's child itself
in_group() { exec sh -c 'echo $$ >'$group'/cgroup.procs && exec "$@"' sh "$@"; }

# ended WHEN: status and evidence fit together.
ended() {
	wait $sched; status=$?
	if [ $status -eq 137 ]; then
		[ "$(kills)" -gt "$killed" ] || fail "$1: it was killed, and not for its cgroup's limit"
		what=killed
	elif [ $status -eq 1 ]; then
		grep -qi 'memory' /tmp/err || { cat /tmp/err; fail "$1: it ended without a word of memory"; }
		what="ended: $(tail -n 1 /tmp/err)"
	else
		[ $status -eq 0 ] && grep -q 'is running' /tmp/err || { cat /tmp/err; fail "$1: status $status"; }
		what=ran
	fi
	echo "$1: $what"
	works "$1"
}

echo +memory >/sys/fs/cgroup/cgroup.subtree_control || fail "no memory controller"
mkdir -p $group
for kib in $limits; do
	limit ${kib}K
	killed=$(kills)
	in_group "$@" --run-for 1 2>/tmp/err & sched=$!
	wait_for 60 is_over $sched || fail "with $kib KiB it does not end"
	ended "$kib KiB"
done
[ "$what" = ran ] || fail "$kib KiB are not enough"

# a limit that comes while it runs: below what it has, and at what it has while tasks are born
for less in 1M 0; do
	limit max
	killed=$(kills)
	start in_group "$@" 2>/tmp/err
	wait_for 20 serves || fail "no statistics: $(cat /tmp/unserved)"
	has=$(cat $group/memory.current)
	limit $([ $less = 0 ] && echo "$has" || echo $less)
	in_time 120 ./guest_load fill 500 || fail "threads are lost when a scheduler of $has bytes may have no more"
	if [ $less = 1M ]; then
		wait_for 30 is_over $sched || fail "its memory is cut to $less, and it lives"
	else
		kill -TERM $sched 2>/dev/null
	fi
	ended "a limit of $(cat $group/memory.max) bytes while it has $has"
done

# the machine's memory: whom the kernel would rather kill is killed
for score in 1000 -1000; do
	start "$@" 2>/tmp/err
	seq=$(cat $SYS/enable_seq)
	wait_for 20 serves || fail "no statistics: $(cat /tmp/unserved)"
	echo $score >/proc/$sched/oom_score_adj
	timeout 120 tail /dev/zero >/dev/null 2>&1
	dmesg | grep -q 'Out of memory: Killed process.*(tail)' || fail "the machine still has memory"
	if [ $score -gt 0 ]; then
		wait $sched; status=$?
		[ $status -eq 137 ] || { cat /tmp/err; fail "the kernel did not kill it: status $status"; }
		works "the kernel killed it"
	else
		is_enabled && [ "$(cat $SYS/enable_seq)" = "$seq" ] || { cat /tmp/err; fail "state is $(state)"; }
		serves || fail "no statistics: $(cat /tmp/unserved)"
		stop
	fi
done
works "the machine's memory has run out"
no_warnings
echo PASS
