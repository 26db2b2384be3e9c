#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_stop.sh SECONDS SCHEDULER…: SIGSTOP of the scheduler's process under load. BPF goes on scheduling;
# who asks for statistics is told that there is no answer; after SIGCONT all is well. What it could not
# follow while it was stopped, CPUs that go and signals, it follows then.
. /root/fault.sh
seconds=$1; shift
cpu=/sys/devices/system/cpu/cpu1/online
attached_again() { is_enabled && [ "$(cat $SYS/enable_seq)" -gt "$seq" ]; }
# what a pipe between two processes carries while nobody is there in user space
chats() { in_time 60 hackbench -g 1 -l 2 || fail "$1: a load does not end"; }

begin_load
start "$@" 2>/tmp/err
wait_for 20 serves || fail "no statistics: $(cat /tmp/unserved)"
seq=$(cat $SYS/enable_seq)
kill -STOP $sched
end=$(($(now) + 100 * seconds)) rounds=0
while [ "$(now)" -lt $end ]; do
	chats "round $rounds"
	rounds=$((rounds + 1))
	[ $rounds -ne 1 ] || { serves 1 && fail "a stopped process answers"; }
done
grep -q 'no answer from' /tmp/unserved || fail "a client is told: $(cat /tmp/unserved)"
cat /tmp/unserved
is_enabled && [ "$(cat $SYS/enable_seq)" = "$seq" ] || fail "state is $(state), started $(cat $SYS/enable_seq) times"
kill -CONT $sched
wait_for 20 serves || fail "no statistics after SIGCONT: $(cat /tmp/unserved)"
echo "stopped for $seconds s, in which $rounds loads ended"

if [ -w $cpu ]; then
	kill -STOP $sched
	echo 0 >$cpu
	wait_for 20 is_disabled || fail "a CPU went, and state is $(state)"
	chats "without the scheduler"
	echo 1 >$cpu
	kill -CONT $sched
	wait_for 60 attached_again || { cat /tmp/err; fail "not attached again: state is $(state)"; }
fi
kill -STOP $sched
kill -TERM $sched
chats "stopped, with a signal that waits"
is_enabled || fail "state is $(state)"
kill -CONT $sched
wait $sched; status=$?
[ $status -eq 0 ] || { cat /tmp/err; fail "it ended with status $status"; }
works "SIGTERM while it was stopped"
end_load
no_faults
echo PASS
