#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_freeze.sh ROUNDS SECONDS SCHEDULER…: the freezer of cgroups takes the load, then the scheduler
# itself, then all of user space, as a suspend does that is given up again. Whatever thaws goes on.
. /root/fault.sh
rounds=$1 seconds=$2; shift 2
groups=/sys/fs/cgroup/freeze
make_group() { mkdir -p $groups/$1 || fail "no cgroup $1"; }
is_frozen() { grep -q "^frozen $2" $groups/$1/cgroup.events; }
freeze() {
	echo 1 >$groups/$1/cgroup.freeze || fail "cannot freeze $1"
	wait_for 20 is_frozen $1 1 || fail "$1 does not freeze: $(cat $groups/$1/cgroup.events)"
}
thaw() {
	echo 0 >$groups/$1/cgroup.freeze
	wait_for 20 is_frozen $1 0 || fail "$1 does not thaw"
}
ticks() { awk '{ print $14 + $15 }' /proc/$hogs/stat; }
gets_on() { [ "$(ticks)" -gt $((ticks + 5)) ]; }

make_group load
make_group scheduler
begin_load
for pid in $(load_processes); do echo $pid >$groups/load/cgroup.procs; done
start "$@" 2>/tmp/err
wait_for 20 serves || fail "no statistics: $(cat /tmp/unserved)"
seq=$(cat $SYS/enable_seq)
round=0
while [ $round -lt "$rounds" ]; do
	freeze load
	in_time 60 hackbench -g 1 -l 5 || fail "round $round: nobody else runs while the load is frozen"
	thaw load
	ticks=$(ticks)
	wait_for 20 gets_on || fail "round $round: the hogs do not get on after their thaw"
	round=$((round + 1))
done

echo $sched >$groups/scheduler/cgroup.procs
freeze scheduler
serves 1 && fail "a frozen process answers"
end=$(($(now) + 100 * seconds))
while [ "$(now)" -lt $end ]; do
	in_time 60 hackbench -g 1 -l 5 || fail "a load does not end while the scheduler's process is frozen"
done
thaw scheduler
wait_for 20 serves || fail "no statistics after the thaw: $(cat /tmp/unserved)"

# A real sleep would last: nothing wakes the emulated machine.
if grep -q freeze /sys/power/state 2>/dev/null; then
	./guest_load suspend "$rounds" || fail "the sleep that is given up"
	ticks=$(ticks)
	wait_for 20 gets_on || fail "the hogs do not get on after the sleep"
	wait_for 20 serves || fail "no statistics after the sleep: $(cat /tmp/unserved)"
else
	echo "this kernel cannot sleep"
fi
is_enabled && [ "$(cat $SYS/enable_seq)" = "$seq" ] || { cat /tmp/err; fail "state is $(state), started $(cat $SYS/enable_seq) times, not $seq"; }
stop
end_load
works "the freezes"
no_faults
echo PASS
