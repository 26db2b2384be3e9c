#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_fill.sh LIMIT [OPTION…]: one task more than scx_qmap has contexts for ends it with an error that
# says so. The kernel's own scheduler takes over, and every task lives.
. /root/lib.sh
limit=$1; shift
start scx_qmap "$@" 2>/tmp/err
echo "$(value nr_tasks) tasks at the start"
./guest_load fill $((limit + 100)) >/tmp/fill || { cat /tmp/err; fail "threads were lost"; }
cat /tmp/fill
grep -q ' 0 were refused' /tmp/fill || fail "threads were refused"
wait $sched; status=$?
cat /tmp/err
[ $status -eq 1 ] || fail "the scheduler ended with status $status"
grep -q "all of $limit are in use" /tmp/err || fail "the error does not say that all $limit contexts are in use"
grep -q "kernel's own scheduler is back" /tmp/err || fail "no word of who schedules now"
is_disabled || fail "state is $(state)"
hackbench -g 1 -l 20 >/dev/null || fail "the machine does not work"
no_warnings
echo PASS
