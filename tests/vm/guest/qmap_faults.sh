#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_faults.sh: scx_qmap's faults on purpose. Those that are the scheduler's end it with the kernel's
# reason and its evidence; those that concern one task or one cgroup leave it running.
. /root/lib.sh
back="kernel's own scheduler is back"
own_dump='queue [0-4]: [0-9]* tasks'

# under_load SCHEDULER…: with hogs as soon as it is attached; before, they would delay that.
under_load() {
	"$@" & sched=$!
	wait_for 30 is_enabled
	./guest_load spin 8 3600 & hogs=$!
	wait $sched; status=$?
	kill $hogs
	return $status
}

ends 1 'error asked for after 500 enqueues' 'debug dump' "$own_dump" 'takes from queue' "$back" \
	-- under_load scx_qmap -e 500
ends 1 'error asked for after 500 enqueues' "$back" -- under_load scx_qmap -e 500 -S
if grep -q "$own_dump" /tmp/err; then fail "-S leaves our part in the dump"; fi
ends 1 'error asked for after 500 enqueues' "$back" -- under_load scx_qmap -e 500 -D 2000
[ "$(wc -c </tmp/err)" -lt 4000 ] || fail "-D 2000: the report has $(wc -c </tmp/err) bytes"
# --run-for: a fault that never comes ends with status 0, which is wrong
ends 1 'runnable task stall' "$own_dump" "$back" -- under_load scx_qmap -t 50 --run-for 60
ends 1 'runnable task stall' "$back" -- under_load scx_qmap -T 50 --run-for 60
ends 1 'runnable task stall' "$back" -- under_load scx_qmap -l 1000 --run-for 60

start scx_qmap -J init-fail
busybox sh -c 'echo qmfail1 >/proc/$$/comm; (:); exit $?' 2>/tmp/err && fail "a command called qmfail* can fork"
grep -q 'Cannot allocate memory' /tmp/err || fail "it failed for another reason: $(cat /tmp/err)"
busybox sh -c 'echo other >/proc/$$/comm; (:); exit $?' || fail "other commands cannot fork"
is_enabled || fail "-J init-fail ended the scheduler"
stop

echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || fail "no cpu controller"
start scx_qmap -J cgrp-init-fail
mkdir /sys/fs/cgroup/qmfail1 2>/tmp/err && fail "a cgroup called qmfail* can be made"
grep -q 'Cannot allocate memory' /tmp/err || fail "it failed for another reason: $(cat /tmp/err)"
mkdir /sys/fs/cgroup/other || fail "other cgroups cannot be made"
rmdir /sys/fs/cgroup/other
is_enabled || fail "-J cgrp-init-fail ended the scheduler"
stop
hackbench -g 1 -l 20 >/dev/null || fail "the machine does not work"
no_warnings
echo PASS
