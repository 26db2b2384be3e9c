#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_disk.sh SCHEDULER…: no place to write, neither for the socket of the statistics nor for what the
# scheduler says. It schedules all the same, says what is missing where it can, and leaves nothing that
# keeps the next start from working.
. /root/fault.sh

# runs MISSING|SERVED WHEN SCHEDULER…: it schedules a load; what it wrote is in /tmp/err.
runs() {
	want=$1 when=$2; shift 2
	start "$@" 2>/tmp/err
	wait_for 20 grep -q 'is running' /tmp/err || { cat /tmp/err; fail "$when: it does not run"; }
	if [ "$want" = MISSING ]; then
		wait_for 20 grep -q 'no statistics are served: cannot' /tmp/err || { cat /tmp/err; fail "$when: it does not say that there are no statistics"; }
		grep -o 'no statistics are served.*' /tmp/err
	else
		wait_for 20 serves || { cat /tmp/err; fail "$when: no statistics: $(cat /tmp/unserved)"; }
	fi
	in_time 60 hackbench -g 1 -l 5 || fail "$when: a load does not end"
	stop
}

# a file system that is full after so many files
inodes=1
while [ $inodes -le 3 ]; do
	mount -t tmpfs -o nr_inodes=$inodes none /run || fail "no file system"
	runs MISSING "room for $inodes files" "$@"
	[ $inodes -lt 3 ] || {
		mount -o remount,nr_inodes=0 /run
		runs SERVED "room again" "$@"
	}
	umount /run || fail "it still uses /run"
	inodes=$((inodes + 1))
done

# what a scheduler that was killed left is there, and cannot be removed
start "$@"
wait_for 20 serves || fail "no statistics: $(cat /tmp/unserved)"
kill -9 $sched; wait $sched 2>/dev/null
wait_for 20 is_disabled
[ -S $socket ] || fail "kill -9 leaves no socket"
mount -o remount,ro /run || fail "/run cannot be made read-only"
mount -o remount,ro / || fail "/ cannot be made read-only"
touch /var/file 2>/dev/null && fail "/ can be written to"
runs MISSING "all is read-only" "$@"
[ -S $socket ] || fail "a read-only file system lost a file"
mount -o remount,rw / && mount -o remount,rw /run
runs SERVED "all can be written to again" "$@"

# nor for its words and the statistics that it shows
start "$@" --stats 0.5 -v >/dev/full 2>/dev/full
wait_for 20 serves || fail "no statistics: $(cat /tmp/unserved)"
sleep 2
in_time 60 hackbench -g 1 -l 5 || fail "a load does not end"
stop
start "$@" --stats 0.5 -v >&- 2>&-
sleep 2
serves || fail "without standard output: no statistics: $(cat /tmp/unserved)"
stop
works "no place to write"
no_faults
echo PASS
