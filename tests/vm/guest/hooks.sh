#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# hooks.sh: programs beside the ops. Those that the kernel has a place for run, find the contexts of
# tasks and may kick; what it has not, or does not let be traced, costs only itself. And the command's
# periodic work, which writes the arena and may have the scheduler started again. And waits that are
# counted while somebody watches, and only then.
. /root/lib.sh

grep -q tracefs /proc/mounts || mount -t tracefs tracefs /sys/kernel/tracing || fail "no tracefs"
start ./scx_hooked -v 2>/tmp/said
work() { for i in 1 2 3 4 5 6 7 8; do ./guest_load values exec >/dev/null; done; }
work
for name in exec exec_ctx seen_by_ops kicked exit fork told; do grows $name; done

waits() { value waits; }
[ "$(waits)" = 0 ] || fail "BPF counted $(waits) waits for nobody"
(while :; do work; done) & load=$!
seen=$(sum_of count latency 2)
[ "$seen" -gt 0 ] || fail "no task waited: $(./guest_load values of latency over 2)"
sleep 1		# until the scheduler has seen the last client go
counted=$(waits)
[ "$counted" -ge "$seen" ] || fail "BPF counted $counted waits, and $seen were told of"
work
kill $load
[ "$(waits)" = "$counted" ] || fail "BPF counts on for nobody: $counted, then $(waits)"
echo "$seen waits in 2 s"
stop
cat /tmp/said
for program in hooked_exec hooked_exit hooked_fork; do
	grep -q "^$program: enabled" /tmp/said || fail "$program has no place here"
done
grep -q '^hooked_nothing: not here' /tmp/said || fail "a function that no kernel has was found"
grep -q 'without the program hooked_notrace' /tmp/said || fail "what may not be traced is not reported"
grep 'without the program' /tmp/said | grep -v hooked_notrace && fail "not all are attached"
# A start that the command's own periodic work asked for, in place of the end.
start ./scx_hooked --restart-at 3 --stats 1 2>/tmp/said >/tmp/stats
wait_for 20 grep -q 'starts again' /tmp/said || fail "it did not start again: $(cat /tmp/said)"
runs() { [ "$(grep -c 'is running' /tmp/said)" = $1 ]; }
wait_for 20 runs 2 || fail "it is not attached after it started again"
grows told
stop
runs 2 || fail "it started again once more: $(cat /tmp/said)"
no_faults
echo PASS
