#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_hotplug.sh ROUNDS SEED SCHEDULER…: under load every CPU but one goes, in random order and at random
# moments, and all of them come again. The scheduler starts again for these events, and in the end it
# uses all the CPUs.
. /root/fault.sh
rounds=$1; seeded "$2"; shift 2
cpus=$(nproc)
cpu=/sys/devices/system/cpu

# shuffled SALT: the CPUs that can go, in random order.
shuffled() { awk -v seed=$((seed + $1)) -v cpus="$cpus" 'BEGIN { srand(seed); for (i = 1; i < cpus; i++) print rand(), i }' | sort -n | cut -d ' ' -f 2; }

# all_go 0|1: a CPU after the other.
all_go() {
	for i in $(shuffled $((round * 2 + $1))); do
		echo $1 >$cpu/cpu$i/online || fail "round $round: cannot write $1 for CPU $i"
		read -r gap <&3
		rest $((gap * 3 / 2))
		! is_over $sched || { cat /tmp/err; fail "round $round: the scheduler is gone after CPU $i: $1"; }
	done
}
jiffies() { awk -v cpu=cpu$1 '$1 == cpu { print $2 + $3 + $4 }' /proc/stat; }
used() { [ "$(jiffies $1)" -gt $(($2 + 10)) ]; }

[ $cpus -gt 1 ] || fail "one CPU is not enough"
begin_load
start "$@" 2>/tmp/err
seq=$(cat $SYS/enable_seq)
plan $((rounds * cpus * 2)) 1 >/tmp/plan
exec 3</tmp/plan
round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	all_go 0
	[ "$(nproc)" -eq 1 ] || fail "$(nproc) CPUs are left"
	all_go 1
done
wait_for 60 is_enabled || { cat /tmp/err; fail "state is $(state) after the storm"; }
wait_for 60 serves || fail "no statistics: $(cat /tmp/unserved)"
./guest_load spin $((cpus * 2)) 7200 & more=$!
i=0
while [ $i -lt $cpus ]; do
	wait_for 30 used $i "$(jiffies $i)" || fail "CPU $i is not used any more"
	i=$((i + 1))
done
kill $more
again=$(grep -c '; starting again$' /tmp/err)
[ "$again" -gt 0 ] || { cat /tmp/err; fail "it never started again"; }
[ "$again" -le $((rounds * (cpus - 1) * 2)) ] || fail "it started $again times again: oftener than CPUs went or came"
echo "$((rounds * (cpus - 1) * 2)) times a CPU went or came; started again $again times, attached $(($(cat $SYS/enable_seq) - seq)) times"
stop TERM
end_load
works "the storm"
no_faults
echo PASS
